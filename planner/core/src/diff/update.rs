//! Changing a live resource in place.

use lifeboat_model::{
    Cause, DesiredResource, Effect, LiveResource, Notice, RecordedResource, RecoveryPoint,
    Severity, Verb,
};

use super::points::taken_by;
use super::strength::effect;
use super::values::{given, is_computed, same};
use super::walk::Walk;
use super::{Draft, text};

impl<'a> Walk<'a> {
    /// Plans to change attributes in place: first what strengthens, then what weakens, as two actions where a change
    /// does both. Only so can all that strengthens a target come before anything that weakens it.
    pub(super) fn update(
        &mut self,
        desired: &'a DesiredResource,
        recorded: Option<&'a RecordedResource>,
        live: &'a LiveResource,
        changed: &[String],
    ) -> Vec<Draft> {
        let effects: Vec<Effect> = changed
            .iter()
            .map(|name| self.effect_of(desired, live, std::slice::from_ref(name)))
            .collect();
        let mixed = effects.contains(&Effect::Weakens) && effects.contains(&Effect::Strengthens);
        if !mixed {
            return vec![self.change(desired, recorded, live, changed)];
        }
        let (last, first): (Vec<_>, Vec<_>) = changed
            .iter()
            .cloned()
            .zip(effects)
            .partition(|(_, effect)| *effect == Effect::Weakens);
        let names = |pairs: Vec<(String, Effect)>| -> Vec<String> {
            pairs.into_iter().map(|(name, _)| name).collect()
        };
        let (first, last) = (names(first), names(last));
        let mut between = desired.attributes.clone();
        for name in &last {
            match live.attributes.get(name) {
                Some(value) => between.insert(name.clone(), value.clone()),
                None => between.remove(name),
            };
        }
        let first = self.change(desired, recorded, live, &first).after(&between);
        let last = self
            .change(desired, recorded, live, &last)
            .before(Some(&between));
        vec![first, last]
    }

    /// Plans to change these attributes in one action.
    fn change(
        &mut self,
        desired: &'a DesiredResource,
        recorded: Option<&'a RecordedResource>,
        live: &'a LiveResource,
        changed: &[String],
    ) -> Draft {
        let mut moved = self.effect_of(desired, live, changed);
        let lost = if changed.iter().any(|name| name == "retention") {
            self.taken(desired, live)
        } else {
            Vec::new()
        };
        if !lost.is_empty() {
            moved = Effect::Weakens;
        }
        let causes = self.causes(desired, recorded, live, changed);
        Draft::on_desired(desired, Verb::Update, causes)
            .before(Some(&live.attributes))
            .effect(moved)
            .deleting(lost)
    }

    fn effect_of(
        &mut self,
        desired: &DesiredResource,
        live: &LiveResource,
        changed: &[String],
    ) -> Effect {
        let catalog = self.snapshots.catalog;
        let source_kind = desired
            .target
            .as_ref()
            .and_then(|target| catalog.kind(target.kind.as_deref()?));
        let both = (&live.attributes, &desired.attributes);
        let kind = catalog.kind(&desired.kind);
        effect(kind, source_kind, changed, both, &mut self.gaps)
    }

    /// Returns the points that a new retention policy takes; none while a guard stands.
    fn taken(&mut self, desired: &DesiredResource, live: &LiveResource) -> Vec<RecoveryPoint> {
        let old = given(&live.attributes, "retention");
        let new = given(&desired.attributes, "retention");
        let lost = taken_by(old, new, live, self.snapshots.options.as_of);
        let held_in = text(&live.attributes, "repository");
        let guard = self.guards.over(desired.target.as_ref(), held_in);
        let (Some(guard), false) = (guard, lost.is_empty()) else {
            return lost;
        };
        let address = &desired.address;
        self.notices.push(Notice {
            severity: Severity::Note,
            code: "plan::guarded".to_owned(),
            address: Some(address.clone()),
            message: format!(
                "`{address}` keeps {} recovery points that its new retention drops: `{guard}` guards them",
                lost.len()
            ),
            help: None,
        });
        Vec::new()
    }

    /// Returns why live is not as desired: the configuration moved, live did, or both.
    pub(super) fn causes(
        &self,
        desired: &DesiredResource,
        recorded: Option<&RecordedResource>,
        live: &LiveResource,
        changed: &[String],
    ) -> Vec<Cause> {
        let kind = self.snapshots.catalog.kind(&desired.kind);
        let known = |name: &String| recorded.and_then(|it| it.attributes.get(name));
        let configured: Vec<String> = changed
            .iter()
            .filter(|name| !same(kind, name, known(name), desired.attributes.get(*name)))
            .cloned()
            .collect();
        let drifted: Vec<String> = changed
            .iter()
            .filter(|name| recorded.is_some() && !is_computed(kind, name))
            .filter(|name| !same(kind, name, known(name), live.attributes.get(*name)))
            .cloned()
            .collect();
        let mut causes = Vec::new();
        if !configured.is_empty() {
            causes.push(Cause::Configuration(configured));
        }
        if !drifted.is_empty() {
            causes.push(Cause::Drifted(drifted));
        }
        causes
    }
}
