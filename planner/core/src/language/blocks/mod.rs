//! Reads the blocks, one file a kind, into the configuration.

mod arguments;
mod assumptions;
mod domains;
mod ignore;
mod lifeboat;
mod lists;
mod location;
mod objective;
mod output;
mod prices;
mod protect;
mod protection;
mod provider;
pub(crate) mod reader;
mod repository;
mod retention;
mod said;
mod service;
mod sources;
mod state_s3;
mod target;
mod unused;

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Address, Block};

use super::declare::Declared;
use super::evaluate::{Each, Instances, Scope, World};
use super::failure::{Evaluation, Failure, span_of};
use super::graph::order;
use crate::configuration::Configuration;
use crate::diagnostic::Diagnostic;
use reader::Reader;

pub(crate) use retention::evaluate as evaluate_retentions;

/// Reads all blocks of the world.
pub(crate) fn configure(world: &World<'_>, problems: &mut Vec<Diagnostic>) -> Configuration {
    let mut configuration = Configuration::default();
    lifeboat::read(world, &mut configuration, problems);
    for (address, declared) in &world.declarations.blocks {
        let result = match address.block {
            Block::Provider => provider::read(world, address, declared, &mut configuration),
            Block::Objective => objective::read(world, declared, &mut configuration),
            Block::Repository => each_instance(world, address, declared, &mut |address, reader| {
                repository::read(address, reader, &mut configuration)
            }),
            Block::Target => each_instance(world, address, declared, &mut |address, reader| {
                target::read(address, reader, &mut configuration)
            }),
            // Protections and services look at targets and repositories.
            _ => Ok(()),
        };
        keep(result, problems);
    }
    protection::read_all(world, &mut configuration, problems);
    service::read_all(world, &mut configuration, problems);
    remarks(world, &mut configuration, problems);
    provider::add_defaults(world, &mut configuration, problems);
    output::read_all(world, &mut configuration, problems);
    find_cycles(&configuration, problems);
    if problems.is_empty() {
        unused::warn(world, &configuration);
    }
    configuration
}

/// Reads what is said about other blocks.
fn remarks(world: &World<'_>, configuration: &mut Configuration, problems: &mut Vec<Diagnostic>) {
    let declarations = world.declarations;
    for declared in &declarations.assumptions {
        let block = assumptions::read(world, declared);
        keep(block.map(|it| configuration.assumptions.push(it)), problems);
    }
    for declared in &declarations.prices {
        let block = prices::read(world, declared);
        keep(block.map(|it| configuration.prices.push(it)), problems);
    }
    for declared in &declarations.ignores {
        let block = ignore::read(world, declared);
        keep(block.map(|it| configuration.ignores.push(it)), problems);
    }
}

fn keep(result: Evaluation<()>, problems: &mut Vec<Diagnostic>) {
    if let Err(Failure(reasons)) = result {
        problems.extend(reasons);
    }
}

/// Calls `read` for each instance of a block, up to the first that fails: the others mostly fail in the same way.
fn each_instance(
    world: &World<'_>,
    address: &Address,
    declared: &Declared<'_>,
    read: &mut dyn FnMut(Address, &Reader<'_>) -> Evaluation<()>,
) -> Evaluation<()> {
    match world.instances_of(address) {
        None | Some(Instances::Failed) => Err(Failure::elsewhere()),
        Some(Instances::Single) => {
            let reader = Reader::new(world, declared, Scope::of(declared.file));
            read(address.clone(), &reader)
        }
        Some(Instances::Keyed(keys)) => {
            for (key, value) in keys {
                let each = Some(Each { key, value });
                let reader = Reader::new(world, declared, Scope::within(declared.file, each));
                read(address.clone().keyed(key.as_str()), &reader)
                    .map_err(|failure| for_key(failure, declared, key))?;
            }
            Ok(())
        }
    }
}

/// Says for which key a value in a block with `for_each` fails; what is wrong for all keys is left as it is.
fn for_key(mut failure: Failure, declared: &Declared<'_>, key: &str) -> Failure {
    const FOR_ALL: [&str; 6] = [
        "language::unknown_argument",
        "language::unknown_block",
        "language::missing_argument",
        "language::computed_argument",
        "language::unknown_kind",
        "language::duplicate",
    ];
    let block = span_of(declared.block);
    for reason in &mut failure.0 {
        if FOR_ALL.contains(&reason.code) {
            continue;
        }
        if let Some(label) = reason.labels.first_mut()
            && label.file == declared.file
            && block.contains(&label.span.start)
        {
            let separator = if label.text.is_empty() { "" } else { ", " };
            label
                .text
                .push_str(&format!("{separator}for each.key = \"{key}\""));
        }
    }
    failure
}

/// Finds blocks that wait for themselves.
fn find_cycles(configuration: &Configuration, problems: &mut Vec<Diagnostic>) {
    let mut edges: BTreeMap<&Address, BTreeSet<&Address>> = BTreeMap::new();
    let mut places = BTreeMap::new();
    for (address, block) in &configuration.repositories {
        edges.insert(address, block.depends_on.iter().collect());
        places.insert(address, &block.at);
    }
    for (address, block) in &configuration.targets {
        edges.insert(address, block.depends_on.iter().collect());
        places.insert(address, &block.at);
    }
    for (address, block) in &configuration.protections {
        let mut needs: BTreeSet<&Address> = block.depends_on.iter().collect();
        needs.extend(&block.from);
        needs.extend(&block.repository);
        needs.insert(&block.target);
        edges.insert(address, needs);
        places.insert(address, &block.at);
    }
    for (address, block) in &configuration.services {
        edges.insert(address, block.depends_on.iter().collect());
        places.insert(address, &block.at);
    }
    let mut alone_at = BTreeSet::new();
    for cycle in order(&edges).cycles {
        // One error for all instances of a block.
        if let ([_], Some(at)) = (cycle.as_slice(), cycle.first().and_then(|a| places.get(*a)))
            && !alone_at.insert((&at.file, at.span.start))
        {
            continue;
        }
        let message = match cycle.as_slice() {
            [alone] => format!("`{alone}` waits for itself"),
            _ => {
                let mut names: Vec<String> = cycle.iter().map(|a| format!("`{a}`")).collect();
                names.extend(names.first().cloned());
                format!("blocks wait for each other: {}", names.join(" → "))
            }
        };
        let mut error = Diagnostic::error("language::cycle", message);
        for address in &cycle {
            if let Some(at) = places.get(*address) {
                error = error.label(&at.file, at.span.clone(), "");
            }
        }
        let help = if cycle.len() > 1 {
            "Remove one of these references."
        } else {
            "Remove its reference to itself."
        };
        problems.push(error.help(help));
    }
}
