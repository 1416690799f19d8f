//! What stands on a site: blocks as the planner would compile them.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Attributes, Block};
use serde_json::Value;

/// One resource with its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub address: Address,
    /// Its kind in the provider's catalog.
    pub kind: String,
    /// Its attributes as desired.
    pub attributes: Attributes,
}

impl Item {
    /// Returns the same resource as another protection block derives it, with this name.
    #[must_use]
    pub fn called(&self, name: &str) -> Self {
        let mut other = self.clone();
        if let Some(part) = &mut other.address.part {
            part.key = Some(name.to_owned());
        }
        other
    }

    /// Returns a target or a repository; `attributes` is a JSON object.
    pub fn new(block: Block, kind: &str, name: &str, attributes: Value) -> Self {
        Self {
            address: Address::of_kind(block, kind, name),
            kind: kind.to_owned(),
            attributes: object(attributes),
        }
    }
}

/// Returns the address that the planner gives to what it derives from a protection block `daily`.
fn below(target: &Item, role: &str) -> Address {
    target.address.clone().part(role, Some("daily".to_owned()))
}

fn object(value: Value) -> Attributes {
    match value {
        Value::Object(map) => map.into_iter().collect(),
        _ => Attributes::new(),
    }
}

/// Everything that stands on a site once it is applied, and what the checks do with it.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// The target, with data.
    pub target: Item,
    /// Where the snapshot protection keeps its points.
    pub repository: Item,
    /// Where the copy keeps its points.
    pub second_repository: Item,
    /// Captures the target.
    pub snapshot: Item,
    /// Copies the points of the snapshot into the second repository.
    pub copy: Option<Item>,
    /// Archives the changes of the target in the first repository.
    pub log: Option<Item>,
    /// Follows the target with a live copy.
    pub replica: Option<Item>,
    /// Locks the points of the snapshot for an hour, in a mode in which the lock can be removed.
    pub lock: Option<Item>,
    /// Attributes with which the lock can neither be shortened nor removed any more.
    pub lock_for_good: Option<Attributes>,
    /// Guards the points of the snapshot.
    pub guard: Option<Item>,
    /// Settings that run the protections.
    pub settings: Vec<Item>,
    /// Items above with other attributes, each of which can be changed in place.
    pub updates: Vec<Item>,
    /// Attributes with which the first repository does not open: another password.
    pub locked_out: Option<Attributes>,
    /// The values of all secrets, which nobody may see.
    pub secrets: Vec<String>,
    /// A place where nothing is, that a restore can go to.
    pub elsewhere: String,
    /// A path of the target, that can be restored alone.
    pub one_path: Option<String>,
    /// Whether the repositories are there by themselves, so that nothing makes or removes them.
    pub repositories_stand: bool,
    /// Whether a restore can write over what is there; else it makes something new each time.
    pub restores_over: bool,
    /// Attributes of further blocks that the items refer to: those of providers.
    pub blocks: BTreeMap<Address, Attributes>,
}

impl Fixture {
    /// Returns a fixture with one snapshot protection; `arguments` is a JSON object with what the planner does not fill.
    pub fn new(
        target: Item,
        repository: Item,
        second_repository: Item,
        snapshot_kind: &str,
        arguments: Value,
    ) -> Self {
        let mut attributes = object(arguments);
        let source: serde_json::Map<String, Value> =
            target.attributes.clone().into_iter().collect();
        attributes.insert("target".to_owned(), target.address.to_string().into());
        attributes.insert("source".to_owned(), source.into());
        attributes.insert(
            "repository".to_owned(),
            repository.address.to_string().into(),
        );
        let snapshot = Item {
            address: below(&target, "snapshot"),
            kind: snapshot_kind.to_owned(),
            attributes,
        };
        Self {
            target,
            repository,
            second_repository,
            snapshot,
            copy: None,
            log: None,
            replica: None,
            lock: None,
            lock_for_good: None,
            guard: None,
            settings: Vec::new(),
            updates: Vec::new(),
            locked_out: None,
            secrets: Vec::new(),
            elsewhere: String::new(),
            one_path: None,
            repositories_stand: false,
            restores_over: true,
            blocks: BTreeMap::new(),
        }
    }

    /// Lets the repositories be there by themselves, and the snapshot name none: its points stay with the target's
    /// service.
    #[must_use]
    pub fn with_standing_repositories(mut self) -> Self {
        self.repositories_stand = true;
        self.snapshot.attributes.remove("repository");
        self
    }

