//! From what the system below says to the class that the engine acts on.

use std::io;

use lifeboat_contract::{ErrorClass, ProviderError};

use crate::store::{class_of_bucket, class_of_io};

/// Returns the error of a file system operation that is described by `message`.
pub(crate) fn from_io(message: impl Into<String>, error: io::Error) -> ProviderError {
    let class = class_of_io(&error);
    let raised = ProviderError::new(class, message).because(error);
    match class {
        ErrorClass::Quota => raised.help("Free some space there and run the same command again."),
        ErrorClass::Denied => raised.help("Give the user that runs lifeboat access to it."),
        _ => raised,
    }
}

/// Returns the error of an object store's operation that is described by `message`.
pub(crate) fn from_store(message: impl Into<String>, error: opendal::Error) -> ProviderError {
    let class = class_of_bucket(&error);
    let raised = ProviderError::new(class, message).because(error);
    match class {
        ErrorClass::Denied => raised.help("Check the access key and what it may do in the bucket."),
        ErrorClass::NotFound => raised.help("Make the bucket, or correct its name and endpoint."),
        ErrorClass::Unavailable => {
            raised.help("Check that the endpoint can be reached from this machine.")
        }
        _ => raised,
    }
}

/// Returns the error of an argument that no call can succeed with.
pub(crate) fn invalid(message: impl Into<String>, help: impl Into<String>) -> ProviderError {
    ProviderError::new(ErrorClass::Invalid, message).help(help)
}

/// Returns the error of a task that ended without an answer, which is a bug.
pub(crate) fn from_task(error: tokio::task::JoinError) -> ProviderError {
    ProviderError::new(
        ErrorClass::Unknown,
        "bug: a task of the local provider ended without an answer",
    )
    .because(error)
}
