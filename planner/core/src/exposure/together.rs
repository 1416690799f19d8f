//! Who recovers at the same time, because one failure takes them all.

use std::collections::BTreeMap;

use lifeboat_model::{Domain, Goal, Scope};

use super::graph::CopyGraph;
use super::loss::is_alive;
use super::recovery::{Load, restore};
use super::trace::Silent;

/// The loads that the targets of a world put on each other, in each scope.
#[derive(Debug)]
pub(crate) struct Together {
    /// The group of each target, by its place.
    groups: BTreeMap<Scope, Vec<Option<usize>>>,
    loads: Vec<Group>,
    alone: Load,
}

/// Targets that one failure may take at once.
#[derive(Debug)]
struct Group {
    load: Load,
    /// Whether some of it were left out because they have no goal for how long they may be down.
    leaves_out: bool,
}

/// What is taken for granted where only some of a group have a goal.
pub(crate) const GOALS_FIRST: &str = "what has no RTO goal is restored after what has one";

impl Together {
    /// Returns the loads of those who fail together, by their groups: targets that share a domain that the scope takes, and those that share one with
    /// them. That is never too few.
    ///
    /// Each counts with its fastest copy. Those without a goal for their recovery time wait for the others. After a
    /// corruption each target recovers by itself.
    pub(crate) fn of<'a>(
        graphs: &[CopyGraph],
        groups: &[(Scope, Vec<usize>)],
        goal: impl Fn(usize, Scope) -> Option<&'a Goal>,
    ) -> Self {
        let mut together = Self {
            groups: BTreeMap::new(),
            loads: Vec::new(),
            alone: Load::alone(),
        };
        for (scope, group) in groups {
            let (scope, place) = (*scope, together.loads.len());
            let of_scope = together.groups.entry(scope);
            let of_scope = of_scope.or_insert_with(|| vec![None; graphs.len()]);
            let mut leaves_out = false;
            let mut used: Vec<(&CopyGraph, usize)> = Vec::with_capacity(group.len());
            for index in group {
                let has_goal = goal(*index, scope).is_some_and(|goal| goal.rto.is_some());
                leaves_out |= !has_goal;
                let (Some(own), Some(graph)) = (of_scope.get_mut(*index), graphs.get(*index))
                else {
                    continue;
                };
                if has_goal {
                    *own = Some(place);
                    used.extend(fastest(graph, scope).map(|copy| (graph, copy)));
                }
            }
            together.loads.push(Group {
                leaves_out,
                load: Load::of(scope, used),
            });
        }
        together
    }

    /// Returns the load on the recovery of a target.
    pub(crate) fn load(&self, scope: Scope, target: usize) -> &Load {
        self.group(scope, target)
            .map_or(&self.alone, |group| &group.load)
    }

    /// Returns whether the load leaves others out that fail with the target.
    pub(crate) fn leaves_out(&self, scope: Scope, target: usize) -> bool {
        self.group(scope, target)
            .is_some_and(|group| group.leaves_out)
    }

    fn group(&self, scope: Scope, target: usize) -> Option<&Group> {
        let group = self.groups.get(&scope)?.get(target).copied()?;
        self.loads.get(group?)
    }
}

/// Returns whether a failure of this scope takes a domain.
fn takes(scope: Scope, domain: &Domain) -> bool {
    match scope {
        Scope::Corruption => false,
        Scope::Account => domain.scope == Scope::Account,
        Scope::Instance | Scope::Zone | Scope::Region => {
            domain.scope >= Scope::Instance && domain.scope <= scope
        }
    }
}

/// Returns who fails together in each scope that takes places or accounts.
pub(crate) fn all_groups(graphs: &[CopyGraph]) -> Vec<(Scope, Vec<usize>)> {
    let scopes = Scope::ALL.into_iter();
    let scopes = scopes.filter(|scope| *scope != Scope::Corruption);
    let of = |scope| {
        let domains = graphs.iter().map(|graph| &*graph.domains);
        groups(domains, scope)
            .into_iter()
            .map(move |group| (scope, group))
    };
    scopes.flat_map(of).collect()
}

/// Returns the groups of more than one target, in the order of their first; `domains` are those of each target.
pub(crate) fn groups<'d>(
    domains: impl Iterator<Item = &'d [Domain]>,
    scope: Scope,
) -> Vec<Vec<usize>> {
    let mut parents: Vec<usize> = Vec::new();
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, domains) in domains.enumerate() {
        parents.push(index);
        for domain in domains.iter().filter(|it| takes(scope, it)) {
            let known = *first.entry(domain.id.as_str()).or_insert(index);
            let (a, b) = (root(&mut parents, known), root(&mut parents, index));
            if let Some(parent) = parents.get_mut(a.max(b)) {
                *parent = a.min(b);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..parents.len() {
        let root = root(&mut parents, index);
        groups.entry(root).or_default().push(index);
    }
    groups.into_values().filter(|it| it.len() > 1).collect()
}

fn root(parents: &mut [usize], mut at: usize) -> usize {
    while let Some(parent) = parents.get(at).copied().filter(|parent| *parent != at) {
        let above = parents.get(parent).copied().unwrap_or(parent);
        if let Some(own) = parents.get_mut(at) {
            *own = above;
        }
        at = parent;
    }
    at
}

/// Returns the copy that survives and brings the data back soonest when nothing else restores.
pub(crate) fn fastest(graph: &CopyGraph, scope: Scope) -> Option<usize> {
    let alone = Load::alone();
    let mut alive = (0..graph.copies.len()).filter(|copy| is_alive(graph, *copy, scope));
    let first = alive.next()?;
    let Some(second) = alive.next() else {
        return Some(first);
    };
    [first, second]
        .into_iter()
        .chain(alive)
        .min_by_key(|copy| restore(graph, *copy, scope, &alone, &mut Silent).bound)
}
