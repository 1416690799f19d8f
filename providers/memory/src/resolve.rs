//! From addresses to names: which vault, which dataset.

use std::collections::BTreeMap;

use lifeboat_contract::{Protected, ProviderError};
use lifeboat_model::{Address, Attributes, ByteSize, Digest};
use serde_json::Value;

use crate::error::{bad_attribute, no_vault};
use crate::secret;
use crate::world::{State, Vault, World};

/// Attributes of what a resource refers to.
pub(crate) type Bindings = BTreeMap<Address, Attributes>;

/// A vault as a resource refers to it: its name, and what opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VaultRef {
    pub(crate) name: String,
    key: Option<Digest>,
}

/// Returns the text of an attribute.
pub(crate) fn text<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.get(name).and_then(Value::as_str)
}

/// Returns the address that an attribute holds.
pub(crate) fn address(
    of: &Address,
    attributes: &Attributes,
    name: &str,
) -> Result<Address, ProviderError> {
    text(attributes, name)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| bad_attribute(&of.to_string(), name, "an address"))
}

/// Returns the size that a dataset is made up with, if it is given one.
pub(crate) fn size_bytes(dataset: &Attributes) -> Option<u64> {
    match dataset.get("size")? {
        Value::String(text) => text.parse::<ByteSize>().ok().map(|size| size.0),
        number => number.as_u64(),
    }
}

impl VaultRef {
    /// Returns the vault with these attributes.
    pub(crate) fn of(address: &Address, attributes: &Attributes) -> Result<Self, ProviderError> {
        let name = text(attributes, "name")
            .ok_or_else(|| bad_attribute(&address.to_string(), "name", "a text"))?;
        let key = attributes
            .get("password")
            .filter(|reference| !reference.is_null())
            .map(|reference| secret::digest(reference, name))
            .transpose()?;
        Ok(Self {
            name: name.to_owned(),
            key,
        })
    }

    /// Returns the vault that a resource's attribute `repository` names.
    pub(crate) fn named_by(
        of: &Address,
        attributes: &Attributes,
        bindings: &Bindings,
    ) -> Result<Self, ProviderError> {
        let repository = address(of, attributes, "repository")?;
        let bound = bindings.get(&repository).ok_or_else(|| {
            bad_attribute(&of.to_string(), "repository", "bound to any attributes")
        })?;
        Self::of(&repository, bound)
    }

    /// Returns the digest of what opens it.
    pub(crate) fn key(&self) -> Option<Digest> {
        self.key.clone()
    }

    /// Returns the vault if it is there, can be reached, and this opens it; none if it is not there.
    pub(crate) fn open<'a>(&self, state: &'a State) -> Result<Option<&'a Vault>, ProviderError> {
        use lifeboat_contract::ErrorClass;
        let Some(vault) = state.vaults.get(&self.name) else {
            return Ok(None);
        };
        let name = &self.name;
        if let Some(class) = vault.closed {
            let message = format!("vault `{name}` cannot be reached");
            return Err(
                ProviderError::new(class, message).help("Try again when it can be reached.")
            );
        }
        if vault.password.is_some() && vault.password != self.key {
            let message = format!("vault `{name}` does not open with this password");
            return Err(ProviderError::new(ErrorClass::Denied, message)
                .help("Give the password that the vault was made with."));
        }
        Ok(Some(vault))
    }

    /// Returns the vault, which must be there.
    pub(crate) fn open_existing<'a>(&self, state: &'a State) -> Result<&'a Vault, ProviderError> {
        self.open(state)?.ok_or_else(|| no_vault(&self.name))
    }
}

/// Returns the vault that a protection keeps its points in.
pub(crate) fn vault_of(protected: &Protected<'_>) -> Result<VaultRef, ProviderError> {
    VaultRef::named_by(protected.address, protected.attributes, protected.bindings)
}

/// Returns the name of the dataset that a protection captures or follows, and the size to make it up with.
pub(crate) fn dataset_of(
    address_of: &Address,
    attributes: &Attributes,
    bindings: &Bindings,
) -> Result<(String, Option<u64>), ProviderError> {
    let of = address_of.to_string();
    let captured: Option<Attributes> = attributes
        .get("source")
        .and_then(Value::as_object)
        .map(|map| map.clone().into_iter().collect());
    let target = || {
        let target = address(address_of, attributes, "target").ok()?;
        bindings.get(&target).cloned()
    };
    let attributes = captured
        .or_else(target)
        .ok_or_else(|| bad_attribute(&of, "target", "bound to any attributes"))?;
    let name = text(&attributes, "name").ok_or_else(|| bad_attribute(&of, "source", "named"))?;
    Ok((name.to_owned(), size_bytes(&attributes)))
}

/// Returns the dataset of a protection that is acted on, as [`dataset_of`].
pub(crate) fn captured_by(
    protected: &Protected<'_>,
) -> Result<(String, Option<u64>), ProviderError> {
    dataset_of(protected.address, protected.attributes, protected.bindings)
}

/// Returns the vault and the address of the points that a copy copies.
pub(crate) fn origin_of(
    protected: &Protected<'_>,
    world: &World,
) -> Result<(VaultRef, Address), ProviderError> {
    let from = address(protected.address, protected.attributes, "from")?;
    if let Some(attributes) = protected.bindings.get(&from) {
        return Ok((
            VaultRef::named_by(&from, attributes, protected.bindings)?,
            from,
        ));
    }
    let owner = {
        let state = world.state();
        let mut holding = state.vaults.values();
        holding
            .find(|vault| vault.policies.contains_key(&from))
            .map(|vault| vault.owner.clone())
    };
    let bound = owner.and_then(|owner| Some((protected.bindings.get(&owner)?, owner.clone())));
    let (attributes, owner) = bound.ok_or_else(|| {
        bad_attribute(
            &protected.address.to_string(),
            "from",
            "bound to any attributes",
        )
    })?;
    Ok((VaultRef::of(&owner, attributes)?, from))
}
