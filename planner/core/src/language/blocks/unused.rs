//! Warns of blocks that stand there for nothing: the misspelling that still means something.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Address, Block, Catalog};

use super::World;
use crate::configuration::Configuration;
use crate::diagnostic::Diagnostic;

/// Warns of objectives that neither a target nor a service has, retention policies that nothing follows, repositories
/// that nothing writes to, and leave to choose where nothing is left to be chosen.
pub(super) fn warn(world: &World<'_>, configuration: &Configuration) {
    let used = used(world.catalog, configuration);
    protects(world, configuration);
    let followed = world.followed.borrow();
    for (address, declared) in &world.declarations.blocks {
        let is_used = match address.block {
            Block::Retention => followed.contains(address.name.as_str()),
            _ => used.contains(address),
        };
        if is_used {
            continue;
        }
        let (message, help) = match address.block {
            Block::Objective => (
                format!("nothing has the objective `{}`", address.name),
                format!("Write `objective = {address}` in the targets or services that it is for."),
            ),
            Block::Retention => (
                format!(
                    "nothing keeps its points by the retention `{}`",
                    address.name
                ),
                format!("Write `retention = {address}` in the targets that it is for."),
            ),
            Block::Repository => (
                format!("no protection writes to `{address}`"),
                format!("Write `repository = {address}` in a protection, or remove the block."),
            ),
            _ => continue,
        };
        world.warn(
            Diagnostic::warning("language::unused", message)
                .label(declared.file, declared.header(), "")
                .help(help),
        );
    }
}

/// Returns the objectives and the repositories that something names, and the repositories that the planner may choose.
fn used(catalog: &Catalog, configuration: &Configuration) -> BTreeSet<Address> {
    let mut used = BTreeSet::new();
    let targets = configuration.targets.values().map(|it| &it.objective);
    let services = configuration.services.values().map(|it| &it.objective);
    for name in targets.chain(services).flatten() {
        used.insert(Address::named(Block::Objective, name.as_str()));
    }
    let protections = configuration.protections.values();
    let written = protections.filter_map(|it| it.repository.as_ref());
    let protects = configuration.targets.values();
    let allowed = protects.filter_map(|it| it.protect.as_ref());
    let named = written.chain(allowed.flat_map(|it| &it.repositories));
    used.extend(named.map(|address| Address {
        key: None,
        ..address.clone()
    }));
    let choosable = choosable(catalog, configuration);
    let repositories = configuration.repositories.keys();
    let chosen =
        repositories.filter(|it| it.kind.as_deref().is_some_and(|k| choosable.contains(k)));
    used.extend(chosen.map(|address| Address {
        key: None,
        ..address.clone()
    }));
    used
}

/// Returns the kinds of repositories that the planner may choose by itself: for a target that has an objective, no
/// protection, and nothing that says where its points may go.
fn choosable<'c>(catalog: &'c Catalog, configuration: &Configuration) -> BTreeSet<&'c str> {
    let protections = configuration.protections.values();
    let protected: BTreeSet<&Address> = protections.map(|it| &it.target).collect();
    let targets = configuration.targets.values().filter(|target| {
        let restricted = target
            .protect
            .as_ref()
            .is_some_and(|it| !it.repositories.is_empty());
        target.objective.is_some() && !restricted && !protected.contains(&target.address)
    });
    let kinds: BTreeSet<&str> = targets
        .filter_map(|it| it.address.kind.as_deref())
        .collect();
    let specs = catalog.protections.iter();
    let offered = specs.filter(|it| it.offer.is_some() && kinds.contains(it.target_kind.as_str()));
    let repositories = offered.flat_map(|it| &it.repository_kinds);
    repositories.map(String::as_str).collect()
}

/// Warns of each `protect` of a target whose protections are written out.
fn protects(world: &World<'_>, configuration: &Configuration) {
    let protections = configuration.protections.values();
    let by_target: BTreeMap<&Address, &Address> =
        protections.map(|it| (&it.target, &it.address)).collect();
    for target in configuration.targets.values() {
        let (Some(protect), Some(protection)) = (&target.protect, by_target.get(&target.address))
        else {
            continue;
        };
        let message = format!(
            "nothing is chosen for `{}`: `{protection}` protects it",
            target.address
        );
        world.warn(
            Diagnostic::warning("language::unused", message)
                .label(&protect.at.file, protect.at.span.clone(), "")
                .help("Remove this block, or the protections that are written out."),
        );
    }
}
