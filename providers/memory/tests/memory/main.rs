//! The reference provider: it conforms, each check of the suite can fail, a crash anywhere costs nothing, and what a
//! test can do to a world does what it says.

mod conformance;
mod crashes;
mod faults;
mod mutant;
mod mutants;
mod site;
mod streams;
