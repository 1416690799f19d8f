//! Providers with one seeded defect each.
#![expect(
    clippy::unwrap_used,
    reason = "a poisoned lock means that the test has failed"
)]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use lifeboat_contract::{
    BackUpReport, BackUpRequest, CallContext, ChangeKind, ChangeRequest, ErrorClass, Protected,
    Provider, ProviderError, ReadRequest, RestoreReport, RestoreRequest, RestoredRequest,
    VerifyReport, VerifyRequest,
};
use lifeboat_memory::MemoryProvider;
use lifeboat_model::{Catalog, LiveResource, LiveState, RecoveryPointId};

use crate::site;

/// What is wrong with a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    CatalogLacksAKind,
    CreateDoesNothing,
    ReadLosesAnAttribute,
    ReadInventsAnAttribute,
    ReadIsUnstable,
    ReadRemovesWhatIsNotAskedFor,
    ReadIsCached,
    ReadHidesFailures,
    ReadMisnamesDenial,
    ReadGoesOneByOne,
    ReadShowsPointsOfOthers,
    ReadShowsNewestFirst,
    UpdateDoesNothing,
    UpdateDropsPoints,
    CreateRefusesWhatIsThere,
    CreateRemakesWhatIsThere,
    DeleteFailsWhenGone,
    DeleteTakesTheVault,
    TokenIsIgnored,
    PointsHaveNoToken,
    UnreadableIsUnsaid,
    MissingSourceIsEmpty,
    InterruptionComesLate,
    DeletesEveryPoint,
    DeletesNoPoint,
    FailsOnDeletedPoints,
    CopiesOnlyTheNewest,
    GuardIsIgnored,
    GuardRefusesTooLate,
    RestoreAltersAFile,
    RestoreTakesTheNewest,
    RestoreIgnoresPaths,
    RestoreOverwrites,
    RestoreCannotBeRepeated,
    DiscardDoesNothing,
    DiscardTakesAnything,
    VerifyAlwaysPasses,
    VerifyChecksNothing,
    VerifyFailsOnDamage,
    VerifyRestoredAlwaysPasses,
    FailureTellsTheSecret,
    LocksAreUnsaid,
    LockForGoodIsRemoved,
    LockForGoodIsShortened,
    LogIsNotFlushed,
    LogPointsAreOthers,
    LogNeedsNoBase,
    ReplicaIsFrozen,
}

/// A memory provider with a defect.
pub(crate) struct Mutant {
    pub(crate) inner: MemoryProvider,
    pub(crate) defect: Defect,
    pub(crate) calls: Arc<Mutex<u64>>,
    pub(crate) cache: Arc<Mutex<Option<LiveState>>>,
}

impl Mutant {
    /// Returns a number that no earlier call got.
    fn next(&self) -> u64 {
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        *calls
    }

    fn other_token(&self, context: &CallContext) -> CallContext {
        CallContext {
            token: format!("{} {}", context.token, self.next()),
            ..context.clone()
        }
    }

    /// Returns the points of a protection, oldest first.
    fn held(&self, protected: &Protected<'_>) -> Vec<RecoveryPointId> {
        let points = self.inner.world().points().into_iter();
        points
            .filter(|(_, protection, _)| protection == protected.address)
            .map(|(_, _, id)| id)
            .collect()
    }

    async fn recreated(
        &self,
        request: &ChangeRequest<'_>,
        context: &CallContext,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let create = ChangeRequest {
            change: ChangeKind::Create,
            before: None,
            ..request.clone()
        };
        self.inner.change(create, context).await
    }

    fn spoil(&self, answer: &mut LiveState) {
        let every = self.inner.world().points();
        for live in answer.resources.values_mut() {
            match self.defect {
                Defect::ReadLosesAnAttribute => {
                    live.attributes.remove("tags");
                }
                Defect::ReadInventsAnAttribute => {
                    live.attributes.insert("tags".to_owned(), "invented".into());
                    live.attributes.insert("colour".to_owned(), "red".into());
                }
                Defect::ReadIsUnstable => live.domains.clear(),
                Defect::ReadShowsPointsOfOthers => {
                    let template = live.recovery_points.first().cloned();
                    live.recovery_points = every
                        .iter()
                        .map(|(_, _, id)| lifeboat_model::RecoveryPoint {
                            id: id.clone(),
                            time: template
                                .as_ref()
                                .map_or(jiff::Timestamp::UNIX_EPOCH, |t| t.time),
                            size_bytes: None,
                            locked_until: None,
                            token: None,
                            copy_of: None,
                        })
                        .collect();
                }
                Defect::ReadShowsNewestFirst => live.recovery_points.reverse(),
                Defect::LocksAreUnsaid => {
                    for point in &mut live.recovery_points {
                        point.locked_until = None;
                    }
                }
                Defect::LogPointsAreOthers => {
                    for point in &mut live.recovery_points {
                        point.id.0 = format!("{}@{}", point.id.0, point.time);
                    }
                }
                _ => {}
            }
        }
        match self.defect {
            Defect::ReadHidesFailures => answer.failures.clear(),
            Defect::ReadMisnamesDenial => {
                for failure in answer.failures.values_mut() {
                    "unknown".clone_into(&mut failure.class);
                }
            }
            Defect::FailureTellsTheSecret => {
                for failure in answer.failures.values_mut() {
                    failure.message.push_str(site::SECRET);
                }
            }
            _ => {}
        }
    }
}

