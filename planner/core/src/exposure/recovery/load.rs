//! Who restores over each link at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lifeboat_model::{Address, Provenance, Scope};

use super::super::found::Found;
use super::super::graph::CopyGraph;
use super::chain::{Lack, busy, reading, walk};
use super::moving::Moving;
use super::quantity::Nanos;

/// From so many on, what the others rest on is told in one sentence.
const NAMED: usize = 6;

/// What all that recover at the same time need of each link.
///
/// A link that is never idle while somebody waits for it serves, between the moment that a restore comes to it and the
/// moment that it leaves, nothing but this restore and others. So whatever the order, and whenever each of them comes:
///
/// ```text
/// transfer ≤ alone + Σ over its links of (Σ others S) / B        on one link: Σ S / B
/// ```
///
/// The same holds for a pipelined transfer: at each instant at least one of its links is full, so that the share of the
/// others there and its own share make up the whole. Each of the others counts with its own rate, or with the time of a
/// whole restore, which is never shorter than its transfer.
///
/// Under a priority order only those count that are as urgent or more: `(S_k + Σ S with ≥ priority) / B`.
#[derive(Clone, Debug)]
pub struct Load {
    scope: Scope,
    links: BTreeMap<Arc<str>, Link>,
    /// How urgent each target is, and the copies that it counts with.
    of: BTreeMap<Address, (u32, Vec<usize>)>,
    yielding: Yielding,
    /// Whether the target that is looked at left, so that all that is here is of others, whatever its graph is called.
    is_of_others: bool,
}

/// What a restore that is under way does when a more urgent one comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Yielding {
    /// It lets it pass.
    #[default]
    AtOnce,
    /// It ends first: the longest of the less urgent ones counts too.
    WhenDone,
}

/// All restores over one link.
#[derive(Clone, Debug)]
struct Link {
    /// By how urgent they are.
    ranks: BTreeMap<u32, Rank>,
    /// How many there are.
    count: usize,
    /// How much they move, where that is known.
    bytes: u128,
    /// Those of which nobody knows how long they use it, and why.
    unknown: BTreeMap<Address, Lack>,
    provenance: Provenance,
    assuming: BTreeSet<Arc<str>>,
}

/// Restores of the same urgency.
#[derive(Clone, Copy, Debug, Default)]
struct Rank {
    total: Nanos,
    longest: Nanos,
    /// The total of these and of all that are more urgent; filled in at the end.
    with_more_urgent: Nanos,
    /// The longest of all that are less urgent; filled in at the end.
    longest_less_urgent: Nanos,
}

/// What the others on a link cost a restore.
#[derive(Clone, Debug)]
pub(super) struct Others {
    /// How long they keep the link busy.
    pub(super) time: Nanos,
    /// How many use the link, all together.
    pub(super) count: usize,
    /// How much all together move, where that is known.
    pub(super) bytes: u128,
}

impl Load {
    /// Returns the load of a restore that nothing else disturbs.
    pub const fn alone() -> Self {
        Self {
            scope: Scope::Corruption,
            links: BTreeMap::new(),
            of: BTreeMap::new(),
            yielding: Yielding::AtOnce,
            is_of_others: false,
        }
    }

    /// Returns the load of all that fail together in a scope, each with the copy that is used, in any order.
    ///
    /// A target may come with several copies where it is open which one is used: then all of them count.
    pub fn of<'a>(
        scope: Scope,
        together: impl IntoIterator<Item = (&'a CopyGraph, usize)>,
    ) -> Self {
        let ranked = together.into_iter().map(|(graph, copy)| (graph, copy, 0));
        Self::ranked(scope, ranked, Yielding::AtOnce)
    }

    /// Returns the load of all that fail together, each with the copy that is used and how urgent it is.
    pub fn ranked<'a>(
        scope: Scope,
        together: impl IntoIterator<Item = (&'a CopyGraph, usize, u32)>,
        yielding: Yielding,
    ) -> Self {
        let mut load = Self {
            scope,
            yielding,
            ..Self::alone()
        };
        for (graph, copy, urgency) in together {
            load.add(graph, copy, urgency);
        }
        for link in load.links.values_mut() {
            link.finish();
        }
        load
    }

