//! What the planner must know about RDS and S3, as data.

use lifeboat_model::{AttributeSpec, Attributes, Catalog, InputSpec, KindRole, KindSpec};

use crate::{rds, s3, settings};

/// The provider's name: the label of its block.
pub(crate) const PROVIDER: &str = "aws";

/// Who runs scheduled snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheduling {
    /// Somebody outside of lifeboat, as the block declares.
    External,
    /// Nobody.
    Nobody,
}

impl Scheduling {
    /// Returns what a provider block says.
    pub(crate) fn of(scheduler: Option<&str>) -> Self {
        match scheduler {
            Some("external") => Self::External,
            _ => Self::Nobody,
        }
    }
}

/// Why nothing runs a schedule where the block does not say that somebody does.
pub(crate) const NOBODY: &str = "AWS runs no `lifeboat backup run` by itself";

/// Returns what is known before the provider is configured.
pub fn catalog() -> Catalog {
    catalog_of(Scheduling::Nobody)
}

/// Returns what holds for a configured provider wherever it runs.
pub fn catalog_elsewhere(block: &Attributes) -> Catalog {
    let scheduler = block.get("scheduler").and_then(serde_json::Value::as_str);
    catalog_of(Scheduling::of(scheduler))
}

/// Returns the catalog where schedules are run like this.
pub(crate) fn catalog_of(scheduling: Scheduling) -> Catalog {
    let mut catalog = Catalog {
        providers: [(PROVIDER.to_owned(), settings::arguments())].into(),
        ..Catalog::default()
    };
    catalog.merge(rds::catalog(scheduling));
    catalog.merge(s3::catalog(scheduling));
    catalog
}

/// Returns a kind of this provider.
pub(crate) fn kind(
    name: &str,
    role: KindRole,
    description: &str,
    attributes: Vec<AttributeSpec>,
    inputs: Vec<InputSpec>,
) -> KindSpec {
    KindSpec {
        name: name.to_owned(),
        provider: PROVIDER.to_owned(),
        role,
        description: description.to_owned(),
        attributes,
        inputs,
    }
}
