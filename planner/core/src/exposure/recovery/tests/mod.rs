//! Recovery times, as sentences.

mod fixture;
mod keeton;
mod links;
mod properties;
mod scale;
mod sentences;
mod services;
mod simulation;
