//! How the protections stand: the newest recovery point against the goal, the last verification, the last drill.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_model::{
    Address, Catalog, DrillRecord, ExposureRow, LiveState, Mechanism, Objective, RecordedResource,
    RecordedState, RecoveryPoint, Schedule, Scope, Span, VerifyRecord,
};
use serde::Serialize;

use crate::configuration::Configuration;

use super::moment::{age, ago, brief, utc};
use super::status_goals::{GoalStatus, goals, problems};
use super::status_runs::{Runner, runs};

/// One protection that makes or keeps recovery points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProtectionStatus {
    /// The protection.
    pub address: Address,
    /// What it protects.
    pub target: Address,
    /// Its newest recovery point.
    pub newest: Option<RecoveryPoint>,
    /// How old that is.
    pub newest_age: Option<Span>,
    /// How many recovery points it holds.
    pub points: usize,
    /// When it was last applied, or the time of its oldest recovery point if that is earlier.
    pub since: Timestamp,
    /// The last verification.
    pub last_verify: Option<VerifyRecord>,
    /// The last drill: how long it took, and how old the point was.
    pub last_drill: Option<DrillRecord>,
    /// When it runs.
    pub schedule: Option<String>,
    /// Who runs it then; none without a schedule.
    pub runner: Option<Runner>,
    /// When the next run is due; in the past when one was missed, none when nothing runs it.
    pub next_run: Option<Timestamp>,
    /// What is not as it should be, each a lower-case fragment.
    pub problems: Vec<String>,
}

/// One target and its protections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetStatus {
    /// The target.
    pub target: Address,
    /// The label of its objective.
    pub objective: Option<String>,
    /// The tightest RPO goal of the objective that recovery points have to meet: over all scopes, or that of
    /// corruption alone where a replica stands in for the others.
    pub rpo_goal: Option<Span>,
    /// Every goal of the objective, narrowest scope first.
    pub goals: Vec<GoalStatus>,
    /// How often a drill must succeed.
    pub drill_every: Option<Span>,
    /// The age of the newest recovery point that any of its protections holds.
    pub newest_age: Option<Span>,
    /// Its protections, by address.
    pub protections: Vec<ProtectionStatus>,
    /// What is not as it should be for the target as a whole.
    pub problems: Vec<String>,
}

impl TargetStatus {
    /// Returns whether the newest recovery point is younger than the goal; none without a goal.
    pub fn meets_rpo(&self) -> Option<bool> {
        self.rpo_goal
            .map(|goal| self.newest_age.is_some_and(|age| age <= goal))
    }
}

/// One service: targets that recover together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceStatus {
    /// The service.
    pub service: Address,
    /// The label of its objective.
    pub objective: Option<String>,
    /// Its members.
    pub targets: Vec<Address>,
    /// Every goal of the objective, narrowest scope first.
    pub goals: Vec<GoalStatus>,
    /// What is not as it should be.
    pub problems: Vec<String>,
}

/// How everything stands at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatusReport {
    /// When it was looked at.
    pub as_of: Timestamp,
    /// Whether recovery points were read from the providers, or are those of the last apply or backup.
    pub live: bool,
    /// Why goals were not checked; none when they were.
    pub unchecked: Option<String>,
    /// How many goals there are.
    pub goals: usize,
    /// How many of them were checked and hold.
    pub goals_met: usize,
    /// How many of those hold only on assumptions.
    pub goals_assuming: usize,
    /// By address.
    pub targets: Vec<TargetStatus>,
    /// By address.
    pub services: Vec<ServiceStatus>,
}

