//! What stands of a target in a world, and the repositories that hold it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lifeboat_model::{
    Address, Attributes, Domain, InputSpec, LiveResource, Measurement, Mechanism, ModelInput, Need,
    NeedKind, role,
};
use serde_json::Value;

use super::builder::{Builder, NO_ATTRIBUTES};
use super::place::Place;
use super::proposal::{Site, Timer};
use crate::diff::{protection, text};
use crate::exposure::World;
use crate::exposure::graph::{CopyGraph, Holds};

/// What is known of a repository, whatever stands in it.
#[derive(Debug)]
pub(super) struct VaultFacts<'a> {
    pub(super) address: Address,
    /// Names the link to it: all restores from it share it.
    pub(super) link: Arc<str>,
    pub(super) attributes: &'a Attributes,
    pub(super) inputs: &'a [InputSpec],
    facts: Option<&'a Attributes>,
    measured: Option<&'a BTreeMap<ModelInput, Measurement>>,
    pub(super) provider: Option<&'a Address>,
    pub(super) domains: Arc<[Domain]>,
    pub(super) needs: Arc<[Need]>,
}

/// A repository as it stands in a world.
#[derive(Clone, Debug)]
pub(super) struct Vault<'p> {
    pub(super) facts: Arc<VaultFacts<'p>>,
    pub(super) attributes: &'p Attributes,
}

impl Vault<'_> {
    pub(super) fn place(&self) -> Place<'_> {
        Place {
            address: &self.facts.address,
            specs: self.facts.inputs,
            attributes: self.attributes,
            facts: self.facts.facts,
            measured: self.facts.measured,
        }
    }
}

/// Returns the mechanism of a resource that data can come back from.
fn holds_data(address: &Address) -> Option<Mechanism> {
    let mechanism: Mechanism = address.part.as_ref()?.role.parse().ok()?;
    match mechanism {
        Mechanism::Snapshot | Mechanism::Log | Mechanism::Copy | Mechanism::Replica => {
            Some(mechanism)
        }
        Mechanism::Lock | Mechanism::Guard => None,
    }
}

impl<'a> Builder<'a> {
    /// Adds every copy that stands, a source before what is made from it, in address order otherwise.
    pub(super) fn add_standing(&mut self, graph: &mut CopyGraph, world: &World<'_>) {
        let target = graph.target.clone();
        let all: Vec<(&Address, Mechanism)> = world
            .below(&target)
            .filter_map(|(address, _)| Some((address, holds_data(address)?)))
            .collect();
        let mut open: BTreeSet<&Address> = all.iter().map(|(address, _)| *address).collect();
        // Each round adds what waits for nothing; a circle is broken where the addresses begin.
        while !open.is_empty() {
            let ready: Vec<_> = all
                .iter()
                .filter(|(address, _)| open.contains(address))
                .filter(|(address, _)| !waits(world, address, &open))
                .collect();
            let round = if ready.is_empty() {
                all.iter()
                    .filter(|(it, _)| open.contains(it))
                    .take(1)
                    .collect()
            } else {
                ready
            };
            for (address, mechanism) in round {
                open.remove(address);
                let copy = self
                    .site(graph, world, address, *mechanism)
                    .map(|site| self.made(graph, &site));
                graph.copies.extend(copy);
            }
        }
        self.add_locks(graph, world);
    }

