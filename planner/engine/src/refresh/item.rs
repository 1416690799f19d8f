//! What a refresh looks for.

use lifeboat_contract::ReadItem;
use lifeboat_model::{Address, Attributes, RecordedResource};

/// One resource to look for, and who can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshItem {
    /// Its name.
    pub address: Address,
    /// Its kind.
    pub kind: String,
    /// The provider configuration that reads it.
    pub provider: Address,
    /// What identifies it: the recorded attributes where there are some, else the desired ones.
    pub attributes: Attributes,
    /// The target that it protects.
    pub target: Option<Address>,
}

impl RefreshItem {
    /// Returns the item that looks for a recorded resource.
    pub fn recorded(address: &Address, resource: &RecordedResource) -> Self {
        Self {
            address: address.clone(),
            kind: resource.kind.clone(),
            provider: resource.provider.clone(),
            attributes: resource.attributes.clone(),
            target: resource.target.clone(),
        }
    }

    /// Returns what the provider is asked.
    pub(super) fn into_read(self) -> ReadItem {
        ReadItem {
            address: self.address,
            kind: self.kind,
            attributes: self.attributes,
            target: self.target,
        }
    }
}
