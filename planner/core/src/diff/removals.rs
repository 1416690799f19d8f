//! Forgetting and destroying what the configuration does not ask for any more.

use std::collections::BTreeSet;

use lifeboat_model::{
    Address, Cause, Effect, KindRole, Notice, OnRemove, RecordedResource, RecoveryPoint,
    RecoveryPointId, Severity, Verb,
};

use super::guards::is_guard;
use super::walk::Walk;
use super::{Draft, text};

impl<'a> Walk<'a> {
    /// Plans the removal of a resource that is no repository.
    pub(super) fn remove(&mut self, address: &'a Address, recorded: &'a RecordedResource) {
        let Some(live) = self.snapshots.live(address) else {
            self.drop_record(address, recorded);
            return;
        };
        let role = self.snapshots.role(&recorded.kind);
        if !self.destroys(recorded) {
            let effect = match role {
                Some(KindRole::Protection | KindRole::Setting) | None => Effect::Weakens,
                Some(KindRole::Target | KindRole::Repository) => Effect::Neutral,
            };
            if effect == Effect::Weakens {
                self.notices
                    .push(forgotten(address, live.recovery_points.len()));
            }
            let causes = vec![Cause::NotInConfiguration];
            self.drafts.push(
                Draft::on_recorded(address, recorded, Verb::Forget, causes)
                    .before(Some(&live.attributes))
                    .effect(effect),
            );
            return;
        }
        let held_in = text(&live.attributes, "repository");
        if self.refused(address, recorded.target.as_ref(), held_in, live) {
            self.kept.insert(address);
            return;
        }
        let causes = vec![self.cause_of_removal()];
        self.drafts.push(
            Draft::on_recorded(address, recorded, Verb::Delete, causes)
                .before(Some(&live.attributes))
                .effect(Effect::Weakens)
                .deleting(live.recovery_points.clone()),
        );
    }

    /// Plans the removal of a repository; called when all else is planned.
    ///
    /// Destroying it takes every point in it that no action before it takes, of forgotten protections too.
    pub(super) fn remove_repository(
        &mut self,
        address: &'a Address,
        recorded: &'a RecordedResource,
    ) {
        let Some(live) = self.snapshots.live(address) else {
            self.drop_record(address, recorded);
            return;
        };
        if self
            .holders(address)
            .iter()
            .any(|it| self.kept.contains(it))
        {
            return;
        }
        if !self.destroys(recorded) {
            let causes = vec![Cause::NotInConfiguration];
            self.drafts.push(
                Draft::on_recorded(address, recorded, Verb::Forget, causes)
                    .before(Some(&live.attributes)),
            );
            return;
        }
        if self.guarded_repository(address) {
            return;
        }
        let lost = self.points_left(address, live.recovery_points.clone());
        let causes = vec![self.cause_of_removal()];
        let mut draft = Draft::on_recorded(address, recorded, Verb::Delete, causes)
            .before(Some(&live.attributes))
            .effect(Effect::Weakens)
            .deleting(lost);
        draft.weakens = self.targets_in(address);
        self.drafts.push(draft);
    }

    /// Returns the points in a repository that no draft deletes yet, each once.
    fn points_left(&self, repository: &Address, own: Vec<RecoveryPoint>) -> Vec<RecoveryPoint> {
        let holders = self.holders(repository);
        let gone: BTreeSet<&RecoveryPointId> = holders
            .iter()
            .filter_map(|holder| self.deleted.get(holder))
            .flatten()
            .collect();
        let mut seen: BTreeSet<RecoveryPointId> = BTreeSet::new();
        holders
            .iter()
            .filter_map(|holder| self.snapshots.live(holder))
            .flat_map(|live| live.recovery_points.clone())
            .chain(own)
            .filter(|point| !gone.contains(&point.id) && seen.insert(point.id.clone()))
            .collect()
    }

    /// Plans to drop the record of something that is gone already.
    fn drop_record(&mut self, address: &Address, recorded: &RecordedResource) {
        let causes = vec![self.cause_of_removal(), Cause::DeletedOutside];
        self.drafts
            .push(Draft::on_recorded(address, recorded, Verb::Forget, causes));
    }

    fn destroys(&self, recorded: &RecordedResource) -> bool {
        self.snapshots.options.destroy || recorded.on_remove == OnRemove::Destroy
    }

    fn cause_of_removal(&self) -> Cause {
        if self.snapshots.options.destroy {
            Cause::Destroy
        } else {
            Cause::NotInConfiguration
        }
    }
}

fn forgotten(address: &Address, points: usize) -> Notice {
    let consequence = if is_guard(address) {
        "it stands, and lifeboat does not look after it any more".to_owned()
    } else {
        format!("its recovery points ({points}) stay, and nothing makes new ones any more")
    };
    Notice {
        severity: Severity::Warning,
        code: "plan::forgotten".to_owned(),
        address: Some(address.clone()),
        message: format!("`{address}` is forgotten: {consequence}"),
        help: Some("Keep its block to keep the protection, or set `on_remove = \"destroy\"` first to destroy it.".to_owned()),
    }
}
