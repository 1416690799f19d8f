//! All small designs: each phase on the hour, each failure instant.

use std::sync::Arc;

use lifeboat_model::{Bound, Keep, Retention, Scope, Span};

use super::cases::{Promised, Tally, bound};
use super::chance::Chance;
use super::copying::{Habits, simulate};
use super::design::{copying, declared, domain, every, graph};
use super::losing::worst;
use super::running::Overrun;
use super::{HOUR, Minute, span};
use crate::exposure::graph::{Copy, CopyGraph, LiftedBy, Lock};

/// Hours between runs.
const EVERY: [Minute; 4] = [2, 3, 4, 6];
/// Hours of hold and of run.
const WAYS: [(Minute, Minute); 4] = [(0, 0), (0, 2), (3, 1), (1, 5)];

/// What the mechanism leaves open: both ways to do each.
const HABITS: [Habits; 2] = [
    Habits {
        overrun: Overrun::Skip,
        copies_all: false,
        expires_at_once: false,
    },
    Habits {
        overrun: Overrun::Wait,
        copies_all: true,
        expires_at_once: true,
    },
];

/// Every run as long as it may be, none of any length, and two ways to alternate.
const PATTERNS: [(u32, u32); 4] = [(1, 1), (0, 1), (0b001, 3), (0b110_100, 6)];

fn policies() -> [Retention; 4] {
    let keeping = |keep| Retention {
        keep,
        ..Retention::default()
    };
    [
        Retention::default(),
        keeping(Keep {
            last: Some(4),
            ..Keep::default()
        }),
        Retention {
            delete_after: Some(span(15 * HOUR)),
            ..Retention::default()
        },
        keeping(Keep {
            last: Some(2),
            within: Some(span(9 * HOUR)),
            daily: Some(2),
            ..Keep::default()
        }),
    ]
}

fn timing(acc: Minute, way: (Minute, Minute)) -> (Minute, Minute, Minute) {
    (acc * HOUR, way.0 * HOUR, way.1 * HOUR)
}

/// All timings of one level: 4 × 4.
fn timings() -> Vec<(Minute, Minute, Minute)> {
    let all = EVERY
        .iter()
        .flat_map(|acc| WAYS.map(|way| timing(*acc, way)));
    all.collect()
}

/// Four of them, for the third level.
fn few_timings() -> Vec<(Minute, Minute, Minute)> {
    let pairs = EVERY.iter().zip(WAYS);
    pairs.map(|(acc, way)| timing(*acc, way)).collect()
}

fn chain(
    levels: &[(Minute, Minute, Minute)],
    retention: &Arc<Retention>,
    aligned: bool,
) -> CopyGraph {
    let copies = levels.iter().enumerate().map(|(level, timing)| {
        let copy = match level.checked_sub(1) {
            None => every(0, *timing),
            Some(below) => copying(level, below, *timing),
        };
        Copy {
            aligned: aligned && level > 0,
            retention: Arc::clone(retention),
            ..copy
        }
    });
    graph(copies.collect())
}

/// Returns all phases on the hour, for each level; an aligned one has none of its own.
fn phases(levels: &[(Minute, Minute, Minute)], aligned: bool) -> Vec<Vec<Minute>> {
    let mut all = vec![Vec::new()];
    for (level, (acc, ..)) in levels.iter().enumerate() {
        let count = if aligned && level > 0 { 1 } else { acc / HOUR };
        all = all
            .into_iter()
            .flat_map(|phases| {
                (0..count).map(move |phase| [phases.clone(), vec![phase * HOUR]].concat())
            })
            .collect();
    }
    all
}

/// Holds all histories of a design against its bounds.
fn try_all(
    levels: &[(Minute, Minute, Minute)],
    retention: &Arc<Retention>,
    aligned: bool,
    (start, end): (Minute, Minute),
    tally: &mut Tally,
) {
    let graph = chain(levels, retention, aligned);
    let promised = Promised::of(&graph, &[HOUR, 5 * HOUR, 12 * HOUR], false);
    tally.designs += 1;
    for phases in phases(levels, aligned) {
        for (i, (bits, length)) in PATTERNS.into_iter().enumerate() {
            let habits = HABITS[i % 2];
            let mut chance = Chance::pattern(bits, length);
            let history = simulate(&graph, &phases, habits, end, &mut chance);
            let held = promised.hold(&graph, &history, habits, start, tally);
            if let Err(problem) = held {
                tally.problem(format!(
                    "{problem}\nlevels {levels:?} (every, hold, run), aligned {aligned}, phases {phases:?}, pattern \
                     {bits:b}/{length}, {retention:?}"
                ));
                return;
            }
        }
    }
}

