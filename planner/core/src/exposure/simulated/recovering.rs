//! Bounds on recovery against restores that get in each other's way.

use lifeboat_model::{Address, Bound, ByteSize, Scope, Span};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::chance::Chance;
use super::design::{declared, every, graph, hop};
use super::restoring::{Leg, Order, Restore, by_workers, finish};
use crate::exposure::found::Found;
use crate::exposure::graph::CopyGraph;
use crate::exposure::recovery::{Load, Member, Offer, Points, Service, copy_recovery, service};
use crate::exposure::trace::Silent;

const MIB: u64 = 1 << 20;

/// One target with one copy: how many MiB, and over which links each at how many MiB a second, with which shipment.
#[derive(Clone, Debug)]
struct Job {
    size: u64,
    hops: Vec<(usize, u64, u64)>,
    /// Detect, decide, provision, unarchive, promote, repoint, warm, verify; in seconds.
    steps: [u64; 8],
}

fn secs(seconds: u64) -> Span {
    Span::from_secs(seconds)
}

fn target(index: usize) -> Address {
    format!("target.files.t{index}")
        .parse()
        .expect("it is an address")
}

fn designed(index: usize, job: &Job) -> CopyGraph {
    let mut copy = every(0, (60, 0, 0));
    let [
        detect,
        decide,
        provision,
        unarchive,
        promote,
        repoint,
        warm,
        verify,
    ] = job.steps;
    copy.recovery.provision = Some(declared(secs(provision)));
    copy.recovery.unarchive = Some(declared(secs(unarchive)));
    copy.recovery.promote = Some(declared(secs(promote)));
    copy.recovery.repoint = Some(declared(Bound::Finite(secs(repoint))));
    copy.recovery.warm = Some(declared(secs(warm)));
    copy.recovery.verify = Some(declared(secs(verify)));
    let hops = job.hops.iter().map(|(link, rate, delay)| {
        let mut hop = hop(&format!("link {link}"), rate * MIB);
        hop.delay = (*delay > 0).then(|| declared(secs(*delay)));
        hop
    });
    copy.recovery.hops = hops.collect();
    let mut graph = graph(vec![copy]);
    graph.target = target(index);
    graph.size = Some(declared(ByteSize(job.size * MIB)));
    graph.detect = declared(secs(detect));
    graph.decide = declared(secs(decide));
    graph
}

/// Returns what is promised for each when all restore at once.
fn promised(jobs: &[Job]) -> Vec<Bound<Span>> {
    let graphs: Vec<_> = jobs
        .iter()
        .enumerate()
        .map(|(i, job)| designed(i, job))
        .collect();
    let load = Load::of(Scope::Instance, graphs.iter().map(|graph| (graph, 0)));
    let each = graphs.iter();
    each.map(|graph| copy_recovery(graph, 0, Scope::Instance, &load, &mut Silent).bound)
        .collect()
}

/// Returns how long each really takes; every step takes as long as it may, or as it happens.
fn happened(jobs: &[Job], links: usize, order: Order, chance: &mut Option<Chance>) -> Vec<u64> {
    let mut takes = |most: u64| match chance {
        None => most,
        Some(chance) => u64::try_from(chance.up_to(i64::try_from(most).unwrap())).unwrap(),
    };
    let mut after = Vec::new();
    let restores: Vec<Restore> = jobs
        .iter()
        .map(|job| {
            let [detect, decide, provision, unarchive, rest @ ..] = job.steps;
            let ready = takes(provision).max(takes(unarchive));
            after.push(rest.into_iter().map(&mut takes).sum::<u64>());
            let leg = |(link, rate, delay): &(usize, u64, u64)| Leg {
                link: *link,
                busy: job.size.div_ceil(*rate),
                delay: *delay,
            };
            Restore {
                comes: takes(detect) + takes(decide) + ready,
                legs: job.hops.iter().map(leg).collect(),
            }
        })
        .collect();
    let finished = finish(&restores, links, order);
    finished
        .into_iter()
        .zip(after)
        .map(|(done, after)| done + after)
        .collect()
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(count - 1).into_iter();
    let grown = shorter.flat_map(|order| {
        (0..count).map(move |at| {
            let mut order = order.clone();
            order.insert(at, count - 1);
            order
        })
    });
    grown.collect()
}

/// Model §6: over all orders by `Σ S / B`.
#[test]
fn the_last_of_all_that_share_a_link_is_through_by_the_sum_in_every_order() {
    let mut cases = 0;
    for sizes in (0..4u32.pow(4)).map(|code| [0, 1, 2, 3].map(|i| code / 4u32.pow(i) % 4)) {
        let jobs: Vec<Job> = sizes
            .iter()
            .map(|size| Job {
                size: [4, 8, 20, 36][*size as usize],
                hops: vec![(0, 4, 0)],
                steps: [0; 8],
            })
            .collect();
        let promised = promised(&jobs);
        let sum: u64 = jobs.iter().map(|job| job.size / 4).sum();
        for order in permutations(jobs.len()) {
            let last = *order.iter().max_by_key(|rank| **rank).unwrap();
            let done = happened(&jobs, 1, Order::Ranked(order), &mut None);
            for (done, promised) in done.iter().zip(&promised) {
                assert!(
                    Bound::Finite(secs(*done)) <= *promised,
                    "{sizes:?}: {done} s > {promised}"
                );
                cases += 1;
            }
            assert_eq!(done.iter().max(), Some(&sum), "{sizes:?} {last}");
            assert_eq!(
                promised[0],
                Bound::Finite(secs(sum)),
                "the sum, and no more"
            );
        }
    }
    println!("restores over one link, exhaustively: {cases} cases");
    assert!(cases >= 20_000);
}

