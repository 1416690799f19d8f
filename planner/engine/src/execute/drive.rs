//! Running the actions of a plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{
    Action, ActionId, Address, Attributes, LiveState, Plan, RecordedResource, RecordedState,
    RecoveryPointId, Span,
};
use tokio::task::{JoinError, JoinSet};

use super::check;
use super::graph::Graph;
use super::report::{ActionReport, ApplyReport, Status};
use super::step::{Ended, Step};
use crate::error::EngineError;
use crate::event::Event;
use crate::journal::Record;
use crate::providers::Providers;
use crate::run::{Run, token};
use crate::state::bindings::with_recorded;
use crate::state::{Session, StateError};
use crate::stop::StopLevel;

/// How a plan is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApplyOptions {
    /// The most actions that run at once; at least 1.
    pub parallelism: usize,
    /// Whether recovery points may go and protections weaken, as far as the plan announces it.
    pub allow_loss: bool,
}

impl Default for ApplyOptions {
    fn default() -> Self {
        Self {
            parallelism: 10,
            allow_loss: false,
        }
    }
}

/// Carries out a plan.
///
/// Refuses first, before anything is touched: a plan that contradicts itself, that loses something without leave, that
/// was made against another state, or whose resources have moved since. Then each action is journaled, called, read
/// back and journaled again; a failed one stops its dependants only. At the end the journal is folded into the state.
///
/// # Errors
/// What was refused, and nothing was touched then; or a state that could not be written at the end, and the journal
/// still holds what was done. Failed actions are no error here, they stand in the report.
pub async fn execute(
    plan: &Plan,
    providers: &Providers,
    session: &mut Session,
    run: &Run,
    options: &ApplyOptions,
) -> Result<ApplyReport, EngineError> {
    check::coherent(plan)?;
    check::allowed(plan, options.allow_loss)?;
    check::same_state(plan, session.state())?;
    if plan.is_empty() {
        return Ok(ApplyReport::default());
    }
    let live = check::same_live(plan, providers, session.state(), run).await?;
    let digest = plan
        .digest()
        .map_err(|error| EngineError::Incoherent(error.to_string()))?;
    let mut driver = Driver::new(plan, providers, session, run, &live);
    session.begin(Some(digest), plan.bindings.clone())?;
    run.events.event(Event::ApplyStarted {
        actions: plan.actions.len(),
    });
    driver.drive(session, options.parallelism.max(1)).await;
    if run.stop.level() == StopLevel::Now {
        // At once: the next session folds the journal.
        return Ok(driver.report());
    }
    session.finish()?;
    Ok(driver.report())
}

type Task = (ActionId, Ended);

struct Driver<'a> {
    plan: &'a Plan,
    providers: &'a Providers,
    run: &'a Run,
    actions: BTreeMap<ActionId, &'a Action>,
    graph: Graph,
    bindings: Arc<BTreeMap<Address, Attributes>>,
    old_bindings: Arc<BTreeMap<Address, Attributes>>,
    known_points: BTreeMap<Address, Vec<RecoveryPointId>>,
    /// By repository: the protections that were recorded in it when the run started.
    holders: BTreeMap<Address, Vec<(Address, RecordedResource)>>,
    statuses: BTreeMap<ActionId, Status>,
    started: BTreeMap<ActionId, Timestamp>,
    tasks: JoinSet<Task>,
    /// The first failure to write the journal: nothing starts after it.
    unjournaled: Option<StateError>,
}

