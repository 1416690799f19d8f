//! Why a design is what it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_model::{Bound, Goal, Mechanism, Money, Scope, Span};

use super::super::answer::Alternative;
use super::super::model::Model;
use super::super::search::NodeId;
use super::super::space::{Need, Rules};
use super::covering::Covering;
use super::node::{Menu, Node};
use super::weigh::{Prices, Solution, Weighed, price};
use crate::cost::{Bill, a_month};
use crate::exposure::graph::CopyGraph;

/// So many alternatives are told at most.
const TOLD: usize = 4;

/// A design in words, and what it costs.
pub(crate) struct Explained {
    /// What it costs a month; none where nothing of it has a price.
    pub(crate) cost: Option<Money>,
    /// What is not in the cost.
    pub(crate) unpriced: Vec<String>,
    /// Why each of its nodes is there.
    pub(crate) reasons: Vec<Arc<str>>,
    /// What else was looked at.
    pub(crate) alternatives: Vec<Alternative>,
}

/// Returns a design in words.
pub(crate) fn explain(
    menu: &mut Menu<'_>,
    weighed: &Weighed,
    solution: &Solution,
    rules: &Rules,
    model: &impl Model,
    prices: Prices<'_>,
    objective: Option<&str>,
) -> Explained {
    let mut said = std::mem::take(&mut menu.said);
    let mut bill = Bill::default();
    let nodes = solution.nodes.iter();
    for node in nodes.filter_map(|node| menu.nodes.get(*node)) {
        bill.add(price(menu, node, prices));
    }
    let telling = Telling {
        menu,
        weighed,
        solution,
        rules,
        model,
        prices,
        objective,
    };
    let explained = Explained {
        cost: prices.book.currency().map(|_| bill.amount),
        unpriced: bill.unpriced.into_iter().collect(),
        reasons: telling.reasons(&mut said),
        alternatives: telling.alternatives(&mut said),
    };
    menu.said = said;
    explained
}

/// What was said of a menu, and is the same for data of other sizes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// The reasons for a design, with all that they depend on.
    reasons: Option<(Grounds, Vec<Arc<str>>)>,
    /// By node and scope: what is lost with it, and whether that is more than the goal allows.
    losses: BTreeMap<(NodeId, Scope), (Arc<str>, bool)>,
}

/// What covers what, the nodes of a design, and what a lighter one would save.
#[derive(Clone, Debug)]
struct Grounds {
    covers: Arc<Covering>,
    nodes: Vec<NodeId>,
    saved: Option<u64>,
}

impl Grounds {
    fn is(&self, weighed: &Weighed, solution: &Solution) -> bool {
        Arc::ptr_eq(&self.covers, &weighed.covers)
            && self.nodes == solution.nodes
            && self.saved == saved(solution)
    }
}

/// Returns what a lighter design would save, where there is one.
fn saved(solution: &Solution) -> Option<u64> {
    let lighter = solution.lighter.as_ref()?;
    Some(solution.weight.cost - lighter.weight.cost)
}

struct Telling<'a, 'm, M> {
    menu: &'a Menu<'m>,
    weighed: &'a Weighed,
    solution: &'a Solution,
    rules: &'a Rules,
    model: &'a M,
    prices: Prices<'a>,
    objective: Option<&'a str>,
}

impl<M: Model> Telling<'_, '_, M> {
    /// Returns why each node of the design is there.
    fn reasons(&self, said: &mut Said) -> Vec<Arc<str>> {
        if let Some((grounds, reasons)) = &said.reasons
            && grounds.is(self.weighed, self.solution)
        {
            return reasons.clone();
        }
        let nodes = self.solution.nodes.iter();
        let reasons: Vec<Arc<str>> = nodes.map(|node| self.reason(*node)).collect();
        let grounds = Grounds {
            covers: Arc::clone(&self.weighed.covers),
            nodes: self.solution.nodes.clone(),
            saved: saved(self.solution),
        };
        said.reasons = Some((grounds, reasons.clone()));
        reasons
    }

    /// Returns the needs that a node of the design covers, in words: "corruption rpo 1h, account rpo 1d and rto 4h".
    fn reason(&self, node: NodeId) -> Arc<str> {
        let whole = |nodes: &[NodeId]| nodes.iter().all(|it| self.solution.nodes.contains(it));
        let covers = self
            .weighed
            .covers
            .ways
            .iter()
            .filter(|cover| cover.nodes.first() == Some(&node) && whole(&cover.nodes))
            .fold(0, |bits, cover| bits | cover.covers);
        let locks = self
            .weighed
            .covers
            .ways
            .iter()
            .filter(|cover| {
                cover.nodes.first() != Some(&node)
                    && cover.nodes.contains(&node)
                    && whole(&cover.nodes)
            })
            .fold(0, |bits, cover| bits | cover.covers);
        let needs = |bits: u32| -> Vec<String> {
            let needs = self.menu.needs.iter().enumerate();
            needs
                .filter(|(index, _)| bits & (1 << index) != 0)
                .map(|(_, need)| self.need(*need))
                .collect()
        };
        let mut said = needs(covers | locks).join(", ");
        if said.is_empty() {
            "another protection is made from it".clone_into(&mut said);
        }
        if let Some(saved) = saved(self.solution).filter(|saved| *saved > 0) {
            let saved = a_month(Money(saved), self.currency());
            said = format!("{said}; it stands, and a cheaper design saves {saved} only");
        }
        match self.objective {
            Some(label) => format!("objective.{label}: {said}").into(),
            None => said.into(),
        }
    }

