//! The exposure model as synthesis asks it: what a copy would be, and what it would give.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{
    Address, Attributes, Bound, ByteSize, Goal, Mechanism, Retention, Scope, Span, role,
};

use super::space::{Choice, Rules, Slot};
use crate::exposure::build::{Builder, Proposed};
use crate::exposure::graph::{Copy, CopyGraph, Input, Lock};
use crate::exposure::loss::{copy_loss, is_alive, why};
use crate::exposure::recovery::{Load, Moving, copy_recovery, rest as rest_of};
use crate::exposure::trace::Silent;

/// What one copy of a graph gives, as the exposure table would show it.
pub(crate) trait Model {
    /// Returns the copy that a choice would add to the graph; `source` is the copy that it is made from, `lock` the
    /// lock that stands beside it.
    fn copy(
        &mut self,
        graph: &CopyGraph,
        slot: &Slot<'_>,
        choice: &Choice,
        rules: &Rules,
        source: Option<usize>,
        lock: Option<&Attributes>,
    ) -> Copy;

    /// Returns what the copy of a choice keeps.
    fn kept(&mut self, slot: &Slot<'_>, choice: &Choice, rules: &Rules) -> Arc<Retention>;

    /// Returns the lock of the copy of a choice that has these arguments of a lock beside it.
    fn lock(
        &mut self,
        slot: &Slot<'_>,
        choice: &Choice,
        rules: &Rules,
        lock: &Attributes,
    ) -> Option<Lock>;

    /// Returns the worst loss: unbounded where the copy does not survive.
    fn loss(&self, graph: &CopyGraph, copy: usize, scope: Scope, goal: &Goal) -> Bound<Span>;

    /// Returns the worst recovery time.
    fn recovery(&self, graph: &CopyGraph, copy: usize, scope: Scope) -> Bound<Span>;

    /// Returns why the loss, and why the recovery time, is what it is.
    fn why(&self, graph: &CopyGraph, copy: usize, scope: Scope, goal: &Goal) -> (String, String);

    /// Returns whether nothing else restores at the same time, so that a time depends on the copy and the size only.
    fn is_alone(&self) -> bool {
        true
    }

    /// Returns the worst recovery time of what takes `rest` and the way of its data.
    fn beside(&self, rest: Bound<Span>, moving: &Moving, scope: Scope) -> Bound<Span>;

    /// Returns a link that a restore shares with others, and with how many.
    fn shared(&self, _: &CopyGraph, _: usize, _: Scope) -> Option<(Arc<str>, usize)> {
        None
    }
}

/// What others restore at the same time, in each scope where there are any; without the target itself.
pub(crate) type Loads<'l> = [(Scope, &'l Load)];

static ALONE: Load = Load::alone();

/// The model of `exposure`.
pub(crate) struct Exposures<'a, 'b> {
    /// Makes copies.
    pub(crate) builder: &'b mut Builder<'a>,
    /// Now.
    pub(crate) as_of: Timestamp,
    /// What else restores.
    pub(crate) loads: &'b Loads<'b>,
}

impl Exposures<'_, '_> {
    fn load(&self, scope: Scope) -> &Load {
        let mut loads = self.loads.iter();
        loads
            .find(|(known, _)| *known == scope)
            .map_or(&ALONE, |(_, load)| load)
    }
}

impl Model for Exposures<'_, '_> {
    fn copy(
        &mut self,
        graph: &CopyGraph,
        slot: &Slot<'_>,
        choice: &Choice,
        rules: &Rules,
        source: Option<usize>,
        lock: Option<&Attributes>,
    ) -> Copy {
        let from = source
            .and_then(|index| graph.copies.get(index))
            .map(|copy| copy.address.clone());
        let mut attributes = slot.attributes(choice, rules, from.as_ref());
        add_lock(&mut attributes, lock);
        let address = address_of(&graph.target, slot);
        let proposed = Proposed {
            address: &address,
            mechanism: slot.spec.mechanism,
            spec: slot.spec,
            attributes: &attributes,
            // A log starts from its base, which its attribute names, and captures the data themselves.
            source: source.filter(|_| slot.spec.mechanism != Mechanism::Log),
            scheduled: true,
        };
        self.builder.copy(graph, &proposed)
    }

    fn kept(&mut self, slot: &Slot<'_>, choice: &Choice, rules: &Rules) -> Arc<Retention> {
        let attributes = slot.attributes(choice, rules, None);
        self.builder.retention(&attributes)
    }

    fn lock(
        &mut self,
        slot: &Slot<'_>,
        choice: &Choice,
        rules: &Rules,
        lock: &Attributes,
    ) -> Option<Lock> {
        let mut attributes = slot.attributes(choice, rules, None);
        add_lock(&mut attributes, Some(lock));
        self.builder.lock_of(&attributes)
    }

    fn loss(&self, graph: &CopyGraph, copy: usize, scope: Scope, goal: &Goal) -> Bound<Span> {
        if !is_alive(graph, copy, scope) {
            return Bound::Unbounded;
        }
        copy_loss(graph, copy, scope, goal, self.as_of, &mut Silent)
            .rpo
            .bound
    }

    fn recovery(&self, graph: &CopyGraph, copy: usize, scope: Scope) -> Bound<Span> {
        copy_recovery(graph, copy, scope, self.load(scope), &mut Silent).bound
    }

    fn beside(&self, rest: Bound<Span>, moving: &Moving, scope: Scope) -> Bound<Span> {
        match (rest, moving.beside(self.load(scope), None)) {
            (Bound::Finite(rest), Bound::Finite(moving)) => Bound::Finite(rest + moving),
            _ => Bound::Unbounded,
        }
    }

