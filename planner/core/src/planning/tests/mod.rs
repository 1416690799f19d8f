//! A plan as a session: a configuration, what is live, and what comes of it.

mod catalog;
mod grading;
mod growth;
mod promises;
mod properties;
mod sandbox;
mod shape;
mod situations;
mod view;
