//! The way from texts to a configuration, stage by stage.

use std::collections::BTreeMap;

use lifeboat_model::{Block, Catalog};

use super::declare::declare;
use super::evaluate::{Instances, World};
use super::inputs::{Evaluated, Inputs, Outcome, VariableSource};
use super::parse::{Parsed, parse};
use super::{blocks, instances, locals, variables};
use crate::configuration::Configuration;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// What may be wrong only because another file could not be read.
const FOLLOWS_FROM_SYNTAX: [&str; 4] = [
    "language::unknown_reference",
    "language::undeclared_variable",
    "language::missing_variable",
    "language::no_source",
];

/// Evaluates a configuration.
///
/// Returns every error of every file, sorted by file and position; with [`Outcome::NeedsFiles`] the caller reads the
/// files and calls again, and nothing else is said about the configuration before.
pub fn evaluate(inputs: &Inputs, catalog: &Catalog) -> Result<Outcome, Diagnostics> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for file in &inputs.files {
        match parse(file) {
            Ok(parsed) => files.push(parsed),
            Err(problem) => problems.push(problem),
        }
    }
    let mut variable_files: BTreeMap<&str, Parsed<'_>> = BTreeMap::new();
    for source in &inputs.variables {
        if let VariableSource::File(file) = source {
            match parse(file) {
                Ok(parsed) => {
                    variable_files.insert(parsed.name, parsed);
                }
                Err(problem) => problems.push(problem),
            }
        }
    }
    let unread = !problems.is_empty();
    let declarations = declare(&files, &mut problems);
    let mut world = World::new(inputs, catalog, &declarations);
    let configuration = resolve(&mut world, &variable_files, &mut problems);
    let needed = world.needed();
    if !needed.is_empty() {
        return Ok(Outcome::NeedsFiles(needed));
    }
    if unread {
        problems.retain(|problem| !FOLLOWS_FROM_SYNTAX.contains(&problem.code));
    }
    let warnings = world.warnings();
    if problems.is_empty() && !is_complete(&world, &configuration) {
        let message = "bug: a part of the configuration has no value, and nobody said why";
        problems.push(Diagnostic::error("language::bug", message));
    }
    if problems.is_empty() {
        let warnings = Diagnostics::sorted(warnings);
        return Ok(Outcome::Complete(Box::new(Evaluated {
            configuration,
            warnings,
        })));
    }
    problems.extend(warnings);
    Err(Diagnostics::sorted(problems))
}

/// Returns whether everything that is declared has a value: a failure that was left to somebody else was reported.
fn is_complete(world: &World<'_>, configuration: &Configuration) -> bool {
    let instances: usize = world
        .instances
        .iter()
        .flatten()
        .map(|(_, instances)| match instances {
            Instances::Single => 1,
            Instances::Keyed(keys) => keys.len(),
            Instances::Failed => usize::MAX / 2,
        })
        .fold(0, usize::saturating_add);
    let read = configuration.repositories.len()
        + configuration.targets.len()
        + configuration.protections.len();
    let declarations = world.declarations;
    let services = declarations.blocks.keys();
    let services = services.filter(|it| it.block == Block::Service).count();
    read == instances
        && configuration.services.len() == services
        && configuration.assumptions.len() == declarations.assumptions.len()
        && configuration.prices.len() == declarations.prices.len()
        && configuration.ignores.len() == declarations.ignores.len()
        && world.variables.values().all(Option::is_some)
        && world.locals.values().all(Option::is_some)
        && world.retentions.values().all(Option::is_some)
        && configuration.outputs.len() == world.declarations.outputs.len()
}

/// Gives everything its value, in the order in which one thing can name another.
fn resolve<'w>(
    world: &mut World<'w>,
    variable_files: &'w BTreeMap<&'w str, Parsed<'w>>,
    problems: &mut Vec<Diagnostic>,
) -> Configuration {
    variables::evaluate(world, variable_files, problems);
    locals::evaluate(world, problems);
    instances::evaluate(world, problems);
    blocks::evaluate_retentions(world, problems);
    blocks::configure(world, problems)
}
