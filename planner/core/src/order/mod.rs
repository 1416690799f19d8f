//! Sorts the actions of a plan so that nothing is ever less protected.
