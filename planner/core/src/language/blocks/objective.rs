//! `objective` blocks.

use lifeboat_model::{Goal, Objective, Scope as FailureScope};

use crate::configuration::Configuration;
use crate::language::declare::Declared;
use crate::language::evaluate::{Scope, World};
use crate::language::failure::{Collector, Evaluation, span_of};
use crate::language::nearest::suggestion;

use super::reader::Reader;

/// Reads one objective.
pub(super) fn read(
    world: &World<'_>,
    declared: &Declared<'_>,
    configuration: &mut Configuration,
) -> Evaluation<()> {
    let reader = Reader::new(world, declared, Scope::of(declared.file));
    let mut collector = Collector::default();
    collector.take(reader.shape(&["drill_every"], &["survive"]));
    let mut objective = Objective {
        name: declared.label(0).to_owned(),
        drill_every: collector.take(reader.parsed("drill_every")).flatten(),
        ..Objective::default()
    };
    let mut blocks = 0;
    for block in declared.block.body.get_blocks("survive") {
        blocks += 1;
        let nested = Declared {
            file: declared.file,
            block,
        };
        let Some((scope, goal)) = collector.take(goal(world, &nested)) else {
            continue;
        };
        let places = configuration
            .goal_places
            .entry(objective.name.clone())
            .or_default();
        places.insert(scope, nested.location());
        if objective.goals.insert(scope, goal).is_some() {
            let message = format!("the objective names the scope `{scope}` twice");
            collector.push(nested.error("language::duplicate", message));
        }
    }
    if blocks == 0 {
        let message = format!("objective `{}` promises nothing", objective.name);
        collector.push(
            declared
                .error("language::no_goal", message)
                .help("Add a `survive` block for each failure scope that it is about."),
        );
    }
    let name = objective.name.clone();
    configuration.objectives.insert(name, objective);
    collector.finish(())
}

fn goal(world: &World<'_>, declared: &Declared<'_>) -> Evaluation<(FailureScope, Goal)> {
    let reader = Reader::new(world, declared, Scope::of(declared.file));
    let mut collector = Collector::default();
    if declared.block.labels.len() != 1 {
        let message = "`survive` has 1 label, the failure scope";
        let help = "Write it as `survive \"instance\" { … }`.";
        let error = declared.error("language::labels", message).help(help);
        return Err(error.into());
    }
    let word = declared.label(0);
    let scope = word.parse::<FailureScope>();
    if scope.is_err() {
        let place = reader.scope.place(declared.label_span(0));
        let names = FailureScope::ALL.map(FailureScope::as_str);
        collector.push(
            place
                .error(
                    "language::unknown_scope",
                    format!("there is no failure scope `{word}`"),
                    "",
                )
                .maybe_help(suggestion(word, names)),
        );
    }
    collector.take(reader.shape(&["rpo", "rto", "detected_within"], &[]));
    let goal = Goal {
        rpo: collector.take(reader.parsed("rpo")).flatten(),
        rto: collector.take(reader.parsed("rto")).flatten(),
        detected_within: collector.take(reader.parsed("detected_within")).flatten(),
    };
    let body = &declared.block.body;
    if !body.has_attribute("rpo") && !body.has_attribute("rto") {
        collector.push(
            declared
                .error("language::no_goal", "nothing is promised for this scope")
                .help("Add `rpo`, `rto` or both."),
        );
    }
    let dwells = matches!(
        scope,
        Ok(FailureScope::Corruption | FailureScope::Account) | Err(())
    );
    if let (Some(attribute), false) = (body.get_attribute("detected_within"), dwells) {
        let place = reader.scope.place(span_of(&attribute.key));
        collector.push(place.error(
            "language::unknown_argument",
            format!("a failure of the scope `{word}` is noticed at once"),
            "this is for `corruption` and `account`",
        ));
    }
    collector.finish((scope.unwrap_or(FailureScope::Corruption), goal))
}
