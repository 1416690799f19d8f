//! The places of a design: each mechanism in each repository.

use std::collections::BTreeSet;

use lifeboat_model::{
    Address, Attributes, Catalog, KindSpec, Mechanism, Part, ProtectionSpec, Scope, Span, role,
};

use super::choice::Choice;
use super::rules::Rules;
use super::today::Standing;
use crate::configuration::{Configuration, ProtectionBlock, TargetBlock};

/// A place that holds one protection at most.
#[derive(Clone, Debug)]
pub(crate) struct Slot<'a> {
    /// How the mechanism works.
    pub(crate) spec: &'a ProtectionSpec,
    /// The resource that it compiles to.
    pub(crate) kind: &'a KindSpec,
    /// The repository; none for a mechanism that has none.
    pub(crate) repository: Option<&'a Address>,
    /// The provider configuration at whose place it stands; none for the place of the target or of the repository.
    pub(crate) location: Option<&'a Address>,
    /// Its name below the target.
    pub(crate) part: Part,
    /// What may be chosen, cheapest first.
    pub(crate) choices: Vec<Choice>,
    /// Which of the choices stands today, and what that one is made from.
    pub(crate) today: Option<(usize, Option<Part>)>,
}

/// All places of a design, in address order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Space<'a> {
    /// The places.
    pub(crate) slots: Vec<Slot<'a>>,
}

impl<'a> Space<'a> {
    /// Returns what may be chosen for a kind of target, besides what stands today.
    ///
    /// One protection of each mechanism in each repository, or at each place where it may stand without one; a copy is made of what a snapshot made, never of another
    /// copy: it would be later, and no cheaper to keep.
    pub(crate) fn of(
        kind: &str,
        rules: &Rules,
        configuration: &'a Configuration,
        catalog: &'a Catalog,
        today: &[Standing],
    ) -> Self {
        let mut slots: Vec<Slot<'a>> = Vec::new();
        let locks = locks(kind, rules, catalog);
        let of_kind = catalog
            .protections
            .iter()
            .filter(|spec| spec.target_kind == kind && rules.allows(spec.mechanism));
        for spec in of_kind {
            let Some(resource) = catalog.kind(&spec.resource_kind) else {
                continue;
            };
            let wanted =
                spec.mechanism != Mechanism::Guard || rules.uses.contains(&Mechanism::Guard);
            let longest = spec.offer.iter().flat_map(|offer| &offer.intervals).max();
            let retentions =
                rules.retentions(longest.copied().unwrap_or(Span::from_days(1)), &locks);
            let offered = |location| match wanted {
                true => Choice::offered(spec, resource, &retentions, location),
                false => Vec::new(),
            };
            let here = offered(None);
            let slot = |repository, location| Slot {
                spec,
                kind: resource,
                repository,
                location,
                part: Part {
                    role: spec.mechanism.as_str().to_owned(),
                    key: repository.or(location).map(short_name),
                },
                choices: location.map_or_else(|| here.clone(), |it| offered(Some(it))),
                today: None,
            };
            let repositories = repositories(spec, rules, configuration).into_iter();
            slots.extend(repositories.map(|it| slot(it, None)));
            let locations = locations(spec, resource, rules, configuration).into_iter();
            slots.extend(locations.map(|it| slot(None, Some(it))));
        }
        tell_apart(&mut slots);
        for slot in &mut slots {
            slot.add_today(today, rules);
        }
        slots.retain(|slot| !slot.choices.is_empty());
        slots.sort_by(|a, b| a.part.cmp(&b.part));
        Self { slots }
    }
}

impl Slot<'_> {
    /// Adds what stands in this place today to its choices, under the name that it has.
    fn add_today(&mut self, today: &[Standing], rules: &Rules) {
        let mut here = today.iter().filter(|standing| {
            standing.mechanism == self.spec.mechanism
                && standing.repository.as_ref() == self.repository
                && standing.location().as_ref() == self.location
        });
        let Some(standing) = here.next() else {
            return;
        };
        let mut choice = standing.choice.clone();
        if rules.retention.is_some() {
            choice.retention = None;
        }
        self.part.clone_from(&standing.part);
        let known = self.choices.iter().position(|known| *known == choice);
        let index = known.unwrap_or_else(|| {
            self.choices.push(choice);
            self.choices.len() - 1
        });
        self.today = Some((index, standing.from.clone()));
    }

    /// Returns the attributes of the resource that a choice compiles to, as far as the exposure model reads them.
    pub(crate) fn attributes(
        &self,
        choice: &Choice,
        rules: &Rules,
        from: Option<&Address>,
    ) -> Attributes {
        let mut attributes = choice.attributes.clone();
        let mut fill = |name: &str, value: Option<serde_json::Value>| {
            if let (Some(value), Some(_)) = (value, self.kind.attribute(name)) {
                attributes.insert(name.to_owned(), value);
            }
        };
        let text = |text: String| Some(serde_json::Value::String(text));
        fill(
            role::REPOSITORY,
            self.repository.and_then(|it| text(it.to_string())),
        );
        let source = if self.spec.mechanism == Mechanism::Log {
            role::BASE
        } else {
            role::FROM
        };
        fill(source, from.and_then(|it| text(it.to_string())));
        fill(
            role::SCHEDULE,
            choice.schedule.as_ref().and_then(|it| text(it.to_string())),
        );
        let retention = choice.retention.as_ref().or(rules.retention.as_ref());
        fill(
            role::RETENTION,
            retention.and_then(|it| serde_json::to_value(it.as_ref()).ok()),
        );
        attributes
    }
}

