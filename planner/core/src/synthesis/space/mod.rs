//! What may be chosen for a target: a place for each mechanism in each repository, and in each place the choices.

mod choice;
mod rules;
mod slot;
mod today;

pub(crate) use choice::Choice;
pub(crate) use rules::{Need, Rules};
pub(crate) use slot::{Slot, Space, of_block, of_standing};
pub(crate) use today::{Standing, is_below, standing};
