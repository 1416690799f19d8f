//! Which ages a retention policy is sure to hold a point at.
//!
//! Closed forms, safe for every phase of the schedule; the enumeration of schedule and policy is their oracle in the
//! tests. Counted once the policy is filled: a protection younger than that holds all it ever made.

use lifeboat_model::{Bound, Retention, Span};

/// One reason to keep points, as what it is sure to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Guarantee {
    /// The rule: `daily`, `within`, …
    pub(super) rule: &'static str,
    /// Up to this age there is always a point at least as old.
    pub(super) reaches: Bound<Span>,
    /// The longest time between two points of the rule that follow each other.
    pub(super) spacing: Span,
}

/// The shortest and the longest a calendar period can be, in days.
const PERIODS: [(&str, u64, u64); 4] = [
    ("daily", 1, 1),
    ("weekly", 7, 7),
    ("monthly", 28, 31),
    ("yearly", 365, 366),
];

/// Returns what a policy is sure to hold of points that are `shortest` to `longest` apart.
///
/// `n` points of a rule span at least `n − 1` shortest gaps, and, one to a period, at least `n − 2` whole periods.
/// Two that follow each other are at most a period and a gap apart, or a gap where no period can hold two.
pub(super) fn guarantees(policy: &Retention, shortest: Span, longest: Span) -> Vec<Guarantee> {
    let mut found = Vec::new();
    let keep = &policy.keep;
    if keep.is_empty() {
        found.push(Guarantee {
            rule: "all",
            reaches: Bound::Unbounded,
            spacing: longest,
        });
    }
    if let Some(last) = keep.last.filter(|last| *last > 0) {
        found.push(Guarantee {
            rule: "last",
            reaches: Bound::Finite(shortest.times(u64::from(last) - 1)),
            spacing: longest,
        });
    }
    let hour = ("hourly", Span::from_hours(1), Span::from_hours(1));
    let periods = PERIODS
        .iter()
        .map(|(rule, least, most)| (*rule, Span::from_days(*least), Span::from_days(*most)));
    let counts = [
        keep.hourly,
        keep.daily,
        keep.weekly,
        keep.monthly,
        keep.yearly,
    ];
    for ((rule, least, most), count) in [hour].into_iter().chain(periods).zip(counts) {
        let Some(count) = count.filter(|count| *count > 0).map(u64::from) else {
            continue;
        };
        let alone = shortest >= most;
        found.push(Guarantee {
            rule,
            reaches: Bound::Finite(
                shortest
                    .times(count - 1)
                    .max(least.times(count.saturating_sub(2))),
            ),
            spacing: if alone { longest } else { most + longest },
        });
    }
    if let Some(within) = keep.within {
        found.push(Guarantee {
            rule: "within",
            reaches: Bound::Finite(within - longest),
            spacing: longest,
        });
    }
    if let Some(limit) = policy.delete_after {
        for guarantee in &mut found {
            let limit = Bound::Finite(limit - guarantee.spacing);
            guarantee.reaches = guarantee.reaches.min(limit);
        }
    }
    if let Some(lock) = policy.immutable_for {
        found.push(Guarantee {
            rule: "immutable",
            reaches: Bound::Finite(lock - longest),
            spacing: longest,
        });
    }
    found
}

/// Returns the guarantee that holds points closest together at this age; none when no rule reaches it.
pub(super) fn at(guarantees: &[Guarantee], age: Span) -> Option<&Guarantee> {
    guarantees
        .iter()
        .filter(|guarantee| guarantee.reaches >= Bound::Finite(age))
        .min_by_key(|guarantee| guarantee.spacing)
}

/// Returns the greatest age at which a point is sure to be held.
pub(super) fn reach(guarantees: &[Guarantee]) -> Bound<Span> {
    guarantees
        .iter()
        .map(|guarantee| guarantee.reaches)
        .max()
        .unwrap_or(Bound::Finite(Span::ZERO))
}
