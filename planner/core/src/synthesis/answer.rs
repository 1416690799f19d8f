//! What synthesis returns.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_model::{Address, Money, Notice, Severity};

use super::conflict::Conflict;
use crate::configuration::{Configuration, ProtectionBlock};
use crate::diagnostic::{Diagnostic, Diagnostics};

const CODE: &str = "synthesis::infeasible";

/// So many conflicts are shown with their places; all stand among the notices of the plan.
const SHOWN: usize = 5;

/// The designs of all targets that the planner designs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synthesis {
    /// The protections, named by the resources that they compile to; the same on every run.
    pub blocks: Vec<ProtectionBlock>,
    /// Why these, in address order of the targets.
    pub decisions: Vec<Decision>,
    /// Targets without a design, in address order. What stands of them stays as it is.
    pub conflicts: Vec<Conflict>,
    /// Why each protection is there, by the address of its resource: a fragment.
    pub reasons: BTreeMap<Address, Arc<str>>,
}

/// Why a target is protected as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The target.
    pub target: Address,
    /// The resources of its protections, in address order.
    pub chosen: Vec<Address>,
    /// What they cost a month; none where nothing of it has a price.
    pub cost: Option<Money>,
    /// What is not in the cost, and why.
    pub unpriced: Vec<String>,
    /// What else was looked at: the best of each other place, and the cheapest design where another one stands.
    pub alternatives: Arc<[Alternative]>,
}

/// Something that was not chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// What: "a snapshot every 1h in `repository.s3.far`".
    pub what: String,
    /// What it costs a month.
    pub cost: Option<Money>,
    /// Why it was not chosen: a fragment.
    pub rejected: String,
}

impl Conflict {
    /// Returns it with the places in the configuration that it is about.
    pub fn diagnostic(&self) -> Diagnostic {
        let message = format!("no design keeps the promise for `{}`", self.target);
        let mut diagnostic = Diagnostic::warning(CODE, message);
        let mut facts = Vec::new();
        for because in &self.because {
            match &because.at {
                Some(at) => {
                    let says = because.says.clone();
                    diagnostic = diagnostic.label(at.file.clone(), at.span.clone(), says);
                }
                None => facts.push(because.says.as_str()),
            }
        }
        let facts = if facts.is_empty() {
            String::new()
        } else {
            format!(" It is in their way that {}.", facts.join(", and that "))
        };
        diagnostic.help(format!(
            "Give up one of these, or add a protection block.{facts}"
        ))
    }
}

impl Synthesis {
    /// Returns why targets have no design, with the places in the configuration: those of the first few targets.
    pub fn diagnostics(&self) -> Diagnostics {
        let first = self.conflicts.iter().take(SHOWN);
        Diagnostics::sorted(first.map(Conflict::diagnostic).collect())
    }

    /// Returns the configuration with the protections in it.
    #[must_use]
    pub fn applied(&self, configuration: &Configuration) -> Configuration {
        let mut configuration = configuration.clone();
        for block in &self.blocks {
            let address = block.address.clone();
            configuration.protections.insert(address, block.clone());
        }
        configuration
    }

    /// Returns what the reader of a plan should know: which targets have no design, and why.
    ///
    /// A warning, not an error: the plan does nothing to such a target, and what it does to others is none the worse.
    /// That the objective is not met is told by the exposure table and by exit code 3.
    pub fn notices(&self) -> impl Iterator<Item = Notice> + '_ {
        self.conflicts.iter().map(|conflict| {
            let because = conflict.because.iter().map(|it| it.says.as_str());
            let because: Vec<&str> = because.collect();
            Notice {
                severity: Severity::Warning,
                code: CODE.to_owned(),
                address: Some(conflict.target.clone()),
                message: format!(
                    "no design keeps the promise, because these exclude one another: {}",
                    because.join("; ")
                ),
                help: Some("Give up one of them, or add a protection block.".to_owned()),
            }
        })
    }
}