#[async_trait]
impl Provider for Mutant {
    fn catalog(&self) -> Catalog {
        let mut catalog = self.inner.catalog();
        if self.defect == Defect::CatalogLacksAKind {
            catalog.kinds.remove("memory_schedule");
        }
        catalog
    }

    async fn read(
        &self,
        request: ReadRequest<'_>,
        context: &CallContext,
    ) -> Result<LiveState, ProviderError> {
        let world = self.inner.world();
        let asked = request.items.clone();
        let bindings = request.bindings;
        let mut answer = LiveState::default();
        if self.defect == Defect::ReadGoesOneByOne {
            for item in asked {
                let items = vec![item];
                let one = self
                    .inner
                    .read(ReadRequest { items, bindings }, context)
                    .await?;
                answer.resources.extend(one.resources);
            }
            return Ok(answer);
        }
        answer = self.inner.read(request, context).await?;
        if self.defect == Defect::ReadIsCached {
            let mut cache = self.cache.lock().unwrap();
            let cached = cache.get_or_insert_default();
            for (address, live) in &mut answer.resources {
                *live = cached
                    .resources
                    .entry(address.clone())
                    .or_insert(live.clone())
                    .clone();
            }
        }
        if self.defect == Defect::ReadRemovesWhatIsNotAskedFor && asked.len() == 1 {
            for (_, _, id) in world.points() {
                world.delete_point(&id);
            }
        }
        if self.defect != Defect::ReadIsUnstable || self.next().is_multiple_of(2) {
            self.spoil(&mut answer);
        }
        Ok(answer)
    }

    async fn change(
        &self,
        request: ChangeRequest<'_>,
        context: &CallContext,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let world = self.inner.world();
        let live = || {
            Ok(request.after.map(|attributes| LiveResource {
                attributes: attributes.clone(),
                ..LiveResource::default()
            }))
        };
        let there = world.inventory().contains(&request.address.to_string());
        let mut after = request.after.cloned();
        match (self.defect, request.change) {
            (Defect::CreateDoesNothing, ChangeKind::Create)
            | (Defect::UpdateDoesNothing, ChangeKind::Update) => return live(),
            (Defect::UpdateDropsPoints, ChangeKind::Update) => {
                for (_, _, id) in world.points() {
                    world.delete_point(&id);
                }
            }
            (Defect::CreateRefusesWhatIsThere, ChangeKind::Create) if there => {
                return Err(ProviderError::new(
                    ErrorClass::Conflict,
                    "it is there already",
                ));
            }
            (Defect::CreateRemakesWhatIsThere, ChangeKind::Create)
                if request.kind == "memory_vault" =>
            {
                world.remove_vault(&request.address.name);
            }
            (Defect::DeleteFailsWhenGone, ChangeKind::Delete) if !there => {
                return Err(ProviderError::new(
                    ErrorClass::NotFound,
                    "it is gone already",
                ));
            }
            (Defect::DeleteTakesTheVault, ChangeKind::Delete) => {
                world.remove_vault("main");
            }
            (Defect::LockForGoodIsRemoved, ChangeKind::Delete)
            | (Defect::LockForGoodIsShortened, ChangeKind::Update)
                if request.kind == "memory_lock" =>
            {
                world.remove(request.address);
                if request.change == ChangeKind::Delete {
                    return Ok(None);
                }
                return self.recreated(&request, context).await;
            }
            (Defect::LogNeedsNoBase, ChangeKind::Create) if request.kind == "memory_log" => {
                after.as_mut().unwrap().remove("base");
            }
            (Defect::ReplicaIsFrozen, ChangeKind::Create) if request.kind == "memory_replica" => {
                after
                    .as_mut()
                    .unwrap()
                    .insert("delay".to_owned(), "365d".into());
            }
            _ => {}
        }
        let request = ChangeRequest {
            after: after.as_ref(),
            ..request
        };
        self.inner.change(request, context).await
    }

