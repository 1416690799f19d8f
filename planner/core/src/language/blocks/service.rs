//! `service` blocks.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Block};

use crate::configuration::{Configuration, ServiceBlock};
use crate::diagnostic::Diagnostic;
use crate::language::declare::Declared;
use crate::language::evaluate::{Place, Scope, World};
use crate::language::failure::{Collector, Evaluation, Failure};

use super::lists::addresses;
use super::reader::Reader;

/// Reads all services; a target is in one of them at most.
pub(super) fn read_all(
    world: &World<'_>,
    configuration: &mut Configuration,
    problems: &mut Vec<Diagnostic>,
) {
    let mut members = BTreeMap::new();
    for (address, declared) in &world.declarations.blocks {
        if address.block != Block::Service {
            continue;
        }
        match read(world, address, declared, &mut members) {
            Ok(block) => {
                configuration.services.insert(address.clone(), block);
            }
            Err(Failure(reasons)) => problems.extend(reasons),
        }
    }
}

/// Where a target was met first, and in which service.
type Members<'v> = BTreeMap<Address, (&'v Address, Place<'v>)>;

fn read<'v>(
    world: &'v World<'_>,
    address: &'v Address,
    declared: &'v Declared<'_>,
    members: &mut Members<'v>,
) -> Evaluation<ServiceBlock> {
    let reader = Reader::new(world, declared, Scope::of(declared.file));
    let mut collector = Collector::default();
    let arguments = [
        "targets",
        "depends_on",
        "objective",
        "consistent_within",
        "workers",
    ];
    collector.take(reader.shape(&arguments, &[]));
    let targets = collector.take(targets(&reader, address, members));
    let depends_on = collector.take(reader.references("depends_on", &[Block::Service]));
    let objective = collector.take(reader.reference("objective", Block::Objective));
    let consistent_within = collector.take(reader.parsed("consistent_within")).flatten();
    let workers = collector.take(workers(&reader)).flatten();
    collector.finish(ServiceBlock {
        address: address.clone(),
        targets: targets.unwrap_or_default(),
        depends_on: addresses(depends_on.flatten()),
        objective: objective.flatten().map(|(address, _)| address.name),
        consistent_within,
        workers,
        at: declared.location(),
    })
}

fn targets<'v>(
    reader: &Reader<'v>,
    service: &'v Address,
    members: &mut Members<'v>,
) -> Evaluation<Vec<Address>> {
    let named = reader.references("targets", &[Block::Target])?;
    let named = named.ok_or_else(|| reader.missing("targets"))?;
    let mut collector = Collector::default();
    if named.is_empty() {
        let message = format!("`{service}` has no target");
        collector.push(
            reader
                .header()
                .error("language::argument_value", message, "")
                .help("Name at least one target in `targets`."),
        );
    }
    let mut targets = Vec::new();
    for (target, place) in named {
        if let Some((other, first)) = members.get(&target) {
            let message = format!("`{target}` is in two services, and recovers with one");
            let error = place.error("language::two_services", message, "");
            collector.push(
                error
                    .label(
                        first.file,
                        first.span.clone(),
                        format!("first in `{other}`"),
                    )
                    .help("Keep it in one, and let the other service depend on that one."),
            );
        } else {
            members.insert(target.clone(), (service, place));
        }
        targets.push(target);
    }
    collector.finish(targets)
}

fn workers(reader: &Reader<'_>) -> Evaluation<Option<u32>> {
    let workers = reader.count("workers")?;
    if workers == Some(0) {
        let place = reader.place_of("workers");
        let message = "with no worker nothing is restored";
        let error = place.error("language::argument_value", message, "expected 1 or more");
        return Err(error.into());
    }
    Ok(workers)
}