fn job(chance: &mut Chance, links: usize) -> Job {
    let hops = 1 + chance.below(3);
    let rate = |chance: &mut Chance| chance.one_of(&[1, 2, 4]);
    Job {
        size: 4 * (1 + chance.below(10)),
        hops: (0..hops)
            .map(|_| {
                let link = usize::try_from(chance.below(links as u64)).unwrap();
                (link, rate(chance), chance.one_of(&[0, 0, 7]))
            })
            .collect(),
        steps: [(); 8].map(|()| chance.one_of(&[0, 1, 12])),
    }
}

#[test]
fn no_drawn_restore_takes_longer_than_its_bound() {
    let mut runner = TestRunner::new(ProptestConfig::default());
    let (mut cases, mut reached) = (0, 0);
    for _ in 0..400 {
        let seed = any::<u64>().new_tree(&mut runner).unwrap().current();
        let mut chance = Chance::Drawn(seed);
        let links = chance.one_of(&[1, 2, 3]);
        let jobs: Vec<Job> = (0..=chance.below(5))
            .map(|_| job(&mut chance, links))
            .collect();
        let promised = promised(&jobs);
        for round in 0..6 {
            let any = chance.below(u64::MAX);
            let order = match round {
                0 => Order::Ranked((0..jobs.len()).collect()),
                1 => Order::Ranked((0..jobs.len()).rev().collect()),
                _ => Order::Any(Chance::Drawn(any)),
            };
            let mut slower = (round % 2 == 0).then_some(Chance::Drawn(any ^ 1));
            let done = happened(&jobs, links, order, &mut slower);
            for (i, (done, promised)) in done.iter().zip(&promised).enumerate() {
                let done = Bound::Finite(secs(*done));
                assert!(
                    done <= *promised,
                    "seed {seed}, {i}: {done} > {promised}\n{jobs:#?}"
                );
                cases += 1;
                reached += u32::from(done == *promised);
            }
        }
    }
    println!("restores over several links, drawn: {cases} cases, {reached} reached their bound");
    assert!(cases >= 5_000 && reached > 0);
}

/// Model §8, property 3: also with others on the link.
#[test]
fn a_faster_link_never_makes_a_recovery_longer() {
    let mut runner = TestRunner::new(ProptestConfig::default());
    let mut cases = 0;
    for _ in 0..600 {
        let seed = any::<u64>().new_tree(&mut runner).unwrap().current();
        let mut chance = Chance::Drawn(seed);
        let links = chance.one_of(&[1, 2, 3]);
        let slow: Vec<Job> = (0..=chance.below(5))
            .map(|_| job(&mut chance, links))
            .collect();
        let mut fast = slow.clone();
        for job in &mut fast {
            for (_, rate, _) in &mut job.hops {
                *rate += chance.below(3);
            }
        }
        for (faster, slower) in promised(&fast).iter().zip(promised(&slow)) {
            assert!(
                *faster <= slower,
                "seed {seed}: {faster} > {slower}\n{slow:#?}\n{fast:#?}"
            );
            cases += 1;
        }
    }
    println!("faster links, drawn: {cases} cases");
}

/// Model §6: `T ≤ W/m + (1 − 1/m)·P`, whatever the order.
#[test]
fn workers_are_through_by_the_bound_of_the_service_in_every_order() {
    let mut cases = 0;
    let uses = target(99);
    let targets: Vec<Address> = (0..4).map(target).collect();
    for times in (0..4u32.pow(4)).map(|code| [0, 1, 2, 3].map(|i| code / 4u32.pow(i) % 4)) {
        let times = times.map(|time| [60, 120, 300, 420][time as usize]);
        for workers in 1..=3u32 {
            let members = targets.iter().zip(times).map(|(target, time)| Member {
                target,
                alarm: Found::of(&declared(secs(30))),
                offers: vec![Offer {
                    uses: &uses,
                    rpo: Found::zero(),
                    restore: Found::of(&declared(secs(time))),
                    points: Points::Continuous {
                        back_to: Bound::Unbounded,
                    },
                }],
                lost: "".into(),
            });
            let it = Service {
                address: &uses,
                members: members.collect(),
                consistent_within: Some(secs(3_600)),
                workers: Some(workers),
                dependencies: Vec::new(),
            };
            let promised = service(&it, &mut Silent).rto.bound;
            for order in permutations(times.len()) {
                let ordered: Vec<u64> = order.iter().map(|i| times[*i]).collect();
                let done = 30 + by_workers(&ordered, workers as usize);
                assert!(
                    Bound::Finite(secs(done)) <= promised,
                    "{ordered:?} by {workers}: {done} s > {promised}"
                );
                cases += 1;
            }
        }
    }
    println!("workers, exhaustively: {cases} cases");
    assert!(cases >= 10_000);
}
