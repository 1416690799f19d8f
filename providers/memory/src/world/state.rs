//! The state of the world as plain values.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::stream::{Replica, Stream};
use lifeboat_contract::ErrorClass;
use lifeboat_model::{Address, Attributes, Digest, RecoveryPoint, RecoveryPointId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The bytes of one file; written as text where they are text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Raw(Vec<u8>),
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Text(text) => Self(text.into_bytes()),
            Written::Raw(bytes) => Self(bytes),
        })
    }
}

/// Files by path.
pub(crate) type Files = BTreeMap<String, Bytes>;

/// Data to protect.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Dataset {
    /// What is in it.
    pub(crate) files: Arc<Files>,
    /// Paths that cannot be read.
    pub(crate) unreadable: BTreeSet<String>,
    /// The token of the restore that made it.
    pub(crate) restored_by: Option<String>,
    /// Whether a restore made it as a scratch place.
    pub(crate) scratch: bool,
}

/// A setting that stands somewhere: a policy in a vault, a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Its kind.
    pub(crate) kind: String,
    /// Its attributes as applied.
    pub(crate) attributes: Attributes,
}

/// A recovery point with its content.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Point {
    /// What the contract shows of it.
    pub(crate) shown: RecoveryPoint,
    /// The address of the target that it is of.
    pub(crate) target: String,
    /// What it holds.
    pub(crate) content: Digest,
    /// Paths whose bytes are damaged in this vault.
    pub(crate) damaged: BTreeSet<String>,
}

/// A place that holds recovery points.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Vault {
    /// Who made it: the address that it carries as ownership mark.
    pub(crate) owner: Address,
    /// Its attributes as applied, `repository_id` included.
    pub(crate) attributes: Attributes,
    /// The salted digest of what opens it.
    pub(crate) password: Option<Digest>,
    /// Protections that keep points in it, and guards that stand in it.
    pub(crate) policies: BTreeMap<Address, Record>,
    /// Points by the protection that made them.
    pub(crate) points: BTreeMap<Address, BTreeMap<RecoveryPointId, Point>>,
    /// Archives by the log that makes them.
    #[serde(default)]
    pub(crate) streams: BTreeMap<Address, Stream>,
    /// Why nothing in it can be reached at present.
    pub(crate) closed: Option<ErrorClass>,
    /// The bytes that it can hold.
    pub(crate) capacity_bytes: Option<u64>,
}

impl Vault {
    /// Returns the bytes that its points bring back, each counted whole.
    pub(crate) fn used_bytes(&self) -> u64 {
        self.points
            .values()
            .flat_map(BTreeMap::values)
            .filter_map(|point| point.shown.size_bytes)
            .sum()
    }
}

/// Everything that exists.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// By name; none for one that was removed, so that nothing is made up in its place.
    pub(crate) datasets: BTreeMap<String, Option<Dataset>>,
    /// By name.
    pub(crate) vaults: BTreeMap<String, Vault>,
    /// Replicas by address.
    pub(crate) replicas: BTreeMap<Address, Replica>,
    /// Schedules by address.
    pub(crate) schedules: BTreeMap<Address, Record>,
    /// Contents of points, each held once.
    pub(crate) contents: BTreeMap<Digest, Arc<Files>>,
}

impl State {
    /// Returns the dataset with this name; one that nobody put there is made up if it is given a size.
    pub(crate) fn dataset(&self, name: &str, size_bytes: Option<u64>) -> Option<Dataset> {
        match self.datasets.get(name) {
            Some(dataset) => dataset.clone(),
            None => size_bytes.map(|size| made_up(name, size)),
        }
    }

    /// Returns what a point holds, its damage included.
    pub(crate) fn content(&self, point: &Point) -> Option<Arc<Files>> {
        let whole = self.contents.get(&point.content)?;
        if point.damaged.is_empty() {
            return Some(Arc::clone(whole));
        }
        let mut files = Files::clone(whole);
        for path in &point.damaged {
            if let Some(bytes) = files.get_mut(path) {
                damage(bytes);
            }
        }
        Some(Arc::new(files))
    }

    /// Returns everything by name, without content: equal worlds have equal texts.
    pub(crate) fn inventory(&self) -> String {
        let mut text = String::new();
        for (name, dataset) in &self.datasets {
            if let Some(dataset) = dataset {
                let digest = Digest::of(&*dataset.files).unwrap_or_default();
                let _ = writeln!(text, "dataset {name} {}", digest.short());
            }
        }
        for (name, vault) in &self.vaults {
            let _ = writeln!(
                text,
                "vault {name} of {} {}",
                vault.owner,
                json(&vault.attributes)
            );
            for (address, record) in &vault.policies {
                let _ = writeln!(
                    text,
                    "  {} {address} {}",
                    record.kind,
                    json(&record.attributes)
                );
            }
            for protection in vault.points.keys() {
                for point in self.shown(vault, protection) {
                    let _ = writeln!(
                        text,
                        "  point {} of {protection} at {}",
                        point.id.short(),
                        point.time
                    );
                }
            }
            for (address, stream) in &vault.streams {
                let newest = stream.held.values().next_back().map_or("", Digest::short);
                let _ = writeln!(
                    text,
                    "  archive of {address} since {}: {newest}",
                    stream.since
                );
            }
        }
        for (address, Replica { record, stream }) in &self.replicas {
            let held = stream.as_ref().and_then(|it| it.held.values().next_back());
            let _ = writeln!(
                text,
                "{} {address} {} {}",
                record.kind,
                json(&record.attributes),
                held.map_or("", Digest::short)
            );
        }
        for (address, record) in &self.schedules {
            let _ = writeln!(
                text,
                "{} {address} {}",
                record.kind,
                json(&record.attributes)
            );
        }
        text
    }
}

fn json(attributes: &Attributes) -> String {
    serde_json::to_string(attributes).unwrap_or_default()
}

/// Changes bytes as a failing disk does; never back to what they were.
fn damage(bytes: &mut Bytes) {
    match bytes.0.first_mut() {
        Some(first) => *first ^= 0x55,
        None => bytes.0.push(0x55),
    }
}

/// The most data that is made up; what is only said to be large shall not fill the memory.
const MADE_UP: u64 = 1 << 20;

/// Returns a dataset of one file with this many bytes, at most 1 MiB, which follow from the name.
pub(crate) fn made_up(name: &str, size_bytes: u64) -> Dataset {
    let size = usize::try_from(size_bytes.min(MADE_UP)).unwrap_or(usize::MAX);
    let pattern = Digest::of_bytes(name.as_bytes());
    let bytes: Vec<u8> = pattern.as_str().bytes().cycle().take(size).collect();
    Dataset {
        files: Arc::new([("data".to_owned(), Bytes(bytes))].into()),
        ..Dataset::default()
    }
}
