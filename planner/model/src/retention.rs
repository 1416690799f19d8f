//! How long recovery points are kept, and which ones a policy would drop.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::Span;

/// One tier of thinning by age, as vendors publish it: "one point an hour until they are a day old".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Of the points at most this much older than the newest one …
    pub within: Span,
    /// … the newest of each period of this length stays; periods are counted from 1970 in UTC, and zero keeps all.
    pub every: Span,
}

/// Which points to keep while thinning out. The rules are ORed; counts are of calendar periods in UTC that hold a
/// point, newest first, and the newest point of a period stands for it (restic's `forget --keep-*`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Keep {
    /// The newest so many points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<u32>,
    /// One point an hour, for so many hours that have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hourly: Option<u32>,
    /// One point a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily: Option<u32>,
    /// One point an ISO week.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekly: Option<u32>,
    /// One point a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly: Option<u32>,
    /// One point a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yearly: Option<u32>,
    /// Every point at most this much older than the newest one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
    /// Tiers by age.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
}

impl Keep {
    /// Returns whether no rule is given, which keeps everything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A retention policy.
///
/// Invariants of [`Retention::fates`]: the newest point is never dropped, not even by `delete_after`; a point younger
/// than `immutable_for` is never dropped; without `keep` and `delete_after` nothing is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retention {
    /// How points are thinned out.
    #[serde(skip_serializing_if = "Keep::is_empty")]
    pub keep: Keep,
    /// No point older than this survives, whatever `keep` says; the newest point excepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_after: Option<Span>,
    /// No point younger than this may be deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub immutable_for: Option<Span>,
}

/// What a policy does with one recovery point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays, for these reasons (`daily`, `last`, `newest`, …).
    Keep(Vec<&'static str>),
    /// It goes.
    Drop,
}

impl Fate {
    /// Returns whether the point stays.
    pub const fn is_kept(&self) -> bool {
        matches!(self, Self::Keep(_))
    }
}

impl Retention {
    /// Returns what the policy does at `as_of` with each of these points, in the order given.
    ///
    /// Points from after `as_of` stay and count for nothing: a clock that was ahead for a day must not make every point
    /// since look older than those of that day, and go first.
    pub fn fates(&self, points: &[Timestamp], as_of: Timestamp) -> Vec<Fate> {
        let mut order: Vec<usize> = (0..points.len()).collect();
        order.sort_by_key(|i| std::cmp::Reverse((points.get(*i).copied(), *i)));
        let sorted: Vec<Timestamp> = order
            .iter()
            .filter_map(|i| points.get(*i).copied())
            .collect();
        let ahead = sorted.partition_point(|point| *point > as_of);
        let mut reasons = vec![vec!["from the future"]; ahead];
        reasons.extend(self.thinned(sorted.get(ahead..).unwrap_or_default()));
        for (rank, (point, why)) in sorted.iter().zip(&mut reasons).enumerate().skip(ahead) {
            let age = Span::between(*point, as_of);
            if self.delete_after.is_some_and(|limit| age > limit) {
                why.clear();
            }
            if self.immutable_for.is_some_and(|lock| age < lock) {
                why.push("immutable");
            }
            if rank == ahead && why.is_empty() {
                why.push("newest");
            }
        }
        let mut fates = vec![Fate::Drop; points.len()];
        for (index, why) in order.into_iter().zip(reasons) {
            if let (Some(fate), false) = (fates.get_mut(index), why.is_empty()) {
                *fate = Fate::Keep(why);
            }
        }
        fates
    }

    /// Returns the reasons to keep each of these points, which are sorted newest first.
    fn thinned(&self, sorted: &[Timestamp]) -> Vec<Vec<&'static str>> {
        let mut reasons: Vec<Vec<&'static str>> = vec![Vec::new(); sorted.len()];
        if self.keep.is_empty() {
            reasons.iter_mut().for_each(|why| why.push("no thinning"));
            return reasons;
        }
        for (why, _) in reasons.iter_mut().zip(0..self.keep.last.unwrap_or(0)) {
            why.push("last");
        }
        type Period = fn(&jiff::civil::DateTime) -> (i16, i16, i8);
        let rules: [(&'static str, Option<u32>, Period); 5] = [
            ("hourly", self.keep.hourly, |t| {
                (t.year(), t.date().day_of_year(), t.hour())
            }),
            ("daily", self.keep.daily, |t| {
                (t.year(), t.date().day_of_year(), 0)
            }),
            ("weekly", self.keep.weekly, |t| {
                let week = t.date().iso_week_date();
                (week.year(), i16::from(week.week()), 0)
            }),
            ("monthly", self.keep.monthly, |t| {
                (t.year(), i16::from(t.month()), 0)
            }),
            ("yearly", self.keep.yearly, |t| (t.year(), 0, 0)),
        ];
        let civil: Vec<_> = sorted
            .iter()
            .map(|t| TimeZone::UTC.to_datetime(*t))
            .collect();
        for (name, count, period) in rules {
            // Points of one period stand together, because they are sorted.
            let (mut left, mut last) = (count.unwrap_or(0), None);
            for (why, at) in reasons.iter_mut().zip(&civil) {
                if left == 0 {
                    break;
                }
                let this = Some(period(at));
                if this != last {
                    why.push(name);
                    (left, last) = (left - 1, this);
                }
            }
        }
        if let (Some(within), Some(newest)) = (self.keep.within, sorted.first()) {
            for (why, at) in reasons.iter_mut().zip(sorted) {
                if Span::between(*at, *newest) <= within {
                    why.push("within");
                }
            }
        }
        for tier in &self.keep.tiers {
            tier.mark(sorted, &mut reasons);
        }
        reasons
    }
}

