//! A configuration played for real: planned, applied and run for weeks on the provider that is a world in memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use lifeboat_core::configuration::Configuration;
use lifeboat_core::design::{self, Design};
use lifeboat_core::diagnostic::Diagnostics;
use lifeboat_core::exposure::{Question, derive};
use lifeboat_core::language::{Inputs, Outcome, evaluate};
use lifeboat_core::planning;
use lifeboat_core::proposal::{Case, Proposals, proposals};
use lifeboat_core::render::{Explanation, ScopeExplanation};
use lifeboat_engine::drill::{Drill, drill};
use lifeboat_engine::state::{StatePaths, StateStore};
use lifeboat_engine::{
    ApplyOptions, Holder, PointChoice, Providers, RefreshItem, RetryPolicy, Run, Session, Stop,
    back_up, execute, refresh,
};
use lifeboat_memory::World;
use lifeboat_model::{Address, Block, LiveState, Plan, PlanOptions, Schedule, Span};
use tempfile::TempDir;

/// Reads a configuration that needs no other file.
pub(crate) fn read(inputs: &Inputs) -> Result<(Configuration, Diagnostics), Diagnostics> {
    match evaluate(inputs, &lifeboat_memory::catalog())? {
        Outcome::Complete(evaluated) => Ok((evaluated.configuration, evaluated.warnings)),
        Outcome::NeedsFiles(files) => panic!("asks for {files:?}"),
    }
}

/// A world, a state and a clock.
pub(crate) struct Stage {
    pub(crate) world: World,
    directory: TempDir,
    clock: Arc<AtomicI64>,
    seed: AtomicU64,
    runtime: tokio::runtime::Runtime,
}

impl Stage {
    /// The datasets of the targets exist, and nothing else.
    pub(crate) fn new(configuration: &Configuration, now: Timestamp) -> Self {
        let world = World::new();
        for target in configuration.targets.values() {
            let name = target.attributes["name"].as_str().unwrap();
            world.put_dataset(name, [("data", format!("what {name} holds"))]);
        }
        Self {
            world,
            directory: tempfile::tempdir_in("/dev/shm")
                .or_else(|_| tempfile::tempdir())
                .unwrap(),
            clock: Arc::new(AtomicI64::new(now.as_second())),
            seed: AtomicU64::new(1),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.clock.load(Ordering::Relaxed)).unwrap()
    }

    /// Plans twice; the bytes are the same.
    pub(crate) fn plan(&self, configuration: &Configuration) -> Plan {
        let catalog = lifeboat_memory::catalog();
        let design = design::compile(configuration, &catalog).unwrap();
        let recorded = self.store().read().unwrap().state;
        let live = self.live(&design, configuration);
        assert_eq!(live.failures, BTreeMap::new());
        let options = PlanOptions {
            as_of: self.now(),
            seed: 1,
            destroy: false,
            targets: Vec::new(),
            lifeboat_version: "0.1.0".to_owned(),
            allow_exposure: Span::ZERO,
        };
        let once = || planning::plan(&design, &live, &recorded, &catalog, &options).unwrap();
        let (one, two) = (once(), once());
        assert_eq!(
            serde_json::to_string(&one).unwrap(),
            serde_json::to_string(&two).unwrap(),
            "planned twice, other bytes"
        );
        let mut plan = one;
        for (address, block) in &configuration.providers {
            plan.bindings
                .insert(address.clone(), block.attributes.clone());
        }
        plan
    }

    fn live(&self, design: &Design, configuration: &Configuration) -> LiveState {
        let recorded = self.store().read().unwrap().state;
        let mut bindings = planning::read_bindings(design, &recorded);
        for (address, block) in &configuration.providers {
            bindings.insert(address.clone(), block.attributes.clone());
        }
        let items = planning::read_items(design, &recorded).into_iter();
        let items = items.map(|item| RefreshItem {
            address: item.address,
            kind: item.kind,
            provider: item.provider,
            attributes: item.attributes,
            target: item.target,
        });
        let items = items.collect();
        self.runtime
            .block_on(refresh(&self.providers(), items, &bindings, &self.run()))
    }

    /// Returns what lifeboat proposes for the first targets whose goals the plan leaves unmet.
    pub(crate) fn proposals(
        &self,
        inputs: &Inputs,
        configuration: &Configuration,
        plan: &Plan,
    ) -> Proposals {
        let catalog = lifeboat_memory::catalog();
        let design = design::compile(configuration, &catalog).unwrap();
        proposals(&Case {
            inputs,
            configuration,
            design: &design,
            catalog: &catalog,
            live: &self.live(&design, configuration),
            recorded: &self.store().read().unwrap().state,
            as_of: self.now(),
            rows: &plan.exposure,
        })
    }

