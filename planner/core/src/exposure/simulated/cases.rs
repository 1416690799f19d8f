//! Bounds against what was simulated.

use lifeboat_model::{Bound, Goal, Scope, Span};

use super::copying::Habits;
use super::losing::{Seen, worst};
use super::{History, Minute, attack, instant, span};
use crate::exposure::graph::CopyGraph;
use crate::exposure::loss::copy_loss;
use crate::exposure::trace::Silent;

/// How many failures were tried, how many of them against a finite bound, and how often the bound was reached.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) designs: u64,
    pub(super) histories: u64,
    pub(super) failures: u64,
    pub(super) bounded: u64,
    pub(super) reached: u64,
    problems: Vec<String>,
}

/// So many problems are told.
const TOLD: usize = 6;

impl Tally {
    pub(super) fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// Tells how many cases there were, and that they were enough and all right.
    pub(super) fn tell(&self, what: &str, at_least: u64) {
        let Self {
            designs,
            histories,
            failures,
            bounded,
            reached,
            problems,
        } = self;
        println!(
            "{what}: {failures} cases ({designs} designs, {histories} histories; {bounded} with a finite bound, which \
             {reached} histories reached)"
        );
        let told: Vec<&str> = problems.iter().take(TOLD).map(String::as_str).collect();
        assert!(
            told.is_empty(),
            "{} designs lose more than promised:\n\n{}",
            problems.len(),
            told.join("\n\n")
        );
        assert!(
            *bounded >= at_least,
            "only {bounded} cases had a finite bound"
        );
    }
}

/// Returns what `copy_loss` promises.
pub(super) fn bound(graph: &CopyGraph, copy: usize, scope: Scope, dwell: Minute) -> Bound<Span> {
    let goal = Goal {
        detected_within: Some(span(dwell)),
        ..Goal::default()
    };
    copy_loss(graph, copy, scope, &goal, instant(0), &mut Silent)
        .rpo
        .bound
}

/// Returns the dwell up to which `copy_loss` promises a clean point.
fn tolerated(graph: &CopyGraph, copy: usize, scope: Scope) -> Bound<Span> {
    copy_loss(
        graph,
        copy,
        scope,
        &Goal::default(),
        instant(0),
        &mut Silent,
    )
    .tolerated_dwell
}

/// The promises for one graph, asked for once: many histories are held against them.
#[derive(Clone, Debug)]
pub(super) struct Promised {
    scopes: Vec<(usize, Scope, Minute, Bound<Span>)>,
    tolerated: Vec<(usize, Bound<Span>)>,
}

impl Promised {
    pub(super) fn of(graph: &CopyGraph, dwells: &[Minute], with_account: bool) -> Self {
        let copies = 0..graph.copies.len();
        let mut scopes = Vec::new();
        for copy in copies.clone() {
            let promise = |scope, dwell| (copy, scope, dwell, bound(graph, copy, scope, dwell));
            scopes.push(promise(Scope::Instance, 0));
            for dwell in dwells {
                scopes.push(promise(Scope::Corruption, *dwell));
                if with_account {
                    scopes.push(promise(Scope::Account, *dwell));
                }
            }
        }
        let tolerated = copies.map(|copy| (copy, tolerated(graph, copy, Scope::Corruption)));
        Self {
            scopes,
            tolerated: tolerated.collect(),
        }
    }

    /// Holds them against what happened from `start` on.
    pub(super) fn hold(
        &self,
        graph: &CopyGraph,
        history: &History,
        habits: Habits,
        start: Minute,
        tally: &mut Tally,
    ) -> Result<(), String> {
        tally.histories += 1;
        for (copy, scope, dwell, bound) in &self.scopes {
            let seen = match scope {
                Scope::Account => attacked(graph, history, *copy, habits, (*dwell, start)),
                _ => worst(&history.copies[*copy], *dwell, (start, history.end)),
            };
            tally.failures += seen.failures;
            let Bound::Finite(bound) = *bound else {
                continue;
            };
            tally.bounded += seen.failures;
            if seen.worst.map(span) == Some(bound) {
                tally.reached += 1;
            }
            if seen.worst.is_none_or(|worst| span(worst) > bound) {
                let address = &graph.copies[*copy].address;
                let seen = seen.worst.map(span);
                return Err(format!(
                    "`{address}` in scope {scope} after {}: promised {bound}, seen {seen:?}, with {habits:?}",
                    span(*dwell)
                ));
            }
        }
        for (copy, tolerated) in &self.tolerated {
            let Bound::Finite(dwell) = *tolerated else {
                continue;
            };
            let seen = worst(
                &history.copies[*copy],
                super::minutes(dwell),
                (start, history.end),
            );
            tally.failures += seen.failures;
            tally.bounded += seen.failures;
            let bounded = bound(graph, *copy, Scope::Corruption, super::minutes(dwell));
            if seen.worst.is_none() && (dwell > Span::ZERO || bounded != Bound::Unbounded) {
                let address = &graph.copies[*copy].address;
                return Err(format!(
                    "`{address}` tolerates a dwell of {dwell}, and nothing clean was left, with {habits:?}"
                ));
            }
        }
        Ok(())
    }
}

/// So many instants of discovery are tried of each history.
const DISCOVERIES: usize = 12;

/// Returns the worst of attacks that are discovered just before something happens.
fn attacked(
    graph: &CopyGraph,
    history: &History,
    copy: usize,
    habits: Habits,
    (dwell, start): (Minute, Minute),
) -> Seen {
    let events = history.copies[copy].iter().flat_map(|life| {
        [life.from, life.until]
            .into_iter()
            .flat_map(|at| [at.saturating_sub(1), at.saturating_add(dwell - 1)])
    });
    let mut events: Vec<Minute> = events
        .filter(|at| *at >= start && *at < history.end)
        .collect();
    events.sort_unstable();
    events.dedup();
    let step = events.len().div_ceil(DISCOVERIES).max(1);
    let mut seen = Seen {
        worst: Some(0),
        failures: 0,
    };
    for now in events.into_iter().step_by(step) {
        seen.failures += 1;
        let lost = attack::lost(graph, history, copy, habits, (now - dwell, now));
        seen.worst = seen.worst.zip(lost).map(|(worst, lost)| worst.max(lost));
    }
    seen
}
