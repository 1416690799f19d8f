//! What may be chosen that stands in no repository: where it would stand must be asked before it is chosen.

use std::collections::BTreeSet;

use lifeboat_model::{Address, Attributes, Catalog, Mechanism, ProtectionSpec};
use serde_json::Value;

use super::space::{Rules, Slot, Space};
use crate::configuration::{Configuration, TargetBlock};
use crate::design::Design;
use crate::planning::Sought;

/// Returns the protections that [`synthesise`](super::synthesise) may choose and that are in no repository, by
/// address: logs, snapshots and replicas that a provider keeps itself.
///
/// A refresh that looks for them says where they would stand and what they would need
/// ([`LiveState::places`](lifeboat_model::LiveState::places), [`LiveState::needs`](lifeboat_model::LiveState::needs));
/// without that, nobody knows what they survive.
pub fn candidates(
    configuration: &Configuration,
    design: &Design,
    catalog: &Catalog,
) -> Vec<Sought> {
    let kinds: BTreeSet<&str> = catalog
        .protections
        .iter()
        .filter(|spec| stands_by_itself(spec))
        .map(|spec| spec.target_kind.as_str())
        .collect();
    if kinds.is_empty() {
        return Vec::new();
    }
    let protected: BTreeSet<&Address> = configuration
        .protections
        .values()
        .map(|block| &block.target)
        .collect();
    let mut found = Vec::new();
    for target in configuration.targets.values() {
        let kind = target.address.kind.as_deref().unwrap_or_default();
        if protected.contains(&target.address) || !kinds.contains(kind) {
            continue;
        }
        let Some(rules) = Rules::of(target, design) else {
            continue;
        };
        let space = Space::of(kind, &rules, configuration, catalog, &[]);
        let slots = space.slots.iter().filter(|it| stands_by_itself(it.spec));
        found.extend(slots.filter_map(|slot| sought(target, slot, &rules)));
    }
    found
}

/// Returns whether data can come back from what a mechanism makes, and no repository says where that is.
fn stands_by_itself(spec: &ProtectionSpec) -> bool {
    spec.offer.is_some()
        && spec.repository_kinds.is_empty()
        && !matches!(spec.mechanism, Mechanism::Lock | Mechanism::Guard)
}

fn sought(target: &TargetBlock, slot: &Slot<'_>, rules: &Rules) -> Option<Sought> {
    let mut attributes: Attributes = slot.attributes(slot.choices.first()?, rules, None);
    let data = target.attributes.clone().into_iter().collect();
    for (name, value) in [
        ("target", Value::String(target.address.to_string())),
        ("source", Value::Object(data)),
    ] {
        if slot.kind.attribute(name).is_some() {
            attributes.insert(name.to_owned(), value);
        }
    }
    Some(Sought {
        address: target
            .address
            .clone()
            .part(slot.part.role.clone(), slot.part.key.clone()),
        kind: slot.kind.name.clone(),
        provider: target.provider.clone(),
        attributes,
        target: Some(target.address.clone()),
    })
}
