//! What is chosen, in small stories.

use lifeboat_model::{Keep, Mechanism, Money, PriceItem, Retention};

use super::fixture::{World, place, price, show, span, target};

fn three_vaults(goals: &str) -> World {
    World::new(goals)
        .vault("disk", "beside", "host-a zone-a one ops", "100MiB/s")
        .vault("disk", "near", "host-b zone-a one ops", "100MiB/s")
        .vault("cloud", "far", "host-c zone-b two vendor", "20MiB/s")
}

#[test]
fn the_cheapest_of_three_repositories_that_survives_is_taken_and_the_others_say_why_not() {
    let world = three_vaults("instance 1d 12h");
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs.snapshot["near"] every 1d {"within":"1d"}
      (objective.gold: instance rpo 1d and rto 12h)
    target.tree.docs: 1.01 a month
      not a snapshot every 1d in `repository.disk.beside` (1.01): instance rpo 1d is out of its reach: `target.tree.docs.snapshot["beside"]` fails with `target.tree.docs` (instance host-a)
      not a snapshot every 1d in `repository.cloud.far` (2.52): it keeps the objective too, for no less
    "#);
}

#[test]
fn a_region_needs_the_far_one_and_corruption_keeps_as_far_back_as_the_dwell() {
    let world = three_vaults("corruption 1h 4h 14d, region 1d 12h");
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs.snapshot["far"] every 1h {"within":"14d1h"}
      (objective.gold: corruption rpo 1h and rto 4h, region rpo 1d and rto 12h)
    target.tree.docs: 2.79 a month
      not a snapshot every 1h in `repository.disk.beside` (1.12): region rpo 1d is out of its reach: `target.tree.docs.snapshot["beside"]` fails with `target.tree.docs` (instance host-a)
      not a snapshot every 1h in `repository.disk.near` (1.12): region rpo 1d is out of its reach: `target.tree.docs.snapshot["near"]` fails with `target.tree.docs` (zone zone-a)
    "#);
}

#[test]
fn an_account_that_holds_every_repository_needs_a_lock() {
    let world =
        World::new("account 1d - 14d").vault("disk", "near", "host-b zone-a one ops", "100MiB/s");
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs.lock["near"] lock_for="35d" lock_mode="compliance"
      (objective.gold: account rpo 1d)
    target.tree.docs.snapshot["near"] every 1d {"within":"35d"}
      (objective.gold: account rpo 1d)
    target.tree.docs: 1.79 a month
    "#);
}

#[test]
fn an_immutable_retention_needs_a_lock_that_lasts_as_long() {
    let mut world = three_vaults("instance 1d -");
    world.block("docs").retention = Some(Retention {
        keep: Keep {
            daily: Some(7),
            ..Keep::default()
        },
        delete_after: Some(span("30d")),
        immutable_for: Some(span("10d")),
    });
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs.lock["near"] lock_for="35d" lock_mode="compliance"
      (objective.gold: instance rpo 1d, nobody deletes a point for 10d)
    target.tree.docs.snapshot["near"] every 1d
      (objective.gold: instance rpo 1d, nobody deletes a point for 10d)
    target.tree.docs: 1.58 a month
      not a snapshot every 1d in `repository.disk.beside` (1.08): instance rpo 1d is out of its reach: `target.tree.docs.snapshot["beside"]` fails with `target.tree.docs` (instance host-a)
      not a snapshot every 1d in `repository.cloud.far` (2.71): it does not give that nobody deletes a point for 10d
    "#);
}

