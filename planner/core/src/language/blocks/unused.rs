//! Warns of blocks that stand there for nothing: the misspelling that still means something.

use std::collections::BTreeSet;

use lifeboat_model::{Address, Block};

use super::World;
use crate::configuration::Configuration;
use crate::diagnostic::Diagnostic;

/// Warns of objectives that no target has, retention policies that nothing follows, and repositories that nothing
/// writes to.
pub(super) fn warn(world: &World<'_>, configuration: &Configuration) {
    let mut used: BTreeSet<Address> = BTreeSet::new();
    for target in configuration.targets.values() {
        let objective = target.objective.iter();
        used.extend(objective.map(|name| Address::named(Block::Objective, name.as_str())));
    }
    for protection in configuration.protections.values() {
        let repository = protection.repository.iter().cloned();
        used.extend(repository.map(|address| Address {
            key: None,
            ..address
        }));
    }
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
                format!("no target has the objective `{}`", address.name),
                format!("Write `objective = {address}` in the targets that it is for."),
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
