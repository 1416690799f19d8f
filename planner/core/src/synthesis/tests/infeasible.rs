//! Why there is no design.

use std::collections::BTreeSet;

use super::super::conflict::{Asked, Case, Fact, Member, is_feasible, smallest};
use super::super::menu::Prices;
use super::super::model::Exposures;
use super::super::space::Rules;
use super::fixture::{NOW, World, show, target};
use crate::cost::PriceBook;
use crate::design::compile;
use crate::exposure::build::Builder;

fn two_vaults(goals: &str) -> World {
    World::new(goals)
        .vault("disk", "beside", "host-a zone-a one ops", "100MiB/s")
        .vault("disk", "near", "host-b zone-a one ops", "100MiB/s")
}

#[test]
fn a_minute_of_loss_excludes_snapshots_of_five_minutes_at_best() {
    let world = two_vaults("instance 1m 12h");
    insta::assert_snapshot!(show(&world.synthesis()), @"
    target.tree.docs: infeasible
      objective `gold` promises an rpo of 1m for instance [objective/instance]
      a `snapshot` of a `tree` can be made every 5m at the most often []
    ");
}

#[test]
fn a_region_excludes_that_every_repository_stands_in_it() {
    let world = two_vaults("instance 1d 12h, region 1d 12h");
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs: infeasible
      objective `gold` promises an rpo of 1d for region [objective/region]
      `target.tree.docs.snapshot["beside"]` fails with `target.tree.docs` (instance host-a) [beside]
      `target.tree.docs.snapshot["near"]` fails with `target.tree.docs` (zone zone-a) [near]
    "#);
}

#[test]
fn an_hour_to_be_back_excludes_that_all_is_read_slowly() {
    let world =
        World::new("instance 1d 1h").vault("disk", "near", "host-b zone-a one ops", "10MiB/s");
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs: infeasible
      objective `gold` promises an rto of 1h for instance [objective/instance]
      a recovery from `target.tree.docs.snapshot["near"]` takes 2h50m [near]
    "#);
}

#[test]
fn a_cost_that_is_too_low_is_named() {
    let mut world = two_vaults("instance 1d 12h");
    world.protect().max_cost = Some(lifeboat_model::Money(100_000));
    insta::assert_snapshot!(show(&world.synthesis()), @"
    target.tree.docs: infeasible
      objective `gold` promises an rpo of 1d for instance [objective/instance]
      `protect` allows it to cost 0.10 USD a month [protect]
    ");
}

#[test]
fn a_dwell_that_the_retention_does_not_reach_names_both() {
    let mut world = two_vaults("corruption 1h 12h 14d");
    world.block("docs").retention = Some(lifeboat_model::Retention {
        delete_after: Some("7d".parse().unwrap()),
        ..lifeboat_model::Retention::default()
    });
    insta::assert_snapshot!(show(&world.synthesis()), @"
    target.tree.docs: infeasible
      objective `gold` promises an rpo of 1h for corruption [objective/corruption]
      objective `gold` has corruption noticed only within 14d [objective/corruption]
      `target.tree.docs` has a retention of its own [docs]
    ");
}

#[test]
fn without_a_repository_it_says_so() {
    let world = World::new("instance 1d 12h");
    insta::assert_snapshot!(show(&world.synthesis()), @"
    target.tree.docs: infeasible
      objective `gold` promises an rpo of 1d for instance [objective/instance]
      the configuration has no repository that can hold what protects a `tree` []
    ");
}

#[test]
fn what_stands_of_a_target_without_a_design_stays() {
    let mut world = two_vaults("instance 1d 12h");
    world.apply();
    let before = world.synthesis().blocks;
    let gold = world.configuration.objectives.get_mut("gold").unwrap();
    gold.goals
        .values_mut()
        .for_each(|goal| goal.rpo = "1m".parse().ok());
    let after = world.synthesis();
    assert_eq!(after.conflicts.len(), 1);
    let names = |blocks: &[crate::configuration::ProtectionBlock]| {
        let blocks = blocks
            .iter()
            .map(|it| (it.address.clone(), it.schedule.clone()));
        blocks.collect::<Vec<_>>()
    };
    assert_eq!(names(&after.blocks), names(&before));
}

/// Every way in which the world can be too poor for the promise, and each of them many times over.
fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    let goals = [
        "instance 1m 12h",
        "instance 1m 1m, region 1h 1h",
        "corruption 1m 1h 400d, account 1h 1h 400d",
        "zone 1d 1d, account 1d 1d 90d",
        "region 1m -, zone - 1m",
        "instance 1d 12h",
    ];
    for goals in goals {
        for poverty in 0..16_u32 {
            let mut world = two_vaults(goals);
            if poverty & 1 != 0 {
                world.protect().max_cost = Some(lifeboat_model::Money(10));
            }
            if poverty & 2 != 0 {
                world.protect().forbids = vec![lifeboat_model::Mechanism::Snapshot];
            }
            if poverty & 4 != 0 {
                world.block("docs").retention = Some(lifeboat_model::Retention {
                    delete_after: Some("2d".parse().unwrap()),
                    immutable_for: Some("60d".parse().unwrap()),
                    ..lifeboat_model::Retention::default()
                });
            }
            if poverty & 8 != 0 {
                world = world.vault("cloud", "far", "host-c zone-b two vendor", "1KiB/s");
            }
            worlds.push(world);
        }
    }
    worlds
}

#[test]
fn dropping_any_member_of_a_conflict_makes_it_feasible() {
    let (mut conflicts, mut dropped) = (0, 0);
    for world in worlds() {
        if world.synthesis().conflicts.is_empty() {
            continue;
        }
        conflicts += 1;
        let design = compile(&world.configuration, &world.catalog).unwrap();
        let block = &world.configuration.targets[&target("docs")];
        let rules = Rules::of(block, &design).unwrap();
        let now = NOW.parse().unwrap();
        let (live, recorded) = (&world.live, &world.recorded);
        let mut builder = Builder::new(&world.catalog, live, recorded, &design, now);
        let base = builder.base(&block.address);
        let book = PriceBook::of(&world.catalog, &[]);
        let case = Case {
            kind: "tree",
            rules: &rules,
            base: &base,
            today: &[],
            configuration: &world.configuration,
            catalog: &world.catalog,
            prices: Prices {
                book: &book,
                size: base.size.as_ref(),
                write_rate: base.write_rate.as_ref().map(|it| it.value),
            },
        };
        let mut model = Exposures {
            builder: &mut builder,
            as_of: now,
            loads: &[],
        };
        let mut asked = Asked::default();
        let offer = Member::Fact(Fact::Offer);
        let told = smallest(&case, &mut asked, &mut model);
        let mut set: BTreeSet<Member> = told.clone();
        set.insert(offer.clone());
        assert!(
            !is_feasible(&case, &set, &mut asked, &mut model),
            "{told:?}"
        );
        for member in &told {
            let mut without = set.clone();
            without.remove(member);
            let feasible = is_feasible(&case, &without, &mut asked, &mut model);
            assert!(feasible, "{member:?} of {told:?} is idle");
            dropped += 1;
        }
    }
    println!("{conflicts} conflicts, {dropped} members dropped");
    assert!(conflicts > 50);
}
