//! Checking what a restore made against the point.

use std::sync::Arc;

use lifeboat_contract::{Check, ErrorClass, ProviderError, RestoredRequest, VerifyReport};

use super::groups::{Fitting, fitting, otherwise};
use super::instance::is_usable;
use super::origin::{Origin, origin_of};
use super::place::{Arn, SCRATCH};
use crate::client::{Aws, Session};
use crate::rds::points::list;
use crate::rds::points::shape::Shape;
use crate::rds::points::snapshot::{by_key, gibibytes};
use crate::rds::points::source::{Engine, Source, place_of};
use crate::rds::points::verify::check;

/// Why nothing is said of the data.
const UNREAD: &str = "the provider does not log in to the database; a check of your own can";

/// What stands now.
struct Found {
    status: String,
    engine: String,
    version: String,
    bytes: Option<u64>,
    encrypted: bool,
    shape: Shape,
    scratch: bool,
    members: Option<usize>,
}

/// Checks that what was restored takes queries, and is what the point recorded.
///
/// # Errors
/// `not_found` when it is not there.
pub(crate) async fn verify_restored(
    aws: &Aws,
    request: RestoredRequest<'_>,
) -> Result<VerifyReport, ProviderError> {
    let protected = &request.protected;
    let place = place_of(aws, protected.attributes, protected.bindings).await?;
    let source = Source::of(protected.address, protected.attributes, protected.bindings)?;
    let (session, name) = located(aws, &place.session, request.into).await?;
    let found = found(&session, source.engine, &name).await?;
    let origin = origin_of(aws, &place.session, &source, protected, request.point).await?;
    let fitting = fitting(&session, source.engine, &origin.shape).await?;
    Ok(VerifyReport {
        checks: compared(&name, &found, &origin, &fitting),
        unread: Some(UNREAD.to_owned()),
    })
}

/// Returns the session and the identifier of what a restore named.
async fn located(
    aws: &Aws,
    session: &Arc<Session>,
    into: &str,
) -> Result<(Arc<Session>, String), ProviderError> {
    match Arn::of(into) {
        None => Ok((Arc::clone(session), into.to_owned())),
        Some(arn) if arn.region == session.region => Ok((Arc::clone(session), arn.identifier)),
        Some(arn) => Ok((aws.in_region(&arn.region).await?, arn.identifier)),
    }
}

async fn found(session: &Session, engine: Engine, name: &str) -> Result<Found, ProviderError> {
    let missing = || {
        let message = format!(
            "there is no {} `{name}` in {}",
            engine.noun(),
            session.region
        );
        ProviderError::new(ErrorClass::NotFound, message)
    };
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    match engine {
        Engine::Instance => {
            let it = list::instance(session, name).await?.ok_or_else(missing)?;
            Ok(Found {
                status: text(it.db_instance_status()),
                engine: text(it.engine()),
                version: text(it.engine_version()),
                bytes: gibibytes(it.allocated_storage()),
                encrypted: it.storage_encrypted().unwrap_or_default(),
                shape: Shape::of_instance(&it),
                scratch: by_key(it.tag_list()).contains_key(SCRATCH),
                members: None,
            })
        }
        Engine::Cluster => {
            let it = list::cluster(session, name).await?.ok_or_else(missing)?;
            Ok(Found {
                status: text(it.status()),
                engine: text(it.engine()),
                version: text(it.engine_version()),
                bytes: None,
                encrypted: it.storage_encrypted().unwrap_or_default(),
                shape: Shape::of_cluster(&it, None),
                scratch: by_key(it.tag_list()).contains_key(SCRATCH),
                members: Some(it.db_cluster_members().len()),
            })
        }
    }
}

fn compared(name: &str, found: &Found, origin: &Origin, fitting: &Fitting) -> Vec<Check> {
    let usable = is_usable(name, &found.status).unwrap_or_default();
    let mut checks = vec![
        check("status", usable, format!("`{name}` is `{}`", found.status)),
        check(
            "engine",
            found.engine == origin.engine && found.version == origin.version,
            format!(
                "{} {}, and the point is of {} {}",
                found.engine, found.version, origin.engine, origin.version
            ),
        ),
    ];
    if let (Some(now), Some(then)) = (found.bytes, origin.bytes) {
        let detail = format!("{now} bytes are allocated, and the point has {then}");
        checks.push(check("storage", now >= then, detail));
    }
    if let Some(members) = found.members {
        checks.push(check("members", members > 0, format!("it has {members}")));
    }
    let sealed = found.encrypted || !origin.encrypted;
    let detail = match (found.encrypted, origin.encrypted) {
        (true, _) => "it is encrypted",
        (false, true) => "it is not encrypted, and the point is",
        (false, false) => "neither it nor the point is encrypted",
    };
    checks.push(check("encryption", sealed, detail));
    checks.push(groups(found, fitting));
    checks
}

/// Compares the groups and settings that can be what they were here. A drill is alone, and not kept from being deleted.
fn groups(found: &Found, fitting: &Fitting) -> Check {
    let kept = if found.scratch {
        fitting
            .shape
            .without(&["multi-az", "protected", "retention"])
    } else {
        fitting.shape.clone()
    };
    let differs = otherwise(&kept, &found.shape);
    let mut says: Vec<String> = differs
        .iter()
        .map(|name| {
            let (is, was) = (found.shape.all(name).join(", "), kept.all(name).join(", "));
            format!("{name} is `{is}`, and was `{was}`")
        })
        .collect();
    if kept.is_empty() {
        says.push("the point records none".to_owned());
    } else if says.is_empty() {
        let what = if fitting.left_out.is_empty() {
            "what the point records"
        } else {
            "what this region can have of what the point records"
        };
        says.push(format!("{what} was put back"));
    }
    says.extend(
        fitting
            .left_out
            .iter()
            .map(|(what, why)| format!("{what}: {why}")),
    );
    check("groups", differs.is_empty(), says.join("; "))
}
