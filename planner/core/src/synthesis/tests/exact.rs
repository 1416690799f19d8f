//! What synthesis chooses costs what the cheapest of all designs costs, each judged as a whole.

use std::sync::Arc;

use lifeboat_model::{Bound, Mechanism, Money, PriceItem, Scope};

use super::super::menu::Prices;
use super::super::model::{Exposures, Model};
use super::super::space::{Choice, Need, Rules, Space};
use super::fixture::{NOW, World, price, span, target};
use crate::cost::{PriceBook, Usage, bill};
use crate::design::compile;
use crate::exposure::build::Builder;
use crate::exposure::graph::{CopyGraph, LiftedBy};

/// One protection of a design: its slot, its choice, and the place of its source in the design.
type Chosen = Vec<(usize, usize, Option<usize>)>;

/// Returns every design: in each slot nothing or one choice, and for each copy each source.
fn designs(space: &Space<'_>) -> Vec<Chosen> {
    let mut all: Vec<Chosen> = vec![Vec::new()];
    let of = |copy: bool| {
        let slots = space.slots.iter().enumerate();
        slots.filter(move |(_, slot)| (slot.spec.mechanism == Mechanism::Copy) == copy)
    };
    for (index, slot) in of(false) {
        let mut with = Vec::new();
        for design in &all {
            for choice in 0..slot.choices.len() {
                let mut design = design.clone();
                design.push((index, choice, None));
                with.push(design);
            }
        }
        all.extend(with);
    }
    for (index, slot) in of(true) {
        let mut with = Vec::new();
        for design in &all {
            for (place, (source, ..)) in design.iter().enumerate() {
                let source = &space.slots[*source];
                let snapshot = source.spec.mechanism == Mechanism::Snapshot;
                if !snapshot || source.repository == slot.repository {
                    continue;
                }
                for choice in 0..slot.choices.len() {
                    let mut design = design.clone();
                    design.push((index, choice, Some(place)));
                    with.push(design);
                }
            }
        }
        all.extend(with);
    }
    all
}

struct Judge<'a, 'b, 'c> {
    space: &'c Space<'c>,
    rules: &'c Rules,
    base: &'c CopyGraph,
    model: Exposures<'a, 'b>,
    prices: Prices<'c>,
}

impl Judge<'_, '_, '_> {
    fn choice(&self, (slot, choice, _): (usize, usize, Option<usize>)) -> &Choice {
        &self.space.slots[slot].choices[choice]
    }

    /// Returns whether a design, as a whole, keeps everything.
    fn keeps(&mut self, design: &Chosen) -> bool {
        let mut graph = self.base.clone();
        let mut places = Vec::new();
        for one in design {
            let slot = &self.space.slots[one.0];
            if slot.spec.mechanism == Mechanism::Lock {
                places.push(None);
                continue;
            }
            // A lock counts where the retention keeps points for as long as it lasts: else it would be the lock that
            // keeps them, and nothing would say what that costs.
            let kept = self
                .choice(*one)
                .retention
                .as_ref()
                .and_then(|it| it.keep.within);
            let lock = design.iter().find(|other| {
                let at = &self.space.slots[other.0];
                at.spec.mechanism == Mechanism::Lock
                    && at.repository == slot.repository
                    && self.choice(**other).span("lock_for") <= kept
            });
            let lock = lock.map(|lock| self.choice(*lock).attributes.clone());
            let choice = self.choice(*one).clone();
            let source = one.2.and_then(|place: usize| places[place]);
            let copy = self
                .model
                .copy(&graph, slot, &choice, self.rules, source, lock.as_ref());
            graph.copies.push(copy);
            places.push(Some(graph.copies.len() - 1));
        }
        self.rules.needs().into_iter().all(|need| match need {
            Need::Scope(scope) => {
                (0..graph.copies.len()).any(|copy| self.meets(&graph, copy, scope))
            }
            Need::Immutable => graph.copies.iter().any(|copy| {
                copy.lock.as_ref().is_some_and(|lock| {
                    Some(lock.lasts.value) >= self.rules.immutable_for
                        && lock.lifted_by != LiftedBy::Anybody
                })
            }),
            Need::Uses(mechanism) => design
                .iter()
                .any(|one| self.space.slots[one.0].spec.mechanism == mechanism),
        })
    }

    fn meets(&self, graph: &CopyGraph, copy: usize, scope: Scope) -> bool {
        let goal = &self.rules.goals[&scope];
        let loss = self.model.loss(graph, copy, scope, goal);
        let time = self.model.recovery(graph, copy, scope);
        loss != Bound::Unbounded
            && goal.rpo.is_none_or(|goal| loss <= Bound::Finite(goal))
            && goal.rto.is_none_or(|goal| time <= Bound::Finite(goal))
    }

    fn cost(&self, design: &Chosen) -> Money {
        let mut sum = Money::default();
        for one in design {
            let slot = &self.space.slots[one.0];
            let choice = self.choice(*one);
            let source = one.2.map(|place| design[place]);
            let every = choice.every.or(source.and_then(|it| self.choice(it).every));
            let retention = choice.retention.clone().or(self.rules.retention.clone());
            let retention = retention.unwrap_or_else(|| Arc::new(Default::default()));
            let usage = Usage {
                mechanism: slot.spec.mechanism,
                every,
                retention: &retention,
                window: None,
                full_every: None,
                size: self.prices.size.map(|it| it.value),
                write_rate: self.prices.write_rate,
            };
            let repository = slot.repository.and_then(|it| it.kind.as_deref());
            let from = source.and_then(|it| self.space.slots[it.0].repository?.kind.as_deref());
            let from = from.unwrap_or("tree");
            let kind = &slot.spec.resource_kind;
            sum = sum + bill(&usage, kind, repository, from, self.prices.book).amount;
        }
        sum
    }
}