#[test]
fn protect_is_obeyed() {
    let mut world = three_vaults("instance 1d 12h");
    world.protect().uses = vec![Mechanism::Copy];
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs.snapshot["beside"] every 1d {"within":"1d"}
      (objective.gold: instance rpo 1d and rto 12h, `protect` wants a `copy`)
    target.tree.docs.copy["near"] of target.tree.docs.snapshot["beside"] {"within":"1d"}
      (objective.gold: instance rpo 1d and rto 12h, `protect` wants a `copy`)
    target.tree.docs: 2.02 a month
      not a snapshot every 1d in `repository.cloud.far` (2.52): it does not give that `protect` wants a `copy`
      not a snapshot every 1d in `repository.disk.near` (1.01): it does not give that `protect` wants a `copy`
    "#);
    let mut world = three_vaults("instance 1d 12h");
    let far = world.configuration.repositories.keys();
    let far = far.filter(|it| it.name == "far").cloned().collect();
    world.protect().repositories = far;
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs.snapshot["far"] every 1d {"within":"1d"}
      (objective.gold: instance rpo 1d and rto 12h)
    target.tree.docs: 2.52 a month
    "#);
}

#[test]
fn what_was_applied_is_chosen_again() {
    let mut world = three_vaults("corruption 1h 4h 14d, region 1d 12h, account 1d - 7d");
    let first = world.synthesis();
    world.apply();
    assert_eq!(world.synthesis().blocks, first.blocks);
}

