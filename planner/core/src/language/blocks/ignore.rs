//! `ignore` blocks.

use jiff::tz::TimeZone;
use lifeboat_model::Block;

use crate::configuration::IgnoreBlock;
use crate::diagnostic::Diagnostic;
use crate::findings::FINDING_CODES;
use crate::language::declare::Declared;
use crate::language::evaluate::{Scope, World};
use crate::language::failure::{Collector, Evaluation};
use crate::language::nearest::suggestion;

use super::assumptions::about_nothing;
use super::lists::addresses;
use super::reader::Reader;

/// What a finding can be about.
const ABOUT: [Block; 4] = [
    Block::Target,
    Block::Repository,
    Block::Protection,
    Block::Service,
];

/// Reads one block; warns of one that no longer counts.
pub(super) fn read(world: &World<'_>, declared: &Declared<'_>) -> Evaluation<IgnoreBlock> {
    let reader = Reader::new(world, declared, Scope::of(declared.file));
    let mut collector = Collector::default();
    collector.take(code(&reader));
    collector.take(reader.shape(&["of", "reason", "until"], &[]));
    let of = collector.take(reader.references("of", &ABOUT)).flatten();
    if of.as_ref().is_some_and(Vec::is_empty) {
        collector.push(about_nothing(&reader));
    }
    let reason = collector.take(reader.said("reason"));
    let until = collector.take(reader.day("until"));
    let block = collector.finish(IgnoreBlock {
        code: declared.label(0).to_owned(),
        of: addresses(of),
        reason: reason.unwrap_or_default(),
        until: until
            .as_ref()
            .map(|(day, _)| day.to_string())
            .unwrap_or_default(),
        at: declared.location(),
    })?;
    let today = world.inputs.as_of.to_zoned(TimeZone::UTC).date();
    if let Some((day, place)) = until.filter(|(day, _)| *day < today) {
        let message = format!("this `ignore` counted until {day}: the finding is told again");
        world.warn(
            Diagnostic::warning("language::expired", message)
                .label(place.file, place.span, "")
                .help("Remove the block, or give it a new reason and a later day."),
        );
    }
    Ok(block)
}

/// Checks that the label is the code of a finding.
fn code(reader: &Reader<'_>) -> Evaluation<()> {
    let word = reader.declared.label(0);
    if FINDING_CODES.contains(&word) {
        return Ok(());
    }
    let place = reader.scope.place(reader.declared.label_span(0));
    let message = format!("there is no finding `{word}`");
    Err(place
        .error("language::unknown_finding", message, "")
        .maybe_help(suggestion(word, FINDING_CODES))
        .into())
}
