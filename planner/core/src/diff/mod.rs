//! Compares recorded, live and desired.
