//! One test binary: golden outputs and the rules of the house.

mod examples;
mod tidy;
