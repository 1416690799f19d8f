//! Replacing what cannot change in place.

use lifeboat_model::{
    Address, Cause, DesiredResource, Effect, KindRole, LiveResource, Notice, OnRemove, Severity,
    Verb,
};

use super::points::is_locked;
use super::walk::Walk;
use super::{Draft, text};

impl<'a> Walk<'a> {
    /// Plans a new object in the place of a live one.
    ///
    /// The old one is then forgotten or destroyed, as `on_remove` says; destroying takes its recovery points. What
    /// merely follows its repository deletes nothing itself: its old points go or stay with the old repository.
    pub(super) fn replace(
        &mut self,
        desired: &'a DesiredResource,
        live: &'a LiveResource,
        causes: Vec<Cause>,
    ) -> Option<Draft> {
        let role = self.snapshots.role(&desired.kind);
        let follows = causes
            .iter()
            .any(|cause| matches!(cause, Cause::Follows(_)));
        let destroys = desired.on_remove == OnRemove::Destroy && !follows;
        if destroys && self.guarded_repository(&desired.address) {
            return None;
        }
        let lost = if destroys && role != Some(KindRole::Setting) {
            let held_in = text(&live.attributes, "repository");
            if self.refused(&desired.address, desired.target.as_ref(), held_in, live) {
                return None;
            }
            self.points_of(&desired.address, live)
        } else {
            Vec::new()
        };
        let effect = match role {
            Some(KindRole::Setting) => Effect::Neutral,
            _ => Effect::Weakens,
        };
        let mut draft = Draft::on_desired(desired, Verb::Replace, causes)
            .before(Some(&live.attributes))
            .effect(effect)
            .deleting(lost);
        if role == Some(KindRole::Repository) {
            self.replaced.insert(&desired.address);
            draft.weakens = self.targets_in(&desired.address);
        }
        Some(draft)
    }

    /// Returns whether a guard keeps a repository from being destroyed, and says so.
    pub(super) fn guarded_repository(&mut self, address: &Address) -> bool {
        let Some(guard) = self.guards.in_repository(&address.to_string()) else {
            return false;
        };
        self.notices.push(Notice {
            severity: Severity::Error,
            code: "plan::guarded".to_owned(),
            address: Some(address.clone()),
            message: format!(
                "`{address}` cannot be destroyed: `{guard}` guards recovery points in it"
            ),
            help: Some("Destroy the guard first.".to_owned()),
        });
        true
    }

    /// Returns whether a guard or a lock keeps the points of a live resource from being deleted, and says so.
    pub(super) fn refused(
        &mut self,
        address: &Address,
        target: Option<&Address>,
        held_in: Option<&str>,
        live: &LiveResource,
    ) -> bool {
        if live.recovery_points.is_empty() {
            return false;
        }
        if let Some(guard) = self.guards.over(target, held_in) {
            self.notices.push(Notice {
                severity: Severity::Error,
                code: "plan::guarded".to_owned(),
                address: Some(address.clone()),
                message: format!(
                    "`{address}` cannot be destroyed: `{guard}` guards its recovery points"
                ),
                help: Some("Destroy the guard first, or remove the protection with `on_remove = \"forget\"`.".to_owned()),
            });
            return true;
        }
        let as_of = self.snapshots.options.as_of;
        let locked = live
            .recovery_points
            .iter()
            .filter(|point| is_locked(point, as_of));
        let Some(until) = locked.filter_map(|point| point.locked_until).max() else {
            return false;
        };
        self.notices.push(Notice {
            severity: Severity::Error,
            code: "plan::locked".to_owned(),
            address: Some(address.clone()),
            message: format!(
                "`{address}` cannot be destroyed: its recovery points are locked until {until}"
            ),
            help: Some("Wait, or remove it with `on_remove = \"forget\"`.".to_owned()),
        });
        true
    }
}
