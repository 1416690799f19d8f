//! Copies that follow the data continuously: logs and replicas.

use lifeboat_model::{Bound, ByteSize, Provenance, Rate, Span};

use super::apart::{Due, apart};
use super::flow::{Flow, Terms, rests_on_way, told_way};
use super::telling::{ARCHIVED, Sourced, remark, tell};
use crate::exposure::found::Found;
use crate::exposure::graph::{Capture, Copy, CopyGraph, Input, Lag};
use crate::exposure::trace::Trace;

/// Returns the flow out of a log archive: a piece is sent at least every `flush`, and waits for the pieces of a burst.
///
/// Log comes as from a token bucket: at most `write rate · t + burst` in any time `t`. Archived in order at a bandwidth
/// above the write rate, no piece waits longer than `burst / bandwidth`, and no more than `write rate · age + burst` is
/// ever queued. The time over which a burst is written is taken as zero.
pub(super) fn log<T: Trace>(
    graph: &CopyGraph,
    copy: &Copy,
    below: Option<Flow>,
    terms: &mut Terms<'_>,
    trace: &mut T,
) -> Result<Flow, Found> {
    let Capture::Log {
        flush,
        bandwidth,
        burst,
        queue_limit,
        ..
    } = &copy.capture
    else {
        return Err(Found::unbounded("it keeps no log"));
    };
    if flush.value == Span::ZERO {
        return Err(Found::unbounded(format!(
            "`{}` sends log only when a piece is full: nothing limits how long that takes",
            copy.address
        )));
    }
    let mut found = below
        .as_ref()
        .map_or_else(Found::zero, |it| it.found.clone());
    found.rests_on(&flush.provenance, &flush.source);
    tell(trace, "sent at least every", flush);
    let (hold, prop) = told_way(copy, trace);
    rests_on_way(&mut found, copy);
    let backlog = backlog(graph, copy, (bandwidth, burst), &mut found, trace)?;
    let apart = apart(
        copy,
        Due {
            shortest: flush.value,
            longest: flush.value,
            waits: Span::ZERO,
            late: Span::ZERO,
        },
    );
    let own = apart.age + hold + prop + backlog;
    if let Some(limit) = queue_limit {
        fits(graph, copy, limit, (bandwidth, burst), own, &mut found)?;
    }
    let (source, jitter) = below
        .as_ref()
        .map_or((Span::ZERO, Span::ZERO), |it| (it.age, it.age));
    *terms = [
        ("sent every", apart.age),
        ("backlog", backlog),
        ("hold", hold),
        ("run", prop),
        ("age at its source", source),
        ("", Span::ZERO),
        ("", Span::ZERO),
    ];
    let age = own + source;
    found.bound = Bound::Finite(age);
    Ok(Flow {
        age,
        found,
        arrival: age,
        spacing: apart.starts + jitter,
        even: None,
        shortest: Span::ZERO,
        longest: flush.value,
        shift: Span::ZERO,
        distinct: Span::ZERO,
        discrete: false,
    })
}

/// A bandwidth and a burst, where they are known.
type Burst<'a> = (&'a Option<Input<Rate>>, &'a Option<Input<ByteSize>>);

/// Returns how long log waits for a burst to be archived.
fn backlog<T: Trace>(
    graph: &CopyGraph,
    copy: &Copy,
    (bandwidth, burst): Burst<'_>,
    found: &mut Found,
    trace: &mut T,
) -> Result<Span, Found> {
    let address = &copy.address;
    if let (Some(bandwidth), Some(rate)) = (bandwidth, &graph.write_rate) {
        if bandwidth.value <= rate.value {
            return Err(Found::unbounded(format!(
                "the log of `{address}` is written at {}, and archived at no more than {}",
                rate.value, bandwidth.value
            )));
        }
        found.rests_on(&bandwidth.provenance, &bandwidth.source);
        found.rests_on(&rate.provenance, &rate.source);
        remark(trace, || {
            format!(
                "archived at {}, written at {}",
                Sourced(bandwidth),
                Sourced(rate)
            )
        });
    }
    if bandwidth.is_none() || burst.is_none() || graph.write_rate.is_none() {
        found.rests_on(&Provenance::Assumed, &*ARCHIVED);
        remark(trace, || format!("assuming that {}", &**ARCHIVED));
    }
    let (Some(bandwidth), Some(burst)) = (bandwidth, burst) else {
        return Ok(Span::ZERO);
    };
    found.rests_on(&bandwidth.provenance, &bandwidth.source);
    found.rests_on(&burst.provenance, &burst.source);
    let Some(backlog) = time_for(burst.value, bandwidth.value) else {
        return Err(Found::unbounded(format!(
            "the log of `{address}` is not archived at all: its bandwidth is zero"
        )));
    };
    remark(trace, || {
        format!(
            "backlog {backlog} = burst {} / {}; burst by {}",
            burst.value, bandwidth.value, burst.source
        )
    });
    Ok(backlog)
}

