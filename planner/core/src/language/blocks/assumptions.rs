//! `assumptions` blocks.

use std::collections::BTreeMap;

use lifeboat_model::{Block, InputUnit, InputValue, ModelInput};

use crate::configuration::AssumptionsBlock;
use crate::diagnostic::Diagnostic;
use crate::language::declare::Declared;
use crate::language::evaluate::{Scope, World};
use crate::language::failure::{Collector, Evaluation};

use super::lists::addresses;
use super::reader::Reader;

/// What a block can be about.
const ABOUT: [Block; 4] = [
    Block::Provider,
    Block::Target,
    Block::Repository,
    Block::Protection,
];

/// Reads one block.
pub(super) fn read(world: &World<'_>, declared: &Declared<'_>) -> Evaluation<AssumptionsBlock> {
    let reader = Reader::new(world, declared, Scope::of(declared.file));
    let mut collector = Collector::default();
    let mut arguments: Vec<&str> = ModelInput::ALL.iter().map(|it| it.as_str()).collect();
    arguments.extend(["of", "reason"]);
    collector.take(reader.shape(&arguments, &[]));
    let mut inputs = BTreeMap::new();
    for input in ModelInput::ALL {
        if let Some(value) = collector.take(value(&reader, *input)).flatten() {
            inputs.insert(*input, value);
        }
    }
    let reason = collector.take(reader.said("reason"));
    let of = collector.take(reader.references("of", &ABOUT)).flatten();
    let given = declared.block.body.attributes();
    let given = given.filter(|it| !["of", "reason"].contains(&it.key.as_str()));
    if given.count() == 0 {
        let message = format!("assumptions `{}` assume nothing", declared.label(0));
        collector.push(
            declared
                .error("language::missing_argument", message)
                .help("Give at least one input, such as `restore_bandwidth = \"20MiB/s\"`."),
        );
    }
    if of.as_ref().is_some_and(Vec::is_empty) {
        collector.push(about_nothing(&reader));
    }
    collector.finish(AssumptionsBlock {
        name: declared.label(0).to_owned(),
        of: addresses(of),
        inputs,
        reason: reason.unwrap_or_default(),
        at: declared.location(),
    })
}

/// Returns the error of an `of` that is there and names nothing, which is not the same as none.
pub(super) fn about_nothing(reader: &Reader<'_>) -> Diagnostic {
    let message = "`of` names nothing, so the block is about nothing";
    let place = reader.place_of("of");
    place
        .error("language::argument_value", message, "")
        .help("Leave `of` out where the block is about everything.")
}

/// Returns the value of an input, read by its unit.
fn value(reader: &Reader<'_>, input: ModelInput) -> Evaluation<Option<InputValue>> {
    let name = input.as_str();
    let (value, form) = match input.unit() {
        InputUnit::Span => (reader.parsed(name).map(|v| v.map(InputValue::Span)), "15m"),
        InputUnit::Size => (
            reader.parsed(name).map(|v| v.map(InputValue::Size)),
            "10GiB",
        ),
        InputUnit::Rate => (
            reader.parsed(name).map(|v| v.map(InputValue::Rate)),
            "20MiB/s",
        ),
        InputUnit::Count => return reader.count(name).map(|v| v.map(InputValue::Count)),
    };
    value.map_err(|mut failure| {
        let what = match input.unit() {
            InputUnit::Size => "an amount of data",
            InputUnit::Rate => "an amount of data a second",
            InputUnit::Span | InputUnit::Count => "a length of time",
        };
        for reason in &mut failure.0 {
            if reason.code == "language::argument_value" {
                reason.help = Some(format!("Write {what}: `{name} = \"{form}\"`."));
            }
        }
        failure
    })
}
