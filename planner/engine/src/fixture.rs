//! What the tests of several stages share: a place with a state and a memory world, and a planner of few words.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use lifeboat_memory::World;
use lifeboat_model::{
    Action, ActionId, Address, Attributes, Block, Cause, DesiredResource, Effect, LiveState, Loss,
    OnRemove, Plan, RecordedState, Span, Verb,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    ApplyOptions, ApplyReport, EngineError, Event, Holder, Providers, RefreshItem, RetryPolicy,
    Run, Session, StatePaths, StateStore, Stop, execute, refresh,
};

/// A place with a state, a world, a clock and listeners.
pub(crate) struct Site {
    pub(crate) directory: TempDir,
    pub(crate) world: World,
    pub(crate) stop: Stop,
    pub(crate) parallelism: usize,
    clock: Arc<AtomicI64>,
    events: Arc<Mutex<Vec<Event>>>,
    seed: AtomicU64,
}

/// What a configuration asks for.
pub(crate) type Wanted = Vec<DesiredResource>;

pub(crate) fn provider() -> Address {
    Address::named(Block::Provider, "memory")
}

pub(crate) fn vault(name: &str) -> Address {
    Address::of_kind(Block::Repository, "memory_vault", name)
}

pub(crate) fn dataset(name: &str) -> Address {
    Address::of_kind(Block::Target, "memory_dataset", name)
}

pub(crate) fn snapshot(name: &str) -> Address {
    dataset(name).part("snapshot", None)
}

pub(crate) fn copy(name: &str) -> Address {
    dataset(name).part("copy", None)
}

fn attributes(value: Value) -> Attributes {
    match value {
        Value::Object(fields) => fields.into_iter().collect(),
        _ => Attributes::new(),
    }
}

/// Two vaults, and for each target a snapshot in the first and a copy in the second.
pub(crate) fn wanted(targets: usize) -> Wanted {
    let mut wanted = vec![
        resource(
            vault("main"),
            "memory_vault",
            json!({"name": "main"}),
            vec![],
            None,
        ),
        resource(
            vault("away"),
            "memory_vault",
            json!({"name": "away"}),
            vec![],
            None,
        ),
    ];
    for index in 0..targets {
        let name = format!("t{index}");
        let target = dataset(&name);
        let made = json!({
            "target": target, "source": {"name": name}, "repository": vault("main"), "tags": [],
        });
        let copied = json!({
            "target": target, "from": snapshot(&name), "repository": vault("away"), "tags": [],
        });
        wanted.push(resource(
            snapshot(&name),
            "memory_snapshot",
            made,
            vec![vault("main")],
            Some(target.clone()),
        ));
        wanted.push(resource(
            copy(&name),
            "memory_copy",
            copied,
            vec![vault("away"), snapshot(&name)],
            Some(target),
        ));
    }
    wanted
}

pub(crate) fn resource(
    address: Address,
    kind: &str,
    value: Value,
    requires: Vec<Address>,
    target: Option<Address>,
) -> DesiredResource {
    DesiredResource {
        address,
        kind: kind.to_owned(),
        provider: provider(),
        managed: true,
        attributes: attributes(value),
        requires,
        target,
        on_remove: OnRemove::Destroy,
    }
}

/// Sets an attribute of what is wanted at `address`.
pub(crate) fn set(wanted: &mut Wanted, address: &Address, name: &str, value: Value) {
    for one in wanted.iter_mut().filter(|one| one.address == *address) {
        one.attributes.insert(name.to_owned(), value.clone());
    }
}

fn bindings(wanted: &Wanted) -> BTreeMap<Address, Attributes> {
    let mut bindings: BTreeMap<Address, Attributes> = wanted
        .iter()
        .map(|one| (one.address.clone(), one.attributes.clone()))
        .collect();
    for target in wanted.iter().filter_map(|one| one.target.as_ref()) {
        bindings.insert(target.clone(), attributes(json!({"name": target.name})));
    }
    bindings.insert(provider(), Attributes::new());
    bindings
}

