//! What runs capture, when it arrives, and what is dropped then.

use std::collections::BTreeSet;

use lifeboat_model::Span;

use super::chance::Chance;
use super::continuous;
use super::running::{Overrun, Run, Runner};
use super::{HOUR, History, Life, Minute, NEVER, instant, minutes};
use crate::exposure::graph::{Capture, Copy, CopyGraph};

/// How a mechanism does what the model leaves to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Habits {
    pub(super) overrun: Overrun,
    /// A copy takes all points that it never had, not only the newest.
    pub(super) copies_all: bool,
    /// Points that are too old go at once, not only after the next run.
    pub(super) expires_at_once: bool,
}

/// So much longer is simulated than looked at: what fails just before the end is made up for after it.
const AFTER: Minute = 2 * 24 * HOUR;

/// Runs all copies of a graph from their phases until the end.
pub(super) fn simulate(
    graph: &CopyGraph,
    phases: &[Minute],
    habits: Habits,
    end: Minute,
    chance: &mut Chance,
) -> History {
    let mut history = History {
        copies: Vec::new(),
        end,
    };
    for (index, copy) in graph.copies.iter().enumerate() {
        let lives = match &copy.capture {
            Capture::Log { .. } => continuous::log(copy, &history, chance),
            Capture::Replica(lag) => continuous::replica(copy, lag, phases[index], end, chance),
            Capture::Scheduled { .. } | Capture::Following => {
                let source = copy.source.map(|source| history.copies[source].as_slice());
                // Starting exactly when a point arrives goes with points that come in order.
                let follows = |it: &Copy| it.aligned || it.capture == Capture::Following;
                let feeds = |it: &Copy| follows(it) && it.source == Some(index);
                let in_order = follows(copy) || graph.copies.iter().any(feeds);
                let when = (phases[index], end + AFTER, shortest(graph, index));
                let arrivals = arrivals(copy, source, when, (habits, in_order), chance);
                kept(copy, arrivals, habits)
            }
            Capture::Never(_) => Vec::new(),
        };
        history.copies.push(lives);
    }
    history
}

/// Returns the shortest time between two runs by the schedule that a copy follows in the end.
fn shortest(graph: &CopyGraph, index: usize) -> Minute {
    let copy = &graph.copies[index];
    match (&copy.capture, copy.source) {
        (Capture::Scheduled { shortest, .. }, _) => minutes(*shortest),
        (Capture::Following, Some(source)) => shortest(graph, source),
        _ => 0,
    }
}

/// A point that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Arrival {
    at: Minute,
    time: Minute,
}

/// Returns the points that arrive, by arrival.
fn arrivals(
    copy: &Copy,
    source: Option<&[Life]>,
    (phase, end, shortest): (Minute, Minute, Minute),
    (habits, in_order): (Habits, bool),
    chance: &mut Chance,
) -> Vec<Arrival> {
    let overrun = match copy.capture {
        Capture::Following if minutes(copy.prop.value) <= shortest => Overrun::Queue,
        _ if copy.aligned => Overrun::Queue,
        _ => habits.overrun,
    };
    let mut runner = Runner::new(copy, overrun);
    let mut taking = Taking {
        had: BTreeSet::new(),
        arrivals: Vec::new(),
        copies_all: habits.copies_all,
    };
    let hold = minutes(copy.hold.value);
    let mut run = |due: Minute, point: Option<&Life>, chance: &mut Chance, taking: &mut Taking| {
        for run in runner.due(due, chance) {
            let hold = chance.up_to(hold);
            // One run for all that wait takes the newest; in a queue each takes the point that it is for.
            let in_turn = |point: &&Life| overrun == Overrun::Queue || point.from == run.start;
            taking.run(run, hold, source, point.filter(in_turn));
        }
    };
    match (&copy.capture, source) {
        (Capture::Scheduled { longest, .. }, Some(source)) if copy.aligned => {
            // A run that would still be under way is left out by the mechanism; points come in order.
            let every = minutes(longest.value);
            let every = every
                * (minutes(copy.prop.value) + every - 1)
                    .div_euclid(every)
                    .max(1);
            let mut last = Minute::MIN / 2;
            for point in by_arrival(source) {
                if point.newest >= last + every && point.from >= phase {
                    last = point.newest;
                    run(point.from, Some(&point), chance, &mut taking);
                }
            }
        }
        (Capture::Scheduled { shortest, longest }, _) => {
            let shortest = minutes(*shortest);
            let more = minutes(longest.value) - shortest;
            let mut due = phase;
            while due < end {
                run(due, None, chance, &mut taking);
                due += shortest + chance.up_to(more);
            }
        }
        (Capture::Following, Some(source)) => {
            for point in by_arrival(source) {
                run(point.from, Some(&point), chance, &mut taking);
            }
        }
        _ => {}
    }
    let mut arrivals = taking.arrivals;
    if in_order {
        // What was sent first arrives first.
        let mut last = Minute::MIN;
        for arrival in &mut arrivals {
            last = last.max(arrival.at);
            arrival.at = last;
        }
    }
    arrivals.sort_unstable();
    arrivals
}

