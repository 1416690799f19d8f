//! What the configuration says: the desired snapshot.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Address;

/// The attributes of a resource by name. Secrets are references (`{"env": "NAME"}`), never values.
pub type Attributes = BTreeMap<String, serde_json::Value>;

/// What becomes of a resource whose block leaves the configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnRemove {
    /// lifeboat stops managing it; it and its recovery points stay.
    #[default]
    Forget,
    /// It is destroyed, with leave (`--allow-loss`) where recovery points go with it.
    Destroy,
}

/// One object or setting that shall exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesiredResource {
    /// Its name.
    pub address: Address,
    /// The resource kind in the [`Catalog`](crate::Catalog).
    pub kind: String,
    /// The provider configuration that manages it: `provider.local`.
    pub provider: Address,
    /// Whether lifeboat writes it. A target is only read: its data are the user's.
    pub managed: bool,
    /// Every attribute that is not computed.
    pub attributes: Attributes,
    /// The resources that must exist before it: repository, source protection, `depends_on`.
    pub requires: Vec<Address>,
    /// The target that it protects, if it is part of a protection.
    pub target: Option<Address>,
    /// What becomes of it when its block goes.
    pub on_remove: OnRemove,
}

/// The desired snapshot: everything that the configuration asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesiredState {
    /// By address.
    pub resources: BTreeMap<Address, DesiredResource>,
}
