//! Checking recovery points where they are, as far as RDS tells of them.
//!
//! RDS gives nobody the bytes of a snapshot: what can be checked is that it is there, whole by RDS's own word, of some
//! size, encrypted as its source, and that its key can be used. Reading the data takes a restore, which is a drill.

use std::collections::BTreeSet;

use aws_sdk_kms::types::KeyState;
use lifeboat_contract::{Check, ErrorClass, ProviderError, VerifyReport, VerifyRequest};

use super::back_up::reach_of;
use super::copy::replicated;
use super::list;
use super::log::{Reach, points_of_log};
use super::snapshot::{Snapshot, points_of};
use super::source::{Place, Source, copies_log, place_of};
use crate::client::{Aws, Session};
use crate::error::{Failed as _, unknown_kind};
use crate::rds::catalog::{COPY, LOG, SNAPSHOT};

/// Why no byte is read.
const UNREAD: &str =
    "RDS gives nobody the bytes of a snapshot; a drill restores one and looks at it";

/// Checks the points of a protection.
///
/// # Errors
/// When RDS or KMS cannot be asked.
pub(crate) async fn verify(
    aws: &Aws,
    request: VerifyRequest<'_>,
) -> Result<VerifyReport, ProviderError> {
    let protected = &request.protected;
    let place = place_of(aws, protected.attributes, protected.bindings).await?;
    let source = Source::of(protected.address, protected.attributes, protected.bindings)?;
    let checks = match protected.kind {
        LOG => of_log(reach_of(&place.session, &source).await?, &request),
        COPY if copies_log(protected) => {
            of_log(replicated(&place.session, &source).await?, &request)
        }
        SNAPSHOT | COPY => of_snapshots(aws, &place, &source, &request).await?,
        other => return Err(unknown_kind(protected.address, other)),
    };
    let unread = request.read_data.then(|| UNREAD.to_owned());
    Ok(VerifyReport { checks, unread })
}

pub(crate) fn check(name: &str, passed: bool, detail: impl Into<String>) -> Check {
    Check {
        name: name.to_owned(),
        passed,
        detail: detail.into(),
    }
}

fn of_log(reach: Option<Reach>, request: &VerifyRequest<'_>) -> Vec<Check> {
    let name = "reach of the log";
    let Some(reach) = reach else {
        return vec![check(
            name,
            false,
            "RDS keeps no automated backup that can be restored",
        )];
    };
    let points = points_of_log(&reach, request.protected.address);
    let times: Vec<String> = points.iter().map(|point| point.time.to_string()).collect();
    vec![check(name, true, times.join(" to "))]
}

async fn of_snapshots(
    aws: &Aws,
    place: &Place,
    source: &Source,
    request: &VerifyRequest<'_>,
) -> Result<Vec<Check>, ProviderError> {
    let (session, address) = (&place.session, request.protected.address);
    let configuration = &aws.settings.configuration;
    let mut held = list::snapshots_of(session, source).await?;
    held.retain(|snapshot| snapshot.is_of(address, configuration));
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let points = points_of(&held, address, configuration);
    let mut checks = vec![
        each("snapshots", &held, "available or being made", |it| {
            it.status != "failed"
        }),
        check(
            "recovery points",
            !points.is_empty(),
            format!(
                "{} of {} snapshots can be restored",
                points.len(),
                held.len()
            ),
        ),
    ];
    // Of Aurora the size is not known.
    if held.iter().any(|it| it.bytes.is_some()) {
        checks.push(each("size", &held, "of some size", |it| {
            it.bytes.is_some_and(|bytes| bytes > 0)
        }));
    }
    let encrypted = held.iter().any(|it| it.encrypted) || place.key.is_some();
    if encrypted {
        checks.push(each("encryption", &held, "encrypted", |it| it.encrypted));
    }
    let sealed = held.iter().filter(|it| it.encrypted);
    let keys: BTreeSet<&str> = sealed.filter_map(|it| it.key.as_deref()).collect();
    for key in keys {
        checks.push(usable(session, key).await?);
    }
    Ok(checks)
}

/// Returns a check of what must hold of each snapshot.
fn each(name: &str, held: &[Snapshot], what: &str, holds: impl Fn(&Snapshot) -> bool) -> Check {
    let wrong: Vec<&str> = held
        .iter()
        .filter(|snapshot| !holds(snapshot))
        .map(|snapshot| snapshot.name.as_str())
        .collect();
    let detail = if wrong.is_empty() {
        format!("{} are {what}", held.len())
    } else {
        format!(
            "{} of {} are not {what}: {}",
            wrong.len(),
            held.len(),
            wrong.join(", ")
        )
    };
    check(name, wrong.is_empty(), detail)
}

/// Returns whether a key can open what it closed.
async fn usable(session: &Session, key: &str) -> Result<Check, ProviderError> {
    let name = "key";
    let said = session.kms.describe_key().key_id(key).send().await;
    let said = said.map_err(|error| error.failed("kms:DescribeKey", key));
    match said {
        Ok(said) => {
            let found = said.key_metadata();
            let state = found.and_then(|found| found.key_state());
            let says = state.map_or("in no state", KeyState::as_str);
            Ok(check(
                name,
                state == Some(&KeyState::Enabled),
                format!("`{key}` is {says}"),
            ))
        }
        Err(error) if error.class == ErrorClass::NotFound => {
            Ok(check(name, false, format!("`{key}` does not exist")))
        }
        Err(error) => Err(error),
    }
}
