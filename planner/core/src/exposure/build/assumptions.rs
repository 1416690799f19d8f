//! The `assumptions` blocks of the configuration, found by what they are about.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_model::{Address, InputValue, ModelInput};

use crate::design::Design;

/// What one block says of one input.
type Said = (InputValue, Arc<str>);

/// Every `assumptions` block by the resource that it names.
#[derive(Clone, Debug, Default)]
pub(super) struct Assumptions {
    of: BTreeMap<Address, BTreeMap<ModelInput, Said>>,
    of_everything: BTreeMap<ModelInput, Said>,
}

impl Assumptions {
    /// Returns the blocks of a design. A block that names a protection is about the resource that it compiles to.
    pub(super) fn of(design: &Design) -> Self {
        let mut assumptions = Self::default();
        for block in &design.assumptions {
            let reason: Arc<str> = block.reason.as_str().into();
            let said = || {
                let inputs = block.inputs.iter();
                inputs.map(|(input, value)| (*input, (*value, reason.clone())))
            };
            if block.of.is_empty() {
                assumptions.of_everything.extend(said());
            }
            for address in &block.of {
                let resource = design.protections.get(address).unwrap_or(address);
                let of = assumptions.of.entry(resource.clone()).or_default();
                of.extend(said());
            }
        }
        assumptions
    }

    /// Returns what the block says that names the nearest of these addresses, nearest first, else everything.
    pub(super) fn find<'s>(
        &'s self,
        input: ModelInput,
        nearest_first: impl IntoIterator<Item = &'s Address>,
    ) -> Option<&'s Said> {
        let near = || {
            let mut addresses = nearest_first.into_iter();
            addresses.find_map(|address| self.of.get(address)?.get(&input))
        };
        let named = if self.of.is_empty() { None } else { near() };
        named.or_else(|| self.of_everything.get(&input))
    }
}
