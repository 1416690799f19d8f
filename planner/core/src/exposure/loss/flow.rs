//! How old the newest usable point of a copy can be (model §3), and how far apart its points are.

use jiff::Timestamp;
use lifeboat_model::{Bound, Provenance, Span};

use super::apart::{Apart, Due, apart, rests_on_reruns};
use super::held;
use super::telling::{AS_SEEN, Sourced, Sum, concluded, remark, tell};
use crate::exposure::found::Found;
use crate::exposure::graph::{Capture, Copy, CopyGraph, Holds, Input, Logical};
use crate::exposure::trace::Trace;

/// What comes out of one copy, whatever the phases of all schedules.
///
/// The *time* of a point is the instant of the data that it brings back. Hold and run time are upper bounds only: a
/// point may come at once, so nothing here relies on a point being late (`lagmin` of the model is taken as zero).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flow {
    /// The worst age of the newest usable point: `L`.
    pub(super) age: Span,
    /// The same as a bound, with what it rests on.
    pub(super) found: Found,
    /// The worst age of a point when it becomes usable: `E`, which is `L` without the wait for the next one.
    pub(super) arrival: Span,
    /// The longest time between the times of two points that follow each other.
    pub(super) spacing: Span,
    /// The time between any two runs, where all gaps of the schedule are equal and nothing moves a run.
    pub(super) even: Option<Span>,
    /// The shortest time between two runs by the schedule.
    pub(super) shortest: Span,
    /// The longest time between two runs by the schedule.
    pub(super) longest: Span,
    /// By how much less than so many shortest gaps several runs can span.
    pub(super) shift: Span,
    /// The shortest time between the times of two points that differ.
    pub(super) distinct: Span,
    /// Whether it is points that come out, not a log or a live copy.
    pub(super) discrete: bool,
}

/// Returns the worst age of the newest usable point; with `as_of`, at least the age that is seen.
pub(super) fn age<T: Trace>(
    graph: &CopyGraph,
    index: usize,
    as_of: Option<Timestamp>,
    trace: &mut T,
) -> Found {
    flow(graph, index, as_of, trace).map_or_else(|unbounded| unbounded, |flow| flow.found)
}

/// Returns the flow out of a copy, or the unbounded age and why.
pub(super) fn flow<T: Trace>(
    graph: &CopyGraph,
    index: usize,
    as_of: Option<Timestamp>,
    trace: &mut T,
) -> Result<Flow, Found> {
    flow_of(graph, index, as_of, graph.copies.len(), trace)
}

/// Follows at most `left` copies that need each other.
pub(super) fn flow_of<T: Trace>(
    graph: &CopyGraph,
    index: usize,
    as_of: Option<Timestamp>,
    left: usize,
    trace: &mut T,
) -> Result<Flow, Found> {
    let Some(copy) = graph.copies.get(index) else {
        return Err(Found::unbounded("there is no such copy"));
    };
    trace.open();
    let mut terms = [("", Span::ZERO); 7];
    let result = captured(graph, index, copy, as_of, left, &mut terms, trace)
        .map(|flow| delayed(copy, flow, &mut terms, trace))
        .map(|flow| seen(copy, flow, as_of, trace))
        .and_then(|flow| held::based(graph, index, copy, flow, as_of, left, trace));
    trace.close(|| {
        let address = &copy.address;
        match &result {
            Ok(flow) => {
                let sum: Span = terms.iter().fold(Span::ZERO, |sum, (_, span)| sum + *span);
                let says = if sum == flow.age {
                    format!("`{address}`: age {} = {}", flow.age, Sum(&terms))
                } else {
                    format!("`{address}`: age {}, as seen", flow.age)
                };
                concluded(says, &flow.found)
            }
            Err(found) => concluded(
                format!("`{address}`: no bound on its age: {}", found.reason),
                found,
            ),
        }
    });
    result
}

/// The terms of the sum that the age is, for the derivation.
pub(super) type Terms<'a> = [(&'a str, Span); 7];

fn captured<T: Trace>(
    graph: &CopyGraph,
    index: usize,
    copy: &Copy,
    as_of: Option<Timestamp>,
    left: usize,
    terms: &mut Terms<'_>,
    trace: &mut T,
) -> Result<Flow, Found> {
    if let Capture::Never(reason) = &copy.capture {
        return Err(Found::unbounded(reason.clone()));
    }
    let below = match copy.source {
        None => None,
        Some(source) if source < index => Some(flow_of(graph, source, as_of, left, trace)?),
        Some(_) => {
            let address = &copy.address;
            return Err(Found::unbounded(format!(
                "`{address}` copies nothing that stands"
            )));
        }
    };
    match &copy.capture {
        Capture::Never(reason) => Err(Found::unbounded(reason.clone())),
        Capture::Scheduled { shortest, longest } => {
            Ok(scheduled(copy, *shortest, longest, below, terms, trace))
        }
        Capture::Following => match below {
            Some(below) => Ok(following(copy, below, terms, trace)),
            None => {
                let address = &copy.address;
                Err(Found::unbounded(format!(
                    "`{address}` follows nothing that is known"
                )))
            }
        },
        Capture::Log { .. } => super::continuous::log(graph, copy, below, terms, trace),
        Capture::Replica(lag) => super::continuous::replica(graph, copy, lag, below, terms, trace),
    }
}

