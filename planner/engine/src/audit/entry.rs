//! One line of the trail.

use jiff::Timestamp;
use lifeboat_model::{Address, Digest};
use serde::{Deserialize, Serialize};

/// What happened, before it has its place in the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// When.
    pub at: Timestamp,
    /// Names the run that it belongs to.
    pub run: String,
    /// `user@host`.
    pub who: String,
    /// The command: `apply`.
    pub command: String,
    /// What happened: `begun`, `create`, `back_up`, `ended`, …
    pub event: String,
    /// What it happened to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// How it ended: `done`, `failed`, `interrupted`; `passed` or `failed` for what is checked.
    pub outcome: String,
    /// One line more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// One line of the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its place, from 1.
    pub seq: u64,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
    /// The hash of the line before; of nothing, for the first.
    pub prev: Digest,
    /// SHA-256 over the 64 digits of `prev` and the 64 digits of the SHA-256 of the line's canonical JSON without
    /// `prev` and `hash`.
    pub hash: Digest,
}

/// One line for a person.
impl std::fmt::Display for AuditEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fact = &self.fact;
        write!(
            f,
            "{} {} {} {}: {}",
            self.seq, fact.at, fact.who, fact.command, fact.event
        )?;
        if let Some(address) = &fact.address {
            write!(f, " {address}")?;
        }
        write!(f, " {}", fact.outcome)?;
        match &fact.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

impl AuditEntry {
    /// Returns the line that follows one with this place and hash.
    pub(super) fn following(seq: u64, prev: &Digest, fact: Fact) -> Self {
        let mut entry = Self {
            seq: seq + 1,
            fact,
            prev: prev.clone(),
            hash: Digest::default(),
        };
        entry.hash = entry.computed_hash();
        entry
    }

    /// Returns the hash that the line should have.
    pub(super) fn computed_hash(&self) -> Digest {
        // A fact is text throughout: it always has a JSON form.
        let mut body = serde_json::to_value(&self.fact).unwrap_or_default();
        if let Some(fields) = body.as_object_mut() {
            fields.insert("seq".to_owned(), self.seq.into());
        }
        let body = Digest::of_canonical(&body);
        Digest::of_bytes(format!("{}{}", self.prev, body).as_bytes())
    }
}

/// Returns what stands before the first line.
pub(super) fn genesis() -> Digest {
    Digest::of_bytes(b"")
}