/// Checks that all log that can wait fits into the queue beyond which log is dropped.
fn fits(
    graph: &CopyGraph,
    copy: &Copy,
    limit: &Input<ByteSize>,
    (bandwidth, burst): Burst<'_>,
    own: Span,
    found: &mut Found,
) -> Result<(), Found> {
    let (address, size) = (&copy.address, limit.value);
    let (Some(_), Some(burst), Some(rate)) = (bandwidth, burst, &graph.write_rate) else {
        return Err(Found::unbounded(format!(
            "`{address}` drops log beyond a queue of {size}, and it is not known that what is written fits"
        )));
    };
    let written = u128::from(rate.value.0) * u128::from(own.as_millis()) / 1_000 + 1;
    let queued = written + u128::from(burst.value.0);
    if queued > u128::from(size.0) {
        let queued = ByteSize(u64::try_from(queued).unwrap_or(u64::MAX));
        return Err(Found::unbounded(format!(
            "`{address}` drops log beyond a queue of {size}, and {queued} may wait in it"
        )));
    }
    found.rests_on(&limit.provenance, &limit.source);
    Ok(())
}

/// Returns how long so much takes at this rate, rounded up; none at a rate of zero.
fn time_for(size: ByteSize, rate: Rate) -> Option<Span> {
    if rate.0 == 0 {
        return (size.0 == 0).then_some(Span::ZERO);
    }
    let millis = (u128::from(size.0) * 1_000).div_ceil(u128::from(rate.0));
    Some(Span::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)))
}

/// Returns the flow out of a replica, but for what it stays behind on purpose.
///
/// So many bytes behind is a time only as long as the data change at least at the write rate, which is assumed.
pub(super) fn replica<T: Trace>(
    graph: &CopyGraph,
    copy: &Copy,
    lag: &Lag,
    below: Option<Flow>,
    terms: &mut Terms<'_>,
    trace: &mut T,
) -> Result<Flow, Found> {
    let address = &copy.address;
    let mut found = below
        .as_ref()
        .map_or_else(Found::zero, |it| it.found.clone());
    let behind = match lag {
        Lag::Synchronous => {
            remark(trace, || {
                "a write is there before it is acknowledged, after one failure inside the quorum"
                    .to_owned()
            });
            Span::ZERO
        }
        Lag::Time(lag) => {
            found.rests_on(&lag.provenance, &lag.source);
            tell(trace, "lag", lag);
            lag.value
        }
        Lag::Bytes(bytes) => in_time(graph, copy, bytes, &mut found, trace)?,
        Lag::Unknown => {
            return Err(Found::unbounded(format!(
                "nobody knows how far `{address}` is behind"
            )));
        }
    };
    let (hold, prop) = told_way(copy, trace);
    found.rests_on(&copy.hold.provenance, &copy.hold.source);
    found.rests_on(&copy.prop.provenance, &copy.prop.source);
    let source = below.as_ref().map_or(Span::ZERO, |it| it.age);
    *terms = [
        ("lag", behind),
        ("hold", hold),
        ("run", prop),
        ("age at its source", source),
        ("", Span::ZERO),
        ("", Span::ZERO),
        ("", Span::ZERO),
    ];
    let age = behind + hold + prop + source;
    found.bound = Bound::Finite(age);
    Ok(Flow {
        age,
        found,
        arrival: age,
        spacing: age,
        even: None,
        shortest: Span::ZERO,
        longest: Span::ZERO,
        shift: Span::ZERO,
        distinct: Span::ZERO,
        discrete: false,
    })
}

fn in_time<T: Trace>(
    graph: &CopyGraph,
    copy: &Copy,
    bytes: &Input<ByteSize>,
    found: &mut Found,
    trace: &mut T,
) -> Result<Span, Found> {
    let (address, size) = (&copy.address, bytes.value);
    if size == ByteSize(0) {
        found.rests_on(&bytes.provenance, &bytes.source);
        return Ok(Span::ZERO);
    }
    let Some(rate) = &graph.write_rate else {
        return Err(Found::unbounded(format!(
            "`{address}` is up to {size} behind, and nobody knows how long those take to be written"
        )));
    };
    let Some(lag) = time_for(size, rate.value) else {
        return Err(Found::unbounded(format!(
            "`{address}` is up to {size} behind, and at a write rate of zero that may be any time"
        )));
    };
    found.rests_on(&bytes.provenance, &bytes.source);
    found.rests_on(&rate.provenance, &rate.source);
    let target = &graph.target;
    let never_slower = || format!("`{target}` is never written slower than at {}", rate.value);
    found.inherit(Provenance::Assumed, vec![never_slower().into()]);
    remark(trace, || {
        format!(
            "lag {lag} = {size} / {}, by {} and {}, assuming that {}",
            rate.value,
            bytes.source,
            rate.source,
            never_slower()
        )
    });
    Ok(lag)
}
