//! Which ages a retention policy is sure to hold a point at.
//!
//! Closed forms, safe for every phase of the schedule; the enumeration of schedule and policy is their oracle in the
//! tests. Counted once the policy is filled: a copy younger than that holds all it ever made.

use lifeboat_model::{Bound, Retention, Span};

use super::flow::Flow;

/// One reason to keep points, as what it is sure to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Guarantee {
    /// The rule: `daily`, `within`, …
    pub(super) rule: &'static str,
    /// Up to this age there is always a point at least as old.
    pub(super) reaches: Bound<Span>,
    /// The longest time between two points of the rule that follow each other.
    pub(super) spacing: Span,
    /// For how long after a newer one has come a point is sure to be kept; none where the rule thins points out.
    pub(super) superseded: Option<Bound<Span>>,
}

/// The shortest and the longest a calendar period can be.
const PERIODS: [(&str, Span, Span); 5] = [
    ("hourly", Span::from_hours(1), Span::from_hours(1)),
    ("daily", Span::from_days(1), Span::from_days(1)),
    ("weekly", Span::from_days(7), Span::from_days(7)),
    ("monthly", Span::from_days(28), Span::from_days(31)),
    ("yearly", Span::from_days(365), Span::from_days(366)),
];

/// Returns what a policy and a lock of this length are sure to hold of the points that come out of a flow.
///
/// `n` points of a rule come from `n` runs, which span at least `n − 1` shortest gaps (less the shift of reruns), and,
/// one to a period, at least `n − 2` whole periods. Two that follow each other are at most a period and a gap apart, or
/// a gap where no period can hold two. A rule by time drops a point only when it is older than its limit, so the
/// oldest that is left is at most a gap younger than that.
pub(super) fn guarantees(policy: &Retention, lock: Span, flow: &Flow) -> Vec<Guarantee> {
    let keep = &policy.keep;
    let counted = |count: u64| flow.shortest.times(count.saturating_sub(1)) - flow.shift;
    let mut found = Vec::with_capacity(4);
    if keep.is_empty() {
        found.push(Guarantee {
            rule: "all",
            reaches: Bound::Unbounded,
            spacing: flow.spacing,
            superseded: Some(Bound::Unbounded),
        });
    }
    if let Some(last) = keep.last.filter(|last| *last > 0) {
        found.push(by_count("last", counted(u64::from(last)), flow));
    }
    let counts = [
        keep.hourly,
        keep.daily,
        keep.weekly,
        keep.monthly,
        keep.yearly,
    ];
    for ((rule, least, most), count) in PERIODS.into_iter().zip(counts) {
        let Some(count) = count.filter(|count| *count > 0).map(u64::from) else {
            continue;
        };
        if flow.distinct >= most {
            found.push(by_count(rule, counted(count), flow));
        } else {
            found.push(Guarantee {
                rule,
                reaches: Bound::Finite(counted(count).max(least.times(count.saturating_sub(2)))),
                spacing: most + flow.spacing,
                superseded: None,
            });
        }
    }
    if let Some(within) = keep.within {
        found.push(by_time("within", within, flow));
    }
    if let Some(limit) = policy.delete_after {
        for guarantee in &mut found {
            guarantee.cut(Bound::Finite(limit), flow.age);
            let kept = Bound::Finite(limit - flow.age);
            guarantee.superseded = guarantee.superseded.map(|held| held.min(kept));
        }
    }
    let lock = lock.max(policy.immutable_for.unwrap_or(Span::ZERO));
    if lock > Span::ZERO {
        // Only what is younger than the lock is locked: at just that age a point may go, and locks end on the minute.
        found.push(by_time("lock", lock - Span::from_secs(60), flow));
    }
    found
}

fn by_count(rule: &'static str, reaches: Span, flow: &Flow) -> Guarantee {
    Guarantee {
        rule,
        reaches: Bound::Finite(reaches),
        spacing: flow.spacing,
        // The first newer one may come late, the last one at once.
        superseded: Some(Bound::Finite(reaches - flow.arrival)),
    }
}

fn by_time(rule: &'static str, limit: Span, flow: &Flow) -> Guarantee {
    Guarantee {
        rule,
        reaches: Bound::Finite(back_to(limit, flow.spacing, flow.age)),
        spacing: flow.spacing,
        superseded: Some(Bound::Finite(limit - flow.age)),
    }
}

/// Returns how far back points reach that go when they are older than a limit. Where one may be older than that when
/// it arrives, it may never be kept.
fn back_to(limit: Span, spacing: Span, age: Span) -> Span {
    if limit < age {
        Span::ZERO
    } else {
        limit - spacing
    }
}

impl Guarantee {
    /// Takes away all points older than this, of a copy whose newest point can be so old.
    pub(super) fn cut(&mut self, limit: Bound<Span>, age: Span) {
        let spacing = self.spacing;
        let limit = limit.map(|limit| back_to(limit, spacing, age));
        self.reaches = self.reaches.min(limit);
    }
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
