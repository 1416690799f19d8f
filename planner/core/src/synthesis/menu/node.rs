//! The parts of a menu.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_model::{Retention, Span};

use super::super::model::Pace;
use super::super::search::NodeId;
use super::super::space::{Choice, Need, Slot, Space};
use super::covering::Covering;
use super::explain::Said;
use super::weigh::Rate;
use crate::exposure::graph::CopyGraph;

/// One protection that may be chosen, made from one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// Its slot.
    pub(crate) slot: usize,
    /// The choice of the slot.
    pub(crate) choice: usize,
    /// What it is made from.
    pub(crate) parent: Option<NodeId>,
    /// Whether it stands today just like that.
    pub(crate) today: bool,
    /// The shortest time between two of its points; that of its source where it follows.
    pub(crate) every: Option<Span>,
}

/// A node with the lock beside it, and what both together give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// What gives it.
    pub(crate) node: NodeId,
    /// The lock that it takes.
    pub(crate) lock: Option<NodeId>,
    /// The needs that it covers, if it comes back fast enough for those of scopes.
    pub(crate) covers: u32,
    /// How fast it comes back; none for what brings no data back.
    pub(crate) pace: Option<usize>,
}

/// What a search has to look at.
#[derive(Clone, Debug)]
pub(crate) struct Menu<'a> {
    /// The places.
    pub(crate) space: Space<'a>,
    /// The target's own retention.
    pub(crate) retention: Option<Arc<Retention>>,
    /// What is to be covered, in the order of the bits.
    pub(crate) needs: Vec<Need>,
    /// What may be chosen; a source before what is made from it.
    pub(crate) nodes: Vec<Node>,
    /// What it gives.
    pub(crate) ways: Vec<Way>,
    /// The graph in which each node that is made from the data themselves is the last copy.
    pub(crate) graphs: Vec<Option<CopyGraph>>,
    /// How fast copies come back.
    pub(crate) paces: Vec<Pace>,
    /// The data, without a copy.
    pub(crate) base: CopyGraph,
    /// What covers what, by the scopes in which each pace is fast enough.
    pub(crate) coverings: BTreeMap<Vec<u32>, Arc<Covering>>,
    /// The lightest nodes for the size that was looked at last, with what covered what.
    pub(crate) lightest: Option<(Arc<Covering>, Vec<NodeId>)>,
    /// What each node costs, once somebody asked. A menu is of one price book.
    pub(crate) rates: Vec<Option<Rate>>,
    /// What was said of it.
    pub(crate) said: Said,
    /// The nodes that stand today; none where they are not all among the nodes.
    pub(crate) today: Option<Vec<NodeId>>,
}

impl<'a> Menu<'a> {
    /// Returns the slot of a node.
    pub(crate) fn slot(&self, node: &Node) -> Option<&Slot<'a>> {
        self.space.slots.get(node.slot)
    }

    /// Returns the choice of a node.
    pub(crate) fn choice(&self, node: &Node) -> Option<&Choice> {
        self.slot(node)?.choices.get(node.choice)
    }

    /// Returns all bits of what is to be covered.
    pub(crate) fn need(&self) -> u32 {
        (0..self.needs.len()).fold(0, |bits, index| bits | 1 << index)
    }

    /// Returns the bit of a need.
    pub(crate) fn bit(&self, need: Need) -> u32 {
        let place = self.needs.iter().position(|known| *known == need);
        place.map_or(0, |index| 1 << index)
    }
}
