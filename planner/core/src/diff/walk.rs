//! The walk over every address: what each one needs.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{
    Address, Cause, DesiredResource, Effect, KindRole, LiveResource, Notice, RecordedResource,
    RecoveryPoint, RecoveryPointId, Severity, Verb,
};

use super::blocked::blocked;
use super::drift::missing;
use super::guards::Guards;
use super::selection::selection;
use super::values::{changed, same};
use super::{Draft, SelectionError, Snapshots};
use crate::exposure::Gaps;

/// What differs, and what the reader should know about it.
#[derive(Debug)]
pub(crate) struct Differences {
    /// In address order; several for one address stand in the order in which they are done.
    pub(crate) drafts: Vec<Draft>,
    pub(crate) notices: Vec<Notice>,
}

pub(super) struct Walk<'a> {
    pub(super) snapshots: Snapshots<'a>,
    pub(super) guards: Guards<'a>,
    /// Repositories that are replaced.
    pub(super) replaced: BTreeSet<&'a Address>,
    /// What should be destroyed and cannot.
    pub(super) kept: BTreeSet<&'a Address>,
    /// The live protections in each repository, by its address as text.
    holders: BTreeMap<&'a str, Vec<&'a Address>>,
    /// The points that the drafts so far delete, by the address that holds them; filled before repositories go.
    pub(super) deleted: BTreeMap<Address, Vec<RecoveryPointId>>,
    /// The gaps of the schedules that changes move.
    pub(super) gaps: Gaps,
    pub(super) drafts: Vec<Draft>,
    pub(super) notices: Vec<Notice>,
}

/// Returns the actions that bring live to desired, without an order between addresses.
///
/// # Errors
/// When a selector of the options names nothing.
pub(crate) fn differences(snapshots: Snapshots<'_>) -> Result<Differences, SelectionError> {
    let selected = selection(&snapshots)?;
    let is_selected = |address: &Address| {
        selected
            .as_ref()
            .is_none_or(|selected| selected.contains(address))
    };
    let (blocked, notices) = blocked(&snapshots, is_selected);
    let is_acted_on = |address: &Address| is_selected(address) && !blocked.contains(address);
    let mut walk = Walk {
        guards: Guards::standing(&snapshots, is_acted_on),
        replaced: BTreeSet::new(),
        kept: BTreeSet::new(),
        holders: holders(&snapshots),
        deleted: BTreeMap::new(),
        gaps: Gaps::new(snapshots.options.as_of),
        drafts: Vec::new(),
        notices,
        snapshots,
    };
    let design = snapshots.design;
    let addresses: BTreeSet<&Address> = design
        .desired
        .resources
        .keys()
        .chain(snapshots.recorded.resources.keys())
        .filter(|address| is_acted_on(address))
        .collect();
    let mut repositories = Vec::new();
    for address in addresses {
        match (snapshots.desired(address), snapshots.recorded(address)) {
            (Some(desired), _) if desired.managed => walk.desired(desired),
            (Some(target), None) => walk.target(target),
            (_, Some(recorded)) if snapshots.role(&recorded.kind) == Some(KindRole::Repository) => {
                repositories.push((address, recorded));
            }
            (_, Some(recorded)) => walk.remove(address, recorded),
            (None, None) => {}
        }
    }
    for draft in walk.drafts.iter().filter(|draft| !draft.lost.is_empty()) {
        let gone = walk
            .deleted
            .entry(draft.action.address.clone())
            .or_default();
        gone.extend(draft.action.deletes.iter().cloned());
    }
    for (address, recorded) in repositories {
        walk.remove_repository(address, recorded);
    }
    Ok(walk.finish())
}

/// Returns the live protections in each repository.
fn holders<'a>(snapshots: &Snapshots<'a>) -> BTreeMap<&'a str, Vec<&'a Address>> {
    let mut holders: BTreeMap<&'a str, Vec<&'a Address>> = BTreeMap::new();
    for address in snapshots.live.resources.keys() {
        if let Some(repository) = snapshots.held_in(address) {
            holders.entry(repository).or_default().push(address);
        }
    }
    holders
}