/// Returns the flow out of a copy that runs on a schedule of its own.
///
/// Independent: `L = acc + hold + prop + L'` with `L'` of its source, and two points are `acc + L'` apart at most,
/// because the source's newest point may be fresh for one run and as old as can be for the next.
///
/// Aligned: a run takes a point that has just arrived, so `L = acc + hold + prop + E'`. Where `acc` is no multiple of
/// the source's interval, and where the source may leave a run out, the run waits for the next arrival.
///
/// A run takes the newest point of its source, or all that it has not taken yet: for what a count keeps, points may be
/// as close as those of the source.
fn scheduled<T: Trace>(
    copy: &Copy,
    shortest: Span,
    longest: &Input<Span>,
    below: Option<Flow>,
    terms: &mut Terms<'_>,
    trace: &mut T,
) -> Flow {
    let (waits, late, source, jitter) = match &below {
        None => (Span::ZERO, Span::ZERO, Span::ZERO, Span::ZERO),
        Some(below) if copy.aligned => (
            waits(below, longest.value),
            below.arrival,
            below.arrival,
            Span::ZERO,
        ),
        Some(below) => (Span::ZERO, Span::ZERO, below.age, below.age),
    };
    let due = Due {
        shortest,
        longest: longest.value,
        waits,
        late,
    };
    let apart = apart(copy, due);
    tell(trace, "every", longest);
    if apart.age != longest.value {
        tell_apart(copy, due, apart, trace);
    }
    let (hold, prop) = told_way(copy, trace);
    let points = below.as_ref().filter(|below| below.discrete);
    let own = shortest - apart.shift - source;
    let (closest, moved, distinct) = points.map_or((shortest, Span::ZERO, own), |below| {
        (shortest.min(below.shortest), below.shift, below.distinct)
    });
    let age = apart.age + hold + prop + source;
    let from = if copy.aligned {
        "on its way to the source"
    } else {
        "age at its source"
    };
    *terms = [
        ("every", apart.age),
        ("hold", hold),
        ("run", prop),
        (from, source),
        ("", Span::ZERO),
        ("", Span::ZERO),
        ("", Span::ZERO),
    ];
    let mut found = below.map_or_else(Found::zero, |below| below.found);
    found.bound = Bound::Finite(age);
    found.rests_on(&longest.provenance, &longest.source);
    rests_on_way(&mut found, copy);
    let is_even = shortest == longest.value
        && apart.runs == shortest
        && apart.shift + waits + jitter == Span::ZERO;
    Flow {
        age,
        found,
        arrival: hold + prop + source,
        spacing: apart.starts + jitter,
        even: is_even.then_some(shortest),
        shortest: closest,
        longest: longest.value,
        shift: apart.shift.max(moved),
        distinct,
        discrete: true,
    }
}

/// Tells why runs that succeed are further apart than the schedule says.
fn tell_apart<T: Trace>(copy: &Copy, due: Due, apart: Apart, trace: &mut T) {
    remark(trace, || {
        let mut says = format!("{} until the next run that succeeds", apart.age);
        if due.waits > Span::ZERO {
            says += &format!("; it waits up to {} for an arrival", due.waits);
        }
        if apart.runs > due.longest + due.waits {
            let prop = copy.prop.value;
            says += &format!(
                "; a run of up to {prop} leaves out those that are due meanwhile: they start up to {} apart",
                apart.runs
            );
        }
        match copy.tolerated_failures {
            0 => {}
            1 => says += "; one may fail",
            many => says += &format!("; {many} in a row may fail"),
        }
        if let Some(unnoticed) = &copy.unnoticed
            && unnoticed.value > Span::ZERO
        {
            let busy = copy.prop.value + due.late;
            says += &format!(
                "; one more that fails is made up for after {}, and the next one up to {busy} later",
                Sourced(unnoticed)
            );
        }
        says
    });
}

