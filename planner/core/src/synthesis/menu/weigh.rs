//! What the nodes of a menu weigh for data of one size, and the lightest design.

use std::sync::Arc;

use lifeboat_model::{ByteSize, Mechanism, Money, Retention, Scope, Span, role};

use super::super::model::Model;
use super::super::search::{Lightest, NodeId, Piece, Weight, lightest};
use super::super::space::{Need, Rules, Slot};
use super::covering::Covering;
use super::node::{Menu, Node};
use crate::cost::{Bill, Kinds, PriceBook, Tariff, Usage, bill, full_every};
use crate::exposure::graph::Input;

/// A design that changes what stands and costs less is chosen only where it saves more than so many hundredths.
const WORTH_A_CHANGE: u64 = 10;

/// What is needed to put a price on data of one size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prices<'a> {
    /// The prices.
    pub(crate) book: &'a PriceBook,
    /// How much data there is.
    pub(crate) size: Option<&'a Input<ByteSize>>,
    /// How fast they change.
    pub(crate) write_rate: Option<lifeboat_model::Rate>,
}

/// A menu for data of one size.
#[derive(Clone, Debug)]
pub(crate) struct Weighed {
    /// What the nodes weigh.
    pub(crate) pieces: Vec<Piece>,
    /// What covers what.
    pub(crate) covers: Arc<Covering>,
    /// Everything that must be covered.
    pub(crate) need: u32,
    /// Nodes that cover everything: the lightest for the size that was looked at before.
    known: Option<Vec<NodeId>>,
}

/// A design: nodes of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Solution {
    /// Its nodes, in order.
    pub(crate) nodes: Vec<NodeId>,
    /// What it weighs.
    pub(crate) weight: Weight,
    /// The lightest design, where it is another one that does not save enough.
    pub(crate) lighter: Option<Lightest>,
}

impl Weighed {
    /// Returns what the nodes of a menu weigh; none where they cannot cover everything.
    pub(crate) fn enough(
        menu: &mut Menu<'_>,
        rules: &Rules,
        model: &impl Model,
        prices: Prices<'_>,
    ) -> Option<Self> {
        let covers = covering(menu, rules, model, prices.size);
        covers.is_enough.then(|| Self::at(menu, covers, prices))
    }

    fn at(menu: &mut Menu<'_>, covers: Arc<Covering>, prices: Prices<'_>) -> Self {
        if menu.rates.is_empty() {
            let nodes = menu.nodes.iter();
            menu.rates = nodes.map(|node| rate(menu, node, prices)).collect();
        }
        let nodes = menu.nodes.iter().zip(&menu.rates);
        let pieces = nodes.map(|(node, rate)| Piece {
            slot: node.slot,
            weight: weight(menu, node, rate, prices),
        });
        let known = menu.lightest.as_ref();
        let known = known.filter(|(known, _)| Arc::ptr_eq(known, &covers));
        Self {
            pieces: pieces.collect(),
            need: menu.need(),
            known: known.map(|(_, nodes)| nodes.clone()),
            covers,
        }
    }

    /// Returns the lightest design; none where no design covers everything.
    pub(crate) fn lightest(&self, most: Option<Money>) -> Option<Lightest> {
        let (most, known) = (most.map(|it| it.0), self.known.as_deref());
        lightest(&self.pieces, &self.covers.ways, self.need, most, known)
    }

    /// Returns the design to have: what stands today where it covers everything and the lightest does not save enough.
    pub(crate) fn solve(&self, menu: &mut Menu<'_>, rules: &Rules) -> Option<Solution> {
        let best = self.lightest(rules.max_cost)?;
        menu.lightest = Some((Arc::clone(&self.covers), best.nodes.clone()));
        let Some(today) = menu
            .today
            .as_ref()
            .and_then(|today| self.stands(today, rules))
        else {
            return Some(Solution {
                nodes: best.nodes,
                weight: best.weight,
                lighter: None,
            });
        };
        let saved = today.weight.cost.saturating_sub(best.weight.cost);
        let worth =
            u128::from(saved) * 100 > u128::from(today.weight.cost) * u128::from(WORTH_A_CHANGE);
        let chosen = if worth { &best } else { &today };
        Some(Solution {
            nodes: chosen.nodes.clone(),
            weight: chosen.weight,
            lighter: (!worth && best.nodes != today.nodes).then_some(best),
        })
    }

    /// Returns what these nodes weigh together, where they cover everything and cost no more than they may.
    fn stands(&self, nodes: &[NodeId], rules: &Rules) -> Option<Lightest> {
        let covered = self
            .covers
            .ways
            .iter()
            .filter(|cover| cover.nodes.iter().all(|node| nodes.contains(node)))
            .fold(0, |bits, cover| bits | cover.covers);
        let pieces = nodes.iter().filter_map(|node| self.pieces.get(*node));
        let weight = pieces.fold(Weight::default(), |sum, piece| sum.plus(piece.weight));
        let dear = rules.max_cost.is_some_and(|most| weight.cost > most.0);
        let mut nodes = nodes.to_vec();
        nodes.sort_unstable();
        (self.need & !covered == 0 && !dear).then_some(Lightest { weight, nodes })
    }
}

