//! Graphs to simulate.

use std::sync::Arc;

use lifeboat_model::{
    Address, Bound, ByteSize, Domain, Mechanism, Provenance, Rate, Retention, Scope, Span,
};

use super::{Minute, span};
use crate::exposure::graph::{Capture, Copy, CopyGraph, Holds, Hop, Input, Lag, Logical, Recovery};

/// Declared by the test.
pub(super) fn declared<T>(value: T) -> Input<T> {
    Input {
        value,
        provenance: Provenance::Declared,
        source: "the test".into(),
    }
}

pub(super) fn domain(scope: Scope, id: &str) -> Domain {
    Domain {
        scope,
        id: id.to_owned(),
        evidence: format!("both in {id}"),
    }
}

fn address(kind: &str, index: usize) -> Address {
    format!("target.files.data/{kind}.n{index}")
        .parse()
        .or_else(|_| format!("target.files.data{index}").parse())
        .expect("it is an address")
}

/// The data, in one account of one region.
pub(super) fn graph(copies: Vec<Copy>) -> CopyGraph {
    CopyGraph {
        target: "target.files.data".parse().expect("it is an address"),
        domains: Arc::from([
            domain(Scope::Instance, "machine"),
            domain(Scope::Zone, "room"),
            domain(Scope::Region, "site"),
            domain(Scope::Account, "operator"),
        ]),
        size: Some(declared(ByteSize(1 << 30))),
        write_rate: Some(declared(Rate(1 << 10))),
        detect: declared(Span::ZERO),
        decide: declared(Span::ZERO),
        copies,
    }
}

/// A copy that captures by itself every so often, elsewhere, out of reach for the target's account.
pub(super) fn every(index: usize, (acc, hold, prop): (Minute, Minute, Minute)) -> Copy {
    Copy {
        address: address("snapshot", index),
        mechanism: Mechanism::Snapshot,
        source: None,
        capture: Capture::Scheduled {
            shortest: span(acc),
            longest: declared(span(acc)),
        },
        hold: declared(span(hold)),
        prop: declared(span(prop)),
        aligned: false,
        tolerated_failures: 0,
        unnoticed: None,
        logical: Logical::Isolated,
        retention: Arc::new(Retention::default()),
        lock: None,
        domains: Arc::from([
            domain(Scope::Instance, &format!("machine {index}")),
            domain(Scope::Zone, &format!("room {index}")),
            domain(Scope::Region, &format!("site {index}")),
            domain(Scope::Account, &format!("operator {index}")),
        ]),
        needs: Arc::from([]),
        chain: None,
        holds: Holds::Steady,
        recovery: at_once(),
    }
}

/// The same fed by another copy.
pub(super) fn copying(index: usize, source: usize, timing: (Minute, Minute, Minute)) -> Copy {
    Copy {
        address: address("copy", index),
        mechanism: Mechanism::Copy,
        source: Some(source),
        ..every(index, timing)
    }
}

/// A replica of the data.
pub(super) fn replica(index: usize, lag: Minute, delay: Minute) -> Copy {
    Copy {
        address: address("replica", index),
        mechanism: Mechanism::Replica,
        capture: Capture::Replica(Lag::Time(declared(span(lag)))),
        logical: Logical::Follows(declared(span(delay))),
        ..every(index, (0, 0, 0))
    }
}

/// A log whose base is another copy.
pub(super) fn log(
    index: usize,
    base: usize,
    (flush, hold, prop): (Minute, Minute, Minute),
    window: Option<Minute>,
) -> Copy {
    Copy {
        address: address("log", index),
        mechanism: Mechanism::Log,
        capture: Capture::Log {
            flush: declared(span(flush)),
            bandwidth: None,
            burst: None,
            queue_limit: None,
            window: window.map(span),
        },
        chain: Some(base),
        ..every(index, (flush, hold, prop))
    }
}

/// Nothing takes any time, and nothing travels.
pub(super) fn at_once() -> Recovery {
    let nothing = || Some(declared(Span::ZERO));
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
        repoint: Some(declared(Bound::Finite(Span::ZERO))),
        warm: nothing(),
        verify: nothing(),
    }
}

pub(super) fn hop(link: &str, rate: u64) -> Hop {
    Hop {
        link: link.into(),
        rate: Some(declared(Rate(rate))),
        delay: None,
    }
}
