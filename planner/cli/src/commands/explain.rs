//! `lifeboat explain`

use lifeboat_core::configuration::Configuration;
use lifeboat_core::design::Design;
use lifeboat_core::exposure::{Question, derive};
use lifeboat_core::findings::{self, FINDING_CODES};
use lifeboat_core::language::Inputs;
use lifeboat_core::planning;
use lifeboat_core::proposal::{self, Case};
use lifeboat_core::render::{
    Explanation, FORMAT_VERSION, ScopeExplanation, explain_json, explain_text, page_text,
};
use lifeboat_core::synthesis::Synthesis;
use lifeboat_model::{
    Action, Address, Block, Catalog, ExposureRow, LiveState, Mechanism, Plan, RecordedState, Scope,
    Span, Step,
};

use serde_json::json;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::{self, PlanShape, Prepared, tell_errors};
use crate::select;
use crate::session::{self, Session};

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArguments {
    /// A target, a service or a protection, whose objectives are derived; or the code of a finding, which has a page.
    #[arg(value_name = "ADDRESS|CODE")]
    subject: String,
    /// One failure scope only: corruption, instance, zone, region or account.
    #[arg(long, value_name = "SCOPE", value_parser = scope)]
    scope: Option<Scope>,
    /// Derive from the configuration alone: read nothing live, and ask no provider.
    #[arg(long)]
    offline: bool,
}

fn scope(text: &str) -> Result<Scope, String> {
    let all = Scope::ALL.map(Scope::as_str).join(", ");
    text.parse().map_err(|()| format!("one of {all}"))
}

/// What a derivation is made from.
struct Seen {
    inputs: Inputs,
    configuration: Configuration,
    design: Design,
    synthesis: Synthesis,
    live: LiveState,
    recorded: RecordedState,
    catalog: Catalog,
    plan: Plan,
    offline: bool,
}

impl Seen {
    /// Returns what a change of the configuration is sought for.
    fn case(&self) -> Case<'_> {
        Case {
            inputs: &self.inputs,
            configuration: &self.configuration,
            design: &self.design,
            catalog: &self.catalog,
            live: &self.live,
            recorded: &self.recorded,
            as_of: self.plan.as_of,
            rows: &self.plan.exposure,
        }
    }
}

/// Shows how the exposure of something comes about, number by number.
pub(crate) async fn run(session: &Session, arguments: &ExplainArguments) -> Result<Exit, Failure> {
    if is_code(&arguments.subject) {
        return page(session, &arguments.subject);
    }
    let subject: Address = arguments.subject.parse().map_err(|error| {
        Failure::usage(format!("`{}` is no address", arguments.subject))
            .because(error)
            .help("Name a target, a service, a protection or the code of a finding.")
    })?;
    let mut prepared = Prepared::new(session)?;
    let seen = seen(session, &mut prepared, arguments).await?;
    let all: Vec<Explanation> = subjects(&seen.design, &subject)?
        .iter()
        .map(|one| explanation(&seen, one, arguments.scope))
        .collect();
    session.report(
        || explain_text(&all, session.style()),
        &explain_json(&all, seen.plan.as_of),
    )?;
    if tell_errors(&seen.plan, session) {
        return Err(Failure::Shown(Exit::Error));
    }
    Ok(Exit::Fine)
}

/// Returns whether this is the code of a finding, or was meant as one.
fn is_code(text: &str) -> bool {
    text.starts_with("finding::") || !text.contains('.')
}

/// Shows the page of a finding.
fn page(session: &Session, code: &str) -> Result<Exit, Failure> {
    let name = code.strip_prefix("finding::").unwrap_or(code);
    let Some(page) = findings::page(name) else {
        let codes = FINDING_CODES.iter().map(|it| format!("finding::{it}"));
        let nearest = select::nearest(&format!("finding::{name}"), codes).unwrap_or_default();
        let message = format!("there is no finding `{code}`, and it is no address");
        return Err(Failure::new("explain::no_page", message)
            .help(format!("Did you mean `lifeboat explain {nearest}`?")));
    };
    let json = json!({
        "format_version": FORMAT_VERSION,
        "timestamp": session.now().to_string(),
        "code": format!("finding::{name}"),
        "page": page,
    });
    session.report(|| page_text(page, session.style()), &json)?;
    Ok(Exit::Fine)
}

/// Reads what the derivation needs, and plans.
async fn seen(
    session: &Session,
    prepared: &mut Prepared,
    arguments: &ExplainArguments,
) -> Result<Seen, Failure> {
    let mut catalog = prepared.providers.catalog().clone();
    if arguments.offline {
        catalog = Session::catalog_elsewhere(&prepared.loaded.evaluated.configuration);
        prepared.design = session::compile(&prepared.loaded, &catalog)?;
    }
    if let Some(scope) = arguments.scope {
        // A scope that nothing is promised for can be asked about all the same.
        for objective in prepared.design.objectives.values_mut() {
            objective.goals.entry(scope).or_default();
        }
    }
    if arguments.offline {
        let (design, synthesis, plan) =
            prepare::offline(session, &prepared.loaded, &prepared.design, &catalog)?;
        return Ok(Seen {
            inputs: prepared.loaded.inputs.clone(),
            configuration: prepared.loaded.evaluated.configuration.clone(),
            live: planning::foreseen(&design),
            design,
            synthesis,
            recorded: RecordedState::default(),
            catalog,
            plan,
            offline: true,
        });
    }
    let recorded = session.read(&prepared.store)?;
    let live = prepared.live(session, &recorded).await?;
    let shape = PlanShape {
        target: Vec::new(),
        allow_exposure: Span::ZERO,
    };
    let plan = prepared.plan(session, &shape, false, &live, &recorded)?;
    Ok(Seen {
        inputs: prepared.loaded.inputs.clone(),
        configuration: prepared.loaded.evaluated.configuration.clone(),
        design: prepared.design.clone(),
        synthesis: prepared.synthesis.clone(),
        live,
        recorded,
        catalog,
        plan,
        offline: false,
    })
}

