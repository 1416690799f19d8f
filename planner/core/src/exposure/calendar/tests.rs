//! The curve against a search of every failure instant, with a policy that is run on all points at once.

use jiff::Timestamp;
use lifeboat_model::{Bound, Keep, Retention, Schedule, Span, Tier};
use proptest::prelude::*;

use super::history::History;
use super::{even, thinning_curve, window};

fn hours(hours: u64) -> Span {
    Span::from_hours(hours)
}

fn policies() -> impl Strategy<Value = Retention> {
    let count = || proptest::option::of(1u32..5);
    let tier = || {
        (
            1u64..120,
            prop_oneof![Just(0u64), Just(3), Just(4), Just(24)],
        )
    };
    let keep = (
        (count(), count(), count(), count()),
        proptest::option::of(1u64..100),
        proptest::collection::vec(tier(), 0..3),
    )
        .prop_map(|((last, hourly, daily, weekly), within, tiers)| Keep {
            last,
            hourly,
            daily,
            weekly,
            within: within.map(Span::from_hours),
            tiers: tiers
                .into_iter()
                .map(|(within, every)| Tier {
                    within: hours(within),
                    every: hours(every),
                })
                .collect(),
            ..Keep::default()
        });
    let span = || proptest::option::of(1u64..300);
    (keep, span(), span()).prop_map(|(keep, delete_after, immutable_for)| Retention {
        keep,
        delete_after: delete_after.map(Span::from_hours),
        immutable_for: immutable_for.map(Span::from_hours),
    })
}

/// Returns the most that is lost before a bad write that is found after `dwell`, over every failure instant after the
/// first `skip` runs, which fill the policy.
fn searched(runs: &[Timestamp], skip: usize, policy: &Retention, dwell: Span) -> Bound<Span> {
    let mut worst = Bound::Finite(Span::ZERO);
    for k in skip..runs.len() - 1 {
        let points = &runs[k - skip..=k];
        let fates = policy.fates(points, runs[k]);
        let kept: Vec<_> = points
            .iter()
            .zip(fates)
            .filter_map(|(point, fate)| fate.is_kept().then_some(*point))
            .collect();
        // The loss is worst just before a kept point, or just before the next run.
        let (from, to) = (dwell.before(runs[k]), dwell.before(runs[k + 1]));
        let between = |point: &Timestamp| *point > from && *point < to;
        for bad in kept.iter().copied().filter(between).chain([to]) {
            let clean = kept.iter().rev().find(|point| **point < bad);
            let loss = clean.map(|clean| Span::between(*clean, bad));
            worst = worst.max(loss.map_or(Bound::Unbounded, Bound::Finite));
        }
    }
    worst
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_curve_is_the_worst_of_all_failure_instants_no_more_and_no_less(
        policy in policies(),
        every in prop_oneof![Just(3u64), Just(4), Just(6), Just(9), Just(12), Just(24), Just(36), Just(56)],
        phase in 0u64..56,
        dwells in proptest::collection::vec(1u64..400, 4),
    ) {
        let schedule = Schedule::Every(hours(every));
        let curve = thinning_curve(&schedule, &policy, Span::from_days(90)).unwrap();
        prop_assert!(!curve.is_sampled());
        let first = hours(phase).after(window::START);
        // Eight weeks fill the policy; afterwards everything repeats after as many weeks as the period has hours.
        let end = Span::from_days(7 * (9 + every)).after(first);
        let runs: Vec<_> = schedule.runs(first).take_while(|run| *run < end).collect();
        let skip = usize::try_from(7 * 24 * 8 / every).unwrap();
        for dwell in dwells {
            let worst = searched(&runs, skip, &policy, hours(dwell));
            prop_assert_eq!(curve.worst_loss_at(hours(dwell)), worst, "{} {:?}\n{}", dwell, policy, curve);
        }
    }

    #[test]
    fn a_policy_that_keeps_the_newest_needs_no_enumeration(
        every in 1u64..40,
        last in proptest::option::of(0u32..9),
        within in proptest::option::of(0u64..100),
        delete_after in proptest::option::of(0u64..200),
        immutable_for in proptest::option::of(0u64..200),
    ) {
        let policy = Retention {
            keep: Keep { last, within: within.map(hours), ..Keep::default() },
            delete_after: delete_after.map(hours),
            immutable_for: immutable_for.map(hours),
        };
        let closed = even::curve(hours(every), &policy).unwrap();
        let schedule = Schedule::Every(hours(every));
        let filled = Span::from_days(30).after(window::START);
        let mut history = History::new(&policy, filled);
        let end = Span::from_days(60).after(window::START);
        for run in schedule.runs(window::START).take_while(|run| *run < end) {
            history.run(run);
        }
        let enumerated = history.curve();
        prop_assert_eq!(closed.until(Span::from_days(20)), enumerated.until(Span::from_days(20)));
    }
}

#[test]
fn grandfather_father_son_thins_out_by_age() {
    let policy = Retention {
        keep: Keep {
            daily: Some(7),
            weekly: Some(5),
            monthly: Some(12),
            yearly: Some(3),
            ..Keep::default()
        },
        ..Retention::default()
    };
    let curve = thinning_curve(&"24h".parse().unwrap(), &policy, Span::from_days(5 * 365)).unwrap();
    insta::assert_snapshot!(curve, @"
    until 6d: 1d apart
    until 22d: 7d apart
    until 304d: 31d apart
    until 305d: 244d apart
    until 366d: 366d apart
    ");
    let tolerated = |goal| curve.tolerated_dwell(goal).map(|dwell| dwell.to_string());
    assert_eq!(tolerated(hours(24)).as_deref(), Some("6d"));
    assert_eq!(tolerated(hours(23)), None);
    assert_eq!(
        curve.worst_loss_at(Span::from_days(4 * 365)),
        Bound::Unbounded
    );
}

#[test]
fn a_cron_expression_is_enumerated_as_it_is_written() {
    let policy = Retention {
        keep: Keep {
            last: Some(4),
            weekly: Some(3),
            ..Keep::default()
        },
        ..Retention::default()
    };
    let schedule: Schedule = "0 9,17 * * 1-5".parse().unwrap();
    let curve = thinning_curve(&schedule, &policy, Span::from_days(60)).unwrap();
    insta::assert_snapshot!(curve, @"
    until 1d8h: 2d16h apart
    until 3d8h: 5d16h apart
    until 3d16h: 6d16h apart
    until 9d16h: 7d apart
    ");
}

#[test]
fn a_schedule_that_never_runs_has_no_curve() {
    let never: Schedule = "0 0 30 2 *".parse().unwrap();
    let policy = Retention::default();
    assert_eq!(thinning_curve(&never, &policy, Span::from_days(1)), None);
}

#[test]
fn points_that_arrive_later_are_older_when_their_neighbours_go() {
    let policy = Retention {
        keep: Keep {
            last: Some(3),
            daily: Some(3),
            ..Keep::default()
        },
        ..Retention::default()
    };
    let curve = thinning_curve(&"6h".parse().unwrap(), &policy, Span::from_days(9)).unwrap();
    insta::assert_snapshot!(curve, @"
    until 12h: 6h apart
    until 1d6h: 1d apart
    ");
    insta::assert_snapshot!(curve.later(hours(1), hours(1)), @"
    until 13h: 6h apart
    until 1d7h: 1d apart
    ");
    insta::assert_snapshot!(curve.later(hours(1), hours(8)), @"
    until 13h: 6h apart
    until 1d7h: 1d apart
    ");
}
