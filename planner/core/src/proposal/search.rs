//! The fewest changes that keep every goal.

use std::collections::BTreeSet;

use lifeboat_model::{Address, Mechanism, role};

use super::ask::Ask;
use super::moves::Move;

/// So many changes are looked at together at most.
pub(super) const DEPTH: usize = 3;
/// So many sets of changes that depend on each other are judged together at most.
const JUDGED: usize = 3_000;
/// So many steps are taken at most, so that an answer comes also where nothing helps.
const STEPS: usize = 60_000_000;
/// Of so many sets of the same number of changes the price is looked up.
const PRICED: usize = 400;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Sets of equally few changes that keep every goal, the best first; as indices of moves.
    pub(super) sets: Vec<Vec<usize>>,
    /// The set that leaves the fewest goals unmet, where none keeps all.
    pub(super) nearest: Vec<usize>,
}

struct Search<'s, 'a> {
    ask: &'s Ask<'a>,
    moves: &'s [Move],
    /// Which changes depend on which others.
    linked: Vec<Vec<bool>>,
    /// What each change keeps by itself.
    single: Vec<u64>,
    judged: usize,
    steps: usize,
    /// Which changes keep a goal that is not kept without them.
    gains: Vec<bool>,
    /// The changes in the order in which they are tried: those first that gain something by themselves.
    order: Vec<usize>,
}

/// Returns the smallest sets of changes that keep every goal.
///
/// Sets of one, then of two, then of three. Changes of protections that have nothing to do with each other keep
/// together what each keeps alone at most, so that such sets are judged only where that is everything; the others are
/// judged each by itself. Among equally many changes: the fewest numbers and places that
/// nobody knows, the cheapest, the fewest
/// lines, the first: the least that is asked of anything.
pub(super) fn search(ask: &Ask<'_>, moves: &[Move]) -> Found {
    let mut search = Search {
        ask,
        moves,
        linked: links(ask, moves),
        single: moves.iter().map(|it| ask.held(&[it])).collect(),
        judged: 0,
        steps: 0,
        gains: Vec::new(),
        order: Vec::new(),
    };
    let all = ask.all();
    let before = ask.held(&[]);
    search.gains = search.single.iter().map(|it| it & !before != 0).collect();
    let gains = |index: &usize| search.gains.get(*index) == Some(&true);
    let (first, rest): (Vec<usize>, Vec<usize>) = (0..moves.len()).partition(gains);
    search.order = first.into_iter().chain(rest).collect();
    let mut best = (0, Vec::new());
    for depth in 1..=DEPTH {
        let sets = search.sets(depth, all, &mut best);
        if !sets.is_empty() {
            return Found {
                sets: search.ranked(sets),
                nearest: Vec::new(),
            };
        }
    }
    let helps = best.0 > before.count_ones();
    Found {
        sets: Vec::new(),
        nearest: if helps { best.1 } else { Vec::new() },
    }
}

impl Search<'_, '_> {
    /// Returns every set of so many changes that keeps all goals.
    ///
    /// A change that gains nothing by itself, and that no other one of the set depends on or makes more of, is of no
    /// use in it: without it the set is smaller and keeps the same.
    fn sets(&mut self, depth: usize, all: u64, best: &mut (u32, Vec<usize>)) -> Vec<Vec<usize>> {
        let mut found = Vec::new();
        // Places in the order, so that each set is met once.
        let mut open: Vec<Vec<usize>> = vec![Vec::new()];
        while let Some(places) = open.pop() {
            let set = self.at(&places);
            if set.len() == depth {
                let bits = self.kept(&set, all);
                if bits.count_ones() > best.0 {
                    *best = (bits.count_ones(), set.clone());
                }
                if bits == all {
                    found.push(set);
                }
                continue;
            }
            let from = places.last().map_or(0, |last| last + 1);
            self.steps += self.order.len() - from;
            if self.steps > STEPS {
                break;
            }
            let is_last = depth > 1 && set.len() + 1 == depth;
            for place in (from..self.order.len()).rev() {
                let Some(index) = self.order.get(place).copied() else {
                    continue;
                };
                let apart = set.iter().all(|it| self.are_apart(*it, index));
                if apart && !(is_last && self.is_idle(&set, index)) {
                    let mut places = places.clone();
                    places.push(place);
                    open.push(places);
                }
            }
        }
        found
    }

    /// Returns the changes at these places of the order, in the order of changes.
    fn at(&self, places: &[usize]) -> Vec<usize> {
        let set = places.iter().filter_map(|place| self.order.get(*place));
        let mut set: Vec<usize> = set.copied().collect();
        set.sort_unstable();
        set
    }