impl<'a> Walk<'a> {
    /// Says that a target is not there. Its protections are planned all the same: they may wait for it.
    fn target(&mut self, target: &DesiredResource) {
        let address = &target.address;
        if self.snapshots.live(address).is_none() && !self.snapshots.options.destroy {
            self.notices.push(Notice {
                severity: Severity::Warning,
                code: "plan::target_missing".to_owned(),
                address: Some(address.clone()),
                message: format!("`{address}` does not exist, so nothing of it can be backed up"),
                help: Some("Create it, correct its block, or remove the block.".to_owned()),
            });
        }
    }

    fn desired(&mut self, desired: &'a DesiredResource) {
        let address = &desired.address;
        let recorded = self.snapshots.recorded(address);
        let main = match self.snapshots.live(address) {
            None => {
                let cause = match recorded {
                    Some(_) => Cause::DeletedOutside,
                    None => Cause::NotLive,
                };
                let draft = Draft::on_desired(desired, Verb::Create, vec![cause]);
                vec![draft.effect(self.gain(desired))]
            }
            Some(live) => match self.on_live(desired, recorded, live) {
                Some(drafts) => drafts,
                None => return,
            },
        };
        let replaced = main.iter().any(|draft| draft.action.verb == Verb::Replace);
        self.drafts.extend(main);
        self.back_up(desired, replaced);
    }

    /// Returns the actions on a live resource; none when nothing may be done to it.
    ///
    /// A protection that goes to another repository is a new one, whatever its provider says: its points stay behind.
    fn on_live(
        &mut self,
        desired: &'a DesiredResource,
        recorded: Option<&'a RecordedResource>,
        live: &'a LiveResource,
    ) -> Option<Vec<Draft>> {
        let kind = self.snapshots.catalog.kind(&desired.kind);
        let known = recorded.map(|it| &it.attributes);
        let changed = changed(kind, &desired.attributes, known, &live.attributes);
        let mut drafts = Vec::new();
        if recorded.is_none() {
            drafts.push(
                Draft::on_desired(desired, Verb::Adopt, vec![Cause::NotRecorded])
                    .after(&live.attributes)
                    .before(Some(&live.attributes)),
            );
        }
        let mut causes = self.causes(desired, recorded, live, &changed);
        let role = self.snapshots.role(&desired.kind);
        let is_protection = role == Some(KindRole::Protection);
        let forced: Vec<String> = changed
            .iter()
            .filter(|name| {
                let spec = kind.and_then(|kind| kind.attribute(name));
                let moves = is_protection && name.as_str() == "repository";
                moves || spec.is_some_and(|spec| spec.forces_replacement)
            })
            .cloned()
            .collect();
        let follows = desired
            .requires
            .iter()
            .find(|it| self.replaced.contains(it))
            .filter(|_| is_protection);
        if !forced.is_empty() || follows.is_some() {
            if !forced.is_empty() {
                causes.insert(0, Cause::CannotUpdate(forced));
            }
            causes.extend(follows.cloned().map(Cause::Follows));
            drafts.push(self.replace(desired, live, causes)?);
        } else if !changed.is_empty() {
            drafts.extend(self.update(desired, recorded, live, &changed));
        } else if let Some(recorded) = recorded {
            drafts.extend(self.take_over(desired, recorded, live));
        }
        Some(drafts)
    }

