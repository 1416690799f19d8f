//! How many points a retention keeps, and how far back they reach.

use lifeboat_model::{Retention, Span};

/// What a protection keeps once it has run for long enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Held {
    /// The most points at once.
    pub(crate) points: u64,
    /// The age of the oldest.
    pub(crate) reach: Span,
}

const HOUR: Span = Span::from_hours(1);
const DAY: Span = Span::from_days(1);

impl Held {
    /// Returns what a policy keeps of points that are made every so often; none where it drops nothing, ever.
    ///
    /// Never less than it is: points that several rules keep are counted once for each, and a calendar period is taken
    /// to be as long as its longest.
    pub(crate) fn of(retention: &Retention, every: Span) -> Option<Self> {
        let every = every.max(Span::from_millis(1));
        let until = |age: Span| Self {
            points: age.as_millis() / every.as_millis() + 1,
            reach: age,
        };
        let thinned = thinned(retention, every);
        let kept = match (thinned, retention.delete_after) {
            (None, None) => return None,
            (None, Some(limit)) => until(limit),
            (Some(thinned), None) => thinned,
            (Some(thinned), Some(limit)) => Self {
                points: thinned.points.min(until(limit).points),
                reach: thinned.reach.min(limit),
            },
        };
        let locked = retention.immutable_for.map(until);
        Some(match locked {
            None => kept,
            Some(locked) => Self {
                points: kept.points.saturating_add(locked.points),
                reach: kept.reach.max(locked.reach),
            },
        })
    }
}

/// Returns what the rules of `keep` keep; none where there is no rule.
fn thinned(retention: &Retention, every: Span) -> Option<Held> {
    let keep = &retention.keep;
    if keep.is_empty() {
        return None;
    }
    let mut held = Held {
        points: 1,
        reach: Span::ZERO,
    };
    let mut add = |points: u64, reach: Span| {
        held.points = held.points.saturating_add(points);
        held.reach = held.reach.max(reach);
    };
    for (count, period) in [
        (keep.last, Span::ZERO),
        (keep.hourly, HOUR),
        (keep.daily, DAY),
        (keep.weekly, DAY.times(7)),
        (keep.monthly, DAY.times(31)),
        (keep.yearly, DAY.times(366)),
    ] {
        let count = u64::from(count.unwrap_or(0));
        if let Some(gaps) = count.checked_sub(1) {
            add(gaps, period.max(every).times(gaps));
        }
    }
    if let Some(within) = keep.within {
        add(within.as_millis() / every.as_millis(), within);
    }
    Some(held)
}
