//! Links that many share.

use lifeboat_model::{Bound, Provenance, Rate, Scope, Span};

use super::fixture::{GIB, MIB, at_once, declared, derivation, hop, named, over, snapshot, span};
use crate::exposure::found::Found;
use crate::exposure::graph::{CopyGraph, Hop, Input, Recovery};
use crate::exposure::recovery::{Load, Yielding, restore};
use crate::exposure::trace::Silent;

fn on_vault(name: &str, gib: u64) -> CopyGraph {
    named(
        name,
        gib * GIB,
        vec![snapshot(over(vec![hop("the vault", 64 * MIB)]))],
    )
}

fn time(graph: &CopyGraph, load: &Load) -> Found {
    restore(graph, 0, Scope::Zone, load, &mut Silent)
}

/// So many GiB at 64 MiB/s.
fn gib(count: u64) -> Bound<Span> {
    Bound::Finite(Span::from_secs(count * 16))
}

#[test]
fn in_any_order_each_is_back_when_all_are() {
    let all = [on_vault("a", 10), on_vault("b", 20), on_vault("c", 30)];
    let load = Load::of(Scope::Zone, all.iter().map(|graph| (graph, 0)));
    for graph in &all {
        assert_eq!(time(graph, &load).bound, gib(60));
    }
    insta::assert_snapshot!(derivation(&all[1], 0, Scope::Zone, &load), @"
    `target.postgres_database.b` is back from `protection.snapshot.nightly` within 31m (declared)
      5m until somebody knows, by the assumptions block (declared)
      10m until the recovery is decided, by the assumptions block (declared)
      the data are there within 16m (declared)
        20 GiB of `protection.snapshot.nightly` over the vault at 64 MiB/s: 5m20s
        3 restore over the vault at once and move 60 GiB in all: the others may come first, + 10m40s (declared)
    ");
}

#[test]
fn in_order_of_urgency_each_waits_for_those_as_urgent_or_more() {
    let all = [
        on_vault("a", 10),
        on_vault("b", 20),
        on_vault("c", 30),
        on_vault("d", 1),
    ];
    let urgency = [3, 2, 2, 1];
    let ranked = || {
        all.iter()
            .zip(urgency)
            .map(|(graph, rank)| (graph, 0, rank))
    };
    let bounds = |yielding| {
        let load = Load::ranked(Scope::Zone, ranked(), yielding);
        all.each_ref().map(|graph| time(graph, &load).bound)
    };
    assert_eq!(
        bounds(Yielding::AtOnce),
        [gib(10), gib(60), gib(60), gib(61)]
    );
    // The longest of the less urgent ones may be under way.
    assert_eq!(
        bounds(Yielding::WhenDone),
        [gib(40), gib(61), gib(61), gib(61)]
    );
}

#[test]
fn whoever_is_not_in_the_load_comes_last() {
    let load = [on_vault("a", 10), on_vault("b", 20)];
    let load = Load::ranked(
        Scope::Zone,
        load.iter().map(|it| (it, 0, 5)),
        Yielding::AtOnce,
    );
    assert_eq!(time(&on_vault("new", 1), &load).bound, gib(31));
}

#[test]
fn a_load_of_itself_alone_changes_nothing() {
    let mut one = on_vault("a", 10);
    one.copies.push(snapshot(at_once()));
    let load = Load::of(Scope::Zone, [(&one, 0), (&one, 1)]);
    assert_eq!(time(&one, &load), time(&one, &Load::alone()));
}

#[test]
fn a_pipelined_restore_waits_for_the_others_on_each_of_its_links() {
    let both = vec![hop("disks", 128 * MIB), hop("line", 64 * MIB)];
    let pipelined = Recovery {
        pipelined: true,
        ..over(both)
    };
    let all = [
        named("a", 10 * GIB, vec![snapshot(pipelined)]),
        named(
            "b",
            8 * GIB,
            vec![snapshot(over(vec![hop("disks", 128 * MIB)]))],
        ),
        named(
            "c",
            4 * GIB,
            vec![snapshot(over(vec![hop("line", 64 * MIB)]))],
        ),
    ];
    let load = Load::of(Scope::Zone, all.iter().map(|graph| (graph, 0)));
    // Itself 160 s at the slower rate, 64 s for the disks, 64 s for the line: both others may come first, one
    // after the other.
    assert_eq!(
        time(&all[0], &load).bound,
        Bound::Finite(Span::from_secs(288))
    );
}

#[test]
fn a_measured_restore_counts_for_others_with_its_whole_time() {
    let whole = |name: &str, minutes: u64| {
        let recovery = Recovery {
            whole: Some(declared(Span::from_secs(60 * minutes))),
            hops: vec![Hop {
                rate: None,
                ..hop("the vault", 0)
            }],
            ..at_once()
        };
        CopyGraph {
            size: None,
            ..named(name, 0, vec![snapshot(recovery)])
        }
    };
    let all = [whole("a", 5), whole("b", 7), on_vault("c", 60)];
    let load = Load::of(Scope::Zone, all.iter().map(|graph| (graph, 0)));
    for graph in &all {
        assert_eq!(time(graph, &load).bound, Bound::Finite(span("28m")));
    }
}

#[test]
fn a_stranger_of_unknown_size_on_the_link_makes_it_unbounded() {
    let mut unknown = on_vault("b", 20);
    unknown.size = None;
    let all = [on_vault("a", 10), unknown];
    let load = Load::of(Scope::Zone, all.iter().map(|graph| (graph, 0)));
    let found = time(&all[0], &load);
    assert_eq!(found.bound, Bound::Unbounded);
    insta::assert_snapshot!(found.reason, @"`target.postgres_database.b` restores over the vault at the same time, and of it how much data a restore brings back is not known: declare `size` in an `assumptions` block, or run a drill");
    insta::assert_snapshot!(time(&all[1], &load).reason, @"how much data a restore brings back is not known: declare `size` in an `assumptions` block, or run a drill");
    let elsewhere = named("c", GIB, vec![snapshot(over(vec![hop("nas", 64 * MIB)]))]);
    assert_eq!(time(&elsewhere, &load).bound, gib(1));
}

#[test]
fn what_the_others_rest_on_is_assumed_too() {
    let typical = |graph: CopyGraph, name: &str| CopyGraph {
        size: Some(Input {
            provenance: Provenance::Typical,
            source: format!("`{name}` is as large as it was").into(),
            ..graph.size.clone().unwrap()
        }),
        ..graph
    };
    let few = [on_vault("a", 10), typical(on_vault("b", 20), "b")];
    let load = Load::of(Scope::Zone, few.iter().map(|graph| (graph, 0)));
    let found = time(&few[0], &load);
    assert_eq!(found.provenance, Provenance::Typical);
    assert_eq!(found.assuming, ["`b` is as large as it was".into()]);

    let many: Vec<CopyGraph> = (0..40)
        .map(|i| {
            let name = format!("t{i}");
            typical(on_vault(&name, 1), &name)
        })
        .collect();
    let load = Load::of(Scope::Zone, many.iter().map(|graph| (graph, 0)));
    let found = time(&on_vault("a", 10), &load);
    let said: Vec<&str> = found.assuming.iter().map(|one| &**one).collect();
    insta::assert_snapshot!(said.join("\n"), @"the sizes and the rates of all 40 that restore over the vault at once");
}

#[test]
fn rates_that_differ_count_each_for_its_own() {
    let mut slow = on_vault("slow", 10);
    slow.copies[0].recovery.hops[0].rate = Some(declared(Rate(32 * MIB)));
    let all = [on_vault("fast", 10), slow];
    let load = Load::of(Scope::Zone, all.iter().map(|graph| (graph, 0)));
    assert_eq!(time(&all[0], &load).bound, gib(30));
    assert_eq!(time(&all[1], &load).bound, gib(30));
}