    async fn back_up(
        &self,
        request: BackUpRequest<'_>,
        context: &CallContext,
    ) -> Result<BackUpReport, ProviderError> {
        let world = self.inner.world();
        let protected = request.protected.clone();
        let context = &match self.defect {
            Defect::TokenIsIgnored => self.other_token(context),
            Defect::InterruptionComesLate => CallContext {
                cancel: lifeboat_contract::Cancel::default(),
                ..context.clone()
            },
            _ => context.clone(),
        };
        if self.defect == Defect::MissingSourceIsEmpty && world.files("docs").is_none() {
            world.put_dataset("docs", [("", ""); 0]);
        }
        if self.defect == Defect::LogIsNotFlushed && protected.kind == "memory_log" {
            return Ok(BackUpReport {
                points: Vec::new(),
                unreadable: Vec::new(),
                entries: 0,
                source_bytes: 0,
                added_bytes: 0,
            });
        }
        let said = self.inner.back_up(request, context).await;
        if self.defect == Defect::InterruptionComesLate
            && context.token == "stopped"
            && self.next() == 1
        {
            return Err(ProviderError::new(
                ErrorClass::Interrupted,
                "stopped as asked",
            ));
        }
        let mut report = said?;
        match self.defect {
            Defect::PointsHaveNoToken => {
                report
                    .points
                    .iter_mut()
                    .for_each(|point| point.token = None);
            }
            Defect::UnreadableIsUnsaid => report.unreadable.clear(),
            Defect::CopiesOnlyTheNewest if protected.kind == "memory_copy" => {
                let mut held = self.held(&protected);
                held.pop();
                for id in held {
                    world.delete_point(&id);
                    report.points.retain(|point| point.id != id);
                }
            }
            _ => {}
        }
        Ok(report)
    }

    async fn delete_points(
        &self,
        protected: Protected<'_>,
        points: &[RecoveryPointId],
        context: &CallContext,
    ) -> Result<(), ProviderError> {
        let world = self.inner.world();
        let held = self.held(&protected);
        match self.defect {
            Defect::DeletesNoPoint => return Ok(()),
            Defect::DeletesEveryPoint => {
                return self.inner.delete_points(protected, &held, context).await;
            }
            Defect::FailsOnDeletedPoints if points.iter().any(|id| !held.contains(id)) => {
                return Err(ProviderError::new(ErrorClass::NotFound, "no such point"));
            }
            Defect::GuardIsIgnored => {
                for id in points {
                    world.delete_point(id);
                }
            }
            Defect::GuardRefusesTooLate => {
                if let Some(id) = points.first() {
                    world.delete_point(id);
                }
            }
            _ => {}
        }
        self.inner.delete_points(protected, points, context).await
    }

    async fn restore(
        &self,
        mut request: RestoreRequest<'_>,
        context: &CallContext,
    ) -> Result<RestoreReport, ProviderError> {
        let newest = self.held(&request.protected).pop();
        let mut context = context.clone();
        match (self.defect, &newest) {
            (Defect::RestoreTakesTheNewest, Some(newest)) => request.point = newest,
            (Defect::RestoreIgnoresPaths, _) => request.paths.clear(),
            (Defect::RestoreOverwrites, _) => request.overwrite = true,
            (Defect::RestoreCannotBeRepeated, _) => context = self.other_token(&context),
            _ => {}
        }
        let report = self.inner.restore(request, &context).await?;
        if self.defect == Defect::RestoreAltersAFile {
            self.inner
                .world()
                .write_file(&report.into, "a.txt", "firsT");
        }
        Ok(report)
    }

    async fn verify(
        &self,
        request: VerifyRequest<'_>,
        context: &CallContext,
    ) -> Result<VerifyReport, ProviderError> {
        let mut report = self.inner.verify(request, context).await?;
        match self.defect {
            Defect::VerifyAlwaysPasses => {
                report
                    .checks
                    .iter_mut()
                    .for_each(|check| check.passed = true);
            }
            Defect::VerifyChecksNothing => report.checks.clear(),
            Defect::VerifyFailsOnDamage if !report.passed() => {
                return Err(ProviderError::new(
                    ErrorClass::Corrupt,
                    "a point is damaged",
                ));
            }
            _ => {}
        }
        Ok(report)
    }

    async fn verify_restored(
        &self,
        request: RestoredRequest<'_>,
        context: &CallContext,
    ) -> Result<VerifyReport, ProviderError> {
        let mut report = self.inner.verify_restored(request, context).await?;
        if self.defect == Defect::VerifyRestoredAlwaysPasses {
            report
                .checks
                .iter_mut()
                .for_each(|check| check.passed = true);
        }
        Ok(report)
    }

    async fn discard_scratch(
        &self,
        into: &str,
        context: &CallContext,
    ) -> Result<(), ProviderError> {
        match self.defect {
            Defect::DiscardDoesNothing => Ok(()),
            Defect::DiscardTakesAnything => {
                self.inner.world().remove_dataset(into);
                Ok(())
            }
            _ => self.inner.discard_scratch(into, context).await,
        }
    }
}
