//! What a copy copies, and what a log starts from.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Mechanism, role};
use serde_json::Value;

use crate::configuration::{Configuration, ProtectionBlock};
use crate::diagnostic::Diagnostic;
use crate::language::declare::Declared;
use crate::language::evaluate::{Scope, World};
use crate::language::failure::{Evaluation, span_of};
use crate::language::nearest::listed;

/// Gives each copy without `from`, and each log without `base`, the only snapshot of its target.
pub(super) fn find(
    world: &World<'_>,
    configuration: &mut Configuration,
    problems: &mut Vec<Diagnostic>,
    failed: bool,
) {
    let mut snapshots: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
    for block in configuration.protections.values() {
        if block.mechanism == Mechanism::Snapshot {
            snapshots
                .entry(&block.target)
                .or_default()
                .push(&block.address);
        }
    }
    let mut found = Vec::new();
    for block in configuration.protections.values() {
        let candidates = snapshots.get(&block.target).map_or(&[][..], Vec::as_slice);
        let named = match block.mechanism {
            Mechanism::Copy => block.from.is_some(),
            Mechanism::Log => {
                block.attributes.contains_key(role::BASE) || !takes_base(world, block)
            }
            _ => true,
        };
        match candidates {
            _ if named => {}
            [only] => found.push((block.address.clone(), (*only).clone())),
            // A snapshot that failed to be read may be the missing source.
            [] if failed => {}
            // A log says in its exposure that it has nothing to start from.
            [] if block.mechanism == Mechanism::Log => {}
            candidates => problems.push(no_source(world, block, candidates)),
        }
    }
    for (address, source) in found {
        let Some(block) = configuration.protections.get_mut(&address) else {
            continue;
        };
        if block.mechanism == Mechanism::Copy {
            block.from = Some(source);
        } else {
            let base = (role::BASE.to_owned(), source.to_string().into());
            block.attributes.extend([base]);
        }
    }
}

/// Returns whether the resource of a log says from which points it starts.
fn takes_base(world: &World<'_>, block: &ProtectionBlock) -> bool {
    let kind = block.target.kind.as_deref().unwrap_or_default();
    let spec = world.catalog.protection(kind, block.mechanism);
    let kind = spec.and_then(|spec| world.catalog.kind(&spec.resource_kind));
    kind.is_some_and(|kind| kind.attribute(role::BASE).is_some())
}

fn no_source(world: &World<'_>, block: &ProtectionBlock, candidates: &[&Address]) -> Diagnostic {
    let (use_of_it, argument) = match block.mechanism {
        Mechanism::Log => ("that the log could start from", role::BASE),
        _ => ("that could be copied", role::FROM),
    };
    let (message, help) = if candidates.is_empty() {
        (
            format!("`{}` has no snapshot {use_of_it}", block.target),
            "Add a `protection \"snapshot\"` of this target.".to_owned(),
        )
    } else {
        let names: Vec<String> = candidates.iter().map(ToString::to_string).collect();
        (
            format!("`{}` has several snapshots {use_of_it}", block.target),
            format!("Say which one with `{argument}`: {}.", listed(&names)),
        )
    };
    let declared = declared(world, &block.address);
    let header = declared.map_or(0..0, Declared::header);
    let file = declared.map_or("", |declared| declared.file);
    Diagnostic::error("language::no_source", message)
        .label(file, header, "")
        .help(help)
}

fn declared<'v>(world: &'v World<'_>, address: &Address) -> Option<&'v Declared<'v>> {
    let block = Address {
        key: None,
        ..address.clone()
    };
    world.declarations.blocks.get(&block)
}

/// Checks that a copy copies points of its own target, and from another repository, and that a log starts from
/// snapshots of its own target.
pub(super) fn check(
    world: &World<'_>,
    block: &ProtectionBlock,
    configuration: &Configuration,
) -> Evaluation<()> {
    let base = block.attributes.get(role::BASE).and_then(Value::as_str);
    let (source, argument) = match block.mechanism {
        Mechanism::Log => (base.and_then(|text| text.parse().ok()), role::BASE),
        _ => (block.from.clone(), role::FROM),
    };
    let source = source.and_then(|address| configuration.protections.get(&address));
    let (Some(source), Some(declared)) = (source, declared(world, &block.address)) else {
        return Ok(());
    };
    let scope = Scope::of(declared.file);
    let place = |name: &str| {
        let attribute = declared.block.body.get_attribute(name);
        scope.place(attribute.map_or_else(|| declared.header(), |a| span_of(&a.value)))
    };
    if source.target != block.target {
        let message = format!(
            "`{}` protects another target than this {}",
            source.address, block.mechanism
        );
        let text = format!("it protects `{}`", source.target);
        return Err(place(argument)
            .error("language::wrong_source", message, text)
            .into());
    }
    let makes_points = match block.mechanism {
        Mechanism::Log => source.mechanism == Mechanism::Snapshot,
        _ => matches!(
            source.mechanism,
            Mechanism::Snapshot | Mechanism::Copy | Mechanism::Log
        ),
    };
    if !makes_points {
        let use_of_it = match block.mechanism {
            Mechanism::Log => "a log could start from",
            _ => "could be copied",
        };
        let message = format!("`{}` makes no points that {use_of_it}", source.address);
        return Err(place(argument)
            .error("language::wrong_source", message, "")
            .into());
    }
    // A copy of itself is reported as a cycle.
    let copies = block.mechanism == Mechanism::Copy;
    let same = copies && source.repository.is_some() && source.repository == block.repository;
    if same && source.address != block.address {
        let message = format!("`{}` copies a repository onto itself", block.address);
        let text = format!("`{}` has its points there already", source.address);
        return Err(place("repository")
            .error("language::wrong_source", message, text)
            .help("Copy into another repository.")
            .into());
    }
    Ok(())
}
