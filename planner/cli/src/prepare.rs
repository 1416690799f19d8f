//! From the configuration and the state to a plan: what `plan`, `apply`, `destroy`, `drift` and `import` share.

use std::collections::BTreeSet;

use lifeboat_core::design::Design;
use lifeboat_core::planning::{self, Sought};
use lifeboat_core::proposal::{self, Case, Proposals};
use lifeboat_core::synthesis::{self, Synthesis};
use lifeboat_engine::Providers;
use lifeboat_engine::refresh::{RefreshItem, refresh};
use lifeboat_engine::state::StateStore;
use lifeboat_model::{
    Address, Catalog, LiveState, Plan, PlanOptions, RecordedState, Severity, Span,
};

use crate::failure::{self, Failure};
use crate::load::Loaded;
use crate::session::{self, Session};

/// The arguments that shape a plan.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PlanShape {
    /// Plan only this address and what it requires; may be given several times.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) target: Vec<Address>,
    /// How long a target may be less protected while its only protection is replaced.
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    pub(crate) allow_exposure: Span,
}

/// A configuration, ready to be compared with what is live.
pub(crate) struct Prepared {
    /// The configuration.
    pub(crate) loaded: Loaded,
    /// Its providers.
    pub(crate) providers: Providers,
    /// What it asks for.
    pub(crate) design: Design,
    /// What the planner chose, and why; nothing before [`Prepared::live`].
    pub(crate) synthesis: Synthesis,
    /// Where its state is.
    pub(crate) store: StateStore,
}

impl Prepared {
    /// Reads the configuration and configures its providers.
    pub(crate) fn new(session: &Session) -> Result<Self, Failure> {
        let loaded = session.configuration()?;
        if !session.global.json {
            failure::show_diagnostics(
                &loaded.evaluated.warnings,
                &loaded.sources,
                session.terminal,
            );
        }
        let providers = session.providers(&loaded.evaluated.configuration)?;
        let design = session::compile(&loaded, providers.catalog())?;
        let store = session.store(&loaded.evaluated.configuration.settings)?;
        Ok(Self {
            loaded,
            providers,
            design,
            synthesis: Synthesis::default(),
            store,
        })
    }

    /// Reads what is live, of everything that is desired or recorded; then chooses the protections that the
    /// configuration leaves to the planner, and reads what is live of those too.
    pub(crate) async fn live(
        &mut self,
        session: &Session,
        recorded: &RecordedState,
    ) -> Result<LiveState, Failure> {
        self.add_recorded_providers(session, recorded)?;
        let mut items = planning::read_items(&self.design, recorded);
        let known: BTreeSet<Address> = items.iter().map(|it| it.address.clone()).collect();
        let given = self.design.clone();
        let catalog = self.providers.catalog();
        let mut candidates =
            synthesis::candidates(&self.loaded.evaluated.configuration, &given, catalog);
        candidates.retain(|it| !known.contains(&it.address));
        items.extend(candidates.iter().cloned());
        let mut live = self.refresh(session, recorded, items).await;
        for candidate in &candidates {
            // Only where it would stand counts before it is chosen.
            live.resources.remove(&candidate.address);
            live.failures.remove(&candidate.address);
        }
        let now = session.now();
        let (design, synthesis) = synthesised(&self.loaded, &given, catalog, &live, recorded, now)?;
        if !session.global.json && !synthesis.conflicts.is_empty() {
            let conflicts = synthesis.diagnostics();
            failure::show_diagnostics(&conflicts, &self.loaded.sources, session.terminal);
        }
        self.design = design;
        self.synthesis = synthesis;
        let mut items = planning::read_items(&self.design, recorded);
        items.retain(|item| !known.contains(&item.address));
        if !items.is_empty() {
            let chosen = self.refresh(session, recorded, items).await;
            live.resources.extend(chosen.resources);
            live.failures.extend(chosen.failures);
            live.places.extend(chosen.places);
            live.needs.extend(chosen.needs);
        }
        Ok(live)
    }

    /// Reads what is live of these.
    async fn refresh(
        &self,
        session: &Session,
        recorded: &RecordedState,
        sought: Vec<Sought>,
    ) -> LiveState {
        let mut bindings = planning::read_bindings(&self.design, recorded);
        for (address, block) in &self.loaded.evaluated.configuration.providers {
            bindings.insert(address.clone(), block.attributes.clone());
        }
        let items = sought
            .into_iter()
            .map(|item| RefreshItem {
                address: item.address,
                kind: item.kind,
                provider: item.provider,
                attributes: item.attributes,
                target: item.target,
            })
            .collect();
        refresh(&self.providers, items, &bindings, &session.engine()).await
    }

