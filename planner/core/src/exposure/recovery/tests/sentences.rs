//! One copy.

use lifeboat_model::{Bound, Keep, Mechanism, Rate, Retention, Scope, Span};

use super::fixture::{
    GIB, MIB, alone, at_once, control_plane, copy, declared, derivation, domain, every, graph, hop,
    log, over, replica, snapshot, span,
};
use crate::exposure::graph::{Capture, CopyGraph, Hop, Recovery};
use crate::exposure::recovery::Load;

/// A nightly base and the log since it, both over one link.
fn base_and_log() -> CopyGraph {
    let mut base = snapshot(over(vec![hop("the vault", 64 * MIB)]));
    base.prop = declared(span("2h"));
    let recovery = Recovery {
        provision: Some(declared(span("20m"))),
        unarchive: Some(declared(span("5m"))),
        replay_since: Some(span("26h")),
        replay_rate: Some(declared(Rate(8 * MIB))),
        verify: Some(declared(span("3m"))),
        ..over(vec![hop("the vault", 64 * MIB)])
    };
    let mut archive = copy(
        "protection.log.archive",
        Mechanism::Log,
        log("1m", "7d"),
        recovery,
    );
    archive.chain = Some(0);
    graph(vec![base, archive])
}

#[test]
fn a_restore_through_log_reads_its_base_and_replays_what_came_since() {
    insta::assert_snapshot!(derivation(&base_and_log(), 1, Scope::Zone, &Load::alone()), @"
    `target.postgres_database.orders` is back from `protection.log.archive` within 4h28m (declared)
      5m until somebody knows, by the assumptions block (declared)
      10m until the recovery is decided, by the assumptions block (declared)
      all is ready for the data after 20m, side by side (declared)
        20m until there is something to restore to, by the assumptions block (declared)
        5m until its points can be read, by the assumptions block (declared)
      the data are there within 35m2s (declared)
        40 GiB of `protection.snapshot.nightly` over the vault at 64 MiB/s: 10m40s
        91.4 GiB of `protection.log.archive` over the vault at 64 MiB/s: 24m22s
      91.4 GiB of log since the base are replayed at 8 MiB/s: 3h15m (declared)
      3m until it is known to be right, by the assumptions block (declared)
    ");
}

#[test]
fn corruption_is_restored_in_place_and_detected_within_the_dwell() {
    insta::assert_snapshot!(derivation(
        &base_and_log(),
        1,
        Scope::Corruption,
        &Load::alone()
    ), @"
    `target.postgres_database.orders` is back from `protection.log.archive` within 3h58m (declared)
      5m until its points can be read, by the assumptions block (declared)
      the data are there within 35m2s (declared)
        40 GiB of `protection.snapshot.nightly` over the vault at 64 MiB/s: 10m40s
        91.4 GiB of `protection.log.archive` over the vault at 64 MiB/s: 24m22s
      91.4 GiB of log since the base are replayed at 8 MiB/s: 3h15m (declared)
      3m until it is known to be right, by the assumptions block (declared)
    ");
}

#[test]
fn an_old_instant_is_replayed_from_the_bases_that_the_retention_left() {
    let mut graph = base_and_log();
    graph.copies[0].retention = Retention {
        keep: Keep {
            daily: Some(3),
            weekly: Some(8),
            ..Keep::default()
        },
        ..Retention::default()
    }
    .into();
    let replayed = |scope| {
        let all = derivation(&graph, 1, scope, &Load::alone());
        let line = all.lines().find(|line| line.contains("replayed"));
        line.unwrap().trim().to_owned()
    };
    // The newest base is at most a day and its run old; at the far end of the log they are a week and a day apart,
    // but the log reaches back 7 days only.
    insta::assert_snapshot!(replayed(Scope::Instance), @"91.4 GiB of log since the base are replayed at 8 MiB/s: 3h15m (declared)");
    insta::assert_snapshot!(replayed(Scope::Corruption), @"590.6 GiB of log since the base are replayed at 8 MiB/s: 21h (declared)");
}

#[test]
fn a_replica_takes_over_without_moving_data() {
    let recovery = Recovery {
        promote: Some(declared(span("30s"))),
        repoint: Some(declared(Bound::Finite(span("60s")))),
        ..at_once()
    };
    let graph = graph(vec![replica(recovery)]);
    insta::assert_snapshot!(derivation(&graph, 0, Scope::Region, &Load::alone()), @"
    `target.postgres_database.orders` is back from `protection.replica.standby` within 16m30s (declared)
      5m until somebody knows, by the assumptions block (declared)
      10m until the recovery is decided, by the assumptions block (declared)
      30s until it accepts writes, by the assumptions block (declared)
      1m until clients use the new place, by the assumptions block (declared)
    ");
    let corruption = alone(&graph, 0, Scope::Corruption);
    assert_eq!(corruption.bound, Bound::Finite(span("90s")));
}

#[test]
fn clients_that_never_ask_again_make_it_unbounded() {
    let mut forever = declared(Bound::Unbounded);
    forever.source = "the runtime of `app` caches addresses for ever".into();
    let recovery = Recovery {
        repoint: Some(forever),
        ..at_once()
    };
    let found = alone(&graph(vec![replica(recovery)]), 0, Scope::Zone);
    assert_eq!(found.bound, Bound::Unbounded);
    insta::assert_snapshot!(found.reason, @"some clients never ask again where it is: the runtime of `app` caches addresses for ever");
}

#[test]
fn a_measured_restore_stands_for_transfer_and_verification() {
    let recovery = Recovery {
        whole: Some(declared(span("40m"))),
        provision: Some(declared(span("20m"))),
        unarchive: None,
        hops: vec![Hop {
            rate: None,
            ..hop("the vault", 0)
        }],
        verify: None,
        ..at_once()
    };
    let graph = CopyGraph {
        size: None,
        ..graph(vec![snapshot(recovery)])
    };
    insta::assert_snapshot!(derivation(&graph, 0, Scope::Instance, &Load::alone()), @"
    `target.postgres_database.orders` is back from `protection.snapshot.nightly` within 1h15m (declared)
      5m until somebody knows, by the assumptions block (declared)
      10m until the recovery is decided, by the assumptions block (declared)
      20m until there is something to restore to, by the assumptions block (declared)
      the data are there within 40m (declared)
        40m for a whole restore, by the assumptions block (declared)
    ");
}

#[test]
fn hops_follow_one_another_unless_they_are_pipelined() {
    let recovery = |pipelined| Recovery {
        pipelined,
        ..over(vec![hop("tape", 128 * MIB), hop("the line", 32 * MIB)])
    };
    let time = |pipelined| {
        let graph = graph(vec![snapshot(recovery(pipelined))]);
        alone(&graph, 0, Scope::Corruption).bound
    };
    // 40 GiB at 128 MiB/s are 320 s, at 32 MiB/s 1280 s.
    assert_eq!(time(false), Bound::Finite(Span::from_secs(1_600)));
    assert_eq!(time(true), Bound::Finite(Span::from_secs(1_280)));
}

#[test]
fn increments_are_read_after_their_full() {
    let full = snapshot(over(vec![hop("the vault", 64 * MIB)]));
    let mut increment = copy(
        "protection.snapshot.hourly",
        Mechanism::Snapshot,
        every("1h"),
        over(vec![hop("the vault", 64 * MIB)]),
    );
    increment.chain = Some(0);
    let graph = graph(vec![full, increment]);
    // 40 GiB, and what is written at 1 MiB/s in the 24 h between two fulls: 86400 MiB.
    let expected = (40 * 1024 + 86_400) * 1_000 / 64;
    let found = alone(&graph, 1, Scope::Corruption);
    assert_eq!(found.bound, Bound::Finite(Span::from_millis(expected)));
}

#[test]
fn a_refuted_base_refutes_what_needs_it() {
    let mut graph = base_and_log();
    graph.copies[0].recovery.refuted = Some("the drill of 2026-03-01 failed".into());
    let found = alone(&graph, 1, Scope::Instance);
    assert_eq!(found.bound, Bound::Unbounded);
    assert_eq!(found.reason, "the drill of 2026-03-01 failed");
}

#[test]
fn a_control_plane_inside_the_blast_set_closes_the_path() {
    let mut graph = base_and_log();
    graph.copies[0].needs = [control_plane(
        "rds.frankfurt",
        vec![domain(Scope::Region, "frankfurt")],
    )]
    .into();
    assert_ne!(alone(&graph, 1, Scope::Zone).bound, Bound::Unbounded);
    assert_ne!(alone(&graph, 1, Scope::Account).bound, Bound::Unbounded);
    assert_ne!(alone(&graph, 1, Scope::Corruption).bound, Bound::Unbounded);
    insta::assert_snapshot!(derivation(&graph, 1, Scope::Region, &Load::alone()), @"
    nothing limits how long `target.postgres_database.orders` takes to be back from `protection.log.archive`: a restore from `protection.snapshot.nightly` calls the control plane rds.frankfurt, which fails with `target.postgres_database.orders` (both in frankfurt) (declared)
      5m until somebody knows, by the assumptions block (declared)
      10m until the recovery is decided, by the assumptions block (declared)
      a restore from `protection.snapshot.nightly` calls the control plane rds.frankfurt, which fails with `target.postgres_database.orders` (both in frankfurt) (hard)
    ");
}

#[test]
fn a_step_that_is_needed_and_not_known_is_named_with_its_remedy() {
    let full = || Recovery {
        provision: Some(declared(span("1h"))),
        ..over(vec![hop("the vault", 64 * MIB)])
    };
    type Forget = fn(&mut CopyGraph);
    let forget: [(&str, Forget); 9] = [
        ("size", |it| it.size = None),
        ("rate", |it| it.copies[0].recovery.hops[0].rate = None),
        ("provision", |it| it.copies[0].recovery.provision = None),
        ("unarchive", |it| it.copies[0].recovery.unarchive = None),
        ("promote", |it| it.copies[0].recovery.promote = None),
        ("repoint", |it| it.copies[0].recovery.repoint = None),
        ("warm", |it| it.copies[0].recovery.warm = None),
        ("verify", |it| it.copies[0].recovery.verify = None),
        ("replay", |it| {
            it.copies[0].recovery.replay_since = Some(Span::ZERO)
        }),
    ];
    let mut lines = Vec::new();
    for (what, forget) in forget {
        let mut graph = graph(vec![snapshot(full())]);
        forget(&mut graph);
        let found = alone(&graph, 0, Scope::Instance);
        assert_eq!(found.bound, Bound::Unbounded, "{what}");
        lines.push(format!("{what}: {}", found.reason));
    }
    insta::assert_snapshot!(lines.join("\n"), @"
    size: how much data a restore brings back is not known: declare `size` in an `assumptions` block, or run a drill
    rate: its restore bandwidth is not known: declare `restore_bandwidth` in an `assumptions` block, or run a drill
    provision: how long it takes to have something to restore to is not known: declare `provision` in an `assumptions` block
    unarchive: how long it takes until its points can be read is not known: declare `unarchive` in an `assumptions` block, or run a drill
    promote: how long it takes until it accepts writes is not known: declare `promote` in an `assumptions` block
    repoint: how long clients take to use the new place is not known: declare `repoint` in an `assumptions` block
    warm: how long it takes to be as fast as it must be is not known: declare `warm` in an `assumptions` block
    verify: how long it takes to know that what came back is right is not known: declare `verify` in an `assumptions` block, or run a drill
    replay: how fast its log is replayed is not known: declare `replay_rate` in an `assumptions` block, or run a drill
    ");
}

#[test]
fn corruption_needs_no_machine_and_no_new_address() {
    let recovery = Recovery {
        provision: None,
        repoint: None,
        ..over(vec![hop("the vault", 64 * MIB)])
    };
    let graph = graph(vec![snapshot(recovery)]);
    let found = alone(&graph, 0, Scope::Corruption);
    assert_eq!(found.bound, Bound::Finite(Span::from_secs(40 * 16)));
    assert_eq!(alone(&graph, 0, Scope::Account).bound, Bound::Unbounded);
}

#[test]
fn a_chain_that_leads_nowhere_is_unbounded_and_ends() {
    for chain in [0, 7] {
        let mut lost = snapshot(over(vec![hop("the vault", GIB)]));
        lost.chain = Some(chain);
        lost.capture = Capture::Following;
        let found = alone(&graph(vec![lost]), 0, Scope::Instance);
        assert_eq!(found.bound, Bound::Unbounded);
    }
}

#[test]
fn a_rate_of_zero_is_no_rate() {
    let graph = graph(vec![snapshot(over(vec![hop("the vault", 0)]))]);
    assert_eq!(alone(&graph, 0, Scope::Instance).bound, Bound::Unbounded);
}

#[test]
fn nothing_overflows_however_large_it_is() {
    let recovery = Recovery {
        replay_since: Some(Span::from_millis(u64::MAX)),
        replay_rate: Some(declared(Rate(1))),
        ..over(vec![hop("the vault", 1), hop("the vault", 1)])
    };
    let mut graph = graph(vec![snapshot(recovery)]);
    graph.write_rate = Some(declared(Rate(u64::MAX)));
    let others = [(&graph, 0), (&graph, 0)];
    let load = Load::of(Scope::Instance, others);
    let found = super::super::copy_recovery(
        &graph,
        0,
        Scope::Instance,
        &load,
        &mut crate::exposure::trace::Silent,
    );
    assert_eq!(found.bound, Bound::Finite(Span::from_millis(u64::MAX)));
}
