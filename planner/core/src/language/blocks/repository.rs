//! `repository` blocks.

use lifeboat_model::{Address, KindRole};

use crate::configuration::{Configuration, RepositoryBlock};
use crate::language::failure::{Collector, Evaluation, Failure};

use super::reader::Reader;

/// Reads one instance of a repository.
pub(super) fn read(
    address: Address,
    reader: &Reader<'_>,
    configuration: &mut Configuration,
) -> Evaluation<()> {
    let kind = reader.kind(KindRole::Repository)?;
    let specs: Vec<_> = kind.attributes.iter().collect();
    let mut collector = Collector::default();
    if reader.is_first(&address) {
        let meta = ["for_each", "provider", "on_remove", "depends_on"];
        collector.take(reader.check_arguments(&specs, &meta));
    }
    let provider = collector.take(reader.provider(&kind.provider));
    let attributes = collector.take(reader.attributes(&specs));
    let on_remove = collector.take(reader.on_remove());
    let depends_on = collector.take(reader.depends_on());
    collector.finish(())?;
    let Some(provider) = provider else {
        return Err(Failure::elsewhere());
    };
    let block = RepositoryBlock {
        domains: Vec::new(),
        escrow: None,
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