impl Site {
    /// Returns a site whose world has so many datasets, `t0`, `t1`, …
    pub(crate) fn new(targets: usize) -> Self {
        let world = World::new();
        for index in 0..targets {
            let name = format!("t{index}");
            world.put_dataset(&name, [("a.txt", format!("text of {name}"))]);
        }
        Self {
            // In memory where there is such a place: these tests sync often, and prove nothing about disks.
            directory: tempfile::tempdir_in("/dev/shm")
                .or_else(|_| tempfile::tempdir())
                .unwrap(),
            world,
            stop: Stop::default(),
            parallelism: 4,
            clock: Arc::new(AtomicI64::new(1_780_000_000)),
            events: Arc::default(),
            seed: AtomicU64::new(1),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.clock.load(Ordering::Relaxed)).unwrap()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, span: Span) {
        let seconds = i64::try_from(span.as_secs()).unwrap();
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Returns a run with a seed of its own.
    pub(crate) fn run(&self) -> Run {
        let (clock, events) = (self.clock.clone(), self.events.clone());
        Run {
            clock: Arc::new(move || Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap()),
            events: Arc::new(move |event| {
                events
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(event);
            }),
            stop: self.stop.clone(),
            retry: RetryPolicy {
                attempts: 3,
                base: Duration::from_millis(1),
                cap: Duration::from_millis(2),
            },
            seed: self.seed.fetch_add(1, Ordering::Relaxed),
        }
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Returns the providers of a process that has just started.
    pub(crate) fn providers(&self) -> Providers {
        let mut providers = Providers::default();
        providers.insert(provider(), Arc::new(self.world.provider()));
        providers
    }

    pub(crate) fn store(&self) -> StateStore {
        StateStore::new(StatePaths::in_directory(self.directory.path()), "0.1.0")
    }

    pub(crate) async fn try_open(&self, wait: Span) -> Result<Session, EngineError> {
        let holder = Holder::this_process("apply", self.now());
        self.store()
            .open(holder, self.run().clock.clone(), wait)
            .await
    }

    pub(crate) async fn open(&self) -> Session {
        self.try_open(Span::ZERO).await.unwrap()
    }

    pub(crate) fn recorded(&self) -> RecordedState {
        self.store().read().unwrap().state
    }

    /// Reads what is live of everything that is wanted or recorded.
    pub(crate) async fn live(&self, wanted: &Wanted, recorded: &RecordedState) -> LiveState {
        let mut items: BTreeMap<Address, RefreshItem> = wanted
            .iter()
            .map(|one| {
                let item = RefreshItem {
                    address: one.address.clone(),
                    kind: one.kind.clone(),
                    provider: one.provider.clone(),
                    attributes: one.attributes.clone(),
                    target: one.target.clone(),
                };
                (one.address.clone(), item)
            })
            .collect();
        for (address, resource) in &recorded.resources {
            items.insert(address.clone(), RefreshItem::recorded(address, resource));
        }
        let mut bound = recorded.bindings.clone();
        bound.extend(bindings(wanted));
        let items = items.into_values().collect();
        refresh(&self.providers(), items, &bound, &self.run()).await
    }

    /// Plans what is wanted against what is recorded and live.
    pub(crate) async fn plan(&self, wanted: &Wanted, recorded: &RecordedState) -> Plan {
        let live = self.live(wanted, recorded).await;
        assert_eq!(live.failures, BTreeMap::new());
        let mut planner = Planner {
            live: &live,
            actions: Vec::new(),
            losses: Vec::new(),
        };
        for one in wanted {
            planner.want(one, recorded);
        }
        let gone = recorded
            .resources
            .iter()
            .rev()
            .filter(|(address, _)| !wanted.iter().any(|one| one.address == **address));
        let mut bound = bindings(wanted);
        for (address, resource) in gone {
            planner.remove(address, resource);
            for (name, attributes) in &recorded.bindings {
                bound
                    .entry(name.clone())
                    .or_insert_with(|| attributes.clone());
            }
        }
        Plan {
            cost: None,
            backup_rules: BTreeMap::new(),
            findings: Vec::new(),
            format_version: "1.0".to_owned(),
            lifeboat_version: "0.1.0".to_owned(),
            as_of: self.now(),
            seed: self.seed.fetch_add(1, Ordering::Relaxed),
            lineage: recorded.lineage.clone(),
            serial: recorded.serial,
            drift: Vec::new(),
            actions: planner.actions,
            losses: planner.losses,
            exposure: Vec::new(),
            weakened: Vec::new(),
            notices: Vec::new(),
            bindings: bound,
            outputs: BTreeMap::new(),
        }
    }

    /// Opens the state, plans and applies, as one process does.
    pub(crate) async fn apply(&self, wanted: &Wanted) -> Result<ApplyReport, EngineError> {
        let mut session = self.try_open(Span::ZERO).await?;
        let plan = self.plan(wanted, session.state()).await;
        self.execute(&plan, &mut session).await
    }

    pub(crate) async fn execute(
        &self,
        plan: &Plan,
        session: &mut Session,
    ) -> Result<ApplyReport, EngineError> {
        let options = ApplyOptions {
            parallelism: self.parallelism,
            allow_loss: true,
        };
        execute(plan, &self.providers(), session, &self.run(), &options).await
    }
}

struct Planner<'a> {
    live: &'a LiveState,
    actions: Vec<Action>,
    losses: Vec<Loss>,
}

impl Planner<'_> {
    fn want(&mut self, one: &DesiredResource, recorded: &RecordedState) {
        let live = self.live.resources.get(&one.address);
        let verb = match live {
            None => Some(Verb::Create),
            Some(live) => {
                let same = one
                    .attributes
                    .iter()
                    .all(|(name, value)| live.attributes.get(name) == Some(value));
                match (same, recorded.resources.contains_key(&one.address)) {
                    (false, _) => Some(Verb::Update),
                    (true, false) => Some(Verb::Adopt),
                    (true, true) => None,
                }
            }
        };
        if let Some(verb) = verb {
            self.push(one, verb);
        }
        let holds = live.is_some_and(|live| !live.recovery_points.is_empty());
        if ["memory_snapshot", "memory_copy"].contains(&one.kind.as_str()) && !holds {
            self.push(one, Verb::BackUp);
        }
    }

