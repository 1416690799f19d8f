//! nasty
