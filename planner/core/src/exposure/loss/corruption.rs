//! Loss to a bad write that is found late (model §4): only a point made before it helps.

use jiff::Timestamp;
use lifeboat_model::{Bound, Span};

use super::CopyLoss;
use super::flow::{Flow, flow};
use super::held::{held, history, rests_on_retention};
use super::kept::{Guarantee, at, reach};
use super::telling::{concluded, remark};
use crate::exposure::found::Found;
use crate::exposure::graph::{Capture, Copy, CopyGraph, Logical};
use crate::exposure::trace::{Silent, Trace};

/// The numbers that a loss was made of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Numbers {
    /// Nothing was computed.
    None,
    /// The newest point, whatever its neighbours.
    Newest,
    /// The longer of a spacing and what an age exceeds the dwell by.
    Longer(Span, Span),
    /// What a delayed copy is behind.
    Delayed(Span),
    /// A delayed copy that is rolled forward.
    RolledForward(Span),
}

/// Returns what is lost with a copy when a bad write is found after `dwell`.
///
/// `g = max(spacing(dwell), L − dwell)`, and the data go back `dwell + g`. The decision is taken at the end of the
/// dwell: if the bad write is found earlier, points that are still under way then are waited for until that instant,
/// which loses nothing more. Without a dwell the newest point is clean, and the loss is the freshness.
///
/// A copy that wrong data reach after a delay holds one state only, see [`delayed`].
pub(super) fn loss<T: Trace>(
    graph: &CopyGraph,
    index: usize,
    dwell: Span,
    as_of: Timestamp,
    trace: &mut T,
) -> CopyLoss {
    trace.open();
    let (loss, numbers) = clean(graph, index, dwell, as_of, trace);
    trace.close(|| concluded(sentence(graph, index, dwell, &loss, numbers), &loss.rpo));
    loss
}

fn clean<T: Trace>(
    graph: &CopyGraph,
    index: usize,
    dwell: Span,
    as_of: Timestamp,
    trace: &mut T,
) -> (CopyLoss, Numbers) {
    let flow = flow(graph, index, Some(as_of), trace);
    let (Some(copy), Ok(flow)) = (graph.copies.get(index), &flow) else {
        let found = flow.err();
        let found = found.unwrap_or_else(|| Found::unbounded("there is no such copy"));
        return (unkept(Bound::Finite(Span::ZERO), found), Numbers::None);
    };
    if let Logical::Follows(delay) = &copy.logical {
        return delayed(copy, flow, delay.value, dwell);
    }
    let held = held(graph, index, flow, Some(as_of), graph.copies.len());
    let history = history(graph, index, as_of);
    let tolerated = reach(&held).min(history);
    let address = &copy.address;
    if Bound::Finite(dwell) > history {
        let found = Found::unbounded(too_young(address, history, dwell));
        return (unkept(tolerated, found), Numbers::None);
    }
    if dwell == Span::ZERO {
        let found = flow.found.clone();
        return (kept(tolerated, found, flow.age, dwell), Numbers::Newest);
    }
    let Some(guarantee) = at(&held, dwell) else {
        let found = Found::unbounded(format!(
            "`{address}` is not sure to keep a point that is {} old: {} at most",
            dwell.rounded(),
            reach(&held)
        ));
        return (unkept(tolerated, found), Numbers::None);
    };
    tell_rule(trace, guarantee, dwell);
    let mut found = flow.found.clone();
    rests_on_retention(graph, index, &mut found);
    let lost = guarantee.spacing.max(flow.age - dwell);
    (
        kept(tolerated, found, lost, dwell),
        Numbers::Longer(guarantee.spacing, flow.age - dwell),
    )
}

fn tell_rule<T: Trace>(trace: &mut T, guarantee: &Guarantee, dwell: Span) {
    let Guarantee {
        rule,
        spacing,
        reaches,
        ..
    } = guarantee;
    remark(trace, || {
        format!(
            "at an age of {dwell} the rule `{rule}` keeps points at most {spacing} apart (it reaches back {reaches})"
        )
    });
}

/// Returns why a copy whose points are all younger than the bad write is of no use.
pub(super) fn too_young(
    address: &lifeboat_model::Address,
    history: Bound<Span>,
    dwell: Span,
) -> String {
    let oldest = history.map(Span::rounded);
    format!(
        "the oldest point of `{address}` is {oldest} old, younger than a bad write found after {}",
        dwell.rounded()
    )
}

/// Returns what is lost with a copy that wrong data reach after a delay.
///
/// It shows nothing younger than `delay`, so when it is stopped at the end of a dwell of at most that, it has not seen
/// the bad write; and nothing older than `L`, the delay included. So `L − dwell` is lost if it is promoted as it stands.
/// Where its recovery replays the log of the whole delay, it is rolled forward to just before the bad write instead, and
/// what had not arrived by then is lost: its lag, `L − delay`. Both hold too where an attacker cuts it off at the bad
/// write: it goes on to apply what it has.
pub(super) fn delayed(copy: &Copy, flow: &Flow, delay: Span, dwell: Span) -> (CopyLoss, Numbers) {
    let address = &copy.address;
    if delay == Span::ZERO || dwell > delay {
        let found = Found::unbounded(format!(
            "wrong data arrive at `{address}` after {delay}, before they are found after {}",
            dwell.rounded()
        ));
        return (unkept(Bound::Finite(delay), found), Numbers::None);
    }
    let replays = copy
        .recovery
        .replay_since
        .is_some_and(|since| since >= delay)
        && matches!(copy.capture, Capture::Replica(_));
    let (lost, numbers) = if replays {
        let lag = flow.age - delay;
        (lag, Numbers::RolledForward(lag))
    } else {
        (flow.age - dwell, Numbers::Delayed(flow.age))
    };
    let found = flow.found.clone();
    (kept(Bound::Finite(delay), found, lost, dwell), numbers)
}

