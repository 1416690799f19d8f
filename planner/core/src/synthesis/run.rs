//! The entry: one target after the other, what many share only once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{Address, ByteSize, Catalog, LiveState, Money, Part, RecordedState};

use super::answer::{Alternative, Decision, Synthesis};
use super::conflict::{Asked, Because, Case, Conflict, Fact, Member, smallest, words};
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
        likes: BTreeMap::new(),
        known: Vec::new(),
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
    /// Which others it is like: the place of what is known of them.
    pub(super) like: usize,
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
    pub(super) asked: Asked<'a>,
}

/// The answer for data of one size.
#[derive(Clone)]
pub(super) enum Answer {
    Design(Arc<Chosen>),
    Conflict(Arc<BTreeSet<Member>>),
}

impl Default for Answer {
    fn default() -> Self {
        Self::Conflict(Arc::default())
    }
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
    /// The places of what is known, by signature.
    likes: BTreeMap<String, usize>,
    pub(super) known: Vec<Known<'a>>,
    synthesis: Synthesis,
}

impl<'a> Run<'a> {
    fn target(&mut self, target: &'a TargetBlock, kind: &'a str, rules: Rules) -> Kept<'a> {
        let (catalog, live, recorded) = (self.catalog, self.live, self.recorded);
        let today = standing(&target.address, catalog, live, recorded, self.as_of);
        let base = self.builder.base(&target.address);
        let signature = self.signatures.of(target, &rules, &base, &today);
        let like = match self.likes.get(&signature) {
            Some(like) => *like,
            None => {
                let space = Space::of(kind, &rules, self.configuration, catalog, &today);
                let mut model = Exposures {
                    builder: &mut self.builder,
                    as_of: self.as_of,
                    loads: &[],
                };
                self.known.push(Known {
                    menu: build(space, &rules, &base, &mut model),
                    answers: BTreeMap::new(),
                    asked: Asked::default(),
                });
                self.likes.insert(signature, self.known.len() - 1);
                self.known.len() - 1
            }
        };
        let size = base.size.as_ref().map(|size| size.value);
        let known = self.known.get(like);
        let answer = known.and_then(|known| known.answers.get(&size).cloned());
        let mut one = Kept {
            target,
            kind,
            rules,
            like,
            base,
            today,
            answer: answer.clone().unwrap_or_default(),
            because: None,
        };
        if answer.is_none() {
            one.answer = self.answer(&one);
            if let Some(known) = self.known.get_mut(like) {
                known.answers.insert(size, one.answer.clone());
            }
        }
        one
    }

    /// Notes what was found for a target.
    fn conclude(&mut self, one: &Kept<'a>) {
        match &one.answer {
            Answer::Design(chosen) => {
                if let Some(known) = self.known.get(one.like) {
                    design(&mut self.synthesis, one.target, &known.menu, chosen);
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
        let Some(known) = self.known.get_mut(one.like) else {
            return Vec::new();
        };
        let case = one.case((self.configuration, self.catalog), &self.book);
        let mut model = Exposures {
            builder: &mut self.builder,
            as_of: self.as_of,
            loads,
        };
        let space = known.asked.space(&case);
        let all: Vec<Member> = members.iter().cloned().collect();
        members
            .iter()
            .map(|member| words(member, &case, one.target, (space, &all), &mut model))
            .collect()
    }

    fn answer(&mut self, one: &Kept<'a>) -> Answer {
        let Some(known) = self.known.get_mut(one.like) else {
            return Answer::default();
        };
        let case = one.case((self.configuration, self.catalog), &self.book);
        let mut model = Exposures {
            builder: &mut self.builder,
            as_of: self.as_of,
            loads: &[],
        };
        let menu = &mut known.menu;
        if let Some(chosen) = chosen(menu, &one.rules, one.target, &model, case.prices) {
            return Answer::Design(Arc::new(chosen));
        }
        // What does not depend on the size of the data conflicts at every size.
        let of_another = known.answers.values().find_map(|answer| match answer {
            Answer::Conflict(members) if !depends_on_size(members) => Some(members.clone()),
            _ => None,
        });
        Answer::Conflict(
            of_another.unwrap_or_else(|| Arc::new(smallest(&case, &mut known.asked, &mut model))),
        )
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

impl<'a> Kept<'a> {
    /// Returns it as a target that no design may hold for.
    pub(super) fn case<'c>(
        &'c self,
        (configuration, catalog): (&'a Configuration, &'a Catalog),
        book: &'c PriceBook,
    ) -> Case<'c, 'a> {
        Case {
            kind: self.kind,
            rules: &self.rules,
            base: &self.base,
            today: &self.today,
            configuration,
            catalog,
            prices: prices(book, self.base.size.as_ref(), &self.base),
        }
    }
}

/// Notes the design of a target.
fn design(synthesis: &mut Synthesis, target: &TargetBlock, menu: &Menu<'_>, chosen: &Chosen) {
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
        synthesis
            .reasons
            .insert(block.address.clone(), reason.clone());
        synthesis.blocks.push(block);
    }
    addresses.sort();
    synthesis.decisions.push(Decision {
        target: target.address.clone(),
        chosen: addresses,
        cost: chosen.cost,
        unpriced: chosen.unpriced.clone(),
        alternatives: chosen.alternatives.clone(),
    });
}

/// Returns the design to have; none where no design holds.
pub(super) fn chosen(
    menu: &mut Menu<'_>,
    rules: &Rules,
    target: &TargetBlock,
    model: &impl Model,
    prices: Prices<'_>,
) -> Option<Chosen> {
    let weighed = Weighed::enough(menu, rules, model, prices)?;
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