/// Returns the targets, services and protections that an address means; it must mean something.
fn subjects(design: &Design, wanted: &Address) -> Result<Vec<Address>, Failure> {
    let resources = design.desired.resources.keys();
    let copies = resources.filter(|it| brings_back(it));
    let known = design
        .targets
        .keys()
        .chain(design.services.keys())
        .chain(copies);
    let meant: Vec<Address> = match wanted.block {
        Block::Protection => {
            let blocks = design.protections.iter();
            let blocks = blocks.filter(|(block, _)| block.selected_by(wanted));
            blocks.map(|(_, resource)| resource.clone()).collect()
        }
        _ => {
            let known = known.clone();
            let known = known.filter(|it| it.part.is_some() == wanted.part.is_some());
            known.filter(|it| it.selected_by(wanted)).cloned().collect()
        }
    };
    if !meant.is_empty() {
        return Ok(meant);
    }
    let names = known.chain(design.protections.keys());
    let nearest = select::nearest(&wanted.to_string(), names.map(ToString::to_string));
    let help = nearest.map_or_else(
        || "Describe a target first: there is none in the configuration.".to_owned(),
        |name| format!("Did you mean `{name}`?"),
    );
    let message = format!("no target, service or protection of the configuration is `{wanted}`");
    Err(Failure::new("explain::no_match", message).help(help))
}

/// Returns whether data can be recovered from what stands at this address.
fn brings_back(address: &Address) -> bool {
    let role = address.part.as_ref().map(|part| part.role.parse());
    matches!(
        role,
        Some(Ok(Mechanism::Snapshot
            | Mechanism::Log
            | Mechanism::Copy
            | Mechanism::Replica))
    )
}

fn explanation(seen: &Seen, subject: &Address, scope: Option<Scope>) -> Explanation {
    let owner = subject.owner();
    let rows = seen.plan.exposure.iter();
    let rows = rows.filter(|row| row.target == owner && scope.is_none_or(|it| it == row.scope));
    let open = rows.clone().any(|row| !row.is_met());
    // Of one scope nothing is said of the others.
    let asked = *subject == owner && (scope.is_none() || open);
    Explanation {
        protection: (*subject != owner).then(|| subject.clone()),
        scopes: rows.map(|row| of_scope(seen, subject, row)).collect(),
        chosen: chosen(&seen.synthesis, &owner),
        alternatives: alternatives(&seen.synthesis, &owner),
        proposal: asked
            .then(|| proposal::propose(&seen.case(), &owner))
            .flatten(),
        backup_rule: seen.plan.backup_rules.get(&owner).copied(),
        live: !seen.offline,
        address: owner,
    }
}

/// Returns what the planner chose for a target and what for; or what keeps it from choosing.
fn chosen(synthesis: &Synthesis, target: &Address) -> Vec<Step> {
    let reasons = synthesis.reasons.iter();
    let reasons = reasons.filter(|(resource, _)| resource.owner() == *target);
    let conflicts = synthesis.conflicts.iter().filter(|it| it.target == *target);
    let chosen = reasons.map(|(resource, reason)| format!("`{resource}`: {reason}"));
    let none = conflicts.map(|conflict| Step {
        below: conflict
            .because
            .iter()
            .map(|it| remark(it.says.clone()))
            .collect(),
        ..remark(
            "nothing: no design keeps the promise, because these exclude one another".to_owned(),
        )
    });
    chosen.map(remark).chain(none).collect()
}

/// Returns what the planner did not choose, and why.
fn alternatives(synthesis: &Synthesis, target: &Address) -> Vec<Step> {
    let decisions = synthesis.decisions.iter();
    let decisions = decisions.filter(|it| it.target == *target);
    let all = decisions.flat_map(|it| it.alternatives.iter());
    let told = all.map(|it| format!("{}: {}", it.what, it.rejected));
    told.map(remark).collect()
}

fn remark(says: String) -> Step {
    Step {
        says,
        bound: None,
        provenance: None,
        below: Vec::new(),
    }
}

fn of_scope(seen: &Seen, subject: &Address, row: &ExposureRow) -> ScopeExplanation {
    let steps = |actions: Option<&[Action]>| -> Vec<Step> {
        derive(&Question {
            design: &seen.design,
            live: &seen.live,
            recorded: &seen.recorded,
            catalog: &seen.catalog,
            as_of: seen.plan.as_of,
            actions,
            subject,
            scope: row.scope,
        })
    };
    ScopeExplanation {
        row: row.clone(),
        now: steps(None),
        planned: steps(Some(&seen.plan.actions)),
    }
}
