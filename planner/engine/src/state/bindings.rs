//! Keeping the recorded bindings to what recorded resources refer to.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Address, Attributes, RecordedResource, RecordedState};

/// Takes over from `offered` the bindings that `resource` was applied with: its own, its provider's, and those of what
/// it refers to or mentions in an attribute: a place is named by the provider block that reaches it.
pub(crate) fn adopt(
    state: &mut RecordedState,
    address: &Address,
    resource: &RecordedResource,
    offered: &BTreeMap<Address, Attributes>,
) {
    let mut mentioned = BTreeSet::new();
    let values = resource.attributes.values();
    values.for_each(|value| mention(value, &mut mentioned));
    let mentioned = mentioned
        .into_iter()
        .filter(|text| text.starts_with("provider."))
        .filter_map(|text| text.parse().ok());
    let referred = [address, &resource.provider]
        .into_iter()
        .chain(&resource.requires)
        .chain(&resource.target)
        .cloned();
    for name in referred.chain(mentioned) {
        if let Some(attributes) = offered.get(&name) {
            state.bindings.insert(name, attributes.clone());
        }
    }
}

/// Drops the bindings that no recorded resource is managed by, requires, protects or mentions in an attribute.
pub(crate) fn prune(state: &mut RecordedState) {
    let mut named: BTreeSet<Address> = state.resources.keys().cloned().collect();
    let mut mentioned: BTreeSet<&str> = BTreeSet::new();
    for resource in state.resources.values() {
        named.insert(resource.provider.clone());
        named.extend(resource.requires.iter().cloned());
        named.extend(resource.target.iter().cloned());
        for value in resource.attributes.values() {
            mention(value, &mut mentioned);
        }
    }
    let kept: BTreeSet<Address> = state
        .bindings
        .keys()
        .filter(|address| {
            named.contains(address) || mentioned.contains(address.to_string().as_str())
        })
        .cloned()
        .collect();
    state.bindings.retain(|address, _| kept.contains(address));
}

/// Returns `bindings` with the recorded attributes of every resource that they lack: a copy refers to its source.
pub(crate) fn with_recorded(
    mut bindings: BTreeMap<Address, Attributes>,
    state: &RecordedState,
) -> BTreeMap<Address, Attributes> {
    for (address, resource) in &state.resources {
        if !bindings.contains_key(address) {
            bindings.insert(address.clone(), resource.attributes.clone());
        }
    }
    bindings
}

fn mention<'a>(value: &'a serde_json::Value, texts: &mut BTreeSet<&'a str>) {
    match value {
        serde_json::Value::String(text) => {
            texts.insert(text);
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| mention(item, texts)),
        serde_json::Value::Object(fields) => {
            fields.values().for_each(|item| mention(item, texts));
        }
        _ => {}
    }
}
