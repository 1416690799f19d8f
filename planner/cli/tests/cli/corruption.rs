//! The bound on corruption is true of a real machine: days of real backups and real retention on a clock that the test
//! plays, damage to real files, and real restores of the newest point from before it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;
use lifeboat_contract::Destination;
use lifeboat_core::design::{self, Design};
use lifeboat_core::exposure::calendar::thinning_curve;
use lifeboat_core::language::{Inputs, Outcome, SourceFile, evaluate};
use lifeboat_core::planning;
use lifeboat_engine::state::{StatePaths, StateStore};
use lifeboat_engine::{
    ApplyOptions, Holder, PointChoice, Providers, RefreshItem, Restore, RetryPolicy, Run, Stop,
    back_up, execute, recovery_points, refresh, restore,
};
use lifeboat_local::{LocalProvider, LocalSettings, Scheduling};
use lifeboat_model::{
    Address, Attributes, Bound, Exposure, LiveState, Plan, PlanOptions, RecordedState, Retention,
    Schedule, Scope, Span,
};
use tempfile::TempDir;

/// The first instant: midnight in UTC.
const START: i64 = 1_772_409_600;

/// Quickstart's kind of configuration, with fewer runs a day, so that days pass quickly.
fn text(design: &Timetable) -> String {
    format!(
        r#"
provider "local" {{
  scheduler = "external"
}}
objective "files" {{
  survive "corruption" {{
    rpo             = "3d"
    detected_within = "{dwell}"
  }}
}}
retention "thinned" {{
  keep {{
    {keep}
  }}
}}
repository "directory" "near" {{
  path = "backups/near"
  password {{
    file = "secret"
  }}
}}
repository "directory" "second" {{
  path = "backups/second"
  password {{
    file = "secret"
  }}
}}
target "local_directory" "documents" {{
  path      = "documents"
  objective = objective.files
  retention = retention.thinned
}}
protection "snapshot" "often" {{
  target     = target.local_directory.documents
  repository = repository.directory.near
  schedule   = "{schedule}"
}}
protection "copy" "second" {{
  target     = target.local_directory.documents
  from       = protection.snapshot.often
  repository = repository.directory.second
}}
"#,
        dwell = design.dwell,
        keep = design.keep,
        schedule = design.schedule,
    )
}

/// When it runs, what is kept, how long nobody notices, and when damage is done.
struct Timetable {
    schedule: &'static str,
    keep: &'static str,
    dwell: Span,
    /// The clock goes on by so many seconds.
    step: i64,
    /// From and to when after the beginning, in hours.
    damage: (i64, i64),
    /// Every how many steps damage is done for real.
    every: usize,
}

/// What came of it.
struct Found {
    /// The planner's bound.
    bound: Span,
    /// The most that was lost at any step, in seconds.
    most: i64,
    /// How often files were damaged and restored.
    phases: usize,
}

/// A directory with data, repositories and a state, and a clock.
struct Machine {
    root: TempDir,
    clock: Arc<AtomicI64>,
    seed: AtomicU64,
    design: Design,
    block: (Address, Attributes),
    providers: Providers,
    schedule: Schedule,
    step: i64,
    /// When the schedule runs next.
    due: i64,
}

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn often() -> Address {
    "target.local_directory.documents.snapshot[\"often\"]"
        .parse()
        .unwrap()
}

fn compiled(base: &Path, timetable: &Timetable) -> (Design, (Address, Attributes)) {
    let inputs = Inputs {
        files: vec![SourceFile {
            name: "main.dr.hcl".to_owned(),
            text: text(timetable),
        }],
        variables: Vec::new(),
        loaded: BTreeMap::new(),
        as_of: instant(START),
        lifeboat_version: "0.1.0".to_owned(),
        base_dir: base.display().to_string(),
    };
    let catalog = lifeboat_local::catalog_of(&Scheduling::External);
    let configuration = match evaluate(&inputs, &catalog) {
        Ok(Outcome::Complete(evaluated)) => evaluated.configuration,
        other => panic!("{other:?}"),
    };
    let block = configuration.providers.values().next().unwrap();
    let block = (block.address.clone(), block.attributes.clone());
    (design::compile(&configuration, &catalog).unwrap(), block)
}

