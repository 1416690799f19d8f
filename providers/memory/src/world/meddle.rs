//! What happens outside lifeboat: users who change their data, administrators who meddle, disks that fail.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_contract::ErrorClass;
use lifeboat_model::{Address, Attributes, RecoveryPointId};
use serde_json::Value;

use super::state::{Bytes, Point, Record};
use super::{Dataset, Effect, Files, World, WorldError};

/// What a test does to the world directly. Each of these panics when the world's file cannot be written, for a test
/// has nothing better to do.
impl World {
    /// Puts a dataset there, or replaces the one that is there.
    pub fn put_dataset<P, B>(&self, name: &str, files: impl IntoIterator<Item = (P, B)>)
    where
        P: Into<String>,
        B: Into<Vec<u8>>,
    {
        let files: Files = files
            .into_iter()
            .map(|(path, bytes)| (path.into(), Bytes(bytes.into())))
            .collect();
        self.meddle(Effect::DatasetPut {
            name: name.to_owned(),
            dataset: Dataset {
                files: Arc::new(files),
                ..Dataset::default()
            },
        });
    }

    /// Writes one file of a dataset.
    pub fn write_file(&self, dataset: &str, path: &str, bytes: impl Into<Vec<u8>>) {
        self.meddle(Effect::FilePut {
            dataset: dataset.to_owned(),
            path: path.to_owned(),
            bytes: Bytes(bytes.into()),
        });
    }

    /// Makes a file of a dataset unreadable.
    pub fn make_unreadable(&self, dataset: &str, path: &str) {
        let Some(mut changed) = self.state().dataset(dataset, None) else {
            return;
        };
        changed.unreadable.insert(path.to_owned());
        self.meddle(Effect::DatasetPut {
            name: dataset.to_owned(),
            dataset: changed,
        });
    }

    /// Removes a dataset.
    pub fn remove_dataset(&self, name: &str) {
        self.meddle(Effect::DatasetGone {
            name: name.to_owned(),
        });
    }

    /// Returns what is in a dataset, if it is there.
    pub fn files(&self, dataset: &str) -> Option<BTreeMap<String, Vec<u8>>> {
        let found = self.state().dataset(dataset, None)?;
        Some(
            found
                .files
                .iter()
                .map(|(path, bytes)| (path.clone(), bytes.0.clone()))
                .collect(),
        )
    }

    /// Returns the names of all datasets, scratch places among them.
    pub fn datasets(&self) -> Vec<String> {
        let state = self.state();
        let there = state.datasets.iter().filter(|(_, found)| found.is_some());
        there.map(|(name, _)| name.clone()).collect()
    }

    /// Returns the names of all vaults.
    pub fn vaults(&self) -> Vec<String> {
        self.state().vaults.keys().cloned().collect()
    }

    /// Returns every recovery point: its vault, the protection that made it, its id; oldest first for each.
    pub fn points(&self) -> Vec<(String, Address, RecoveryPointId)> {
        let state = self.state();
        let mut points = Vec::new();
        for (name, vault) in &state.vaults {
            for protection in vault.points.keys() {
                for point in state.shown(vault, protection) {
                    points.push((name.clone(), protection.clone(), point.id));
                }
            }
        }
        points
    }

    /// Removes a vault with everything in it; returns whether there was one.
    pub fn remove_vault(&self, name: &str) -> bool {
        let found = self.state().vaults.contains_key(name);
        self.meddle(Effect::VaultGone {
            name: name.to_owned(),
        });
        found
    }

    /// Makes a vault and all in it fail with this class, or answer again; returns whether there is one.
    pub fn close_vault(&self, name: &str, class: Option<ErrorClass>) -> bool {
        let found = self.state().vaults.contains_key(name);
        self.meddle(Effect::VaultClosed {
            name: name.to_owned(),
            class,
        });
        found
    }

    /// Lets a vault hold no more than this.
    pub fn limit_vault(&self, name: &str, capacity_bytes: Option<u64>) {
        self.meddle(Effect::VaultLimited {
            name: name.to_owned(),
            capacity_bytes,
        });
    }

    /// Puts a vault there that somebody else made.
    pub fn put_foreign_vault(&self, name: &str, owner: &Address) {
        self.meddle(Effect::VaultMade {
            name: name.to_owned(),
            owner: owner.clone(),
            attributes: [("name".to_owned(), Value::from(name))].into(),
            password: None,
        });
    }

