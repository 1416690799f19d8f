//! What each protection that is a setting does to its database, by how the database is.

use std::sync::Arc;

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, Attributes, Span, role};

use super::gate::{Decide, Make, Step};
use super::settings::Settings;
use super::{Change, policy};
use crate::rds::catalog;
use crate::rds::marks::{self, Tags};
use crate::rds::read::Database;
use crate::rds::subject::{bad_attribute, switch, text};

/// A protection with what it asks for.
struct Wanted {
    address: Address,
    configuration: String,
    key: String,
    /// None for a removal.
    after: Option<Attributes>,
}

/// Returns what a change does.
///
/// # Errors
/// `invalid` when an attribute makes no sense.
pub(super) fn of(change: &Change<'_>) -> Result<Make, ProviderError> {
    let (address, configuration) = (change.address, change.configuration());
    let wanted = |key: &str| Wanted {
        address: address.clone(),
        configuration: configuration.to_owned(),
        key: key.to_owned(),
        after: change.after.cloned(),
    };
    let step: Arc<Decide> = match change.kind {
        catalog::LOG => {
            let days = change.after.map(|after| days(address, after)).transpose()?;
            let wanted = wanted(marks::LOG);
            Arc::new(move |database| wanted.log(database, days))
        }
        catalog::GUARD => {
            let wanted = wanted(marks::GUARD);
            Arc::new(move |database| wanted.guard(database))
        }
        catalog::REPLICA => {
            let wanted = wanted(marks::REPLICA);
            Arc::new(move |database| wanted.standby(database))
        }
        _ => {
            let key = marks::scheduled(address, configuration);
            let document = change.after.map(policy).unwrap_or_default();
            let document = marks::document(address, &key, &document)?;
            let wanted = wanted(&key);
            Arc::new(move |database| wanted.scheduled(database, &document))
        }
    };
    Ok(Make {
        address: address.clone(),
        step,
    })
}

/// Returns for how many days automated backups shall be kept.
pub(super) fn days(address: &Address, attributes: &Attributes) -> Result<i32, ProviderError> {
    let days = text(attributes, role::WINDOW)
        .and_then(|text| text.parse::<Span>().ok())
        .and_then(catalog::whole_days);
    days.and_then(|days| i32::try_from(days).ok())
        .ok_or_else(|| bad_attribute(address, role::WINDOW, "1 to 35 whole days"))
}

/// Returns what stood before, of `name=value` words.
fn word<'a>(said: &'a str, name: &str) -> Option<&'a str> {
    said.split(' ')
        .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
}

impl Wanted {
    fn claimed(&self, database: &Database) -> Result<bool, ProviderError> {
        marks::claimed(
            &database.id,
            &self.key,
            &database.tags,
            &self.address,
            &self.configuration,
        )
    }

