//! Monotone: a faster link never makes anything slower, and a further restore never makes another one faster.

use lifeboat_model::{Bound, ByteSize, Keep, Mechanism, Rate, Retention, Scope, Span};
use proptest::prelude::*;

use super::fixture::{MIB, copy, declared, every, graph, log, named, over};
use crate::exposure::graph::{Capture, Copy, CopyGraph, Hop, Recovery};
use crate::exposure::recovery::cut::{At, loss};
use crate::exposure::recovery::{Load, Moving, Points, copy_recovery, rest};
use crate::exposure::trace::{Silent, Tree};

const LINKS: [&str; 3] = ["vault", "line", "disks"];

fn hops() -> impl Strategy<Value = Vec<Hop>> {
    let hop = (
        0usize..3,
        proptest::option::weighted(0.95, 0u64..200),
        0u64..90,
    );
    proptest::collection::vec(hop, 0..3).prop_map(|hops| {
        let hop = |(link, rate, delay): (usize, Option<u64>, u64)| Hop {
            link: LINKS[link].into(),
            rate: rate.map(|rate| declared(Rate(rate * MIB))),
            delay: Some(declared(Span::from_secs(delay))),
        };
        hops.into_iter().map(hop).collect()
    })
}

fn recovery() -> impl Strategy<Value = Recovery> {
    let whole = proptest::option::weighted(0.2, 0u64..10_000);
    (hops(), whole, any::<bool>(), 0u64..3_000, 1u64..64).prop_map(
        |(hops, whole, pipelined, provision, replay)| Recovery {
            whole: whole.map(|secs| declared(Span::from_secs(secs))),
            provision: Some(declared(Span::from_secs(provision))),
            replay_rate: Some(declared(Rate(replay * MIB))),
            pipelined,
            ..over(hops)
        },
    )
}

/// A base, and log or increments since.
fn copies() -> impl Strategy<Value = Vec<Copy>> {
    let keep = (
        0u32..4,
        proptest::option::of(0u32..6),
        proptest::option::of(0u32..6),
    );
    (recovery(), recovery(), any::<bool>(), keep, 0u64..7_200).prop_map(
        |(first, second, is_log, (last, daily, weekly), prop)| {
            let mut base = copy(
                "protection.snapshot.base",
                Mechanism::Snapshot,
                every("12h"),
                first,
            );
            base.prop = declared(Span::from_secs(prop));
            base.retention = Retention {
                keep: Keep {
                    last: Some(last),
                    daily,
                    weekly,
                    ..Keep::default()
                },
                ..Retention::default()
            }
            .into();
            let capture = if is_log { log("1m", "7d") } else { every("1h") };
            let mut since = copy("protection.log.since", Mechanism::Log, capture, second);
            since.chain = Some(0);
            vec![base, since]
        },
    )
}

fn graphs() -> impl Strategy<Value = Vec<CopyGraph>> {
    let one = (
        copies(),
        proptest::option::weighted(0.9, 0u64..50_000),
        0u64..4,
    );
    proptest::collection::vec(one, 1..5).prop_map(|graphs| {
        let graphs = graphs.into_iter().enumerate();
        let graph =
            |(i, (copies, size, write)): (usize, (Vec<Copy>, Option<u64>, u64))| CopyGraph {
                size: size.map(|size| declared(ByteSize(size * MIB))),
                write_rate: Some(declared(Rate(write * MIB))),
                ..named(&format!("t{i}"), 0, copies)
            };
        graphs.map(graph).collect()
    })
}

fn scopes() -> impl Strategy<Value = Scope> {
    proptest::sample::select(Scope::ALL.to_vec())
}

fn load(graphs: &[CopyGraph], scope: Scope) -> Load {
    Load::of(scope, graphs.iter().map(|graph| (graph, 1)))
}

