//! Canonical layout of configuration text, as `terraform fmt` has it.
//!
//! Text → tokens ([`lexer`]) → labels quoted, needless interpolation unwrapped ([`rewrite`]) → lines indented
//! ([`lines`]), tokens spaced ([`spacing`]), cells aligned ([`cells`]) → text ([`run`]). Tokens keep every comment
//! and every newline, so nothing is lost; heredocs are one token each and never touched.
//!
//! Formatting twice is formatting once, and the text means the same afterwards.

mod cells;
mod difference;
mod lexer;
mod lines;
mod rewrite;
mod run;
mod spacing;
mod token;

pub use difference::diff;
pub use run::{FormatError, format};

#[cfg(test)]
mod tests;
