//! What opening a repository takes besides the repository itself.

use lifeboat_model::{Address, Attributes, Need, NeedKind};
use serde_json::Value;

use crate::catalog::{S3, with_defaults};
use crate::domains;
use crate::local::{Local, kind_of};
use crate::secret::reference;

impl Local {
    /// Returns the password of a repository, and for a bucket the credentials.
    ///
    /// A password that is lost cannot be had again: where it is in a file, it fails with what the file fails with.
    /// Where it comes from the environment or from a command, nobody knows. Credentials can be had again from whoever
    /// owns the account, so that the loss of a file with them is not theirs.
    pub(crate) fn repository_needs(&self, address: &Address, attributes: &Attributes) -> Vec<Need> {
        let kind = kind_of(address);
        let attributes = with_defaults(kind, attributes);
        let mut needs = Vec::new();
        if let Some(password) = attributes.get("password").filter(|it| !it.is_null()) {
            let file = password.get("file").and_then(Value::as_str);
            let file = file.map(|path| self.settings.base_dir.join(path));
            needs.push(Need {
                kind: NeedKind::Key,
                what: match &file {
                    Some(path) => path.display().to_string(),
                    None => reference(password),
                },
                domains: file.map_or_else(Vec::new, |path| {
                    domains::of_path(&self.settings.machine, &path)
                }),
            });
        }
        if kind == S3 {
            let key = attributes.get("access_key").map(reference);
            needs.push(Need {
                kind: NeedKind::Credentials,
                what: key.unwrap_or_default(),
                domains: Vec::new(),
            });
        }
        needs
    }
}
