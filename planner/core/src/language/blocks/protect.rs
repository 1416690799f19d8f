//! The `protect` block of a target.

use std::collections::BTreeSet;

use lifeboat_model::{Block, Mechanism};

use crate::configuration::Protect;
use crate::language::declare::Declared;
use crate::language::evaluate::Place;
use crate::language::failure::{Collector, Evaluation};
use crate::language::nearest::{listed, suggestion};

use super::lists::addresses;
use super::reader::Reader;

/// Reads the block of one instance of a target; a target has one at most.
pub(super) fn read(target: &Reader<'_>, target_kind: &str) -> Evaluation<Option<Protect>> {
    let mut blocks = target.declared.block.body.get_blocks("protect");
    let Some(block) = blocks.next() else {
        return Ok(None);
    };
    let file = target.declared.file;
    if let Some(block) = blocks.next() {
        let second = Declared { file, block };
        let message = "a target has one `protect`, and this is a second one";
        return Err(second.error("language::duplicate", message).into());
    }
    let declared = Declared { file, block };
    let reader = Reader::new(target.world, &declared, target.scope);
    let mut collector = Collector::default();
    if !block.labels.is_empty() {
        let error = declared.error("language::labels", "`protect` takes no label");
        collector.push(error.help("Write it as `protect { … }`."));
    }
    collector.take(reader.shape(&["use", "forbid", "in", "max_cost"], &[]));
    let uses = mechanisms(&reader, "use", &mut collector);
    let forbids = mechanisms(&reader, "forbid", &mut collector);
    let repositories = collector.take(reader.references("in", &[Block::Repository]));
    let max_cost = collector.take(max_cost(&reader)).flatten();
    for (mechanism, place) in &uses {
        collector.take(possible(&reader, *mechanism, target_kind, place));
    }
    let used: BTreeSet<Mechanism> = uses.iter().map(|(mechanism, _)| *mechanism).collect();
    for (mechanism, place) in &forbids {
        if used.contains(mechanism) {
            let message = format!("`{mechanism}` is to be used and forbidden");
            collector.push(place.error("language::argument_value", message, ""));
        }
    }
    let only = |named: Vec<(Mechanism, Place<'_>)>| {
        let mechanisms: BTreeSet<Mechanism> = named.into_iter().map(|(it, _)| it).collect();
        mechanisms.into_iter().collect()
    };
    collector.finish(Some(Protect {
        uses: only(uses),
        forbids: only(forbids),
        repositories: addresses(repositories.flatten()),
        max_cost,
        at: declared.location(),
    }))
}

/// Returns the mechanisms of a list; one that does not exist is reported, and the others count.
fn mechanisms<'v>(
    reader: &Reader<'v>,
    name: &str,
    collector: &mut Collector,
) -> Vec<(Mechanism, Place<'v>)> {
    let mut mechanisms = Vec::new();
    for (word, place) in collector.take(reader.words(name)).unwrap_or_default() {
        match word.parse() {
            Ok(mechanism) => mechanisms.push((mechanism, place)),
            Err(()) => {
                let names = Mechanism::ALL.map(Mechanism::as_str);
                let message = format!("there is no mechanism `{word}`");
                let error = place.error("language::unknown_kind", message, "");
                collector.push(error.maybe_help(suggestion(&word, names)));
            }
        }
    }
    mechanisms
}

/// Checks that a mechanism which must be used works on this kind of target.
fn possible(
    reader: &Reader<'_>,
    mechanism: Mechanism,
    target_kind: &str,
    place: &Place<'_>,
) -> Evaluation<()> {
    let specs = reader.world.catalog.protections.iter();
    let specs = specs.filter(|spec| spec.target_kind == target_kind);
    let known: Vec<&str> = specs.map(|spec| spec.mechanism.as_str()).collect();
    if known.contains(&mechanism.as_str()) {
        return Ok(());
    }
    let message = format!("a `{target_kind}` cannot be protected by `{mechanism}`");
    let help = if known.is_empty() {
        format!("Nothing can protect a `{target_kind}` yet.")
    } else {
        format!("Use one of {}.", listed(&known))
    };
    Err(place
        .error("language::unsupported_mechanism", message, "")
        .help(help)
        .into())
}

/// Returns the most that the design may cost. A currency that no price is in would compare with nothing.
fn max_cost(reader: &Reader<'_>) -> Evaluation<Option<lifeboat_model::Money>> {
    let Some((money, currency, place)) = reader.money("max_cost")? else {
        return Ok(None);
    };
    let Some(currency) = currency else {
        return Ok(Some(money));
    };
    let world = reader.world;
    let overridden = world.declarations.prices.iter().filter_map(|declared| {
        let attribute = declared.block.body.get_attribute("currency")?;
        attribute.value.as_str()
    });
    let book = world.catalog.prices.iter().map(|it| it.currency.as_str());
    let known: BTreeSet<&str> = book.chain(overridden).collect();
    if known.is_empty() || known.contains(currency.as_str()) {
        return Ok(Some(money));
    }
    let known: Vec<&str> = known.into_iter().collect();
    let message = format!("no price is in `{currency}`");
    Err(place
        .error("language::argument_value", message, "")
        .help(format!("Give it in {}.", listed(&known)))
        .into())
}
