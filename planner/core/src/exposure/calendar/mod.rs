//! Which points a retention policy leaves at each age, by running it.
//!
//! Calendar policies are not phase-invariant: how far apart the kept points are depends on where the runs fall in the
//! hours, days, weeks and months that the policy counts. [`thinning_curve`] therefore runs the real policy after each
//! run of the schedule (what was dropped stays dropped), over the [`Window`](window) in which schedule and calendar
//! come back to where they were, for each phase that the schedule can have, and keeps the worst: a [`Curve`].
//!
//! A bad write at `B` that is found after the dwell `D` is undone from the newest point kept at `B + D` that was made
//! before `B`. While two kept points `p < q` are neighbours, from `i` until `j`, writes between them lose up to
//! `q − p`, and are found at ages of more than `i − q` and at most `j − q`: so many levels the curve is the maximum of.

mod curve;
mod even;
mod history;
mod window;

#[cfg(test)]
mod documented;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use lifeboat_model::{Bound, Keep, Retention, Schedule, Span};

pub use curve::{Curve, Level};

use history::History;
use window::Window;

/// So many points are looked at before an enumeration ends where it is.
const MOST_LOOKS: u64 = 6_000_000;

/// Returns how far apart the points are that a policy leaves at each age, at worst over all failure instants and, for
/// a period, over all phases; none when the schedule stops running.
///
/// Ages beyond `horizon` are not enumerated: the curve ends there, as if nothing older were kept. Points are taken to
/// be there, and the policy to be run, at the instants of the schedule; [`Curve::later`] says what it means when both
/// come later.
pub fn thinning_curve(schedule: &Schedule, retention: &Retention, horizon: Span) -> Option<Curve> {
    if let Schedule::Every(every) = schedule
        && let Some(curve) = even::curve(*every, retention)
    {
        return Some(curve.until(horizon));
    }
    if is_unthinned(retention) {
        let (_, longest) = schedule.gaps(window::START)?;
        return Some(Curve::level(longest, Bound::Unbounded).until(horizon));
    }
    let window = Window::of(schedule, retention, horizon)?;
    let mut looks = MOST_LOOKS;
    let mut whole: Option<Curve> = None;
    for phase in &window.phases {
        let curve = enumerate(schedule, retention, &window, *phase, &mut looks)?.until(horizon);
        whole = Some(match whole {
            Some(before) => before.or_worse(&curve),
            None => curve,
        });
        if looks == 0 {
            break;
        }
    }
    whole.map(|curve| curve.sampled(looks == 0))
}

/// Returns whether nothing is ever dropped.
fn is_unthinned(retention: &Retention) -> bool {
    retention.keep == Keep::default() && retention.delete_after.is_none()
}

/// Runs the policy with one phase of the schedule.
fn enumerate(
    schedule: &Schedule,
    retention: &Retention,
    window: &Window,
    phase: Span,
    looks: &mut u64,
) -> Option<Curve> {
    let first = phase.after(window::START);
    let filled = window.fill.after(first);
    let end = window.repeats.after(filled);
    let mut history = History::new(retention, filled);
    // The run at `first` itself counts: a period starts with it.
    let before = Span::from_millis(1).before(first);
    let runs: Box<dyn Iterator<Item = Timestamp>> = match schedule {
        Schedule::Every(_) => Box::new([first].into_iter().chain(schedule.runs(first))),
        Schedule::Cron(_) => Box::new(schedule.runs(before)),
    };
    for run in runs {
        let held = u64::try_from(history.held()).unwrap_or(u64::MAX);
        // An enumeration that has not filled up says nothing about steady state: it goes on.
        if run > end || (*looks == 0 && run > filled) {
            return Some(history.curve());
        }
        history.run(run);
        *looks = looks.saturating_sub(held);
    }
    None
}
