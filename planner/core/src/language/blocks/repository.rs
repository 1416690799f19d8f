//! `repository` blocks.

use lifeboat_model::{Address, KindRole};

use crate::configuration::{Configuration, RepositoryBlock};
use crate::language::failure::{Collector, Evaluation, Failure};

use super::domains::{DOMAINS, without_domains};
use super::reader::Reader;

/// What the planner fills in; every block of a repository may say it.
const PROVIDER: &str = "provider";

/// Reads one instance of a repository.
pub(super) fn read(
    address: Address,
    reader: &Reader<'_>,
    configuration: &mut Configuration,
) -> Evaluation<()> {
    let kind = reader.kind(KindRole::Repository)?;
    let mut specs = without_domains(&kind.attributes);
    specs.retain(|spec| spec.name != PROVIDER);
    let mut collector = Collector::default();
    if reader.is_first(&address) {
        let meta = [
            "for_each",
            PROVIDER,
            "on_remove",
            "depends_on",
            DOMAINS,
            "escrow",
        ];
        collector.take(reader.check_arguments(&specs, &meta, &[]));
    }
    let provider = collector.take(reader.provider(&kind.provider));
    let mut attributes = collector.take(reader.attributes(&specs));
    let domains = collector.take(reader.domains(&kind.attributes, attributes.as_mut()));
    let escrow = collector.take(reader.said_if_given("escrow"));
    let on_remove = collector.take(reader.on_remove());
    let depends_on = collector.take(reader.depends_on());
    collector.finish(())?;
    let Some(provider) = provider else {
        return Err(Failure::elsewhere());
    };
    let block = RepositoryBlock {
        domains: domains.unwrap_or_default(),
        escrow: escrow.flatten(),
        provider,
        attributes: attributes.unwrap_or_default(),
        on_remove: on_remove.unwrap_or_default(),
        depends_on: depends_on.unwrap_or_default(),
        at: reader.declared.location(),
        address: address.clone(),
    };
    configuration.repositories.insert(address, block);
    Ok(())
}
