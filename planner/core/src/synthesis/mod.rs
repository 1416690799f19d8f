//! Chooses the protections of targets that no `protection` block protects: the cheapest that keep the objective.
//!
//! [`synthesise`] is the entry. Way of the data, for one target: `space` says what may be chosen (each mechanism that
//! the catalog offers, in each repository that fits, with each interval, value and retention that is worth looking
//! at); `menu` judges every choice with the model of `exposure`, and drops what another choice of the same place beats
//! in everything; `search` finds the lightest set that covers every need, exactly; where there is none, `conflict`
//! finds a smallest set of promises and facts that exclude one another. Targets that are equal but for their names
//! share a menu, and those of one size an answer.
//!
//! What stands today stays while it keeps the objective, unless another design saves more than a tenth of what it
//! costs.
//!
//! Each target is judged by itself first; then `shared` looks at those that one failure takes together: where their
//! restores share a link and one of them is too slow for its goal, it gets another design or none.
//!
//! ```text
//! lightest = least (cost a month, bytes stored without a price, protections, changes to what stands,
//!                   points kept, runs a month, order of addresses and choices)
//! ```

mod answer;
mod candidates;
mod conflict;
mod crowd;
mod design;
mod menu;
mod model;
mod run;
mod search;
mod shared;
mod signature;
mod space;
#[cfg(test)]
mod tests;

pub use answer::{Alternative, Decision, Synthesis};
pub use candidates::candidates;
pub use conflict::{Because, Conflict};
pub use design::design;
pub use run::synthesise;
