//! Where the inputs of a copy are looked for.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Attributes, InputSpec, Measurement, ModelInput};

/// One resource that gives inputs: a protection, its repository, its target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'p> {
    pub(super) address: &'p Address,
    pub(super) specs: &'p [InputSpec],
    pub(super) attributes: &'p Attributes,
    pub(super) facts: Option<&'p Attributes>,
    pub(super) measured: Option<&'p BTreeMap<ModelInput, Measurement>>,
}

/// The resources that give the inputs of one copy, or of the data themselves.
#[derive(Clone, Debug)]
pub(super) struct Places<'p> {
    /// Nearest first: protection, repository, target.
    pub(super) nearest_first: Vec<Place<'p>>,
    /// The provider configurations that own them.
    pub(super) providers: Vec<&'p Address>,
}

impl<'p> Places<'p> {
    /// Returns the addresses that an `assumptions` block may name, nearest first.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &'p Address> {
        let places = self.nearest_first.iter().map(|place| place.address);
        places.chain(self.providers.iter().copied())
    }

    /// Returns what each place knows of an input from the catalog.
    pub(super) fn specs(
        &self,
        input: ModelInput,
    ) -> impl Iterator<Item = (&Place<'p>, &'p InputSpec)> {
        self.nearest_first.iter().flat_map(move |place| {
            let specs = place.specs.iter().filter(move |spec| spec.input == input);
            specs.map(move |spec| (place, spec))
        })
    }

    /// Returns whether a mechanism or a kind has this step at all.
    pub(super) fn has(&self, input: ModelInput) -> bool {
        self.specs(input).next().is_some()
    }
}
