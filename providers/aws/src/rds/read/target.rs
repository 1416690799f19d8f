//! Databases and the backups of a region as the contract wants them.

use jiff::{SignedDuration, Timestamp};
use lifeboat_contract::ReadItem;
use lifeboat_model::{Attributes, LiveResource, Mechanism, ReadFailure};
use serde_json::{Value, json};

use super::database::Database;
use super::nearest::nearest;
use super::region::Region;
use super::{Found, place};
use crate::client::Session;
use crate::rds::subject::{Subject, text};

/// RDS uploads log every 5 minutes; only what the last instant is behind beyond that is a delay.
const UPLOADED_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// Returns a target, and what each protection that may be added to it would fail with.
pub(super) fn database(
    home: &Region,
    item: &ReadItem,
    subject: &Subject,
) -> Result<Found, ReadFailure> {
    let databases = home.databases(subject.is_cluster)?;
    let Some(found) = databases.get(&subject.id) else {
        return Err(missing(home, subject, databases.keys()));
    };
    let writer = writer(home, found);
    let session = &home.session;
    let mut attributes = Attributes::new();
    attributes.insert("identifier".to_owned(), json!(subject.id));
    let part = |mechanism: Mechanism| item.address.clone().part(mechanism.as_str(), None);
    let key = found.kms_key.as_deref().filter(|_| found.encrypted);
    let backups = place::of_backups(session);
    let needs = place::needs(session, key);
    let standby = if found.is_cluster {
        place::of_replica_to_be(session, &format!("{}-reader", found.id), None, writer)
    } else {
        place::of_standby(session, found)
    };
    let by_backups = [Mechanism::Log, Mechanism::Snapshot].map(part);
    Ok(Found {
        live: Some(LiveResource {
            attributes,
            facts: facts(found, writer),
            domains: place::of_database(session, found, writer),
            needs: needs.clone(),
            ..LiveResource::default()
        }),
        places: by_backups
            .iter()
            .map(|address| (address.clone(), backups.clone()))
            .chain([(part(Mechanism::Replica), standby)])
            .collect(),
        needs: by_backups
            .into_iter()
            .map(|address| (address, needs.clone()))
            .collect(),
    })
}

/// Returns the failure of a target that is not there, with the names that may be meant.
fn missing<'a>(
    home: &Region,
    subject: &Subject,
    names: impl Iterator<Item = &'a String>,
) -> ReadFailure {
    let (noun, id) = (
        if subject.is_cluster {
            "cluster"
        } else {
            "instance"
        },
        &subject.id,
    );
    let (region, account) = (&home.session.region, &home.session.account);
    let near = nearest(id, names);
    let near: Vec<String> = near.into_iter().map(|name| format!("`{name}`")).collect();
    let said = match near.as_slice() {
        [] => String::new(),
        near => format!("; there is {}", near.join(", ")),
    };
    ReadFailure {
        class: lifeboat_contract::ErrorClass::NotFound.as_str().to_owned(),
        message: format!("there is no {noun} `{id}` in {region} of the account {account}{said}"),
        help: Some("Correct `identifier`, or the region of the provider.".to_owned()),
    }
}

/// Returns the member of a cluster that takes the writes.
pub(super) fn writer<'r>(home: &'r Region, of: &Database) -> Option<&'r Database> {
    let member = of.members.iter().find(|member| member.writes)?;
    home.instances().ok()?.get(&member.id)
}

/// Returns what is observed of a database.
pub(super) fn facts(of: &Database, writer: Option<&Database>) -> Attributes {
    let given = |value: &Option<String>| value.clone().map(Value::String);
    let one = [
        ("status", Some(json!(of.status))),
        ("engine", Some(json!(of.engine))),
        ("engine_version", Some(json!(of.version))),
        ("arn", Some(json!(of.arn))),
        (
            "instance_class",
            given(&of.class).or_else(|| writer.and_then(|writer| given(&writer.class))),
        ),
        // Aurora grows by itself, and tells 1 whatever it holds.
        (
            "size_bytes",
            of.gib
                .filter(|gib| !of.is_cluster || *gib > 1)
                .map(|gib| json!(gib << 30)),
        ),
        ("backup_retention_days", Some(json!(of.retention))),
        ("backup_window", given(&of.window)),
        (
            "latest_restorable_time",
            of.latest
                .filter(|_| of.retention > 0)
                .map(|latest| json!(latest.to_string())),
        ),
        ("multi_az", Some(json!(of.multi_az))),
        ("deletion_protection", Some(json!(of.deletion_protection))),
        ("encrypted", Some(json!(of.encrypted))),
        ("kms_key", given(&of.kms_key)),
        ("zone", given(&writer.unwrap_or(of).zone)),
        ("second_zone", given(&of.second_zone)),
        ("replica_of", given(&of.replica_of)),
        ("global_cluster", given(&of.global)),
        ("endpoint", given(&of.endpoint)),
    ];
    let groups = of
        .groups
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(name, names)| ((*name).to_owned(), json!(names)));
    one.into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .chain(groups)
        .collect()
}

/// Returns by how many seconds the upload of log is later than usual; none where it is not.
pub(super) fn upload_delay(latest: Option<Timestamp>, as_of: Timestamp) -> Option<u64> {
    let behind = as_of.duration_since(latest?);
    let late = behind.checked_sub(UPLOADED_EVERY)?;
    u64::try_from(late.as_secs()).ok().filter(|late| *late > 0)
}

/// Returns the backups of a region: they are there when the session is.
pub(super) fn backups(home: &Region, item: &ReadItem) -> Found {
    Found {
        live: Some(backups_of(&home.session, &item.attributes)),
        ..Found::default()
    }
}

/// Returns the backups that a session reaches.
pub(crate) fn backups_of(session: &Session, applied: &Attributes) -> LiveResource {
    let mut attributes: Attributes = ["provider", "kms_key"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), applied.get(name)?.clone())))
        .collect();
    attributes.insert("region".to_owned(), json!(session.region));
    attributes.insert("account_id".to_owned(), json!(session.account));
    LiveResource {
        domains: place::of_backups(session),
        needs: place::needs(session, text(&attributes, "kms_key")),
        attributes,
        ..LiveResource::default()
    }
}
