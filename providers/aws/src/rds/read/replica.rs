//! Standbys, readers, read replicas and secondary clusters as the contract wants them.

use lifeboat_contract::ProviderError;
use lifeboat_model::{Attributes, LiveResource, ReadFailure, role};
use serde_json::json;

use super::database::Database;
use super::protection::Shown;
use super::region::failure;
use super::target::{facts, writer};
use super::{Found, Wanted, World, place};
use crate::client::Session;
use crate::ownership;
use crate::rds::change::replica_name;
use crate::rds::marks;
use crate::rds::subject::{Subject, switch, text};

/// Returns what is there of a replica.
pub(super) fn find(
    world: &World<'_>,
    wanted: &Wanted,
    subject: &Subject,
) -> Result<Found, ReadFailure> {
    let item = &wanted.item;
    let is_standby = !subject.is_cluster && is_synchronous(&item.attributes);
    if is_standby {
        let home = world.home(wanted)?;
        let Some(database) = home.instances()?.get(&subject.id) else {
            return Ok(Found::default());
        };
        let shown = Shown {
            address: &item.address,
            applied: &item.attributes,
            configuration: world.configuration,
            session: &home.session,
            database,
        };
        let live = shown.standby().map_err(|error| failure(&error))?;
        let to_be = place::of_standby(&home.session, database);
        return Ok(found(live, wanted, to_be));
    }
    let Some((away, _)) = world.away(wanted) else {
        return Ok(Found::default());
    };
    let is_secondary = subject.is_cluster && text(&item.attributes, "location").is_some();
    let name = replica_name(&subject.id, &item.address, world.configuration);
    let replica = away.databases(is_secondary)?.get(&name);
    let live = match replica {
        None => None,
        Some(replica) => {
            let shown = Shown {
                address: &item.address,
                applied: &item.attributes,
                configuration: world.configuration,
                session: &away.session,
                database: replica,
            };
            let of = writer(away, replica);
            shown.own(of).map_err(|error| failure(&error))?
        }
    };
    let zone = text(&item.attributes, "availability_zone");
    // A replica elsewhere is read though the region of the target is lost.
    let stands = world.home(wanted).ok().and_then(|home| {
        let target = home.databases(subject.is_cluster).ok()?.get(&subject.id)?;
        writer(home, target).or(Some(target))
    });
    let to_be = place::of_replica_to_be(&away.session, &name, zone, stands);
    Ok(found(live, wanted, to_be))
}

/// Returns whether a replica is there before a write is acknowledged.
pub(crate) fn is_synchronous(attributes: &Attributes) -> bool {
    switch(attributes, role::SYNCHRONOUS) == Some(true)
}

fn found(live: Option<LiveResource>, wanted: &Wanted, to_be: Vec<lifeboat_model::Domain>) -> Found {
    let address = &wanted.item.address;
    let places = match live {
        Some(_) => Default::default(),
        None => [(address.clone(), to_be)].into(),
    };
    Found {
        live,
        places,
        ..Found::default()
    }
}

impl Shown<'_> {
    /// Returns the standby of an instance, where it is managed and there.
    ///
    /// # Errors
    /// `conflict` when another protection or configuration manages it.
    pub(crate) fn standby(&self) -> Result<Option<LiveResource>, ProviderError> {
        let database = self.database;
        let ours = marks::claimed(
            &database.id,
            marks::REPLICA,
            &database.tags,
            self.address,
            self.configuration,
        )?;
        if !ours || !database.multi_az {
            return Ok(None);
        }
        let mut attributes = self.filled();
        attributes.insert(role::SYNCHRONOUS.to_owned(), json!(true));
        attributes.insert("identifier".to_owned(), json!(database.id));
        Ok(Some(LiveResource {
            attributes,
            facts: [("status".to_owned(), json!(database.status))].into(),
            domains: place::of_standby(self.session, database),
            ..LiveResource::default()
        }))
    }

    /// Returns a replica that is an instance or a cluster of its own; here the database is the replica.
    ///
    /// # Errors
    /// `conflict` when it belongs to somebody else.
    pub(crate) fn own(
        &self,
        writer: Option<&Database>,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let database = self.database;
        self.is_ours()?;
        let follows =
            database.is_cluster || database.member_of.is_some() || database.replica_of.is_some();
        if !follows {
            let message = format!(
                "`{}` was promoted and follows nothing any more",
                database.id
            );
            return Err(
                ProviderError::new(lifeboat_contract::ErrorClass::Conflict, message).help(
                    "Name it as the target, or remove the block of the replica with `on_remove = \"forget\"`.",
                ),
            );
        }
        let mut attributes = self.filled();
        attributes.insert(
            role::SYNCHRONOUS.to_owned(),
            json!(is_synchronous(self.applied)),
        );
        attributes.insert("identifier".to_owned(), json!(database.id));
        let class = writer.and_then(|it| it.class.as_ref());
        let stands = writer.unwrap_or(database);
        for (name, value) in [
            ("instance_class", class.or(database.class.as_ref())),
            ("availability_zone", stands.zone.as_ref()),
            ("kms_key", database.kms_key.as_ref()),
        ] {
            if text(self.applied, name).is_some() {
                attributes.insert(name.to_owned(), json!(value));
            }
        }
        // A key is told by its ARN, whatever name it was given by.
        if let Some(asked) = text(self.applied, "kms_key") {
            let is_arn = asked.starts_with("arn:");
            let told = database.kms_key.as_deref().unwrap_or_default();
            if !is_arn && !told.is_empty() && (asked.starts_with("alias/") || told.ends_with(asked))
            {
                attributes.insert("kms_key".to_owned(), json!(asked));
            }
        }
        Ok(Some(LiveResource {
            attributes,
            facts: facts(database, writer),
            domains: place::of_database(self.session, database, writer),
            needs: key_needs(self.session, database),
            ..LiveResource::default()
        }))
    }

    /// Fails where what has the name of our replica is not ours.
    pub(crate) fn is_ours(&self) -> Result<(), ProviderError> {
        let database = self.database;
        let ours = ownership::owned(
            &database.arn,
            &database.tags,
            self.address,
            self.configuration,
        )?;
        if ours {
            return Ok(());
        }
        let message = format!(
            "there is a {} `{}` already, and `{}` did not make it",
            database.noun(),
            database.id,
            self.address
        );
        Err(
            ProviderError::new(lifeboat_contract::ErrorClass::Conflict, message)
                .help("Delete it, or tag it as ours."),
        )
    }
}

/// A promotion calls RDS in the replica's own region; the key is the replica's.
fn key_needs(session: &Session, database: &Database) -> Vec<lifeboat_model::Need> {
    let key = database.kms_key.as_deref();
    place::needs(session, key.filter(|_| database.encrypted))
}
