//! No restore that is simulated takes longer than its bound: random services, links, workers and orders.
//!
//! The simulation knows nothing of the formulas. At every event each waiting restore is given what the links on its way
//! have left, in some order: by urgency, at random, or half to each and then the rest.

use std::borrow::Cow;

use lifeboat_model::{Address, Bound, ByteSize, Rate, Scope, Span};

use super::fixture::{MIB, at, declared, domain, named, none, over, snapshot};
use crate::exposure::found::Found;
use crate::exposure::graph::{CopyGraph, Hop, Recovery};
use crate::exposure::recovery::{
    Dependency, Load, Member, Offer, Points, Service, Yielding, alarm, restore, service,
};
use crate::exposure::trace::Silent;

const CASES: u64 = 24_000;
const LINKS: [&str; 3] = ["vault", "line", "disks"];

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for i in (1..count).rev() {
            let j = usize::try_from(self.below(i as u64 + 1)).unwrap();
            order.swap(i, j);
        }
        order
    }
}

/// What a restore does next.
#[derive(Clone, Debug)]
enum Phase {
    /// Something that takes its time.
    Wait(f64),
    /// So many bytes over these links at once, each with its rate.
    Move(f64, Vec<(usize, f64)>),
}

#[derive(Clone, Debug)]
struct Job {
    service: usize,
    urgency: u32,
    phases: Vec<Phase>,
    finished: Option<f64>,
    started: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Urgency,
    Random,
    Shared,
}

struct Case {
    graphs: Vec<CopyGraph>,
    /// The service of each, and how urgent it is.
    of: Vec<(usize, u32)>,
    /// What each service needs: services before it.
    needs: Vec<Vec<usize>>,
    workers: Vec<Option<u32>>,
}

fn case(random: &mut Random) -> Case {
    let services = 1 + random.below(3);
    let mut case = Case {
        graphs: Vec::new(),
        of: Vec::new(),
        needs: Vec::new(),
        workers: Vec::new(),
    };
    for service in 0..services {
        let needs = (0..service).filter(|_| random.below(2) == 0);
        let needs: Vec<usize> = needs.map(|it| usize::try_from(it).unwrap()).collect();
        case.needs.push(needs);
        let limited = random.below(2) == 0;
        case.workers
            .push(limited.then(|| 1 + u32::try_from(random.below(3)).unwrap()));
        for _ in 0..=random.below(3) {
            let name = format!("t{}", case.graphs.len());
            let size = random.below(4_000) * MIB;
            let mut graph = named(&name, size, vec![snapshot(recovery(random))]);
            graph.detect = declared(Span::from_secs(random.below(60)));
            graph.decide = declared(Span::from_secs(random.below(60)));
            graph.domains = [domain(Scope::Zone, "zone 1")].into();
            case.graphs.push(graph);
            let urgency = u32::try_from(random.below(3)).unwrap();
            case.of.push((usize::try_from(service).unwrap(), urgency));
        }
    }
    case
}

fn recovery(random: &mut Random) -> Recovery {
    let hops = (0..=random.below(2)).map(|_| Hop {
        link: LINKS[usize::try_from(random.below(3)).unwrap()].into(),
        rate: Some(declared(Rate((1 + random.below(64)) * MIB))),
        delay: (random.below(4) == 0).then(|| declared(Span::from_secs(random.below(30)))),
    });
    let hops = hops.collect();
    let mut some = |end: u64| Some(declared(Span::from_secs(random.below(end))));
    Recovery {
        provision: some(120),
        unarchive: some(120),
        promote: some(20),
        repoint: Some(none(Bound::Finite(Span::from_secs(7)))),
        verify: some(60),
        pipelined: some(2) == Some(declared(Span::ZERO)),
        ..over(hops)
    }
}

fn seconds(span: Span) -> f64 {
    span.as_millis() as f64 / 1_000.0
}

fn jobs(case: &Case) -> Vec<Job> {
    let job = |(graph, of): (&CopyGraph, &(usize, u32))| {
        let recovery = &graph.copies[0].recovery;
        let time = |step: &Option<crate::exposure::graph::Input<Span>>| {
            seconds(step.as_ref().unwrap().value)
        };
        let bytes = graph.size.as_ref().unwrap().value.0 as f64;
        let on = |hop: &Hop| {
            let link = LINKS.iter().position(|link| **link == *hop.link).unwrap();
            (link, hop.rate.as_ref().unwrap().value.0 as f64)
        };
        let mut phases = vec![Phase::Wait(
            time(&recovery.provision).max(time(&recovery.unarchive)),
        )];
        let delays = recovery.hops.iter().filter_map(|hop| hop.delay.as_ref());
        phases.extend(delays.map(|delay| Phase::Wait(seconds(delay.value))));
        if recovery.pipelined {
            phases.push(Phase::Move(bytes, recovery.hops.iter().map(on).collect()));
        } else {
            let hops = recovery.hops.iter();
            phases.extend(hops.map(|hop| Phase::Move(bytes, vec![on(hop)])));
        }
        let after = time(&recovery.promote) + 7.0 + time(&recovery.verify);
        phases.push(Phase::Wait(after));
        phases.reverse();
        Job {
            service: of.0,
            urgency: of.1,
            phases,
            finished: None,
            started: false,
        }
    };
    case.graphs.iter().zip(&case.of).map(job).collect()
}

