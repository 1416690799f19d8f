//! What stands of a target today, as choices.

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{
    Address, Attributes, Catalog, LiveState, Mechanism, Part, RecordedState, Retention, Schedule,
    role,
};
use serde_json::Value;

use super::choice::{Choice, is_argument};
use crate::diff::protection;

/// A protection that was applied, or that is live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Its name below the target.
    pub(crate) part: Part,
    /// Its mechanism.
    pub(crate) mechanism: Mechanism,
    /// Where its points are.
    pub(crate) repository: Option<Address>,
    /// What it copies, or the base of its log.
    pub(crate) from: Option<Part>,
    /// Everything else.
    pub(crate) choice: Choice,
}

impl Standing {
    /// Returns the provider configuration at whose place it stands, where that is not the target's own.
    pub(super) fn location(&self) -> Option<Address> {
        let location = self.choice.attributes.get(role::LOCATION)?;
        location.as_str()?.parse().ok()
    }
}

/// Returns the protections of a target that stand today, in address order: as they were applied, and what is live
/// besides.
///
/// As applied rather than as live: what somebody changed behind lifeboat's back is put right, not taken over.
pub(crate) fn standing(
    target: &Address,
    catalog: &Catalog,
    live: &LiveState,
    recorded: &RecordedState,
    as_of: Timestamp,
) -> Vec<Standing> {
    let mut standing = Vec::new();
    for (address, resource) in recorded.resources.range::<Address, _>(target..) {
        if !is_below(address, target) {
            break;
        }
        standing.extend(of(address, &resource.attributes, catalog, as_of));
    }
    for (address, resource) in live.resources.range::<Address, _>(target..) {
        if !is_below(address, target) {
            break;
        }
        if !recorded.resources.contains_key(address) {
            standing.extend(of(address, &resource.attributes, catalog, as_of));
        }
    }
    standing.sort_by(|a, b| a.part.cmp(&b.part));
    standing
}

/// Returns whether an address is the target or something below it.
pub(crate) fn is_below(address: &Address, target: &Address) -> bool {
    address.block == target.block
        && address.kind == target.kind
        && address.name == target.name
        && address.key == target.key
}

fn of(
    address: &Address,
    attributes: &Attributes,
    catalog: &Catalog,
    as_of: Timestamp,
) -> Option<Standing> {
    let spec = protection(catalog, address)?;
    let kind = catalog.kind(&spec.resource_kind)?;
    let part = address.part.clone()?;
    let text = |name: &str| attributes.get(name).and_then(Value::as_str);
    let referred = |name: &str| text(name).and_then(|it| it.parse::<Address>().ok());
    let schedule: Option<Schedule> = text(role::SCHEDULE).and_then(|it| it.parse().ok());
    let every = schedule.as_ref().and_then(|it| it.gaps(as_of));
    let retention: Option<Retention> = attributes
        .get(role::RETENTION)
        .and_then(|it| serde_json::from_value(it.clone()).ok());
    let arguments = attributes.iter().filter(|(name, value)| {
        let spec = kind.attribute(name);
        spec.is_some_and(|spec| !spec.computed)
            && is_argument(name)
            && *name != role::BASE
            && !value.is_null()
    });
    Some(Standing {
        mechanism: spec.mechanism,
        repository: referred(role::REPOSITORY),
        from: referred(role::FROM)
            .or_else(|| referred(role::BASE))
            .and_then(|from| from.part),
        choice: Choice {
            every: every.map(|(shortest, _)| shortest),
            schedule,
            retention: retention.map(Arc::new),
            attributes: arguments
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        },
        part,
    })
}
