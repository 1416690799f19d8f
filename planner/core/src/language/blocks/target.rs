//! `target` blocks.

use lifeboat_model::{Address, Block, KindRole};

use crate::configuration::{Configuration, TargetBlock};
use crate::language::failure::Evaluation;

use super::reader::Reader;

/// Reads one instance of a target.
pub(super) fn read(
    address: Address,
    reader: &Reader<'_>,
    configuration: &mut Configuration,
) -> Evaluation<()> {
    let kind = reader.kind(KindRole::Target)?;
    let specs: Vec<_> = kind.attributes.iter().collect();
    if reader.is_first(&address) {
        let meta = [
            "for_each",
            "provider",
            "objective",
            "retention",
            "depends_on",
        ];
        reader.check_arguments(&specs, &meta)?;
    }
    let objective = reader.reference("objective", Block::Objective)?;
    let block = TargetBlock {
        provider: reader.provider(&kind.provider)?,
        attributes: reader.attributes(&specs)?,
        objective: objective.map(|(address, _)| address.name),
        retention: reader.retention()?,
        depends_on: reader.depends_on()?,
        at: reader.declared.location(),
        address: address.clone(),
    };
    configuration.targets.insert(address, block);
    Ok(())
}