    fn add(&mut self, graph: &CopyGraph, copy: usize, urgency: u32) {
        let known = self.of.entry(graph.target.clone()).or_default();
        known.0 = known.0.max(urgency);
        known.1.push(copy);
        match reading(graph, copy, self.scope) {
            Ok(reading) => {
                for (name, time, bytes) in busy(&reading) {
                    self.link(name).add(urgency, (time, bytes), &reading.basis);
                }
            }
            Err(_) => self.unknown(&graph.target, (graph, copy)),
        }
    }

    /// Returns a load that restores enter and leave, one by one, for comparing designs: it knows times, and not what they
    /// rest on.
    ///
    /// Whoever asks it how long a restore takes left before, so that all that is here is of others, whatever the graph
    /// is called.
    pub(crate) fn crowd(scope: Scope) -> Self {
        Self {
            scope,
            is_of_others: true,
            ..Self::alone()
        }
    }

    /// Adds the restore of a target from a copy. `moving` is what it moves, which `graph` need not have the size for.
    pub(crate) fn enter(
        &mut self,
        target: &Address,
        from: (&CopyGraph, usize),
        moving: Option<&Moving>,
    ) {
        match moving {
            Some(moving) => {
                for (name, time) in &moving.over {
                    let link = self.link(name);
                    link.add(0, (*time, 0), &Found::zero());
                    link.finish();
                }
            }
            None => self.unknown(target, from),
        }
    }

    /// Takes out what entered.
    pub(crate) fn leave(&mut self, target: &Address, moving: Option<&Moving>) {
        match moving {
            Some(moving) => {
                for (name, time) in &moving.over {
                    if let Some(link) = self.links.get_mut(name) {
                        link.remove(0, (*time, 0));
                        link.finish();
                    }
                }
            }
            None => {
                for link in self.links.values_mut() {
                    link.unknown.remove(target);
                }
            }
        }
    }

    /// Returns how long all that entered, whoever they are, keep a link busy; none where nobody knows it of one of them
    /// other than `but`.
    pub(super) fn busy(&self, link: &Arc<str>, but: Option<&Address>) -> Option<Nanos> {
        let Some(entry) = self.links.get(link) else {
            return Some(0);
        };
        let mut unknown = entry.unknown.keys();
        let is_known = unknown.all(|who| Some(who) == but);
        is_known.then(|| entry.not_less_urgent(0))
    }

    /// Notes that a target restores over the links of a copy for nobody knows how long.
    fn unknown(&mut self, target: &Address, (graph, copy): (&CopyGraph, usize)) {
        let Err(lack) = reading(graph, copy, self.scope) else {
            return;
        };
        let pieces = walk(graph, copy).filter_map(Result::ok);
        for hop in pieces.flat_map(|(_, piece)| &piece.recovery.hops) {
            let link = self.link(&hop.link);
            link.unknown.entry(target.clone()).or_insert(lack);
        }
    }

    /// Returns the first link that a restore shares, and how many others use it; the target itself is not among them.
    pub(crate) fn shared(&self, graph: &CopyGraph, copy: usize) -> Option<(Arc<str>, usize)> {
        let reading = reading(graph, copy, self.scope).ok()?;
        let links = busy(&reading).into_iter();
        let mut shared = links.filter_map(|(name, ..)| {
            let link = self.links.get(name)?;
            let others = link.count + link.unknown.len();
            (others > 0).then(|| (Arc::clone(name), others))
        });
        shared.next()
    }

    fn link(&mut self, name: &Arc<str>) -> &mut Link {
        self.links.entry(Arc::clone(name)).or_insert_with(Link::new)
    }

