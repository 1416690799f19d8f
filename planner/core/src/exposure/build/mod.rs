//! Makes copy graphs: from what stands, what the catalog knows, what the configuration declares and what was measured.
//!
//! [`Builder::graph`] is the entry. It looks at one target of a [`World`](super::World) and turns each protection that
//! can bring data back into a [`Copy`](super::graph::Copy) of plain numbers. Each number comes from the first that
//! gives it: an `assumptions` block, an attribute, a measurement, a fact of the live resource, the catalog's own value,
//! the model's default. What is measured and worse than what is declared counts instead, and is told as a
//! [`Contradiction`].

mod assumptions;
mod builder;
mod capture;
mod lock;
mod place;
mod proposal;
mod resolve;
mod restore;
mod standing;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use builder::Builder;
pub(crate) use proposal::Proposed;
pub(crate) use resolve::Contradiction;
pub(crate) use standing::settled;
