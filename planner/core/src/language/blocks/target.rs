//! `target` blocks.

use lifeboat_model::{Address, Block, KindRole};

use crate::configuration::{Configuration, TargetBlock};
use crate::language::failure::{Collector, Evaluation, Failure};

use super::domains::{DOMAINS, without_domains};
use super::location::copies_to;
use super::protect;
use super::reader::Reader;

/// Reads one instance of a target.
pub(super) fn read(
    address: Address,
    reader: &Reader<'_>,
    configuration: &mut Configuration,
) -> Evaluation<()> {
    let kind = reader.kind(KindRole::Target)?;
    let specs = without_domains(&kind.attributes);
    let mut collector = Collector::default();
    if reader.is_first(&address) {
        let meta = [
            "for_each",
            "provider",
            "objective",
            "retention",
            "copies_to",
            "depends_on",
            DOMAINS,
        ];
        collector.take(reader.check_arguments(&specs, &meta, &["protect"]));
    }
    let objective = collector.take(reader.reference("objective", Block::Objective));
    let provider = collector.take(reader.provider(&kind.provider));
    let mut attributes = collector.take(reader.attributes(&specs));
    let domains = collector.take(reader.domains(&kind.attributes, attributes.as_mut()));
    let copies_to = collector.take(copies_to(reader, &kind.provider));
    let protect = collector.take(protect::read(reader, &kind.name));
    let retention = collector.take(reader.retention());
    let depends_on = collector.take(reader.depends_on());
    collector.finish(())?;
    let Some(provider) = provider else {
        return Err(Failure::elsewhere());
    };
    let block = TargetBlock {
        domains: domains.unwrap_or_default(),
        protect: protect.flatten(),
        copies_to: copies_to.unwrap_or_default(),
        provider,
        attributes: attributes.unwrap_or_default(),
        objective: objective.flatten().map(|(address, _)| address.name),
        retention: retention.flatten(),
        depends_on: depends_on.unwrap_or_default(),
        at: reader.declared.location(),
        address: address.clone(),
    };
    configuration.targets.insert(address, block);
    Ok(())
}