impl StatusReport {
    /// Returns every problem with what it is about.
    pub fn problems(&self) -> impl Iterator<Item = (&Address, &str)> {
        let services = self.services.iter().flat_map(|it| {
            let texts = it.problems.iter();
            texts.map(|text| (&it.service, text.as_str()))
        });
        let targets = self.targets.iter().flat_map(|target| {
            let own = target
                .problems
                .iter()
                .map(|text| (&target.target, text.as_str()));
            own.chain(target.protections.iter().flat_map(|protection| {
                let texts = protection.problems.iter();
                texts.map(|text| (&protection.address, text.as_str()))
            }))
        });
        targets.chain(services)
    }

    /// Returns every goal with the target or service that has it.
    pub fn all_goals(&self) -> impl Iterator<Item = (&Address, &GoalStatus)> {
        let targets = self.targets.iter().map(|it| (&it.target, &it.goals));
        let services = self.services.iter().map(|it| (&it.service, &it.goals));
        let both = targets.chain(services);
        both.flat_map(|(address, goals)| goals.iter().map(move |goal| (address, goal)))
    }

    /// Returns whether no problem was found, which is not yet that everything is as promised: see
    /// [`StatusReport::is_as_promised`].
    pub fn is_well(&self) -> bool {
        self.problems().next().is_none()
    }

    /// Returns whether there are goals, each was checked and holds, and no problem was found.
    pub fn is_as_promised(&self) -> bool {
        self.is_well() && self.unchecked.is_none() && self.goals > 0 && self.goals_met == self.goals
    }

    /// Leaves out every protection that is not kept, and every target that is neither kept nor has one that is.
    pub fn retain(&mut self, keep: impl Fn(&Address) -> bool) {
        self.targets.retain_mut(|target| {
            target.protections.retain(|it| keep(&it.address));
            keep(&target.target) || !target.protections.is_empty()
        });
        self.services.retain(|service| keep(&service.service));
        self.count();
    }

    fn count(&mut self) {
        let goals = self.all_goals().count();
        let met = self.all_goals().filter(|(_, goal)| goal.is_met()).count();
        let starred = self.all_goals().filter(|(_, goal)| goal.is_starred());
        let assuming = starred.count();
        (self.goals, self.goals_met, self.goals_assuming) = (goals, met, assuming);
    }
}

/// What status is told from.
#[derive(Clone, Copy, Debug)]
pub struct StatusInputs<'a> {
    /// What was applied.
    pub recorded: &'a RecordedState,
    /// What is live; recovery points are the recorded ones without it.
    pub live: Option<&'a LiveState>,
    /// What the providers know here: above all, whether anything runs their schedules.
    pub catalog: &'a Catalog,
    /// Where goals come from.
    pub configuration: Option<&'a Configuration>,
    /// What [`assess`](crate::exposure::assess) derived from what is live, or why nothing could be.
    pub exposure: Result<&'a [ExposureRow], &'a str>,
    /// Now.
    pub as_of: Timestamp,
}

/// A run is missed once it is this much of its period late, in parts of it.
const LATE: u64 = 10;
/// A run is never missed sooner than this after its time: it may still be at it.
const GRACE: Span = Span::from_secs(300);

/// Says how the protections stand.
///
/// A target of the configuration without any protection is a problem, as is a schedule that nothing runs and a goal
/// that does not hold.
pub fn status(inputs: &StatusInputs<'_>) -> StatusReport {
    let mut targets: BTreeMap<Address, Vec<ProtectionStatus>> = BTreeMap::new();
    for (address, resource) in &inputs.recorded.resources {
        if !holds_points(address) {
            continue;
        }
        let target = resource.target.clone().unwrap_or_else(|| address.owner());
        let status = protection(address, &target, resource, inputs);
        targets.entry(target).or_default().push(status);
    }
    let replicated: BTreeSet<Address> = inputs
        .recorded
        .resources
        .keys()
        .filter(|address| mechanism(address) == Some(Mechanism::Replica))
        .map(Address::owner)
        .collect();
    let configured = inputs.configuration.iter();
    for target in configured.flat_map(|all| all.targets.keys()) {
        targets.entry(target.clone()).or_default();
    }
    let mut report = StatusReport {
        as_of: inputs.as_of,
        live: inputs.live.is_some(),
        unchecked: inputs.exposure.err().map(str::to_owned),
        goals: 0,
        goals_met: 0,
        goals_assuming: 0,
        targets: targets
            .into_iter()
            .map(|(address, protections)| {
                let promise = Promise::of(&address, inputs.configuration, &replicated);
                target(address, protections, &promise, inputs)
            })
            .collect(),
        services: services(inputs),
    };
    report.count();
    report
}

