//! Services.

use std::borrow::Cow;

use lifeboat_model::{Address, Bound, Scope, Span};

use super::fixture::{at, declared, lines, span};
use crate::exposure::found::Found;
use crate::exposure::recovery::{
    Dependency, Member, Offer, Points, Promise, Service, ServiceFound, in_order, inversions,
    service,
};
use crate::exposure::trace::{Silent, Tree};

struct Names {
    service: Address,
    identity: Address,
    targets: Vec<Address>,
    uses: Vec<Address>,
}

fn names() -> Names {
    let numbered = |what: &str| (0..4).map(|i| at(&format!("{what}{i}"))).collect();
    Names {
        service: at("service.checkout"),
        identity: at("service.identity"),
        targets: numbered("target.postgres_database.t"),
        uses: numbered("protection.snapshot.p"),
    }
}

fn offer<'a>(uses: &'a Address, rpo: &str, restore: &str, points: Points) -> Offer<'a> {
    Offer {
        uses,
        rpo: Found::of(&declared(span(rpo))),
        restore: Found::of(&declared(span(restore))),
        points,
    }
}

fn member<'a>(target: &'a Address, offers: Vec<Offer<'a>>) -> Member<'a> {
    Member {
        target,
        alarm: Found::of(&declared(span("15m"))),
        offers,
        lost: Cow::Borrowed("nothing protects it"),
    }
}

fn of<'a>(names: &'a Names, members: Vec<Member<'a>>) -> Service<'a> {
    Service {
        address: &names.service,
        members,
        consistent_within: None,
        workers: None,
        dependencies: Vec::new(),
    }
}

fn points(apart: &str) -> Points {
    Points::Every {
        apart: span(apart),
        back_to: Bound::Unbounded,
    }
}

const LOG: Points = Points::Continuous {
    back_to: Bound::Unbounded,
};

fn found(it: &Service<'_>) -> ServiceFound {
    service(it, &mut Silent)
}

fn finite(text: &str) -> Bound<Span> {
    Bound::Finite(span(text))
}

fn derivation(it: &Service<'_>) -> String {
    let mut tree = Tree::default();
    service(it, &mut tree);
    lines(&tree.steps())
}

/// Three databases with logs that take 1 h, 2 h and 3 h.
fn three(names: &Names) -> Service<'_> {
    let all = ["1h", "2h", "3h"].iter().enumerate();
    let member = |(i, time): (usize, &&str)| {
        member(
            &names.targets[i],
            vec![offer(&names.uses[i], "5m", time, LOG)],
        )
    };
    of(names, all.map(member).collect())
}

#[test]
fn a_service_is_back_when_the_last_member_is() {
    let names = names();
    let it = three(&names);
    let found = found(&it);
    assert_eq!(found.rto.bound, finite("3h15m"));
    assert_eq!(found.rto_uses, Some(names.uses[2].clone()));
    assert_eq!(found.rpo.bound, finite("5m"));
}

