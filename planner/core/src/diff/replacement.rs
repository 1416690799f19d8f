//! Replacing what cannot change in place, and the time without protection that it costs.

use lifeboat_model::{
    Address, Cause, DesiredResource, Effect, KindRole, LiveResource, Notice, OnRemove, Severity,
    Span, Verb,
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
        if role == Some(KindRole::Repository) {
            self.replaced.insert(&desired.address);
        }
        let follows = causes
            .iter()
            .any(|cause| matches!(cause, Cause::Follows(_)));
        let destroys = desired.on_remove == OnRemove::Destroy && !follows;
        let lost = if destroys && role != Some(KindRole::Setting) {
            let held_in = text(&live.attributes, "repository");
            if self.refused(&desired.address, desired.target.as_ref(), held_in, live) {
                return None;
            }
            self.points_of(&desired.address, live)
        } else {
            Vec::new()
        };
        let holds = !self.points_of(&desired.address, live).is_empty();
        if role == Some(KindRole::Protection) && holds {
            self.notices.push(self.window(desired));
        }
        let effect = match role {
            Some(KindRole::Setting) => Effect::Neutral,
            _ => Effect::Weakens,
        };
        let mut draft = Draft::on_desired(desired, Verb::Replace, causes)
            .before(Some(&live.attributes))
            .effect(effect)
            .deleting(lost);
        if role == Some(KindRole::Repository) {
            draft.weakens = self.targets_in(&desired.address);
        }
        Some(draft)
    }

    /// Says that a protection holds no recovery point until its first new one, which needs leave.
    fn window(&self, desired: &DesiredResource) -> Notice {
        let leave = self.snapshots.options.allow_exposure;
        let severity = if leave > Span::ZERO {
            Severity::Warning
        } else {
            Severity::Error
        };
        let address = &desired.address;
        Notice {
            severity,
            code: "plan::exposed".to_owned(),
            address: Some(address.clone()),
            message: format!(
                "`{address}` is replaced, and holds no recovery point until the first backup of the new one ends"
            ),
            help: Some(
                "Add a second protection first and remove this one later, or agree with `--allow-exposure DURATION`."
                    .to_owned(),
            ),
        }
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