/// Returns how the services of the configuration stand.
fn services(inputs: &StatusInputs<'_>) -> Vec<ServiceStatus> {
    let configured = inputs.configuration.iter();
    configured
        .flat_map(|all| all.services.iter().map(move |it| (all, it)))
        .map(|(all, (address, block))| {
            let objective = block.objective.as_ref();
            let objective = objective.and_then(|name| all.objectives.get(name));
            let goals = goals(address, objective, inputs.exposure.ok());
            ServiceStatus {
                service: address.clone(),
                objective: block.objective.clone(),
                targets: block.targets.clone(),
                problems: problems(&goals),
                goals,
            }
        })
        .collect()
}

/// Returns whether the mechanism keeps recovery points of its own.
fn holds_points(address: &Address) -> bool {
    matches!(
        mechanism(address),
        Some(Mechanism::Snapshot | Mechanism::Log | Mechanism::Copy)
    )
}

fn mechanism(address: &Address) -> Option<Mechanism> {
    address
        .part
        .as_ref()
        .and_then(|part| part.role.parse().ok())
}

fn protection(
    address: &Address,
    target: &Address,
    resource: &RecordedResource,
    inputs: &StatusInputs<'_>,
) -> ProtectionStatus {
    let as_of = inputs.as_of;
    let mut problems = Vec::new();
    let points: &[RecoveryPoint] = match inputs.live {
        None => &resource.recovery_points,
        Some(live) => match (live.resources.get(address), live.failures.get(address)) {
            (Some(found), _) => &found.recovery_points,
            (None, Some(failure)) => {
                problems.push(format!("could not be read: {}", failure.message));
                &resource.recovery_points
            }
            (None, None) => {
                problems.push("is gone: it was deleted outside of lifeboat".to_owned());
                &[]
            }
        },
    };
    let newest = points.iter().max_by_key(|point| point.time).cloned();
    let runs = runs(address, inputs);
    let last = newest
        .as_ref()
        .map_or(resource.applied_at, |point| point.time);
    let due = runs
        .as_ref()
        .and_then(|runs| runs.schedule.next_after(last));
    if newest.is_none() {
        problems.push("holds no recovery point".to_owned());
    } else if let (Some(runs), Some(due)) = (&runs, due)
        && is_missed(&runs.schedule, due, as_of)
    {
        problems.push(format!(
            "missed its run at {} ({})",
            utc(due),
            ago(due, as_of)
        ));
    }
    problems.extend(runs.iter().filter_map(|runs| runs.problem.clone()));
    problems.extend(failed_checks(resource, as_of));
    ProtectionStatus {
        address: address.clone(),
        target: target.clone(),
        newest_age: newest
            .as_ref()
            .map(|point| Span::between(point.time, as_of)),
        newest,
        points: points.len(),
        since: points
            .iter()
            .map(|point| point.time)
            .fold(resource.applied_at, Timestamp::min),
        last_verify: resource.last_verify.clone(),
        last_drill: resource.last_drill.clone(),
        schedule: runs.as_ref().map(|runs| runs.schedule.to_string()),
        next_run: due.filter(|_| {
            let runner = runs.as_ref().map(|runs| runs.runner);
            runner != Some(Runner::Nobody)
        }),
        runner: runs.map(|runs| runs.runner),
        problems,
    }
}