/// Returns the cost of the cheapest design of all, and how many there were.
fn cheapest(world: &World) -> (Option<Money>, usize) {
    let design = compile(&world.configuration, &world.catalog).unwrap();
    let block = &world.configuration.targets[&target("docs")];
    let rules = Rules::of(block, &design).unwrap();
    let now = NOW.parse().unwrap();
    let mut builder = Builder::new(&world.catalog, &world.live, &world.recorded, &design, now);
    let base = builder.base(&block.address);
    let book = PriceBook::of(&world.catalog, &[]);
    let space = Space::of("tree", &rules, &world.configuration, &world.catalog, &[]);
    let mut judge = Judge {
        space: &space,
        rules: &rules,
        base: &base,
        model: Exposures {
            builder: &mut builder,
            as_of: now,
            loads: &[],
        },
        prices: Prices {
            book: &book,
            size: base.size.as_ref(),
            write_rate: base.write_rate.as_ref().map(|it| it.value),
        },
    };
    let all = designs(&space);
    let count = all.len();
    let mut costs: Vec<(Money, Chosen)> = all
        .into_iter()
        .map(|design| (judge.cost(&design), design))
        .collect();
    costs.sort();
    let found = costs.iter().find(|(_, design)| judge.keeps(design));
    let within = |cost: &Money| rules.max_cost.is_none_or(|most| *cost <= most);
    (found.map(|(cost, _)| *cost).filter(within), count)
}

fn worlds() -> Vec<World> {
    let goals = [
        "instance 1d 12h",
        "instance 1h 2h",
        "zone 1h 12h, corruption 1h 12h 3d",
        "region 1d 1d, instance 5m 1h",
        "region 2h -, corruption 1d - 3d",
        "account 1d - 3d",
        "account 1d - 3d, instance 1h 1h, region 1d 1d",
        "zone - 1h, corruption 5m - -",
    ];
    let places = [
        "host-b zone-a one ops",
        "host-b zone-b one ops",
        "host-b zone-b two vendor",
    ];
    let mut worlds = Vec::new();
    for goals in goals {
        for (near, far) in [(0, 1), (0, 2), (1, 2), (2, 2)] {
            for (disk, cloud) in [(10_000, 25_000), (25_000, 10_000), (10_000, 10_000)] {
                for size in ["1GiB", "500GiB"] {
                    let mut world = World::new(goals)
                        .vault("disk", "near", places[near], "100MiB/s")
                        .vault("cloud", "far", places[far], "50MiB/s");
                    world.tree("docs", size);
                    world.catalog.prices = vec![
                        price("disk", PriceItem::StorageGibMonth, disk),
                        price("disk", PriceItem::TransferGib, 90_000),
                        price("cloud", PriceItem::StorageGibMonth, cloud),
                        price("cloud", PriceItem::WritesThousand, 5_000),
                        price("tree_lock", PriceItem::Month, 500_000),
                    ];
                    lean(&mut world);
                    worlds.push(world);
                }
            }
        }
    }
    worlds
}

/// Leaves so few choices that all designs can be tried.
fn lean(world: &mut World) {
    for spec in &mut world.catalog.protections {
        let offer = spec.offer.as_mut().unwrap();
        match spec.mechanism {
            Mechanism::Snapshot => offer.intervals = vec![span("5m"), span("1h")],
            Mechanism::Copy => offer.intervals = vec![span("1h")],
            _ => {}
        }
    }
    let gold = &world.configuration.objectives["gold"];
    if gold.goals.contains_key(&Scope::Account) {
        for spec in &mut world.catalog.protections {
            let offer = spec.offer.as_mut().unwrap();
            offer.intervals.retain(|every| *every != span("5m"));
            for (name, values) in &mut offer.attributes {
                values.retain(|value| name != "lock_for" || value == "7d");
            }
        }
    } else {
        let is_lock = |spec: &lifeboat_model::ProtectionSpec| spec.mechanism == Mechanism::Lock;
        world.catalog.protections.retain(|spec| !is_lock(spec));
    }
}

#[test]
fn the_design_costs_what_the_cheapest_of_all_designs_costs() {
    let (mut tried, mut infeasible, mut all) = (0_usize, 0_usize, 0_usize);
    for world in worlds() {
        let (wanted, count) = cheapest(&world);
        let synthesis = world.synthesis();
        let found = synthesis.decisions.first().and_then(|it| it.cost);
        let told = || super::fixture::show(&synthesis);
        assert_eq!(
            found,
            wanted,
            "{:?}\n{}",
            world.configuration.objectives,
            told()
        );
        tried += 1;
        infeasible += usize::from(wanted.is_none());
        all += count;
    }
    println!("{tried} worlds, {infeasible} of them without a design, {all} designs in all");
    assert!(infeasible < tried / 2);
}
