//! Canonical layout of configuration text.
