//! What the nodes of a menu weigh for data of one size, and the lightest design.

use lifeboat_model::{ByteSize, Mechanism, Money, Rate, Retention, role};

use super::super::model::Model;
use super::super::search::{Cover, Lightest, NodeId, Piece, Weight, close, lightest};
use super::super::space::{Need, Rules};
use super::node::{Menu, Node, Way};
use crate::cost::{Bill, PriceBook, Usage, bill, full_every};
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
    pub(crate) write_rate: Option<Rate>,
}

/// A menu for data of one size.
#[derive(Clone, Debug)]
pub(crate) struct Weighed {
    /// What the nodes weigh.
    pub(crate) pieces: Vec<Piece>,
    /// What covers what.
    pub(crate) covers: Vec<Cover>,
    /// Everything that must be covered.
    pub(crate) need: u32,
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
    /// Returns what the nodes of a menu weigh and cover.
    pub(crate) fn of(
        menu: &mut Menu<'_>,
        rules: &Rules,
        model: &impl Model,
        prices: Prices<'_>,
    ) -> Self {
        let fast = paces(menu, rules, model, prices.size);
        let pieces: Vec<Piece> = menu
            .nodes
            .iter()
            .map(|node| Piece {
                slot: node.slot,
                weight: weight(menu, node, prices),
            })
            .collect();
        let scopes = menu.needs.iter().enumerate();
        let scopes: u32 = scopes
            .filter(|(_, need)| matches!(need, Need::Scope(_)))
            .fold(0, |bits, (index, _)| bits | 1 << index);
        let mut covers: Vec<Cover> = menu
            .ways
            .iter()
            .map(|way| {
                let in_time = way.pace.and_then(|pace| fast.get(pace)).unwrap_or(&0);
                Cover {
                    nodes: nodes_of(menu, way),
                    covers: way.covers & (in_time | !scopes),
                    twin: way.lock.is_some(),
                }
            })
            .collect();
        close(&mut covers, pieces.len());
        covers.retain(|cover| cover.covers != 0);
        Self {
            pieces,
            covers,
            need: menu.need(),
        }
    }

    /// Returns the lightest design; none where no design covers everything.
    pub(crate) fn lightest(&self, most: Option<Money>) -> Option<Lightest> {
        lightest(&self.pieces, &self.covers, self.need, most.map(|it| it.0))
    }

    /// Returns the design to have: what stands today where it covers everything and the lightest does not save enough.
    pub(crate) fn solve(&self, menu: &Menu<'_>, rules: &Rules) -> Option<Solution> {
        let best = self.lightest(rules.max_cost)?;
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

/// Returns the nodes that a way takes: what gives it, what that is made from, the lock.
fn nodes_of(menu: &Menu<'_>, way: &Way) -> Vec<NodeId> {
    let mut nodes = vec![way.node];
    let mut at = way.node;
    while let Some(parent) = menu.nodes.get(at).and_then(|node| node.parent) {
        nodes.push(parent);
        at = parent;
    }
    nodes.extend(way.lock);
    nodes
}

/// Returns the scopes in which each pace is fast enough, as bits of what is to be covered.
fn paces(
    menu: &mut Menu<'_>,
    rules: &Rules,
    model: &impl Model,
    size: Option<&Input<ByteSize>>,
) -> Vec<u32> {
    let needs = menu.needs.clone();
    let bits = |pace: &mut super::super::model::Pace| {
        let mut fast = 0;
        for (index, need) in needs.iter().enumerate() {
            let Need::Scope(scope) = need else { continue };
            let goal = rules.goals.get(scope).and_then(|goal| goal.rto);
            let met = goal.is_none_or(|goal| pace.meets(model, *scope, goal, size));
            fast |= u32::from(met) << index;
        }
        fast
    };
    menu.paces.iter_mut().map(bits).collect()
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
    let repository = slot.repository.and_then(|it| it.kind.as_deref());
    let from = node.parent.and_then(|parent| menu.nodes.get(parent));
    let source = from
        .filter(|_| slot.spec.mechanism == Mechanism::Copy)
        .and_then(|from| menu.slot(from)?.repository?.kind.as_deref())
        .unwrap_or(&slot.spec.target_kind);
    let resource = &slot.spec.resource_kind;
    bill(&usage, resource, repository, source, prices.book)
}

fn weight(menu: &Menu<'_>, node: &Node, prices: Prices<'_>) -> Weight {
    let bill = price(menu, node, prices);
    let held_slot = menu.slot(node).is_some_and(|slot| slot.today.is_some());
    let changes = match (node.today, held_slot) {
        (true, _) => -1,
        (false, true) => 0,
        (false, false) => 1,
    };
    Weight {
        cost: bill.amount.0,
        unpriced: bill.stored_unpriced,
        count: 1,
        changes,
        points: bill.points,
        runs: bill.runs,
    }
}