    /// Explains each goal that is not met with what stands.
    pub(crate) fn explain(&self, configuration: &Configuration, plan: &Plan) -> Vec<Explanation> {
        let catalog = lifeboat_memory::catalog();
        let design = design::compile(configuration, &catalog).unwrap();
        let recorded = self.store().read().unwrap().state;
        let live = self.live(&design, configuration);
        let unmet = plan.exposure.iter().filter(|row| !row.is_met());
        let explained = unmet.map(|row| {
            let steps = derive(&Question {
                design: &design,
                live: &live,
                recorded: &recorded,
                catalog: &catalog,
                as_of: self.now(),
                actions: None,
                subject: &row.target,
                scope: row.scope,
            });
            Explanation {
                address: row.target.clone(),
                protection: None,
                scopes: vec![ScopeExplanation {
                    row: row.clone(),
                    now: steps.clone(),
                    planned: steps,
                }],
                chosen: Vec::new(),
                alternatives: Vec::new(),
                proposal: None,
                backup_rule: None,
                live: true,
            }
        });
        explained.collect()
    }

    /// Applies a configuration; planned again there is nothing left to do.
    pub(crate) fn apply(&self, configuration: &Configuration) {
        let plan = self.plan(configuration);
        let options = ApplyOptions {
            parallelism: 1,
            allow_loss: false,
        };
        self.in_session(async |session, providers, run| {
            let report = execute(&plan, providers, session, run, &options)
                .await
                .unwrap();
            assert!(report.is_success(), "{report:?}");
        });
        let again = self.plan(configuration);
        assert!(
            again.actions.is_empty(),
            "what stands is planned again: {:?}",
            again.actions
        );
    }

    /// Lets time pass, in which every schedule runs.
    pub(crate) fn live_through(&self, configuration: &Configuration, span: Span) {
        let design = design::compile(configuration, &lifeboat_memory::catalog()).unwrap();
        let end = span.after(self.now());
        let mut due: BTreeMap<(Timestamp, Address), Schedule> = configuration
            .protections
            .values()
            .filter_map(|block| {
                let schedule = block.schedule.clone()?;
                let first = schedule.next_after(self.now())?;
                let resource = design.protections[&block.address].clone();
                Some(((first, resource), schedule))
            })
            .collect();
        while let Some(((at, address), schedule)) = due.pop_first() {
            if at > end {
                break;
            }
            self.clock.store(at.as_second(), Ordering::Relaxed);
            self.back_up(&address);
            let next = schedule.next_after(at).unwrap();
            due.insert((next, address), schedule);
        }
        self.clock.store(end.as_second(), Ordering::Relaxed);
    }

    fn back_up(&self, address: &Address) {
        self.in_session(async |session, providers, run| {
            let outcome = back_up(std::slice::from_ref(address), providers, session, run).await;
            let outcome = outcome.unwrap();
            assert!(outcome.is_success(), "{outcome:?}");
        });
    }

    /// Rehearses a restore of the last point of a protection, and returns whether it went well.
    pub(crate) fn drill(&self, address: &Address) -> bool {
        let mut passed = false;
        self.in_session(async |session, providers, run| {
            let request = Drill {
                address: address.clone(),
                point: PointChoice::Newest,
            };
            let outcome = drill(&request, providers, session, run).await.unwrap();
            passed = outcome.record.passed;
        });
        passed
    }

    fn in_session(&self, work: impl AsyncFnOnce(&mut Session, &Providers, &Run)) {
        let run = self.run();
        let holder = Holder::this_process("golden", self.now());
        self.runtime.block_on(async {
            let mut session = self
                .store()
                .open(holder, run.clock.clone(), Span::ZERO)
                .await
                .unwrap();
            work(&mut session, &self.providers(), &run).await;
        });
    }

    fn providers(&self) -> Providers {
        let mut providers = Providers::default();
        let address = Address::named(Block::Provider, "memory");
        providers.insert(address, Arc::new(self.world.provider()));
        providers
    }

    fn store(&self) -> StateStore {
        StateStore::new(StatePaths::in_directory(self.directory.path()), "0.1.0")
    }

    fn run(&self) -> Run {
        let clock = self.clock.clone();
        Run {
            clock: Arc::new(move || Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap()),
            events: Arc::new(|_| {}),
            stop: Stop::default(),
            retry: RetryPolicy {
                attempts: 1,
                base: Duration::from_millis(1),
                cap: Duration::from_millis(1),
            },
            seed: self.seed.fetch_add(1, Ordering::Relaxed),
        }
    }
}
