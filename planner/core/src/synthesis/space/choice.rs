//! One protection, with all that is chosen of it.

use std::sync::Arc;

use lifeboat_model::{
    Address, Attributes, KindSpec, Mechanism, ProtectionSpec, Retention, Schedule, Span, role,
};
use serde_json::Value;

/// What the planner fills in itself.
const FILLED: [&str; 6] = [
    "target",
    "source",
    role::REPOSITORY,
    role::FROM,
    role::SCHEDULE,
    role::RETENTION,
];

/// What may be chosen for one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// When it runs; none for what runs by itself, and for a copy that follows its source.
    pub(crate) schedule: Option<Schedule>,
    /// The shortest time between two runs.
    pub(crate) every: Option<Span>,
    /// Its own retention; none where the target's counts.
    pub(crate) retention: Option<Arc<Retention>>,
    /// The arguments of the mechanism.
    pub(crate) attributes: Attributes,
}

impl Choice {
    /// Returns every choice that a mechanism offers, cheapest first: the longest schedule, the first values, the least
    /// retention.
    ///
    /// At another place than the target's no write waits for it, and nothing there cuts the old primary off.
    pub(super) fn offered(
        spec: &ProtectionSpec,
        kind: &KindSpec,
        retentions: &[Option<Arc<Retention>>],
        location: Option<&Address>,
    ) -> Vec<Self> {
        let Some(offer) = &spec.offer else {
            return Vec::new();
        };
        let mut schedules: Vec<Option<Span>> =
            offer.intervals.iter().rev().copied().map(Some).collect();
        if spec.mechanism == Mechanism::Copy || schedules.is_empty() {
            schedules.insert(0, None);
        }
        let mut base = defaults(kind);
        let mut offered = offer.attributes.clone();
        if let Some(location) = location {
            base.insert(role::LOCATION.to_owned(), location.to_string().into());
            offered.retain(|(name, _)| name != role::SYNCHRONOUS && name != role::FENCED);
        }
        let keeps_points = kind.attribute(role::RETENTION).is_some();
        let none = [None];
        let retentions = if keeps_points { retentions } else { &none };
        let mut choices = Vec::new();
        for every in schedules {
            for attributes in combinations(&offered, base.clone()) {
                for retention in retentions {
                    choices.push(Self {
                        schedule: every.map(Schedule::Every),
                        every,
                        retention: retention.clone(),
                        attributes: attributes.clone(),
                    });
                }
            }
        }
        choices
    }

    /// Returns a length of time among the arguments.
    pub(crate) fn span(&self, name: &str) -> Option<Span> {
        self.attributes.get(name)?.as_str()?.parse().ok()
    }
}

/// Returns the values that the catalog gives arguments that nobody sets.
fn defaults(kind: &KindSpec) -> Attributes {
    let arguments = kind
        .attributes
        .iter()
        .filter(|spec| is_argument(spec.name.as_str()) && !spec.computed);
    arguments
        .filter_map(|spec| Some((spec.name.clone(), spec.default.clone()?)))
        .collect()
}

/// Returns whether an attribute is an argument of a protection block.
pub(super) fn is_argument(name: &str) -> bool {
    !FILLED.contains(&name)
}

/// Returns every combination of values; the first value of each attribute first.
fn combinations(offered: &[(String, Vec<Value>)], base: Attributes) -> Vec<Attributes> {
    let mut all = vec![base];
    for (name, values) in offered {
        all = all
            .iter()
            .flat_map(|attributes| {
                values.iter().map(|value| {
                    let mut attributes = attributes.clone();
                    attributes.insert(name.clone(), value.clone());
                    attributes
                })
            })
            .collect();
    }
    all
}
