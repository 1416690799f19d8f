//! The exposure model as synthesis asks it: what a copy would be, and what it would give.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{Address, Attributes, Bound, ByteSize, Goal, Mechanism, Scope, Span, role};

use super::space::{Choice, Rules, Slot};
use crate::exposure::build::{Builder, Proposed};
use crate::exposure::graph::{Copy, CopyGraph, Input};
use crate::exposure::loss::{copy_loss, why};
use crate::exposure::recovery::{Load, copy_recovery};
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
        for name in [role::LOCK_FOR, role::LOCK_MODE] {
            if let Some(value) = lock.and_then(|lock| lock.get(name)) {
                attributes.insert(name.to_owned(), value.clone());
            }
        }
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

    fn loss(&self, graph: &CopyGraph, copy: usize, scope: Scope, goal: &Goal) -> Bound<Span> {
        copy_loss(graph, copy, scope, goal, self.as_of, &mut Silent)
            .rpo
            .bound
    }

    fn recovery(&self, graph: &CopyGraph, copy: usize, scope: Scope) -> Bound<Span> {
        copy_recovery(graph, copy, scope, self.load(scope), &mut Silent).bound
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
    pub(crate) graph: CopyGraph,
    /// Which of its copies it is.
    pub(crate) copy: usize,
    /// The largest size known to meet the goal of a scope, and the smallest known not to.
    known: BTreeMap<Scope, (Option<ByteSize>, Option<ByteSize>)>,
}

impl Pace {
    /// Returns the pace of this copy.
    pub(crate) const fn new(graph: CopyGraph, copy: usize) -> Self {
        Self {
            graph,
            copy,
            known: BTreeMap::new(),
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

    /// Returns whether the goal is met at a size.
    pub(crate) fn meets(
        &mut self,
        model: &impl Model,
        scope: Scope,
        goal: Span,
        size: Option<&Input<ByteSize>>,
    ) -> bool {
        let judge = |pace: &mut Self| {
            pace.graph.size = size.cloned();
            model.recovery(&pace.graph, pace.copy, scope) <= Bound::Finite(goal)
        };
        let Some(value) = size.map(|size| size.value).filter(|_| model.is_alone()) else {
            return judge(self);
        };
        let (fits, exceeds) = self.known.get(&scope).copied().unwrap_or_default();
        if fits.is_some_and(|fits| value <= fits) {
            return true;
        }
        if exceeds.is_some_and(|exceeds| value >= exceeds) {
            return false;
        }
        let met = judge(self);
        let known = self.known.entry(scope).or_default();
        if met {
            known.0 = Some(value);
        } else {
            known.1 = Some(value);
        }
        met
    }
}
