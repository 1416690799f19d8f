//! What a bad write costs that is found late.

use super::*;
use crate::exposure::loss::{dwell_within, thinning_curve};

fn told(graph: &CopyGraph, copy: usize, dwell: &str) -> String {
    explained(graph, copy, Scope::Corruption, &found_within(dwell))
}

fn lost(graph: &CopyGraph, copy: usize, dwell: &str) -> Bound<Span> {
    rpo(graph, copy, Scope::Corruption, &found_within(dwell))
}

fn kept_by(retention: Arc<Retention>) -> CopyGraph {
    target(vec![Copy {
        retention,
        ..snapshot("near", "6h", "1h")
    }])
}

fn fathers() -> Arc<Retention> {
    keep(Keep {
        last: Some(8),
        daily: Some(7),
        weekly: Some(5),
        ..Keep::default()
    })
}

fn curve(graph: &CopyGraph, copy: usize) -> String {
    thinning_curve(graph, copy)
        .iter()
        .map(|(until, spacing)| format!("until {until}: {spacing} apart\n"))
        .collect()
}

#[test]
fn found_at_once_it_costs_the_age_of_the_newest_point() {
    insta::assert_snapshot!(told(&kept_by(last(4)), 0, "0"), @r#"
    `snapshot["near"]` loses 7h: the age of its newest point, found at once [declared]
      `snapshot["near"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
    = 7h (declared), dwell of 18h, rolled back 7h
    "#);
}

#[test]
fn found_late_it_costs_the_gap_between_points_and_the_dwell_is_rolled_back() {
    insta::assert_snapshot!(told(&kept_by(fathers()), 0, "1d"), @r#"
    `snapshot["near"]` loses 6h: as far apart are its points at the dwell 1d, which its age is within [declared]
      `snapshot["near"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
      at an age of 1d the rule `last` keeps points at most 6h apart (it reaches back 1d18h)
    = 6h (declared), dwell of 21d, rolled back 1d6h
    "#);
}

#[test]
fn later_points_are_thinned_out() {
    insta::assert_snapshot!(told(&kept_by(fathers()), 0, "14d"), @r#"
    `snapshot["near"]` loses 7d6h: as far apart are its points at the dwell 14d, which its age is within [declared]
      `snapshot["near"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
      at an age of 14d the rule `weekly` keeps points at most 7d6h apart (it reaches back 21d)
    = 7d6h (declared), dwell of 21d, rolled back 21d6h
    "#);
    insta::assert_snapshot!(curve(&kept_by(fathers()), 0), @"
    until 1d18h: 6h apart
    until 5d: 1d6h apart
    until 21d: 7d6h apart
    ");
}

#[test]
fn found_too_late_no_clean_point_is_left() {
    insta::assert_snapshot!(told(&kept_by(last(4)), 0, "19h"), @r#"
    `snapshot["near"]` is not sure to keep a point that is 19h old: 18h at most [hard]
      `snapshot["near"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
    = unbounded (hard), dwell of 18h, rolled back unbounded
    "#);
    assert_eq!(lost(&kept_by(last(4)), 0, "18h"), finite("6h"));
    assert_eq!(lost(&kept_by(within("7d")), 0, "6d18h"), finite("6h"));
    assert_eq!(lost(&kept_by(within("7d")), 0, "6d19h"), Bound::Unbounded);
}

#[test]
fn a_lock_keeps_what_the_retention_would_drop() {
    let mut graph = kept_by(last(2));
    graph.copies[0].lock = Some(super::account::lock("7d"));
    assert_eq!(lost(&graph, 0, "6d17h"), finite("6h"));
    // The point that was made 6 h before the bad write is just as old as the lock then, and may go.
    assert_eq!(lost(&graph, 0, "6d18h"), Bound::Unbounded);
}

#[test]
fn a_deadline_ends_every_rule() {
    let policy = Retention {
        keep: fathers().keep.clone(),
        delete_after: Some(span("10d")),
        ..Retention::default()
    };
    let graph = kept_by(Arc::new(policy));
    insta::assert_snapshot!(curve(&graph, 0), @"
    until 1d18h: 6h apart
    until 5d: 1d6h apart
    ");
}

#[test]
fn a_copy_has_wider_gaps_than_its_own_interval() {
    // 12 h snapshots copied every 30 h: gaps of 36 h occur.
    let mut graph = target(vec![
        snapshot("near", "12h", "0"),
        copied("far", "30h", "0", 0),
    ]);
    graph.copies[1].retention = within("30d");
    insta::assert_snapshot!(told(&graph, 1, "14d"), @r#"
    `copy["far"]` loses 1d18h: as far apart are its points at the dwell 14d, which its age is within [declared]
      `copy["far"]`: age 1d18h = every 1d6h + age at its source 12h [declared]
        `snapshot["near"]`: age 12h = every 12h [declared]
          every 12h, by its schedule [declared]
        every 1d6h, by its schedule [declared]
      at an age of 14d the rule `within` keeps points at most 1d18h apart (it reaches back 28d6h)
    = 1d18h (declared), dwell of 28d6h, rolled back 15d18h
    "#);
}

#[test]
fn reruns_bring_points_closer_so_that_a_count_reaches_less_far() {
    let mut graph = kept_by(last(4));
    graph.copies[0].unnoticed = Some(declared(span("2h"), "its `rerun`"));
    assert_eq!(lost(&graph, 0, "15h"), finite("10h"));
    assert_eq!(lost(&graph, 0, "16h"), Bound::Unbounded);
}

#[test]
fn a_copy_that_is_younger_than_the_bad_write_is_of_no_use() {
    let mut graph = kept_by(within("30d"));
    graph.copies[0].holds = points("5d", "2h");
    insta::assert_snapshot!(told(&graph, 0, "14d"), @r#"
    the oldest point of `snapshot["near"]` is 5d old, younger than a bad write found after 14d [hard]
      `snapshot["near"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
    = unbounded (hard), dwell of 5d, rolled back unbounded
    "#);
    assert_eq!(lost(&graph, 0, "5d"), finite("6h"));
}

#[test]
fn a_stale_copy_costs_what_it_is_stale_beyond_the_dwell() {
    let mut graph = kept_by(within("30d"));
    graph.copies[0].holds = points("20d", "3d");
    assert_eq!(lost(&graph, 0, "1d"), finite("2d"));
    assert_eq!(lost(&graph, 0, "4d"), finite("6h"));
}

#[test]
fn a_log_brings_back_any_instant_as_far_as_its_bases_reach() {
    let with = |bases, window| {
        let base = Copy {
            retention: within(bases),
            ..snapshot("base", "1d", "2h")
        };
        target(vec![base, log("wal", "1m", Some(window), Some(0))])
    };
    insta::assert_snapshot!(told(&with("30d", "14d"), 1, "7d"), @r#"
    `log["wal"]` loses 1m: as far apart are its points at the dwell 7d, which its age is within [assumed]
      `log["wal"]`: age 1m = sent every 1m [assumed]
        sent at least every 1m, by its `flush_every` [declared]
        assuming that log is archived as fast as it is written
        replayed from a base in `snapshot["base"]` at most 1d2h old: it reaches back 14d
      at an age of 7d the rule `log` keeps points at most 1m apart (it reaches back 13d)
    assuming log is archived as fast as it is written
    = 1m (assumed), dwell of 13d, rolled back 7d1m
    "#);
    // The base of an instant 14 d ago is up to a day older, and there the log is gone.
    assert_eq!(lost(&with("30d", "14d"), 1, "14d"), Bound::Unbounded);
    assert_eq!(lost(&with("30d", "14d"), 1, "13d"), finite("1m"));
    insta::assert_snapshot!(told(&with("5d", "14d"), 1, "7d"), @r#"
    `log["wal"]` is not sure to keep a point that is 7d old: 4d at most [hard]
      `log["wal"]`: age 1m = sent every 1m [assumed]
        sent at least every 1m, by its `flush_every` [declared]
        assuming that log is archived as fast as it is written
        replayed from a base in `snapshot["base"]` at most 1d2h old: it reaches back 14d
    = unbounded (hard), dwell of 4d, rolled back unbounded
    "#);
    assert_eq!(lost(&with("30d", "14d"), 1, "30s"), finite("1m"));
}

#[test]
fn a_window_of_the_service_itself_needs_no_base() {
    let graph = target(vec![log("pitr", "5m", Some("35d"), None)]);
    assert_eq!(lost(&graph, 0, "35d"), finite("5m"));
    assert_eq!(lost(&graph, 0, "36d"), Bound::Unbounded);
}

#[test]
fn bases_made_by_hand_bring_back_what_they_are_seen_to() {
    let by_hand = Capture::Never("it runs by hand only".to_owned());
    let base = Copy {
        holds: points("20d", "9d"),
        ..copy(Mechanism::Snapshot, "base", by_hand)
    };
    let graph = target(vec![base, log("wal", "1m", None, Some(0))]);
    assert_eq!(lost(&graph, 1, "20d"), finite("1m"));
    assert_eq!(lost(&graph, 1, "21d"), Bound::Unbounded);
    let mut counted = graph.clone();
    counted.copies[0].retention = last(3);
    assert_eq!(lost(&counted, 1, "1d"), Bound::Unbounded);
}

#[test]
fn increments_reach_as_far_as_their_fulls() {
    let base = Copy {
        retention: within("30d"),
        ..snapshot("full", "7d", "0")
    };
    let increments = Copy {
        chain: Some(0),
        ..snapshot("increments", "1d", "0")
    };
    let graph = target(vec![base, increments]);
    // A full is kept 30 d, of which up to 7 d pass until it is superseded; an increment may be a day older than asked.
    assert_eq!(lost(&graph, 1, "22d"), finite("1d"));
    assert_eq!(lost(&graph, 1, "23d"), Bound::Unbounded);
}

fn delayed() -> CopyGraph {
    let lag = Lag::Time(declared(span("10s"), "its `lag`"));
    target(vec![replica("late", lag, "6h")])
}

#[test]
fn a_delayed_replica_that_is_stopped_in_time_is_behind_by_the_rest_of_its_delay() {
    insta::assert_snapshot!(told(&delayed(), 0, "1h"), @r#"
    `replica["late"]` loses 5h10s = age 6h10s − dwell 1h: stopped before it applies the bad write [declared]
      `replica["late"]`: age 6h10s = lag 10s + delay 6h [declared]
        lag 10s, by its `lag` [declared]
        behind on purpose by 6h, by its `delay` [declared]
    = 5h10s (declared), dwell of 6h, rolled back 6h10s
    "#);
    assert_eq!(lost(&delayed(), 0, "6h"), finite("10s"));
}

#[test]
fn a_delayed_replica_that_replays_its_log_loses_its_lag_only() {
    let mut graph = delayed();
    graph.copies[0].recovery.replay_since = Some(span("6h"));
    insta::assert_snapshot!(told(&graph, 0, "1h"), @r#"
    `replica["late"]` loses 10s = lag 10s: stopped before it applies the bad write, and rolled forward to it [declared]
      `replica["late"]`: age 6h10s = lag 10s + delay 6h [declared]
        lag 10s, by its `lag` [declared]
        behind on purpose by 6h, by its `delay` [declared]
    = 10s (declared), dwell of 6h, rolled back 1h10s
    "#);
}

#[test]
fn a_delayed_replica_is_too_late_for_what_is_found_after_its_delay() {
    insta::assert_snapshot!(told(&delayed(), 0, "7h"), @r#"
    wrong data arrive at `replica["late"]` after 6h, before they are found after 7h [hard]
      `replica["late"]`: age 6h10s = lag 10s + delay 6h [declared]
        lag 10s, by its `lag` [declared]
        behind on purpose by 6h, by its `delay` [declared]
    = unbounded (hard), dwell of 6h, rolled back unbounded
    "#);
}

#[test]
fn the_longest_dwell_that_meets_a_goal_is_that_of_the_finest_rules() {
    let graph = kept_by(fathers());
    let within = |rpo| dwell_within(&graph, 0, span(rpo), now());
    assert_eq!(within("5h"), None);
    assert_eq!(within("6h"), Some(finite("42h")));
    assert_eq!(within("30h"), Some(finite("5d")));
    assert_eq!(within("8d"), Some(finite("21d")));
}