#[test]
fn two_workers_take_half_the_work_and_half_the_longest() {
    let names = names();
    let mut it = three(&names);
    it.workers = Some(2);
    // 6 h / 2 + 3 h / 2.
    assert_eq!(found(&it).rto.bound, finite("4h45m"));
    insta::assert_snapshot!(derivation(&it), @"
    `service.checkout` loses at most 5m: all its members go back to one instant (declared)
      `target.postgres_database.t0` from `protection.snapshot.p0`: 5m (declared)
      `target.postgres_database.t1` from `protection.snapshot.p1`: 5m (declared)
      `target.postgres_database.t2` from `protection.snapshot.p2`: 5m (declared)
    `service.checkout` is back within 4h45m (declared)
      `target.postgres_database.t0` from `protection.snapshot.p0`: 1h (declared)
      `target.postgres_database.t1` from `protection.snapshot.p1`: 2h (declared)
      `target.postgres_database.t2` from `protection.snapshot.p2`: 3h (declared)
      2 at a time, in any order, all are back after 4h30m: their sum / 2 + (1 − 1/2) · the longest (declared)
    ");
    it.workers = Some(1);
    assert_eq!(found(&it).rto.bound, finite("6h15m"));
    it.workers = Some(3);
    assert_eq!(found(&it).rto.bound, finite("3h15m"));
}

#[test]
fn a_service_starts_when_what_it_needs_is_back() {
    let names = names();
    let mut it = three(&names);
    it.dependencies.push(Dependency {
        address: &names.identity,
        rto: Found::of(&declared(span("10m"))),
    });
    // It is back before anybody has decided.
    assert_eq!(found(&it).rto.bound, finite("3h15m"));
    it.dependencies[0].rto = Found::of(&declared(span("5h")));
    let found_late = found(&it);
    assert_eq!(found_late.rto.bound, finite("8h"));
    insta::assert_snapshot!(found_late.rto.reason, @"it starts after `service.identity`, which may take 5h");
    it.dependencies[0].rto = Found::unbounded("its restore bandwidth is not known");
    let never = found(&it);
    assert_eq!(never.rto.bound, Bound::Unbounded);
    insta::assert_snapshot!(never.rto.reason, @"it needs `service.identity`, and its restore bandwidth is not known");
    assert_eq!(never.rpo.bound, finite("5m"));
}

#[test]
fn a_lost_member_loses_the_service() {
    let names = names();
    let mut it = three(&names);
    it.members[1].offers.clear();
    let found = found(&it);
    assert_eq!(found.rpo.bound, Bound::Unbounded);
    assert_eq!(found.rto.bound, Bound::Unbounded);
    insta::assert_snapshot!(found.rto.reason, @"`target.postgres_database.t1` is lost: nothing protects it");
}

#[test]
fn snapshots_of_two_stores_have_no_common_cut_unless_it_is_tolerated() {
    let names = names();
    let two = |first, second| {
        let one = member(
            &names.targets[0],
            vec![offer(&names.uses[0], "25h", "1h", first)],
        );
        let two = member(
            &names.targets[1],
            vec![offer(&names.uses[1], "7h", "1h", second)],
        );
        of(&names, vec![one, two])
    };
    // If the first is behind, the second has a point within 6 h of it; if the second is, the first may have none
    // before now, which is 7 h.
    let mut it = two(points("24h"), points("6h"));
    insta::assert_snapshot!(found(&it).rpo.reason, @r#"`target.postgres_database.t1` and `target.postgres_database.t0` may come back to instants that are 7h apart, with no common cut: declare `consistent_within = "7h"` in `service.checkout` if it bears that, or protect them with logs"#);
    it.consistent_within = Some(span("7h"));
    assert_eq!(found(&it).rpo.bound, finite("25h"));
    insta::assert_snapshot!(derivation(&it), @"
    `service.checkout` loses at most 1d1h: its members go back to instants at most 7h apart (declared)
      `target.postgres_database.t0` from `protection.snapshot.p0`: 1d1h (declared)
      `target.postgres_database.t1` from `protection.snapshot.p1`: 7h (declared)
    `service.checkout` is back within 1h15m (declared)
      `target.postgres_database.t0` from `protection.snapshot.p0`: 1h (declared)
      `target.postgres_database.t1` from `protection.snapshot.p1`: 1h (declared)
    ");
    it.consistent_within = Some(span("6h59m"));
    assert_eq!(found(&it).rpo.bound, Bound::Unbounded);
}

#[test]
fn a_log_follows_the_points_of_the_other_member() {
    let names = names();
    let snapshots = member(
        &names.targets[0],
        vec![offer(&names.uses[0], "25h", "1h", points("24h"))],
    );
    let logged = member(
        &names.targets[1],
        vec![offer(&names.uses[1], "5m", "1h", LOG)],
    );
    let it = of(&names, vec![snapshots, logged]);
    assert_eq!(found(&it).rpo.bound, finite("25h"));
    let mut late = it.clone();
    late.members[1].offers[0].rpo = Found::of(&declared(span("2h")));
    let late = found(&late);
    assert_eq!(late.rpo.bound, finite("26h"));
    insta::assert_snapshot!(late.rpo.reason, @"the logs follow the member that has points only");
    let mut short = it;
    short.members[1].offers[0].points = Points::Continuous {
        back_to: finite("24h"),
    };
    assert_eq!(found(&short).rpo.bound, Bound::Unbounded);
}

#[test]
fn logs_alone_meet_at_the_oldest_of_their_ends() {
    let names = names();
    assert_eq!(found(&three(&names)).rpo.bound, finite("5m"));
}

#[test]
fn replicas_in_step_have_a_common_cut_and_others_do_not() {
    let names = names();
    let two = |lag: &str| {
        let one = |i: usize| {
            member(
                &names.targets[i],
                vec![offer(&names.uses[i], lag, "1m", Points::Newest)],
            )
        };
        of(&names, vec![one(0), one(1)])
    };
    assert_eq!(found(&two("0s")).rpo.bound, finite("0s"));
    assert_eq!(found(&two("30s")).rpo.bound, Bound::Unbounded);
}

#[test]
fn the_choices_of_a_service_are_those_that_no_other_beats() {
    let names = names();
    let both = |i: usize, fresh: &str, fast: &str| {
        member(
            &names.targets[i],
            vec![
                offer(&names.uses[i], fresh, "4h", LOG),
                offer(&names.uses[i + 2], "24h", fast, LOG),
            ],
        )
    };
    let it = of(&names, vec![both(0, "5m", "10m"), both(1, "1h", "20m")]);
    let found = found(&it);
    let shown: Vec<String> = found
        .choices
        .iter()
        .map(|choice| format!("{} loses {}, takes {}", choice.uses, choice.rpo, choice.rto))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    protection.snapshot.p1 loses 1h, takes 4h15m
    protection.snapshot.p3 loses 1d, takes 35m
    ");
}

#[test]
fn services_stand_after_what_they_need_and_circles_stay_over() {
    let names: Vec<Address> = ["a", "b", "c", "d", "e"]
        .iter()
        .map(|name| at(&format!("service.{name}")))
        .collect();
    let needs: Vec<Vec<Address>> = vec![
        vec![names[1].clone()],
        vec![names[2].clone(), at("service.gone")],
        vec![],
        vec![names[4].clone()],
        vec![names[3].clone()],
    ];
    let pairs = names.iter().zip(needs.iter().map(Vec::as_slice));
    let (order, circular) = in_order(pairs);
    assert_eq!(order, [&names[2], &names[1], &names[0]]);
    assert_eq!(circular, [&names[3], &names[4]]);
}

#[test]
fn a_goal_below_the_bound_of_what_is_needed_is_an_inversion() {
    let (shop, pay, store) = (at("service.shop"), at("service.pay"), at("service.store"));
    let promise = |service, goal: Option<&str>, bound, needs| Promise {
        service,
        scope: Scope::Zone,
        goal: goal.map(span),
        bound,
        needs,
    };
    let (of_shop, of_pay) = ([pay.clone()], [store.clone()]);
    let promises = |bound| {
        [
            promise(&shop, Some("1h"), bound, of_shop.as_slice()),
            promise(&pay, Some("4h"), bound, of_pay.as_slice()),
            promise(&store, None, bound, &[]),
        ]
    };
    let told = |bound| {
        let found = inversions(&promises(bound));
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        lines.join("\n")
    };
    assert_eq!(told(finite("1h")), "");
    insta::assert_snapshot!(told(finite("3h")), @"`service.shop` shall be back within 1h (zone), but `service.pay`, which it needs, may take 3h because of `service.store`");
    insta::assert_snapshot!(told(Bound::Unbounded), @"
    `service.shop` shall be back within 1h (zone), but `service.pay`, which it needs, may take for ever because of `service.store`
    `service.pay` shall be back within 4h (zone), but `service.store`, which it needs, may take for ever
    ");
}