/// Returns whether a design can cover everything, whatever it costs within what the rules allow.
pub(crate) fn is_feasible(
    menu: &mut Menu<'_>,
    rules: &Rules,
    model: &impl Model,
    prices: Prices<'_>,
) -> bool {
    let covers = covering(menu, rules, model, prices.size);
    if !covers.is_enough || rules.max_cost.is_none() {
        return covers.is_enough;
    }
    let weighed = Weighed::at(menu, covers, prices);
    weighed.lightest(rules.max_cost).is_some()
}

/// Returns what covers what. Sizes and loads matter only as far as they decide which paces are fast enough where.
fn covering(
    menu: &mut Menu<'_>,
    rules: &Rules,
    model: &impl Model,
    size: Option<&Input<ByteSize>>,
) -> Arc<Covering> {
    let fast = paces(menu, rules, model, size);
    if let Some(known) = menu.coverings.get(&fast) {
        return Arc::clone(known);
    }
    let covering = Arc::new(Covering::of(menu, &fast));
    menu.coverings.insert(fast, Arc::clone(&covering));
    covering
}

/// Returns the scopes in which each pace is fast enough, as bits of what is to be covered.
fn paces(
    menu: &mut Menu<'_>,
    rules: &Rules,
    model: &impl Model,
    size: Option<&Input<ByteSize>>,
) -> Vec<u32> {
    let mut free = 0;
    let needs = menu.needs.iter().enumerate();
    let goals: Vec<Option<(Scope, Span)>> = needs
        .map(|(index, need)| {
            let Need::Scope(scope) = need else {
                return None;
            };
            let goal = rules.goals.get(scope).and_then(|goal| goal.rto);
            free |= u32::from(goal.is_none()) << index;
            Some((*scope, goal?))
        })
        .collect();
    let paces = menu.paces.iter_mut();
    paces
        .map(|pace| pace.meets(model, &goals, size) | free)
        .collect()
}

/// Returns what a node costs.
pub(crate) fn price(menu: &Menu<'_>, node: &Node, prices: Prices<'_>) -> Bill {
    let (Some(slot), Some(choice)) = (menu.slot(node), menu.choice(node)) else {
        return Bill::default();
    };
    let none = Retention::default();
    let retention = choice.retention.as_ref().or(menu.retention.as_ref());
    let usage = Usage {
        mechanism: slot.spec.mechanism,
        every: node.every,
        retention: retention.map_or(&none, |it| it.as_ref()),
        window: choice.span(role::WINDOW),
        full_every: full_every(&choice.attributes),
        size: prices.size.map(|size| size.value),
        write_rate: prices.write_rate,
    };
    let kinds = kinds(menu, node, slot);
    let (resource, repository) = (kinds.resource, kinds.repository);
    bill(&usage, resource, repository, kinds.source, prices.book)
}

/// Returns the kinds whose prices a node has.
fn kinds<'m>(menu: &'m Menu<'_>, node: &Node, slot: &'m Slot<'_>) -> Kinds<'m> {
    let from = node.parent.and_then(|parent| menu.nodes.get(parent));
    let source = from
        .filter(|_| slot.spec.mechanism == Mechanism::Copy)
        .and_then(|from| menu.slot(from)?.repository?.kind.as_deref());
    Kinds {
        resource: &slot.spec.resource_kind,
        repository: slot.repository.and_then(|it| it.kind.as_deref()),
        source: source.unwrap_or(&slot.spec.target_kind),
    }
}

/// What a node costs for data of any size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    tariff: Tariff,
    window: Option<Span>,
    full_every: Option<u32>,
    /// What it changes of what stands.
    changes: i32,
}

fn rate(menu: &Menu<'_>, node: &Node, prices: Prices<'_>) -> Option<Rate> {
    let (slot, choice) = (menu.slot(node)?, menu.choice(node)?);
    let changes = match (node.today, slot.today.is_some()) {
        (true, _) => -1,
        (false, true) => 0,
        (false, false) => 1,
    };
    Some(Rate {
        tariff: Tariff::of(kinds(menu, node, slot), prices.book),
        window: choice.span(role::WINDOW),
        full_every: full_every(&choice.attributes),
        changes,
    })
}

fn weight(menu: &Menu<'_>, node: &Node, rate: &Option<Rate>, prices: Prices<'_>) -> Weight {
    let one = Weight {
        count: 1,
        ..Weight::default()
    };
    let (Some(slot), Some(choice), Some(rate)) = (menu.slot(node), menu.choice(node), rate) else {
        return Weight { changes: 1, ..one };
    };
    let none = Retention::default();
    let retention = choice.retention.as_ref().or(menu.retention.as_ref());
    let used = Usage {
        mechanism: slot.spec.mechanism,
        every: node.every,
        retention: retention.map_or(&none, |it| it.as_ref()),
        window: rate.window,
        full_every: rate.full_every,
        size: prices.size.map(|size| size.value),
        write_rate: prices.write_rate,
    }
    .used();
    let charge = rate.tariff.charge(&used);
    Weight {
        cost: charge.amount.0,
        unpriced: charge.stored_unpriced,
        changes: rate.changes,
        points: used.points,
        runs: used.runs,
        ..one
    }
}
