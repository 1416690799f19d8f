//! One action, from its call to what is to be recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_contract::{
    BackUpRequest, ChangeKind, ChangeRequest, ErrorClass, PathFailure, Provider, ProviderError,
};
use lifeboat_model::{
    Action, Address, Attributes, KindRole, LiveResource, OnRemove, RecordedResource,
    RecoveryPointId, Verb,
};

use super::report::ActionError;
use crate::journal::Outcome;
use crate::measure;
use crate::run::Run;

/// One action with all that it needs; owns it, so that it can run as a task of its own.
pub(super) struct Step {
    pub(super) action: Action,
    pub(super) provider: Option<Arc<dyn Provider>>,
    pub(super) role: Option<KindRole>,
    pub(super) token: String,
    /// As the plan has it.
    pub(super) bindings: Arc<BTreeMap<Address, Attributes>>,
    /// As recorded before the run.
    pub(super) old_bindings: Arc<BTreeMap<Address, Attributes>>,
    /// What is recorded of it.
    pub(super) recorded: Option<RecordedResource>,
    /// The recorded protections that keep their points in it, if it is a repository whose points go.
    pub(super) holders: Vec<(Address, RecordedResource)>,
    /// The recovery points that it held when the run started.
    pub(super) known_points: Vec<RecoveryPointId>,
    pub(super) run: Run,
}

/// What a step leaves behind.
#[derive(Debug)]
pub(super) struct Ended {
    /// What is to be recorded, even after a failure: half of a replacement is live, too.
    pub(super) outcome: Option<Outcome>,
    /// What a backup could not read.
    pub(super) unreadable: Vec<PathFailure>,
    /// Why it failed, if it did.
    pub(super) error: Option<ActionError>,
}

impl Ended {
    fn failed(outcome: Option<Outcome>, error: ProviderError) -> Self {
        Self {
            outcome,
            unreadable: Vec::new(),
            error: Some(error.into()),
        }
    }

    fn done(outcome: Outcome) -> Self {
        Self {
            outcome: Some(outcome),
            unreadable: Vec::new(),
            error: None,
        }
    }

    fn of(result: Result<Outcome, ProviderError>) -> Self {
        match result {
            Ok(outcome) => Self::done(outcome),
            Err(error) => Self::failed(None, error),
        }
    }
}

impl Step {
    /// Carries out the action.
    pub(super) async fn carry_out(self) -> Ended {
        match self.action.verb {
            Verb::Forget => Ended::done(Outcome::Removed),
            Verb::Adopt => Ended::of(self.adopt().await),
            Verb::Create => self.put(ChangeKind::Create).await,
            Verb::Update => self.put(ChangeKind::Update).await,
            Verb::Replace => self.replace().await,
            Verb::BackUp => self.back_up().await,
            Verb::Delete => Ended::of(self.delete().await),
        }
    }

    async fn adopt(&self) -> Result<Outcome, ProviderError> {
        let live = self.read(&self.bindings).await?.ok_or_else(|| {
            let message = format!("`{}` is not there to adopt", self.action.address);
            ProviderError::new(ErrorClass::NotFound, message).help("Plan again.")
        })?;
        Ok(self.recorded(live, true))
    }

    /// Makes or changes it, then deletes the points that go with the change.
    async fn put(&self, kind: ChangeKind) -> Ended {
        let before = match kind {
            ChangeKind::Create => None,
            _ => self.action.before.as_ref(),
        };
        let live = match self
            .change(kind, before, self.action.after.as_ref(), "put")
            .await
        {
            Ok(Some(live)) => live,
            Ok(None) => return Ended::failed(None, self.answered_nothing()),
            Err(error) => return Ended::failed(None, error),
        };
        if let Some(error) = self.nonconforming(&live) {
            return Ended::failed(Some(self.recorded(live, true)), error);
        }
        let attributes = live.attributes.clone();
        match self
            .delete_points(&attributes, &self.bindings, live.clone())
            .await
        {
            Ok(left) => Ended::done(self.recorded(left, true)),
            Err(error) => Ended::failed(Some(self.recorded(live, true)), error),
        }
    }

    /// Makes the new one, and only then lets the old one go.
    async fn replace(&self) -> Ended {
        let live = match self
            .change(ChangeKind::Create, None, self.action.after.as_ref(), "put")
            .await
        {
            Ok(Some(live)) => live,
            Ok(None) => return Ended::failed(None, self.answered_nothing()),
            Err(error) => return Ended::failed(None, error),
        };
        if let Some(error) = self.nonconforming(&live) {
            return Ended::failed(Some(self.recorded(live, false)), error);
        }
        let outcome = self.recorded(live, false);
        if self.action.on_remove == OnRemove::Forget && self.action.deletes.is_empty() {
            return Ended::done(outcome);
        }
        match self.let_go(&self.old_bindings).await {
            Ok(()) => Ended::done(outcome),
            Err(error) => Ended::failed(Some(outcome), error),
        }
    }

