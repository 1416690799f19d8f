//! What makes a copy better on paper never makes its bounds worse.

use proptest::prelude::*;

use super::*;

/// A copy of snapshots, in hours: intervals, runs, and what it keeps.
#[derive(Clone, Debug)]
struct Design {
    gaps: [u64; 2],
    runs: [u64; 2],
    follows: bool,
    last: u32,
    daily: u32,
    within: u64,
    lock: u64,
    failures: u32,
}

fn designs() -> impl Strategy<Value = Design> {
    let hours = 1u64..100;
    (
        [hours.clone(), hours],
        [0u64..60, 0u64..60],
        any::<bool>(),
        (0u32..20, 0u32..40, 0u64..2000, 0u64..2000),
        0u32..3,
    )
        .prop_map(
            |(gaps, runs, follows, (last, daily, within, lock), failures)| Design {
                gaps,
                runs,
                follows,
                last,
                daily,
                within,
                lock,
                failures,
            },
        )
}

fn graph(design: &Design) -> CopyGraph {
    let hours = |hours: u64| format!("{hours}h");
    let [gap, gap_of_copy] = design.gaps.map(hours);
    let [run, run_of_copy] = design.runs.map(hours);
    let near = snapshot("near", &gap, &run);
    let mut far = if design.follows {
        following("far", &run_of_copy, 0)
    } else {
        copied("far", &gap_of_copy, &run_of_copy, 0)
    };
    far.tolerated_failures = design.failures;
    far.retention = keep(Keep {
        last: Some(design.last),
        daily: Some(design.daily),
        within: Some(Span::from_hours(design.within)),
        ..Keep::default()
    });
    far.lock = (design.lock > 0).then(|| super::account::lock(&hours(design.lock)));
    target(vec![near, far])
}

fn both(design: &Design, dwell: u64) -> [CopyLoss; 3] {
    let goal = Goal {
        detected_within: Some(Span::from_hours(dwell)),
        ..Goal::default()
    };
    [Scope::Region, Scope::Corruption, Scope::Account]
        .map(|scope| loss(&graph(design), 1, scope, &goal))
}

proptest! {
    #[test]
    fn longer_retention_and_longer_locks_never_shorten_the_tolerated_dwell_nor_raise_a_loss(
        design in designs(), dwell in 0u64..1500,
        more in (0u32..9, 0u32..9, 0u64..500, 0u64..500),
    ) {
        let longer = Design {
            last: design.last + more.0,
            daily: design.daily + more.1,
            within: design.within + more.2,
            lock: design.lock + more.3,
            ..design.clone()
        };
        for (before, after) in both(&design, dwell).iter().zip(&both(&longer, dwell)) {
            prop_assert!(after.tolerated_dwell >= before.tolerated_dwell);
            prop_assert!(after.rpo.bound <= before.rpo.bound);
        }
    }

    #[test]
    fn shorter_runs_never_raise_a_bound(
        design in designs(), dwell in 0u64..1500, less in [0u64..60, 0u64..60],
    ) {
        let faster = Design {
            runs: [0, 1].map(|i| design.runs[i].saturating_sub(less[i])),
            ..design.clone()
        };
        for (before, after) in both(&design, dwell).iter().zip(&both(&faster, dwell)) {
            prop_assert!(after.rpo.bound <= before.rpo.bound);
        }
    }

    #[test]
    fn fewer_failures_never_raise_a_bound(design in designs(), dwell in 0u64..1500) {
        let steady = Design { failures: 0, ..design.clone() };
        for (before, after) in both(&design, dwell).iter().zip(&both(&steady, dwell)) {
            prop_assert!(after.rpo.bound <= before.rpo.bound);
        }
    }

    #[test]
    fn a_shorter_interval_never_raises_the_age(design in designs(), less in [0u64..99, 0u64..99]) {
        // Without an overrun: a longer run may fit a longer interval better.
        let quick = Design { runs: [0, 0], ..design };
        let shorter = Design {
            gaps: [0, 1].map(|i| quick.gaps[i].saturating_sub(less[i]).max(1)),
            ..quick.clone()
        };
        let [before, ..] = both(&quick, 0);
        let [after, ..] = both(&shorter, 0);
        prop_assert!(after.rpo.bound <= before.rpo.bound);
    }

    #[test]
    fn the_curve_says_what_a_bad_write_costs(design in designs(), dwell in 1u64..1500) {
        let graph = graph(&design);
        let curve = super::super::thinning_curve(&graph, 1);
        let dwell = Span::from_hours(dwell);
        let step = curve.iter().find(|(until, _)| *until >= Bound::Finite(dwell));
        let goal = Goal { detected_within: Some(dwell), ..Goal::default() };
        let age = loss(&graph, 1, Scope::Region, &goal).rpo.bound;
        let spacing = step.map_or(Bound::Unbounded, |(_, spacing)| Bound::Finite(*spacing));
        let expected = spacing.max(age.map(|age| age - dwell));
        prop_assert_eq!(loss(&graph, 1, Scope::Corruption, &goal).rpo.bound, expected);
    }
}