#[test]
fn what_stands_stays_until_a_change_saves_more_than_a_tenth() {
    let mut world =
        World::new("instance 1d 12h").vault("disk", "near", "host-b zone-a one ops", "100MiB/s");
    world.apply();
    let before = world.synthesis().blocks;
    let with = |millionths: u64| {
        let mut world = world
            .clone()
            .vault("cloud", "far", "host-c zone-b two vendor", "20MiB/s");
        world.catalog.prices = vec![
            price("disk", PriceItem::StorageGibMonth, 10_000),
            price("cloud", PriceItem::StorageGibMonth, millionths),
        ];
        world.synthesis()
    };
    let near = with(9_100);
    assert_eq!(near.blocks, before, "9 % are not worth a change");
    insta::assert_snapshot!(show(&near), @r#"
    target.tree.docs.snapshot["near"] every 1d {"within":"1d"}
      (objective.gold: instance rpo 1d and rto 12h; it stands, and a cheaper design saves 0.09 USD a month only)
    target.tree.docs: 1.01 a month
      not a snapshot every 1d in `repository.cloud.far` (0.92): it keeps the objective too, and saves too little to change what stands
    "#);
    assert_ne!(with(8_900).blocks, before, "11 % are");
}

#[test]
fn a_protection_that_was_written_by_hand_is_taken_over_under_its_name() {
    let mut world = three_vaults("instance 1d 12h");
    world.apply();
    let resources = std::mem::take(&mut world.recorded.resources);
    world.recorded.resources = resources
        .into_iter()
        .map(|(mut address, resource)| {
            if let Some(part) = &mut address.part {
                part.key = Some("nightly".to_owned());
            }
            (address, resource)
        })
        .collect();
    let addresses: Vec<String> = world
        .synthesis()
        .blocks
        .iter()
        .map(|block| block.address.to_string())
        .collect();
    assert_eq!(addresses, ["target.tree.docs.snapshot[\"nightly\"]"]);
}

#[test]
fn without_prices_the_fewest_protections_that_run_and_keep_the_least_are_chosen() {
    let mut world = three_vaults("corruption 1h 4h 14d, region 1d 12h");
    world.catalog.prices.clear();
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs.snapshot["far"] every 1h {"within":"14d1h"}
      (objective.gold: corruption rpo 1h and rto 4h, region rpo 1d and rto 12h)
    target.tree.docs: 0.00 a month
      without: `cloud` has no price
      not a snapshot every 1h in `repository.disk.beside` (?): region rpo 1d is out of its reach: `target.tree.docs.snapshot["beside"]` fails with `target.tree.docs` (instance host-a)
      not a snapshot every 1h in `repository.disk.near` (?): region rpo 1d is out of its reach: `target.tree.docs.snapshot["near"]` fails with `target.tree.docs` (zone zone-a)
    "#);
}

#[test]
fn many_targets_share_one_answer_and_keep_their_names() {
    let mut world = three_vaults("instance 1d 24h");
    for index in 0..50 {
        world.tree(&format!("t{index:02}"), "100GiB");
    }
    let synthesis = world.synthesis();
    assert_eq!(synthesis.blocks.len(), 51);
    assert_eq!(synthesis.decisions.len(), 51);
    let costs: std::collections::BTreeSet<Option<Money>> =
        synthesis.decisions.iter().map(|it| it.cost).collect();
    assert_eq!(costs.len(), 1);
    assert!(synthesis.blocks.iter().any(|it| it.target == target("t07")));
}

#[test]
fn a_target_with_a_protection_of_its_own_is_left_alone() {
    let mut world = three_vaults("instance 1d 12h");
    let mut block = world.synthesis().blocks.remove(0);
    block.address = "protection.snapshot.mine".parse().unwrap();
    let protections = &mut world.configuration.protections;
    protections.insert(block.address.clone(), block);
    assert_eq!(world.synthesis(), super::super::Synthesis::default());
}

/// Three vaults, and live copies that may stand beside the data or at two other places.
fn with_replicas(goals: &str) -> World {
    let mut world = three_vaults(goals).replicas();
    for (place, domains) in [
        ("", "host-r zone-b one ops"),
        ("dr", "host-r zone-c two ops"),
        ("vault", "host-r zone-d three vendor"),
    ] {
        world = world.place(place, domains);
    }
    world
}

#[test]
fn a_replica_goes_only_to_the_places_that_copies_may_go_to() {
    let mut world = with_replicas("region 1m 10m");
    insta::assert_snapshot!(show(&world.synthesis()), @"
    target.tree.docs: infeasible
      objective `gold` promises an rpo of 1m for region [objective/region]
      `target.tree.docs.replica` fails with `target.tree.docs` (region one) []
      a `snapshot` of a `tree` can be made every 5m at the most often []
    ");
    world.block("docs").copies_to = vec![place("dr")];
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs.replica["dr"] location="provider.memory.dr"
      (objective.gold: region rpo 1m and rto 10m)
    target.tree.docs: 30.00 a month
      not a replica (30.00): region rpo 1m is out of its reach: `target.tree.docs.replica` fails with `target.tree.docs` (region one)
      not a snapshot every 1d in `repository.disk.beside` (1.00): region rpo 1m is out of its reach: `target.tree.docs.snapshot["beside"]` fails with `target.tree.docs` (instance host-a)
      not a snapshot every 1d in `repository.cloud.far` (2.50): region rpo 1m is out of its reach: `target.tree.docs.snapshot["far"]`: age 1d = every 1d
      not a snapshot every 1d in `repository.disk.near` (1.00): region rpo 1m is out of its reach: `target.tree.docs.snapshot["near"]` fails with `target.tree.docs` (zone zone-a)
    "#);
}

#[test]
fn a_replica_for_a_zone_is_at_the_place_of_the_target_and_waited_for() {
    let mut world = with_replicas("zone 0s 10m");
    world.block("docs").copies_to = vec![place("dr")];
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs.replica synchronous=true
      (objective.gold: zone rpo 0s and rto 10m)
    target.tree.docs: 30.00 a month
      not a replica at `provider.memory.dr` (30.00): zone rpo 0s is out of its reach: `target.tree.docs.replica["dr"]`: age 5s = lag 5s
      not a snapshot every 1d in `repository.disk.beside` (1.00): zone rpo 0s is out of its reach: `target.tree.docs.snapshot["beside"]` fails with `target.tree.docs` (instance host-a)
      not a snapshot every 1d in `repository.cloud.far` (2.50): zone rpo 0s is out of its reach: `target.tree.docs.snapshot["far"]`: age 1d = every 1d
      not a snapshot every 1d in `repository.disk.near` (1.00): zone rpo 0s is out of its reach: `target.tree.docs.snapshot["near"]` fails with `target.tree.docs` (zone zone-a)
    "#);
}

#[test]
fn both_replicas_have_names_that_tell_them_apart_and_keep_them() {
    let mut world = with_replicas("zone 0s 10m, region 1m 10m");
    world.block("docs").copies_to = vec![place("dr"), place("vault")];
    let first = show(&world.synthesis());
    insta::assert_snapshot!(first, @r#"
    target.tree.docs.replica synchronous=true
      (objective.gold: zone rpo 0s and rto 10m)
    target.tree.docs.replica["dr"] location="provider.memory.dr"
      (objective.gold: region rpo 1m and rto 10m)
    target.tree.docs: 60.00 a month
      not a replica at `provider.memory.vault` (30.00): zone rpo 0s is out of its reach: `target.tree.docs.replica["vault"]`: age 5s = lag 5s
      not a snapshot every 1d in `repository.disk.beside` (1.00): zone rpo 0s is out of its reach: `target.tree.docs.snapshot["beside"]` fails with `target.tree.docs` (instance host-a)
      not a snapshot every 1d in `repository.cloud.far` (2.50): zone rpo 0s is out of its reach: `target.tree.docs.snapshot["far"]`: age 1d = every 1d
      not a snapshot every 1d in `repository.disk.near` (1.00): zone rpo 0s is out of its reach: `target.tree.docs.snapshot["near"]` fails with `target.tree.docs` (zone zone-a)
    "#);
    world.apply();
    let again = world.synthesis();
    let names = |synthesis: &crate::synthesis::Synthesis| -> Vec<String> {
        let blocks = synthesis.blocks.iter();
        blocks.map(|block| block.address.to_string()).collect()
    };
    assert_eq!(names(&again), names(&with_both().synthesis()));
}

fn with_both() -> World {
    let mut world = with_replicas("zone 0s 10m, region 1m 10m");
    world.block("docs").copies_to = vec![place("dr"), place("vault")];
    world
}

#[test]
fn copies_go_only_to_repositories_at_the_places_that_are_named() {
    let mut world = three_vaults("region 1d 12h").at_place("cloud", "far", "dr");
    world.protect().uses = vec![Mechanism::Copy];
    world.block("docs").copies_to = vec![place("dr")];
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs.snapshot["beside"] every 1d {"within":"1d"}
      (objective.gold: region rpo 1d and rto 12h, `protect` wants a `copy`)
    target.tree.docs.copy["far"] of target.tree.docs.snapshot["beside"] {"within":"1d"}
      (objective.gold: region rpo 1d and rto 12h, `protect` wants a `copy`)
    target.tree.docs: 3.53 a month
      not a snapshot every 1d in `repository.cloud.far` (2.52): it does not give that `protect` wants a `copy`
      not a snapshot every 1d in `repository.disk.near` (1.01): region rpo 1d is out of its reach: `target.tree.docs.snapshot["near"]` fails with `target.tree.docs` (zone zone-a)
    "#);
    world.block("docs").copies_to = vec![place("vault")];
    insta::assert_snapshot!(show(&world.synthesis()), @"
    target.tree.docs: infeasible
      `protect` wants a `copy` [protect]
      `copies_to` allows copies at no other place than `provider.memory.vault` [docs]
    ");
}

#[test]
fn what_may_be_chosen_and_is_in_no_repository_is_looked_for() {
    let mut world = with_replicas("region 1m 10m");
    world.block("docs").copies_to = vec![place("dr"), place("memory")];
    let told: Vec<String> = world
        .candidates()
        .iter()
        .map(|it| format!("{} {} {:?}", it.address, it.kind, it.attributes))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    target.tree.docs.replica tree_replica {"synchronous": Bool(true), "target": String("target.tree.docs")}
    target.tree.docs.replica["dr"] tree_replica {"location": String("provider.memory.dr"), "target": String("target.tree.docs")}
    "#);
}
