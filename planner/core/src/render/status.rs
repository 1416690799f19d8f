//! How the protections stand: the newest recovery point against the goal, the last verification, the last drill.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_model::{
    Address, DrillRecord, LiveState, Mechanism, RecordedResource, RecordedState, RecoveryPoint,
    Schedule, Scope, Span, VerifyRecord,
};
use serde::Serialize;

use crate::configuration::Configuration;

use super::moment::{age, ago, brief, utc};

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
    /// Whether lifeboat installed something that runs it then.
    pub scheduled: bool,
    /// When the next run is due; in the past when one was missed.
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

/// How everything stands at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatusReport {
    /// When it was looked at.
    pub as_of: Timestamp,
    /// Whether recovery points were read from the providers, or are those of the last apply or backup.
    pub live: bool,
    /// By address.
    pub targets: Vec<TargetStatus>,
}

impl StatusReport {
    /// Returns every problem with what it is about.
    pub fn problems(&self) -> impl Iterator<Item = (&Address, &str)> {
        self.targets.iter().flat_map(|target| {
            let own = target
                .problems
                .iter()
                .map(|text| (&target.target, text.as_str()));
            own.chain(target.protections.iter().flat_map(|protection| {
                let texts = protection.problems.iter();
                texts.map(|text| (&protection.address, text.as_str()))
            }))
        })
    }

    /// Returns whether everything is as promised.
    pub fn is_well(&self) -> bool {
        self.problems().next().is_none()
    }
}

/// A run is missed once it is this much of its period late, in parts of it.
const LATE: u64 = 10;
/// A run is never missed sooner than this after its time: it may still be at it.
const GRACE: Span = Span::from_secs(300);

/// Says how the protections stand.
///
/// Recovery points are the live ones where `live` is given, else the recorded ones. Goals come from `configuration`;
/// a target of it without any protection is a problem.
pub fn status(
    recorded: &RecordedState,
    live: Option<&LiveState>,
    configuration: Option<&Configuration>,
    as_of: Timestamp,
) -> StatusReport {
    let mut targets: BTreeMap<Address, Vec<ProtectionStatus>> = BTreeMap::new();
    for (address, resource) in &recorded.resources {
        if !holds_points(address) {
            continue;
        }
        let target = resource.target.clone().unwrap_or_else(|| address.owner());
        let mut status = protection(address, &target, resource, live, as_of);
        let key = address.part.as_ref().and_then(|part| part.key.clone());
        let timer = address.owner().part("schedule", key);
        status.scheduled = recorded.resources.contains_key(&timer);
        targets.entry(target).or_default().push(status);
    }
    let replicated: BTreeSet<Address> = recorded
        .resources
        .keys()
        .filter(|address| mechanism(address) == Some(Mechanism::Replica))
        .map(Address::owner)
        .collect();
    for target in configuration.iter().flat_map(|all| all.targets.keys()) {
        targets.entry(target.clone()).or_default();
    }
    StatusReport {
        as_of,
        live: live.is_some(),
        targets: targets
            .into_iter()
            .map(|(address, protections)| {
                let promise = Promise::of(&address, configuration, &replicated);
                target(address, protections, promise, as_of)
            })
            .collect(),
    }
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
    live: Option<&LiveState>,
    as_of: Timestamp,
) -> ProtectionStatus {
    let mut problems = Vec::new();
    let points: &[RecoveryPoint] = match live {
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
    let schedule: Option<Schedule> = resource
        .attributes
        .get("schedule")
        .and_then(serde_json::Value::as_str)
        .and_then(|text| text.parse().ok());
    let last = newest
        .as_ref()
        .map_or(resource.applied_at, |point| point.time);
    let next_run = schedule
        .as_ref()
        .and_then(|schedule| schedule.next_after(last));
    if newest.is_none() {
        problems.push("holds no recovery point".to_owned());
    } else if let (Some(schedule), Some(due)) = (&schedule, next_run)
        && is_missed(schedule, due, as_of)
    {
        problems.push(format!(
            "missed its run at {} ({})",
            utc(due),
            ago(due, as_of)
        ));
    }
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
        schedule: schedule.map(|schedule| schedule.to_string()),
        scheduled: false,
        next_run,
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
    promise: Promise,
    as_of: Timestamp,
) -> TargetStatus {
    let Promise {
        objective,
        rpo_goal,
        drill_every,
    } = promise;
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
        problems.extend(drill_due(&protections, drill_every, as_of));
    }
    TargetStatus {
        target,
        objective,
        rpo_goal,
        drill_every,
        newest_age,
        protections,
        problems,
    }
}

/// What the objective of a target asks of its recovery points.
#[derive(Default)]
struct Promise {
    objective: Option<String>,
    rpo_goal: Option<Span>,
    drill_every: Option<Span>,
}

impl Promise {
    fn of(
        target: &Address,
        configuration: Option<&Configuration>,
        replicated: &BTreeSet<Address>,
    ) -> Self {
        let Some(all) = configuration else {
            return Self::default();
        };
        let objective = all
            .targets
            .get(target)
            .and_then(|block| block.objective.clone());
        let promise = objective.as_ref().and_then(|name| all.objectives.get(name));
        let goals = promise.iter().flat_map(|promise| &promise.goals);
        let goals =
            goals.filter(|(scope, _)| **scope == Scope::Corruption || !replicated.contains(target));
        Self {
            rpo_goal: goals.filter_map(|(_, goal)| goal.rpo).min(),
            drill_every: promise.and_then(|promise| promise.drill_every),
            objective,
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
