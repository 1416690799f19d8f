//! Golden tests, and every snapshot file: what a person or a machine reads, as it is.
//!
//! The tests are in `tests/`; this crate exports nothing. Snapshot files are asserted only from here, so that an
//! orphan can be found.