    /// Returns what was there before lifeboat, where that is remembered.
    fn before<'d>(&self, database: &'d Database) -> &'d str {
        let said = database.tags.get(&marks::before(&self.key));
        said.map_or("", String::as_str)
    }

    /// Returns the mark, and what was there before where nobody has remembered that yet.
    fn marks(&self, database: &Database, before: Option<String>) -> Tags {
        let key = marks::before(&self.key);
        let before = before.filter(|_| !database.tags.contains_key(&key));
        let mark = marks::value(&self.address, &self.configuration);
        let before = before.map(|before| (key, before));
        before
            .into_iter()
            .chain([(self.key.clone(), mark)])
            .collect()
    }

    fn log(&self, database: &Database, days: Option<i32>) -> Result<Step, ProviderError> {
        let ours = self.claimed(database)?;
        let Some(after) = &self.after else {
            return if ours {
                self.no_log(database)
            } else {
                Ok(Step::default())
            };
        };
        let window = text(after, "backup_window").map(str::to_owned);
        let mut before = format!("retention={}", database.retention);
        if let (Some(_), Some(known)) = (&window, &database.window) {
            before = format!("{before} window={known}");
        }
        Ok(Step {
            add: self.marks(database, Some(before)),
            settings: Settings {
                retention: days,
                window,
                ..Settings::default()
            },
            remove: Vec::new(),
        })
    }

    /// Puts back what was there before; nothing ever to 0, at which RDS deletes every automated backup.
    fn no_log(&self, database: &Database) -> Result<Step, ProviderError> {
        let before = self.before(database);
        let retention: Option<i32> = word(before, "retention").and_then(|days| days.parse().ok());
        if retention == Some(0) && database.retention > 0 {
            let message = format!(
                "`{}` had no automated backups before `{}`: without them again, RDS would delete all that there are, and take it down",
                database.id, self.address
            );
            return Err(ProviderError::new(ErrorClass::Conflict, message).help(
                "Set its backup retention by hand, or remove the block with `on_remove = \"forget\"`.",
            ));
        }
        Ok(Step {
            settings: Settings {
                retention: retention.filter(|days| *days > 0),
                window: word(before, "window").map(str::to_owned),
                ..Settings::default()
            },
            remove: marks::keys(&self.key, &database.tags),
            ..Step::default()
        })
    }

    fn guard(&self, database: &Database) -> Result<Step, ProviderError> {
        let ours = self.claimed(database)?;
        let Some(after) = &self.after else {
            let before = self.before(database);
            let was = |name| word(before, name).and_then(|it| it.parse().ok());
            return Ok(if ours {
                Step {
                    settings: Settings {
                        deletion_protection: was("protection"),
                        copy_tags: was("copy_tags"),
                        ..Settings::default()
                    },
                    remove: marks::keys(&self.key, &database.tags),
                    ..Step::default()
                }
            } else {
                Step::default()
            });
        };
        let encrypted = switch(after, "encrypted");
        if encrypted.is_some_and(|wanted| wanted != database.encrypted) {
            let is = if database.encrypted { "is" } else { "is not" };
            let message = format!(
                "the storage of `{}` {is} encrypted, which RDS cannot change",
                database.id
            );
            return Err(ProviderError::new(ErrorClass::Conflict, message).help(
                "Copy a snapshot of it with a key, restore that, and name the new one as the target.",
            ));
        }
        let copy_tags = switch(after, "copy_tags_to_snapshot");
        let mut before = format!("protection={}", database.deletion_protection);
        if copy_tags.is_some() {
            before = format!("{before} copy_tags={}", database.copy_tags);
        }
        Ok(Step {
            add: self.marks(database, Some(before)),
            settings: Settings {
                deletion_protection: switch(after, "deletion_protection"),
                copy_tags,
                ..Settings::default()
            },
            remove: Vec::new(),
        })
    }

    fn standby(&self, database: &Database) -> Result<Step, ProviderError> {
        let ours = self.claimed(database)?;
        if self.after.is_none() {
            let was = word(self.before(database), "multi_az").and_then(|it| it.parse().ok());
            return Ok(if ours {
                Step {
                    settings: Settings {
                        multi_az: was,
                        ..Settings::default()
                    },
                    remove: marks::keys(&self.key, &database.tags),
                    ..Step::default()
                }
            } else {
                Step::default()
            });
        }
        let before = format!("multi_az={}", database.multi_az);
        Ok(Step {
            add: self.marks(database, Some(before)),
            settings: Settings {
                multi_az: Some(true),
                ..Settings::default()
            },
            remove: Vec::new(),
        })
    }

    fn scheduled(&self, database: &Database, document: &Tags) -> Result<Step, ProviderError> {
        let ours = self.claimed(database)?;
        let standing = marks::keys(&self.key, &database.tags);
        if self.after.is_none() {
            return Ok(Step {
                remove: if ours { standing } else { Vec::new() },
                ..Step::default()
            });
        }
        let mut add = self.marks(database, None);
        add.extend(document.clone());
        // A policy that has become shorter leaves pieces over.
        let over = |key: &String| !add.contains_key(key);
        let remove = standing.into_iter().filter(over).collect();
        Ok(Step {
            add,
            remove,
            ..Step::default()
        })
    }
}