impl<'a> Driver<'a> {
    fn new(
        plan: &'a Plan,
        providers: &'a Providers,
        session: &Session,
        run: &'a Run,
        live: &LiveState,
    ) -> Self {
        let state = session.state();
        let known_points = live
            .resources
            .iter()
            .map(|(address, resource)| {
                let ids = resource
                    .recovery_points
                    .iter()
                    .map(|point| point.id.clone());
                (address.clone(), ids.collect())
            })
            .collect();
        Self {
            plan,
            providers,
            run,
            actions: plan
                .actions
                .iter()
                .map(|action| (action.id, action))
                .collect(),
            graph: Graph::of(&plan.actions),
            bindings: Arc::new(with_recorded(with_planned(plan, state), state)),
            old_bindings: Arc::new(with_recorded(check::recorded_bindings(plan, state), state)),
            known_points,
            holders: holders(plan, state),
            statuses: BTreeMap::new(),
            started: BTreeMap::new(),
            tasks: JoinSet::new(),
            unjournaled: None,
        }
    }

    /// Starts what may start and takes what ends, until nothing is left or somebody stops it.
    async fn drive(&mut self, session: &mut Session, parallelism: usize) {
        loop {
            self.start(session, parallelism);
            let ended = tokio::select! {
                biased;
                () = self.run.stop.reached(StopLevel::Now) => break,
                ended = self.tasks.join_next() => ended,
            };
            let Some(first) = ended else { break };
            let mut all = vec![first];
            while let Some(more) = self.tasks.try_join_next() {
                all.push(more);
            }
            self.take(session, all);
        }
        self.tasks.abort_all();
    }

    /// Starts as many actions as may run, with one fsync for all of their intents.
    fn start(&mut self, session: &mut Session, parallelism: usize) {
        if self.run.stop.level() > StopLevel::Continue || self.unjournaled.is_some() {
            return;
        }
        let mut steps = Vec::new();
        while self.tasks.len() + steps.len() < parallelism {
            let Some(action) = self.graph.start().and_then(|id| self.actions.get(&id)) else {
                break;
            };
            steps.push(self.step(action, session));
        }
        if steps.is_empty() {
            return;
        }
        let now = self.run.clock.now();
        let intents = steps.iter().map(|step| Record::Intent {
            action: step.action.id,
            address: step.action.address.clone(),
            verb: step.action.verb,
            token: step.token.clone(),
            at: now,
        });
        if let Err(error) = session.journal(intents.collect()) {
            self.unjournaled = Some(error);
            return;
        }
        for step in steps {
            let id = step.action.id;
            self.started.insert(id, now);
            self.run.events.event(Event::ActionStarted {
                id,
                address: step.action.address.clone(),
                verb: step.action.verb,
            });
            self.tasks
                .spawn(async move { (id, step.carry_out().await) });
        }
    }

    fn step(&self, action: &Action, session: &Session) -> Step {
        Step {
            action: action.clone(),
            provider: self.providers.get(&action.provider).cloned(),
            role: self.providers.role(&action.kind),
            token: token(&[
                &self.plan.seed.to_string(),
                &self.plan.lineage,
                &action.id.0.to_string(),
            ]),
            bindings: self.bindings.clone(),
            old_bindings: self.old_bindings.clone(),
            holders: self
                .holders
                .get(&action.address)
                .cloned()
                .unwrap_or_default(),
            recorded: session.state().resources.get(&action.address).cloned(),
            known_points: self
                .known_points
                .get(&action.address)
                .cloned()
                .unwrap_or_default(),
            run: self.run.clone(),
        }
    }

    /// Journals what ended, with one fsync, and then tells it.
    fn take(&mut self, session: &mut Session, ended: Vec<Result<Task, JoinError>>) {
        let now = self.run.clock.now();
        let ended: Vec<Task> = ended.into_iter().filter_map(Result::ok).collect();
        let records = ended
            .iter()
            .filter_map(|(id, ended)| Some(record(self.actions.get(id)?, ended, now)))
            .collect();
        if let Err(error) = session.journal(records) {
            self.unjournaled.get_or_insert(error);
        }
        for (id, ended) in ended {
            self.settle(id, ended, now);
        }
    }

