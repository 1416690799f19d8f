//! The reference provider: complete, in memory. It is for goldens, properties and crash tests, and is no cloud.
//!
//! The entry types are [`World`], which is what exists, and [`MemoryProvider`], which speaks to it. A world outlives
//! its providers, so that dropping a provider is a crash that loses nothing but the process. The way of the data: a
//! call of [`MemoryProvider`] reads the world, decides, and commits [effects](world) one by one; a world with a
//! [file](World::open) appends each effect to it as one line, so that another process finds what this one did.
//!
//! Around the world stand the tools of a test: [`Faults`] make calls fail, hang or crash, and count them; the methods
//! of [`World`] that meddle change things behind everybody's back.
//!
//! Determinism: ids follow from names and tokens, time is an argument, no entropy; the same calls make the same world.

mod act;
mod catalog;
mod change;
mod error;
mod live;
mod provider;
mod read;
mod resolve;
mod secret;
mod verify;
pub mod world;

pub use catalog::catalog;
pub use provider::MemoryProvider;
pub use world::{Crashed, Fault, FaultError, Faults, Happens, Instant, Method, World, WorldError};