/// Returns that so much is lost.
pub(super) fn kept(
    tolerated_dwell: Bound<Span>,
    mut rpo: Found,
    lost: Span,
    dwell: Span,
) -> CopyLoss {
    rpo.bound = Bound::Finite(lost);
    CopyLoss {
        survives: true,
        rpo,
        tolerated_dwell,
        rollback: Some(Bound::Finite(dwell + lost)),
        places: Vec::new(),
    }
}

/// Returns that nothing limits the loss.
pub(super) fn unkept(tolerated_dwell: Bound<Span>, rpo: Found) -> CopyLoss {
    CopyLoss {
        survives: true,
        rpo,
        tolerated_dwell,
        rollback: Some(Bound::Unbounded),
        places: Vec::new(),
    }
}

fn sentence(
    graph: &CopyGraph,
    index: usize,
    dwell: Span,
    loss: &CopyLoss,
    numbers: Numbers,
) -> String {
    let Some(address) = graph.copies.get(index).map(|copy| &copy.address) else {
        return loss.rpo.reason.to_string();
    };
    let lost = loss.rpo.bound;
    match numbers {
        Numbers::None => loss.rpo.reason.to_string(),
        Numbers::Newest => {
            format!("`{address}` loses {lost}: the age of its newest point, found at once")
        }
        Numbers::Longer(_, Span::ZERO) => format!(
            "`{address}` loses {lost}: as far apart are its points at the dwell {dwell}, which its age is within"
        ),
        Numbers::Longer(spacing, rest) => format!(
            "`{address}` loses {lost} = the longer of {spacing} between points and {rest}, its age {} − dwell {dwell}",
            rest + dwell
        ),
        Numbers::Delayed(age) => format!(
            "`{address}` loses {lost} = age {age} − dwell {dwell}: stopped before it applies the bad write"
        ),
        Numbers::RolledForward(lag) => format!(
            "`{address}` loses {lost} = lag {lag}: stopped before it applies the bad write, and rolled forward to it"
        ),
    }
}

/// Returns the spacing of the points that a copy is sure to hold, as steps: up to this age, so far apart.
///
/// Nothing is sure beyond the last age. Empty where the copy's freshness is unbounded, or it holds one state only.
pub fn thinning_curve(graph: &CopyGraph, copy: usize) -> Vec<(Bound<Span>, Span)> {
    let Ok(flow) = flow(graph, copy, None, &mut Silent) else {
        return Vec::new();
    };
    let isolated = |copy: &Copy| copy.logical == Logical::Isolated;
    if !graph.copies.get(copy).is_some_and(isolated) {
        return Vec::new();
    }
    let mut steps: Vec<(Bound<Span>, Span)> = held(graph, copy, &flow, None, graph.copies.len())
        .into_iter()
        .map(|guarantee| (guarantee.reaches, guarantee.spacing))
        .filter(|(reaches, _)| *reaches > Bound::Finite(Span::ZERO))
        .collect();
    steps.sort_by_key(|(reaches, spacing)| (*spacing, std::cmp::Reverse(*reaches)));
    let mut reached = Bound::Finite(Span::ZERO);
    steps.retain(|(reaches, _)| {
        let further = *reaches > reached;
        reached = reached.max(*reaches);
        further
    });
    steps
}

/// Returns the longest dwell at which a bad write loses no more than `rpo` with this copy; none where none does.
pub fn dwell_within(
    graph: &CopyGraph,
    copy: usize,
    rpo: Span,
    as_of: Timestamp,
) -> Option<Bound<Span>> {
    let flow = flow(graph, copy, Some(as_of), &mut Silent).ok()?;
    let at_once = (flow.age <= rpo).then_some(Bound::Finite(Span::ZERO));
    let standing = graph.copies.get(copy)?;
    if let Logical::Follows(delay) = &standing.logical {
        let (loss, _) = delayed(standing, &flow, delay.value, delay.value);
        return (loss.rpo.bound <= Bound::Finite(rpo)).then_some(Bound::Finite(delay.value));
    }
    let history = history(graph, copy, as_of);
    held(graph, copy, &flow, Some(as_of), graph.copies.len())
        .into_iter()
        .filter(|guarantee| guarantee.spacing <= rpo)
        .map(|guarantee| guarantee.reaches.min(history))
        .filter(|dwell| {
            dwell.map(|dwell| flow.age - dwell) <= Bound::Finite(rpo) || *dwell == Bound::Unbounded
        })
        .max()
        .max(at_once)
}
