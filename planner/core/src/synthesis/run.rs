//! The entry: one target after the other, what many share only once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{Address, ByteSize, Catalog, LiveState, Money, Part, RecordedState};

use super::answer::{Alternative, Decision, Synthesis};
use super::conflict::{Because, Case, Conflict, Fact, Member, smallest, words};
use super::menu::{Menu, Prices, Solution, Weighed, build, explain};
use super::model::{Exposures, Loads, Model};
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
    let mut kept = Vec::new();
    for target in configuration.targets.values() {
        let kind = target.address.kind.as_deref().unwrap_or_default();
        if protected.contains(&target.address) || !offered.contains(kind) {
            continue;
        }
        if let Some(rules) = Rules::of(target, design) {
            kept.push(run.target(target, kind, rules));
        }
    }
    run.share(&mut kept);
    for one in kept {
        run.conclude(&one);
    }
    run.synthesis
}

/// A target and what was found for it.
pub(super) struct Kept<'a> {
    pub(super) target: &'a TargetBlock,
    pub(super) kind: &'a str,
    pub(super) rules: Rules,
    pub(super) signature: String,
    pub(super) base: CopyGraph,
    pub(super) today: Vec<Standing>,
    pub(super) answer: Answer,
    /// The words of a conflict, where they are of a moment: of who else restores.
    pub(super) because: Option<Vec<Because>>,
}

/// What is known of targets that are equal but for their names and sizes.
pub(super) struct Known<'a> {
    pub(super) menu: Menu<'a>,
    answers: BTreeMap<Option<ByteSize>, Answer>,
}

/// The answer for data of one size.
#[derive(Clone)]
pub(super) enum Answer {
    Design(Arc<Chosen>),
    Conflict(Arc<BTreeSet<Member>>),
}

/// A design, without the name of its target.
pub(super) struct Chosen {
    pub(super) solution: Solution,
    cost: Option<Money>,
    unpriced: Vec<String>,
    reasons: Vec<Arc<str>>,
    alternatives: Arc<[Alternative]>,
}

pub(super) struct Run<'a> {
    pub(super) configuration: &'a Configuration,
    pub(super) catalog: &'a Catalog,
    pub(super) live: &'a LiveState,
    recorded: &'a RecordedState,
    pub(super) as_of: Timestamp,
    pub(super) book: PriceBook,
    pub(super) builder: Builder<'a>,
    signatures: Signatures<'a>,
    pub(super) menus: BTreeMap<String, Known<'a>>,
    synthesis: Synthesis,
}

impl<'a> Run<'a> {
    fn target(&mut self, target: &'a TargetBlock, kind: &'a str, rules: Rules) -> Kept<'a> {
        let (catalog, live, recorded) = (self.catalog, self.live, self.recorded);
        let today = standing(&target.address, catalog, live, recorded, self.as_of);
        let base = self.builder.base(&target.address);
        let signature = self.signatures.of(target, &rules, &base, &today);
        let mut known = match self.menus.remove(&signature) {
            Some(known) => known,
            None => {
                let space = Space::of(kind, &rules, self.configuration, catalog, &today);
                let mut model = Exposures {
                    builder: &mut self.builder,
                    as_of: self.as_of,
                    loads: &[],
                };
                Known {
                    menu: build(space, &rules, &base, &mut model),
                    answers: BTreeMap::new(),
                }
            }
        };
        let size = base.size.as_ref().map(|size| size.value);
        let answer = match known.answers.get(&size) {
            Some(answer) => answer.clone(),
            None => {
                let answer = self.answer(&mut known, (kind, &rules), target, &base, &today);
                known.answers.insert(size, answer.clone());
                answer
            }
        };
        self.menus.insert(signature.clone(), known);
        Kept {
            target,
            kind,
            rules,
            signature,
            base,
            today,
            answer,
            because: None,
        }
    }

    /// Notes what was found for a target.
    fn conclude(&mut self, one: &Kept<'a>) {
        match &one.answer {
            Answer::Design(chosen) => {
                if let Some(known) = self.menus.remove(&one.signature) {
                    self.design(one.target, &known.menu, chosen);
                    self.menus.insert(one.signature.clone(), known);
                }
            }
            Answer::Conflict(members) => {
                let because = match &one.because {
                    Some(because) => because.clone(),
                    None => self.because(one, members, &[]),
                };
                self.conflict(one.target, because, &one.today);
            }
        }
    }

    /// Returns in words what excludes one another.
    pub(super) fn because(
        &mut self,
        one: &Kept<'a>,
        members: &BTreeSet<Member>,
        loads: &Loads<'_>,
    ) -> Vec<Because> {
        let case = Case {
            kind: one.kind,
            rules: &one.rules,
            base: &one.base,
            today: &one.today,
            configuration: self.configuration,
            catalog: self.catalog,
            prices: prices(&self.book, one.base.size.as_ref(), &one.base),
        };
        let mut model = Exposures {
            builder: &mut self.builder,
            as_of: self.as_of,
            loads,
        };
        let members: Vec<Member> = members.iter().cloned().collect();
        members
            .iter()
            .map(|member| words(member, &case, one.target, &mut model, &members))
            .collect()
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
            loads: &[],
        };
        if let Some(chosen) = chosen(&mut known.menu, rules, target, &model, prices) {
            return Answer::Design(Arc::new(chosen));
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

/// Returns the design to have; none where no design holds.
pub(super) fn chosen(
    menu: &mut Menu<'_>,
    rules: &Rules,
    target: &TargetBlock,
    model: &impl Model,
    prices: Prices<'_>,
) -> Option<Chosen> {
    let weighed = Weighed::of(menu, rules, model, prices);
    let solution = weighed.solve(menu, rules)?;
    let label = target.objective.as_deref();
    let explained = explain(menu, &weighed, &solution, rules, model, prices, label);
    Some(Chosen {
        cost: explained.cost,
        unpriced: explained.unpriced,
        reasons: explained.reasons,
        alternatives: explained.alternatives.into(),
        solution,
    })
}

pub(super) fn prices<'p>(
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