    fn push(&mut self, one: &DesiredResource, verb: Verb) {
        let live = self.live.resources.get(&one.address);
        let before: Vec<ActionId> = self
            .actions
            .iter()
            .filter(|action| {
                one.requires.contains(&action.address) || action.address == one.address
            })
            .map(|action| action.id)
            .collect();
        self.actions.push(Action {
            id: ActionId(u32::try_from(self.actions.len()).unwrap()),
            address: one.address.clone(),
            kind: one.kind.clone(),
            provider: one.provider.clone(),
            verb,
            before: live.map(|live| live.attributes.clone()),
            after: Some(one.attributes.clone()),
            causes: vec![Cause::NotLive],
            effect: Effect::Strengthens,
            deletes: Vec::new(),
            after_actions: before,
            requires: one.requires.clone(),
            target: one.target.clone(),
            on_remove: one.on_remove,
            seen: live.map(lifeboat_model::LiveResource::digest),
        });
    }

    fn remove(&mut self, address: &Address, resource: &lifeboat_model::RecordedResource) {
        let live = self.live.resources.get(address);
        let points = live.map_or(&[][..], |live| &live.recovery_points);
        let id = ActionId(u32::try_from(self.actions.len()).unwrap());
        // What is gone from the bottom up: everything that was removed before may have required this.
        let after_actions = self.actions.iter().map(|action| action.id).collect();
        for point in points {
            self.losses.push(Loss {
                action: id,
                address: address.clone(),
                point: point.clone(),
            });
        }
        self.actions.push(Action {
            id,
            address: address.clone(),
            kind: resource.kind.clone(),
            provider: resource.provider.clone(),
            verb: if live.is_some() {
                Verb::Delete
            } else {
                Verb::Forget
            },
            before: live.map(|live| live.attributes.clone()),
            after: None,
            causes: vec![Cause::NotInConfiguration],
            effect: Effect::Weakens,
            deletes: points.iter().map(|point| point.id.clone()).collect(),
            after_actions,
            requires: resource.requires.clone(),
            target: resource.target.clone(),
            on_remove: OnRemove::Destroy,
            seen: live.map(lifeboat_model::LiveResource::digest),
        });
    }
}
