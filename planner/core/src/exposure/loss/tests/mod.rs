//! Sessions with the loss of one copy: a graph is set up, and what comes out is shown whole.

mod account;
mod corruption;
mod freshness;
mod monotone;
mod reconstruction;
mod survival;
mod unnamed;

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{
    Bound, Domain, Goal, Keep, Mechanism, Need, NeedKind, Provenance, Retention, Scope, Span, Step,
};

use super::super::graph::{Capture, Copy, CopyGraph, Holds, Input, Lag, Logical, Recovery};
use super::super::trace::Tree;
use super::{CopyLoss, copy_loss};

/// The instant of every session.
pub(super) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(super) fn span(text: &str) -> Span {
    text.parse().unwrap()
}

pub(super) fn declared<T>(value: T, source: &str) -> Input<T> {
    Input {
        value,
        provenance: Provenance::Declared,
        source: source.into(),
    }
}

pub(super) fn none() -> Input<Span> {
    Input {
        value: Span::ZERO,
        provenance: Provenance::Hard,
        source: "the mechanism has no such step".into(),
    }
}

pub(super) fn domains(all: &[(Scope, &str)]) -> Arc<[Domain]> {
    all.iter()
        .map(|(scope, id)| Domain {
            scope: *scope,
            id: (*id).to_owned(),
            evidence: format!("both on {id}"),
        })
        .collect()
}

/// A target on one machine of one zone of one region, in one account.
pub(super) fn target(copies: Vec<Copy>) -> CopyGraph {
    CopyGraph {
        target: "target.local_directory.docs".parse().unwrap(),
        domains: domains(&[
            (Scope::Instance, "machine 1"),
            (Scope::Zone, "zone a"),
            (Scope::Region, "region 1"),
            (Scope::Account, "account 1"),
        ]),
        size: None,
        write_rate: None,
        detect: none(),
        decide: none(),
        copies,
    }
}

/// A copy far away in every sense, whose failed runs never matter, that has run for long enough.
pub(super) fn copy(mechanism: Mechanism, name: &str, capture: Capture) -> Copy {
    Copy {
        address: format!("target.local_directory.docs.{mechanism}[\"{name}\"]")
            .parse()
            .unwrap(),
        mechanism,
        source: None,
        capture,
        hold: none(),
        prop: none(),
        aligned: false,
        tolerated_failures: 0,
        unnoticed: Some(none()),
        logical: Logical::Isolated,
        retention: Arc::default(),
        lock: None,
        domains: domains(&[
            (Scope::Instance, "machine 9"),
            (Scope::Zone, "zone z"),
            (Scope::Region, "region 9"),
            (Scope::Account, "account 9"),
        ]),
        needs: Arc::new([]),
        chain: None,
        holds: Holds::Steady,
        recovery: Recovery {
            whole: None,
            refuted: None,
            provision: None,
            unarchive: None,
            hops: Vec::new(),
            pipelined: false,
            replay_since: None,
            replay_rate: None,
            promote: None,
            repoint: None,
            warm: None,
            verify: None,
        },
    }
}

pub(super) fn every(gap: &str) -> Capture {
    Capture::Scheduled {
        shortest: span(gap),
        longest: declared(span(gap), "its schedule"),
    }
}

/// Snapshots every so often, each of which takes so long.
pub(super) fn snapshot(name: &str, gap: &str, run: &str) -> Copy {
    Copy {
        prop: declared(span(run), "its `run_time`"),
        ..copy(Mechanism::Snapshot, name, every(gap))
    }
}

/// A copy of what came before, on a schedule of its own.
pub(super) fn copied(name: &str, gap: &str, run: &str, source: usize) -> Copy {
    Copy {
        source: Some(source),
        prop: declared(span(run), "its `run_time`"),
        ..copy(Mechanism::Copy, name, every(gap))
    }
}

/// A copy that runs after each run of its source.
pub(super) fn following(name: &str, run: &str, source: usize) -> Copy {
    Copy {
        capture: Capture::Following,
        ..copied(name, "1h", run, source)
    }
}

