//! How old the newest point can be.

use super::*;
use lifeboat_model::{ByteSize, Rate};

const REGION: Goal = Goal {
    rpo: None,
    rto: None,
    detected_within: None,
};

fn told(graph: &CopyGraph, copy: usize) -> String {
    explained(graph, copy, Scope::Region, &REGION)
}

fn age(graph: &CopyGraph, copy: usize) -> Bound<Span> {
    rpo(graph, copy, Scope::Region, &REGION)
}

#[test]
fn a_snapshot_is_as_old_as_its_interval_and_its_run() {
    let graph = target(vec![snapshot("near", "6h", "1h")]);
    insta::assert_snapshot!(told(&graph, 0), @r#"
    `snapshot["near"]`: age 7h = every 6h + run 1h [declared]
      every 6h, by its schedule [declared]
      run 1h, by its `run_time` [declared]
    = 7h (declared), dwell of unbounded
    "#);
}

#[test]
fn independent_schedules_add_up() {
    let graph = target(vec![
        snapshot("near", "6h", "1h"),
        copied("far", "1d", "2h", 0),
    ]);
    insta::assert_snapshot!(told(&graph, 1), @r#"
    `copy["far"]`: age 1d9h = every 1d + run 2h + age at its source 7h [declared]
      `snapshot["near"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
      every 1d, by its schedule [declared]
      run 2h, by its `run_time` [declared]
    = 1d9h (declared), dwell of unbounded
    "#);
}

#[test]
fn a_copy_that_follows_adds_its_run_only() {
    let graph = target(vec![
        snapshot("near", "6h", "1h"),
        following("far", "2h", 0),
    ]);
    insta::assert_snapshot!(told(&graph, 1), @r#"
    `copy["far"]`: age 9h = age at its source 7h + run 2h [declared]
      `snapshot["near"]`: age 7h = every 6h + run 1h [declared]
        every 6h, by its schedule [declared]
        run 1h, by its `run_time` [declared]
      run 2h, by its `run_time` [declared]
    = 9h (declared), dwell of unbounded
    "#);
}

#[test]
fn a_copy_that_follows_and_is_too_slow_waits_for_its_turn() {
    let graph = target(vec![
        snapshot("near", "6h", "1h"),
        following("far", "8h", 0),
    ]);
    assert_eq!(age(&graph, 1), finite("30h"));
}

#[test]
fn an_aligned_copy_waits_for_an_arrival_where_the_intervals_do_not_fit() {
    let aligned = |gap| {
        let far = Copy {
            aligned: true,
            ..copied("far", gap, "0", 0)
        };
        target(vec![snapshot("near", "12h", "0"), far])
    };
    assert_eq!(age(&aligned("24h"), 1), finite("24h"));
    // Started at the arrivals of 0 h and of 36 h: just before the latter, 36 h are lost.
    assert_eq!(age(&aligned("30h"), 1), finite("42h"));
}

#[test]
fn a_run_that_lasts_longer_than_its_interval_leaves_runs_out() {
    let graph = target(vec![snapshot("near", "6h", "7h")]);
    insta::assert_snapshot!(told(&graph, 0), @r#"
    `snapshot["near"]`: age 19h = every 12h + run 7h [declared]
      every 6h, by its schedule [declared]
      12h until the next run that succeeds; a run of up to 7h leaves out those that are due meanwhile: they start up to 12h apart
      run 7h, by its `run_time` [declared]
    = 19h (declared), dwell of unbounded
    "#);
}

#[test]
fn a_run_time_that_is_assumed_never_overruns() {
    let mut near = snapshot("near", "1d", "3d");
    near.capture = Capture::Scheduled {
        shortest: span("1d"),
        longest: declared(span("3d"), "its schedule"),
    };
    near.prop.provenance = Provenance::Assumed;
    near.prop.source = "each run ends before its next one starts".into();
    let mut graph = target(vec![near]);
    assert_eq!(age(&graph, 0), finite("6d"));
    graph.copies[0].prop = declared(span("3d"), "its `run_time`");
    assert_eq!(
        age(&graph, 0),
        finite("9d"),
        "as declared, a run may be left out"
    );
}

#[test]
fn runs_that_may_fail_count_as_if_they_were_not_there() {
    let mut graph = target(vec![snapshot("near", "6h", "1h")]);
    graph.copies[0].tolerated_failures = 2;
    graph.copies[0].unnoticed = Some(declared(span("3h"), "its `alert_delay` and `rerun`"));
    insta::assert_snapshot!(told(&graph, 0), @r#"
    `snapshot["near"]`: age 23h = every 22h + run 1h [declared]
      every 6h, by its schedule [declared]
      22h until the next run that succeeds; 2 in a row may fail; one more that fails is made up for after 3h, by its `alert_delay` and `rerun`, and the next one up to 1h later
      run 1h, by its `run_time` [declared]
    = 23h (declared), dwell of unbounded
    "#);
}

#[test]
fn that_failed_runs_are_made_up_for_is_assumed_where_nobody_says_how() {
    let mut graph = target(vec![snapshot("near", "6h", "1h")]);
    graph.copies[0].unnoticed = None;
    insta::assert_snapshot!(told(&graph, 0), @r#"
    `snapshot["near"]`: age 7h = every 6h + run 1h [assumed]
      every 6h, by its schedule [declared]
      run 1h, by its `run_time` [declared]
    assuming a failed run is noticed and made up for at once
    = 7h (assumed), dwell of unbounded
    "#);
    graph.copies[0].tolerated_failures = 1;
    let found = loss(&graph, 0, Scope::Region, &REGION).rpo;
    assert_eq!(found.bound, finite("13h"));
    assert_eq!(
        found.assuming,
        ["no more runs in a row fail than are tolerated".into()]
    );
}

#[test]
fn what_is_seen_to_be_older_than_the_schedule_allows_counts_with_its_age() {
    let mut graph = target(vec![
        snapshot("near", "6h", "1h"),
        copied("far", "1d", "2h", 0),
    ]);
    graph.copies[0].holds = points("9d", "3d");
    insta::assert_snapshot!(told(&graph, 0), @r#"
    `snapshot["near"]`: age 3d, as seen [measured once, on 2026-03-01]
      every 6h, by its schedule [declared]
      run 1h, by its `run_time` [declared]
      its newest point is 3d old, more than the 7h that its schedule allows (measured)
    assuming the newest point is no older than when it was last looked at
    = 3d (measured once, on 2026-03-01), dwell of unbounded
    "#);
    // Its next run may take what is as old as that.
    assert_eq!(age(&graph, 1), finite("4d2h"));
    graph.copies[0].holds = points("9d", "3h");
    assert_eq!(age(&graph, 0), finite("7h"));
}

#[test]
fn what_nothing_runs_has_no_bound() {
    let reason = "nothing runs it: its schedule is not installed".to_owned();
    let graph = target(vec![
        copy(Mechanism::Snapshot, "near", Capture::Never(reason)),
        following("far", "1h", 0),
    ]);
    insta::assert_snapshot!(told(&graph, 1), @r#"
    `copy["far"]`: no bound on its age: nothing runs it: its schedule is not installed [hard]
      `snapshot["near"]`: no bound on its age: nothing runs it: its schedule is not installed [hard]
    = unbounded (hard), dwell of unbounded
    "#);
}

fn rated(
    write: Option<u64>,
    bandwidth: Option<u64>,
    burst: Option<u64>,
    limit: Option<u64>,
) -> CopyGraph {
    let mut log = log("wal", "1m", None, None);
    if let Capture::Log {
        bandwidth: of_log,
        burst: most,
        queue_limit,
        ..
    } = &mut log.capture
    {
        *of_log = bandwidth.map(|rate| declared(Rate(rate), "its `archive_bandwidth`"));
        *most = burst.map(|size| declared(ByteSize(size), "its `burst`"));
        *queue_limit = limit.map(|size| declared(ByteSize(size), "its `queue_limit`"));
    }
    let mut graph = target(vec![log]);
    graph.write_rate = write.map(|rate| declared(Rate(rate), "its `write_rate`"));
    graph
}

#[test]
fn a_log_that_waits_for_full_pieces_has_no_bound() {
    let graph = target(vec![log("wal", "0", None, None)]);
    insta::assert_snapshot!(told(&graph, 0), @r#"
    `log["wal"]`: no bound on its age: `log["wal"]` sends log only when a piece is full: nothing limits how long that takes [hard]
    = unbounded (hard), dwell of unbounded
    "#);
}

#[test]
fn a_log_whose_bandwidth_nobody_knows_is_assumed_to_keep_up() {
    insta::assert_snapshot!(told(&rated(None, None, None, None), 0), @r#"
    `log["wal"]`: age 1m = sent every 1m [assumed]
      sent at least every 1m, by its `flush_every` [declared]
      assuming that log is archived as fast as it is written
    assuming log is archived as fast as it is written
    = 1m (assumed), dwell of unbounded
    "#);
}

#[test]
fn a_burst_of_log_takes_its_time() {
    let mib = 1 << 20;
    let graph = rated(Some(mib), Some(2 * mib), Some(600 * mib), None);
    insta::assert_snapshot!(told(&graph, 0), @r#"
    `log["wal"]`: age 6m = sent every 1m + backlog 5m [declared]
      sent at least every 1m, by its `flush_every` [declared]
      archived at 2 MiB/s, by its `archive_bandwidth`, written at 1 MiB/s, by its `write_rate`
      backlog 5m = burst 600 MiB / 2 MiB/s; burst by its `burst`
    = 6m (declared), dwell of unbounded
    "#);
}

#[test]
fn log_that_is_written_faster_than_it_is_archived_has_no_bound() {
    insta::assert_snapshot!(told(&rated(Some(2000), Some(2000), None, None), 0), @r#"
    `log["wal"]`: no bound on its age: the log of `log["wal"]` is written at 1.9 KiB/s, and archived at no more than 1.9 KiB/s [hard]
      sent at least every 1m, by its `flush_every` [declared]
    = unbounded (hard), dwell of unbounded
    "#);
}

#[test]
fn a_queue_that_drops_log_has_no_bound_unless_all_of_it_fits() {
    insta::assert_snapshot!(told(&rated(None, None, None, Some(5000)), 0), @r#"
    `log["wal"]`: no bound on its age: `log["wal"]` drops log beyond a queue of 4.8 KiB, and it is not known that what is written fits [hard]
      sent at least every 1m, by its `flush_every` [declared]
      assuming that log is archived as fast as it is written
    = unbounded (hard), dwell of unbounded
    "#);
    let fits = |limit| rated(Some(10), Some(20), Some(1000), Some(limit));
    insta::assert_snapshot!(told(&fits(2000), 0), @r#"
    `log["wal"]`: no bound on its age: `log["wal"]` drops log beyond a queue of 1.9 KiB, and 2 KiB may wait in it [hard]
      sent at least every 1m, by its `flush_every` [declared]
      archived at 20 B/s, by its `archive_bandwidth`, written at 10 B/s, by its `write_rate`
      backlog 50s = burst 1000 B / 20 B/s; burst by its `burst`
    = unbounded (hard), dwell of unbounded
    "#);
    // A minute of waiting and 50 s of backlog at 10 B/s, and the burst.
    assert_eq!(age(&fits(2101), 0), finite("1m50s"));
}

#[test]
fn a_log_needs_a_base_that_it_reaches_back_to() {
    let with = |window| {
        target(vec![
            snapshot("base", "1d", "2h"),
            log("wal", "1m", window, Some(0)),
        ])
    };
    assert_eq!(age(&with(None), 1), finite("1m"));
    insta::assert_snapshot!(told(&with(Some("7d")), 1), @r#"
    `log["wal"]`: age 1m = sent every 1m [assumed]
      sent at least every 1m, by its `flush_every` [declared]
      assuming that log is archived as fast as it is written
      replayed from a base in `snapshot["base"]` at most 1d2h old: it reaches back 7d
    assuming log is archived as fast as it is written
    = 1m (assumed), dwell of unbounded
    "#);
    insta::assert_snapshot!(told(&with(Some("1d")), 1), @r#"
    `log["wal"]`: no bound on its age: `log["wal"]` reaches back 1d, and its base in `snapshot["base"]` may be older: 1d2h [hard]
      sent at least every 1m, by its `flush_every` [declared]
      assuming that log is archived as fast as it is written
    = unbounded (hard), dwell of unbounded
    "#);
}

#[test]
fn increments_go_with_their_full() {
    let with = |fulls| {
        let base = Copy {
            retention: last(fulls),
            ..snapshot("full", "7d", "2h")
        };
        let increments = Copy {
            chain: Some(0),
            ..snapshot("increments", "1d", "1h")
        };
        target(vec![base, increments])
    };
    assert_eq!(age(&with(2), 1), finite("25h"));
    insta::assert_snapshot!(told(&with(1), 1), @r#"
    `snapshot["increments"]`: no bound on its age: `snapshot["increments"]` may need a full of `snapshot["full"]` that is gone: one is kept 0s after the next, and an increment may be 1d1h old [hard]
      every 1d, by its schedule [declared]
      run 1h, by its `run_time` [declared]
    = unbounded (hard), dwell of unbounded
    "#);
}

#[test]
fn a_synchronous_replica_loses_nothing() {
    let graph = target(vec![replica("standby", Lag::Synchronous, "0")]);
    insta::assert_snapshot!(told(&graph, 0), @r#"
    `replica["standby"]`: age 0s = no time at all [declared]
      a write is there before it is acknowledged, after one failure inside the quorum
    = 0s (declared), dwell of unbounded
    "#);
}

#[test]
fn bytes_behind_are_time_at_a_known_write_rate_only() {
    let bytes = Lag::Bytes(declared(ByteSize(30 << 20), "its `lag_bytes`"));
    let mut graph = target(vec![replica("standby", bytes, "0")]);
    insta::assert_snapshot!(told(&graph, 0), @r#"
    `replica["standby"]`: no bound on its age: `replica["standby"]` is up to 30 MiB behind, and nobody knows how long those take to be written [hard]
    = unbounded (hard), dwell of unbounded
    "#);
    graph.write_rate = Some(declared(Rate(1 << 20), "its `write_rate`"));
    insta::assert_snapshot!(told(&graph, 0), @r#"
    `replica["standby"]`: age 30s = lag 30s [assumed]
      lag 30s = 30 MiB / 1 MiB/s, by its `lag_bytes` and its `write_rate`, assuming that `docs` is never written slower than at 1 MiB/s
    assuming `docs` is never written slower than at 1 MiB/s
    = 30s (assumed), dwell of unbounded
    "#);
    graph.write_rate = Some(declared(Rate(0), "its `write_rate`"));
    assert_eq!(age(&graph, 0), Bound::Unbounded);
}

#[test]
fn a_lag_that_nobody_knows_has_no_bound() {
    insta::assert_snapshot!(told(&target(vec![replica("standby", Lag::Unknown, "0")]), 0), @r#"
    `replica["standby"]`: no bound on its age: nobody knows how far `replica["standby"]` is behind [hard]
    = unbounded (hard), dwell of unbounded
    "#);
}
