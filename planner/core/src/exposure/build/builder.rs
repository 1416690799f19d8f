//! The entry: graphs of targets, and copies that might be added.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{
    Address, Attributes, Catalog, Domain, InputSpec, LiveResource, LiveState, Mechanism,
    ModelInput, Need, Provenance, RecordedState, Retention, Span, role,
};

use super::assumptions::Assumptions;
use super::place::{Place, Places};
use super::proposal::{Proposed, Site, Timer};
use super::resolve::Contradiction;
use super::standing::{Vault, VaultFacts};
use crate::design::Design;
use crate::diff::text;
use crate::exposure::graph::{Copy, CopyGraph, Holds, Input, Lock, Logical};
use crate::exposure::{Gaps, World};

/// Makes copy graphs; remembers what many targets share.
#[derive(Debug)]
pub(crate) struct Builder<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) live: &'a LiveState,
    pub(super) recorded: &'a RecordedState,
    pub(super) design: &'a Design,
    pub(super) as_of: Timestamp,
    pub(super) assumptions: Assumptions,
    pub(super) contradictions: BTreeMap<(Address, ModelInput), Contradiction>,
    pub(super) gaps: Gaps,
    pub(super) words: Words,
    /// Repositories by their address as text, and whether a plan makes them.
    pub(super) vaults: BTreeMap<(String, bool), Option<Arc<VaultFacts<'a>>>>,
    retentions: BTreeMap<String, Arc<Retention>>,
    /// The target that was looked at last.
    last: Option<(Address, TargetFacts<'a>)>,
}

/// What is known of a target.
#[derive(Clone, Copy, Debug)]
pub(super) struct TargetFacts<'a> {
    pub(super) live: Option<&'a LiveResource>,
    pub(super) attributes: &'a Attributes,
    pub(super) inputs: &'a [InputSpec],
    pub(super) provider: Option<&'a Address>,
}

/// Sources that every graph shares.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub(super) no_step: Arc<str>,
    pub(super) at_once: Arc<str>,
    pub(super) ready: Arc<str>,
    pub(super) nothing: Arc<[Domain]>,
}

/// Attributes of what has none.
pub(super) static NO_ATTRIBUTES: Attributes = Attributes::new();

impl<'a> Builder<'a> {
    /// Returns a builder that knows what is live and recorded at `as_of`, and what the design declares.
    pub(crate) fn new(
        catalog: &'a Catalog,
        live: &'a LiveState,
        recorded: &'a RecordedState,
        design: &'a Design,
        as_of: Timestamp,
    ) -> Self {
        Self {
            catalog,
            live,
            recorded,
            design,
            as_of,
            assumptions: Assumptions::of(design),
            contradictions: BTreeMap::new(),
            gaps: Gaps::new(as_of),
            words: Words {
                no_step: "the mechanism has no such step".into(),
                at_once: "a failure is noticed, and its recovery decided, at once".into(),
                ready: "there is something to restore to at once".into(),
                nothing: Arc::new([]),
            },
            vaults: BTreeMap::new(),
            retentions: BTreeMap::new(),
            last: None,
        }
    }