impl Tier {
    /// Notes "tier" for each of these points, sorted newest first, that the tier keeps.
    fn mark(&self, sorted: &[Timestamp], reasons: &mut [Vec<&'static str>]) {
        let every = i64::try_from(self.every.as_millis()).unwrap_or(i64::MAX);
        let Some(newest) = sorted.first() else {
            return;
        };
        let mut last = None;
        for (why, at) in reasons.iter_mut().zip(sorted) {
            if Span::between(*at, *newest) > self.within {
                break;
            }
            let this = at.as_millisecond().checked_div_euclid(every);
            if this.is_none() || this != last {
                why.push("tier");
            }
            last = this;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + hours * 3_600).unwrap()
    }

    #[test]
    fn grandfather_father_son_keeps_the_newest_of_each_period() {
        let points: Vec<_> = (0..24 * 60).step_by(6).map(at).collect();
        let policy = Retention {
            keep: Keep {
                last: Some(2),
                daily: Some(3),
                weekly: Some(2),
                ..Keep::default()
            },
            ..Retention::default()
        };
        let fates = policy.fates(&points, at(24 * 60));
        let kept: Vec<String> = points
            .iter()
            .zip(&fates)
            .filter_map(|(t, fate)| match fate {
                Fate::Keep(why) => Some(format!("{t} {}", why.join(" "))),
                Fate::Drop => None,
            })
            .collect();
        insta::assert_snapshot!(kept.join("\n"), @r"
        2026-07-25T20:26:40Z daily
        2026-07-26T20:26:40Z daily weekly
        2026-07-27T08:26:40Z last
        2026-07-27T14:26:40Z last daily weekly
        ");
    }

    #[test]
    fn the_last_point_outlives_its_own_deadline() {
        let policy = Retention {
            delete_after: Some(Span::from_days(1)),
            ..Retention::default()
        };
        let fates = policy.fates(&[at(0), at(1)], at(24 * 365));
        assert_eq!(fates, [Fate::Drop, Fate::Keep(vec!["newest"])]);
    }

    #[test]
    fn points_of_a_clock_that_was_ahead_do_not_push_out_what_is_made_since() {
        let policy = Retention {
            keep: Keep {
                last: Some(1),
                ..Keep::default()
            },
            ..Retention::default()
        };
        let fates = policy.fates(&[at(500), at(501), at(1), at(2)], at(3));
        let ahead = Fate::Keep(vec!["from the future"]);
        let last = Fate::Keep(vec!["last"]);
        assert_eq!(fates, [ahead.clone(), ahead, Fate::Drop, last]);
    }

    #[test]
    fn a_tier_keeps_the_newest_point_of_each_of_its_periods_until_its_age() {
        let tier = |within, every| Tier {
            within: Span::from_hours(within),
            every: Span::from_hours(every),
        };
        let policy = Retention {
            keep: Keep {
                tiers: vec![tier(2, 0), tier(12, 4)],
                ..Keep::default()
            },
            ..Retention::default()
        };
        let points: Vec<_> = (0..24).map(at).collect();
        let kept: Vec<String> = points
            .iter()
            .zip(policy.fates(&points, at(23)))
            .filter(|(_, fate)| fate.is_kept())
            .map(|(point, _)| point.strftime("%H:%M").to_string())
            .collect();
        assert_eq!(
            kept,
            ["07:26", "11:26", "15:26", "17:26", "18:26", "19:26"],
            "the last of each four hours in the twelve before the newest, and all of the last two"
        );
    }

    proptest! {
        #[test]
        fn no_policy_drops_the_newest_or_an_immutable_point(
            hours in proptest::collection::vec(0i64..20_000, 1..60),
            last in proptest::option::of(0u32..5),
            daily in proptest::option::of(0u32..5),
            delete_after in proptest::option::of(0u64..10_000),
            immutable in proptest::option::of(0u64..10_000),
        ) {
            let points: Vec<_> = hours.iter().map(|h| at(*h)).collect();
            let policy = Retention {
                keep: Keep { last, daily, ..Keep::default() },
                delete_after: delete_after.map(Span::from_hours),
                immutable_for: immutable.map(Span::from_hours),
            };
            let now = at(20_000);
            let fates = policy.fates(&points, now);
            let newest = points.iter().max().unwrap();
            prop_assert!(points.iter().zip(&fates).any(|(t, f)| t == newest && f.is_kept()));
            for (t, fate) in points.iter().zip(&fates) {
                if immutable.is_some_and(|h| Span::between(*t, now) < Span::from_hours(h)) {
                    prop_assert!(fate.is_kept());
                }
            }
        }

        #[test]
        fn applying_a_policy_twice_drops_nothing_more(
            hours in proptest::collection::vec(0i64..20_000, 1..60),
            last in 0u32..5, hourly in 0u32..30, weekly in 0u32..9, monthly in 0u32..9,
        ) {
            let points: Vec<_> = hours.iter().map(|h| at(*h)).collect();
            let keep = Keep { last: Some(last), hourly: Some(hourly), weekly: Some(weekly), monthly: Some(monthly), ..Keep::default() };
            let policy = Retention { keep, ..Retention::default() };
            let now = at(20_000);
            let kept: Vec<_> = points.iter().zip(policy.fates(&points, now)).filter(|(_, f)| f.is_kept()).map(|(t, _)| *t).collect();
            prop_assert!(policy.fates(&kept, now).iter().all(Fate::is_kept));
        }
    }
}
