//! From what rustic, the system and the bucket say to the contract's classes.

use std::error::Error;
use std::io;

use lifeboat_contract::{ErrorClass, ProviderError};
use rustic_core::RusticError;

use super::bucket::is_missing_bucket;

/// What the gate and the readers say when somebody asked to stop.
pub(crate) const STOPPED: &str = "stopped on request";

/// What the system below said, on one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Below(String);

/// Returns the class of an error of the system.
pub(crate) fn class_of_io(error: &io::Error) -> ErrorClass {
    match error.kind() {
        io::ErrorKind::StorageFull
        | io::ErrorKind::QuotaExceeded
        | io::ErrorKind::FileTooLarge
        | io::ErrorKind::OutOfMemory => ErrorClass::Quota,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ErrorClass::Denied,
        io::ErrorKind::NotFound => ErrorClass::NotFound,
        io::ErrorKind::AlreadyExists
        | io::ErrorKind::DirectoryNotEmpty
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory => ErrorClass::Conflict,
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => ErrorClass::Invalid,
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => ErrorClass::Corrupt,
        io::ErrorKind::StaleNetworkFileHandle
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::ConnectionRefused
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::TimedOut
        | io::ErrorKind::ResourceBusy => ErrorClass::Unavailable,
        _ => ErrorClass::Unknown,
    }
}

/// Returns the class of an error of a bucket.
pub(crate) fn class_of_bucket(error: &opendal::Error) -> ErrorClass {
    match error.kind() {
        _ if is_missing_bucket(error) => ErrorClass::NotFound,
        opendal::ErrorKind::NotFound => ErrorClass::NotFound,
        opendal::ErrorKind::PermissionDenied => ErrorClass::Denied,
        opendal::ErrorKind::RateLimited => ErrorClass::Throttled,
        opendal::ErrorKind::ConfigInvalid => ErrorClass::Invalid,
        opendal::ErrorKind::AlreadyExists | opendal::ErrorKind::ConditionNotMatch => {
            ErrorClass::Conflict
        }
        opendal::ErrorKind::RangeNotSatisfied => ErrorClass::Corrupt,
        // What was still worth a retry after the last one: the endpoint is down or answers nonsense.
        _ => {
            let text = error.to_string();
            let unreachable = error.is_temporary()
                || text.contains("persistent")
                || text.contains("send http request")
                || text.contains("timeout");
            if unreachable {
                ErrorClass::Unavailable
            } else {
                ErrorClass::Unknown
            }
        }
    }
}

/// Returns the class of an error of rustic, from the first cause that says more than "it failed".
pub(crate) fn class_of(error: &RusticError) -> ErrorClass {
    if error.is_incorrect_password() {
        return ErrorClass::Denied;
    }
    let mut cause: Option<&(dyn Error + 'static)> = Error::source(error);
    while let Some(inner) = cause {
        let class = if let Some(error) = inner.downcast_ref::<io::Error>() {
            class_of_io(error)
        } else if let Some(error) = inner.downcast_ref::<opendal::Error>() {
            class_of_bucket(error)
        } else if inner.is::<serde_json::Error>() {
            ErrorClass::Corrupt
        } else if let Some(error) = inner.downcast_ref::<RusticError>() {
            class_of(error)
        } else {
            ErrorClass::Unknown
        };
        if class != ErrorClass::Unknown {
            return class;
        }
        cause = inner.source();
    }
    let text = error.display_log();
    if text.contains(STOPPED) {
        return ErrorClass::Interrupted;
    }
    // A seal that does not open, and what stands in rustic's texts for data that is not what was written.
    let damaged = error.is_code("C001")
        || [
            "may be corrupted",
            "deserialize",
            "not in a supported format",
            "not found in index",
            "Data decryption failed",
        ]
        .iter()
        .any(|mark| text.contains(mark));
    if damaged {
        ErrorClass::Corrupt
    } else {
        ErrorClass::Unknown
    }
}

/// Returns one sentence for classes where there is something to do.
fn advice(class: ErrorClass) -> Option<&'static str> {
    match class {
        ErrorClass::Quota => Some("Free space at the repository, or move it to a larger place."),
        ErrorClass::Denied => Some("Check the permissions of the user that runs lifeboat."),
        ErrorClass::Corrupt => Some(
            "Run `lifeboat verify --read-data` to see what is damaged, and restore from another copy.",
        ),
        ErrorClass::Unavailable => {
            Some("Check that the place is mounted or the endpoint answers, and run again.")
        }
        _ => None,
    }
}

fn assemble(class: ErrorClass, message: String, below: String) -> ProviderError {
    let error = ProviderError::new(class, message).because(Below(one_line(&below)));
    match advice(class) {
        Some(help) => error.help(help),
        None => error,
    }
}

fn one_line(text: &str) -> String {
    // Where the environment asks for them, rustic's errors end in a backtrace.
    let text = text.split("Backtrace:").next().unwrap_or(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the error of an operation of rustic that `message` describes.
pub(crate) fn from_rustic(message: impl Into<String>, error: &RusticError) -> ProviderError {
    assemble(class_of(error), message.into(), error.display_log())
}

/// Returns the error of a call to the system that `message` describes.
pub(crate) fn from_io(message: impl Into<String>, error: &io::Error) -> ProviderError {
    assemble(class_of_io(error), message.into(), error.to_string())
}

/// Returns the error of a request to a bucket that `message` describes.
pub(crate) fn from_bucket(message: impl Into<String>, error: &opendal::Error) -> ProviderError {
    assemble(class_of_bucket(error), message.into(), error.to_string())
}

/// Returns the error of an operation that a failed write stopped.
pub(super) fn from_fault(message: impl Into<String>, fault: &super::gate::Fault) -> ProviderError {
    assemble(fault.class, message.into(), fault.message.clone())
}