fn by_arrival(source: &[Life]) -> Vec<Life> {
    let mut points = source.to_vec();
    points.sort_unstable_by_key(|point| (point.from, point.newest));
    points
}

/// What runs take from their source.
#[derive(Debug)]
struct Taking {
    had: BTreeSet<Minute>,
    arrivals: Vec<Arrival>,
    copies_all: bool,
}

impl Taking {
    fn run(&mut self, run: Run, hold: Minute, source: Option<&[Life]>, point: Option<&Life>) {
        let at = run.start + hold + run.takes;
        let Some(source) = source else {
            let time = run.start;
            self.arrivals.push(Arrival { at, time });
            return;
        };
        let there = source.iter().filter(|life| life.is_at(run.start));
        let mut there: Vec<Minute> = there.map(|life| life.newest).collect();
        there.sort_unstable_by_key(|time| std::cmp::Reverse(*time));
        match point {
            // It is copied as it arrives, so that nothing can delete it before.
            Some(point) if point.from <= run.start => there = vec![point.newest],
            None if self.copies_all => {}
            _ => there.truncate(1),
        }
        for time in there {
            if self.had.insert(time) {
                self.arrivals.push(Arrival { at, time });
            }
        }
    }
}

/// Runs the retention after each arrival, and returns how long each point was there.
fn kept(copy: &Copy, arrivals: Vec<Arrival>, habits: Habits) -> Vec<Life> {
    let mut lives: Vec<Life> = Vec::new();
    let mut held: Vec<usize> = Vec::new();
    let limit = copy
        .retention
        .delete_after
        .filter(|_| habits.expires_at_once);
    let mut expiries = BTreeSet::new();
    for (i, arrival) in arrivals.iter().enumerate() {
        while let Some(expiry) = expiries.first().copied().filter(|it| *it < arrival.at) {
            expiries.remove(&expiry);
            // Older than the limit just after this minute.
            prune(copy, &mut lives, &mut held, expiry, Span::from_millis(1));
        }
        held.push(lives.len());
        lives.push(Life {
            oldest: arrival.time,
            newest: arrival.time,
            from: arrival.at,
            until: NEVER,
        });
        if let Some(limit) = limit {
            expiries.insert((arrival.time + minutes(limit)).max(arrival.at));
        }
        let next = arrivals.get(i + 1);
        if next.is_none_or(|next| next.at > arrival.at) {
            prune(copy, &mut lives, &mut held, arrival.at, Span::ZERO);
        }
    }
    lives
}

/// Runs the retention, so much after this minute.
fn prune(copy: &Copy, lives: &mut [Life], held: &mut Vec<usize>, now: Minute, after: Span) {
    let points: Vec<_> = held.iter().map(|it| instant(lives[*it].newest)).collect();
    let fates = copy.retention.fates(&points, after.after(instant(now)));
    let lock = copy
        .lock
        .as_ref()
        .map_or(0, |lock| minutes(lock.lasts.value));
    let mut fates = fates.into_iter();
    held.retain(|it| {
        let life = &mut lives[*it];
        let stays = fates.next().unwrap().is_kept() || now - life.newest < lock;
        if !stays {
            life.until = now;
        }
        stays
    });
}
