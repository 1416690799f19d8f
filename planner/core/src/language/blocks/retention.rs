//! `retention` blocks.

use lifeboat_model::{Block, Keep, Retention};

use crate::diagnostic::Diagnostic;
use crate::language::declare::Declared;
use crate::language::evaluate::{Scope, World};
use crate::language::failure::{Collector, Evaluation, Failure, span_of};

use super::reader::Reader;

/// Reads all retention policies into the world: attributes of other blocks refer to them.
pub(crate) fn evaluate(world: &mut World<'_>, problems: &mut Vec<Diagnostic>) {
    let declarations = world.declarations;
    for (address, declared) in &declarations.blocks {
        if address.block != Block::Retention {
            continue;
        }
        let policy = match policy(world, declared) {
            Ok(policy) => Some(policy),
            Err(Failure(reasons)) => {
                problems.extend(reasons);
                None
            }
        };
        world.retentions.insert(&address.name, policy);
    }
}

fn policy(world: &World<'_>, declared: &Declared<'_>) -> Evaluation<Retention> {
    let reader = Reader::new(world, declared, Scope::of(declared.file));
    let mut collector = Collector::default();
    collector.take(reader.shape(&["delete_after", "immutable_for"], &["keep"]));
    let mut policy = Retention {
        keep: Keep::default(),
        delete_after: collector.take(reader.parsed("delete_after")).flatten(),
        immutable_for: collector.take(reader.parsed("immutable_for")).flatten(),
    };
    for (i, block) in declared.block.body.get_blocks("keep").enumerate() {
        let nested = Declared {
            file: declared.file,
            block,
        };
        if i > 0 {
            let message = "a retention policy has one `keep`, and this is a second one";
            collector.push(nested.error("language::duplicate", message));
        } else if let Some(keep) = collector.take(keep(world, &nested)) {
            policy.keep = keep;
        }
    }
    if let (Some(lock), Some(end)) = (policy.immutable_for, policy.delete_after)
        && lock > end
    {
        let attribute = declared.block.body.get_attribute("immutable_for");
        let span = attribute.map_or_else(|| declared.header(), |a| span_of(&a.value));
        let message = format!("points are immutable for {lock} and deleted after {end}");
        let place = reader.scope.place(span);
        collector.push(place.error("language::retention", message, "longer than `delete_after`"));
    }
    collector.finish(policy)
}

fn keep(world: &World<'_>, declared: &Declared<'_>) -> Evaluation<Keep> {
    let reader = Reader::new(world, declared, Scope::of(declared.file));
    let mut collector = Collector::default();
    let names = [
        "last", "hourly", "daily", "weekly", "monthly", "yearly", "within",
    ];
    collector.take(reader.shape(&names, &[]));
    let mut count = |name| collector.take(reader.count(name)).flatten();
    let keep = Keep {
        last: count("last"),
        hourly: count("hourly"),
        daily: count("daily"),
        weekly: count("weekly"),
        monthly: count("monthly"),
        yearly: count("yearly"),
        ..Keep::default()
    };
    let within = collector.take(reader.parsed("within")).flatten();
    let keep = Keep { within, ..keep };
    if keep.is_empty() && declared.block.body.is_empty() {
        let message = "this `keep` has no rule";
        collector.push(
            declared
                .error("language::retention", message)
                .help("Add `last`, `hourly`, `daily`, `weekly`, `monthly`, `yearly` or `within`."),
        );
    }
    collector.finish(keep)
}
