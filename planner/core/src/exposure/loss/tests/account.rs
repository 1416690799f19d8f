//! What somebody costs who holds the target's credentials.

use super::*;
use crate::exposure::graph::{LiftedBy, Lock};

pub(super) fn lock(lasts: &str) -> Lock {
    Lock {
        lasts: declared(span(lasts), "its `lock_for`"),
        lifted_by: LiftedBy::Nobody,
    }
}

fn told(graph: &CopyGraph, copy: usize, dwell: &str) -> String {
    explained(graph, copy, Scope::Account, &found_within(dwell))
}

fn lost(graph: &CopyGraph, copy: usize, dwell: &str) -> Bound<Span> {
    rpo(graph, copy, Scope::Account, &found_within(dwell))
}

/// A copy in the target's own account.
fn inside(lock: Option<Lock>) -> CopyGraph {
    target(vec![Copy {
        domains: domains(&[(Scope::Account, "account 1")]),
        lock,
        ..snapshot("near", "6h", "1h")
    }])
}

fn outside(retention: Arc<Retention>) -> CopyGraph {
    target(vec![Copy {
        retention,
        ..snapshot("far", "6h", "1h")
    }])
}

#[test]
fn what_the_target_s_account_can_delete_is_gone() {
    insta::assert_snapshot!(told(&inside(None), 0, "1d"), @r#"
    whoever can change `docs` can delete `snapshot["near"]` (both on account 1)
    = unbounded (hard), dwell of 0s, rolled back unbounded
    "#);
}

#[test]
fn who_can_delete_must_be_known() {
    let mut graph = outside(Arc::default());
    graph.copies[0].domains = domains(&[(Scope::Region, "region 9")]);
    insta::assert_snapshot!(told(&graph, 0, "1d"), @r#"
    `snapshot["far"]` does not count: it is not known who can delete it
    = unbounded (hard), dwell of 0s, rolled back unbounded
    "#);
    let mut graph = outside(Arc::default());
    graph.domains = domains(&[(Scope::Region, "region 1")]);
    insta::assert_snapshot!(told(&graph, 0, "1d"), @r#"
    `snapshot["far"]` does not count: it is not known who can change `docs`
    = unbounded (hard), dwell of 0s, rolled back unbounded
    "#);
}

#[test]
fn a_lock_must_last_as_long_as_the_dwell_and_the_age_of_the_newest_point() {
    let graph = inside(Some(lock("7d")));
    insta::assert_snapshot!(told(&graph, 0, "6d"), @r#"
    `snapshot["near"]` loses 7h: the age of its newest point when the attack began 6d ago [declared]
      `snapshot["near"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
      whoever attacks, a point made before is kept if the attack is found within 6d17h
    = 7h (declared), dwell of 6d17h, rolled back 6d7h
    "#);
    assert_eq!(lost(&graph, 0, "6d17h"), finite("7h"));
    insta::assert_snapshot!(told(&graph, 0, "6d18h"), @r#"
    a point of `snapshot["near"]` from before an attack is sure to be kept for 6d17h only, and it is found after 6d18h [hard]
      `snapshot["near"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
      whoever attacks, a point made before is kept if the attack is found within 6d17h
    = unbounded (hard), dwell of 6d17h, rolled back unbounded
    "#);
    insta::assert_snapshot!(told(&inside(Some(lock("6h"))), 0, "0"), @r#"
    `snapshot["near"]` is sure to keep a point for 6h only, and the newest one may be as old as 7h [hard]
      `snapshot["near"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
    = unbounded (hard), dwell of 0s, rolled back unbounded
    "#);
}

#[test]
fn a_lock_that_the_attacker_can_lift_is_none() {
    let lifted = |lifted_by| {
        let mut graph = inside(Some(lock("30d")));
        graph.copies[0].lock.as_mut().unwrap().lifted_by = lifted_by;
        graph
    };
    let holders = |id| LiftedBy::Holders(domains(&[(Scope::Account, id)]).to_vec());
    insta::assert_snapshot!(told(&lifted(LiftedBy::Anybody), 0, "1d"), @r#"
    whoever can change `docs` can delete `snapshot["near"]` (both on account 1), and its lock can still be lifted by anybody
    = unbounded (hard), dwell of 0s, rolled back unbounded
    "#);
    insta::assert_snapshot!(told(&lifted(holders("account 1")), 0, "1d"), @r#"
    whoever can change `docs` can delete `snapshot["near"]` (both on account 1), and can lift its lock, as far as is known
    = unbounded (hard), dwell of 0s, rolled back unbounded
    "#);
    assert_eq!(lost(&lifted(holders("account 2")), 0, "1d"), finite("7h"));
    let unknown = LiftedBy::Holders(Vec::new());
    assert_eq!(lost(&lifted(unknown), 0, "1d"), Bound::Unbounded);
}

#[test]
fn what_is_kept_by_count_is_pushed_out_though_nobody_may_delete_it() {
    insta::assert_snapshot!(told(&outside(last(100)), 0, "1d"), @r#"
    `snapshot["far"]` keeps points by count, and an attacker can make as many as push out the clean ones [hard]
      `snapshot["far"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
    = unbounded (hard), dwell of 0s, rolled back unbounded
    "#);
    let daily = keep(Keep {
        daily: Some(30),
        ..Keep::default()
    });
    assert_eq!(lost(&outside(daily.clone()), 0, "1d"), Bound::Unbounded);
    let mut locked = outside(daily);
    locked.copies[0].lock = Some(lock("7d"));
    assert_eq!(lost(&locked, 0, "6d17h"), finite("7h"));
}

#[test]
fn what_is_kept_by_time_outside_the_account_stays() {
    insta::assert_snapshot!(told(&outside(within("7d")), 0, "6d"), @r#"
    `snapshot["far"]` loses 7h: the age of its newest point when the attack began 6d ago [declared]
      `snapshot["far"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
      whoever attacks, a point made before is kept if the attack is found within 6d17h
    = 7h (declared), dwell of 6d17h, rolled back 6d7h
    "#);
    assert_eq!(lost(&outside(within("7d")), 0, "6d18h"), Bound::Unbounded);
    let all = outside(Arc::default());
    assert_eq!(lost(&all, 0, "365d"), finite("7h"));
    assert_eq!(
        loss(&all, 0, Scope::Account, &Goal::default()).tolerated_dwell,
        Bound::Unbounded
    );
}

#[test]
fn points_under_way_when_the_attack_begins_are_stopped() {
    let graph = outside(within("7d"));
    assert_eq!(lost(&graph, 0, "7h"), finite("7h"));
    assert_eq!(
        rpo(&graph, 0, Scope::Corruption, &found_within("7h")),
        finite("6h")
    );
}

#[test]
fn a_log_outside_the_account_needs_bases_that_outlive_the_attack() {
    let with = |retention, window| {
        let base = Copy {
            retention,
            ..snapshot("base", "1d", "2h")
        };
        target(vec![base, log("wal", "1m", window, Some(0))])
    };
    let kept = with(within("30d"), Some("14d"));
    insta::assert_snapshot!(told(&kept, 1, "7d"), @r#"
    `log["wal"]` loses 1m: the age of its newest point when the attack began 7d ago [assumed]
      `log["wal"]`: age 1m = sent every 1m [assumed]
        sent at least every 1m, by its `flush_every` [declared]
        assuming that log is archived as fast as it is written
        replayed from a base in `snapshot["base"]` at most 1d2h old: it reaches back 14d
      whoever attacks, a point made before is kept if the attack is found within 12d22h
    assuming log is archived as fast as it is written
    = 1m (assumed), dwell of 12d22h, rolled back 7d1m
    "#);
    // The log must reach back to a base 26 h older than the attack.
    assert_eq!(lost(&kept, 1, "12d22h"), finite("1m"));
    assert_eq!(lost(&kept, 1, "12d23h"), Bound::Unbounded);
    insta::assert_snapshot!(told(&with(last(30), Some("14d")), 1, "7d"), @r#"
    `snapshot["base"]` keeps points by count, and an attacker can make as many as push out the clean ones [hard]
      `log["wal"]`: age 1m = sent every 1m [assumed]
        sent at least every 1m, by its `flush_every` [declared]
        assuming that log is archived as fast as it is written
        replayed from a base in `snapshot["base"]` at most 1d2h old: it reaches back 14d
    = unbounded (hard), dwell of 0s, rolled back unbounded
    "#);
}

#[test]
fn a_lock_in_the_account_must_hold_the_log_and_its_base() {
    let mut graph = target(vec![
        snapshot("base", "1d", "2h"),
        log("wal", "1m", Some("14d"), Some(0)),
    ]);
    for copy in &mut graph.copies {
        copy.domains = domains(&[(Scope::Account, "account 1")]);
        copy.lock = Some(lock("10d"));
    }
    assert_eq!(lost(&graph, 1, "8d22h"), finite("1m"));
    assert_eq!(lost(&graph, 1, "8d23h"), Bound::Unbounded);
    graph.copies[0].lock = None;
    insta::assert_snapshot!(told(&graph, 1, "1d"), @r#"
    `log["wal"]` is of no use without `snapshot["base"]`: whoever can change `docs` can delete `snapshot["base"]` (both on account 1)
    = unbounded (hard), dwell of 0s, rolled back unbounded
    "#);
}

#[test]
fn increments_outlive_an_attack_with_their_fulls() {
    let base = Copy {
        retention: within("30d"),
        ..snapshot("full", "7d", "0")
    };
    let increments = Copy {
        chain: Some(0),
        ..snapshot("increments", "1d", "0")
    };
    let graph = target(vec![base, increments]);
    assert_eq!(lost(&graph, 1, "22d"), finite("1d"));
    assert_eq!(lost(&graph, 1, "23d"), Bound::Unbounded);
}

#[test]
fn a_delayed_replica_elsewhere_helps_and_a_plain_one_does_not() {
    let lag = |delay| {
        let lag = Lag::Time(declared(span("10s"), "its `lag`"));
        target(vec![replica("late", lag, delay)])
    };
    assert_eq!(lost(&lag("6h"), 0, "1h"), finite("5h10s"));
    insta::assert_snapshot!(told(&lag("0"), 0, "0"), @r#"
    wrong data arrive at `replica["late"]` too, without delay
    = unbounded (hard), dwell of 0s, rolled back unbounded
    "#);
    let mut near = lag("6h");
    near.copies[0].domains = domains(&[(Scope::Account, "account 1")]);
    near.copies[0].lock = Some(lock("30d"));
    insta::assert_snapshot!(told(&near, 0, "1h"), @r#"
    whoever can change `docs` can delete `replica["late"]` (both on account 1), and a lock keeps points, which a live copy has none of
    = unbounded (hard), dwell of 0s, rolled back unbounded
    "#);
}

#[test]
fn a_history_shorter_than_the_dwell_holds_nothing_clean() {
    let mut graph = outside(within("30d"));
    graph.copies[0].holds = points("5d", "2h");
    insta::assert_snapshot!(told(&graph, 0, "6d"), @r#"
    the oldest point of `snapshot["far"]` is 5d old, younger than a bad write found after 6d [hard]
      `snapshot["far"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
      whoever attacks, a point made before is kept if the attack is found within 29d17h
    = unbounded (hard), dwell of 5d, rolled back unbounded
    "#);
}
