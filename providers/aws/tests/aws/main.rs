//! The provider against servers that speak as AWS does.

mod moto;
mod session;
