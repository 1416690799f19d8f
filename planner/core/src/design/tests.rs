//! What a configuration compiles to, and what it cannot.

use std::fmt::Write as _;

use lifeboat_model::{
    Address, AttributeSpec, Block, Catalog, Domain, KindRole, KindSpec, Mechanism, ProtectionSpec,
    Scope, ValueType,
};
use serde_json::json;

use super::{Design, compile};
use crate::configuration::{
    Configuration, Location, ProtectionBlock, RepositoryBlock, TargetBlock,
};

fn catalog() -> Catalog {
    let kind = |name: &str, role, attributes: &[&str]| {
        let optional = |name: &&str| AttributeSpec::optional(name, ValueType::String, "");
        let spec = KindSpec {
            inputs: Vec::new(),
            name: name.to_owned(),
            provider: "memory".to_owned(),
            role,
            description: String::new(),
            attributes: attributes.iter().map(optional).collect(),
        };
        (name.to_owned(), spec)
    };
    let protection = |mechanism, resource_kind: &str| ProtectionSpec {
        target_kind: "tree".to_owned(),
        mechanism,
        resource_kind: resource_kind.to_owned(),
        repository_kinds: vec!["vault".to_owned()],
        schedule_kind: Some("timer".to_owned()),
        unscheduled: Some("this machine has neither systemd nor cron".to_owned()),
        externally_scheduled: false,
        backs_up: true,
        inputs: Vec::new(),
        offer: None,
    };
    let mut catalog = Catalog {
        kinds: [
            kind("tree", KindRole::Target, &["path"]),
            kind("vault", KindRole::Repository, &["path"]),
            kind(
                "tree_snapshot",
                KindRole::Protection,
                &[
                    "target",
                    "source",
                    "repository",
                    "schedule",
                    "retention",
                    "tags",
                ],
            ),
            kind(
                "tree_copy",
                KindRole::Protection,
                &["target", "from", "repository"],
            ),
            kind("tree_log", KindRole::Protection, &["target", "repository"]),
            kind("tree_replica", KindRole::Protection, &["target", "delay"]),
            kind("timer", KindRole::Setting, &["protection", "schedule"]),
        ]
        .into(),
        protections: vec![
            protection(Mechanism::Snapshot, "tree_snapshot"),
            protection(Mechanism::Copy, "tree_copy"),
            protection(Mechanism::Log, "tree_log"),
            ProtectionSpec {
                repository_kinds: Vec::new(),
                schedule_kind: None,
                ..protection(Mechanism::Replica, "tree_replica")
            },
        ],
        ..Catalog::default()
    };
    let base = AttributeSpec::optional("base", ValueType::Address, "");
    if let Some(log) = catalog.kinds.get_mut("tree_log") {
        log.attributes.push(base);
    }
    catalog
}

fn target() -> Address {
    Address::of_kind(Block::Target, "tree", "docs").keyed("a")
}

fn vault() -> Address {
    Address::of_kind(Block::Repository, "vault", "near")
}

fn protection(mechanism: Mechanism, name: &str) -> ProtectionBlock {
    ProtectionBlock {
        domains: Vec::new(),
        address: Address::of_kind(Block::Protection, mechanism.as_str(), name),
        mechanism,
        target: target(),
        repository: Some(vault()),
        from: None,
        schedule: None,
        retention: None,
        attributes: [("tags".to_owned(), json!(["x"]))].into(),
        on_remove: lifeboat_model::OnRemove::Forget,
        depends_on: Vec::new(),
        at: Location::default(),
    }
}

fn configuration(protections: Vec<ProtectionBlock>) -> Configuration {
    let provider = Address::named(Block::Provider, "memory");
    let mut configuration = Configuration::default();
    configuration.targets.insert(
        target(),
        TargetBlock {
            domains: Vec::new(),
            protect: None,
            copies_to: Vec::new(),
            address: target(),
            provider: provider.clone(),
            attributes: [("path".to_owned(), json!("data"))].into(),
            objective: Some("gold".to_owned()),
            retention: Some(lifeboat_model::Retention::default()),
            depends_on: Vec::new(),
            at: Location::default(),
        },
    );
    configuration.repositories.insert(
        vault(),
        RepositoryBlock {
            domains: Vec::new(),
            escrow: None,
            address: vault(),
            provider,
            attributes: [("path".to_owned(), json!("vault"))].into(),
            on_remove: lifeboat_model::OnRemove::Forget,
            depends_on: Vec::new(),
            at: Location::default(),
        },
    );
    for block in protections {
        configuration
            .protections
            .insert(block.address.clone(), block);
    }
    configuration
}

