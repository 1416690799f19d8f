//! Making recovery points now.

use std::collections::{BTreeSet, VecDeque};

use lifeboat_contract::{BackUpReport, BackUpRequest, ErrorClass, ProviderError};
use lifeboat_model::{
    ActionId, Address, LiveResource, RecordedResource, RecordedState, RecoveryPoint, Verb,
};
use serde::Serialize;

use super::Acting;
use super::expire::expire;
use crate::error::EngineError;
use crate::event::Event;
use crate::execute::ActionError;
use crate::journal::{Outcome, Record};
use crate::measure;
use crate::providers::Providers;
use crate::retry::retried;
use crate::run::Run;
use crate::state::Session;
use crate::stop::StopLevel;

/// What became of one protection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BackedUp {
    /// The protection.
    pub address: Address,
    /// What the backup did; none if it failed.
    pub made: Option<BackUpReport>,
    /// Why it failed.
    pub error: Option<ActionError>,
    /// The recovery points that its retention let go.
    pub expired: Vec<RecoveryPoint>,
    /// Why its retention let nothing go although it should: a guard, a failure.
    pub kept: Option<ActionError>,
}

/// What became of each protection, in the order in which they ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BackUpOutcome {
    /// Each protection, and the copies that followed.
    pub protections: Vec<BackedUp>,
    /// What never ran because the user stopped the run.
    pub not_started: Vec<Address>,
}

impl BackUpOutcome {
    /// Returns whether every backup was made, of everything that it should hold. A guard that keeps points is fine.
    pub fn is_success(&self) -> bool {
        let fine = |one: &BackedUp| {
            one.made
                .as_ref()
                .is_some_and(|made| made.unreadable.is_empty())
                && one
                    .kept
                    .as_ref()
                    .is_none_or(|why| why.class == ErrorClass::Denied)
        };
        self.not_started.is_empty() && self.protections.iter().all(fine)
    }
}

/// Makes a recovery point for each of these protections, then for each copy of one of them that has no schedule of
/// its own; then lets go what their retention drops.
///
/// Nothing expires where the backup failed or made no point, and nothing that a guard or a lock keeps. The failure of
/// one protection does not stop the others.
///
/// # Errors
/// Before anything is done: an address that is not recorded as a protection which backs up. Afterwards: a state that
/// cannot be written, or a second interrupt; the journal holds what was done.
pub async fn back_up(
    addresses: &[Address],
    providers: &Providers,
    session: &mut Session,
    run: &Run,
) -> Result<BackUpOutcome, EngineError> {
    for address in addresses {
        backs_up(address, session.state(), providers)?;
    }
    let mut queue = in_order(addresses, session.state());
    let mut seen: BTreeSet<Address> = queue.iter().cloned().collect();
    session.begin(None, Default::default())?;
    let mut outcome = BackUpOutcome::default();
    let mut next = 0;
    while let Some(address) = queue.pop_front() {
        if run.stop.level() > StopLevel::Continue {
            outcome.not_started.push(address);
            continue;
        }
        let acting = Acting::on(&address, session.state(), providers)?;
        let id = take(&mut next);
        let one = run_one(&acting, id, providers, session, run).await?;
        if one.made.is_some() {
            for copy in following(&address, session.state()) {
                if seen.insert(copy.clone()) {
                    queue.push_back(copy);
                }
            }
        }
        outcome.protections.push(one);
    }
    for one in &mut outcome.protections {
        let made_points = one
            .made
            .as_ref()
            .is_some_and(|made| !made.points.is_empty());
        if made_points && run.stop.level() == StopLevel::Continue {
            let id = take(&mut next);
            expire(one, id, providers, session, run).await?;
        }
    }
    session.finish()?;
    Ok(outcome)
}

fn take(next: &mut u32) -> ActionId {
    let id = ActionId(*next);
    *next += 1;
    id
}

async fn run_one(
    acting: &Acting,
    id: ActionId,
    providers: &Providers,
    session: &mut Session,
    run: &Run,
) -> Result<BackedUp, EngineError> {
    let address = acting.address.clone();
    let token = run.token(&address, "back_up");
    let started = run.clock.now();
    session.journal(vec![Record::Intent {
        action: id,
        address: address.clone(),
        verb: Verb::BackUp,
        token: token.clone(),
        at: started,
    }])?;
    run.events.event(Event::ActionStarted {
        id,
        address: address.clone(),
        verb: Verb::BackUp,
    });
    let call = retried(run, &address, u64::from(id.0), || {
        let context = run.call(&address, token.clone());
        async move {
            let request = BackUpRequest {
                protected: acting.protected(),
            };
            acting.provider.back_up(request, &context).await
        }
    });
    let made = tokio::select! {
        made = call => made,
        () = run.stop.reached(StopLevel::Now) => {
            return Err(EngineError::Interrupted(format!("backing up `{address}`")));
        }
    };
    let mut one = BackedUp {
        address: address.clone(),
        made: None,
        error: None,
        expired: Vec::new(),
        kept: None,
    };
    match made {
        Ok(report) => {
            let ended = run.clock.now();
            let live = acting.read(providers, run).await;
            let mut resource = with_points(&acting.resource, live, &report.points);
            measure::ran(&mut resource, started, ended);
            session.journal(vec![done(id, &address, Verb::BackUp, resource, None, run)])?;
            tell_done(run, id, &address, started);
            one.made = Some(report);
        }
        Err(error) => one.error = Some(tell_failed(session, run, id, &address, error)?),
    }
    Ok(one)
}

