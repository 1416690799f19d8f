//! The entry: one target after the other, what many share only once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{Address, ByteSize, Catalog, LiveState, Money, Part, RecordedState};

use super::answer::{Alternative, Decision, Synthesis};
use super::conflict::{Because, Case, Conflict, Fact, Member, smallest, words};
use super::menu::{Menu, Prices, Solution, Weighed, build, explain};
use super::model::Exposures;
use super::signature::Signatures;
use super::space::{Rules, Space, Standing, of_block, of_standing, standing};
use crate::configuration::{Configuration, TargetBlock};
use crate::cost::PriceBook;
use crate::design::Design;
use crate::exposure::build::Builder;
use crate::exposure::graph::{CopyGraph, Input};

/// Designs the protections of every target that has an objective, or says in `protect` what it wants, and that no
/// `protection` block protects.
///
/// `design` is what the configuration compiles to without them. A target of a kind for which no provider offers
/// anything is left alone.
pub fn synthesise(
    configuration: &Configuration,
    design: &Design,
    catalog: &Catalog,
    live: &LiveState,
    recorded: &RecordedState,
    as_of: Timestamp,
) -> Synthesis {
    let protected: BTreeSet<&Address> = configuration
        .protections
        .values()
        .map(|block| &block.target)
        .collect();
    let offered: BTreeSet<&str> = catalog
        .protections
        .iter()
        .filter(|spec| spec.offer.is_some())
        .map(|spec| spec.target_kind.as_str())
        .collect();
    let mut run = Run {
        configuration,
        catalog,
        live,
        recorded,
        as_of,
        book: PriceBook::of(catalog, &configuration.prices),
        builder: Builder::new(catalog, live, recorded, design, as_of),
        signatures: Signatures::new(design, catalog, live, recorded),
        menus: BTreeMap::new(),
        synthesis: Synthesis::default(),
    };
    for target in configuration.targets.values() {
        let kind = target.address.kind.as_deref().unwrap_or_default();
        if protected.contains(&target.address) || !offered.contains(kind) {
            continue;
        }
        if let Some(rules) = Rules::of(target, design) {
            run.target(target, kind, &rules);
        }
    }
    run.synthesis
}

/// What is known of targets that are equal but for their names and sizes.
struct Known<'a> {
    menu: Menu<'a>,
    answers: BTreeMap<Option<ByteSize>, Answer>,
}

/// The answer for data of one size.
#[derive(Clone)]
enum Answer {
    Design(Arc<Chosen>),
    Conflict(Arc<BTreeSet<Member>>),
}

/// A design, without the name of its target.
struct Chosen {
    solution: Solution,
    cost: Option<Money>,
    unpriced: Vec<String>,
    reasons: Vec<Arc<str>>,
    alternatives: Arc<[Alternative]>,
}

struct Run<'a> {
    configuration: &'a Configuration,
    catalog: &'a Catalog,
    live: &'a LiveState,
    recorded: &'a RecordedState,
    as_of: Timestamp,
    book: PriceBook,
    builder: Builder<'a>,
    signatures: Signatures<'a>,
    menus: BTreeMap<String, Known<'a>>,
    synthesis: Synthesis,
}

impl<'a> Run<'a> {
    fn target(&mut self, target: &'a TargetBlock, kind: &'a str, rules: &Rules) {
        let (catalog, live, recorded) = (self.catalog, self.live, self.recorded);
        let today = standing(&target.address, catalog, live, recorded, self.as_of);
        let base = self.builder.base(&target.address);
        let signature = self.signatures.of(target, rules, &base, &today);
        let mut known = match self.menus.remove(&signature) {
            Some(known) => known,
            None => {
                let space = Space::of(kind, rules, self.configuration, catalog, &today);
                let mut model = Exposures {
                    builder: &mut self.builder,
                    as_of: self.as_of,
                };
                Known {
                    menu: build(space, rules, &base, &mut model),
                    answers: BTreeMap::new(),
                }
            }
        };
        let size = base.size.as_ref().map(|size| size.value);
        let answer = match known.answers.get(&size) {
            Some(answer) => answer.clone(),
            None => {
                let answer = self.answer(&mut known, (kind, rules), target, &base, &today);
                known.answers.insert(size, answer.clone());
                answer
            }
        };
        match answer {
            Answer::Design(chosen) => self.design(target, &known.menu, &chosen),
            Answer::Conflict(members) => {
                let case = Case {
                    kind,
                    rules,
                    base: &base,
                    today: &today,
                    configuration: self.configuration,
                    catalog,
                    prices: prices(&self.book, base.size.as_ref(), &base),
                };
                let mut model = Exposures {
                    builder: &mut self.builder,
                    as_of: self.as_of,
                };
                let members: Vec<Member> = members.iter().cloned().collect();
                let because = members
                    .iter()
                    .map(|member| words(member, &case, target, &mut model, &members))
                    .collect();
                self.conflict(target, because, &today);
            }
        }
        self.menus.insert(signature, known);
    }