/// Returns how much longer than its interval a run that starts with an arrival has to wait for one: not at all where
/// its interval is a multiple of the source's, but for runs that the source may leave out.
fn waits(below: &Flow, interval: Span) -> Span {
    match below.even {
        Some(even)
            if even > Span::ZERO && interval.as_millis().is_multiple_of(even.as_millis()) =>
        {
            below.spacing - even
        }
        _ => below.spacing,
    }
}

/// Returns the flow out of a copy that runs after each run of its source.
///
/// At any instant, every point that was usable at the source `hold + prop` ago is usable here: `L = L' + hold + prop`.
/// `k` failures in a row mean `k` points less, each at most a spacing older.
///
/// Where a run may still be under way when the next point arrives, that point may be left out until one more comes: a
/// run then starts up to `prop + L'` after another. Points arrive up to `E'` late, so that is where `prop` exceeds the
/// shortest interval of the source less `E'`; and where reruns come in between.
fn following<T: Trace>(copy: &Copy, below: Flow, terms: &mut Terms<'_>, trace: &mut T) -> Flow {
    let (hold, prop) = told_way(copy, trace);
    let assumed = copy.prop.provenance == Provenance::Assumed && prop == below.longest;
    let unnoticed = copy.unnoticed.as_ref().map_or(Span::ZERO, |it| it.value);
    let reruns = unnoticed > Span::ZERO && prop > Span::ZERO;
    let free = below.shortest - below.shift - below.arrival;
    let waits = !assumed && (prop > free || reruns);
    let failures = u64::from(copy.tolerated_failures);
    let busy = prop + below.age;
    let (later, spacing) = if waits {
        let later = busy.times(failures + 1) + unnoticed;
        (later, later + busy)
    } else {
        let later = below.spacing.times(failures) + unnoticed;
        let widest = if unnoticed > Span::ZERO {
            below.age.max(below.spacing)
        } else {
            below.spacing
        };
        (later, later + widest)
    };
    let age = below.age + later + hold + prop;
    let why = if waits {
        "wait for the runs before"
    } else {
        "failed runs"
    };
    *terms = [
        ("age at its source", below.age),
        (why, later),
        ("hold", hold),
        ("run", prop),
        ("", Span::ZERO),
        ("", Span::ZERO),
        ("", Span::ZERO),
    ];
    let mut found = below.found;
    found.bound = Bound::Finite(age);
    rests_on_way(&mut found, copy);
    Flow {
        age,
        found,
        arrival: below.arrival + later + hold + prop,
        spacing,
        even: below.even.filter(|_| later == Span::ZERO),
        ..below
    }
}

/// Adds what a live copy stays behind on purpose. Whether it can be brought forward is a matter of its recovery.
fn delayed<T: Trace>(copy: &Copy, mut flow: Flow, terms: &mut Terms<'_>, trace: &mut T) -> Flow {
    let Logical::Follows(delay) = &copy.logical else {
        return flow;
    };
    tell(trace, "behind on purpose by", delay);
    if let Some(term) = terms.last_mut() {
        *term = ("delay", delay.value);
    }
    flow.age = flow.age + delay.value;
    flow.arrival = flow.arrival + delay.value;
    flow.spacing = flow.spacing + delay.value;
    flow.found = flow.found.plus(delay);
    flow
}

/// Tells hold and run time, and returns them.
pub(super) fn told_way<T: Trace>(copy: &Copy, trace: &mut T) -> (Span, Span) {
    tell(trace, "hold", &copy.hold);
    tell(trace, "run", &copy.prop);
    (copy.hold.value, copy.prop.value)
}

/// Notes on a bound that it rests on hold, run time, and on what becomes of failed runs.
pub(super) fn rests_on_way(found: &mut Found, copy: &Copy) {
    found.rests_on(&copy.hold.provenance, &copy.hold.source);
    found.rests_on(&copy.prop.provenance, &copy.prop.source);
    rests_on_reruns(found, copy);
}

/// Takes the age that is seen where that is more than the schedule allows.
fn seen<T: Trace>(copy: &Copy, mut flow: Flow, as_of: Option<Timestamp>, trace: &mut T) -> Flow {
    let (Some(as_of), Holds::Points { newest, .. }) = (as_of, copy.holds) else {
        return flow;
    };
    let age = Span::between(newest, as_of);
    if age > flow.age {
        let allowed = flow.age;
        remark(trace, || {
            format!(
                "its newest point is {} old, more than the {allowed} that its schedule allows (measured)",
                age.rounded()
            )
        });
        flow.arrival = flow.arrival + (age - flow.age);
        flow.age = age;
        flow.found.bound = Bound::Finite(age);
        let measured = Provenance::Measured { when: as_of, n: 1 };
        flow.found.rests_on(&measured, &*AS_SEEN);
    }
    flow
}
