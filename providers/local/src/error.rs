//! From what the system below says to the class that the engine acts on.

use std::io;

use lifeboat_contract::{ErrorClass, ProviderError};

/// Returns the class of a file system's error.
pub(crate) fn class_of_io(error: &io::Error) -> ErrorClass {
    match error.kind() {
        io::ErrorKind::NotFound => ErrorClass::NotFound,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ErrorClass::Denied,
        io::ErrorKind::AlreadyExists
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory
        | io::ErrorKind::DirectoryNotEmpty => ErrorClass::Conflict,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            ErrorClass::Quota
        }
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => ErrorClass::Corrupt,
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => ErrorClass::Invalid,
        io::ErrorKind::TimedOut
        | io::ErrorKind::ResourceBusy
        | io::ErrorKind::ConnectionRefused
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::StaleNetworkFileHandle => ErrorClass::Unavailable,
        _ => ErrorClass::Unknown,
    }
}

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

/// Returns the class of an object store's error.
pub(crate) fn class_of_store(error: &opendal::Error) -> ErrorClass {
    match error.kind() {
        opendal::ErrorKind::NotFound => ErrorClass::NotFound,
        opendal::ErrorKind::PermissionDenied => ErrorClass::Denied,
        opendal::ErrorKind::ConfigInvalid | opendal::ErrorKind::Unsupported => ErrorClass::Invalid,
        opendal::ErrorKind::AlreadyExists | opendal::ErrorKind::ConditionNotMatch => {
            ErrorClass::Conflict
        }
        opendal::ErrorKind::RateLimited => ErrorClass::Throttled,
        _ if error.is_temporary() || error.is_persistent() => ErrorClass::Unavailable,
        _ => ErrorClass::Unknown,
    }
}

/// Returns the error of an object store's operation that is described by `message`.
pub(crate) fn from_store(message: impl Into<String>, error: opendal::Error) -> ProviderError {
    let class = class_of_store(&error);
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
