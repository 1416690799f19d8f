//! What covers what, once it is known which copies come back fast enough.

use super::super::search::{Cover, NodeId, Piece, Weight, close, lightest};
use super::super::space::Need;
use super::node::{Menu, Way};

/// What the nodes of a menu cover where certain paces are fast enough; thousands of sizes share it.
#[derive(Clone, Debug)]
pub(crate) struct Covering {
    /// Each way to cover something.
    pub(crate) ways: Vec<Cover>,
    /// Whether everything can be covered, at whatever cost.
    pub(super) is_enough: bool,
    /// What each node covers alone.
    pub(super) alone: Vec<u32>,
    /// Of the nodes of each slot that are made from the data themselves, those that leave the fewest needs open.
    pub(super) best: Vec<Vec<NodeId>>,
}

impl Covering {
    /// Returns what covers what where each pace is fast enough in these scopes.
    pub(super) fn of(menu: &Menu<'_>, fast: &[u32]) -> Self {
        let ways = ways(menu, fast);
        let mut alone = vec![0; menu.nodes.len()];
        for way in &ways {
            if let [node] = way.nodes.as_slice()
                && let Some(covers) = alone.get_mut(*node)
            {
                *covers |= way.covers;
            }
        }
        Self {
            is_enough: is_enough(menu, &ways),
            best: best(menu, &alone),
            alone,
            ways,
        }
    }
}

fn ways(menu: &Menu<'_>, fast: &[u32]) -> Vec<Cover> {
    let scopes = menu.needs.iter().enumerate();
    let scopes: u32 = scopes
        .filter(|(_, need)| matches!(need, Need::Scope(_)))
        .fold(0, |bits, (index, _)| bits | 1 << index);
    let mut ways: Vec<Cover> = menu
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
    close(&mut ways, menu.nodes.len());
    ways.retain(|cover| cover.covers != 0);
    ways
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

/// Returns whether some nodes cover everything, whatever they weigh.
fn is_enough(menu: &Menu<'_>, ways: &[Cover]) -> bool {
    // No two weigh the same, so that the search need not look at what ties.
    let weight = |cost| Weight {
        cost,
        count: 1,
        ..Weight::default()
    };
    let nodes = menu.nodes.iter().zip(1..);
    let pieces: Vec<Piece> = nodes
        .map(|(node, cost)| Piece {
            slot: node.slot,
            weight: weight(cost),
        })
        .collect();
    lightest(&pieces, ways, menu.need(), None, None).is_some()
}

fn best(menu: &Menu<'_>, alone: &[u32]) -> Vec<Vec<NodeId>> {
    let need = menu.need();
    let open = |node: NodeId| (need & !alone.get(node).unwrap_or(&0)).count_ones();
    let mut best: Vec<(u32, Vec<NodeId>)> = vec![(u32::MAX, Vec::new()); menu.space.slots.len()];
    for (index, node) in menu.nodes.iter().enumerate() {
        let Some((least, nodes)) = best.get_mut(node.slot).filter(|_| node.parent.is_none()) else {
            continue;
        };
        if open(index) < *least {
            (*least, *nodes) = (open(index), Vec::new());
        }
        if open(index) == *least {
            nodes.push(index);
        }
    }
    best.into_iter().map(|(_, nodes)| nodes).collect()
}