    /// Plans to record anew what is live as desired already, where the record says otherwise.
    fn take_over(
        &self,
        desired: &'a DesiredResource,
        recorded: &'a RecordedResource,
        live: &'a LiveResource,
    ) -> Option<Draft> {
        let kind = self.snapshots.catalog.kind(&desired.kind);
        let mut drifted: Vec<String> = recorded
            .attributes
            .iter()
            .filter(|(name, value)| !same(kind, name, Some(value), live.attributes.get(*name)))
            .map(|(name, _)| name.clone())
            .collect();
        if !missing(recorded, live, self.snapshots.options.as_of).is_empty() {
            drifted.push("recovery_points".to_owned());
        }
        let configured: Vec<String> = [
            ("on_remove", recorded.on_remove != desired.on_remove),
            ("requires", recorded.requires != desired.requires),
            ("target", recorded.target != desired.target),
            ("provider", recorded.provider != desired.provider),
            ("kind", recorded.kind != desired.kind),
        ]
        .into_iter()
        .filter(|(_, differs)| *differs)
        .map(|(name, _)| name.to_owned())
        .collect();
        let mut causes = Vec::new();
        if !configured.is_empty() {
            causes.push(Cause::Configuration(configured));
        }
        if !drifted.is_empty() {
            causes.push(Cause::Drifted(drifted));
        }
        if causes.is_empty() {
            return None;
        }
        Some(
            Draft::on_desired(desired, Verb::Adopt, causes)
                .after(&live.attributes)
                .before(Some(&live.attributes)),
        )
    }

    /// Plans the first recovery point of a protection that holds none.
    fn back_up(&mut self, desired: &'a DesiredResource, replaced: bool) {
        let backs_up = self
            .snapshots
            .protection(&desired.address)
            .is_some_and(|spec| spec.backs_up);
        let live = self.snapshots.live(&desired.address);
        let holds = !replaced && live.is_some_and(|live| !live.recovery_points.is_empty());
        let target_missing = desired
            .target
            .as_ref()
            .is_none_or(|target| self.snapshots.live(target).is_none());
        if !backs_up || holds || target_missing {
            return;
        }
        self.drafts.push(
            Draft::on_desired(desired, Verb::BackUp, vec![Cause::NoRecoveryPoint])
                .before(live.map(|live| &live.attributes))
                .effect(Effect::Strengthens),
        );
    }

    /// Returns what making a resource adds to the protection of its target.
    fn gain(&self, desired: &DesiredResource) -> Effect {
        match self.snapshots.role(&desired.kind) {
            Some(KindRole::Protection | KindRole::Setting) => Effect::Strengthens,
            _ => Effect::Neutral,
        }
    }

    /// Returns the live protections that have their points in a repository.
    pub(super) fn holders(&self, repository: &Address) -> Vec<&'a Address> {
        self.holders
            .get(repository.to_string().as_str())
            .cloned()
            .unwrap_or_default()
    }

    /// Returns the targets that have points in a repository, each once.
    pub(super) fn targets_in(&self, repository: &Address) -> Vec<Address> {
        let targets: BTreeSet<Address> = self
            .holders(repository)
            .into_iter()
            .map(Address::owner)
            .collect();
        targets.into_iter().collect()
    }

    /// Returns the points that go with a live resource: its own, and for a repository all that are in it.
    pub(super) fn points_of(&self, address: &Address, live: &LiveResource) -> Vec<RecoveryPoint> {
        let mut seen = BTreeSet::new();
        self.holders(address)
            .into_iter()
            .filter_map(|holder| self.snapshots.live(holder))
            .chain([live])
            .flat_map(|live| live.recovery_points.clone())
            .filter(|point| seen.insert(point.id.clone()))
            .collect()
    }

    /// Marks the first action on each address with the live resource that it was planned on.
    fn finish(mut self) -> Differences {
        let mut marked: BTreeSet<Address> = BTreeSet::new();
        for draft in &mut self.drafts {
            let address = &draft.action.address;
            let live = self.snapshots.live.resources.get(address);
            if let (Some(live), true) = (live, marked.insert(address.clone())) {
                draft.action.seen = Some(live.digest());
            }
        }
        Differences {
            drafts: self.drafts,
            notices: self.notices,
        }
    }
}
