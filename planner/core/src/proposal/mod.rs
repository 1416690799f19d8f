//! Says which smallest change of the written configuration would keep an objective that is not kept.
//!
//! [`propose`] is the entry, for a target whose protections are written out; what the planner designs itself is
//! `synthesis`. Way of the data: `ask` cuts the configuration down to the target; `moves` says what one change may be:
//! an argument of a protection, a protection in a repository that is there, or one in a place that the reader must name;
//! `judge` puts changes into the configuration and asks the model of `exposure`; `search` finds the fewest changes
//! that keep every goal, then those that rest on the fewest unknown numbers and places, then the cheapest, then the fewest
//! lines;
//! `confirm` writes them into the text, reads that text as if it were the user's, and assesses all of it: nothing is
//! proposed that is not in the end true of the text that is shown.
//!
//! Numbers that nobody knows are never made up: one that is chosen so that a goal holds is a requirement, is written
//! beside the number, and is told with the proposal.

mod answer;
mod ask;
mod confirm;
mod judge;
mod moves;
mod run;
mod search;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Change, Changed, Hunk, Proposal, Proposals, Unmet};
pub use run::{Case, proposals, propose};
