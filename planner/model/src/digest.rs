//! Digests of values, to notice that something moved.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 over the canonical JSON of a value, as 64 hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest(String);

impl Digest {
    /// Returns the digest of these bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::finished(Sha256::new_with_prefix(bytes))
    }

    fn finished(hasher: Sha256) -> Self {
        use fmt::Write as _;
        Self(
            hasher
                .finalize()
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
        let mut writer = io::BufWriter::with_capacity(BUFFER, Hashing(Sha256::new()));
        serde_json::to_writer(&mut writer, value)?;
        let Hashing(hasher) = writer
            .into_inner()
            .map_err(|error| serde_json::Error::io(error.into_error()))?;
        Ok(Self::finished(hasher))
    }

    /// Returns the digest of a value's canonical JSON: no white space, the keys of every object sorted.
    ///
    /// Unlike [`Digest::of`] it does not depend on the order in which an object was built.
    pub fn of_canonical(value: &serde_json::Value) -> Self {
        let mut text = String::new();
        canonical(value, &mut text);
        Self::of_bytes(text.as_bytes())
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

/// What is hashed at a time: a document of many megabytes is never held as text.
const BUFFER: usize = 16 * 1024;

/// Hashes what is written to it.
struct Hashing(Sha256);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Appends the canonical JSON of `value`.
fn canonical(value: &serde_json::Value, text: &mut String) {
    use fmt::Write as _;
    use serde_json::Value;
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                canonical(item, text);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let sorted: std::collections::BTreeMap<&String, &Value> = fields.iter().collect();
            text.push('{');
            for (index, (name, item)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                let _ = write!(text, "{}:", Value::from(name.as_str()));
                canonical(item, text);
            }
            text.push('}');
        }
        leaf => {
            let _ = write!(text, "{leaf}");
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_sorts_keys_and_escapes_texts() {
        let mut text = String::new();
        canonical(
            &serde_json::json!({"b": [1, {"z": null, "a": "q\"\n"}], "a": 1.5}),
            &mut text,
        );
        assert_eq!(text, r#"{"a":1.5,"b":[1,{"a":"q\"\n","z":null}]}"#);
    }
}