    /// Sets an attribute of a vault, of a policy in any vault, or of a schedule; returns whether it was found.
    pub fn edit(&self, address: &Address, attribute: &str, value: impl Into<Value>) -> bool {
        let value = value.into();
        let edited = |attributes: &Attributes| {
            let mut attributes = attributes.clone();
            attributes.insert(attribute.to_owned(), value.clone());
            attributes
        };
        let effects: Vec<Effect> = {
            let state = self.state();
            let vaults = state.vaults.iter().filter_map(|(name, vault)| {
                if vault.owner == *address {
                    return Some(Effect::VaultSet {
                        name: name.clone(),
                        attributes: edited(&vault.attributes),
                        password: vault.password.clone(),
                    });
                }
                let record = vault.policies.get(address)?;
                Some(Effect::PolicyPut {
                    vault: name.clone(),
                    address: address.clone(),
                    record: Record {
                        kind: record.kind.clone(),
                        attributes: edited(&record.attributes),
                    },
                })
            });
            let schedule = state
                .schedules
                .get(address)
                .map(|record| Effect::SchedulePut {
                    address: address.clone(),
                    record: Record {
                        kind: record.kind.clone(),
                        attributes: edited(&record.attributes),
                    },
                });
            vaults.chain(schedule).collect()
        };
        self.meddle_all(effects)
    }

    /// Removes a policy from every vault, or a schedule; its points stay. Returns whether it was found.
    pub fn remove(&self, address: &Address) -> bool {
        let effects: Vec<Effect> = {
            let state = self.state();
            let vaults = state.vaults.iter();
            let policies = vaults
                .filter(|(_, vault)| vault.policies.contains_key(address))
                .map(|(name, _)| Effect::PolicyGone {
                    vault: name.clone(),
                    address: address.clone(),
                });
            let schedule = state
                .schedules
                .contains_key(address)
                .then(|| Effect::ScheduleGone {
                    address: address.clone(),
                });
            policies.chain(schedule).collect()
        };
        self.meddle_all(effects)
    }

    /// Deletes a point wherever it is; returns whether it was found.
    pub fn delete_point(&self, id: &RecoveryPointId) -> bool {
        let effects = self.each_point(id, |vault, protection, _| {
            vec![Effect::PointGone {
                vault,
                protection,
                id: id.clone(),
            }]
        });
        self.meddle_all(effects)
    }

    /// Damages the first file of a point; returns whether it was found.
    pub fn damage_point(&self, id: &RecoveryPointId) -> bool {
        let effects = self.each_point(id, |vault, protection, (mut point, files)| {
            point.damaged.extend(files.keys().next().cloned());
            vec![Effect::PointPut {
                vault,
                protection,
                point,
                files: None,
            }]
        });
        self.meddle_all(effects)
    }

    /// Makes a point undeletable until then; returns whether it was found.
    pub fn lock_point(&self, id: &RecoveryPointId, until: Timestamp) -> bool {
        let effects = self.each_point(id, |vault, protection, (mut point, _)| {
            point.shown.locked_until = Some(until);
            vec![Effect::PointPut {
                vault,
                protection,
                point,
                files: None,
            }]
        });
        self.meddle_all(effects)
    }

    fn each_point(
        &self,
        id: &RecoveryPointId,
        effects: impl Fn(String, Address, (Point, Arc<Files>)) -> Vec<Effect>,
    ) -> Vec<Effect> {
        let state = self.state();
        let mut all = Vec::new();
        for (name, vault) in &state.vaults {
            for (protection, held) in &vault.points {
                if let Some(point) = held.get(id) {
                    let files = state.contents.get(&point.content).cloned();
                    let found = (point.clone(), files.unwrap_or_default());
                    all.extend(effects(name.clone(), protection.clone(), found));
                }
            }
        }
        all
    }

    fn meddle_all(&self, effects: Vec<Effect>) -> bool {
        let found = !effects.is_empty();
        effects.into_iter().for_each(|effect| self.meddle(effect));
        found
    }

    #[track_caller]
    fn meddle(&self, effect: Effect) {
        let committed: Result<(), WorldError> = self.commit(effect);
        if let Err(error) = committed {
            panic!("{error}: {:?}", std::error::Error::source(&error));
        }
    }
}
