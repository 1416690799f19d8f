//! Whole ways: from the text of a configuration to the text that is proposed, and back.

mod catalog;
mod exact;
mod stories;

use std::collections::BTreeMap;

use lifeboat_model::{Address, LiveState, Plan, PlanOptions, RecordedState, Span};

use super::{Case, Proposal, propose};
use crate::configuration::Configuration;
use crate::design::{Design, compile};
use crate::language::{Inputs, Outcome, SourceFile, evaluate};
use crate::planning::{foreseen, plan_offline};

/// A configuration with all that a proposal is made from; nothing is live but the targets.
struct Played {
    inputs: Inputs,
    configuration: Configuration,
    design: Design,
    catalog: lifeboat_model::Catalog,
    live: LiveState,
    recorded: RecordedState,
    plan: Plan,
}

fn now() -> jiff::Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

impl Played {
    fn new(text: &str) -> Self {
        let inputs = Inputs {
            files: vec![SourceFile {
                name: "main.dr.hcl".to_owned(),
                text: text.to_owned(),
            }],
            variables: Vec::new(),
            loaded: BTreeMap::new(),
            as_of: now(),
            lifeboat_version: "0.1.0".to_owned(),
            base_dir: "/srv/app".to_owned(),
        };
        let catalog = catalog::catalog();
        let evaluated = match evaluate(&inputs, &catalog) {
            Ok(Outcome::Complete(evaluated)) => evaluated,
            Ok(Outcome::NeedsFiles(files)) => panic!("asks for {files:?}"),
            Err(problems) => panic!("{}\n{text}", problems.plain(&inputs.sources())),
        };
        let configuration = evaluated.configuration;
        let design = compile(&configuration, &catalog).unwrap();
        let options = PlanOptions {
            as_of: now(),
            seed: 1,
            destroy: false,
            targets: Vec::new(),
            lifeboat_version: "0.1.0".to_owned(),
            allow_exposure: Span::ZERO,
        };
        let plan = plan_offline(&design, &catalog, &options).unwrap();
        Self {
            live: foreseen(&design),
            recorded: RecordedState::default(),
            inputs,
            configuration,
            design,
            catalog,
            plan,
        }
    }

    fn case(&self) -> Case<'_> {
        Case {
            inputs: &self.inputs,
            configuration: &self.configuration,
            design: &self.design,
            catalog: &self.catalog,
            live: &self.live,
            recorded: &self.recorded,
            as_of: now(),
            rows: &self.plan.exposure,
        }
    }

    fn propose(&self) -> Proposal {
        propose(&self.case(), &target()).unwrap()
    }

    /// Returns whether the plan keeps every goal of a target.
    fn keeps(&self, target: &Address) -> bool {
        let mut own = self
            .plan
            .exposure
            .iter()
            .filter(|row| row.target == *target);
        own.all(super::judge::is_kept)
    }
}

/// The target of every configuration here.
fn target() -> Address {
    "target.tree.docs".parse().unwrap()
}
