//! The steps of a recovery, one after another.

use std::borrow::Cow;

use lifeboat_model::{Bound, Provenance, Scope, Span};

use super::super::found::Found;
use super::super::graph::{Capture, Copy, CopyGraph, Input, Recovery};
use super::super::trace::Trace;
use super::bases::log_since_base;
use super::chain::{Lack, reading, walk};
use super::load::Load;
use super::quantity::{span, time_of};
use super::{told, transfer};

/// Adds steps up, and remembers which one takes longest.
struct Sum {
    found: Found,
    longest: (Span, &'static str),
}

impl Sum {
    fn add(&mut self, step: Found, name: &'static str) {
        if let Bound::Finite(time) = step.bound
            && time > self.longest.0
        {
            self.longest = (time, name);
        }
        let before = std::mem::replace(&mut self.found, Found::zero());
        self.found = before.and(step);
    }

    fn found(mut self) -> Found {
        if self.found.bound != Bound::Unbounded {
            self.found.reason = Cow::Borrowed(self.longest.1);
        }
        self.found
    }
}

/// Returns all steps from the decision until the target works again.
///
/// Data that come back where they were lost (corruption) need no new place: nothing is provisioned and no client is
/// sent elsewhere, unless a replica takes over. A whole restore stands for unarchive, transfer, replay and verify.
pub(super) fn sum<T: Trace>(
    graph: &CopyGraph,
    copy: usize,
    scope: Scope,
    load: &Load,
    trace: &mut T,
) -> Found {
    let Some(it) = graph.copies.get(copy) else {
        return Lack::Chain.found();
    };
    let recovery = &it.recovery;
    let takes_over = matches!(it.capture, Capture::Replica(_));
    let elsewhere = scope != Scope::Corruption;
    let mut sum = Sum {
        found: Found::zero(),
        longest: (Span::ZERO, ""),
    };
    sum.add(
        ready(graph, (copy, elsewhere), recovery, trace),
        "getting ready for the data takes the most of it",
    );
    match reading(graph, copy, scope) {
        Ok(reading) => {
            let found = transfer::found(graph, copy, &reading, load, trace);
            let name = if recovery.whole.is_some() {
                "the restore takes the most of it"
            } else {
                "the transfer takes the most of it"
            };
            sum.add(found, name);
        }
        Err(lack) => sum.add(missing(lack, trace), ""),
    }
    if recovery.whole.is_none() {
        sum.add(
            replay(graph, (copy, scope), trace),
            "the replay of the log takes the most of it",
        );
    }
    after(it, elsewhere || takes_over, &mut sum, trace);
    sum.found()
}

/// Returns the time until there is something to restore to and the points can be read, which go on side by side.
fn ready<T: Trace>(
    graph: &CopyGraph,
    (copy, elsewhere): (usize, bool),
    recovery: &Recovery,
    trace: &mut T,
) -> Found {
    let pieces = walk(graph, copy).map_while(Result::ok);
    let mut unarchives = pieces.map(|(_, piece)| piece.recovery.unarchive.as_ref());
    let both = elsewhere
        && recovery.whole.is_none()
        && is_told(recovery.provision.as_ref())
        && unarchives.any(is_told);
    if both {
        trace.open();
    }
    let provision = if elsewhere {
        let until = "until there is something to restore to";
        needed(recovery.provision.as_ref(), until, Lack::Provision, trace)
    } else {
        Found::zero()
    };
    let found = provision.or_longer(unarchive(graph, copy, trace));
    if both {
        trace.close(|| {
            let says = match found.bound {
                Bound::Finite(time) => format!(
                    "all is ready for the data after {}, side by side",
                    time.rounded()
                ),
                Bound::Unbounded => format!("nothing limits the preparation: {}", found.reason),
            };
            told(says, &found)
        });
    }
    found
}

/// Adds what follows once the data are there.
fn after<T: Trace>(it: &Copy, moves: bool, sum: &mut Sum, trace: &mut T) {
    let recovery = &it.recovery;
    let step = |step: &Option<Input<Span>>, until, lack, trace: &mut T| {
        needed(step.as_ref(), until, lack, trace)
    };
    let promote = step(
        &recovery.promote,
        "until it accepts writes",
        Lack::Promote,
        trace,
    );
    sum.add(promote, "the promotion takes the most of it");
    if moves {
        sum.add(
            repoint(recovery.repoint.as_ref(), trace),
            "sending the clients there takes the most of it",
        );
    }
    let until = "until it is as fast as it must be";
    let warm = step(&recovery.warm, until, Lack::Warm, trace);
    sum.add(warm, "warming up takes the most of it");
    if recovery.whole.is_none() {
        let until = "until it is known to be right";
        let verify = step(&recovery.verify, until, Lack::Verify, trace);
        sum.add(verify, "the verification takes the most of it");
    }
}

/// Returns the time until all pieces can be read, one after another; what a whole restore stands for is in it.
fn unarchive<T: Trace>(graph: &CopyGraph, copy: usize, trace: &mut T) -> Found {
    let mut found = Found::zero();
    for (_, piece) in walk(graph, copy).map_while(Result::ok) {
        let recovery = &piece.recovery;
        if recovery.whole.is_some() {
            break;
        }
        found = match &recovery.unarchive {
            Some(unarchive) => found.and(input(unarchive, "until its points can be read", trace)),
            None if recovery.hops.is_empty() => found,
            None => found.and(missing(Lack::Unarchive, trace)),
        };
    }
    found
}

/// Returns the time to replay the log of all pieces: `log since base / replay rate`, with the worst age of the base.
fn replay<T: Trace>(graph: &CopyGraph, (copy, scope): (usize, Scope), trace: &mut T) -> Found {
    let mut found = Found::zero();
    for (_, piece) in walk(graph, copy).map_while(Result::ok) {
        if piece.recovery.whole.is_some() {
            break;
        }
        let is_log = matches!(piece.capture, Capture::Log { .. });
        if !is_log && piece.recovery.replay_since.is_none() {
            continue;
        }
        match replayed(graph, (piece, scope), trace) {
            Ok(time) => found = found.and(time),
            Err(lack) => found = found.and(missing(lack, trace)),
        }
    }
    found
}

fn replayed<T: Trace>(
    graph: &CopyGraph,
    (piece, scope): (&Copy, Scope),
    trace: &mut T,
) -> Result<Found, Lack> {
    let mut found = Found::zero();
    let bytes = log_since_base(graph, piece, scope, &mut found)?;
    let rate = piece.recovery.replay_rate.as_ref();
    let rate = rate.ok_or(Lack::ReplayRate)?;
    found.rests_on(&rate.provenance, &rate.source);
    let time = span(time_of(bytes, rate.value).ok_or(Lack::ReplayRate)?);
    found.bound = Bound::Finite(time);
    trace.tell(|| {
        let log = lifeboat_model::ByteSize(u64::try_from(bytes).unwrap_or(u64::MAX));
        told(
            format!(
                "{log} of log since the base are replayed at {}: {}",
                rate.value,
                time.rounded()
            ),
            &found,
        )
    });
    Ok(found)
}

fn repoint<T: Trace>(step: Option<&Input<Bound<Span>>>, trace: &mut T) -> Found {
    let until = "until clients use the new place";
    let Some(step) = step else {
        return missing(Lack::Repoint, trace);
    };
    match step.value {
        Bound::Finite(value) => {
            let finite = Input {
                value,
                provenance: step.provenance.clone(),
                source: step.source.clone(),
            };
            input(&finite, until, trace)
        }
        Bound::Unbounded => {
            let found = Found::unbounded(format!(
                "some clients never ask again where it is: {}",
                step.source
            ));
            trace.tell(|| told(found.reason.clone().into_owned(), &found));
            found
        }
    }
}

fn needed<T: Trace>(
    step: Option<&Input<Span>>,
    until: &'static str,
    lack: Lack,
    trace: &mut T,
) -> Found {
    match step {
        Some(step) => input(step, until, trace),
        None => missing(lack, trace),
    }
}

fn missing<T: Trace>(lack: Lack, trace: &mut T) -> Found {
    let found = lack.found();
    trace.tell(|| told(lack.reason().to_owned(), &found));
    found
}

/// Returns whether a step is worth a line: one that the mechanism does not have is not.
fn is_told(step: Option<&Input<Span>>) -> bool {
    step.is_none_or(|step| step.value != Span::ZERO || step.provenance != Provenance::Hard)
}

/// Returns an input as a bound, and tells it.
pub(super) fn input<T: Trace>(input: &Input<Span>, until: &'static str, trace: &mut T) -> Found {
    let found = Found::of(input);
    if !is_told(Some(input)) {
        return found;
    }
    trace.tell(|| {
        let link = match input.provenance {
            Provenance::Assumed => "assuming that",
            _ => "by",
        };
        let time = input.value.rounded();
        told(format!("{time} {until}, {link} {}", input.source), &found)
    });
    found
}
