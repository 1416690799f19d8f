//! What makes two targets the same but for their names and sizes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use lifeboat_model::{Address, Block, Catalog, Domain, LiveState, RecordedState};

use super::space::{Rules, Standing, is_below};
use crate::configuration::TargetBlock;
use crate::design::Design;
use crate::diff::protection;
use crate::exposure::graph::CopyGraph;

/// Finds what is particular to a target.
#[derive(Debug)]
pub(super) struct Signatures<'a> {
    catalog: &'a Catalog,
    live: &'a LiveState,
    recorded: &'a RecordedState,
    /// The `assumptions` blocks that name something of a target, by the target.
    assumed: BTreeMap<Address, BTreeSet<usize>>,
    /// The failure domains of everything but targets: those that something can share with a target.
    elsewhere: BTreeSet<&'a str>,
}

impl<'a> Signatures<'a> {
    /// Returns what finds it.
    pub(super) fn new(
        design: &'a Design,
        catalog: &'a Catalog,
        live: &'a LiveState,
        recorded: &'a RecordedState,
    ) -> Self {
        let mut assumed: BTreeMap<Address, BTreeSet<usize>> = BTreeMap::new();
        for (index, block) in design.assumptions.iter().enumerate() {
            for address in &block.of {
                assumed.entry(address.owner()).or_default().insert(index);
            }
        }
        Self {
            catalog,
            live,
            recorded,
            assumed,
            elsewhere: elsewhere(design, live),
        }
    }

    /// Returns a text that two targets share exactly when one menu serves both, sizes apart.
    pub(super) fn of(
        &self,
        target: &TargetBlock,
        rules: &Rules,
        base: &CopyGraph,
        today: &[Standing],
    ) -> String {
        let mut text = String::with_capacity(512);
        let kind = target.address.kind.as_deref().unwrap_or_default();
        // A `String` takes whatever is written to it.
        let _ = write!(
            text,
            "{kind} {:?} {:?} {:?} {} {} ",
            target.objective, target.provider, rules, base.detect.value, base.decide.value
        );
        let _ = write!(
            text,
            "{:?} {:?} {:?} {today:?}",
            base.write_rate.as_ref().map(|rate| rate.value),
            base.size.is_some(),
            self.assumed.get(&target.address),
        );
        self.stands(base, &mut text);
        self.measured(&target.address, &mut text);
        text
    }

    /// Adds where a target stands. A domain that nothing else stands in, its own host say, may have any name.
    fn stands(&self, base: &CopyGraph, text: &mut String) {
        for domain in base.domains.iter() {
            let _ = if self.elsewhere.contains(domain.id.as_str()) {
                write!(text, " {domain:?}")
            } else {
                write!(text, " {:?}", domain.scope)
            };
        }
    }

    /// Adds what was measured and observed of the protections of a target, as far as the exposure model reads it.
    fn measured(&self, target: &Address, text: &mut String) {
        let recorded = self.recorded.resources.range::<Address, _>(target..);
        for (address, resource) in recorded.take_while(|(it, _)| is_below(it, target)) {
            let (measured, drill) = (&resource.measured, &resource.last_drill);
            let verify = &resource.last_verify;
            if !measured.is_empty() || drill.is_some() || verify.is_some() {
                let drill = drill.as_ref().map(|it| (it.at, it.took, it.passed));
                // When one passed changes nothing.
                let refuted = verify.as_ref().filter(|it| !it.passed).map(|it| it.at);
                let _ = write!(
                    text,
                    " {:?} {measured:?} {drill:?} {refuted:?}",
                    address.part
                );
            }
        }
        let live = self.live.resources.range::<Address, _>(target..);
        for (address, resource) in live.take_while(|(it, _)| is_below(it, target)) {
            let Some(spec) = protection(self.catalog, address) else {
                continue;
            };
            let names = spec.inputs.iter().filter_map(|input| input.fact.as_ref());
            for name in names {
                if let Some(fact) = resource.facts.get(name) {
                    let _ = write!(text, " {:?} {name} {fact}", address.part);
                }
            }
            if !resource.domains.is_empty() {
                let _ = write!(text, " {:?} {:?}", address.part, resource.domains);
            }
            if !resource.needs.is_empty() {
                let _ = write!(text, " {:?} {:?}", address.part, resource.needs);
            }
        }
        let places = self.live.places.range::<Address, _>(target..);
        for (address, domains) in places.take_while(|(it, _)| is_below(it, target)) {
            if address.part.is_some() {
                let _ = write!(text, " {:?} {domains:?}", address.part);
            }
        }
        let needs = self.live.needs.range::<Address, _>(target..);
        for (address, needs) in needs.take_while(|(it, _)| is_below(it, target)) {
            let _ = write!(text, " {:?} {needs:?}", address.part);
        }
    }
}

/// Returns the domains in which anything stands that is no target: repositories, protections, what they need, and
/// providers, whose domains are those of all that they own.
fn elsewhere<'a>(design: &'a Design, live: &'a LiveState) -> BTreeSet<&'a str> {
    let is_other = |address: &Address| address.block != Block::Target || address.part.is_some();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut add = |domains: &'a [Domain]| found.extend(domains.iter().map(|it| it.id.as_str()));
    for (address, resource) in &live.resources {
        if is_other(address) {
            add(&resource.domains);
        }
        for need in &resource.needs {
            add(&need.domains);
        }
    }
    // What repositories would need that are not made yet.
    for need in live.needs.values().flatten() {
        add(&need.domains);
    }
    for (address, domains) in live.places.iter().chain(&design.domains) {
        if is_other(address) {
            add(domains);
        }
    }
    found
}
