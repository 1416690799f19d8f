//! Graphs to speak of.

use std::sync::Arc;

use lifeboat_model::{
    Address, Bound, ByteSize, Domain, Mechanism, Need, NeedKind, Provenance, Rate, Retention,
    Scope, Span, Step,
};

use crate::exposure::found::Found;
use crate::exposure::graph::{Capture, Copy, CopyGraph, Holds, Hop, Input, Lag, Logical, Recovery};
use crate::exposure::recovery::{Load, copy_recovery};
use crate::exposure::trace::{Silent, Tree};

pub(super) const MIB: u64 = 1 << 20;
pub(super) const GIB: u64 = 1 << 30;

pub(super) fn at(text: &str) -> Address {
    text.parse().unwrap()
}

pub(super) fn span(text: &str) -> Span {
    text.parse().unwrap()
}

/// Declared, by the assumptions block.
pub(super) fn declared<T>(value: T) -> Input<T> {
    Input {
        value,
        provenance: Provenance::Declared,
        source: "the assumptions block".into(),
    }
}

/// A step that the mechanism does not have.
pub(super) fn none<T>(value: T) -> Input<T> {
    Input {
        value,
        provenance: Provenance::Hard,
        source: "there is no such step".into(),
    }
}

pub(super) fn domain(scope: Scope, id: &str) -> Domain {
    Domain {
        scope,
        id: id.to_owned(),
        evidence: format!("both in {id}"),
    }
}

pub(super) fn control_plane(what: &str, domains: Vec<Domain>) -> Need {
    Need {
        kind: NeedKind::ControlPlane,
        what: what.to_owned(),
        domains,
    }
}

pub(super) fn hop(link: &str, rate: u64) -> Hop {
    Hop {
        link: link.into(),
        rate: Some(declared(Rate(rate))),
        delay: None,
    }
}

/// No step takes any time, and nothing travels.
pub(super) fn at_once() -> Recovery {
    let nothing = || Some(none(Span::ZERO));
    Recovery {
        refuted: None,
        whole: None,
        provision: nothing(),
        unarchive: nothing(),
        hops: Vec::new(),
        pipelined: false,
        replay_since: None,
        replay_rate: None,
        promote: nothing(),
        repoint: Some(none(Bound::Finite(Span::ZERO))),
        warm: nothing(),
        verify: nothing(),
    }
}

pub(super) fn over(hops: Vec<Hop>) -> Recovery {
    Recovery { hops, ..at_once() }
}

pub(super) fn copy(
    address: &str,
    mechanism: Mechanism,
    capture: Capture,
    recovery: Recovery,
) -> Copy {
    Copy {
        address: at(address),
        mechanism,
        source: None,
        capture,
        hold: none(Span::ZERO),
        prop: none(Span::ZERO),
        aligned: false,
        tolerated_failures: 0,
        unnoticed: None,
        logical: Logical::Isolated,
        retention: Arc::new(Retention::default()),
        lock: None,
        domains: Arc::new([]),
        needs: Arc::new([]),
        chain: None,
        holds: Holds::Steady,
        recovery,
    }
}

pub(super) fn every(text: &str) -> Capture {
    Capture::Scheduled {
        shortest: span(text),
        longest: Input {
            source: "its schedule".into(),
            ..declared(span(text))
        },
    }
}

pub(super) fn log(flush: &str, window: &str) -> Capture {
    Capture::Log {
        flush: declared(span(flush)),
        bandwidth: None,
        burst: None,
        queue_limit: None,
        window: Some(span(window)),
    }
}

/// A nightly snapshot.
pub(super) fn snapshot(recovery: Recovery) -> Copy {
    copy(
        "protection.snapshot.nightly",
        Mechanism::Snapshot,
        every("24h"),
        recovery,
    )
}

/// A replica.
pub(super) fn replica(recovery: Recovery) -> Copy {
    let capture = Capture::Replica(Lag::Time(declared(span("1m"))));
    copy(
        "protection.replica.standby",
        Mechanism::Replica,
        capture,
        recovery,
    )
}

/// A target of 40 GiB that writes 1 MiB/s, found out about in 5 min and decided on in 10.
pub(super) fn graph(copies: Vec<Copy>) -> CopyGraph {
    CopyGraph {
        target: at("target.postgres_database.orders"),
        domains: Arc::new([
            domain(Scope::Instance, "host a"),
            domain(Scope::Zone, "zone 1"),
            domain(Scope::Region, "frankfurt"),
            domain(Scope::Account, "account 7"),
        ]),
        size: Some(declared(ByteSize(40 * GIB))),
        write_rate: Some(declared(Rate(MIB))),
        detect: declared(span("5m")),
        decide: declared(span("10m")),
        copies,
    }
}

/// The same for another target.
pub(super) fn named(name: &str, size: u64, copies: Vec<Copy>) -> CopyGraph {
    CopyGraph {
        target: at(&format!("target.postgres_database.{name}")),
        size: Some(declared(ByteSize(size))),
        ..graph(copies)
    }
}

pub(super) fn alone(graph: &CopyGraph, copy: usize, scope: Scope) -> Found {
    copy_recovery(graph, copy, scope, &Load::alone(), &mut Silent)
}

/// Returns the derivation, one step a line, and checks that it comes to the same as the silent one.
pub(super) fn derivation(graph: &CopyGraph, copy: usize, scope: Scope, load: &Load) -> String {
    let mut tree = Tree::default();
    let told = copy_recovery(graph, copy, scope, load, &mut tree);
    assert_eq!(told, copy_recovery(graph, copy, scope, load, &mut Silent));
    lines(&tree.steps())
}

pub(super) fn lines(steps: &[Step]) -> String {
    fn walk(steps: &[Step], depth: usize, lines: &mut Vec<String>) {
        for step in steps {
            let provenance = step.provenance.as_ref();
            let provenance = provenance.map_or(String::new(), |it| format!(" ({it})"));
            lines.push(format!("{}{}{provenance}", "  ".repeat(depth), step.says));
            walk(&step.below, depth + 1, lines);
        }
    }
    let mut all = Vec::new();
    walk(steps, 0, &mut all);
    all.join("\n")
}
