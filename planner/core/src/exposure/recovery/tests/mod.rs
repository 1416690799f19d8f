//! Recovery times, as sentences.

mod fixture;
mod keeton;
mod links;
mod properties;
mod sentences;
mod services;
mod simulation;
