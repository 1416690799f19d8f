//! Where the time comes from.

use std::fmt;

use jiff::Timestamp;

/// Tells the time. The binary gives the system's clock; a test gives its own.
pub trait Clock: Send + Sync {
    /// Returns now. Never earlier than an answer before.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

impl fmt::Debug for dyn Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