    /// Returns whether a change of the set with one more is of no use in it.
    fn is_idle(&self, set: &[usize], more: usize) -> bool {
        let whole = || set.iter().copied().chain([more]);
        whole().any(|one| {
            let gains = self.gains.get(one) == Some(&true);
            !gains && !whole().any(|other| self.is_linked(one, other))
        })
    }

    /// Returns the goals that a set keeps, or as many as it can keep at most where that is not all.
    fn kept(&mut self, set: &[usize], all: u64) -> u64 {
        let of = |index: &usize| self.single.get(*index).copied().unwrap_or(0);
        if let [one] = set {
            return of(one);
        }
        let together = set.iter().fold(0, |bits, index| bits | of(index));
        let linked = self.are_linked(set);
        if !linked && together != all {
            return together;
        }
        if self.judged >= JUDGED {
            return 0;
        }
        self.judged += 1;
        let moves: Vec<&Move> = set.iter().filter_map(|it| self.moves.get(*it)).collect();
        self.ask.held(&moves)
    }

    /// Returns whether two changes can be made together: of two protections, and in one new place at most.
    fn are_apart(&self, a: usize, b: usize) -> bool {
        let (Some(a), Some(b)) = (self.moves.get(a), self.moves.get(b)) else {
            return false;
        };
        a.protection.address != b.protection.address
            && !(a.repository.is_some() && b.repository.is_some())
    }

    /// Returns whether what one change gives depends on another one of the set.
    fn are_linked(&self, set: &[usize]) -> bool {
        set.iter()
            .any(|a| set.iter().any(|b| self.is_linked(*a, *b)))
    }

    fn is_linked(&self, a: usize, b: usize) -> bool {
        self.linked.get(a).and_then(|it| it.get(b)) == Some(&true)
    }

    /// Returns the sets, the best first.
    fn ranked(&self, mut sets: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
        let moves = |set: &[usize]| -> Vec<&Move> {
            set.iter().filter_map(|it| self.moves.get(*it)).collect()
        };
        let unknown = |set: &Vec<usize>| moves(set).iter().map(|it| it.unknown).sum::<usize>();
        sets.sort_by_key(|set| (unknown(set), set.clone()));
        sets.truncate(PRICED);
        sets.sort_by_cached_key(|set| {
            let moves = moves(set);
            let cost = self.ask.cost(&moves);
            let unpriced = cost.as_ref().map_or(0, |it| it.unpriced.len());
            let cost = cost.and_then(|it| it.planned).map_or(0, |it| it.0);
            let text: usize = moves.iter().map(|it| it.lines()).sum();
            (unknown(set), cost, unpriced, text, set.clone())
        });
        sets
    }
}

/// Returns which changes depend on which others: of what a copy is made from, of a lock where points are.
fn links(ask: &Ask<'_>, moves: &[Move]) -> Vec<Vec<bool>> {
    let origins: Vec<BTreeSet<Address>> = moves.iter().map(|it| origins(ask, moves, it)).collect();
    let locks = |it: &Move| it.protection.mechanism == Mechanism::Lock;
    let linked = |(a, of_a): (&Move, &BTreeSet<Address>),
                  (b, of_b): (&Move, &BTreeSet<Address>)| {
        let (one, other) = (&a.protection, &b.protection);
        let same_place = one.repository == other.repository && (locks(a) || locks(b));
        one.address != other.address
            && (of_b.contains(&one.address) || of_a.contains(&other.address) || same_place)
    };
    let all = || moves.iter().zip(&origins);
    all()
        .map(|a| all().map(|b| linked(a, b)).collect())
        .collect()
}

/// Returns what a changed or new protection is made from, itself included.
fn origins(ask: &Ask<'_>, moves: &[Move], of: &Move) -> BTreeSet<Address> {
    let mut all = BTreeSet::new();
    let mut at = Some(&of.protection);
    while let Some(block) = at {
        if !all.insert(block.address.clone()) {
            break;
        }
        let base = block.attributes.get(role::BASE).and_then(|it| it.as_str());
        let base = base.and_then(|it| it.parse::<Address>().ok());
        let from = block.from.clone().or(base);
        at = from.and_then(|from| {
            let written = ask.configuration.protections.get(&from);
            let new = || moves.iter().find(|it| it.protection.address == from);
            written.or_else(|| new().map(|it| &it.protection))
        });
    }
    all
}