fn view(design: &Design) -> String {
    let mut text = String::new();
    for resource in design.desired.resources.values() {
        let _ = writeln!(
            text,
            "{} {} requires {:?}",
            resource.address, resource.kind, resource.requires
        );
        let _ = writeln!(
            text,
            "  {}",
            serde_json::to_string(&resource.attributes).unwrap()
        );
    }
    for notice in &design.notices {
        let _ = writeln!(text, "{}: {}", notice.code, notice.message);
    }
    text
}

#[test]
fn a_protection_becomes_a_resource_below_its_target_with_what_its_kind_knows() {
    let mut snapshot = protection(Mechanism::Snapshot, "daily");
    snapshot.address = snapshot.address.keyed("k");
    snapshot.schedule = "1h".parse().ok();
    let mut copy = protection(Mechanism::Copy, "second");
    copy.from = Some(snapshot.address.clone());
    copy.attributes.clear();
    let design = compile(&configuration(vec![snapshot, copy]), &catalog()).unwrap();
    insta::assert_snapshot!(view(&design), @r#"
    repository.vault.near vault requires []
      {"path":"vault"}
    target.tree.docs["a"] tree requires []
      {"path":"data"}
    target.tree.docs["a"].copy["second"] tree_copy requires [repository.vault.near, target.tree.docs["a"].snapshot["daily/k"]]
      {"from":"target.tree.docs[\"a\"].snapshot[\"daily/k\"]","repository":"repository.vault.near","target":"target.tree.docs[\"a\"]"}
    target.tree.docs["a"].schedule["daily/k"] timer requires [target.tree.docs["a"].snapshot["daily/k"]]
      {"protection":"target.tree.docs[\"a\"].snapshot[\"daily/k\"]","schedule":"1h"}
    target.tree.docs["a"].snapshot["daily/k"] tree_snapshot requires [repository.vault.near]
      {"repository":"repository.vault.near","retention":{},"schedule":"1h","source":{"path":"data"},"tags":["x"],"target":"target.tree.docs[\"a\"]"}
    plan::unscheduled: nothing runs the schedule `1h`: this machine has neither systemd nor cron
    "#);
}

#[test]
fn a_log_names_the_resource_that_it_starts_from_and_a_replica_stands_for_itself() {
    let snapshot = protection(Mechanism::Snapshot, "daily");
    let mut log = protection(Mechanism::Log, "wal");
    log.attributes = [("base".to_owned(), json!(snapshot.address.to_string()))].into();
    let mut replica = protection(Mechanism::Replica, "standby");
    replica.repository = None;
    replica.attributes.clear();
    replica.domains = vec![Domain {
        scope: Scope::Zone,
        id: "zone:b".to_owned(),
        evidence: "declared: zone `b`".to_owned(),
    }];
    let mut configuration = configuration(vec![snapshot, log, replica.clone()]);
    for repository in configuration.repositories.values_mut() {
        repository.escrow = Some("in the safe".to_owned());
        repository.domains = replica.domains.clone();
    }
    let design = compile(&configuration, &catalog()).unwrap();
    let mut shown = view(&design);
    for (address, domains) in &design.domains {
        let _ = writeln!(shown, "{address} stands in {}", domains[0].id);
    }
    let _ = writeln!(shown, "{:?}", design.escrows);
    insta::assert_snapshot!(shown, @r#"
    repository.vault.near vault requires []
      {"path":"vault"}
    target.tree.docs["a"] tree requires []
      {"path":"data"}
    target.tree.docs["a"].log["wal"] tree_log requires [repository.vault.near, target.tree.docs["a"].snapshot["daily"]]
      {"base":"target.tree.docs[\"a\"].snapshot[\"daily\"]","repository":"repository.vault.near","target":"target.tree.docs[\"a\"]"}
    target.tree.docs["a"].replica["standby"] tree_replica requires []
      {"target":"target.tree.docs[\"a\"]"}
    target.tree.docs["a"].snapshot["daily"] tree_snapshot requires [repository.vault.near]
      {"repository":"repository.vault.near","retention":{},"source":{"path":"data"},"tags":["x"],"target":"target.tree.docs[\"a\"]"}
    repository.vault.near stands in zone:b
    target.tree.docs["a"].replica["standby"] stands in zone:b
    {repository.vault.near: "in the safe"}
    "#);
}

#[test]
fn a_target_with_an_objective_and_no_protection_is_named() {
    let design = compile(&configuration(Vec::new()), &catalog()).unwrap();
    insta::assert_snapshot!(view(&design), @r#"
    repository.vault.near vault requires []
      {"path":"vault"}
    target.tree.docs["a"] tree requires []
      {"path":"data"}
    plan::unprotected: `target.tree.docs["a"]` has the objective `gold` and no protection
    "#);
}

#[test]
fn all_errors_are_found_at_once() {
    let mut unknown_target = protection(Mechanism::Snapshot, "a");
    unknown_target.target = Address::of_kind(Block::Target, "tree", "none");
    let unknown_mechanism = protection(Mechanism::Guard, "b");
    let mut unknown_source = protection(Mechanism::Copy, "c");
    unknown_source.from = Some(Address::of_kind(Block::Protection, "snapshot", "none"));
    let mut itself = protection(Mechanism::Copy, "d");
    itself.from = Some(itself.address.clone());
    let mut first = protection(Mechanism::Snapshot, "e");
    first.schedule = "1h".parse().ok();
    let mut second = protection(Mechanism::Copy, "e");
    second.schedule = "1h".parse().ok();
    second.depends_on = vec![Address::of_kind(Block::Target, "tree", "none")];
    let blocks = vec![
        unknown_target,
        unknown_mechanism,
        unknown_source,
        itself,
        first,
        second,
    ];
    let errors = compile(&configuration(blocks), &catalog()).unwrap_err();
    let lines: Vec<String> = errors
        .0
        .iter()
        .map(|error| format!("{}: {error}", error.code()))
        .collect();
    insta::assert_snapshot!(format!("{errors}\n{}", lines.join("\n")), @r#"
    the configuration cannot be compiled: 6 errors
    design::unknown_source: `protection.copy.c` copies `protection.snapshot.none`, which is not in the configuration
    design::unknown_dependency: `protection.copy.e` waits for `target.tree.none`, which is not in the configuration
    design::unknown_mechanism: `protection.guard.b` asks for a guard of a `tree`, which no provider makes
    design::unknown_target: `protection.snapshot.a` protects `target.tree.none`, which is not in the configuration
    design::same_resource: `protection.snapshot.e` and `protection.copy.e` both compile to `target.tree.docs["a"].schedule["e"]`
    design::cycle: `target.tree.docs["a"].copy["d"]` waits for itself: `target.tree.docs["a"].copy["d"]` → `target.tree.docs["a"].copy["d"]`
    "#);
}

#[test]
fn what_stands_once_in_each_region_is_told_apart_by_its_provider_block_alone() {
    let mut catalog = catalog();
    let attributes = vec![AttributeSpec::optional("provider", ValueType::Address, "")];
    let region = KindSpec {
        name: "region".to_owned(),
        attributes,
        ..catalog.kinds["vault"].clone()
    };
    catalog.kinds.insert("region".to_owned(), region);
    let mut configuration = configuration(Vec::new());
    let block = configuration.repositories.remove(&vault()).unwrap();
    for (name, provider) in [
        ("home", "provider.memory"),
        ("dr", "provider.memory.dr"),
        ("again", "provider.memory.dr"),
    ] {
        let address = Address::of_kind(Block::Repository, "region", name);
        let block = RepositoryBlock {
            address: address.clone(),
            provider: provider.parse().unwrap(),
            attributes: lifeboat_model::Attributes::new(),
            ..block.clone()
        };
        configuration.repositories.insert(address, block);
    }
    let errors = compile(&configuration, &catalog).unwrap_err();
    let told: Vec<String> = errors.0.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @"`repository.region.dr` and `repository.region.again` are one and the same place");
}