/// Returns the record of a success.
pub(super) fn done(
    id: ActionId,
    address: &Address,
    verb: Verb,
    resource: RecordedResource,
    detail: Option<String>,
    run: &Run,
) -> Record {
    Record::Done {
        action: id,
        address: address.clone(),
        verb,
        outcome: Outcome::Recorded(Box::new(resource)),
        detail,
        at: run.clock.now(),
    }
}

fn tell_done(run: &Run, id: ActionId, address: &Address, started: jiff::Timestamp) {
    run.events.event(Event::ActionDone {
        id,
        address: address.clone(),
        verb: Verb::BackUp,
        took: lifeboat_model::Span::between(started, run.clock.now()),
    });
}

fn tell_failed(
    session: &mut Session,
    run: &Run,
    id: ActionId,
    address: &Address,
    error: ProviderError,
) -> Result<ActionError, EngineError> {
    let error = ActionError::from(error);
    run.events.event(Event::ActionFailed {
        id,
        address: address.clone(),
        verb: Verb::BackUp,
        message: error.message.clone(),
        help: error.help.clone(),
    });
    session.journal(vec![Record::Failed {
        action: id,
        address: address.clone(),
        verb: Verb::BackUp,
        message: error.message.clone(),
        outcome: None,
        at: run.clock.now(),
    }])?;
    Ok(error)
}

/// Returns the resource with the points that are live, or, where that look failed, with the new ones added.
fn with_points(
    resource: &RecordedResource,
    live: Result<Option<LiveResource>, ProviderError>,
    made: &[RecoveryPoint],
) -> RecordedResource {
    let mut resource = resource.clone();
    if let Ok(Some(live)) = live {
        resource.recovery_points = live.recovery_points;
    }
    for point in made {
        if !resource
            .recovery_points
            .iter()
            .any(|held| held.id == point.id)
        {
            resource.recovery_points.push(point.clone());
        }
    }
    resource.recovery_points.sort_by_key(|point| point.time);
    resource
}

/// Refuses an address that is not recorded as a protection which backs up.
fn backs_up(
    address: &Address,
    state: &RecordedState,
    providers: &Providers,
) -> Result<(), EngineError> {
    let acting = Acting::on(address, state, providers)?;
    let makes = providers
        .catalog()
        .protections
        .iter()
        .any(|spec| spec.resource_kind == acting.resource.kind && spec.backs_up);
    if makes {
        return Ok(());
    }
    Err(EngineError::NotSuitable {
        address: Box::new(address.clone()),
        reason: "makes no recovery points",
        help: "Name a snapshot or a copy; `lifeboat status` lists them.".to_owned(),
    })
}

/// Returns the addresses once each, with the source of a copy before the copy.
fn in_order(addresses: &[Address], state: &RecordedState) -> VecDeque<Address> {
    let unique: BTreeSet<&Address> = addresses.iter().collect();
    let mut order: Vec<(usize, &Address)> = unique
        .into_iter()
        .map(|address| (depth(address, state), address))
        .collect();
    order.sort();
    order
        .into_iter()
        .map(|(_, address)| address.clone())
        .collect()
}

/// Returns how many copies lie between a protection and the target.
fn depth(address: &Address, state: &RecordedState) -> usize {
    let mut seen = BTreeSet::new();
    let mut at = Some(address.clone());
    while let Some(address) = at {
        at = state.resources.get(&address).and_then(source);
        if !seen.insert(address) {
            break;
        }
    }
    seen.len()
}

/// Returns the protection that a copy copies.
fn source(resource: &RecordedResource) -> Option<Address> {
    resource.attributes.get("from")?.as_str()?.parse().ok()
}

/// Returns the copies of a protection that run after it, because nothing else runs them.
fn following(address: &Address, state: &RecordedState) -> Vec<Address> {
    state
        .resources
        .iter()
        .filter(|(_, resource)| source(resource).as_ref() == Some(address))
        .filter(|(_, resource)| {
            resource
                .attributes
                .get("schedule")
                .is_none_or(serde_json::Value::is_null)
        })
        .map(|(address, _)| address.clone())
        .collect()
}
