//! The `lifeboat` block.

use crate::configuration::{Configuration, StateBlock};
use crate::diagnostic::Diagnostic;
use crate::language::declare::Declared;
use crate::language::evaluate::{Scope, World};
use crate::language::failure::{Collector, Evaluation, Failure, span_of};
use crate::language::nearest::suggestion;
use crate::language::path::absolute;
use crate::language::version::{Version, fulfils};
use lifeboat_model::Attributes;

use super::reader::Reader;
use super::state_s3;

/// Kinds of state that a later version will know.
const NOT_YET: [&str; 1] = ["postgres"];

/// Reads the first `lifeboat` block, if there is one.
pub(super) fn read(
    world: &World<'_>,
    configuration: &mut Configuration,
    problems: &mut Vec<Diagnostic>,
) {
    let Some(declared) = world.declarations.settings.first() else {
        return;
    };
    match settings(world, declared) {
        Ok(state) => configuration.settings.state = state,
        Err(Failure(reasons)) => problems.extend(reasons),
    }
}

fn settings(world: &World<'_>, declared: &Declared<'_>) -> Evaluation<Option<StateBlock>> {
    let reader = Reader::new(world, declared, Scope::of(declared.file));
    let mut collector = Collector::default();
    collector.take(reader.shape(&["required_version"], &["state"]));
    collector.take(check_version(&reader));
    let mut state = None;
    for block in declared.block.body.get_blocks("state") {
        let nested = Declared {
            file: declared.file,
            block,
        };
        if state.is_some() {
            let message = "the state is kept in one place, and this is a second one";
            collector.push(nested.error("language::duplicate", message));
            continue;
        }
        state = Some(collector.take(read_state(world, &nested)));
    }
    collector.finish(state.flatten())
}

fn check_version(reader: &Reader<'_>) -> Evaluation<()> {
    let Some((constraint, place)) = reader.text("required_version")? else {
        return Ok(());
    };
    let running = &reader.world.inputs.lifeboat_version;
    let Some(version) = Version::parse(running) else {
        let message = format!("bug: this lifeboat calls itself `{running}`, which is no version");
        return Err(place.error("language::version", message, "").into());
    };
    match fulfils(&version, &constraint) {
        Some(true) => Ok(()),
        Some(false) => Err(place
            .error(
                "language::version",
                format!("the configuration requires lifeboat {constraint}, and this is {running}"),
                "",
            )
            .help("Use a version of lifeboat that it allows, or change what it requires.")
            .into()),
        None => Err(place
            .error(
                "language::version",
                format!("`{constraint}` is not a requirement of a version"),
                "expected for example \">= 0.1, < 2.0\"",
            )
            .into()),
    }
}

fn read_state(world: &World<'_>, declared: &Declared<'_>) -> Evaluation<StateBlock> {
    let kind = declared.label(0);
    let place = Scope::of(declared.file).place(declared.header());
    if declared.block.labels.len() != 1 {
        return Err(place
            .error("language::labels", "`state` has 1 label, its kind", "")
            .help("Write it as `state \"local\" { path = … }` or `state \"s3\" { bucket = … }`.")
            .into());
    }
    if NOT_YET.contains(&kind) {
        let message = format!("a state of kind `{kind}` is not supported by this version yet");
        return Err(place.error("language::not_yet", message, "").into());
    }
    let reader = Reader::new(world, declared, Scope::of(declared.file));
    let attributes = match kind {
        "local" => in_file(&reader),
        "s3" => state_s3::read(&reader),
        _ => Err(place
            .error(
                "language::unknown_kind",
                format!("there is no state of kind `{kind}`"),
                "",
            )
            .maybe_help(suggestion(kind, ["local", "s3"]))
            .into()),
    };
    Ok(StateBlock {
        kind: kind.to_owned(),
        attributes: attributes?,
        at: crate::configuration::Location {
            file: declared.file.to_owned(),
            span: span_of(declared.block),
        },
    })
}

/// Reads the arguments of a state in a file.
fn in_file(reader: &Reader<'_>) -> Evaluation<Attributes> {
    let mut collector = Collector::default();
    collector.take(reader.shape(&["path"], &[]));
    collector.take(reader.required("path"));
    let path = collector.take(reader.text("path")).flatten();
    if let Some((text, place)) = &path
        && text.is_empty()
    {
        let message = "the path of the state is empty";
        collector.push(place.error("language::argument_value", message, ""));
    }
    let attributes = path.map(|(text, _)| {
        let path = absolute(&reader.world.inputs.base_dir, &text);
        ("path".to_owned(), serde_json::Value::String(path))
    });
    collector.finish(attributes.into_iter().collect())
}
