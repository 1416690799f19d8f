//! The deletion filter.

use std::collections::BTreeSet;

use lifeboat_model::{Catalog, Goal, Mechanism, Scope, Span};

use super::super::menu::{Prices, Weighed, build};
use super::super::model::Model;
use super::super::space::{Rules, Space, Standing};
use super::{Fact, Member, Relaxed};
use crate::configuration::Configuration;
use crate::exposure::graph::CopyGraph;

/// A target that no design holds for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    /// Its kind.
    pub(crate) kind: &'a str,
    /// What is asked of it.
    pub(crate) rules: &'a Rules,
    /// Its data.
    pub(crate) base: &'a CopyGraph,
    /// What stands.
    pub(crate) today: &'a [Standing],
    /// What may be used.
    pub(crate) configuration: &'a Configuration,
    /// How it works.
    pub(crate) catalog: &'a Catalog,
    /// What it costs.
    pub(crate) prices: Prices<'a>,
}

/// Returns a smallest set of members that cannot hold together.
pub(crate) fn smallest(case: &Case<'_>, model: &mut impl Model) -> BTreeSet<Member> {
    let all = members(case);
    let mut left: BTreeSet<Member> = all.iter().cloned().collect();
    left.insert(Member::Fact(Fact::Offer));
    for member in all.iter().chain([&Member::Fact(Fact::Offer)]) {
        left.remove(member);
        if is_feasible(case, &left, &all, model) {
            left.insert(member.clone());
        }
    }
    // That nothing else is offered goes without saying where something else is wrong with what is.
    let is_said = |member: &Member| matches!(member, Member::Fact(fact) if *fact != Fact::Offer);
    let mut said = left.clone();
    said.remove(&Member::Fact(Fact::Offer));
    if said.iter().any(is_said) || said.len() > 1 {
        return said;
    }
    left
}

/// Returns whether these members, found for a like target, exclude one another here too, and any fewer do not.
pub(crate) fn excludes(case: &Case<'_>, told: &BTreeSet<Member>, model: &mut impl Model) -> bool {
    let all = members(case);
    let offer = Member::Fact(Fact::Offer);
    let mut left = told.clone();
    left.insert(offer);
    if is_feasible(case, &left, &all, model) {
        return false;
    }
    told.iter().all(|member| {
        let mut without = left.clone();
        without.remove(member);
        is_feasible(case, &without, &all, model)
    })
}

/// Returns whether there is a design where only these hold.
pub(crate) fn is_feasible(
    case: &Case<'_>,
    left: &BTreeSet<Member>,
    all: &[Member],
    model: &mut impl Model,
) -> bool {
    if !left.contains(&Member::Fact(Fact::Offer)) {
        return true;
    }
    let rules = rules(case.rules, left);
    let without = all.iter().filter(|member| !left.contains(member));
    let mut relaxed = Relaxed {
        model,
        without: without
            .filter_map(|member| match member {
                Member::Fact(fact) => Some(fact.clone()),
                _ => None,
            })
            .collect(),
        often: often(case.rules),
    };
    let space = Space::of(
        case.kind,
        &rules,
        case.configuration,
        case.catalog,
        case.today,
    );
    let base = relaxed.base(case.base);
    let mut menu = build(space, &rules, &base, &mut relaxed);
    let weighed = Weighed::of(&mut menu, &rules, &relaxed, case.prices);
    weighed.lightest(rules.max_cost).is_some()
}

/// Returns all that may be left out, what is tried first at the beginning: goals of the widest scopes, so that what is
/// left tells of the narrowest failure that is not survived; then rules, then facts.
pub(crate) fn members(case: &Case<'_>) -> Vec<Member> {
    let rules = case.rules;
    let mut members = Vec::new();
    for (scope, goal) in rules.goals.iter().rev() {
        members.extend(goal.rto.map(|_| Member::Time(*scope)));
        members.extend(goal.rpo.map(|_| Member::Loss(*scope)));
        members.extend(goal.detected_within.map(|_| Member::Dwell(*scope)));
    }
    members.extend(rules.uses.iter().copied().map(Member::Uses));
    members.extend(rules.immutable_for.map(|_| Member::Immutable));
    members.extend(rules.max_cost.map(|_| Member::MaxCost));
    members.extend(rules.forbids.iter().copied().map(Member::Forbids));
    if !rules.repositories.is_empty() {
        members.push(Member::Repositories);
    }
    members.extend(rules.retention.as_ref().map(|_| Member::Retention));
    members.extend(facts(case).into_iter().map(Member::Fact));
    members
}

fn facts(case: &Case<'_>) -> BTreeSet<Fact> {
    let free = Rules {
        forbids: Vec::new(),
        repositories: Vec::new(),
        ..case.rules.clone()
    };
    let space = Space::of(
        case.kind,
        &free,
        case.configuration,
        case.catalog,
        case.today,
    );
    let mut facts: BTreeSet<Fact> = [Fact::Alarm, Fact::Target].into();
    let locked =
        case.rules.goals.contains_key(&Scope::Account) || case.rules.immutable_for.is_some();
    if locked {
        facts.insert(Fact::Locks);
    }
    for slot in &space.slots {
        let mechanism = slot.spec.mechanism;
        if matches!(mechanism, Mechanism::Lock | Mechanism::Guard) {
            continue;
        }
        if mechanism == Mechanism::Replica {
            facts.insert(Fact::Follows);
        }
        let repository = slot.repository.cloned();
        facts.extend([
            Fact::Often(mechanism),
            Fact::Takes(mechanism),
            Fact::Place(repository.clone()),
            Fact::Comes(repository),
        ]);
    }
    facts
}

/// Returns the rules that are left.
fn rules(rules: &Rules, left: &BTreeSet<Member>) -> Rules {
    let has = |member: Member| left.contains(&member);
    let goal = |(scope, goal): (&Scope, &Goal)| {
        let kept = Goal {
            rpo: goal.rpo.filter(|_| has(Member::Loss(*scope))),
            rto: goal.rto.filter(|_| has(Member::Time(*scope))),
            detected_within: goal.detected_within.filter(|_| has(Member::Dwell(*scope))),
        };
        let promises = kept.rpo.is_some() || kept.rto.is_some();
        promises.then_some((*scope, kept))
    };
    Rules {
        goals: rules.goals.iter().filter_map(goal).collect(),
        retention: rules.retention.clone().filter(|_| has(Member::Retention)),
        immutable_for: rules.immutable_for.filter(|_| has(Member::Immutable)),
        uses: kept(&rules.uses, |it| has(Member::Uses(it))),
        forbids: kept(&rules.forbids, |it| has(Member::Forbids(it))),
        repositories: if has(Member::Repositories) {
            rules.repositories.clone()
        } else {
            Vec::new()
        },
        max_cost: rules.max_cost.filter(|_| has(Member::MaxCost)),
    }
}

fn kept(mechanisms: &[Mechanism], has: impl Fn(Mechanism) -> bool) -> Vec<Mechanism> {
    let mechanisms = mechanisms.iter().copied();
    mechanisms.filter(|mechanism| has(*mechanism)).collect()
}

/// Returns an interval that meets every goal with room for a chain of copies.
fn often(rules: &Rules) -> Span {
    let goals = rules.goals.values().filter_map(|goal| goal.rpo);
    let least = goals.min().unwrap_or(Span::from_hours(1));
    Span::from_millis((least.as_millis() / 4).max(1))
}
