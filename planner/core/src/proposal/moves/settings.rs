//! The settings that a mechanism offers: a lock's length, a log's window.

use lifeboat_model::{
    AttributeSpec, Attributes, ByteSize, KindSpec, ProtectionSpec, Span, Strength,
};
use serde_json::Value;

use super::super::ask::Ask;

/// Returns every combination of the values that are offered, each with what differs from `now`; what would be weaker
/// than now is left out.
pub(super) fn offered(
    ask: &Ask<'_>,
    spec: &ProtectionSpec,
    now: &Attributes,
) -> Vec<(Attributes, Vec<(String, Value)>)> {
    let kind = ask.catalog.kind(&spec.resource_kind);
    let (Some(kind), Some(offer)) = (kind, &spec.offer) else {
        return Vec::new();
    };
    let mut all = vec![(now.clone(), Vec::new())];
    for (name, values) in &offer.attributes {
        let Some(attribute) = kind.attribute(name) else {
            continue;
        };
        let current = now.get(name);
        let usable: Vec<&Value> = values
            .iter()
            .filter(|it| Some(*it) != current && is_stronger(attribute, current, it))
            .collect();
        let mut more = Vec::new();
        for (attributes, changes) in &all {
            for value in &usable {
                let mut attributes: Attributes = attributes.clone();
                let mut changes: Vec<(String, Value)> = changes.clone();
                attributes.insert(name.clone(), (*value).clone());
                changes.push((name.clone(), (*value).clone()));
                more.push((attributes, changes));
            }
        }
        // What has no value yet gets one.
        if current.is_none() && !usable.is_empty() {
            all = more;
        } else {
            all.extend(more);
        }
    }
    all
}

/// Returns the values that the catalog gives arguments that nobody sets.
pub(super) fn defaults(kind: &KindSpec) -> Attributes {
    let specs = kind.attributes.iter().filter(|it| !it.computed);
    specs
        .filter_map(|spec| Some((spec.name.clone(), spec.default.clone()?)))
        .collect()
}

/// Returns whether a value protects at least as much as the one that is there.
fn is_stronger(spec: &AttributeSpec, now: Option<&Value>, value: &Value) -> bool {
    let Some(now) = now else {
        return true;
    };
    let place = |value: &Value| spec.one_of.iter().position(|it| value.as_str() == Some(it));
    match spec.strength {
        Strength::HigherIsStronger => measure(value) >= measure(now),
        Strength::LowerIsStronger => measure(value) <= measure(now),
        Strength::LaterIsStronger => place(value) >= place(now),
        Strength::OnIsStronger => value.as_bool() >= now.as_bool(),
        Strength::Neutral | Strength::Retention | Strength::Exclusion => false,
    }
}

fn measure(value: &Value) -> Option<u64> {
    let text = || value.as_str();
    let span = || Some(text()?.parse::<Span>().ok()?.as_millis());
    let size = || Some(text()?.parse::<ByteSize>().ok()?.0);
    value.as_u64().or_else(span).or_else(size)
}