    /// Adds a copy into the second repository.
    #[must_use]
    pub fn with_copy(mut self, kind: &str, arguments: Value) -> Self {
        let mut copy = self.beside("copy", kind, arguments, &self.second_repository);
        copy.attributes
            .insert("from".to_owned(), self.snapshot.address.to_string().into());
        self.copy = Some(copy);
        self
    }

    /// Adds a log in the first repository.
    #[must_use]
    pub fn with_log(mut self, kind: &str, arguments: Value) -> Self {
        let mut log = self.beside("log", kind, arguments, &self.repository);
        self.capture(&mut log);
        self.log = Some(log);
        self
    }

    /// Adds a replica, which needs no repository.
    #[must_use]
    pub fn with_replica(mut self, kind: &str, arguments: Value) -> Self {
        let mut replica = self.beside("replica", kind, arguments, &self.repository);
        replica.attributes.remove("repository");
        self.capture(&mut replica);
        self.replica = Some(replica);
        self
    }

    /// Adds a lock of an hour in the first repository; `for_good` is what makes it last.
    #[must_use]
    pub fn with_lock(mut self, kind: &str, arguments: Value, for_good: Value) -> Self {
        let lock = self.beside("lock", kind, arguments, &self.repository);
        let mut attributes = lock.attributes.clone();
        attributes.extend(object(for_good));
        self.lock_for_good = Some(attributes);
        self.lock = Some(lock);
        self
    }

    /// Gives an item the attributes of the target, as the planner does for what captures it.
    fn capture(&self, item: &mut Item) {
        let source = self.snapshot.attributes.get("source").cloned();
        item.attributes
            .extend(source.map(|source| ("source".to_owned(), source)));
    }

    /// Adds a guard in the first repository.
    #[must_use]
    pub fn with_guard(mut self, kind: &str, arguments: Value) -> Self {
        self.guard = Some(self.beside("guard", kind, arguments, &self.repository));
        self
    }

    /// Adds a setting that runs the snapshot.
    #[must_use]
    pub fn with_schedule(mut self, kind: &str, schedule: &str) -> Self {
        let protection = self.snapshot.address.to_string();
        self.settings.push(Item {
            address: below(&self.target, "schedule"),
            kind: kind.to_owned(),
            attributes: [
                ("protection".to_owned(), protection.into()),
                ("schedule".to_owned(), schedule.into()),
            ]
            .into(),
        });
        self
    }

    /// Adds an update in place of one attribute of the item with this address.
    #[must_use]
    pub fn with_update(mut self, address: &Address, attribute: &str, value: Value) -> Self {
        let found = self
            .items()
            .into_iter()
            .find(|item| item.address == *address)
            .cloned();
        if let Some(mut item) = found {
            item.attributes.insert(attribute.to_owned(), value);
            self.updates.push(item);
        }
        self
    }

    fn beside(&self, role: &str, kind: &str, arguments: Value, place: &Item) -> Item {
        let mut attributes = object(arguments);
        attributes.insert("target".to_owned(), self.target.address.to_string().into());
        attributes.insert("repository".to_owned(), place.address.to_string().into());
        Item {
            address: below(&self.target, role),
            kind: kind.to_owned(),
            attributes,
        }
    }

    /// Returns what lifeboat manages, in an order in which it can be created.
    pub fn managed(&self) -> Vec<&Item> {
        let made = !self.repositories_stand;
        [&self.repository, &self.second_repository]
            .into_iter()
            .filter(|_| made)
            .chain([&self.snapshot])
            .chain(&self.copy)
            .chain(&self.settings)
            .chain(&self.log)
            .chain(&self.replica)
            .chain(&self.lock)
            .chain(&self.guard)
            .collect()
    }

    /// Returns whether the points of this resource move on by themselves.
    pub(super) fn moves(&self, address: &Address) -> bool {
        let moving = [&self.log, &self.replica];
        let mut moving = moving.into_iter().flatten();
        moving.any(|item| item.address == *address)
    }

    /// Returns everything, the target first.
    pub fn items(&self) -> Vec<&Item> {
        let stand = self.repositories_stand;
        let standing = [&self.repository, &self.second_repository];
        std::iter::once(&self.target)
            .chain(standing.into_iter().filter(|_| stand))
            .chain(self.managed())
            .collect()
    }

    /// Returns what calls are told of targets, repositories and source protections.
    pub fn bindings(&self) -> BTreeMap<Address, Attributes> {
        [
            &self.target,
            &self.repository,
            &self.second_repository,
            &self.snapshot,
        ]
        .into_iter()
        .map(|item| (item.address.clone(), item.attributes.clone()))
        .chain(self.blocks.clone())
        .collect()
    }
}