pub(super) fn log(name: &str, flush: &str, window: Option<&str>, chain: Option<usize>) -> Copy {
    let capture = Capture::Log {
        flush: declared(span(flush), "its `flush_every`"),
        bandwidth: None,
        burst: None,
        queue_limit: None,
        window: window.map(span),
    };
    Copy {
        chain,
        ..copy(Mechanism::Log, name, capture)
    }
}

pub(super) fn replica(name: &str, lag: Lag, delay: &str) -> Copy {
    Copy {
        logical: Logical::Follows(declared(span(delay), "its `delay`")),
        ..copy(Mechanism::Replica, name, Capture::Replica(lag))
    }
}

/// Keeps the newest so many.
pub(super) fn last(count: u32) -> Arc<Retention> {
    keep(Keep {
        last: Some(count),
        ..Keep::default()
    })
}

pub(super) fn within(time: &str) -> Arc<Retention> {
    keep(Keep {
        within: Some(span(time)),
        ..Keep::default()
    })
}

pub(super) fn keep(keep: Keep) -> Arc<Retention> {
    Arc::new(Retention {
        keep,
        ..Retention::default()
    })
}

pub(super) fn need(kind: NeedKind, of: &[(Scope, &str)]) -> Arc<[Need]> {
    Arc::new([Need {
        kind,
        what: "/etc/lifeboat/near".to_owned(),
        domains: domains(of).to_vec(),
    }])
}

pub(super) fn found_within(dwell: &str) -> Goal {
    Goal {
        detected_within: Some(span(dwell)),
        ..Goal::default()
    }
}

/// Points of which the oldest and the newest are this old.
pub(super) fn points(oldest: &str, newest: &str) -> Holds {
    Holds::Points {
        oldest: span(oldest).before(now()),
        newest: span(newest).before(now()),
    }
}

/// What a copy gives, silently.
pub(super) fn loss(graph: &CopyGraph, copy: usize, scope: Scope, goal: &Goal) -> CopyLoss {
    copy_loss(
        graph,
        copy,
        scope,
        goal,
        now(),
        &mut super::super::trace::Silent,
    )
}

pub(super) fn rpo(graph: &CopyGraph, copy: usize, scope: Scope, goal: &Goal) -> Bound<Span> {
    loss(graph, copy, scope, goal).rpo.bound
}

pub(super) fn finite(text: &str) -> Bound<Span> {
    Bound::Finite(span(text))
}

/// What a copy gives, and its derivation: a line a step, indented, without the target's part of each address.
pub(super) fn explained(graph: &CopyGraph, copy: usize, scope: Scope, goal: &Goal) -> String {
    let mut tree = Tree::default();
    let loss = copy_loss(graph, copy, scope, goal, now(), &mut tree);
    let silent = self::loss(graph, copy, scope, goal);
    assert_eq!(loss, silent, "a derivation changes nothing");
    let mut text = String::new();
    for step in tree.steps() {
        show(&step, 0, &mut text);
    }
    for one in &loss.rpo.assuming {
        text.push_str(&format!("assuming {one}\n"));
    }
    let rollback = loss
        .rollback
        .map_or_else(String::new, |back| format!(", rolled back {back}"));
    text.push_str(&format!(
        "= {} ({}), dwell of {}{rollback}",
        loss.rpo.bound, loss.rpo.provenance, loss.tolerated_dwell
    ));
    text.replace("target.local_directory.docs.", "")
        .replace("target.local_directory.docs", "docs")
}

fn show(step: &Step, depth: usize, text: &mut String) {
    let provenance = step
        .provenance
        .as_ref()
        .map_or_else(String::new, |it| format!(" [{it}]"));
    text.push_str(&format!(
        "{}{}{provenance}\n",
        "  ".repeat(depth),
        step.says
    ));
    for below in &step.below {
        show(below, depth + 1, text);
    }
}
