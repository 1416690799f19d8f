//! Recovery times, as sentences.
