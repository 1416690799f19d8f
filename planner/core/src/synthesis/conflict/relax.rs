//! The model with some facts left out.

use std::collections::BTreeSet;
use std::sync::Arc;

use lifeboat_model::{
    Address, Attributes, Bound, Domain, Goal, Mechanism, Provenance, Retention, Scope, Span, role,
};

use super::super::model::Model;
use super::super::space::{Choice, Rules, Slot};
use super::member::Fact;
use crate::exposure::graph::{
    Capture, Copy, CopyGraph, Input, Lag, LiftedBy, Lock, Logical, Recovery,
};
use crate::exposure::recovery::Moving;

/// A model in which some facts do not hold.
pub(crate) struct Relaxed<'m, M> {
    /// The model with all of them.
    pub(crate) model: &'m mut M,
    /// Those that do not hold.
    pub(crate) without: BTreeSet<Fact>,
    /// How often everything may run that has no limit any more: more often than any goal asks.
    pub(crate) often: Span,
}

/// The levels at which a place is known, once nothing of it matters.
const LEVELS: [Scope; 4] = [Scope::Instance, Scope::Zone, Scope::Region, Scope::Account];

impl<M> Relaxed<'_, M> {
    /// Returns the data, without what does not hold of them.
    pub(crate) fn base(&self, base: &CopyGraph) -> CopyGraph {
        let mut base = base.clone();
        if self.without.contains(&Fact::Alarm) {
            base.detect = at_once();
            base.decide = at_once();
        }
        let is_apart = self.without.contains(&Fact::Target)
            || self
                .without
                .iter()
                .any(|fact| matches!(fact, Fact::Place(_)));
        if is_apart {
            let mut domains = base.domains.to_vec();
            for level in LEVELS {
                if !domains.iter().any(|domain| domain.scope == level) {
                    domains.push(domain(level, "here"));
                }
            }
            base.domains = domains.into();
        }
        base
    }

    fn relax(&self, copy: &mut Copy, repository: Option<&Address>) {
        let without = |fact: Fact| self.without.contains(&fact);
        if without(Fact::Often(copy.mechanism)) {
            copy.capture = often(&copy.capture, self.often);
            if !copy.prop.provenance.proves() {
                copy.prop = at_once();
            }
        }
        if without(Fact::Takes(copy.mechanism)) {
            copy.hold = at_once();
            copy.prop = at_once();
            copy.tolerated_failures = 0;
            copy.unnoticed = Some(at_once());
        }
        if without(Fact::Follows) {
            copy.logical = Logical::Isolated;
        }
        if without(Fact::Place(repository.cloned())) {
            copy.domains = LEVELS.map(|level| domain(level, "elsewhere")).into();
            copy.needs = Arc::new([]);
        }
        if without(Fact::Locks) {
            copy.lock = Some(for_ever());
        }
        if without(Fact::Comes(repository.cloned())) {
            copy.recovery = Recovery {
                refuted: None,
                whole: Some(at_once()),
                provision: Some(at_once()),
                unarchive: Some(at_once()),
                hops: Vec::new(),
                promote: Some(at_once()),
                repoint: Some(hard(Bound::Finite(Span::ZERO))),
                warm: Some(at_once()),
                verify: Some(at_once()),
                ..copy.recovery.clone()
            };
        }
    }
}

impl<M: Model> Model for Relaxed<'_, M> {
    fn copy(
        &mut self,
        graph: &CopyGraph,
        slot: &Slot<'_>,
        choice: &Choice,
        rules: &Rules,
        source: Option<usize>,
        lock: Option<&Attributes>,
    ) -> Copy {
        let mut copy = self.model.copy(graph, slot, choice, rules, source, lock);
        self.relax(&mut copy, slot.repository);
        copy
    }

    fn kept(&mut self, slot: &Slot<'_>, choice: &Choice, rules: &Rules) -> Arc<Retention> {
        self.model.kept(slot, choice, rules)
    }

    fn lock(
        &mut self,
        slot: &Slot<'_>,
        choice: &Choice,
        rules: &Rules,
        lock: &Attributes,
    ) -> Option<Lock> {
        if self.without.contains(&Fact::Locks) {
            return Some(for_ever());
        }
        self.model.lock(slot, choice, rules, lock)
    }

    fn loss(&self, graph: &CopyGraph, copy: usize, scope: Scope, goal: &Goal) -> Bound<Span> {
        self.model.loss(graph, copy, scope, goal)
    }

    fn recovery(&self, graph: &CopyGraph, copy: usize, scope: Scope) -> Bound<Span> {
        self.model.recovery(graph, copy, scope)
    }

    fn beside(&self, rest: Bound<Span>, moving: &Moving, scope: Scope) -> Bound<Span> {
        self.model.beside(rest, moving, scope)
    }

    fn why(&self, graph: &CopyGraph, copy: usize, scope: Scope, goal: &Goal) -> (String, String) {
        self.model.why(graph, copy, scope, goal)
    }

    fn is_alone(&self) -> bool {
        self.model.is_alone()
    }

    fn shared(&self, graph: &CopyGraph, copy: usize, scope: Scope) -> Option<(Arc<str>, usize)> {
        self.model.shared(graph, copy, scope)
    }
}

fn often(capture: &Capture, often: Span) -> Capture {
    match capture {
        Capture::Scheduled { shortest, longest } => Capture::Scheduled {
            shortest: often.min(*shortest),
            longest: hard(often.min(longest.value)),
        },
        Capture::Never(_) => Capture::Scheduled {
            shortest: often,
            longest: hard(often),
        },
        Capture::Following => Capture::Following,
        Capture::Log { window, .. } => Capture::Log {
            flush: hard(often),
            bandwidth: None,
            burst: None,
            queue_limit: None,
            window: *window,
        },
        Capture::Replica(_) => Capture::Replica(Lag::Synchronous),
    }
}

fn for_ever() -> Lock {
    Lock {
        lasts: hard(Span::from_days(365_000)),
        lifted_by: LiftedBy::Nobody,
    }
}

fn hard<T>(value: T) -> Input<T> {
    Input {
        value,
        provenance: Provenance::Hard,
        source: "left out".into(),
    }
}

fn at_once() -> Input<Span> {
    hard(Span::ZERO)
}

fn domain(scope: Scope, id: &str) -> Domain {
    Domain {
        scope,
        id: format!("{scope} {id}"),
        evidence: "left out".to_owned(),
    }
}

/// Returns the shortest time between two runs that a mechanism offers; for a log, between two pieces of it.
pub(super) fn most_often(slots: &[Slot<'_>], mechanism: Mechanism) -> Option<Span> {
    let of = slots.iter().filter(|slot| slot.spec.mechanism == mechanism);
    let choices = of.flat_map(|slot| &slot.choices);
    choices
        .filter_map(|choice| choice.span(role::FLUSH_EVERY).or(choice.every))
        .min()
}
