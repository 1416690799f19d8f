//! Whole objects that are written on a condition: what a state that is shared between machines needs of a store.

use std::fmt;

use jiff::Timestamp;

use crate::ProviderError;

/// An object as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// What is in it.
    pub bytes: Vec<u8>,
    /// What the next conditional write names. Opaque; no two contents share one.
    pub version: String,
    /// When it was written, by the clock of the store.
    pub written: Option<Timestamp>,
    /// When it was read, by the clock of the store. Ages are counted between the two, so that no clock of a machine
    /// decides about somebody else's lock.
    pub now: Option<Timestamp>,
}

/// What must hold for a write to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition<'a> {
    /// There is no such object.
    Absent,
    /// The object still has this version.
    Unchanged(&'a str),
}

/// How a conditional write ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It happened, and made this version.
    As(String),
    /// It did not: the condition does not hold, because somebody else has written or removed the object.
    Overtaken,
}

/// A store of whole objects in which a state and its siblings are kept.
///
/// Calls block, for seconds at worst; they come from any thread, also from one of an async runtime. An object is named
/// by its address, `s3://bucket/key`, which is also what people are told.
///
/// Rules:
/// - a write is seen whole or not at all, and by every read that begins after it has ended;
/// - of writes with one condition at most one happens, whoever they come from;
/// - a write whose reply was lost is looked for before it is called failed: `Written::As` means that ours is there,
///   `Written::Overtaken` that ours never was or is no longer there;
/// - absence is only what the store itself calls absence. A place that is missing, closed or elsewhere is an error.
pub trait ObjectStore: fmt::Debug + Send + Sync {
    /// Returns the address of the state. Its siblings append to it.
    fn address(&self) -> &str;

    /// Returns what `--state` takes to find this store again, arguments included; no secret is among them.
    fn locator(&self) -> String;

    /// Reads an object; none if there is none.
    ///
    /// # Errors
    /// `denied`, `not_found` for the place that holds the objects, `invalid`, `unavailable`.
    fn read(&self, address: &str) -> Result<Option<Stored>, ProviderError>;

    /// Writes an object if the condition holds.
    ///
    /// # Errors
    /// As [`ObjectStore::read`]. After `unavailable` the write may still happen a little later.
    fn write(
        &self,
        address: &str,
        bytes: &[u8],
        condition: Condition<'_>,
    ) -> Result<Written, ProviderError>;

    /// Removes objects; those that are gone already are no error.
    ///
    /// # Errors
    /// As [`ObjectStore::read`]; some may be gone then.
    fn remove(&self, addresses: &[String]) -> Result<(), ProviderError>;

    /// Returns what should be different about the place, as a sentence; none if it is fine or cannot be told.
    fn advice(&self) -> Option<String>;
}
