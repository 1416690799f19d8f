//! `protection` blocks.

use std::collections::BTreeSet;

use lifeboat_model::{Address, AttributeSpec, Block, Catalog, KindSpec, Mechanism, ProtectionSpec};

use crate::configuration::{Configuration, ProtectionBlock};
use crate::diagnostic::Diagnostic;
use crate::language::evaluate::{Place, World};
use crate::language::failure::{Collector, Evaluation, Failure};
use crate::language::nearest::{listed, suggestion};

use super::domains::DOMAINS;
use super::each_instance;
use super::location;
use super::reader::Reader;
use super::sources;

/// What the planner fills in; the other attributes of the resource are arguments of the block.
const FILLED: [&str; 6] = [
    "target",
    "source",
    "repository",
    "from",
    "schedule",
    "retention",
];

/// Reads all protections, then finds the sources of copies that name none.
pub(super) fn read_all(
    world: &World<'_>,
    configuration: &mut Configuration,
    problems: &mut Vec<Diagnostic>,
) {
    let mut failed = false;
    for (address, declared) in &world.declarations.blocks {
        if address.block != Block::Protection {
            continue;
        }
        let mut checked = BTreeSet::new();
        let result = each_instance(world, address, declared, &mut |address, reader| {
            let block = read(address.clone(), reader, &mut checked)?;
            configuration.protections.insert(address, block);
            Ok(())
        });
        failed |= result.is_err();
        super::keep(result, problems);
    }
    sources::find(world, configuration, problems, failed);
    for block in configuration.protections.values() {
        super::keep(sources::check(world, block, configuration), problems);
    }
}

/// Reads one instance. `checked` has the kinds of targets for which the names of the arguments were checked.
fn read(
    address: Address,
    reader: &Reader<'_>,
    checked: &mut BTreeSet<String>,
) -> Evaluation<ProtectionBlock> {
    let mut collector = Collector::default();
    let mechanism = collector.take(mechanism(reader));
    let target = collector.take(target(reader));
    let how = match (mechanism, &target) {
        (Some(mechanism), Some((target, place))) => {
            let kind = target.kind.as_deref().unwrap_or_default();
            collector.take(supported(reader, mechanism, kind, place))
        }
        _ => None,
    };
    let schedule = collector.take(reader.schedule("schedule"));
    let retention = collector.take(reader.retention());
    let on_remove = collector.take(reader.on_remove());
    let depends_on = collector.take(reader.depends_on());
    let from = collector.take(reader.reference("from", Block::Protection));
    let repository = collector.take(reader.reference("repository", Block::Repository));
    let (Some(mechanism), Some((target, _)), Some((spec, kind))) = (mechanism, target, how) else {
        return collector.finish(()).and(Err(Failure::elsewhere()));
    };
    let arguments = kind
        .attributes
        .iter()
        .filter(|a| !FILLED.contains(&a.name.as_str()) && a.name != DOMAINS);
    let arguments: Vec<&AttributeSpec> = arguments.collect();
    if checked.insert(spec.target_kind.clone()) {
        collector.take(check_names(reader, spec, kind, &arguments));
    }
    let mut attributes = collector.take(reader.attributes(&arguments));
    collector.take(location::check(reader, kind, attributes.as_ref()));
    let domains = collector.take(reader.domains(&kind.attributes, attributes.as_mut()));
    let repository = repository.flatten();
    if let Some((address, place)) = &repository {
        collector.take(check_repository(address, spec, place));
    }
    collector.finish(ProtectionBlock {
        mechanism,
        target,
        repository: repository.map(|(address, _)| address),
        from: from.flatten().map(|(address, _)| address),
        schedule: schedule.flatten(),
        retention: retention.flatten(),
        attributes: attributes.unwrap_or_default(),
        domains: domains.unwrap_or_default(),
        on_remove: on_remove.unwrap_or_default(),
        depends_on: depends_on.unwrap_or_default(),
        at: reader.declared.location(),
        address,
    })
}

fn target<'v>(reader: &Reader<'v>) -> Evaluation<(Address, Place<'v>)> {
    reader
        .reference("target", Block::Target)?
        .ok_or_else(|| reader.missing("target"))
}

/// Checks the names of all arguments: those of the mechanism, and those that every protection has.
fn check_names(
    reader: &Reader<'_>,
    spec: &ProtectionSpec,
    kind: &KindSpec,
    arguments: &[&AttributeSpec],
) -> Evaluation<()> {
    let mut meta = vec!["for_each", "target", "on_remove", "depends_on", DOMAINS];
    let needs_repository = !spec.repository_kinds.is_empty();
    if needs_repository {
        meta.push("repository");
    }
    let optional = ["schedule", "retention"];
    meta.extend(
        optional
            .iter()
            .filter(|name| kind.attribute(name).is_some()),
    );
    if spec.mechanism == Mechanism::Copy {
        meta.push("from");
    }
    let mut collector = Collector::default();
    collector.take(reader.check_arguments(arguments, &meta, &[]));
    if needs_repository {
        collector.take(reader.required("repository"));
    }
    collector.finish(())
}

fn mechanism(reader: &Reader<'_>) -> Evaluation<Mechanism> {
    let word = reader.declared.label(0);
    word.parse().map_err(|()| {
        let place = reader.scope.place(reader.declared.label_span(0));
        let names = Mechanism::ALL.map(Mechanism::as_str);
        place
            .error(
                "language::unknown_kind",
                format!("there is no mechanism `{word}`"),
                "",
            )
            .maybe_help(suggestion(word, names))
            .into()
    })
}

/// Returns how a mechanism works on a kind of target.
fn supported<'v>(
    reader: &Reader<'v>,
    mechanism: Mechanism,
    target_kind: &str,
    place: &Place<'_>,
) -> Evaluation<(&'v ProtectionSpec, &'v KindSpec)> {
    let catalog: &'v Catalog = reader.world.catalog;
    if catalog.kind(target_kind).is_none() {
        // The target itself is of an unknown kind, which is reported there.
        return Err(Failure::elsewhere());
    }
    let found = catalog
        .protection(target_kind, mechanism)
        .and_then(|spec| Some((spec, catalog.kind(&spec.resource_kind)?)));
    found.ok_or_else(|| {
        let possible: Vec<&str> = catalog
            .protections
            .iter()
            .filter(|spec| spec.target_kind == target_kind)
            .map(|spec| spec.mechanism.as_str())
            .collect();
        let help = if possible.is_empty() {
            format!("Nothing can protect a `{target_kind}` yet.")
        } else {
            format!("Use one of {}.", listed(&possible))
        };
        place
            .error(
                "language::unsupported_mechanism",
                format!("a `{target_kind}` cannot be protected by `{mechanism}`"),
                "",
            )
            .help(help)
            .into()
    })
}

fn check_repository(address: &Address, spec: &ProtectionSpec, place: &Place<'_>) -> Evaluation<()> {
    let kind = address.kind.as_deref().unwrap_or_default();
    if spec.repository_kinds.iter().any(|known| known == kind) {
        return Ok(());
    }
    let message = format!(
        "`{}` of a `{}` cannot use a repository of kind `{kind}`",
        spec.mechanism, spec.target_kind
    );
    Err(place
        .error("language::wrong_repository", message, "")
        .help(format!("Use one of {}.", listed(&spec.repository_kinds)))
        .into())
}