/// Returns when each restore ended.
fn simulate(case: &Case, order: Order, random: &mut Random) -> Vec<f64> {
    let mut jobs = jobs(case);
    let mut now = 0.0;
    let alarms: Vec<f64> = (0..case.needs.len())
        .map(|service| {
            let own = case
                .graphs
                .iter()
                .zip(&case.of)
                .filter(|(_, of)| of.0 == service);
            own.map(|(graph, _)| seconds(graph.detect.value) + seconds(graph.decide.value))
                .fold(0.0, f64::max)
        })
        .collect();
    loop {
        let opens = start(case, &mut jobs, &alarms, now, random);
        let rates = rates(&jobs, order, random);
        let mut step = f64::INFINITY;
        for (job, rate) in jobs.iter().zip(&rates) {
            step = step.min(match job.phases.last() {
                Some(Phase::Wait(left)) if job.started => *left,
                Some(Phase::Move(left, _)) if job.started && *rate > 0.0 => *left / *rate,
                _ => f64::INFINITY,
            });
        }
        let next = opens
            .filter(|opens| *opens > now)
            .map_or(step, |opens| step.min(opens - now));
        if !next.is_finite() {
            break;
        }
        now += next;
        for (job, rate) in jobs.iter_mut().zip(&rates) {
            advance(job, *rate, next, now);
        }
    }
    jobs.iter().map(|job| job.finished.unwrap()).collect()
}

/// Starts what may start, in a random order; returns when something else may.
fn start(
    case: &Case,
    jobs: &mut [Job],
    alarms: &[f64],
    now: f64,
    random: &mut Random,
) -> Option<f64> {
    let mut opens: Option<f64> = None;
    for (service, needs) in case.needs.iter().enumerate() {
        let is_back = |service: &usize| {
            let mut own = jobs.iter().filter(|job| job.service == *service);
            own.all(|job| job.finished.is_some())
        };
        if !needs.iter().all(is_back) {
            continue;
        }
        if now < alarms[service] - 1e-9 {
            opens = Some(opens.map_or(alarms[service], |it| it.min(alarms[service])));
            continue;
        }
        for index in random.order(jobs.len()) {
            let own = |job: &&Job| job.service == service && job.started && job.finished.is_none();
            let running = jobs.iter().filter(own).count();
            let workers = case.workers[service].map_or(usize::MAX, |it| it as usize);
            let job = &mut jobs[index];
            if job.service == service && running < workers {
                job.started = true;
            }
        }
    }
    opens
}

/// Returns how fast each restore moves now.
fn rates(jobs: &[Job], order: Order, random: &mut Random) -> Vec<f64> {
    let mut left = [1.0f64; LINKS.len()];
    let mut rates = vec![0.0; jobs.len()];
    let mut sequence = random.order(jobs.len());
    if order == Order::Urgency {
        sequence.sort_by_key(|index| std::cmp::Reverse(jobs[*index].urgency));
    }
    let rounds: &[f64] = if order == Order::Shared {
        &[0.5, 0.7, 1.0]
    } else {
        &[1.0]
    };
    for part in rounds {
        for index in &sequence {
            let job = &jobs[*index];
            let (true, Some(Phase::Move(_, over))) = (job.started, job.phases.last()) else {
                continue;
            };
            // What one byte a second takes of each link.
            let mut takes = [0.0f64; LINKS.len()];
            over.iter()
                .for_each(|(link, rate)| takes[*link] += 1.0 / rate);
            let most = left.iter().zip(&takes).filter(|(_, takes)| **takes > 0.0);
            let most = most
                .map(|(left, takes)| left / takes)
                .fold(f64::INFINITY, f64::min);
            let rate = most * part;
            rates[*index] += rate;
            for (left, takes) in left.iter_mut().zip(&takes) {
                *left = (*left - rate * takes).max(0.0);
            }
        }
    }
    rates
}