    async fn delete(&self) -> Result<Outcome, ProviderError> {
        // Points that came to be after the plan was made are in nobody's leave.
        if let Some(live) = self.read(&self.old_bindings).await? {
            let unknown = live
                .recovery_points
                .iter()
                .find(|point| !self.known_points.contains(&point.id));
            if let Some(point) = unknown {
                let message = format!(
                    "`{}` holds recovery point `{}`, which the plan does not know",
                    self.action.address,
                    point.id.short()
                );
                return Err(ProviderError::new(ErrorClass::Conflict, message).help("Plan again."));
            }
        }
        self.let_go(&self.old_bindings).await?;
        if self.read(&self.old_bindings).await?.is_some() {
            let message = format!(
                "provider answered that `{}` is deleted, and it is still there",
                self.action.address
            );
            return Err(ProviderError::new(ErrorClass::Unknown, message));
        }
        Ok(Outcome::Removed)
    }

    /// Deletes the announced points, then the resource as it was before.
    async fn let_go(&self, bindings: &BTreeMap<Address, Attributes>) -> Result<(), ProviderError> {
        let before = self.before();
        if self.role == Some(KindRole::Repository) {
            self.delete_held(bindings).await?;
        } else {
            self.delete_exactly(&before, bindings).await?;
        }
        if self.action.verb == Verb::Replace && self.action.on_remove == OnRemove::Forget {
            return Ok(());
        }
        let request = |context| {
            let (provider, before) = (self.provider(), &before);
            async move {
                let request = ChangeRequest {
                    address: &self.action.address,
                    kind: &self.action.kind,
                    change: ChangeKind::Delete,
                    before: Some(before),
                    after: None,
                    target: self.action.target.as_ref(),
                    bindings,
                };
                provider?.change(request, &context).await
            }
        };
        self.retry(|| request(self.context("delete"))).await?;
        Ok(())
    }

    async fn back_up(&self) -> Ended {
        let attributes = self.now();
        let started = self.run.clock.now();
        let made = self
            .retry(|| {
                let context = self.context("back_up");
                let protected = self.protected(&attributes, &self.bindings);
                async move {
                    self.provider()?
                        .back_up(BackUpRequest { protected }, &context)
                        .await
                }
            })
            .await;
        let report = match made {
            Ok(report) => report,
            Err(error) => return Ended::failed(None, error),
        };
        let ended = self.run.clock.now();
        let mut live = match self.read(&self.bindings).await {
            Ok(Some(live)) => live,
            // The point is made; that the look at it failed does not undo it.
            Ok(None) | Err(_) => LiveResource {
                attributes,
                ..LiveResource::default()
            },
        };
        for point in report.points {
            if !live.recovery_points.iter().any(|held| held.id == point.id) {
                live.recovery_points.push(point);
            }
        }
        live.recovery_points.sort_by_key(|point| point.time);
        let mut outcome = self.recorded(live, true);
        if let Outcome::Recorded(resource) = &mut outcome {
            measure::ran(resource, started, ended);
        }
        Ended {
            outcome: Some(outcome),
            unreadable: report.unreadable,
            error: None,
        }
    }

    /// Returns its attributes at this step: planned ones over those that are recorded or were seen.
    pub(super) fn now(&self) -> Attributes {
        let mut attributes = self.before();
        if self.action.verb != Verb::Delete {
            attributes.extend(self.action.after.clone().unwrap_or_default());
        }
        attributes
    }

    pub(super) fn before(&self) -> Attributes {
        let recorded = self.recorded.as_ref().map(|resource| &resource.attributes);
        self.action
            .before
            .as_ref()
            .or(recorded)
            .cloned()
            .unwrap_or_default()
    }

    /// Returns what to record. `same` says that it is the object that was recorded before, with its history.
    fn recorded(&self, live: LiveResource, same: bool) -> Outcome {
        let history = self.recorded.as_ref().filter(|_| same);
        Outcome::Recorded(Box::new(RecordedResource {
            measured: history
                .map(|resource| resource.measured.clone())
                .unwrap_or_default(),
            kind: self.action.kind.clone(),
            provider: self.action.provider.clone(),
            attributes: live.attributes,
            requires: self.action.requires.clone(),
            target: self.action.target.clone(),
            on_remove: self.action.on_remove,
            applied_at: self.applied_at(history),
            recovery_points: live.recovery_points,
            last_verify: history.and_then(|resource| resource.last_verify.clone()),
            last_drill: history.and_then(|resource| resource.last_drill.clone()),
        }))
    }

    /// Returns when it was last applied; a backup applies nothing.
    fn applied_at(&self, history: Option<&RecordedResource>) -> Timestamp {
        match (self.action.verb, history) {
            (Verb::BackUp, Some(resource)) => resource.applied_at,
            _ => self.run.clock.now(),
        }
    }

    /// Returns an error if a managed attribute is not what was asked for.
    fn nonconforming(&self, live: &LiveResource) -> Option<ProviderError> {
        let null = serde_json::Value::Null;
        let wrong: Vec<String> = self
            .action
            .after
            .iter()
            .flatten()
            .filter(|(name, value)| live.attributes.get(*name).unwrap_or(&null) != *value)
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if wrong.is_empty() {
            return None;
        }
        let message = format!(
            "provider returned something else for `{}` than it was asked for, in {}",
            self.action.address,
            wrong.join(", ")
        );
        Some(ProviderError::new(ErrorClass::Unknown, message))
    }

    fn answered_nothing(&self) -> ProviderError {
        ProviderError::new(
            ErrorClass::Unknown,
            format!(
                "provider answered that `{}` does not exist after it was made",
                self.action.address
            ),
        )
    }
}
