//! The deletion filter.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lifeboat_model::{Catalog, Goal, Mechanism, Scope, Span};

use super::super::menu::{self, Menu, Prices, build};
use super::super::model::Model;
use super::super::space::{Rules, Space, Standing};
use super::{Fact, Member, Relaxed};
use crate::configuration::Configuration;
use crate::exposure::graph::CopyGraph;

/// A target that no design holds for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'c, 'a> {
    /// Its kind.
    pub(crate) kind: &'c str,
    /// What is asked of it.
    pub(crate) rules: &'c Rules,
    /// Its data.
    pub(crate) base: &'c CopyGraph,
    /// What stands.
    pub(crate) today: &'c [Standing],
    /// What may be used.
    pub(crate) configuration: &'a Configuration,
    /// How it works.
    pub(crate) catalog: &'a Catalog,
    /// What it costs.
    pub(crate) prices: Prices<'c>,
}

/// What was asked already of targets that are equal but for their names and sizes: their menus with something left
/// out, which are the same whatever the size and whoever else restores.
#[derive(Debug, Default)]
pub(crate) struct Asked<'a> {
    members: Option<Arc<[Member]>>,
    menus: BTreeMap<BTreeSet<Member>, (Rules, Menu<'a>)>,
    space: Option<Space<'a>>,
}

impl<'a> Asked<'a> {
    /// Returns what may be chosen at all, whatever `protect` says of it and whatever stands.
    pub(crate) fn space(&mut self, case: &Case<'_, 'a>) -> &Space<'a> {
        self.space.get_or_insert_with(|| offered(case, &[]))
    }

    /// Returns all that may be left out.
    pub(crate) fn members(&mut self, case: &Case<'_, 'a>) -> Arc<[Member]> {
        let members = self.members.get_or_insert_with(|| members(case).into());
        Arc::clone(members)
    }
}

/// Returns a smallest set of members that cannot hold together.
pub(crate) fn smallest<'a>(
    case: &Case<'_, 'a>,
    asked: &mut Asked<'a>,
    model: &mut impl Model,
) -> BTreeSet<Member> {
    let all = asked.members(case);
    let mut left: BTreeSet<Member> = all.iter().cloned().collect();
    left.insert(Member::Fact(Fact::Offer));
    for member in all.iter().chain([&Member::Fact(Fact::Offer)]) {
        left.remove(member);
        if is_feasible(case, &left, asked, model) {
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
pub(crate) fn excludes<'a>(
    case: &Case<'_, 'a>,
    told: &BTreeSet<Member>,
    asked: &mut Asked<'a>,
    model: &mut impl Model,
) -> bool {
    let offer = Member::Fact(Fact::Offer);
    let mut left = told.clone();
    left.insert(offer);
    if is_feasible(case, &left, asked, model) {
        return false;
    }
    told.iter().all(|member| {
        let mut without = left.clone();
        without.remove(member);
        is_feasible(case, &without, asked, model)
    })
}

/// Returns whether there is a design where only these hold.
pub(crate) fn is_feasible<'a>(
    case: &Case<'_, 'a>,
    left: &BTreeSet<Member>,
    asked: &mut Asked<'a>,
    model: &mut impl Model,
) -> bool {
    if !left.contains(&Member::Fact(Fact::Offer)) {
        return true;
    }
    if !asked.menus.contains_key(left) {
        let known = relaxed(case, left, &asked.members(case), model);
        asked.menus.insert(left.clone(), known);
    }
    let known = asked.menus.get_mut(left);
    known.is_some_and(|(rules, menu)| menu::is_feasible(menu, rules, model, case.prices))
}

/// Returns the rules and the menu where only these hold.
fn relaxed<'a>(
    case: &Case<'_, 'a>,
    left: &BTreeSet<Member>,
    all: &[Member],
    model: &mut impl Model,
) -> (Rules, Menu<'a>) {
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
    let menu = build(space, &rules, &base, &mut relaxed);
    (rules, menu)
}

/// Returns all that may be left out, what is tried first at the beginning: goals of the widest scopes, so that what is
/// left tells of the narrowest failure that is not survived; then rules, then facts.
fn members(case: &Case<'_, '_>) -> Vec<Member> {
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
    if !rules.copies_to.is_empty() {
        members.push(Member::CopiesTo);
    }
    members.extend(rules.retention.as_ref().map(|_| Member::Retention));
    members.extend(facts(case).into_iter().map(Member::Fact));
    members
}

fn facts(case: &Case<'_, '_>) -> BTreeSet<Fact> {
    let space = offered(case, case.today);
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

/// Returns what may be chosen for a kind of target whatever `protect` says of it.
fn offered<'a>(case: &Case<'_, 'a>, today: &[Standing]) -> Space<'a> {
    let free = Rules {
        forbids: Vec::new(),
        repositories: Vec::new(),
        copies_to: Vec::new(),
        ..case.rules.clone()
    };
    Space::of(case.kind, &free, case.configuration, case.catalog, today)
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
        copies_to: if has(Member::CopiesTo) {
            rules.copies_to.clone()
        } else {
            Vec::new()
        },
        locations: rules.locations.clone(),
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