    fn answer(
        &mut self,
        known: &mut Known<'a>,
        (kind, rules): (&str, &Rules),
        target: &TargetBlock,
        base: &CopyGraph,
        today: &[Standing],
    ) -> Answer {
        let prices = prices(&self.book, base.size.as_ref(), base);
        let mut model = Exposures {
            builder: &mut self.builder,
            as_of: self.as_of,
        };
        let weighed = Weighed::of(&mut known.menu, rules, &model, prices);
        if let Some(solution) = weighed.solve(&known.menu, rules) {
            let label = target.objective.as_deref();
            let explained = explain(
                &known.menu,
                &weighed,
                &solution,
                rules,
                &model,
                prices,
                label,
            );
            return Answer::Design(Arc::new(Chosen {
                cost: explained.cost,
                unpriced: explained.unpriced,
                reasons: explained.reasons,
                alternatives: explained.alternatives.into(),
                solution,
            }));
        }
        // What does not depend on the size of the data conflicts at every size.
        let of_another = known.answers.values().find_map(|answer| match answer {
            Answer::Conflict(members) if !depends_on_size(members) => Some(members.clone()),
            _ => None,
        });
        Answer::Conflict(of_another.unwrap_or_else(|| {
            let case = Case {
                kind,
                rules,
                base,
                today,
                configuration: self.configuration,
                catalog: self.catalog,
                prices,
            };
            Arc::new(smallest(&case, &mut model))
        }))
    }

    fn design(&mut self, target: &TargetBlock, menu: &Menu<'_>, chosen: &Chosen) {
        let mut addresses = Vec::with_capacity(chosen.solution.nodes.len());
        let nodes = chosen.solution.nodes.iter().zip(&chosen.reasons);
        for (node, reason) in nodes {
            let Some(node) = menu.nodes.get(*node) else {
                continue;
            };
            let (Some(slot), Some(choice)) = (menu.slot(node), menu.choice(node)) else {
                continue;
            };
            let from = node.parent.and_then(|parent| menu.nodes.get(parent));
            let from: Option<&Part> = from.and_then(|from| Some(&menu.slot(from)?.part));
            let block = of_block(target, slot, choice, from);
            addresses.push(block.address.clone());
            let reasons = &mut self.synthesis.reasons;
            reasons.insert(block.address.clone(), reason.clone());
            self.synthesis.blocks.push(block);
        }
        addresses.sort();
        self.synthesis.decisions.push(Decision {
            target: target.address.clone(),
            chosen: addresses,
            cost: chosen.cost,
            unpriced: chosen.unpriced.clone(),
            alternatives: chosen.alternatives.clone(),
        });
    }

    /// Notes that there is no design, and leaves what stands as it is.
    fn conflict(&mut self, target: &TargetBlock, because: Vec<Because>, today: &[Standing]) {
        let blocks = today.iter().map(|standing| of_standing(target, standing));
        self.synthesis.blocks.extend(blocks);
        self.synthesis.conflicts.push(Conflict {
            target: target.address.clone(),
            because,
        });
    }
}

fn prices<'p>(
    book: &'p PriceBook,
    size: Option<&'p Input<ByteSize>>,
    base: &CopyGraph,
) -> Prices<'p> {
    Prices {
        book,
        size,
        write_rate: base.write_rate.as_ref().map(|rate| rate.value),
    }
}

fn depends_on_size(members: &BTreeSet<Member>) -> bool {
    members.iter().any(|member| {
        matches!(
            member,
            Member::Time(_) | Member::MaxCost | Member::Fact(Fact::Comes(_))
        )
    })
}
