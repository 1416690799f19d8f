//! What becomes of a verdict that rests on a place which nobody has named.

use lifeboat_model::{Exposure, Verdict};

use super::*;
use crate::exposure::assess_graph;
use crate::exposure::recovery::Load;
use crate::exposure::trace::Silent;

/// Snapshots in such a region that come back within such a time.
fn stands(name: &str, region: &str, gap: &str, time: &str) -> Copy {
    let mut copy = Copy {
        domains: domains(&[
            (Scope::Region, region),
            (Scope::Account, &format!("vendor:{name}")),
        ]),
        ..snapshot(name, gap, "1h")
    };
    copy.recovery.whole = Some(declared(span(time), "a drill"));
    copy.recovery.provision = Some(none());
    copy.recovery.promote = Some(none());
    copy.recovery.warm = Some(none());
    copy.recovery.repoint = Some(declared(Bound::Finite(Span::ZERO), "its `repoint`"));
    copy
}

fn goal() -> Goal {
    Goal {
        rpo: Some(span("1d")),
        rto: Some(span("8h")),
        ..Goal::default()
    }
}

fn assessed(copies: Vec<Copy>, scope: Scope, goal: &Goal) -> Exposure {
    let graph = target(copies);
    assess_graph(&graph, scope, goal, &Load::alone(), now(), &mut Silent)
}

fn verdicts(exposure: &Exposure, goal: &Goal) -> (Verdict, Verdict) {
    (exposure.rpo_verdict(goal), exposure.rto_verdict(goal))
}

#[test]
fn neither_the_loss_nor_the_time_is_proved() {
    let goal = goal();
    let made_up = || vec![stands("far", "region:another-region", "6h", "2h")];
    let region = assessed(made_up(), Scope::Region, &goal);
    assert_eq!(
        verdicts(&region, &goal),
        (Verdict::MetAssuming, Verdict::MetAssuming)
    );
    let assumed = ["`another-region` is a real place: name it"];
    assert_eq!(
        (&region.rpo.assuming[..], &region.rto.assuming[..]),
        (
            &assumed.map(String::from)[..],
            &assumed.map(String::from)[..]
        )
    );
    // No place is lost, so it does not matter which it is.
    let corruption = assessed(made_up(), Scope::Corruption, &goal);
    assert_eq!(verdicts(&corruption, &goal), (Verdict::Met, Verdict::Met));
    let named = vec![stands("far", "region:gravelines", "6h", "2h")];
    let named = assessed(named, Scope::Region, &goal);
    assert_eq!(verdicts(&named, &goal), (Verdict::Met, Verdict::Met));
}

#[test]
fn the_freshest_and_the_fastest_prove_nothing_of_one_copy_that_is_both() {
    let goal = goal();
    let all = |middle: &str| {
        let copies = vec![
            stands("fresh", "region:a", "2h", "2d"),
            stands("both", middle, "6h", "4h"),
            stands("fast", "region:b", "3d", "1h"),
        ];
        verdicts(&assessed(copies, Scope::Region, &goal), &goal)
    };
    assert_eq!(all("region:c"), (Verdict::Met, Verdict::Met));
    assert_eq!(
        all("region:another-region"),
        (Verdict::Met, Verdict::MetAssuming)
    );
}

#[test]
fn a_dwell_that_is_tolerated_only_there_is_not_proved() {
    let goal = Goal {
        detected_within: Some(span("1d")),
        ..Goal::default()
    };
    let dwell = |names: &[&str]| {
        let copies = names
            .iter()
            .map(|name| stands(name, "region:b", "6h", "2h"));
        let exposure = assessed(copies.collect(), Scope::Account, &goal);
        assert!(exposure.tolerated_dwell >= Some(Bound::Finite(span("1d"))));
        exposure.dwell_assuming.join(", ")
    };
    insta::assert_snapshot!(dwell(&["another-vendor"]), @"`another-vendor` is a real place: name it");
    assert_eq!(dwell(&["another-vendor", "tape"]), "");
}

#[test]
fn a_derivation_says_it_below_the_copy() {
    let graph = target(vec![stands("far", "region:another-region", "6h", "2h")]);
    let mut tree = Tree::default();
    let _ = assess_graph(
        &graph,
        Scope::Region,
        &goal(),
        &Load::alone(),
        now(),
        &mut tree,
    );
    let steps = tree.steps();
    let below = steps
        .iter()
        .flat_map(|it| &it.below)
        .flat_map(|it| &it.below);
    let assumed = below.filter(|it| it.provenance == Some(Provenance::Assumed));
    let assumed: Vec<&str> = assumed.map(|it| it.says.as_str()).collect();
    assert_eq!(
        assumed,
        ["assuming that `another-region` is a real place: name it"]
    );
}
