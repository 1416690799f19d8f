//! One policy document.

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, Attributes, Digest};
use serde::{Deserialize, Serialize};

/// The shape of the documents that are written here; a reader refuses another major.
const FORMAT_VERSION: &str = "1.0";

/// What stands in a policy document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Policy {
    /// The shape of the document, `major.minor`.
    format_version: String,
    /// The address of the protection's resource: whoever has this address owns the document.
    pub(crate) owner: String,
    /// The kind of the resource.
    pub(crate) kind: String,
    /// The attributes exactly as applied.
    pub(crate) attributes: Attributes,
}

impl Policy {
    /// Returns the document of a protection.
    pub(crate) fn new(owner: &Address, kind: &str, attributes: &Attributes) -> Self {
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            owner: owner.to_string(),
            kind: kind.to_owned(),
            attributes: attributes.clone(),
        }
    }

    /// Returns the bytes of the document, for a person too.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, ProviderError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| {
            ProviderError::new(ErrorClass::Unknown, "bug: a policy has no JSON form").because(error)
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a document that stands at `place`.
    ///
    /// # Errors
    /// `corrupt` when it makes no sense, `conflict` when a newer lifeboat wrote it.
    pub(super) fn parse(place: &str, bytes: &[u8]) -> Result<Self, ProviderError> {
        let policy: Self = serde_json::from_slice(bytes).map_err(|error| {
            ProviderError::new(
                ErrorClass::Corrupt,
                format!("the policy document `{place}` makes no sense"),
            )
            .help("Delete the document and apply again, or put its old content back.")
            .because(error)
        })?;
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        if major(&policy.format_version) != major(FORMAT_VERSION) {
            return Err(ProviderError::new(
                ErrorClass::Conflict,
                format!(
                    "the policy document `{place}` has the format {}, and this lifeboat reads {FORMAT_VERSION}",
                    policy.format_version
                ),
            )
            .help("Use the lifeboat that wrote it, or a newer one."));
        }
        Ok(policy)
    }

    /// Returns whether the document stands over this target.
    pub(super) fn guards(&self, target: &Address) -> bool {
        self.attributes
            .get("target")
            .and_then(|value| value.as_str())
            == Some(target.to_string().as_str())
    }
}

/// The longest name that is written out; file systems allow 255 bytes with the ending.
const LONGEST: usize = 180;

/// Returns the name of an address's document: the address with everything but letters, digits, `.`, `_` and `-` as
/// `%XX`, so that different addresses never share one, and with a digest in place of what makes it too long.
pub(crate) fn file_name(address: &Address) -> String {
    let text = address.to_string();
    let mut name = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    if name.len() > LONGEST {
        name.truncate(LONGEST - 65);
        name.push('~');
        name.push_str(Digest::of_bytes(text.as_bytes()).as_str());
    }
    name.push_str(".json");
    name
}