    /// Returns the design that declares.
    pub(crate) const fn design(&self) -> &'a Design {
        self.design
    }

    /// Returns when live was read.
    pub(crate) const fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// Returns the copy graph of a target with all that stands in this world.
    pub(crate) fn graph(&mut self, world: &World<'_>, target: &Address) -> CopyGraph {
        let mut graph = self.base(target);
        self.add_standing(&mut graph, world);
        graph
    }

    /// Returns the data of a target without any copy.
    pub(crate) fn base(&mut self, target: &Address) -> CopyGraph {
        let facts = self.target(target);
        let places = Places {
            nearest_first: vec![place_of(target, &facts)],
            providers: facts.provider.into_iter().collect(),
        };
        let at_once = Input {
            value: Span::ZERO,
            provenance: Provenance::Assumed,
            source: self.words.at_once.clone(),
        };
        let live = facts.live.map(|live| live.domains.as_slice());
        let place = self.live.places.get(target).map(Vec::as_slice);
        CopyGraph {
            target: target.clone(),
            domains: self.domains(live.or(place), &[Some(target), facts.provider]),
            size: self.size(ModelInput::Size, &places),
            write_rate: self.rate(ModelInput::WriteRate, &places),
            detect: self
                .span(ModelInput::Detect, &places)
                .unwrap_or_else(|| at_once.clone()),
            decide: self.span(ModelInput::Decide, &places).unwrap_or(at_once),
            copies: Vec::new(),
        }
    }

    /// Returns the copy that a protection would add to the graph once its schedule has run for long enough.
    pub(crate) fn copy(&mut self, graph: &CopyGraph, proposed: &Proposed<'_>) -> Copy {
        let vault = self.vault_of(proposed.attributes);
        let site = Site {
            address: proposed.address,
            mechanism: proposed.mechanism,
            spec: Some(proposed.spec),
            attributes: proposed.attributes,
            source: proposed.source,
            timer: if proposed.scheduled {
                Timer::Own
            } else {
                Timer::Missing
            },
            vault,
            holds: Holds::Steady,
            recorded: self.recorded.resources.get(proposed.address),
        };
        self.made(graph, &site)
    }

    /// Returns the lock of a copy that a protection with these attributes would add.
    pub(crate) fn lock_of(&mut self, attributes: &Attributes) -> Option<Lock> {
        let vault = self.vault_of(attributes);
        super::lock::with_vault(attributes, vault.as_ref())
    }

    fn vault_of(&mut self, attributes: &Attributes) -> Option<Vault<'a>> {
        let text = text(attributes, role::REPOSITORY)?;
        let facts = self.vault(text, !self.is_live(text))?;
        Some(Vault {
            attributes: facts.attributes,
            facts,
        })
    }

    /// Returns what was measured so far and is worse than what is declared, in address order.
    pub(crate) fn contradictions(&self) -> impl Iterator<Item = &Contradiction> {
        self.contradictions.values()
    }

    /// Returns the copy that stands, or would, at a site.
    pub(super) fn made(&mut self, graph: &CopyGraph, site: &Site<'_>) -> Copy {
        let target = self.target(&graph.target);
        let live = self.live.resources.get(site.address);
        let mut nearest_first = vec![Place {
            address: site.address,
            specs: site.spec.map_or(&[], |spec| spec.inputs.as_slice()),
            attributes: site.attributes,
            facts: live.map(|live| &live.facts),
            measured: site.recorded.map(|recorded| &recorded.measured),
        }];
        let vault = site.vault.as_ref();
        nearest_first.extend(vault.map(Vault::place));
        nearest_first.push(place_of(&graph.target, &target));
        let of_vault = vault.and_then(|vault| vault.facts.provider);
        let places = Places {
            nearest_first,
            providers: target.provider.into_iter().chain(of_vault).collect(),
        };
        let captured = self.captured(graph, site, &places);
        let base = text(site.attributes, role::BASE)
            .and_then(|base| base.parse::<Address>().ok())
            .and_then(|base| graph.copies.iter().position(|copy| copy.address == base));
        Copy {
            address: site.address.clone(),
            mechanism: site.mechanism,
            source: site.source,
            capture: captured.capture,
            hold: captured.hold,
            prop: captured.prop,
            aligned: captured.aligned,
            tolerated_failures: self
                .count(ModelInput::ToleratedFailures, &places)
                .unwrap_or(0),
            unnoticed: self.unnoticed(&places),
            logical: self.logical(site),
            retention: self.kept(site),
            lock: super::lock::with_vault(site.attributes, site.vault.as_ref()),
            domains: self.copy_domains(site, live),
            needs: self.needs(site),
            chain: base,
            holds: site.holds,
            recovery: self.recovery(graph, site, &places, base),
        }
    }

    /// Returns what using the points of a protection takes: what its repository needs, and what it needs itself.
    fn needs(&self, site: &Site<'_>) -> Arc<[Need]> {
        let live = self.live.resources.get(site.address);
        let would = || self.live.needs.get(site.address).map(Vec::as_slice);
        let own = live.map(|live| live.needs.as_slice()).or_else(would);
        let own = own.unwrap_or_default();
        match &site.vault {
            Some(vault) if own.is_empty() => vault.facts.needs.clone(),
            Some(vault) => vault.facts.needs.iter().chain(own).cloned().collect(),
            None => own.into(),
        }
    }

    fn logical(&self, site: &Site<'_>) -> Logical {
        if site.mechanism != Mechanism::Replica {
            return Logical::Isolated;
        }
        let delay = super::value::span(site.attributes, role::DELAY);
        Logical::Follows(delay.map_or_else(
            || self.no_step(),
            |value| Input {
                value,
                provenance: Provenance::Declared,
                source: "its `delay`".into(),
            },
        ))
    }

    /// Returns what is kept of a copy: what it asks for, as long as its repository keeps anything.
    fn kept(&mut self, site: &Site<'_>) -> Arc<Retention> {
        let policy = self.retention(site.attributes);
        let vault = site.vault.as_ref();
        let window = vault.and_then(|vault| super::value::span(vault.attributes, role::WINDOW));
        let Some(window) = window else { return policy };
        let mut policy = Retention::clone(&policy);
        let least = policy
            .delete_after
            .map_or(window, |limit| limit.min(window));
        policy.delete_after = Some(least);
        Arc::new(policy)
    }

    /// Returns the retention that attributes ask for.
    pub(crate) fn retention(&mut self, attributes: &Attributes) -> Arc<Retention> {
        let value = attributes.get(role::RETENTION);
        let key = value.map(ToString::to_string).unwrap_or_default();
        if let Some(known) = self.retentions.get(&key) {
            return known.clone();
        }
        let policy = value.and_then(|value| serde_json::from_value(value.clone()).ok());
        let policy: Arc<Retention> = Arc::new(policy.unwrap_or_default());
        self.retentions.insert(key, policy.clone());
        policy
    }

    /// Returns no time at all, because there is no such step.
    pub(super) fn no_step(&self) -> Input<Span> {
        Input {
            value: Span::ZERO,
            provenance: Provenance::Hard,
            source: self.words.no_step.clone(),
        }
    }

    /// Returns what is known of a target: its attributes as the configuration gives them, else as they are live.
    pub(super) fn target(&mut self, target: &Address) -> TargetFacts<'a> {
        if let Some((address, facts)) = &self.last
            && address == target
        {
            return *facts;
        }
        let live = self.live.resources.get(target);
        let desired = self.design.desired.resources.get(target);
        let facts = TargetFacts {
            live,
            attributes: desired
                .map(|desired| &desired.attributes)
                .or(live.map(|live| &live.attributes))
                .or(self.recorded.bindings.get(target))
                .unwrap_or(&NO_ATTRIBUTES),
            inputs: target
                .kind
                .as_deref()
                .and_then(|kind| self.catalog.kind(kind))
                .map_or(&[], |kind| kind.inputs.as_slice()),
            provider: desired.map(|desired| &desired.provider),
        };
        self.last = Some((target.clone(), facts));
        facts
    }
}

fn place_of<'p>(address: &'p Address, facts: &TargetFacts<'p>) -> Place<'p> {
    Place {
        address,
        specs: facts.inputs,
        attributes: facts.attributes,
        facts: facts.live.map(|live| &live.facts),
        measured: None,
    }
}
