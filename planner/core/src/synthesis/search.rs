//! The exact search: branch and bound over what covers what.

/// What a choice weighs, compared from the first to the last; sums are of each.
///
/// Translation invariant: if a weighs less than b, then a with c weighs less than b with c. That is what makes pruning
/// exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Weight {
    /// Millionths of the currency a month.
    pub(crate) cost: u64,
    /// Bytes that are stored without a price.
    pub(crate) unpriced: u128,
    /// Protections.
    pub(crate) count: u32,
    /// Changes to what is live: what is made new, less what stays as it is.
    pub(crate) changes: i32,
    /// Points that are kept.
    pub(crate) points: u64,
    /// Runs a month.
    pub(crate) runs: u64,
}

impl Weight {
    /// Returns the sum of two.
    #[must_use]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            cost: self.cost.saturating_add(other.cost),
            unpriced: self.unpriced.saturating_add(other.unpriced),
            count: self.count + other.count,
            changes: self.changes + other.changes,
            points: self.points.saturating_add(other.points),
            runs: self.runs.saturating_add(other.runs),
        }
    }
}

/// The place of a node: each may hold one.
pub(crate) type SlotId = usize;
/// A node, by its place in address order.
pub(crate) type NodeId = usize;

/// One protection that may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Where it stands: of all nodes of a slot, one at most is chosen.
    pub(crate) slot: SlotId,
    /// What it weighs.
    pub(crate) weight: Weight,
}

/// A way to cover some of what is needed: a few nodes together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cover {
    /// The nodes that it takes; the first is what covers, the others are what that one is made from or locked by.
    pub(crate) nodes: Vec<NodeId>,
    /// What it covers: a bit for each need.
    pub(crate) covers: u32,
    /// Whether its first node covers in another way too: with a lock, or another one.
    pub(crate) twin: bool,
}

/// Adds to each cover what its nodes cover in other ways: the source of a copy covers for itself, too.
///
/// [`lightest`] takes covers that are closed like this.
pub(crate) fn close(covers: &mut [Cover], nodes: usize) {
    let mut by_first: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (index, cover) in covers.iter().enumerate() {
        let first = cover.nodes.first().and_then(|node| by_first.get_mut(*node));
        if let Some(first) = first {
            first.push(index);
        }
    }
    let closed: Vec<u32> = covers
        .iter()
        .map(|cover| {
            let firsts = cover.nodes.iter().filter_map(|node| by_first.get(*node));
            firsts
                .flatten()
                .filter_map(|index| covers.get(*index))
                .filter(|other| other.nodes.iter().all(|node| cover.nodes.contains(node)))
                .fold(cover.covers, |bits, other| bits | other.covers)
        })
        .collect();
    for (cover, closed) in covers.iter_mut().zip(closed) {
        cover.covers = closed;
    }
}

/// The lightest choice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lightest {
    /// What it weighs.
    pub(crate) weight: Weight,
    /// Its nodes, in order.
    pub(crate) nodes: Vec<NodeId>,
}

/// Returns the lightest set of covers that covers all of `need` and costs no more than `most`; of those that weigh the
/// same, the first in the order of nodes. None where there is no such set.
///
/// Exact: branches over every way to cover the need that the fewest can, and leaves a branch only when what it has and
/// the least that its dearest open need must still weigh is more than the best known. Invariant: every piece weighs
/// more than nothing (its `count` is at least one).
///
/// `known` is a set of nodes that covers everything, of different slots: the lightest for data of another size, say. The
/// better it is, the less is looked at.
pub(crate) fn lightest(
    pieces: &[Piece],
    covers: &[Cover],
    need: u32,
    most: Option<u64>,
    known: Option<&[NodeId]>,
) -> Option<Lightest> {
    let slots = pieces.iter().map(|piece| piece.slot + 1).max().unwrap_or(0);
    let known = known.map(|nodes| Lightest {
        weight: sum(pieces, nodes),
        nodes: nodes.to_vec(),
    });
    let best = known.filter(|known| most.is_none_or(|most| known.weight.cost <= most));
    let enough = best.as_ref().map(|best| best.weight);
    let mut search = Search {
        pieces,
        covers,
        need,
        most,
        by_need: by_need(pieces, covers, need, (most, enough)),
        chosen: vec![None; slots],
        best,
    };
    search.branch(0, Weight::default());
    search.best
}

/// The covers of each need, by the least that each adds.
type ByNeed = Vec<(u32, Vec<(Weight, usize)>)>;

