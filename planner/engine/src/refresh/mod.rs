//! Reading what is live: one bulk read per provider, all at once, patient with failures that pass.

mod item;
mod read;
#[cfg(test)]
mod tests;

pub use item::RefreshItem;
pub(crate) use read::as_error;
pub use read::refresh;