    fn need(&self, need: Need) -> String {
        match need {
            Need::Scope(scope) => {
                let goal = self.goal(scope);
                let rpo = goal.rpo.map(|rpo| format!("rpo {rpo}"));
                let rto = goal.rto.map(|rto| format!("rto {rto}"));
                let both: Vec<String> = rpo.into_iter().chain(rto).collect();
                format!("{scope} {}", both.join(" and "))
            }
            Need::Immutable => {
                let lasts = self.rules.immutable_for.unwrap_or_default();
                format!("nobody deletes a point for {lasts}")
            }
            Need::Uses(mechanism) => format!("`protect` wants a `{mechanism}`"),
        }
    }

    fn currency(&self) -> &str {
        self.prices.book.currency().unwrap_or_default()
    }

    /// Returns the lightest node of each other place, and why it is not in the design.
    fn alternatives(&self, said: &mut Said) -> Vec<Alternative> {
        let mut told = Vec::new();
        let is_used = |slot: usize| {
            let nodes = self.solution.nodes.iter();
            nodes
                .filter_map(|node| self.menu.nodes.get(*node))
                .any(|node| node.slot == slot)
        };
        // The best of a place keeps as many goals as one of there can, and weighs the least of those.
        let slots = self.weighed.covers.best.iter().enumerate();
        for (_, nodes) in slots.filter(|(slot, _)| !is_used(*slot)) {
            let weight = |node: &&NodeId| self.weighed.pieces.get(**node).map(|it| it.weight);
            let lightest = nodes.iter().min_by_key(weight);
            let lightest = lightest.and_then(|node| Some((*node, self.menu.nodes.get(*node)?)));
            let Some((index, node)) = lightest else {
                continue;
            };
            told.extend(self.alternative(index, node, said));
            if told.len() == TOLD {
                break;
            }
        }
        told
    }

    fn alternative(&self, index: NodeId, node: &Node, said: &mut Said) -> Option<Alternative> {
        let slot = self.menu.slot(node)?;
        if matches!(slot.spec.mechanism, Mechanism::Lock | Mechanism::Guard) {
            return None;
        }
        let choice = self.menu.choice(node)?;
        let every = choice
            .schedule
            .as_ref()
            .map_or_else(String::new, |schedule| format!(" every {schedule}"));
        let place = match (slot.repository, slot.location) {
            (Some(repository), _) => format!(" in `{repository}`"),
            (None, Some(location)) => format!(" at `{location}`"),
            (None, None) => String::new(),
        };
        let bill = price(self.menu, node, self.prices);
        let has_price = self.prices.book.currency().is_some() && bill.as_of.is_some();
        Some(Alternative {
            what: format!("a {}{every}{place}", slot.spec.mechanism),
            cost: has_price.then_some(bill.amount),
            rejected: self.rejected(index, said),
        })
    }

    /// Returns why a node does not do: the first scope that it does not cover, else what it weighs.
    fn rejected(&self, node: NodeId, said: &mut Said) -> String {
        let covered = self.weighed.covers.alone.get(node).unwrap_or(&0);
        let graph = self.menu.graphs.get(node).and_then(Option::as_ref);
        let mut needs = self.menu.needs.iter().enumerate();
        let open = needs.find(|(index, _)| covered & (1 << index) == 0);
        match (open, graph) {
            (Some((_, Need::Scope(scope))), Some(graph)) => self.lacks((node, *scope), graph, said),
            (Some((_, need)), _) => format!("it does not give that {}", self.need(*need)),
            (None, _) if self.solution.lighter.is_some() => {
                "it keeps the objective too, and saves too little to change what stands".to_owned()
            }
            (None, _) => "it keeps the objective too, for no less".to_owned(),
        }
    }

    fn lacks(&self, of: (NodeId, Scope), graph: &CopyGraph, said: &mut Said) -> String {
        let (_, scope) = of;
        let copy = graph.copies.len().saturating_sub(1);
        let goal = self.goal(scope);
        let over = |bound: Bound<Span>, goal: Option<Span>| {
            goal.is_some_and(|goal| bound > Bound::Finite(goal))
        };
        let (loss, is_over) = said.losses.entry(of).or_insert_with(|| {
            let (loss, _) = self.model.why(graph, copy, scope, &goal);
            let is_over = over(self.model.loss(graph, copy, scope, &goal), goal.rpo);
            (loss.into(), is_over)
        });
        let lost = || {
            let goal = goal.rpo.map_or_else(String::new, |it| format!(" rpo {it}"));
            format!("{scope}{goal} is out of its reach: {loss}")
        };
        if *is_over {
            return lost();
        }
        let mut graph = graph.clone();
        graph.size = self.prices.size.cloned();
        let rto = self.model.recovery(&graph, copy, scope);
        if !over(rto, goal.rto) {
            return lost();
        }
        let goal = goal.rto.unwrap_or_default();
        match rto {
            Bound::Finite(takes) => {
                let takes = takes.rounded();
                format!("{scope} rto {goal} is out of its reach: it takes {takes}")
            }
            Bound::Unbounded => {
                let (_, time) = self.model.why(&graph, copy, scope, &self.goal(scope));
                format!("{scope} rto {goal} is out of its reach: {time}")
            }
        }
    }

    fn goal(&self, scope: Scope) -> Goal {
        self.rules.goals.get(&scope).cloned().unwrap_or_default()
    }
}
