//! Several targets that restore over one link.

use lifeboat_model::{InputSpec, InputValue, ModelInput, PlanOptions, Provenance, Rate, Scope};

use super::super::design;
use super::fixture::{NOW, World, domain, show, target};
use crate::design::compile;
use crate::planning::{foreseen, plan_offline};

/// Three trees on one host: each takes 17 minutes over a link that nobody shares.
fn three_trees(goals: &str) -> World {
    let mut world = World::new(goals).vault("disk", "near", "host-b zone-a one ops", "100MiB/s");
    world.tree("mail", "100GiB");
    world.tree("web", "100GiB");
    world
}

/// Returns the targets whose goals the exposure table shows as met, and those for which there is a design.
fn met_and_designed(world: &World) -> (Vec<String>, Vec<String>) {
    let given = compile(&world.configuration, &world.catalog).unwrap();
    let now = NOW.parse().unwrap();
    let live = foreseen(&given);
    let (design, synthesis) = design(
        &world.configuration,
        &given,
        &world.catalog,
        &live,
        &world.recorded,
        now,
    )
    .unwrap();
    let options = PlanOptions {
        as_of: now,
        seed: 0,
        destroy: false,
        targets: Vec::new(),
        lifeboat_version: String::new(),
        allow_exposure: lifeboat_model::Span::ZERO,
    };
    let plan = plan_offline(&design, &world.catalog, &options).unwrap();
    let rows = plan.exposure.iter();
    let asked = rows.filter(|row| row.goal.rpo.is_some() || row.goal.rto.is_some());
    let met = asked.filter(|row| row.is_met());
    let designed = synthesis.decisions.iter();
    (
        met.map(|row| row.target.to_string()).collect(),
        designed.map(|it| it.target.to_string()).collect(),
    )
}

#[test]
fn a_restore_that_is_fast_enough_alone_only_names_the_link_that_it_shares() {
    let world = three_trees("instance 1d 30m");
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs.snapshot["near"] every 1d {"within":"1d"}
      (objective.gold: instance rpo 1d and rto 30m)
    target.tree.docs: 1.01 a month
    target.tree.mail: infeasible
      objective `gold` promises an rto of 30m for instance [objective/instance]
      a recovery from `target.tree.mail.snapshot["near"]` takes 34m8s while another one restores over repository.disk.near [near]
    target.tree.web: infeasible
      objective `gold` promises an rto of 30m for instance [objective/instance]
      a recovery from `target.tree.web.snapshot["near"]` takes 51m12s while 2 others restore over repository.disk.near [near]
    "#);
    let (met, designed) = met_and_designed(&world);
    assert_eq!(met, designed);
    assert_eq!(designed.len(), 1);
}

#[test]
fn one_of_three_takes_the_dearer_link_where_two_fit_on_the_cheap_one() {
    let world = three_trees("instance 1d 40m").vault(
        "cloud",
        "far",
        "host-c zone-b two vendor",
        "100MiB/s",
    );
    insta::assert_snapshot!(show(&world.synthesis()), @r#"
    target.tree.docs.snapshot["near"] every 1d {"within":"1d"}
      (objective.gold: instance rpo 1d and rto 40m)
    target.tree.mail.snapshot["near"] every 1d {"within":"1d"}
      (objective.gold: instance rpo 1d and rto 40m)
    target.tree.web.snapshot["far"] every 1d {"within":"1d"}
      (objective.gold: instance rpo 1d and rto 40m)
    target.tree.docs: 1.01 a month
      not a snapshot every 1d in `repository.cloud.far` (2.52): it keeps the objective too, for no less
    target.tree.mail: 1.01 a month
      not a snapshot every 1d in `repository.cloud.far` (2.52): it keeps the objective too, for no less
    target.tree.web: 2.52 a month
      not a snapshot every 1d in `repository.disk.near` (1.01): instance rto 40m is out of its reach: it takes 51m12s
    "#);
    let (met, designed) = met_and_designed(&world);
    assert_eq!(met, designed);
    assert_eq!(designed.len(), 3);
}

#[test]
fn what_was_chosen_beside_the_others_is_chosen_again() {
    let mut world = three_trees("instance 1d 40m").vault(
        "cloud",
        "far",
        "host-c zone-b two vendor",
        "100MiB/s",
    );
    let chosen = |world: &World| {
        let synthesis = world.synthesis();
        let blocks = synthesis.blocks.iter().map(|it| it.address.to_string());
        blocks.collect::<Vec<_>>()
    };
    let before = chosen(&world);
    world.apply();
    assert_eq!(chosen(&world), before);
}

/// Each snapshot stands by itself, on another host, and comes back at 100 MiB/s over a way of its own.
fn in_no_repository(world: &mut World) {
    let spec = &mut world.catalog.protections[0];
    spec.repository_kinds = Vec::new();
    spec.inputs.push(InputSpec {
        input: ModelInput::RestoreBandwidth,
        attribute: None,
        fact: None,
        otherwise: Some((InputValue::Rate(Rate(100 << 20)), Provenance::Hard)),
        source: "the test".to_owned(),
    });
    for name in ["docs", "mail", "web"] {
        let snapshot = target(name).part("snapshot", None);
        let elsewhere = vec![domain(Scope::Instance, "host-b")];
        world.live.places.insert(snapshot, elsewhere);
    }
}

#[test]
fn what_stands_in_no_repository_shares_no_link_though_it_stands_alike() {
    let mut world = three_trees("instance 1d 30m");
    in_no_repository(&mut world);
    let synthesis = world.synthesis();
    assert_eq!(synthesis.conflicts, []);
    let chosen = synthesis.blocks.iter().map(|it| it.address.to_string());
    let chosen: Vec<String> = chosen.collect();
    let wanted = ["docs", "mail", "web"].map(|it| format!("target.tree.{it}.snapshot"));
    assert_eq!(chosen, wanted);
}

#[test]
fn those_that_fail_apart_do_not_share_a_link() {
    let mut world = three_trees("instance 1d 30m");
    for (name, host) in [("mail", "host-x"), ("web", "host-y")] {
        let places = &mut world.block(name).domains;
        places.retain(|it| it.scope == lifeboat_model::Scope::Instance);
        for place in places {
            place.id = host.to_owned();
        }
    }
    let (met, designed) = met_and_designed(&world);
    assert_eq!(met, designed);
    assert_eq!(designed.len(), 3);
}
