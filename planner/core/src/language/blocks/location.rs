//! Places other than the target's own: provider blocks that stand for a region and an account.

use lifeboat_model::{Address, Attributes, Block, KindSpec, role};
use serde_json::Value;

use crate::language::failure::{Collector, Evaluation};

use super::reader::{Reader, is_of};

/// Checks where a protection stands: at a place of the same provider, and not where writes would have to wait for it.
pub(super) fn check(
    reader: &Reader<'_>,
    kind: &KindSpec,
    attributes: Option<&Attributes>,
) -> Evaluation<()> {
    let Some(location) = location(attributes) else {
        return Ok(());
    };
    let mut collector = Collector::default();
    let place = reader.place_of(role::LOCATION);
    collector.take(is_of(&location, &kind.provider, &place));
    let waits = attributes.and_then(|it| it.get(role::SYNCHRONOUS)) == Some(&Value::Bool(true));
    if waits {
        let place = reader.place_of(role::SYNCHRONOUS);
        let message = format!("what stands at `{location}` is too far away to be synchronous");
        collector.push(
            place
                .error("language::argument_value", message, "")
                .help("Remove this argument, or `location`: a write waits for a replica at its own place only."),
        );
    }
    collector.finish(())
}

/// Returns the provider block that a protection names as its place.
pub(super) fn location(attributes: Option<&Attributes>) -> Option<Address> {
    attributes?.get(role::LOCATION)?.as_str()?.parse().ok()
}

/// Returns the provider blocks at whose places the copies of a target may stand.
pub(super) fn copies_to(reader: &Reader<'_>, owner: &str) -> Evaluation<Vec<Address>> {
    let named = reader.references("copies_to", &[Block::Provider])?;
    let mut collector = Collector::default();
    let mut places = Vec::new();
    for (address, place) in named.into_iter().flatten() {
        collector.take(is_of(&address, owner, &place));
        places.push(address);
    }
    collector.finish(places)
}