impl Machine {
    fn new(timetable: &Timetable) -> Self {
        let root = tempfile::tempdir().unwrap();
        let base = root.path().join("site");
        fs::create_dir_all(base.join("documents/letters")).unwrap();
        fs::write(base.join("secret"), "correct horse battery staple").unwrap();
        let (design, block) = compiled(&base, timetable);
        let mut machine = Self {
            root,
            clock: Arc::new(AtomicI64::new(START)),
            seed: AtomicU64::new(1),
            design,
            block,
            providers: Providers::default(),
            schedule: timetable.schedule.parse().unwrap(),
            step: timetable.step,
            due: START,
        };
        machine.restart();
        machine
    }

    fn base(&self) -> PathBuf {
        self.root.path().join("site")
    }

    /// Begins a new process, which knows nothing but what is on disk.
    fn restart(&mut self) {
        let (address, attributes) = &self.block;
        let settings = LocalSettings::new(
            self.base(),
            "/usr/bin/lifeboat".into(),
            self.root.path().join("cache"),
            self.root.path().join("scratch"),
        );
        let provider = LocalProvider::new(attributes, settings).unwrap();
        self.providers = Providers::default();
        self.providers.insert(address.clone(), Arc::new(provider));
    }

    fn now(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    fn run(&self) -> Run {
        let clock = self.clock.clone();
        Run {
            clock: Arc::new(move || instant(clock.load(Ordering::Relaxed))),
            events: Arc::new(|_| ()),
            stop: Stop::default(),
            retry: RetryPolicy::default(),
            seed: self.seed.fetch_add(1, Ordering::Relaxed),
        }
    }

    fn store(&self) -> StateStore {
        StateStore::new(StatePaths::in_directory(&self.base()), "0.1.0")
    }

    async fn session(&self) -> lifeboat_engine::Session {
        let holder = Holder::this_process("test", instant(self.now()));
        let run = self.run();
        self.store()
            .open(holder, run.clock, Span::ZERO)
            .await
            .unwrap()
    }

    async fn live(&self, recorded: &RecordedState) -> LiveState {
        let bindings = planning::read_bindings(&self.design, recorded);
        let items = planning::read_items(&self.design, recorded)
            .into_iter()
            .map(|item| RefreshItem {
                address: item.address,
                kind: item.kind,
                provider: item.provider,
                attributes: item.attributes,
                target: item.target,
            });
        let live = refresh(&self.providers, items.collect(), &bindings, &self.run()).await;
        assert_eq!(live.failures, BTreeMap::new());
        live
    }

    async fn plan(&self, recorded: &RecordedState) -> Plan {
        let options = PlanOptions {
            as_of: instant(self.now()),
            seed: self.seed.fetch_add(1, Ordering::Relaxed),
            destroy: false,
            targets: Vec::new(),
            lifeboat_version: "0.1.0".to_owned(),
            allow_exposure: Span::ZERO,
        };
        let live = self.live(recorded).await;
        let catalog = self.providers.catalog();
        let mut plan = planning::plan(&self.design, &live, recorded, catalog, &options).unwrap();
        let (address, attributes) = self.block.clone();
        plan.bindings.insert(address, attributes);
        plan
    }

    /// Applies the configuration, which makes the first points, and returns the plan.
    async fn apply(&mut self) -> Plan {
        self.work();
        let mut session = self.session().await;
        let plan = self.plan(session.state()).await;
        let options = ApplyOptions {
            parallelism: 1,
            allow_loss: false,
        };
        let run = self.run();
        let report = execute(&plan, &self.providers, &mut session, &run, &options);
        let report = report.await.unwrap();
        assert!(report.is_success(), "{report:?}");
        self.schedule_next();
        plan
    }

    fn schedule_next(&mut self) {
        let next = self.schedule.next_after(instant(self.now())).unwrap();
        self.due = next.as_second();
    }

    /// People work: every file says which instant it is of.
    fn work(&self) {
        for name in ["a.txt", "letters/b.txt"] {
            let path = self.base().join("documents").join(name);
            fs::write(path, self.now().to_string()).unwrap();
        }
    }

    /// Lets time pass until `end`, that instant included, with the schedule run whenever it is due.
    async fn pass(&mut self, end: i64, working: bool) {
        while self.now() < end {
            self.clock.fetch_add(self.step, Ordering::Relaxed);
            if working {
                self.work();
            }
            if self.due <= self.now() {
                let mut session = self.session().await;
                let run = self.run();
                let done = back_up(&[often()], &self.providers, &mut session, &run).await;
                assert!(done.as_ref().unwrap().is_success(), "{done:?}");
                self.schedule_next();
            }
        }
    }

    /// The instants of the points that a protection holds.
    async fn points(&self, address: &Address) -> Vec<i64> {
        let state = self.store().read().unwrap().state;
        let run = self.run();
        let points = recovery_points(address, &state, &self.providers, &run);
        let points = points.await.unwrap();
        points.iter().map(|point| point.time.as_second()).collect()
    }

    /// Deletes a file and overwrites another one.
    fn corrupt(&self) {
        let documents = self.base().join("documents");
        fs::remove_file(documents.join("a.txt")).unwrap();
        fs::write(documents.join("letters/b.txt"), "encrypted").unwrap();
    }

    /// Restores the newest point that is not newer than `second` over the damage, and returns the instant that the
    /// files are of then.
    async fn restored(&self, address: &Address, second: i64) -> i64 {
        let request = Restore {
            address: address.clone(),
            point: PointChoice::NotAfter(instant(second)),
            destination: Destination::InPlace,
            paths: Vec::new(),
            overwrite: true,
        };
        let store = self.store();
        let state = store.read().unwrap().state;
        let (audit, run) = (store.audit(), self.run());
        let done = restore(&request, &state, &audit, &self.providers, &run);
        let done = done.await.unwrap();
        assert_eq!(done.report.failed, []);
        let read = |name: &str| fs::read_to_string(self.base().join("documents").join(name));
        let (first, second) = (read("a.txt").unwrap(), read("letters/b.txt").unwrap());
        assert_eq!(first, second, "the files of one point are of one instant");
        assert_eq!(first, done.point.time.as_second().to_string());
        first.parse().unwrap()
    }

    /// Puts everything that is on disk aside, or back.
    fn set_aside(&self, name: &str) {
        copy(&self.base(), &self.root.path().join(name));
    }

    fn bring_back(&mut self, name: &str, (now, due): (i64, i64)) {
        copy(&self.root.path().join(name), &self.base());
        self.clock.store(now, Ordering::Relaxed);
        self.due = due;
        self.restart();
    }
}

fn copy(from: &Path, to: &Path) {
    if to.exists() {
        fs::remove_dir_all(to).unwrap();
    }
    let done = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(done.unwrap().success());
}

fn corruption(plan: &Plan) -> &Exposure {
    let mut rows = plan.exposure.iter();
    let row = rows.find(|row| row.scope == Scope::Corruption).unwrap();
    &row.planned
}

fn seconds(span: Span) -> i64 {
    i64::try_from(span.as_secs()).unwrap()
}

/// What damage at each of these instants costs, by what is held when it is found: seconds by instant.
async fn losses(
    machine: &mut Machine,
    address: &Address,
    dwell: i64,
    instants: &[i64],
) -> Vec<(i64, i64)> {
    let mut losses = Vec::new();
    for damage in instants {
        machine.pass(damage + dwell, true).await;
        let held = machine.points(address).await;
        let clean = held.into_iter().filter(|point| point <= damage).max();
        let clean = clean.unwrap_or_else(|| panic!("no point is clean at {damage}"));
        losses.push((*damage, damage - clean));
    }
    losses
}

/// Damages the files at `at` for real, waits until somebody notices, and restores; returns the seconds that are lost.
async fn suffered(machine: &mut Machine, address: &Address, dwell: i64, at: i64) -> i64 {
    machine.corrupt();
    machine.pass(at + dwell, false).await;
    at - machine.restored(address, at).await
}

/// Plays a timetable: first without damage, to see which instant is the worst; then damages are done at that instant
/// and at others, each on the machine as it was then.
async fn play(timetable: Timetable) -> Found {
    let dwell = seconds(timetable.dwell);
    let mut machine = Machine::new(&timetable);
    let plan = machine.apply().await;
    let exposure = corruption(&plan);
    let Bound::Finite(bound) = exposure.rpo.bound else {
        panic!("{exposure:?}");
    };
    let address = exposure.rpo.uses.clone().unwrap();
    let (from, to) = timetable.damage;
    let instants: Vec<i64> = (START + from * 3_600..=START + to * 3_600)
        .step_by(usize::try_from(timetable.step).unwrap())
        .collect();
    machine.pass(instants[0], true).await;
    machine.set_aside("before");
    let before = (machine.now(), machine.due);
    let foreseen = losses(&mut machine, &address, dwell, &instants).await;
    let after = machine.plan(&machine.store().read().unwrap().state).await;
    assert!(after.is_empty());
    assert_eq!(corruption(&after).rpo.bound, exposure.rpo.bound);

    let worst = foreseen.iter().copied().max_by_key(|(_, lost)| *lost);
    let (worst, most) = worst.unwrap();
    let mut phases: Vec<(i64, i64)> = foreseen.iter().copied().step_by(timetable.every).collect();
    phases.push((worst, most));
    phases.sort_unstable();
    phases.dedup();
    machine.bring_back("before", before);
    for (at, expected) in &phases {
        machine.pass(*at, true).await;
        machine.set_aside("clean");
        let clean = (machine.now(), machine.due);
        let lost = suffered(&mut machine, &address, dwell, *at).await;
        let when = instant(*at);
        assert_eq!(lost, *expected, "damage at {when}");
        assert!(
            lost <= seconds(bound),
            "damage at {when} costs {lost} s, more than {bound}"
        );
        machine.bring_back("clean", clean);
    }
    Found {
        bound,
        most,
        phases: phases.len(),
    }
}

fn played(timetable: Timetable) -> Found {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.unwrap().block_on(play(timetable))
}

/// As quickstart does it, with a day instead of a week until somebody notices: a run an hour, each of them kept.
#[test]
fn the_worst_corruption_of_real_files_costs_the_bound_but_for_a_step_of_the_clock_and_no_other_costs_more()
 {
    let step = 600;
    let found = played(Timetable {
        schedule: "1h",
        keep: "hourly = 30\n    daily  = 3",
        dwell: Span::from_days(1),
        step,
        damage: (6, 8),
        every: 5,
    });
    assert_eq!(found.bound, Span::from_hours(1));
    assert_eq!(found.most, 3_600 - step);
    assert_eq!(found.phases, 4);
}

/// Where points are thinned by the calendar the planner answers for every way in which runs can fall into days; these
/// runs fall in one way, which the enumeration of schedule and policy knows to the step.
#[test]
fn a_thinned_calendar_costs_what_its_enumeration_says_and_never_more_than_the_bound() {
    let (schedule, step, dwell) = ("5h", 3_600, Span::from_days(2));
    let found = played(Timetable {
        schedule,
        keep: "daily = 6",
        dwell,
        step,
        damage: (24, 72),
        every: 12,
    });
    let mut policy = Retention::default();
    policy.keep.daily = Some(6);
    let schedule = schedule.parse().unwrap();
    let curve = thinning_curve(&schedule, &policy, Span::from_days(7)).unwrap();
    let Bound::Finite(exact) = curve.worst_loss_at(dwell) else {
        panic!("{curve:?}");
    };
    assert_eq!(exact, Span::from_hours(25));
    assert_eq!(found.most, seconds(exact) - step);
    assert_eq!(found.bound, Span::from_hours(29));
    assert_eq!(found.phases, 6);
}
