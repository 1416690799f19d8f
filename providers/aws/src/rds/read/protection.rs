//! Logs, snapshots, copies and guards as the contract wants them.

use jiff::Timestamp;
use lifeboat_contract::ProviderError;
use lifeboat_model::{Address, Attributes, LiveResource, ReadFailure, Retention, Span, role};
use serde_json::{Value, json};

use super::database::Database;
use super::listing::Automated;
use super::region::{Region, failure};
use super::target::{facts, upload_delay};
use super::{Found, Wanted, World, orphan, place};
use crate::client::Session;
use crate::rds::points::log::ends;
use crate::rds::points::snapshot::points_of;
use crate::rds::subject::{Subject, copies_a_log, text};
use crate::rds::{catalog, marks};

/// A protection, and the database that it is a setting of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a> {
    /// Its address.
    pub(crate) address: &'a Address,
    /// What was applied, or will be: what no API tells is taken from it.
    pub(crate) applied: &'a Attributes,
    /// The name of the configuration.
    pub(crate) configuration: &'a str,
    /// The session of the database.
    pub(crate) session: &'a Session,
    /// The database.
    pub(crate) database: &'a Database,
}

/// Returns what is there of a protection, whose database may be gone, and its region not reached.
pub(super) fn find(
    world: &World<'_>,
    wanted: &Wanted,
    subject: &Subject,
) -> Result<Found, ReadFailure> {
    let item = &wanted.item;
    let home = world.home(wanted);
    let databases = home
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|home| home.databases(subject.is_cluster));
    let database = match databases {
        Ok(databases) => databases.get(&subject.id),
        // Copies are for exactly this.
        Err(failure) => {
            return match orphan::copied(world, wanted, subject)? {
                Some(live) => Ok(Found::of(live)),
                None => Err(failure),
            };
        }
    };
    let home = home?;
    let Some(database) = database else {
        let left = match item.kind.as_str() {
            catalog::COPY => orphan::copied(world, wanted, subject)?,
            _ => orphan::left(world, wanted, subject, home)?,
        };
        return Ok(left.map(Found::of).unwrap_or_default());
    };
    let shown = Shown {
        address: &item.address,
        applied: &item.attributes,
        configuration: world.configuration,
        session: &home.session,
        database,
    };
    let found = match item.kind.as_str() {
        catalog::LOG => log(shown, home, world.as_of)?,
        catalog::SNAPSHOT => snapshot(shown, home)?,
        catalog::COPY => copy(shown, world, wanted)?,
        _ => shown.guard().map_err(|error| failure(&error))?,
    };
    Ok(match found {
        Some(live) => Found::of(live),
        None => shown.planned(item.kind == catalog::COPY || item.kind == catalog::GUARD),
    })
}

fn log(
    shown: Shown<'_>,
    home: &Region,
    as_of: Timestamp,
) -> Result<Option<LiveResource>, ReadFailure> {
    let Some(mut live) = shown.log().map_err(|error| failure(&error))? else {
        return Ok(None);
    };
    let database = shown.database;
    let automated = if database.is_cluster {
        None
    } else {
        home.automated()?.get(&database.arn)
    };
    let reach = shown.reach(automated);
    live.recovery_points = ends(
        shown.address,
        &shown.session.region,
        reach,
        database.gib.filter(|_| !database.is_cluster),
    );
    if let Some(late) = upload_delay(reach.1, as_of) {
        live.facts.insert("upload_delay".to_owned(), json!(late));
    }
    Ok(Some(live))
}

fn snapshot(shown: Shown<'_>, home: &Region) -> Result<Option<LiveResource>, ReadFailure> {
    let Some(mut live) = shown.scheduled().map_err(|error| failure(&error))? else {
        return Ok(None);
    };
    let snapshots = home.snapshots(shown.database.is_cluster)?.values();
    live.recovery_points = points_of(snapshots, shown.address, shown.configuration);
    live.domains = place::of_backups(shown.session);
    live.needs = shown.needs();
    Ok(Some(live))
}

fn copy(
    shown: Shown<'_>,
    world: &World<'_>,
    wanted: &Wanted,
) -> Result<Option<LiveResource>, ReadFailure> {
    let Some((away, kms)) = world.away(wanted) else {
        return Ok(None);
    };
    let of_log = copies_a_log(shown.address, shown.applied).map_err(|error| failure(&error))?;
    let found = if of_log {
        let replicated = away.automated()?.get(&shown.database.arn);
        let found = shown.replicated(replicated);
        found.map_err(|error| failure(&error))?.map(|mut live| {
            let reach = replicated.map_or((None, None), |it| (it.earliest, it.latest));
            let region = &away.session.region;
            live.recovery_points = ends(shown.address, region, reach, shown.database.gib);
            live
        })
    } else {
        let found = shown.scheduled().map_err(|error| failure(&error))?;
        match found {
            Some(mut live) => {
                let snapshots = away.snapshots(shown.database.is_cluster)?.values();
                live.recovery_points = points_of(snapshots, shown.address, shown.configuration);
                Some(live)
            }
            None => None,
        }
    };
    Ok(found.map(|live| LiveResource {
        domains: place::of_backups(&away.session),
        needs: place::needs(&away.session, kms),
        ..live
    }))
}

