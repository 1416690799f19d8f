//! Checking a repository.

use std::sync::Arc;

use lifeboat_contract::{Cancel, Check, Progress, ProviderError};
use rustic_core::CheckOptions;

use crate::store::Vault;

/// How many findings are named; the rest is counted.
const NAMED: usize = 5;

impl Vault {
    /// Checks the repository's structure: snapshots, trees, index and packs are there and fit together; with
    /// `read_data` also every byte of every pack that a point needs.
    ///
    /// # Errors
    /// When nothing could be checked. Damage that was found is a check that did not pass.
    pub fn verify(
        &self,
        read_data: bool,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<Vec<Check>, ProviderError> {
        let _lock = self.lock_shared_if_writable()?;
        let session = self.session(progress, cancel)?;
        let scan = self.scan(&session)?;
        let mut checks = vec![check(
            "snapshots",
            format!("{} readable", scan.snapshots.len()),
            scan.unreadable.iter().map(ProviderError::chain).collect(),
        )];
        let trees: Vec<_> = scan
            .snapshots
            .iter()
            .map(|(_, snapshot)| snapshot.tree)
            .collect();
        let mut options = CheckOptions::default();
        options.read_data = read_data;
        let findings: Vec<String> = match session.repository.check_with_trees(options, trees) {
            Ok(results) => results
                .0
                .iter()
                .filter(|(level, _)| format!("{level:?}") == "Error")
                .map(|(_, finding)| one_line(&finding.to_string()))
                .collect(),
            // Of an index or tree that cannot even be read there is no list of findings.
            Err(error) => {
                let error = session.failed("the structure cannot be read", &error);
                if matches!(
                    error.class,
                    lifeboat_contract::ErrorClass::Corrupt
                        | lifeboat_contract::ErrorClass::NotFound
                        | lifeboat_contract::ErrorClass::Unknown
                ) {
                    vec![error.chain()]
                } else {
                    return Err(error);
                }
            }
        };
        if cancel.is_cancelled() {
            return Err(ProviderError::new(
                lifeboat_contract::ErrorClass::Interrupted,
                "the verification was stopped",
            ));
        }
        let (name, fine) = if read_data {
            ("repository data", "every pack was read and is whole")
        } else {
            (
                "repository structure",
                "snapshots, trees, index and packs fit together",
            )
        };
        checks.push(check(name, fine.to_owned(), findings));
        Ok(checks)
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a check that passed if there are no findings.
pub(super) fn check(name: &str, fine: String, findings: Vec<String>) -> Check {
    Check {
        name: name.to_owned(),
        passed: findings.is_empty(),
        detail: if findings.is_empty() {
            fine
        } else {
            let rest = findings.len().saturating_sub(NAMED);
            let mut text = findings
                .into_iter()
                .take(NAMED)
                .collect::<Vec<_>>()
                .join("; ");
            if rest > 0 {
                text.push_str(&format!("; and {rest} more"));
            }
            text
        },
    }
}