fn all(graphs: &[CopyGraph], scope: Scope, load: &Load) -> Vec<Bound<Span>> {
    let each = graphs.iter().flat_map(|graph| [(graph, 0), (graph, 1)]);
    each.map(|(graph, copy)| copy_recovery(graph, copy, scope, load, &mut Silent).bound)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn raising_a_rate_never_raises_a_bound(
        graphs in graphs(),
        scope in scopes(),
        which in any::<proptest::sample::Index>(),
        of_copy in 0usize..2,
        by in 1u64..500,
    ) {
        let before = all(&graphs, scope, &load(&graphs, scope));
        let mut faster = graphs.clone();
        let index = which.index(faster.len());
        let recovery = &mut faster[index].copies[of_copy].recovery;
        let rates = recovery.hops.iter_mut().map(|hop| &mut hop.rate);
        for rate in rates.chain([&mut recovery.replay_rate]).flatten() {
            rate.value.0 += by * MIB;
        }
        let after = all(&faster, scope, &load(&faster, scope));
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(after <= before, "{after} > {before}");
        }
    }

    #[test]
    fn a_further_restore_never_lowers_the_bound_of_another(graphs in graphs(), scope in scopes()) {
        let (last, others) = graphs.split_last().unwrap();
        let before = all(others, scope, &load(others, scope));
        let after = all(others, scope, &load(&graphs, scope));
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(after >= before, "{after} < {before} with {}", last.target);
        }
        let alone = all(others, scope, &Load::alone());
        for (alone, before) in alone.iter().zip(&before) {
            prop_assert!(before >= alone);
        }
    }

    #[test]
    fn beside_a_crowd_a_restore_takes_as_long_as_beside_the_load_of_all(
        graphs in graphs(),
        scope in scopes(),
    ) {
        let all = load(&graphs, scope);
        let mut crowd = Load::crowd(scope);
        let moved: Vec<_> = graphs.iter().map(|it| Moving::of(it, 1, scope)).collect();
        for (graph, moving) in graphs.iter().zip(&moved) {
            crowd.enter(&graph.target, (graph, 1), moving.as_ref());
        }
        for (graph, own) in graphs.iter().zip(&moved) {
            for copy in [0, 1] {
                let wanted = copy_recovery(graph, copy, scope, &all, &mut Silent).bound;
                let moving = Moving::of(graph, copy, scope);
                let takes = |load: &Load, own: Option<_>| {
                    let moving = moving.as_ref()?;
                    let rest = rest(graph, copy, scope, moving);
                    let (Bound::Finite(rest), Bound::Finite(way)) = (rest, moving.beside(load, own)) else {
                        return None;
                    };
                    Some(rest + way)
                };
                let beside = takes(&crowd, Some((&graph.target, own.as_ref())));
                prop_assert_eq!(beside.map_or(Bound::Unbounded, Bound::Finite), wanted);
                crowd.leave(&graph.target, own.as_ref());
                let left = takes(&crowd, None);
                let found = copy_recovery(graph, copy, scope, &crowd, &mut Silent).bound;
                crowd.enter(&graph.target, (graph, 1), own.as_ref());
                prop_assert_eq!(left.map_or(Bound::Unbounded, Bound::Finite), wanted);
                prop_assert_eq!(found, wanted);
            }
        }
    }

    #[test]
    fn what_is_told_is_what_is_found(graphs in graphs(), scope in scopes()) {
        let load = load(&graphs, scope);
        for graph in &graphs {
            let mut tree = Tree::default();
            let told = copy_recovery(graph, 1, scope, &load, &mut tree);
            prop_assert_eq!(&told, &copy_recovery(graph, 1, scope, &load, &mut Silent));
            let steps = tree.steps();
            prop_assert_eq!(steps.len(), 1);
            prop_assert_eq!(steps[0].bound, Some(told.bound));
            prop_assert_eq!(told.bound == Bound::Unbounded && told.reason.is_empty(), false);
        }
    }
}

/// A member: how far its points are apart (none for a log), how old a point is before it is usable, and its phase.
type Phase = (Option<u64>, u64, u64);

fn phases() -> impl Strategy<Value = Vec<Phase>> {
    let one = (proptest::option::weighted(0.7, 1u64..12), 0u64..6, 0u64..12);
    proptest::collection::vec(one, 1..4)
}

/// Returns the ages of its usable points; for a log the age of its newest instant.
fn ages((apart, prop, phase): Phase) -> Vec<u64> {
    let Some(apart) = apart else {
        return vec![phase.min(prop)];
    };
    // No loss is greater than 18, and a log follows a point that is up to 12 older.
    (0..=30)
        .filter(|age| age % apart == phase % apart && *age >= prop)
        .collect()
}

/// Returns the least loss over all selections whose instants are at most `within` apart.
fn least_loss(members: &[Phase], within: u64) -> Option<u64> {
    let (logs, points): (Vec<Phase>, Vec<Phase>) = members
        .iter()
        .copied()
        .partition(|member| member.0.is_none());
    let oldest_log = logs.iter().map(|log| ages(*log)[0]).max();
    let mut selections: Vec<Vec<u64>> = vec![Vec::new()];
    for member in points {
        let longer = selections.iter().flat_map(|selection| {
            ages(member)
                .into_iter()
                .map(move |age| [selection.as_slice(), &[age]].concat())
        });
        selections = longer.collect();
    }
    let cuts = selections.iter().filter_map(|ages| {
        let oldest = ages.iter().copied().chain(oldest_log).max()?;
        let newest = ages.iter().copied().min().unwrap_or(oldest);
        (oldest - newest <= within).then_some(oldest)
    });
    cuts.min()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn some_cut_of_the_points_loses_no_more_than_the_bound(members in phases(), within in 0u64..20) {
        let target = graph(Vec::new()).target;
        let at: Vec<At<'_>> = members
            .iter()
            .map(|(apart, prop, _)| At {
                target: &target,
                loss: Span::from_hours(prop + apart.unwrap_or(0)),
                points: match apart {
                    None => Points::Continuous { back_to: Bound::Unbounded },
                    Some(apart) => Points::Every {
                        apart: Span::from_hours(*apart),
                        back_to: Bound::Unbounded,
                    },
                },
            })
            .collect();
        if let Ok(bound) = loss(&at, Span::from_hours(within)) {
            let least = least_loss(&members, within);
            prop_assert!(
                least.is_some_and(|least| Span::from_hours(least) <= bound),
                "{least:?} h > {bound} of {members:?}"
            );
        }
    }
}

#[test]
fn a_following_copy_has_the_points_of_its_source() {
    let source = copy(
        "protection.snapshot.base",
        Mechanism::Snapshot,
        every("6h"),
        over(Vec::new()),
    );
    let mut following = copy(
        "protection.copy.far",
        Mechanism::Copy,
        Capture::Following,
        over(Vec::new()),
    );
    following.source = Some(0);
    let mut own = copy(
        "protection.copy.own",
        Mechanism::Copy,
        every("24h"),
        over(Vec::new()),
    );
    own.source = Some(0);
    own.retention = Retention {
        delete_after: Some(Span::from_days(30)),
        ..Retention::default()
    }
    .into();
    let graph = graph(vec![source, following, own]);
    let apart = |hours, back_to| Points::Every {
        apart: Span::from_hours(hours),
        back_to,
    };
    assert_eq!(Points::of(&graph, 1), apart(6, Bound::Unbounded));
    assert_eq!(
        Points::of(&graph, 2),
        apart(30, Bound::Finite(Span::from_days(30)))
    );
}