    fn site<'p>(
        &mut self,
        graph: &CopyGraph,
        world: &'p World<'_>,
        address: &'p Address,
        mechanism: Mechanism,
    ) -> Option<Site<'p>>
    where
        'a: 'p,
    {
        let standing = world.get(address)?;
        let attributes = standing.attributes;
        let named = attributes.get(role::REPOSITORY).and_then(Value::as_str);
        let facts = named.and_then(|text| {
            let made = world.is_made(text) || !self.is_live(text);
            self.vault(text, made)
        });
        let vault = facts.map(|facts| Vault {
            attributes: world.repository(&facts.address).unwrap_or(facts.attributes),
            facts,
        });
        let source = text(attributes, role::FROM)
            .and_then(|from| from.parse::<Address>().ok())
            .and_then(|from| graph.copies.iter().position(|copy| copy.address == from));
        let recorded = self.recorded.resources.get(address);
        Some(Site {
            address,
            mechanism,
            spec: protection(self.catalog, address),
            attributes,
            source,
            timer: world.setting(address).map_or(Timer::Missing, |setting| {
                Timer::Standing(text(setting.attributes, role::SCHEDULE))
            }),
            vault,
            // What it made is gone with its repository; it still runs, for those that copy what it will make.
            holds: if world.is_usable(standing) {
                holds(mechanism, standing.holds, world)
            } else {
                Holds::Nothing
            },
            recorded: recorded.filter(|_| !standing.is_replaced),
        })
    }

    /// Returns whether a repository was read.
    pub(super) fn is_live(&self, repository: &str) -> bool {
        // Where it stands is known by either; what is live counts where a plan does not make it anew.
        self.vaults
            .get(&(repository.to_owned(), false))
            .and_then(Option::as_ref)
            .map_or_else(
                || {
                    let address = repository.parse::<Address>();
                    address.is_ok_and(|address| self.live.resources.contains_key(&address))
                },
                |facts| self.live.resources.contains_key(&facts.address),
            )
    }

    /// Returns what is known of the repository with this address; `made` where a plan makes it.
    pub(super) fn vault(&mut self, repository: &str, made: bool) -> Option<Arc<VaultFacts<'a>>> {
        let key = (repository.to_owned(), made);
        if let Some(known) = self.vaults.get(&key) {
            return known.clone();
        }
        let address = repository.parse::<Address>().ok();
        let facts = address.map(|address| Arc::new(self.vault_facts(address, made)));
        self.vaults.insert(key, facts.clone());
        facts
    }

    fn vault_facts(&self, address: Address, made: bool) -> VaultFacts<'a> {
        let live = self.live.resources.get(&address);
        let desired = self.design.desired.resources.get(&address);
        let recorded = self.recorded.resources.get(&address);
        let place = self.live.places.get(&address).map(Vec::as_slice);
        let observed = live.map(|live| live.domains.as_slice());
        let (first, second) = if made {
            (place, observed)
        } else {
            (observed, place)
        };
        let provider = desired
            .map(|desired| &desired.provider)
            .or(recorded.map(|recorded| &recorded.provider));
        let domains = self.domains(first.or(second), &[Some(&address), provider]);
        let kept_elsewhere = self.design.escrows.contains_key(&address);
        let needed = live.map(|live| live.needs.as_slice());
        let would_need = self.live.needs.get(&address).map(Vec::as_slice);
        let (first, second) = if made {
            (would_need, needed)
        } else {
            (needed, would_need)
        };
        let mut needs: Vec<Need> = first
            .or(second)
            .unwrap_or_default()
            .iter()
            .filter(|need| !(kept_elsewhere && need.kind == NeedKind::Key))
            .cloned()
            .collect();
        if live.is_none() && place.is_none() {
            needs.push(not_looked_at());
        }
        VaultFacts {
            link: address.to_string().into(),
            attributes: live
                .map(|live| &live.attributes)
                .or(desired.map(|desired| &desired.attributes))
                .unwrap_or(&NO_ATTRIBUTES),
            inputs: address
                .kind
                .as_deref()
                .and_then(|kind| self.catalog.kind(kind))
                .map_or(&[], |kind| kind.inputs.as_slice()),
            facts: live.map(|live| &live.facts),
            measured: recorded.map(|recorded| &recorded.measured),
            provider,
            domains,
            needs: needs.into(),
            address,
        }
    }

    /// Returns what was observed and what these blocks declare.
    pub(super) fn domains(
        &self,
        observed: Option<&[Domain]>,
        declared_by: &[Option<&Address>],
    ) -> Arc<[Domain]> {
        let declared = declared_by
            .iter()
            .flatten()
            .filter_map(|address| self.design.domains.get(*address))
            .flatten();
        let domains: Vec<Domain> = observed
            .unwrap_or_default()
            .iter()
            .chain(declared)
            .cloned()
            .collect();
        if domains.is_empty() {
            return self.words.nothing.clone();
        }
        domains.into()
    }

    /// Returns what a copy fails with: its repository, and what it is itself.
    pub(super) fn copy_domains(
        &self,
        site: &Site<'_>,
        live: Option<&LiveResource>,
    ) -> Arc<[Domain]> {
        let place = self.live.places.get(site.address).map(Vec::as_slice);
        let own = live
            .map(|live| live.domains.as_slice())
            .filter(|domains| !domains.is_empty())
            .or(place);
        let declared = self.design.domains.get(site.address);
        match (&site.vault, own) {
            (Some(vault), None) if declared.is_none() => vault.facts.domains.clone(),
            (Some(vault), own) => {
                let more = own.into_iter().chain(declared.map(Vec::as_slice)).flatten();
                vault.facts.domains.iter().chain(more).cloned().collect()
            }
            (None, own) => {
                let desired = self.design.desired.resources.get(site.address);
                let provider = desired.map(|desired| &desired.provider);
                self.domains(own, &[Some(site.address), provider])
            }
        }
    }
}

/// Returns what a repository that nobody read needs: something, of which nothing is known.
fn not_looked_at() -> Need {
    Need {
        kind: NeedKind::Credentials,
        what: "and keys and control planes, which were not looked at".to_owned(),
        domains: Vec::new(),
    }
}

/// Returns what a copy holds once schedules and retention have run for long enough.
pub(crate) fn settled(mechanism: Mechanism, now: Holds) -> Holds {
    match (mechanism, now) {
        (Mechanism::Replica | Mechanism::Log, _) => Holds::Steady,
        (_, Holds::Nothing) => Holds::Nothing,
        _ => Holds::Steady,
    }
}

/// Returns what a copy holds: a live copy needs no points, and log comes by itself once it has been set up.
fn holds(mechanism: Mechanism, points: Holds, world: &World<'_>) -> Holds {
    match mechanism {
        Mechanism::Replica => Holds::Steady,
        Mechanism::Log if world.is_settled() => Holds::Steady,
        _ => points,
    }
}

/// Returns whether a protection is made from, or needs, another that is still open.
fn waits(world: &World<'_>, address: &Address, open: &BTreeSet<&Address>) -> bool {
    let Some(standing) = world.get(address) else {
        return false;
    };
    [role::FROM, role::BASE].into_iter().any(|name| {
        let other = text(standing.attributes, name).and_then(|text| text.parse().ok());
        other.is_some_and(|other: Address| other != *address && open.contains(&other))
    })
}
