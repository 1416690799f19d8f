//! Carrying out one change.
//!
//! What is a setting of somebody's database goes through `gate`, which makes one request of all that is asked of one
//! database at about the same time; `settings` are these. `replica` and `secondary` make databases of their own.

mod database;
mod gate;
mod replica;
mod replicated;
mod secondary;
mod settings;
mod steps;

use std::sync::Arc;

use lifeboat_contract::{CallContext, ChangeKind, ChangeRequest, ErrorClass, ProviderError};
use lifeboat_model::{Address, Attributes, Digest, LiveResource, role};
use serde_json::json;

use super::read::{Database, Shown, is_synchronous};
use super::subject::{Bindings, Subject, at_location, bad_attribute, copies_a_log, subject, text};
use super::{catalog, marks};
use crate::client::{Aws, Session};

pub(crate) use gate::Gates;

/// The longest name of an instance or a cluster, of which another 2 letters name the instance of a cluster.
const LONGEST_NAME: usize = 61;

/// One change with all that it takes.
#[derive(Clone, Copy)]
struct Change<'a> {
    aws: &'a Aws,
    /// The session of the target.
    home: &'a Arc<Session>,
    subject: &'a Subject,
    address: &'a Address,
    kind: &'a str,
    /// The attributes afterwards; none for a deletion.
    after: Option<&'a Attributes>,
    /// The attributes that say what it is about: those afterwards, else those before.
    attributes: &'a Attributes,
    bindings: &'a Bindings,
    context: &'a CallContext,
}

/// Carries out a change, and returns what it left.
///
/// # Errors
/// `conflict` when somebody else holds what is changed, `invalid` when it cannot be; what AWS refuses.
pub(crate) async fn change(
    aws: &Aws,
    request: ChangeRequest<'_>,
    context: &CallContext,
) -> Result<Option<LiveResource>, ProviderError> {
    let (address, after) = (request.address, request.after);
    let attributes = match request.change {
        ChangeKind::Delete => request.before.or(after),
        ChangeKind::Create | ChangeKind::Update => after,
    };
    let attributes = attributes.ok_or_else(|| bad_attribute(address, "target", "given"))?;
    let home = aws.home().await?;
    if request.kind == catalog::BACKUPS {
        return Ok((request.change != ChangeKind::Delete)
            .then(|| super::read::backups_of(&home, attributes)));
    }
    if [catalog::INSTANCE, catalog::CLUSTER].contains(&request.kind) {
        let message = format!("`{address}` of kind `{}` is only read", request.kind);
        return Err(ProviderError::new(ErrorClass::Invalid, message));
    }
    let subject = subject(address, attributes, request.bindings)?;
    let change = Change {
        aws,
        home: &home,
        subject: &subject,
        address,
        kind: request.kind,
        after: after.filter(|_| request.change != ChangeKind::Delete),
        attributes,
        bindings: request.bindings,
        context,
    };
    change.carry_out().await
}

impl Change<'_> {
    async fn carry_out(self) -> Result<Option<LiveResource>, ProviderError> {
        match self.kind {
            catalog::REPLICA => self.replica().await,
            catalog::COPY if copies_a_log(self.address, self.attributes)? => {
                self.replicated().await
            }
            _ => self.setting().await,
        }
    }

    async fn replica(self) -> Result<Option<LiveResource>, ProviderError> {
        let away = at_location(self.aws, self.address, self.attributes, self.bindings).await?;
        let elsewhere = text(self.attributes, "location").is_some();
        let synchronous = is_synchronous(self.attributes);
        let refuse = |message: String, help: &str| {
            Err(ProviderError::new(ErrorClass::Invalid, message).help(help))
        };
        let address = self.address;
        match (self.subject.is_cluster, elsewhere, synchronous) {
            (_, true, true) => refuse(
                format!("`{address}` cannot be synchronous in another region"),
                "Remove `location`, or set `synchronous = false`.",
            ),
            (true, false, false) => refuse(
                format!("`{address}` is a reader, which shares the storage of its cluster"),
                "Set `synchronous = true`, or give it a `location`.",
            ),
            (false, false, true) => self.setting().await,
            (true, true, false) => self.secondary(&away).await,
            (false, _, false) | (true, false, true) => self.own(&away).await,
        }
    }

    /// Changes a setting of the target itself.
    async fn setting(self) -> Result<Option<LiveResource>, ProviderError> {
        let make = steps::of(&self)?;
        let gates = &self.aws.gates;
        let changed = gates
            .change(self.home, self.subject, make, self.context)
            .await?;
        match (changed, self.after) {
            (_, None) => Ok(None),
            (None, Some(_)) => Err(self.gone()),
            (Some(database), Some(_)) => self.shown(&database),
        }
    }

    /// Returns the setting of a database as the contract wants it.
    fn shown(self, database: &Database) -> Result<Option<LiveResource>, ProviderError> {
        let shown = Shown {
            address: self.address,
            applied: self.attributes,
            configuration: self.configuration(),
            session: self.home,
            database,
        };
        match self.kind {
            catalog::LOG => shown.log(),
            catalog::GUARD => shown.guard(),
            catalog::REPLICA => shown.standby(),
            _ => shown.scheduled(),
        }
    }

    fn configuration(&self) -> &str {
        &self.aws.settings.configuration
    }

    fn gone(&self) -> ProviderError {
        let noun = if self.subject.is_cluster {
            "cluster"
        } else {
            "instance"
        };
        let message = format!(
            "there is no {noun} `{}` in {}, which `{}` protects",
            self.subject.id, self.home.region, self.address
        );
        ProviderError::new(ErrorClass::NotFound, message).help("Plan again.")
    }

    /// Returns the tags of something that it makes.
    fn tags(&self) -> Vec<aws_sdk_rds::types::Tag> {
        let defaults = &self.aws.settings.default_tags;
        let tags = crate::ownership::tags(self.address, self.configuration(), defaults);
        database::tags(&tags)
    }
}

/// Returns the name of the replica of a database: always the same one for a protection of a configuration.
pub(crate) fn replica_name(database: &str, address: &Address, configuration: &str) -> String {
    let digest = Digest::of_bytes(marks::value(address, configuration).as_bytes());
    let short = digest.as_str().rsplit(':').next().unwrap_or_default();
    let suffix = format!("-lifeboat-{}", short.get(..8).unwrap_or(short));
    let room = LONGEST_NAME - suffix.len();
    let kept: String = database.chars().take(room).collect();
    format!("{}{suffix}", kept.trim_end_matches('-'))
}

/// Returns the attributes that RDS has no setting for.
fn policy(attributes: &Attributes) -> Attributes {
    [role::SCHEDULE, role::RETENTION, "tags"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), attributes.get(name)?.clone())))
        .filter(|(_, value)| *value != json!(null))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_has_the_same_name_in_every_run_and_one_that_rds_accepts() {
        let address: Address = "target.aws_db_instance.orders.replica[\"dr\"]"
            .parse()
            .unwrap();
        let name = replica_name("orders", &address, "shop");
        assert_eq!(name, replica_name("orders", &address, "shop"));
        assert_ne!(name, replica_name("orders", &address, "other"));
        insta::assert_snapshot!(name, @"orders-lifeboat-93bcc287");
        for id in ["o", &"x".repeat(63), &format!("{}-", "ab-".repeat(20))] {
            let name = replica_name(id, &address, "shop");
            assert!(name.len() <= LONGEST_NAME && !name.contains("--"), "{name}");
        }
    }
}
