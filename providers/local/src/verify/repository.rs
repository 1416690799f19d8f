//! Checking a repository.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_contract::{Cancel, Check, ErrorClass, Progress, ProviderError};
use rayon::prelude::*;
use rustic_core::repofile::IndexFile;
use rustic_core::{CheckOptions, OpenStatus, RusticError};
use sha2::{Digest as _, Sha256};

use crate::restore::write::hex;
use crate::store::{Session, Vault, class_of};

/// The name of the check of every byte.
const DATA: &str = "repository data";

/// How many findings are named; the rest is counted.
const NAMED: usize = 5;

impl Vault {
    /// Checks the repository's structure: snapshots, trees, index and packs are there and fit together; with
    /// `read_data` also every byte of every pack.
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
        let options = CheckOptions::default();
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
                    ErrorClass::Corrupt | ErrorClass::NotFound | ErrorClass::Unknown
                ) {
                    vec![error.chain()]
                } else {
                    return Err(error);
                }
            }
        };
        checks.push(check(
            "repository structure",
            "snapshots, trees, index and packs fit together".to_owned(),
            findings,
        ));
        if read_data {
            checks.push(read_packs(&session, progress.as_ref())?);
        }
        if cancel.is_cancelled() {
            return Err(ProviderError::new(
                ErrorClass::Interrupted,
                "the verification was stopped",
            ));
        }
        Ok(checks)
    }
}

/// Reads every pack that an index names. A pack's name is the SHA-256 of its content.
///
/// rustic's own check of the data panics now and then, when a thread of its check of the structure still holds the
/// index.
fn read_packs(
    session: &Session<OpenStatus>,
    progress: &dyn Progress,
) -> Result<Check, ProviderError> {
    let mut packs = BTreeMap::new();
    let failed =
        |error: &RusticError| session.failed("the index of the repository cannot be read", error);
    let indexes = session
        .repository
        .stream_files::<IndexFile>()
        .map_err(|error| failed(&error))?;
    for index in indexes {
        match index {
            Ok((_, index)) => packs.extend(index.packs.iter().map(|p| (p.id, p.pack_size()))),
            Err(error) => return Ok(check(DATA, String::new(), vec![failed(&error).chain()])),
        }
    }
    progress.begin(
        "reading packs",
        Some(packs.values().map(|size| u64::from(*size)).sum()),
    );
    let findings = packs
        .par_iter()
        .map(|(id, size)| {
            let finding = match session.read_pack(id) {
                Ok(content) => {
                    let hash: [u8; 32] = Sha256::digest(&content).into();
                    (hex(&hash) != id.to_hex().as_str())
                        .then(|| format!("pack {} is damaged", id.to_hex().as_str()))
                }
                Err(error) => match class_of(&error) {
                    ErrorClass::NotFound => {
                        Some(format!("pack {} is missing", id.to_hex().as_str()))
                    }
                    _ => return Err(session.failed("a pack cannot be read", &error)),
                },
            };
            progress.advance(u64::from(*size));
            Ok(finding)
        })
        .collect::<Result<Vec<_>, ProviderError>>()?;
    progress.end();
    let fine = format!("{} packs were read and are whole", packs.len());
    Ok(check(DATA, fine, findings.into_iter().flatten().collect()))
}

fn one_line(text: &str) -> String {
    // Where the environment asks for them, errors end in a backtrace: nothing for a person who restores.
    let text = text.split("Backtrace:").next().unwrap_or(text);
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