fn advance(job: &mut Job, rate: f64, time: f64, now: f64) {
    if !job.started || job.finished.is_some() {
        return;
    }
    match job.phases.last_mut() {
        Some(Phase::Wait(left)) => *left -= time,
        Some(Phase::Move(left, _)) => *left -= rate * time,
        None => {}
    }
    // A millionth of a byte or of a second is nothing.
    while let Some(Phase::Wait(left) | Phase::Move(left, _)) = job.phases.last()
        && *left <= 1e-6
    {
        job.phases.pop();
    }
    if job.phases.is_empty() {
        job.finished = Some(now);
    }
}

/// Returns the bounds of all services.
fn bounds(case: &Case, load: &Load) -> Vec<Span> {
    let addresses: Vec<Address> = (0..case.needs.len())
        .map(|index| at(&format!("service.s{index}")))
        .collect();
    let mut bounds: Vec<Span> = Vec::new();
    for (index, needs) in case.needs.iter().enumerate() {
        let own = case
            .graphs
            .iter()
            .zip(&case.of)
            .filter(|(_, of)| of.0 == index);
        let members = own.map(|(graph, _)| Member {
            target: &graph.target,
            alarm: alarm(graph, Scope::Zone, &mut Silent),
            offers: vec![Offer {
                uses: &graph.copies[0].address,
                rpo: Found::zero(),
                restore: restore(graph, 0, Scope::Zone, load, &mut Silent),
                points: Points::Newest,
            }],
            lost: Cow::Borrowed(""),
        });
        let it = Service {
            address: &addresses[index],
            members: members.collect(),
            consistent_within: None,
            workers: case.workers[index],
            dependencies: needs
                .iter()
                .map(|need| Dependency {
                    address: &addresses[*need],
                    rto: Found::of(&declared(bounds[*need])),
                })
                .collect(),
        };
        let found = service(&it, &mut Silent);
        bounds.push(found.rto.bound.finite().unwrap());
    }
    bounds
}

#[test]
fn no_simulated_recovery_takes_longer_than_its_bound() {
    let (mut tight, mut closest, mut restores) = (0u64, 0u64, 0usize);
    for seed in 0..CASES {
        let mut random = Random(seed);
        let case = case(&mut random);
        let order = [Order::Urgency, Order::Random, Order::Shared][(seed % 3) as usize];
        let pairs = case
            .graphs
            .iter()
            .zip(&case.of)
            .map(|(graph, of)| (graph, 0, of.1));
        let load = if order == Order::Urgency {
            Load::ranked(Scope::Zone, pairs, Yielding::AtOnce)
        } else {
            Load::of(Scope::Zone, pairs.map(|(graph, copy, _)| (graph, copy)))
        };
        let bounds = bounds(&case, &load);
        let finished = simulate(&case, order, &mut random);
        restores += finished.len();
        for (service, bound) in bounds.iter().enumerate() {
            let own = finished
                .iter()
                .zip(&case.of)
                .filter(|(_, of)| of.0 == service);
            let took = own.map(|(time, _)| *time).fold(0.0, f64::max);
            let bound = seconds(*bound);
            assert!(
                took <= bound + 1e-3,
                "seed {seed}: service {service} took {took} s, bound {bound} s"
            );
            tight += u64::from(took >= bound - 2e-3);
            closest += u64::from(took >= 0.9 * bound);
        }
    }
    println!(
        "{CASES} cases, {restores} restores: no service exceeds its bound; {tight} reach it, {closest} come within a tenth"
    );
    assert!(
        tight > CASES / 20,
        "the bound is reached in {tight} cases only"
    );
}

#[test]
fn one_link_and_one_order_reach_the_bound_of_all_orders() {
    let sizes = [3u64, 1, 2];
    let graphs: Vec<CopyGraph> = sizes
        .iter()
        .enumerate()
        .map(|(i, size)| {
            let hop = Hop {
                link: LINKS[0].into(),
                rate: Some(declared(Rate(MIB))),
                delay: None,
            };
            let mut graph = named(&format!("t{i}"), 0, vec![snapshot(over(vec![hop]))]);
            graph.size = Some(declared(ByteSize(size * MIB)));
            graph.detect = none(Span::ZERO);
            graph.decide = none(Span::ZERO);
            graph
        })
        .collect();
    let load = Load::of(Scope::Zone, graphs.iter().map(|graph| (graph, 0)));
    let one = restore(&graphs[0], 0, Scope::Zone, &load, &mut Silent);
    assert_eq!(
        one.bound,
        Bound::Finite(Span::from_secs(sizes.iter().sum()))
    );
}