    /// Configures the providers of resources whose provider block has left the configuration.
    fn add_recorded_providers(
        &mut self,
        session: &Session,
        recorded: &RecordedState,
    ) -> Result<(), Failure> {
        let gone = recorded
            .bindings
            .iter()
            .filter(|(address, _)| self.providers.get(address).is_none());
        let gone: Vec<_> = gone
            .map(|(address, attributes)| (address.clone(), attributes.clone()))
            .collect();
        let opened = session.recorded_providers(gone.iter().map(|(a, b)| (a, b)), &self.store)?;
        for (address, _) in &gone {
            if let Some(provider) = opened.get(address) {
                self.providers.insert(address.clone(), provider.clone());
            }
        }
        Ok(())
    }

    /// Returns what would keep the objectives that the plan does not keep, of the first few targets.
    pub(crate) fn proposals(
        &self,
        plan: &Plan,
        live: &LiveState,
        recorded: &RecordedState,
    ) -> Proposals {
        proposal::proposals(&Case {
            inputs: &self.loaded.inputs,
            configuration: &self.loaded.evaluated.configuration,
            design: &self.design,
            catalog: self.providers.catalog(),
            live,
            recorded,
            as_of: plan.as_of,
            rows: &plan.exposure,
        })
    }

    /// Plans, and puts the configuration of each provider into the plan, so that it can be applied by itself.
    pub(crate) fn plan(
        &self,
        session: &Session,
        shape: &PlanShape,
        destroy: bool,
        live: &LiveState,
        recorded: &RecordedState,
    ) -> Result<Plan, Failure> {
        let options = PlanOptions {
            as_of: session.now(),
            seed: session.seed,
            destroy,
            targets: shape.target.clone(),
            lifeboat_version: env!("CARGO_PKG_VERSION").to_owned(),
            allow_exposure: shape.allow_exposure,
        };
        let mut plan = planning::plan(
            &self.design,
            live,
            recorded,
            self.providers.catalog(),
            &options,
        )
        .map_err(|error| Failure::from_error(error.code(), &error).help(error.help()))?;
        let configuration = &self.loaded.evaluated.configuration;
        for (address, block) in &configuration.providers {
            plan.bindings
                .insert(address.clone(), block.attributes.clone());
        }
        for (address, attributes) in &recorded.bindings {
            plan.bindings
                .entry(address.clone())
                .or_insert_with(|| attributes.clone());
        }
        Ok(plan)
    }
}

/// Compiles a configuration with the protections that it leaves to the planner.
fn synthesised(
    loaded: &Loaded,
    given: &Design,
    catalog: &Catalog,
    live: &LiveState,
    recorded: &RecordedState,
    now: jiff::Timestamp,
) -> Result<(Design, Synthesis), Failure> {
    let configuration = &loaded.evaluated.configuration;
    synthesis::design(configuration, given, catalog, live, recorded, now)
        .map_err(|errors| session::design_failure(&errors, loaded))
}

/// Plans from the configuration alone: nothing is live, nothing was applied, and no provider is asked.
pub(crate) fn offline(
    session: &Session,
    loaded: &Loaded,
    given: &Design,
    catalog: &Catalog,
) -> Result<(Design, Synthesis, Plan), Failure> {
    let (recorded, live) = (RecordedState::default(), planning::foreseen(given));
    let now = session.now();
    let (design, synthesis) = synthesised(loaded, given, catalog, &live, &recorded, now)?;
    if !session.global.json && !synthesis.conflicts.is_empty() {
        let conflicts = synthesis.diagnostics();
        failure::show_diagnostics(&conflicts, &loaded.sources, session.terminal);
    }
    let options = PlanOptions {
        as_of: session.now(),
        seed: session.seed,
        destroy: false,
        targets: Vec::new(),
        lifeboat_version: env!("CARGO_PKG_VERSION").to_owned(),
        allow_exposure: Span::ZERO,
    };
    let plan = planning::plan_offline(&design, catalog, &options)
        .map_err(|error| Failure::from_error(error.code(), &error).help(error.help()))?;
    Ok((design, synthesis, plan))
}

/// Says on stderr what keeps the plan from being applied, and returns whether there is something.
pub(crate) fn tell_errors(plan: &Plan, session: &Session) -> bool {
    let errors: Vec<_> = plan
        .notices
        .iter()
        .filter(|notice| notice.severity == Severity::Error)
        .collect();
    for notice in &errors {
        let about = notice
            .address
            .as_ref()
            .map_or_else(String::new, |address| format!("`{address}`: "));
        Failure::new(&notice.code, format!("{about}{}", notice.message))
            .maybe_help(notice.help.clone())
            .show(session.terminal, false);
    }
    !errors.is_empty()
}