/// Returns the protection block of a choice, named by the resource that it compiles to.
pub(crate) fn of_block(
    target: &TargetBlock,
    slot: &Slot<'_>,
    choice: &Choice,
    from: Option<&Part>,
) -> ProtectionBlock {
    let address = |part: &Part| {
        let target = target.address.clone();
        target.part(part.role.clone(), part.key.clone())
    };
    let mut attributes = choice.attributes.clone();
    let is_log = slot.spec.mechanism == Mechanism::Log;
    if let (true, Some(base)) = (is_log, from) {
        let base = address(base).to_string();
        attributes.insert(role::BASE.to_owned(), serde_json::Value::String(base));
    }
    ProtectionBlock {
        address: address(&slot.part),
        mechanism: slot.spec.mechanism,
        target: target.address.clone(),
        repository: slot.repository.cloned(),
        from: from.filter(|_| !is_log).map(address),
        schedule: choice.schedule.clone(),
        retention: choice.retention.as_deref().cloned(),
        attributes,
        domains: Vec::new(),
        on_remove: lifeboat_model::OnRemove::Forget,
        depends_on: Vec::new(),
        at: target
            .protect
            .as_ref()
            .map_or(&target.at, |protect| &protect.at)
            .clone(),
    }
}

/// Returns the protection block of what stands today, as it is.
pub(crate) fn of_standing(target: &TargetBlock, standing: &Standing) -> ProtectionBlock {
    let address = |part: &Part| {
        let target = target.address.clone();
        target.part(part.role.clone(), part.key.clone())
    };
    let mut attributes = standing.choice.attributes.clone();
    let is_log = standing.mechanism == Mechanism::Log;
    if let (true, Some(base)) = (is_log, &standing.from) {
        let base = address(base).to_string();
        attributes.insert(role::BASE.to_owned(), serde_json::Value::String(base));
    }
    ProtectionBlock {
        address: address(&standing.part),
        mechanism: standing.mechanism,
        target: target.address.clone(),
        repository: standing.repository.clone(),
        from: standing.from.as_ref().filter(|_| !is_log).map(address),
        schedule: standing.choice.schedule.clone(),
        retention: standing.choice.retention.as_deref().cloned(),
        attributes,
        domains: Vec::new(),
        on_remove: lifeboat_model::OnRemove::Forget,
        depends_on: Vec::new(),
        at: target.at.clone(),
    }
}

/// Returns how long the locks last that are offered for a kind of target, where a lock is of any use.
fn locks(kind: &str, rules: &Rules, catalog: &Catalog) -> Vec<Span> {
    let useful = rules.goals.contains_key(&Scope::Account)
        || rules.immutable_for.is_some()
        || rules.uses.contains(&Mechanism::Lock);
    let specs = catalog
        .protections
        .iter()
        .filter(|spec| useful && spec.target_kind == kind && rules.allows(Mechanism::Lock));
    specs
        .filter_map(|spec| spec.offer.as_ref())
        .flat_map(|offer| &offer.attributes)
        .filter(|(name, _)| name == role::LOCK_FOR)
        .flat_map(|(_, values)| values)
        .filter_map(|value| value.as_str()?.parse().ok())
        .collect()
}

/// Returns the repositories that a mechanism can use, or the one place of a mechanism that has none.
fn repositories<'a>(
    spec: &ProtectionSpec,
    rules: &Rules,
    configuration: &'a Configuration,
) -> Vec<Option<&'a Address>> {
    if spec.repository_kinds.is_empty() {
        return vec![None];
    }
    let fits = |address: &Address| {
        let kind = address.kind.as_deref().unwrap_or_default();
        spec.repository_kinds.iter().any(|known| known == kind)
    };
    let repositories = configuration.repositories.iter();
    repositories
        .filter(|(address, _)| fits(address))
        .filter(|(address, block)| {
            rules.allows_repository(spec.mechanism, address, &block.provider)
        })
        .map(|(address, _)| Some(address))
        .collect()
}

/// Returns the places besides the target's own where a mechanism without a repository may stand.
fn locations<'a>(
    spec: &ProtectionSpec,
    kind: &KindSpec,
    rules: &Rules,
    configuration: &'a Configuration,
) -> Vec<&'a Address> {
    if !spec.repository_kinds.is_empty() || kind.attribute(role::LOCATION).is_none() {
        return Vec::new();
    }
    let declared = configuration.providers.keys();
    declared
        .filter(|provider| rules.locations.contains(provider))
        .collect()
}

/// Returns the name of a repository or of a provider configuration, with the key of the instance after a slash.
fn short_name(place: &Address) -> String {
    match &place.key {
        Some(key) => format!("{}/{key}", place.name),
        None => place.name.clone(),
    }
}

/// Puts the kind before the name where repositories of several kinds have the same name.
fn tell_apart(slots: &mut [Slot<'_>]) {
    let mut seen: BTreeSet<Part> = BTreeSet::new();
    let twice: BTreeSet<Part> = slots
        .iter()
        .filter(|slot| !seen.insert(slot.part.clone()))
        .map(|slot| slot.part.clone())
        .collect();
    for slot in slots.iter_mut().filter(|slot| twice.contains(&slot.part)) {
        let kind = slot.repository.and_then(|it| it.kind.as_deref());
        if let (Some(kind), Some(key)) = (kind, &slot.part.key) {
            slot.part.key = Some(format!("{kind}.{key}"));
        }
    }
}
