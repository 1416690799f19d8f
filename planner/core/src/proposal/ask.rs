//! What is asked of one target: its part of the configuration, its goals, the text that it is written in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_model::{
    Address, Catalog, Goal, LiveState, Mechanism, ProtectionSpec, RecordedState, Scope, Span,
};

use crate::configuration::{Configuration, ProtectionBlock, TargetBlock};
use crate::language::written::{Texts, Written};

/// So many repositories that the target does not use yet are looked at, in address order.
const REPOSITORIES: usize = 8;

/// A target, with all that decides what it may lose.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) texts: &'a Texts<'a>,
    /// The configuration as if there were no other target.
    pub(super) configuration: Configuration,
    /// What is live of it.
    pub(super) live: LiveState,
    /// What is recorded of it.
    pub(super) recorded: RecordedState,
    pub(super) as_of: Timestamp,
    pub(super) target: TargetBlock,
    /// Every goal.
    pub(super) goals: Vec<(Scope, Goal)>,
    /// The goals that do not hold.
    pub(super) unmet: Vec<(Scope, Goal)>,
    /// The keyword and the last label of every block of the configuration.
    pub(super) names: BTreeSet<(String, String)>,
}

impl<'a> Ask<'a> {
    /// Returns what is asked of a target whose protections are written; none of another one, or without a goal.
    pub(super) fn of(
        target: &Address,
        configuration: &Configuration,
        texts: &'a Texts<'a>,
        catalog: &'a Catalog,
        live: &LiveState,
        recorded: &RecordedState,
        as_of: Timestamp,
    ) -> Option<Self> {
        let block = configuration.targets.get(target)?;
        let objective = configuration.objectives.get(block.objective.as_ref()?)?;
        let own = |it: &&ProtectionBlock| it.target == *target;
        configuration.protections.values().find(own)?;
        let goals: Vec<(Scope, Goal)> = objective
            .goals
            .iter()
            .map(|(scope, goal)| (*scope, goal.clone()))
            .collect();
        if goals.is_empty() {
            return None;
        }
        let reduced = alone(block, configuration);
        let name = |it: Written<'_>| (it.keyword().to_owned(), it.name().to_owned());
        let names = texts.blocks().map(name).collect();
        let kept = |address: &Address| {
            address.owner() == *target || reduced.repositories.contains_key(address)
        };
        Some(Self {
            live: only(live, kept),
            recorded: RecordedState {
                resources: recorded
                    .resources
                    .iter()
                    .filter(|(address, _)| kept(address))
                    .map(|(address, resource)| (address.clone(), resource.clone()))
                    .collect(),
                ..RecordedState::default()
            },
            catalog,
            texts,
            as_of,
            target: block.clone(),
            configuration: reduced,
            unmet: goals.clone(),
            goals,
            names,
        })
    }

    /// Returns the protections of the target.
    pub(super) fn protections(&self) -> impl Iterator<Item = &ProtectionBlock> {
        self.configuration.protections.values()
    }

    /// Returns how a mechanism works on the target.
    pub(super) fn spec(&self, mechanism: Mechanism) -> Option<&'a ProtectionSpec> {
        let kind = self.target.address.kind.as_deref()?;
        self.catalog.protection(kind, mechanism)
    }

    /// Returns whether the resource of a mechanism has this attribute, and the configuration may give it.
    pub(super) fn takes(&self, spec: &ProtectionSpec, attribute: &str) -> bool {
        let kind = self.catalog.kind(&spec.resource_kind);
        kind.and_then(|kind| kind.attribute(attribute))
            .is_some_and(|it| !it.computed)
    }

    /// Returns whether the target's `protect` block leaves a mechanism to choose.
    pub(super) fn allows(&self, mechanism: Mechanism) -> bool {
        let protect = self.target.protect.as_ref();
        protect.is_none_or(|protect| !protect.forbids.contains(&mechanism))
    }

    /// Returns the lengths of time of which a mechanism may run every one, that keep a loss within `most`: the two
    /// longest. None is shorter than the shortest that its catalog offers.
    pub(super) fn intervals(spec: &ProtectionSpec, most: Span) -> Vec<Span> {
        let offered = spec.offer.iter().flat_map(|offer| &offer.intervals);
        let shortest = offered.clone().min().copied().unwrap_or(Span::ZERO);
        let all: BTreeSet<Span> = offered.copied().chain(round()).collect();
        let within = all.into_iter().rev();
        let within = within.filter(|it| *it <= most && *it >= shortest);
        within.take(2).collect()
    }

    /// Returns the losses that the goals which do not hold allow, the largest first.
    pub(super) fn losses(&self) -> Vec<Span> {
        let all: BTreeSet<Span> = self.unmet.iter().filter_map(|(_, goal)| goal.rpo).collect();
        all.into_iter().rev().collect()
    }

    /// Returns the lengths of time for which points must be kept so that one from before a bad write is there still,
    /// for the goals that do not hold; the shortest first.
    pub(super) fn reaches(&self) -> Vec<Span> {
        let deep = self.unmet.iter().filter(|(scope, _)| dwells(*scope));
        let reach = |goal: &Goal| {
            let dwell = goal.detected_within.unwrap_or(Span::ZERO);
            up(dwell + goal.rpo.unwrap_or(Span::ZERO))
        };
        let all: BTreeSet<Span> = deep.map(|(_, goal)| reach(goal)).collect();
        all.into_iter().filter(|it| *it > Span::ZERO).collect()
    }

    /// Returns a name that no block with this keyword has.
    pub(super) fn free(&self, keyword: &str, name: &str) -> String {
        let mut numbers = 2..;
        let mut wanted = name.to_owned();
        while self.names.contains(&(keyword.to_owned(), wanted.clone())) {
            let number = numbers.next().unwrap_or_default();
            wanted = format!("{name}_{number}");
        }
        wanted
    }
}