    fn why(&self, graph: &CopyGraph, copy: usize, scope: Scope, goal: &Goal) -> (String, String) {
        let time = copy_recovery(graph, copy, scope, self.load(scope), &mut Silent);
        let loss = why(graph, copy, scope, goal, self.as_of);
        (loss, time.reason.into_owned())
    }

    fn is_alone(&self) -> bool {
        self.loads.is_empty()
    }

    fn shared(&self, graph: &CopyGraph, copy: usize, scope: Scope) -> Option<(Arc<str>, usize)> {
        self.load(scope).shared(graph, copy)
    }
}

/// Adds the arguments of a lock that stands beside a copy to those of the copy.
fn add_lock(attributes: &mut Attributes, lock: Option<&Attributes>) {
    for name in [role::LOCK_FOR, role::LOCK_MODE] {
        if let Some(value) = lock.and_then(|lock| lock.get(name)) {
            attributes.insert(name.to_owned(), value.clone());
        }
    }
}

/// Returns the address of the resource of a slot.
pub(crate) fn address_of(target: &Address, slot: &Slot<'_>) -> Address {
    let part = slot.part.clone();
    target.clone().part(part.role, part.key)
}

/// What is known of how fast copies of one kind come back: the recovery time grows with the size of the data, so that
/// each goal is met up to some size and not beyond.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    /// The copy with all that it is of no use without.
    graph: CopyGraph,
    /// Which of its copies it is.
    copy: usize,
    /// The largest size known to meet the goal of a scope, and the smallest known not to.
    known: BTreeMap<Scope, (Option<ByteSize>, Option<ByteSize>)>,
    /// Besides the way of the data.
    rests: BTreeMap<Scope, Bound<Span>>,
}

impl Pace {
    /// Returns the pace of this copy.
    pub(crate) const fn new(graph: CopyGraph, copy: usize) -> Self {
        Self {
            graph,
            copy,
            known: BTreeMap::new(),
            rests: BTreeMap::new(),
        }
    }

    /// Returns whether two copies come back equally fast whatever the size.
    ///
    /// All that a recovery reads of a copy: its steps, what they call, and the copies that it continues.
    pub(crate) fn is_same(&self, graph: &CopyGraph, copy: usize) -> bool {
        let of = (self.graph.copies.get(self.copy), graph.copies.get(copy));
        let (Some(a), Some(b)) = of else {
            return false;
        };
        let continued = |graph: &CopyGraph, copy: &Copy| {
            let index = copy.chain?;
            graph.copies.get(index).cloned()
        };
        a.recovery == b.recovery
            && a.needs == b.needs
            && continued(&self.graph, a) == continued(graph, b)
            && (a.chain.is_none() || (a.capture == b.capture && a.prop == b.prop))
    }

    /// Returns in which of these scopes its goal is met at a size.
    pub(crate) fn meets(
        &mut self,
        model: &impl Model,
        goals: &[Option<(Scope, Span)>],
        size: Option<&Input<ByteSize>>,
    ) -> u32 {
        let is_alone = model.is_alone();
        let mut is_sized = false;
        // What a restore moves, once for the scopes in which that is the same.
        let mut moving: Vec<(Scope, Option<Moving>)> = Vec::new();
        let mut bits = 0;
        for (index, goal) in goals.iter().enumerate() {
            let Some((scope, goal)) = goal else {
                continue;
            };
            let value = size.map(|size| size.value).filter(|_| is_alone);
            let met = value.and_then(|value| self.known(*scope, value));
            let met = met.unwrap_or_else(|| {
                if !is_sized {
                    self.graph.size = size.cloned();
                    is_sized = true;
                }
                self.time(model, *scope, &mut moving) <= Bound::Finite(*goal)
            });
            if let Some(value) = value {
                self.note(*scope, value, met);
            }
            bits |= u32::from(met) << index;
        }
        bits
    }

    fn time(
        &mut self,
        model: &impl Model,
        scope: Scope,
        known: &mut Vec<(Scope, Option<Moving>)>,
    ) -> Bound<Span> {
        let like = moves_as(&self.graph, scope);
        let moving = match known.iter().position(|(scope, _)| *scope == like) {
            Some(place) => known.get(place),
            None => {
                known.push((like, Moving::of(&self.graph, self.copy, like)));
                known.last()
            }
        };
        let Some((_, Some(moving))) = moving else {
            return Bound::Unbounded;
        };
        let (graph, copy) = (&self.graph, self.copy);
        let rest = self.rests.entry(scope);
        let rest = *rest.or_insert_with(|| rest_of(graph, copy, scope, moving));
        model.beside(rest, moving, scope)
    }

    fn known(&self, scope: Scope, size: ByteSize) -> Option<bool> {
        let (fits, exceeds) = self.known.get(&scope).copied()?;
        if fits.is_some_and(|fits| size <= fits) {
            return Some(true);
        }
        exceeds
            .is_some_and(|exceeds| size >= exceeds)
            .then_some(false)
    }

    fn note(&mut self, scope: Scope, size: ByteSize, met: bool) {
        let known = self.known.entry(scope).or_default();
        if met {
            known.0 = known.0.max(Some(size));
        } else {
            known.1 = Some(known.1.map_or(size, |known| known.min(size)));
        }
    }
}

/// Returns a scope in which a restore moves the same: only how much log it reads depends on it, and that only on
/// whether the instant that is brought back lies in the past.
pub(crate) fn moves_as(graph: &CopyGraph, scope: Scope) -> Scope {
    let reads_log = |copy: &Copy| copy.chain.is_some() || copy.recovery.replay_since.is_some();
    match scope {
        Scope::Corruption | Scope::Account if graph.copies.iter().any(reads_log) => Scope::Account,
        _ => Scope::Instance,
    }
}
