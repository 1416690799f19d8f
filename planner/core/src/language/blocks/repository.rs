//! `repository` blocks.

use lifeboat_model::{Address, KindRole};

use crate::configuration::{Configuration, RepositoryBlock};
use crate::language::failure::Evaluation;

use super::reader::Reader;

/// Reads one instance of a repository.
pub(super) fn read(
    address: Address,
    reader: &Reader<'_>,
    configuration: &mut Configuration,
) -> Evaluation<()> {
    let kind = reader.kind(KindRole::Repository)?;
    let specs: Vec<_> = kind.attributes.iter().collect();
    if reader.is_first(&address) {
        let meta = ["for_each", "provider", "on_remove", "depends_on"];
        reader.check_arguments(&specs, &meta)?;
    }
    let block = RepositoryBlock {
        provider: reader.provider(&kind.provider)?,
        attributes: reader.attributes(&specs)?,
        on_remove: reader.on_remove()?,
        depends_on: reader.depends_on()?,
        at: reader.declared.location(),
        address: address.clone(),
    };
    configuration.repositories.insert(address, block);
    Ok(())
}
