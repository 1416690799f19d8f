//! The closed forms of `kept` against the enumeration of schedule and policy.

use jiff::Timestamp;
use lifeboat_model::{Bound, Keep, Retention, Schedule, Span};
use proptest::prelude::*;

use super::Gaps;
use super::kept::{at, guarantees, reach};

const START: i64 = 1_780_000_000;

fn policies() -> impl Strategy<Value = Retention> {
    let count = || proptest::option::of(1u32..6);
    let keep = (
        count(),
        count(),
        count(),
        count(),
        proptest::option::of(1u64..200),
    )
        .prop_map(|(last, hourly, daily, weekly, within)| Keep {
            last,
            hourly,
            daily,
            weekly,
            within: within.map(Span::from_hours),
            ..Keep::default()
        });
    let span = || proptest::option::of(1u64..300);
    (keep, span(), span()).prop_map(|(keep, delete_after, immutable_for)| Retention {
        keep,
        delete_after: delete_after.map(Span::from_hours),
        immutable_for: immutable_for.map(Span::from_hours),
    })
}

/// What is kept after a run, and when the next one starts.
type Run = (Vec<Timestamp>, Timestamp);

/// Returns a hundred runs, after the policy had the longest dwell and two periods of its rules to fill.
fn history(schedule: &Schedule, policy: &Retention, phase: i64) -> Vec<Run> {
    let mut now = Timestamp::from_second(START + phase).unwrap();
    let filled = Span::from_hours(200 + 24 * 14).after(now);
    let mut kept: Vec<Timestamp> = Vec::new();
    let mut history = Vec::new();
    while history.len() < 100 {
        kept.push(now);
        let fates = policy.fates(&kept, now);
        let mut fates = fates.iter();
        kept.retain(|_| fates.next().unwrap().is_kept());
        let next = schedule.next_after(now).unwrap();
        if now > filled {
            history.push((kept.clone(), next));
        }
        now = next;
    }
    history
}

/// Returns the most that is lost when a bad write is found after `dwell`, over all instants of failure.
fn enumerated(history: &[Run], dwell: Span) -> Bound<Span> {
    let mut worst = Span::ZERO;
    for (kept, next) in history {
        let newest = *kept.last().unwrap();
        let (from, to) = (dwell.before(newest), dwell.before(*next));
        let ends = kept
            .iter()
            .copied()
            .filter(|point| *point > from && *point < to)
            .chain([to]);
        for end in ends {
            let Some(clean) = kept.iter().rev().find(|point| **point < end) else {
                return Bound::Unbounded;
            };
            worst = worst.max(Span::between(*clean, end));
        }
    }
    Bound::Finite(worst)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_enumerated_loss_exceeds_the_closed_form(
        policy in policies(),
        schedule in prop_oneof![
            (1u64..60).prop_map(|hours| format!("{hours}h")),
            Just("15 2 * * *".to_owned()),
            Just("0 9-17 * * 1-5".to_owned()),
        ],
        phase in 0i64..200_000,
        dwell in 1u64..200,
    ) {
        let dwell = Span::from_hours(dwell);
        let gaps = Gaps::new(Timestamp::from_second(START).unwrap()).of(&schedule).unwrap();
        let held = guarantees(&policy, gaps.0, gaps.1);
        let history = history(&schedule.parse().unwrap(), &policy, phase);
        if let Some(guarantee) = at(&held, dwell) {
            let bound = guarantee.spacing.max(gaps.1 - dwell);
            let enumerated = enumerated(&history, dwell);
            prop_assert!(
                enumerated <= Bound::Finite(bound),
                "{policy:?} {schedule}: {enumerated} > {bound} by {}", guarantee.rule
            );
        } else {
            prop_assert!(reach(&held) < Bound::Finite(dwell));
        }
    }
}

#[test]
fn a_policy_reaches_as_far_back_as_its_longest_rule() {
    let keep = Keep {
        hourly: Some(192),
        daily: Some(14),
        monthly: Some(12),
        ..Keep::default()
    };
    let policy = Retention {
        keep,
        ..Retention::default()
    };
    let hour = Span::from_hours(1);
    let held = guarantees(&policy, hour, hour);
    let lines: Vec<String> = held
        .iter()
        .map(|it| format!("{}: up to {}, {} apart", it.rule, it.reaches, it.spacing))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    hourly: up to 7d23h, 1h apart
    daily: up to 12d, 1d1h apart
    monthly: up to 280d, 31d1h apart
    ");
    assert_eq!(
        at(&held, Span::from_days(7)).map(|it| it.rule),
        Some("hourly")
    );
}
