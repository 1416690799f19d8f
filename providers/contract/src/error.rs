//! Errors of providers: the class decides what the engine does.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of failure it was. The class decides between retry, stop and resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The request can never succeed as it is.
    Invalid,
    /// Credentials, passwords or permissions are missing or wrong.
    Denied,
    /// What was asked for is not there.
    NotFound,
    /// Something else is in the way: another owner, another version, existing data.
    Conflict,
    /// Too many requests; worth trying again, later.
    Throttled,
    /// Not reachable now; worth trying again.
    Unavailable,
    /// A limit is reached: space, count, quota.
    Quota,
    /// What is there is damaged.
    Corrupt,
    /// Stopped because the user asked.
    Interrupted,
    /// None of the above.
    Unknown,
}

impl ErrorClass {
    /// Returns the word of the class.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Denied => "denied",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Quota => "quota",
            Self::Corrupt => "corrupt",
            Self::Interrupted => "interrupted",
            Self::Unknown => "unknown",
        }
    }

    /// Returns whether the same call may succeed by itself a little later.
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable)
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a provider could not do what it was asked.
///
/// `message` is a lower-case fragment that names the object in backticks, without a final period and without the
/// text of its source. No secret stands in it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ProviderError {
    /// What kind of failure it was.
    pub class: ErrorClass,
    /// What happened.
    pub message: String,
    /// One imperative sentence with its period.
    pub help: Option<String>,
    /// What the system below said.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ProviderError {
    /// Returns an error of this class.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            help: None,
            source: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what the system below said.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns the message followed by each cause, for a log or a record where the chain cannot be kept.
    pub fn chain(&self) -> String {
        let mut text = self.message.clone();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        text
    }
}