    fn settle(&mut self, id: ActionId, ended: Ended, now: Timestamp) {
        let Some(action) = self.actions.get(&id) else {
            return;
        };
        let (address, verb) = (action.address.clone(), action.verb);
        let started = self.started.get(&id).copied().unwrap_or(now);
        match ended.error {
            None => {
                self.run.events.event(Event::ActionDone {
                    id,
                    address,
                    verb,
                    took: Span::between(started, now),
                });
                let unreadable = ended.unreadable;
                self.statuses.insert(id, Status::Done { unreadable });
                self.graph.succeeded(id);
            }
            Some(error) => {
                let because = format!("`{address}` failed");
                for lost in self.graph.failed(id) {
                    self.statuses.insert(
                        lost,
                        Status::NotStarted {
                            because: because.clone(),
                        },
                    );
                }
                self.run.events.event(Event::ActionFailed {
                    id,
                    address,
                    verb,
                    message: error.message.clone(),
                    help: error.help.clone(),
                });
                self.statuses.insert(id, Status::Failed(error));
            }
        }
    }

    /// Returns what became of each action.
    fn report(&self) -> ApplyReport {
        let because = match &self.unjournaled {
            Some(error) => format!("the journal could not be written: {}", chain(error)),
            None => "stopped before it".to_owned(),
        };
        let status = |id: &ActionId| match self.statuses.get(id) {
            Some(status) => status.clone(),
            None if self.started.contains_key(id) => Status::Interrupted,
            None => Status::NotStarted {
                because: because.clone(),
            },
        };
        ApplyReport {
            actions: self
                .plan
                .actions
                .iter()
                .map(|action| ActionReport {
                    id: action.id,
                    address: action.address.clone(),
                    verb: action.verb,
                    status: status(&action.id),
                })
                .collect(),
            stopped: self.run.stop.level() > StopLevel::Continue,
        }
    }
}

/// Returns the planned bindings, with the planned attributes of everything that an action makes: a copy refers to a
/// source that is made by the same plan.
fn with_planned(plan: &Plan, state: &RecordedState) -> BTreeMap<Address, Attributes> {
    let mut bindings = check::planned_bindings(plan, state);
    for action in &plan.actions {
        if let (Some(after), false) = (&action.after, bindings.contains_key(&action.address)) {
            bindings.insert(action.address.clone(), after.clone());
        }
    }
    bindings
}

/// Returns the recorded protections in each repository that loses points by itself.
fn holders(
    plan: &Plan,
    state: &RecordedState,
) -> BTreeMap<Address, Vec<(Address, RecordedResource)>> {
    let mut holders = BTreeMap::new();
    for action in plan.actions.iter().filter(|it| !it.deletes.is_empty()) {
        let repository = serde_json::Value::from(action.address.to_string());
        let within: Vec<_> = state
            .resources
            .iter()
            .filter(|(_, resource)| resource.attributes.get("repository") == Some(&repository))
            .map(|(address, resource)| (address.clone(), resource.clone()))
            .collect();
        if !within.is_empty() {
            holders.insert(action.address.clone(), within);
        }
    }
    holders
}

fn record(action: &Action, ended: &Ended, at: Timestamp) -> Record {
    let (address, verb) = (action.address.clone(), action.verb);
    match (&ended.error, &ended.outcome) {
        (None, Some(outcome)) => Record::Done {
            action: action.id,
            address,
            verb,
            outcome: outcome.clone(),
            detail: deleted(action),
            at,
        },
        (error, outcome) => Record::Failed {
            action: action.id,
            address,
            verb,
            message: error
                .as_ref()
                .map_or_else(String::new, |error| error.message.clone()),
            outcome: outcome.clone(),
            at,
        },
    }
}

/// Returns what the audit trail says about recovery points that an action deleted.
fn deleted(action: &Action) -> Option<String> {
    let ids: Vec<&str> = action.deletes.iter().map(|id| id.0.as_str()).collect();
    (!ids.is_empty()).then(|| format!("deleted recovery points {}", ids.join(" ")))
}

/// Returns the message followed by each cause.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