/// Returns the covers of each need. A cover alone adds its first node at least, because if that were chosen already
/// the need would be covered; unless it needs a lock, which may come to a node that is chosen.
///
/// Leaves out what weighs more than a cover that does for everything: a design weighs no less than any of its covers.
fn by_need(
    pieces: &[Piece],
    covers: &[Cover],
    need: u32,
    (most, known): (Option<u64>, Option<Weight>),
) -> ByNeed {
    let does = |cover: &Cover, weight: Weight| {
        cover.covers & need == need
            && most.is_none_or(|most| weight.cost <= most)
            && is_possible(pieces, cover)
    };
    let mut enough = known;
    let mut light: Vec<(Weight, usize)> = Vec::new();
    for (index, cover) in covers.iter().enumerate() {
        let whole = sum(pieces, &cover.nodes);
        if enough.is_some_and(|enough| whole > enough) {
            continue;
        }
        light.push((whole, index));
        if does(cover, whole) {
            enough = Some(whole);
        }
    }
    light.retain(|(whole, _)| enough.is_none_or(|enough| *whole <= enough));
    let least = |cover: &Cover| {
        let first = cover.nodes.first().and_then(|node| pieces.get(*node));
        first
            .filter(|_| !cover.twin)
            .map_or_else(Weight::default, |piece| piece.weight)
    };
    let bits = (0..u32::BITS).filter(|bit| need & (1 << bit) != 0);
    let mut by_need: ByNeed = bits
        .map(|bit| {
            let light = light.iter();
            let ways = light.filter_map(|(_, index)| Some((*index, covers.get(*index)?)));
            let ways = ways.filter(|(_, cover)| cover.covers & (1 << bit) != 0);
            let mut ways: Vec<(Weight, usize)> =
                ways.map(|(index, cover)| (least(cover), index)).collect();
            ways.sort_unstable();
            (1 << bit, ways)
        })
        .collect();
    by_need.sort_by_key(|(_, ways)| ways.len());
    by_need
}

/// Returns what these nodes weigh together.
fn sum(pieces: &[Piece], nodes: &[NodeId]) -> Weight {
    let nodes = nodes.iter().filter_map(|node| pieces.get(*node));
    nodes.fold(Weight::default(), |sum, piece| sum.plus(piece.weight))
}

/// Returns whether all nodes of a cover exist and no two of them want the same place.
fn is_possible(pieces: &[Piece], cover: &Cover) -> bool {
    let slot = |node: &NodeId| pieces.get(*node).map(|piece| piece.slot);
    cover.nodes.iter().enumerate().all(|(place, node)| {
        let mut before = cover.nodes.iter().take(place);
        slot(node).is_some() && before.all(|other| slot(other) != slot(node))
    })
}

struct Search<'a> {
    pieces: &'a [Piece],
    covers: &'a [Cover],
    need: u32,
    most: Option<u64>,
    by_need: ByNeed,
    chosen: Vec<Option<NodeId>>,
    best: Option<Lightest>,
}

impl Search<'_> {
    fn branch(&mut self, covered: u32, weight: Weight) {
        let open = self.need & !covered;
        if open == 0 {
            self.arrive(weight);
            return;
        }
        let mut least = Weight::default();
        let mut next = None;
        for (place, (bit, ways)) in self.by_need.iter().enumerate() {
            if open & bit == 0 {
                continue;
            }
            let Some((lightest, _)) = ways.first() else {
                return;
            };
            least = least.max(*lightest);
            next = next.or(Some(place));
        }
        if self.is_too_heavy(weight.plus(least)) {
            return;
        }
        let Some(place) = next else { return };
        let count = self.by_need.get(place).map_or(0, |(_, ways)| ways.len());
        for turn in 0..count {
            let way = self.by_need.get(place).and_then(|(_, ways)| ways.get(turn));
            let Some((least, cover)) = way.copied() else {
                break;
            };
            if self.is_too_heavy(weight.plus(least)) {
                break;
            }
            self.take(cover, covered, weight);
        }
    }

    /// Adds a cover, where each of its slots is free or holds the same node, and goes on.
    fn take(&mut self, cover: usize, covered: u32, weight: Weight) {
        let covers = self.covers;
        let Some(cover) = covers.get(cover) else {
            return;
        };
        let mut weight = weight;
        let mut added: Vec<SlotId> = Vec::with_capacity(cover.nodes.len());
        let mut fits = true;
        for node in &cover.nodes {
            let Some(piece) = self.pieces.get(*node) else {
                fits = false;
                break;
            };
            match self.chosen.get_mut(piece.slot) {
                Some(held @ None) => {
                    *held = Some(*node);
                    weight = weight.plus(piece.weight);
                    added.push(piece.slot);
                }
                Some(Some(held)) if held == node => {}
                _ => {
                    fits = false;
                    break;
                }
            }
        }
        if fits {
            self.branch(covered | cover.covers, weight);
        }
        for slot in added {
            if let Some(held) = self.chosen.get_mut(slot) {
                *held = None;
            }
        }
    }

    fn arrive(&mut self, weight: Weight) {
        if self.is_too_heavy(weight) {
            return;
        }
        let mut nodes: Vec<NodeId> = self.chosen.iter().flatten().copied().collect();
        nodes.sort_unstable();
        let found = Lightest { weight, nodes };
        if self.best.as_ref().is_none_or(|best| found < *best) {
            self.best = Some(found);
        }
    }

    fn is_too_heavy(&self, weight: Weight) -> bool {
        self.most.is_some_and(|most| weight.cost > most)
            || self.best.as_ref().is_some_and(|best| weight > best.weight)
    }
}
