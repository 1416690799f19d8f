//! What can go wrong here, as errors of the contract.

use lifeboat_contract::{ErrorClass, ProviderError};

use crate::world::WorldError;

/// Returns the error for a vault that does not exist.
pub(crate) fn no_vault(name: &str) -> ProviderError {
    ProviderError::new(
        ErrorClass::NotFound,
        format!("vault `{name}` does not exist"),
    )
    .help("Run `lifeboat apply` to create the repository.")
}

/// Returns the error for a dataset that does not exist.
pub(crate) fn no_dataset(name: &str) -> ProviderError {
    ProviderError::new(
        ErrorClass::NotFound,
        format!("dataset `{name}` does not exist"),
    )
    .help("Correct the name of the target, or create its data.")
}

/// Returns the error for an attribute that is missing or not of its type.
pub(crate) fn bad_attribute(of: &str, attribute: &str, expected: &str) -> ProviderError {
    ProviderError::new(
        ErrorClass::Invalid,
        format!("attribute `{attribute}` of `{of}` is not {expected}"),
    )
}

impl From<WorldError> for ProviderError {
    fn from(error: WorldError) -> Self {
        Self::new(
            ErrorClass::Unavailable,
            "the world's file cannot be written",
        )
        .because(error)
    }
}