#[test]
fn no_loss_of_any_small_design_exceeds_its_bound() {
    let mut tally = Tally::default();
    let unthinned = Arc::new(Retention::default());
    for retention in policies().map(Arc::new) {
        for first in timings() {
            try_all(
                &[first],
                &retention,
                false,
                (60 * HOUR, 96 * HOUR),
                &mut tally,
            );
        }
        for first in few_timings() {
            for second in few_timings() {
                for aligned in [false, true] {
                    let levels = [first, second];
                    try_all(
                        &levels,
                        &retention,
                        aligned,
                        (96 * HOUR, 120 * HOUR),
                        &mut tally,
                    );
                }
            }
        }
    }
    for first in timings() {
        for second in timings() {
            try_all(
                &[first, second],
                &unthinned,
                false,
                (36 * HOUR, 60 * HOUR),
                &mut tally,
            );
        }
    }
    tally.tell("one and two levels, exhaustively", 50_000);
}

#[test]
fn no_loss_of_three_levels_exceeds_its_bound() {
    let mut tally = Tally::default();
    let unthinned = Arc::new(Retention::default());
    for first in few_timings() {
        for second in few_timings() {
            for third in few_timings() {
                for aligned in [false, true] {
                    let levels = [first, second, third];
                    try_all(
                        &levels,
                        &unthinned,
                        aligned,
                        (48 * HOUR, 60 * HOUR),
                        &mut tally,
                    );
                }
            }
        }
    }
    tally.tell("three levels, exhaustively", 50_000);
}

/// Somebody with the target's credentials: locks of four lengths, lifted by nobody or by them, in their reach or not.
#[test]
fn no_attack_on_any_small_design_takes_more_than_its_bound() {
    let mut tally = Tally::default();
    let window = (60 * HOUR, 90 * HOUR);
    for (i, retention) in policies().into_iter().map(Arc::new).enumerate() {
        for first in timings() {
            for lasts in [0, 6, 20, 40] {
                for (theirs, lifted_by) in [
                    (false, LiftedBy::Nobody),
                    (true, LiftedBy::Nobody),
                    (
                        true,
                        LiftedBy::Holders(vec![domain(Scope::Account, "operator")]),
                    ),
                ] {
                    let mut graph = chain(&[first], &retention, false);
                    let copy = &mut graph.copies[0];
                    copy.tolerated_failures = u32::try_from(i % 2).unwrap();
                    let lasts = declared(span(lasts * HOUR));
                    copy.lock = (lasts.value > Span::ZERO).then_some(Lock { lasts, lifted_by });
                    if theirs {
                        let mut domains = copy.domains.to_vec();
                        domains.pop();
                        domains.push(domain(Scope::Account, "operator"));
                        copy.domains = Arc::from(domains);
                    }
                    let promised = Promised::of(&graph, &[HOUR, 5 * HOUR, 12 * HOUR], true);
                    tally.designs += 1;
                    for (bits, length) in PATTERNS {
                        let habits = HABITS[i % 2];
                        let mut chance = Chance::pattern(bits, length);
                        let history = simulate(&graph, &[0], habits, window.1, &mut chance);
                        let held = promised.hold(&graph, &history, habits, window.0, &mut tally);
                        if let Err(problem) = held {
                            tally.problem(format!("{problem}\n{:#?}", graph.copies[0]));
                        }
                    }
                }
            }
        }
    }
    tally.tell("attacks on one level, exhaustively", 20_000);
}

/// Model §8, property 2.
#[test]
fn the_bound_of_an_aligned_design_is_reached() {
    let mut tally = Tally::default();
    let unthinned = Arc::new(Retention::default());
    let slowest = |graph: &CopyGraph, copy: usize, dwell: Minute| {
        let phases = vec![0; graph.copies.len()];
        let history = simulate(
            graph,
            &phases,
            HABITS[0],
            400 * HOUR,
            &mut Chance::pattern(1, 1),
        );
        worst(&history.copies[copy], dwell, (100 * HOUR, 400 * HOUR))
    };
    let mut reach = |levels: &[(Minute, Minute, Minute)]| {
        let graph = chain(levels, &unthinned, true);
        let copy = levels.len() - 1;
        tally.designs += 1;
        for dwell in [0, HOUR, 5 * HOUR, 40 * HOUR] {
            let seen = slowest(&graph, copy, dwell);
            tally.histories += 1;
            tally.failures += seen.failures;
            tally.bounded += seen.failures;
            tally.reached += 1;
            let scope = if dwell == 0 {
                Scope::Instance
            } else {
                Scope::Corruption
            };
            let promised = bound(&graph, copy, scope, dwell);
            let seen = Bound::Finite(span(seen.worst.expect("something is kept")));
            assert_eq!(
                seen, promised,
                "{levels:?} in scope {scope} after {dwell} minutes"
            );
        }
    };
    for first in timings() {
        // A run that is longer than the interval overlaps with the next one, which is then left out.
        reach(&[first]);
    }
    // Levels of which each starts with every so many-th point of the one below.
    for factors in [[2, 1], [2, 3], [3, 2], [1, 4]] {
        for way in WAYS {
            let second = 6 * factors[0];
            reach(&[timing(6, way), timing(second, way)]);
            reach(&[
                timing(6, way),
                timing(second, way),
                timing(second * factors[1], way),
            ]);
        }
    }
    tally.tell("aligned designs reach their bounds", 1_000);
}
