//! The closed forms of a thinned out copy against the enumeration of schedule and calendar.

use std::sync::Arc;

use lifeboat_model::{Bound, Schedule, Span};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::chance::Chance;
use super::design::{every, graph};
use super::random::retention;
use super::{HOUR, span};
use crate::exposure::calendar;
use crate::exposure::loss::thinning_curve;

/// Model §4: the closed forms are the fast path, the enumeration is the oracle.
#[test]
fn no_enumerated_gap_exceeds_the_closed_form_at_any_age() {
    let mut runner = TestRunner::new(ProptestConfig::default());
    let (mut cases, mut equal) = (0, 0);
    for _ in 0..300 {
        let seed = any::<u64>().new_tree(&mut runner).unwrap().current();
        let mut chance = Chance::Drawn(seed);
        let acc = HOUR * chance.one_of(&[1, 2, 3, 4, 6, 8, 12, 24, 36]);
        let mut copy = every(0, (acc, 0, 0));
        copy.retention = Arc::new(retention(&mut chance));
        let policy = Arc::clone(&copy.retention);
        let schedule = Schedule::Every(span(acc));
        let horizon = Span::from_days(60);
        let enumerated = calendar::thinning_curve(&schedule, &policy, horizon).unwrap();
        let mut from = Span::ZERO;
        for (until, spacing) in thinning_curve(&graph(vec![copy]), 0) {
            let until = until.min(Bound::Finite(horizon)).finite().unwrap();
            let seen = enumerated.worst_loss_between(from + Span::from_millis(1), until);
            assert!(
                seen <= Bound::Finite(spacing),
                "seed {seed}: {from} to {until}: {spacing} promised, {seen} enumerated\n{policy:?} every {acc} \
                 minutes\n{enumerated}"
            );
            cases += 1;
            equal += u32::from(seen == Bound::Finite(spacing));
            from = until;
        }
    }
    println!("closed forms of thinning: {cases} cases, {equal} as enumerated");
    assert!(cases >= 200);
}
