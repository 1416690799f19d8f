//! Effects: the smallest steps in which the world changes. Each is there wholly or not at all.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_contract::ErrorClass;
use lifeboat_model::{Address, Attributes, Digest, RecoveryPointId};
use serde::{Deserialize, Serialize};

use super::state::{Bytes, Dataset, Files, Point, Record, State, Vault};
use super::stream::{Replica, Stream};

/// One step in which the world changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    /// A dataset is there, as given.
    DatasetPut { name: String, dataset: Dataset },
    /// A dataset is gone.
    DatasetGone { name: String },
    /// A file of a dataset has these bytes.
    FilePut {
        dataset: String,
        path: String,
        bytes: Bytes,
    },
    /// A vault is there, empty; nothing happens to one that is there.
    VaultMade {
        name: String,
        owner: Address,
        attributes: Attributes,
        password: Option<Digest>,
    },
    /// A vault has these attributes.
    VaultSet {
        name: String,
        attributes: Attributes,
        password: Option<Digest>,
    },
    /// A vault is gone, with all that it held.
    VaultGone { name: String },
    /// A vault cannot be reached, or can again.
    VaultClosed {
        name: String,
        class: Option<ErrorClass>,
    },
    /// A vault holds no more than this.
    VaultLimited {
        name: String,
        capacity_bytes: Option<u64>,
    },
    /// A policy stands in a vault, as given.
    PolicyPut {
        vault: String,
        address: Address,
        record: Record,
    },
    /// A policy is gone; its points stay.
    PolicyGone { vault: String, address: Address },
    /// A schedule is there, as given.
    SchedulePut { address: Address, record: Record },
    /// A schedule is gone.
    ScheduleGone { address: Address },
    /// A replica is there, as given; what it holds stays.
    ReplicaPut { address: Address, record: Record },
    /// A replica is gone, with what it held.
    ReplicaGone { address: Address },
    /// The archive of a log in a vault, or without a vault the copy of a replica, begins with what its dataset holds.
    StreamBegun {
        vault: Option<String>,
        address: Address,
        stream: Stream,
    },
    /// An archive reaches back to this instant only.
    StreamCut {
        vault: String,
        address: Address,
        from: Timestamp,
    },
    /// An archive was flushed.
    StreamFlushed {
        vault: String,
        address: Address,
        at: Timestamp,
        token: String,
    },
    /// What an archive or a replica held is gone.
    StreamGone {
        vault: Option<String>,
        address: Address,
    },
    /// Time has passed: all that follows a dataset has followed it until then.
    Passed { to: Timestamp },
    /// A point is there, or has changed; `files` when its content is new to the world.
    PointPut {
        vault: String,
        protection: Address,
        point: Point,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        files: Option<Arc<Files>>,
    },
    /// A point is gone.
    PointGone {
        vault: String,
        protection: Address,
        id: RecoveryPointId,
    },
}

impl State {
    /// Makes an effect true.
    pub(crate) fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::DatasetPut { name, dataset } => {
                self.datasets.insert(name, Some(dataset));
            }
            Effect::DatasetGone { name } => {
                self.datasets.insert(name, None);
            }
            Effect::FilePut {
                dataset,
                path,
                bytes,
            } => {
                let entry = self.datasets.entry(dataset).or_default();
                let files = &mut entry.get_or_insert_default().files;
                Arc::make_mut(files).insert(path, bytes);
            }
            Effect::SchedulePut { address, record } => {
                self.schedules.insert(address, record);
            }
            Effect::ScheduleGone { address } => {
                self.schedules.remove(&address);
            }
            Effect::ReplicaPut { address, record } => {
                let stream = self.replicas.remove(&address).and_then(|it| it.stream);
                self.replicas.insert(address, Replica { record, stream });
            }
            Effect::ReplicaGone { address } => {
                self.replicas.remove(&address);
            }
            Effect::Passed { to } => self.pass(to),
            vault => self.apply_to_vault(vault),
        }
    }

    fn apply_to_stream(&mut self, effect: Effect) {
        match effect {
            Effect::StreamBegun {
                vault,
                address,
                mut stream,
            } => {
                let content = self.content_now(&stream.dataset);
                stream.held.insert(stream.since, content);
                match vault {
                    Some(vault) => self.in_vault(&vault, |vault| {
                        vault.streams.insert(address, stream);
                    }),
                    None => {
                        if let Some(replica) = self.replicas.get_mut(&address) {
                            replica.stream = Some(stream);
                        }
                    }
                }
            }
            Effect::StreamCut {
                vault,
                address,
                from,
            } => self.in_vault(&vault, |vault| {
                if let Some(stream) = vault.streams.get_mut(&address) {
                    stream.cut(from);
                }
            }),
            Effect::StreamFlushed {
                vault,
                address,
                at,
                token,
            } => self.in_vault(&vault, |vault| {
                if let Some(stream) = vault.streams.get_mut(&address) {
                    stream.flushed = at;
                    stream.token = Some(token);
                }
            }),
            Effect::StreamGone { vault, address } => match vault {
                Some(vault) => self.in_vault(&vault, |vault| {
                    vault.streams.remove(&address);
                }),
                None => {
                    if let Some(replica) = self.replicas.get_mut(&address) {
                        replica.stream = None;
                    }
                }
            },
            _ => {}
        }
    }

    fn apply_to_vault(&mut self, effect: Effect) {
        match effect {
            Effect::VaultMade {
                name,
                owner,
                attributes,
                password,
            } => {
                self.vaults.entry(name).or_insert(Vault {
                    owner,
                    attributes,
                    password,
                    policies: BTreeMap::new(),
                    points: BTreeMap::new(),
                    streams: BTreeMap::new(),
                    closed: None,
                    capacity_bytes: None,
                });
            }
            Effect::VaultSet {
                name,
                attributes,
                password,
            } => self.in_vault(&name, |vault| {
                vault.attributes = attributes;
                vault.password = password;
            }),
            Effect::VaultGone { name } => {
                self.vaults.remove(&name);
            }
            Effect::VaultClosed { name, class } => {
                self.in_vault(&name, |vault| vault.closed = class);
            }
            Effect::VaultLimited {
                name,
                capacity_bytes,
            } => {
                self.in_vault(&name, |vault| vault.capacity_bytes = capacity_bytes);
            }
            held => self.apply_to_held(held),
        }
    }

    fn apply_to_held(&mut self, effect: Effect) {
        match effect {
            Effect::PolicyPut {
                vault,
                address,
                record,
            } => self.in_vault(&vault, |vault| {
                vault.policies.insert(address, record);
            }),
            Effect::PolicyGone { vault, address } => self.in_vault(&vault, |vault| {
                vault.policies.remove(&address);
            }),
            Effect::PointPut {
                vault,
                protection,
                point,
                files,
            } => {
                if let Some(files) = files {
                    self.contents.insert(point.content.clone(), files);
                }
                self.in_vault(&vault, |vault| {
                    let held = vault.points.entry(protection).or_default();
                    held.insert(point.shown.id.clone(), point);
                });
            }
            Effect::PointGone {
                vault,
                protection,
                id,
            } => self.in_vault(&vault, |vault| {
                if let Some(held) = vault.points.get_mut(&protection) {
                    held.remove(&id);
                    if held.is_empty() {
                        vault.points.remove(&protection);
                    }
                }
            }),
            stream => self.apply_to_stream(stream),
        }
    }

    fn in_vault(&mut self, name: &str, change: impl FnOnce(&mut Vault)) {
        if let Some(vault) = self.vaults.get_mut(name) {
            change(vault);
        }
    }
}