/// Returns whether a bad write may go unnoticed in this scope.
pub(super) const fn dwells(scope: Scope) -> bool {
    matches!(scope, Scope::Corruption | Scope::Account)
}

/// Returns lengths of time that a person would write.
pub(super) fn round() -> impl Iterator<Item = Span> {
    let minutes = [1, 5, 10, 15, 30].map(|it| Span::from_secs(60 * it));
    let hours = [1, 2, 3, 4, 6, 8, 12, 24, 48, 168].map(Span::from_hours);
    minutes.into_iter().chain(hours)
}

/// Returns a length of time that a person would write, not shorter: whole minutes, hours, or days.
pub(super) fn up(span: Span) -> Span {
    let unit = match span {
        it if it > Span::from_days(2) => Span::from_days(1),
        it if it > Span::from_hours(2) => Span::from_hours(1),
        _ => Span::from_secs(60),
    };
    Span::from_millis(span.as_millis().div_ceil(unit.as_millis()) * unit.as_millis())
}

/// Returns the part of the configuration that decides what this target may lose by itself.
fn alone(target: &TargetBlock, all: &Configuration) -> Configuration {
    let own = all
        .protections
        .values()
        .filter(|it| it.target == target.address);
    let own: BTreeMap<Address, ProtectionBlock> = own
        .map(|block| {
            let mut block = block.clone();
            block.depends_on.clear();
            (block.address.clone(), block)
        })
        .collect();
    let used: BTreeSet<&Address> = own
        .values()
        .filter_map(|it| it.repository.as_ref())
        .collect();
    let allowed = |address: &&Address| {
        let only = target.protect.as_ref().map(|it| &it.repositories);
        only.is_none_or(|only| only.is_empty() || only.contains(address))
    };
    let unused = all.repositories.keys().filter(|it| !used.contains(*it));
    let mut repositories = used.clone();
    repositories.extend(unused.filter(allowed).take(REPOSITORIES));
    let repositories = repositories.into_iter().filter_map(|address| {
        let mut block = all.repositories.get(address)?.clone();
        block.depends_on.clear();
        Some((address.clone(), block))
    });
    let mut target = target.clone();
    target.depends_on.clear();
    Configuration {
        providers: all.providers.clone(),
        objectives: all.objectives.clone(),
        repositories: repositories.collect(),
        targets: [(target.address.clone(), target)].into(),
        protections: own,
        assumptions: all.assumptions.clone(),
        prices: all.prices.clone(),
        ..Configuration::default()
    }
}

/// Returns what is live of some addresses.
fn only(live: &LiveState, kept: impl Fn(&Address) -> bool) -> LiveState {
    fn some<V: Clone>(
        all: &BTreeMap<Address, V>,
        kept: &impl Fn(&Address) -> bool,
    ) -> BTreeMap<Address, V> {
        let kept = all.iter().filter(|(address, _)| kept(address));
        kept.map(|(address, it)| (address.clone(), it.clone()))
            .collect()
    }
    LiveState {
        resources: some(&live.resources, &kept),
        places: some(&live.places, &kept),
        needs: some(&live.needs, &kept),
        ..LiveState::default()
    }
}
