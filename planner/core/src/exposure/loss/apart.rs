//! How far apart the runs of a copy are.

use lifeboat_model::{Provenance, Span};

use super::telling::{MADE_UP_FOR, NO_MORE_FAIL};
use crate::exposure::found::Found;
use crate::exposure::graph::{Copy, Input};

/// The times between the runs of one copy that succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Apart {
    /// The longest time between the starts of two runs where nothing fails: `acc_eff`.
    pub(super) runs: Span,
    /// From the start of one run that succeeds until the point of the next one is under way, for the age of points:
    /// `(k + 1) · acc_eff`, and alert and rerun if the last failure is tolerated by nobody.
    pub(super) age: Span,
    /// The longest time between the starts of two runs that succeed.
    pub(super) starts: Span,
    /// So much earlier than `n` shortest gaps after another can `n` runs have started: reruns and waits move a run
    /// towards the next one.
    pub(super) shift: Span,
}

/// When the runs of a copy are due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    /// The shortest time between two.
    pub(super) shortest: Span,
    /// The longest by the schedule.
    pub(super) longest: Span,
    /// How much longer a run may have to wait for an arrival at its source.
    pub(super) waits: Span,
    /// How much later than due a run may start, because what it takes comes late.
    pub(super) late: Span,
}

/// Returns how far apart runs are.
///
/// A run that is due while another one is under way is left out (as systemd and a locked cron job do), so that the
/// next one comes at the first instant of the schedule after its end: the multiple of `acc` from `prop` up, never less
/// than `max(acc, prop)`. A run time that is assumed to be just the longest gap is the assumption that runs do not
/// overlap. An aligned run that is no longer than the interval waits for the one before, should that have started late:
/// it starts with its point, or right after.
///
/// A failure that nobody tolerates is made up for `unnoticed` after the failed run, which itself took up to `prop`. The
/// rerun may be under way when the next run is due, which is then left out.
pub(super) fn apart(copy: &Copy, due: Due) -> Apart {
    let prop = copy.prop.value;
    let assumed = copy.prop.provenance == Provenance::Assumed && prop == due.longest;
    let overruns = prop > due.shortest && !assumed;
    let busy = prop + due.late;
    let regular = due.shortest == due.longest && due.late + due.waits == Span::ZERO;
    let gap = due.longest + due.waits;
    let runs = match (overruns, regular) {
        (false, _) => gap,
        (true, true) => gap.times(prop.as_millis().div_ceil(gap.as_millis().max(1))),
        (true, false) => gap + busy,
    };
    let tolerated = runs.times(u64::from(copy.tolerated_failures) + 1);
    let (rerun, moved) = match &copy.unnoticed {
        Some(unnoticed) if unnoticed.value > Span::ZERO => (unnoticed.value + busy, busy),
        _ => (Span::ZERO, Span::ZERO),
    };
    Apart {
        runs,
        age: tolerated + rerun,
        starts: tolerated + rerun + moved,
        shift: if overruns { busy + rerun } else { rerun },
    }
}

/// Notes on a bound what it takes for granted about failed runs.
pub(super) fn rests_on_reruns(found: &mut Found, copy: &Copy) {
    match &copy.unnoticed {
        Some(Input {
            provenance, source, ..
        }) => found.rests_on(provenance, source),
        None if copy.tolerated_failures > 0 => {
            found.rests_on(&Provenance::Assumed, &*NO_MORE_FAIL);
        }
        None => found.rests_on(&Provenance::Assumed, &*MADE_UP_FOR),
    }
}
