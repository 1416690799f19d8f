//! Digests of values, to notice that something moved.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 over the canonical JSON of a value, as 64 hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest(String);

impl Digest {
    /// Returns the digest of these bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        use fmt::Write as _;
        Self(
            Sha256::digest(bytes)
                .iter()
                .fold(String::with_capacity(64), |mut text, byte| {
                    let _ = write!(text, "{byte:02x}");
                    text
                }),
        )
    }

    /// Returns the digest of a value's JSON.
    ///
    /// # Errors
    /// When the value has no JSON form (a map whose keys are not text).
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::to_vec(value).map(|bytes| Self::of_bytes(&bytes))
    }

    /// Returns all 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the first 12 digits, for a person.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
