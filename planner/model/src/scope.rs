//! Failure scopes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a failure takes, from the narrowest to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Wrong or deleted data, replicated faithfully.
    Corruption,
    /// One host, disk or database instance.
    Instance,
    /// One zone or machine room.
    Zone,
    /// One region or site.
    Region,
    /// Everything that one set of credentials can change or delete.
    Account,
}

impl Scope {
    /// Every scope, narrowest first.
    pub const ALL: [Self; 5] = [
        Self::Corruption,
        Self::Instance,
        Self::Zone,
        Self::Region,
        Self::Account,
    ];

    /// Returns the word that names the scope in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Corruption => "corruption",
            Self::Instance => "instance",
            Self::Zone => "zone",
            Self::Region => "region",
            Self::Account => "account",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or(())
    }
}
