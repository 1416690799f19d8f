//! Sentences about synthesis.

mod exact;
mod fixture;
mod infeasible;
mod search;
mod shared;
mod stories;