    /// Returns how long the others keep a link busy before a restore of `graph` is through, or who of them may do so
    /// for ever; notes on `basis` what that rests on.
    ///
    /// `passes` is how often the restore uses the link; `alone_there` whether it uses no other at the same time.
    pub(super) fn others(
        &self,
        graph: &CopyGraph,
        link: &str,
        (passes, alone_there): (u32, bool),
        basis: &mut Found,
    ) -> Result<Option<Others>, String> {
        let Some(entry) = self.links.get(link) else {
            return Ok(None);
        };
        let mut unknown = entry.unknown.iter();
        let unknown = unknown.find(|(who, _)| self.is_of_others || **who != graph.target);
        if let Some((who, lack)) = unknown {
            return Err(format!(
                "`{who}` restores over {link} at the same time, and of it {}",
                lack.reason().replacen("its ", "the ", 1)
            ));
        }
        let (urgency, own) = self.own(graph, link);
        let time = match (self.yielding, alone_there) {
            (Yielding::AtOnce, _) => entry.not_less_urgent(urgency),
            (Yielding::WhenDone, true) => {
                entry.not_less_urgent(urgency)
                    + entry.longest_less_urgent(urgency) * u128::from(passes)
            }
            // Held up elsewhere it may meet one after another of the less urgent ones here.
            (Yielding::WhenDone, false) => entry.not_less_urgent(0),
        };
        let time = time.saturating_sub(own);
        if time == 0 {
            return Ok(None);
        }
        entry.noted_on(basis, link);
        Ok(Some(Others {
            time,
            count: entry.count,
            bytes: entry.bytes,
        }))
    }

    /// Returns how urgent a target is, and how long its own restores keep the link busy in these sums.
    fn own(&self, graph: &CopyGraph, link: &str) -> (u32, Nanos) {
        let known = self.of.get(&graph.target);
        let Some((urgency, copies)) = known.filter(|_| !self.is_of_others) else {
            return (0, 0);
        };
        let own = copies
            .iter()
            .filter_map(|copy| reading(graph, *copy, self.scope).ok())
            .flat_map(|reading| busy(&reading))
            .filter(|(name, ..)| &***name == link)
            .map(|(_, time, _)| time)
            .sum();
        (*urgency, own)
    }
}

impl Link {
    const fn new() -> Self {
        Self {
            ranks: BTreeMap::new(),
            count: 0,
            bytes: 0,
            unknown: BTreeMap::new(),
            provenance: Provenance::Hard,
            assuming: BTreeSet::new(),
        }
    }

    fn add(&mut self, urgency: u32, (time, bytes): (Nanos, u128), basis: &Found) {
        let rank = self.ranks.entry(urgency).or_default();
        rank.total += time;
        rank.longest = rank.longest.max(time);
        self.bytes += bytes;
        self.count += 1;
        if basis.provenance > self.provenance {
            self.provenance = basis.provenance.clone();
        }
        for one in &basis.assuming {
            if self.assuming.len() <= NAMED && !self.assuming.contains(one) {
                self.assuming.insert(Arc::clone(one));
            }
        }
    }

    /// Takes a restore out. The longest of its rank stays what it was, which is never too little.
    fn remove(&mut self, urgency: u32, (time, bytes): (Nanos, u128)) {
        if let Some(rank) = self.ranks.get_mut(&urgency) {
            rank.total = rank.total.saturating_sub(time);
        }
        self.bytes = self.bytes.saturating_sub(bytes);
        self.count = self.count.saturating_sub(1);
    }

    fn finish(&mut self) {
        let mut longest = 0;
        for rank in self.ranks.values_mut() {
            rank.longest_less_urgent = longest;
            longest = longest.max(rank.longest);
        }
        let mut total = 0;
        for rank in self.ranks.values_mut().rev() {
            total += rank.total;
            rank.with_more_urgent = total;
        }
    }

    /// Returns how long all that are as urgent or more keep it busy.
    fn not_less_urgent(&self, urgency: u32) -> Nanos {
        let rank = self.ranks.range(urgency..).next();
        rank.map_or(0, |(_, rank)| rank.with_more_urgent)
    }

    fn longest_less_urgent(&self, urgency: u32) -> Nanos {
        let rank = self.ranks.range(..urgency).next_back();
        rank.map_or(0, |(_, rank)| rank.longest.max(rank.longest_less_urgent))
    }

    fn noted_on(&self, basis: &mut Found, link: &str) {
        if self.assuming.len() > NAMED {
            let count = self.count;
            let one: Arc<str> =
                format!("the sizes and the rates of all {count} that restore over {link} at once")
                    .into();
            basis.rests_on(&self.provenance, &one);
            return;
        }
        for one in &self.assuming {
            basis.rests_on(&self.provenance, one);
        }
        if self.assuming.is_empty() && self.provenance > basis.provenance {
            basis.provenance = self.provenance.clone();
        }
    }
}
