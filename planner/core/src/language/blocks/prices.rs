//! `prices` blocks.

use std::collections::BTreeMap;

use lifeboat_model::{KindRole, PriceItem};

use crate::configuration::PricesBlock;
use crate::language::declare::Declared;
use crate::language::evaluate::{Scope, World};
use crate::language::failure::{Collector, Evaluation};
use crate::language::nearest::suggestion;

use super::reader::Reader;
use super::said::is_currency;

/// Reads one block.
pub(super) fn read(world: &World<'_>, declared: &Declared<'_>) -> Evaluation<PricesBlock> {
    let reader = Reader::new(world, declared, Scope::of(declared.file));
    let mut collector = Collector::default();
    collector.take(kind(&reader));
    let mut arguments: Vec<&str> = PriceItem::ALL.iter().map(|it| it.as_str()).collect();
    arguments.extend(["currency", "as_of", "source"]);
    collector.take(reader.shape(&arguments, &[]));
    let currency = collector.take(currency(&reader));
    let as_of = collector.take(reader.day("as_of"));
    let source = collector.take(reader.said("source"));
    let mut amounts = BTreeMap::new();
    let mut given = 0;
    for item in PriceItem::ALL {
        let name = item.as_str();
        given += usize::from(declared.block.body.has_attribute(name));
        let Some((money, behind, place)) = collector.take(reader.money(name)).flatten() else {
            continue;
        };
        if let (Some(behind), Some(currency)) = (behind, &currency)
            && behind != *currency
        {
            let message = format!("`{name}` is in `{behind}`, and the block in `{currency}`");
            collector.push(place.error("language::argument_value", message, ""));
        }
        amounts.insert(item, money);
    }
    if given == 0 {
        let message = format!("prices `{}` have no price", declared.label(0));
        collector.push(
            declared
                .error("language::missing_argument", message)
                .help("Give at least one, such as `storage_gib_month = 0.023`."),
        );
    }
    collector.finish(PricesBlock {
        kind: declared.label(0).to_owned(),
        amounts,
        currency: currency.unwrap_or_default(),
        as_of: as_of.map(|(day, _)| day.to_string()).unwrap_or_default(),
        source: source.unwrap_or_default(),
        at: declared.location(),
    })
}

/// Checks that the label is a kind of repository, or of resource that a protection compiles to.
fn kind(reader: &Reader<'_>) -> Evaluation<()> {
    let word = reader.declared.label(0);
    let kinds = reader.world.catalog.kinds.values();
    let priced =
        kinds.filter(|kind| matches!(kind.role, KindRole::Repository | KindRole::Protection));
    let names: Vec<&str> = priced.map(|kind| kind.name.as_str()).collect();
    if names.contains(&word) {
        return Ok(());
    }
    let place = reader.scope.place(reader.declared.label_span(0));
    let message = format!("nothing of the kind `{word}` has a price");
    Err(place
        .error("language::unknown_kind", message, "")
        .maybe_help(suggestion(word, names))
        .into())
}

fn currency(reader: &Reader<'_>) -> Evaluation<String> {
    let given = reader.text("currency")?;
    let (text, place) = given.ok_or_else(|| reader.missing("currency"))?;
    if is_currency(&text) {
        return Ok(text);
    }
    let message = format!("`{text}` is not the code of a currency");
    let expected = "expected three capital letters, such as \"USD\"";
    Err(place
        .error("language::argument_value", message, expected)
        .into())
}