impl Shown<'_> {
    fn claimed(&self, key: &str) -> Result<bool, ProviderError> {
        let Self { database, .. } = self;
        marks::claimed(
            &database.id,
            key,
            &database.tags,
            self.address,
            self.configuration,
        )
    }

    fn needs(&self) -> Vec<lifeboat_model::Need> {
        let key = self.database.kms_key.as_deref();
        place::needs(self.session, key.filter(|_| self.database.encrypted))
    }

    /// Returns the attributes that the planner fills in, as they were applied.
    pub(crate) fn filled(&self) -> Attributes {
        [
            "target",
            "source",
            role::FROM,
            role::REPOSITORY,
            "location",
            role::FENCED,
        ]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), self.applied.get(name)?.clone())))
        .collect()
    }

    /// Returns whether somebody asked for an attribute.
    fn asked(&self, name: &str) -> bool {
        self.applied.get(name).is_some_and(|it| !it.is_null())
    }

    /// Returns the first and the last instant that automated backups reach.
    ///
    /// The last one is told by the database itself; RDS tells it even of an instance without backups, for which it
    /// means nothing.
    fn reach(&self, automated: Option<&Automated>) -> (Option<Timestamp>, Option<Timestamp>) {
        let database = self.database;
        if database.retention == 0 {
            return (None, None);
        }
        let earliest = automated.and_then(|it| it.earliest);
        (database.earliest.or(earliest), database.latest)
    }

    /// Returns automated backups, where they are managed.
    ///
    /// # Errors
    /// `conflict` when another protection or configuration manages them.
    pub(crate) fn log(&self) -> Result<Option<LiveResource>, ProviderError> {
        if !self.claimed(marks::LOG)? {
            return Ok(None);
        }
        let database = self.database;
        let days = u64::try_from(database.retention).unwrap_or_default();
        let mut attributes = self.filled();
        attributes.insert(
            role::WINDOW.to_owned(),
            json!(self.as_applied(role::WINDOW, days)),
        );
        attributes.insert(role::FLUSH_EVERY.to_owned(), json!(catalog::UPLOADED_EVERY));
        if self.asked("backup_window") {
            attributes.insert("backup_window".to_owned(), json!(database.window));
        }
        Ok(Some(LiveResource {
            attributes,
            facts: facts(database, None)
                .into_iter()
                .filter(|(name, _)| ["status", "latest_restorable_time"].contains(&name.as_str()))
                .collect(),
            domains: place::of_backups(self.session),
            needs: self.needs(),
            ..LiveResource::default()
        }))
    }

    /// Returns so many days as they were applied, where they are as many.
    fn as_applied(&self, name: &str, days: u64) -> String {
        let span = Span::from_days(days);
        text(self.applied, name)
            .filter(|text| text.parse() == Ok(span))
            .map_or_else(|| span.to_string(), str::to_owned)
    }

    /// Returns a schedule of snapshots or of copies, where it stands.
    ///
    /// # Errors
    /// `conflict` when its tag is another's.
    pub(crate) fn scheduled(&self) -> Result<Option<LiveResource>, ProviderError> {
        let key = marks::scheduled(self.address, self.configuration);
        if !self.claimed(&key)? {
            return Ok(None);
        }
        let mut attributes = self.filled();
        attributes.extend(marks::held(&key, &self.database.tags));
        Ok(Some(LiveResource {
            attributes,
            ..LiveResource::default()
        }))
    }

    /// Returns replicated automated backups, where they are managed and go on.
    ///
    /// # Errors
    /// `conflict` when another protection or configuration manages them.
    pub(crate) fn replicated(
        &self,
        replicated: Option<&Automated>,
    ) -> Result<Option<LiveResource>, ProviderError> {
        if !self.claimed(marks::REPLICATED)? {
            return Ok(None);
        }
        let Some(replicated) = replicated.filter(|it| it.status != "retained") else {
            return Ok(None);
        };
        let mut attributes = self.filled();
        attributes.extend(marks::held(marks::REPLICATED, &self.database.tags));
        let days = replicated.retention.and_then(|it| u64::try_from(it).ok());
        if let Some(days) = days {
            let asked = self.applied.get(role::RETENTION);
            let asked = asked.filter(|it| retention_days(it) == Some(days));
            let limit = || {
                serde_json::to_value(Retention {
                    delete_after: Some(Span::from_days(days)),
                    ..Retention::default()
                })
                .unwrap_or_default()
            };
            attributes.insert(
                role::RETENTION.to_owned(),
                asked.cloned().unwrap_or_else(limit),
            );
        }
        Ok(Some(LiveResource {
            attributes,
            facts: [("status".to_owned(), json!(replicated.status))].into(),
            ..LiveResource::default()
        }))
    }

    /// Returns deletion protection, where it is managed.
    ///
    /// # Errors
    /// `conflict` when another protection or configuration manages it.
    pub(crate) fn guard(&self) -> Result<Option<LiveResource>, ProviderError> {
        if !self.claimed(marks::GUARD)? {
            return Ok(None);
        }
        let database = self.database;
        let mut attributes = self.filled();
        attributes.insert(
            "deletion_protection".to_owned(),
            json!(database.deletion_protection),
        );
        for (name, value) in [
            ("copy_tags_to_snapshot", database.copy_tags),
            ("encrypted", database.encrypted),
        ] {
            if self.asked(name) {
                attributes.insert(name.to_owned(), json!(value));
            }
        }
        Ok(Some(LiveResource {
            attributes,
            domains: place::of_session(self.session),
            ..LiveResource::default()
        }))
    }

    /// Returns what a log or a snapshot that does not stand yet would fail with and need.
    fn planned(&self, elsewhere: bool) -> Found {
        if elsewhere {
            return Found::default();
        }
        Found {
            live: None,
            places: [(self.address.clone(), place::of_backups(self.session))].into(),
            needs: [(self.address.clone(), self.needs())].into(),
        }
    }
}

/// Returns for how many days a retention keeps replicated backups; none where it asks for more than RDS has.
pub(crate) fn retention_days(value: &Value) -> Option<u64> {
    catalog::days_of(&serde_json::from_value(value.clone()).ok()?)
}
