//! Letting go what a protection's retention drops.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{
    ActionId, RecordedResource, RecoveryPoint, RecoveryPointId, Retention, Severity, Verb,
};

use super::Acting;
use super::back_up::{BackedUp, done};
use super::points::held;
use crate::error::EngineError;
use crate::execute::ActionError;
use crate::journal::Record;
use crate::providers::Providers;
use crate::retry::retried;
use crate::run::Run;
use crate::state::Session;

/// Deletes the points of a protection that has just made one and whose retention drops them; exactly these.
///
/// A guard or a lock that refuses keeps them, and that is told. Any failure keeps them, too, and stands in `one`.
///
/// # Errors
/// When the journal cannot be written.
pub(super) async fn expire(
    one: &mut BackedUp,
    id: ActionId,
    providers: &Providers,
    session: &mut Session,
    run: &Run,
) -> Result<(), EngineError> {
    let acting = Acting::on(&one.address, session.state(), providers)?;
    let retention = match retention(&acting.resource) {
        Ok(Some(retention)) => retention,
        Ok(None) => return Ok(()),
        Err(error) => {
            one.kept = Some(error.into());
            return Ok(());
        }
    };
    let points = match held(&acting, providers, run).await {
        Ok(points) => points,
        Err(EngineError::Provider { source, .. }) => {
            one.kept = Some(source.into());
            return Ok(());
        }
        Err(other) => return Err(other),
    };
    let expired = expired(&retention, &points, run.clock.now());
    if expired.is_empty() {
        return Ok(());
    }
    let ids: Vec<RecoveryPointId> = expired.iter().map(|point| point.id.clone()).collect();
    let token = run.token(&one.address, "expire");
    session.journal(vec![Record::Intent {
        action: id,
        address: one.address.clone(),
        verb: Verb::Update,
        token: token.clone(),
        at: run.clock.now(),
    }])?;
    let deleted = retried(run, &one.address, u64::from(id.0), || {
        let context = run.call(&acting.address, token.clone());
        let (acting, ids) = (&acting, &ids);
        async move {
            acting
                .provider
                .delete_points(acting.protected(), ids, &context)
                .await
        }
    })
    .await;
    match deleted {
        Ok(()) => {
            let names: Vec<&str> = ids.iter().map(|id| id.0.as_str()).collect();
            let detail = format!("retention let recovery points go: {}", names.join(" "));
            let resource = without(&acting.resource, points, &ids);
            session.journal(vec![done(
                id,
                &one.address,
                Verb::Update,
                resource,
                Some(detail),
                run,
            )])?;
            one.expired = expired;
        }
        Err(error) => keep(one, id, expired.len(), error, session, run)?,
    }
    Ok(())
}

fn keep(
    one: &mut BackedUp,
    id: ActionId,
    count: usize,
    error: ProviderError,
    session: &mut Session,
    run: &Run,
) -> Result<(), EngineError> {
    let guarded = error.class == ErrorClass::Denied;
    let error = ActionError::from(error);
    session.journal(vec![Record::Failed {
        action: id,
        address: one.address.clone(),
        verb: Verb::Update,
        message: error.message.clone(),
        outcome: None,
        at: run.clock.now(),
    }])?;
    let severity = if guarded {
        Severity::Note
    } else {
        Severity::Warning
    };
    let points = if count == 1 { "point" } else { "points" };
    let message = format!(
        "{count} recovery {points} that the retention drops stay: {}",
        error.message
    );
    run.notice(severity, "backup::not_expired", &one.address, message);
    one.kept = Some(error);
    Ok(())
}

/// Returns the policy of a protection; none if it has none.
fn retention(resource: &RecordedResource) -> Result<Option<Retention>, ProviderError> {
    match resource.attributes.get("retention") {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(value) => serde_json::from_value(value.clone())
            .map(Some)
            .map_err(|error| {
                ProviderError::new(
                    ErrorClass::Invalid,
                    "the recorded retention is not one, so nothing expires",
                )
                .because(error)
            }),
    }
}

/// Returns the points that go: dropped by the policy, and under no lock.
fn expired(retention: &Retention, points: &[RecoveryPoint], now: Timestamp) -> Vec<RecoveryPoint> {
    let times: Vec<Timestamp> = points.iter().map(|point| point.time).collect();
    points
        .iter()
        .zip(retention.fates(&times, now))
        .filter(|(point, fate)| {
            !fate.is_kept() && point.locked_until.is_none_or(|until| until <= now)
        })
        .map(|(point, _)| point.clone())
        .collect()
}

fn without(
    resource: &RecordedResource,
    mut points: Vec<RecoveryPoint>,
    gone: &[RecoveryPointId],
) -> RecordedResource {
    let gone: BTreeSet<&RecoveryPointId> = gone.iter().collect();
    points.retain(|point| !gone.contains(&point.id));
    RecordedResource {
        recovery_points: points,
        ..resource.clone()
    }
}