fn is_missed(schedule: &Schedule, due: Timestamp, as_of: Timestamp) -> bool {
    let period = schedule
        .next_after(due)
        .map_or(Span::ZERO, |next| Span::between(due, next));
    let late = Span::between(due, as_of);
    late > GRACE && late.times(LATE) > period
}

fn failed_checks(resource: &RecordedResource, as_of: Timestamp) -> Vec<String> {
    let verify = resource
        .last_verify
        .as_ref()
        .filter(|record| !record.passed);
    let drill = resource.last_drill.as_ref().filter(|record| !record.passed);
    let verify = verify.map(|record| {
        format!(
            "verification failed {}: {}",
            ago(record.at, as_of),
            record.summary
        )
    });
    let drill =
        drill.map(|record| format!("drill failed {}: {}", ago(record.at, as_of), record.summary));
    verify.into_iter().chain(drill).collect()
}

fn target(
    target: Address,
    protections: Vec<ProtectionStatus>,
    promise: &Promise<'_>,
    inputs: &StatusInputs<'_>,
) -> TargetStatus {
    let rpo_goal = promise.rpo_goal;
    let drill_every = promise.objective.and_then(|it| it.drill_every);
    let goals = goals(&target, promise.objective, inputs.exposure.ok());
    let newest_age = protections.iter().filter_map(|p| p.newest_age).min();
    let mut problems = Vec::new();
    if protections.is_empty() {
        problems.push("has no protection yet: nothing was applied for it".to_owned());
    } else {
        if let (Some(goal), Some(age)) = (rpo_goal, newest_age)
            && age > goal
        {
            let (age, goal) = (brief(age), brief(goal));
            problems.push(format!(
                "its newest recovery point is {age} old, the goal is {goal}"
            ));
        }
        problems.extend(drill_due(&protections, drill_every, inputs.as_of));
    }
    problems.extend(self::problems(&goals));
    TargetStatus {
        target,
        objective: promise.label.map(str::to_owned),
        rpo_goal,
        goals,
        drill_every,
        newest_age,
        protections,
        problems,
    }
}

/// What the objective of a target asks of its recovery points.
#[derive(Default)]
struct Promise<'a> {
    label: Option<&'a str>,
    objective: Option<&'a Objective>,
    rpo_goal: Option<Span>,
}

impl<'a> Promise<'a> {
    fn of(
        target: &Address,
        configuration: Option<&'a Configuration>,
        replicated: &BTreeSet<Address>,
    ) -> Self {
        let Some(all) = configuration else {
            return Self::default();
        };
        let label = all
            .targets
            .get(target)
            .and_then(|block| block.objective.as_deref());
        let objective = label.and_then(|name| all.objectives.get(name));
        let goals = objective.iter().flat_map(|objective| &objective.goals);
        let goals =
            goals.filter(|(scope, _)| **scope == Scope::Corruption || !replicated.contains(target));
        Self {
            label,
            objective,
            rpo_goal: goals.filter_map(|(_, goal)| goal.rpo).min(),
        }
    }
}

/// Returns what is wrong with the last successful drill of a target, if drills are promised.
fn drill_due(
    protections: &[ProtectionStatus],
    every: Option<Span>,
    as_of: Timestamp,
) -> Option<String> {
    let every = every?;
    let last = protections
        .iter()
        .filter_map(|protection| protection.last_drill.as_ref())
        .filter(|drill| drill.passed)
        .map(|drill| drill.at)
        .max();
    let since = protections.iter().map(|protection| protection.since).min();
    match last {
        None if since.is_none_or(|since| Span::between(since, as_of) <= every) => None,
        None => Some(format!(
            "no drill has succeeded yet, one is due every {}",
            brief(every)
        )),
        Some(at) if Span::between(at, as_of) > every => Some(format!(
            "the last successful drill was {} ago, one is due every {}",
            age(at, as_of),
            brief(every)
        )),
        Some(_) => None,
    }
}
