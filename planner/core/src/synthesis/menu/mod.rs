//! Everything that may be chosen for a target, judged and thinned: what is left is what a search has to look at.
//!
//! Nothing in it depends on the size of the data but the recovery times, which are looked up by [`Pace`](super::model),
//! so that one menu serves thousands of targets that are equal but for their names and sizes.

mod build;
mod covering;
mod explain;
mod judge;
mod node;
mod prune;
mod weigh;

pub(crate) use build::build;
pub(crate) use explain::explain;
pub(crate) use node::Menu;
pub(crate) use weigh::{Prices, Solution, Weighed, is_feasible};
