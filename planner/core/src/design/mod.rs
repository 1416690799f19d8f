//! Compiles a configuration into the desired state.
//!
//! A target becomes an unmanaged resource at its own address, a repository a managed one, and a protection the
//! managed resource that its mechanism has on that kind of target, below the target's address; a schedule becomes a
//! setting beside it.

mod compile;
mod error;
mod places;
mod requires;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_model::{Address, DesiredState, Domain, Notice, Objective};

use crate::configuration::{AssumptionsBlock, IgnoreBlock, PricesBlock, Protect, ServiceBlock};

pub(crate) use compile::UNPROTECTED;
pub use compile::compile;
pub use error::{DesignError, DesignErrors};

/// All protections of all targets: what the planner plans for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Design {
    /// What shall exist.
    pub desired: DesiredState,
    /// Objectives by label.
    pub objectives: BTreeMap<String, Objective>,
    /// The label of each target's objective; every target of the configuration stands here.
    pub targets: BTreeMap<Address, Option<String>>,
    /// The address of the resource that each protection block compiles to.
    pub protections: BTreeMap<Address, Address>,
    /// The declared failure domains of providers, targets, repositories and the resources of protections, by address;
    /// what a provider declares holds for everything of it.
    pub domains: BTreeMap<Address, Vec<Domain>>,
    /// Where else the password of a repository is kept, in words.
    pub escrows: BTreeMap<Address, String>,
    /// What the planner may choose for a target, where its block says so.
    pub protects: BTreeMap<Address, Protect>,
    /// Targets that recover together, by address.
    pub services: BTreeMap<Address, ServiceBlock>,
    /// Inputs of the exposure model that the configuration overrides, in its order.
    pub assumptions: Vec<AssumptionsBlock>,
    /// Prices that the configuration overrides, in its order.
    pub prices: Vec<PricesBlock>,
    /// Findings that shall not be told, in the configuration's order.
    pub ignores: Vec<IgnoreBlock>,
    /// Why the planner chose a protection, by the address of its resource: fragments. Empty for what the configuration
    /// gives.
    pub reasons: BTreeMap<Address, Arc<str>>,
    /// The configuration's outputs; sensitive ones are null.
    pub outputs: BTreeMap<String, serde_json::Value>,
    /// What the reader of a plan should know about the design.
    pub notices: Vec<Notice>,
}

impl Design {
    /// Returns the objective of a target.
    pub fn objective(&self, target: &Address) -> Option<&Objective> {
        let label = self.targets.get(target)?.as_ref()?;
        self.objectives.get(label)
    }
}
