//! The bench on which a check works: the calls of an engine, in one line each, with everything that was heard.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use lifeboat_model::{Attributes, LiveResource, LiveState, RecoveryPoint, RecoveryPointId};

use super::{Fixture, Item, Meddling, Site};
use crate::{
    BackUpReport, BackUpRequest, CallContext, Cancel, ChangeKind, ChangeRequest, Destination,
    ErrorClass, Protected, Provider, ProviderError, ReadItem, ReadRequest, RestoreReport,
    RestoreRequest, RestoredRequest, Silent, VerifyReport, VerifyRequest,
};

/// Why a check ends early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It cannot be asked.
    Skip(String),
    /// The provider does not do what it must.
    Fail(String),
}

/// How a step of a check ends.
pub(super) type Step<T = ()> = Result<T, Stop>;

/// Returns a failure with this text.
pub(super) fn fail<T>(text: impl Into<String>) -> Step<T> {
    Err(Stop::Fail(text.into()))
}

/// Fails with this text unless it holds.
pub(super) fn ensure(holds: bool, text: impl FnOnce() -> String) -> Step {
    if holds { Ok(()) } else { fail(text()) }
}

/// Fails unless both are equal.
pub(super) fn ensure_equal<T: PartialEq + Debug>(found: &T, expected: &T, what: &str) -> Step {
    ensure(found == expected, || {
        format!("{what}: found {found:?}, expected {expected:?}")
    })
}

/// A site with a provider that works on it.
#[derive(Clone)]
pub(super) struct Bench {
    site: Arc<dyn Site>,
    provider: Arc<Mutex<Arc<dyn Provider>>>,
    heard: Arc<Mutex<Vec<String>>>,
    ticks: Arc<AtomicI64>,
    /// What stands on the site.
    pub(super) fixture: Fixture,
}

impl Bench {
    pub(super) fn new(site: Box<dyn Site>) -> Self {
        Self {
            provider: Arc::new(Mutex::new(Arc::from(site.provider()))),
            heard: Arc::default(),
            ticks: Arc::default(),
            fixture: site.fixture(),
            site: Arc::from(site),
        }
    }

    /// Returns the same bench with another fixture.
    pub(super) fn with(&self, change: impl FnOnce(&mut Fixture)) -> Self {
        let mut bench = self.clone();
        change(&mut bench.fixture);
        bench
    }

    pub(super) fn provider(&self) -> Arc<dyn Provider> {
        Arc::clone(&self.provider.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends the provider, and begins a new one.
    pub(super) fn crash(&self) {
        let fresh = Arc::from(self.site.provider());
        *self.provider.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    pub(super) fn site(&self) -> &dyn Site {
        &*self.site
    }

    /// Makes something happen outside; the check is skipped where it cannot.
    pub(super) async fn meddle(&self, meddling: Meddling<'_>) -> Step {
        let what = format!("{meddling:?}");
        if self.site.meddle(meddling).await {
            return Ok(());
        }
        let what = what.split('(').next().unwrap_or_default().to_owned();
        Err(Stop::Skip(format!("{what} cannot happen here")))
    }

    /// Returns a context whose time is a minute after the one before.
    pub(super) fn context(&self, token: &str) -> CallContext {
        let minutes = self.ticks.fetch_add(1, Ordering::Relaxed);
        let second = 1_790_000_000 + 60 * minutes;
        CallContext {
            as_of: Timestamp::from_second(second).unwrap_or_default(),
            token: token.to_owned(),
            progress: Arc::new(Silent),
            cancel: Cancel::default(),
        }
    }

    /// Lets so many minutes pass.
    pub(super) fn wait(&self, minutes: i64) {
        self.ticks.fetch_add(minutes, Ordering::Relaxed);
    }

    /// Remembers what the provider said, word for word, and passes it on.
    pub(super) fn hear<T: Debug>(
        &self,
        said: Result<T, ProviderError>,
    ) -> Result<T, ProviderError> {
        let text = match &said {
            Ok(answer) => format!("{answer:?}"),
            Err(error) => format!("{error:?} {}", error.chain()),
        };
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push(text);
        said
    }

    /// Returns what the provider said that contains a secret.
    pub(super) fn leak(&self) -> Option<String> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let leaks = |text: &&String| {
            let mut secrets = self.fixture.secrets.iter();
            secrets.any(|secret| text.contains(secret.as_str()))
        };
        heard.iter().find(leaks).cloned()
    }

    pub(super) async fn change(
        &self,
        item: &Item,
        change: ChangeKind,
        before: Option<&Attributes>,
        token: &str,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let bindings = self.fixture.bindings();
        let after = (change != ChangeKind::Delete).then_some(&item.attributes);
        let request = ChangeRequest {
            address: &item.address,
            kind: &item.kind,
            change,
            before,
            after,
            target: Some(&self.fixture.target.address),
            bindings: &bindings,
        };
        self.hear(self.provider().change(request, &self.context(token)).await)
    }

    /// Creates an item with a token of its own; fails if it does not come back.
    pub(super) async fn create(&self, item: &Item) -> Step<LiveResource> {
        let token = format!("create {}", item.address);
        let done = self.change(item, ChangeKind::Create, None, &token).await;
        match done {
            Ok(Some(live)) => Ok(live),
            Ok(None) => fail(format!("creating `{}` returns nothing", item.address)),
            Err(error) => fail(format!(
                "creating `{}` fails: {}",
                item.address,
                error.chain()
            )),
        }
    }

    /// Creates what the snapshot needs, and the snapshot.
    pub(super) async fn set_up(&self) -> Step {
        self.create(&self.fixture.repository).await?;
        self.create(&self.fixture.snapshot).await?;
        Ok(())
    }

    /// Deletes an item that is live with these attributes.
    pub(super) async fn delete(&self, item: &Item, before: &Attributes, token: &str) -> Step {
        match self
            .change(item, ChangeKind::Delete, Some(before), token)
            .await
        {
            Ok(None) => Ok(()),
            Ok(Some(_)) => fail(format!("deleting `{}` returns something", item.address)),
            Err(error) => fail(format!(
                "deleting `{}` fails: {}",
                item.address,
                error.chain()
            )),
        }
    }

    /// Reads these items as an engine without a state does: by their desired attributes.
    pub(super) async fn read(&self, items: &[&Item]) -> Step<LiveState> {
        let bindings = self.fixture.bindings();
        let items = items.iter().map(|item| ReadItem {
            address: item.address.clone(),
            kind: item.kind.clone(),
            attributes: item.attributes.clone(),
            target: Some(self.fixture.target.address.clone()),
        });
        let request = ReadRequest {
            items: items.collect(),
            bindings: &bindings,
        };
        let answer = self.provider().read(request, &self.context("read")).await;
        self.hear(answer)
            .or_else(|error| fail(format!("reading fails: {}", error.chain())))
    }

    /// Reads one item, which must be there.
    pub(super) async fn live(&self, item: &Item) -> Step<LiveResource> {
        let mut answer = self.read(&[item]).await?;
        match (
            answer.resources.remove(&item.address),
            answer.failures.first_key_value(),
        ) {
            (Some(live), None) => Ok(live),
            (_, Some((address, failure))) => fail(format!("`{address}` is unread: {failure:?}")),
            (None, None) => fail(format!("`{}` is not there", item.address)),
        }
    }

    /// Fails unless reading answers that the item does not exist.
    pub(super) async fn ensure_absent(&self, item: &Item) -> Step {
        let answer = self.read(&[item]).await?;
        ensure(
            answer.resources.is_empty() && answer.failures.is_empty(),
            || format!("`{}` should be absent: {answer:?}", item.address),
        )
    }

    /// Fails unless reading answers that a target does not exist: by its absence, or by a failure that says just that
    /// and may name what was meant.
    pub(super) async fn ensure_gone(&self, target: &Item) -> Step {
        let answer = self.read(&[target]).await?;
        let missing = ErrorClass::NotFound.as_str();
        let told = answer.failures.values().all(|it| it.class == missing);
        ensure(answer.resources.is_empty() && told, || {
            format!("`{}` should be gone: {answer:?}", target.address)
        })
    }

    pub(super) async fn points(&self, item: &Item) -> Step<Vec<RecoveryPoint>> {
        Ok(self.live(item).await?.recovery_points)
    }

    /// Calls `act` with the protection as an engine knows it.
    fn protected<'a>(
        item: &'a Item,
        bindings: &'a BTreeMap<lifeboat_model::Address, Attributes>,
    ) -> Protected<'a> {
        Protected {
            address: &item.address,
            kind: &item.kind,
            attributes: &item.attributes,
            bindings,
        }
    }

    pub(super) async fn try_back_up(
        &self,
        item: &Item,
        token: &str,
    ) -> Result<BackUpReport, ProviderError> {
        let bindings = self.fixture.bindings();
        let request = BackUpRequest {
            protected: Self::protected(item, &bindings),
        };
        self.hear(self.provider().back_up(request, &self.context(token)).await)
    }

    pub(super) async fn back_up(&self, item: &Item, token: &str) -> Step<BackUpReport> {
        self.try_back_up(item, token).await.or_else(|error| {
            fail(format!(
                "backing up `{}` fails: {}",
                item.address,
                error.chain()
            ))
        })
    }

    /// Backs up, and returns the one new point.
    pub(super) async fn point(&self, token: &str) -> Step<RecoveryPoint> {
        let mut report = self.back_up(&self.fixture.snapshot, token).await?;
        match (report.points.pop(), report.points.len()) {
            (Some(point), 0) => Ok(point),
            (_, rest) => fail(format!("one backup makes {} points", rest + 1)),
        }
    }

    pub(super) async fn delete_points(
        &self,
        item: &Item,
        points: &[RecoveryPointId],
        token: &str,
    ) -> Result<(), ProviderError> {
        let bindings = self.fixture.bindings();
        let protected = Self::protected(item, &bindings);
        let context = self.context(token);
        self.hear(
            self.provider()
                .delete_points(protected, points, &context)
                .await,
        )
    }

    pub(super) async fn try_restore(
        &self,
        item: &Item,
        point: &RecoveryPointId,
        destination: Destination,
        paths: &[String],
        overwrite: bool,
        token: &str,
    ) -> Result<RestoreReport, ProviderError> {
        let bindings = self.fixture.bindings();
        let request = RestoreRequest {
            protected: Self::protected(item, &bindings),
            point,
            destination,
            paths: paths.to_vec(),
            overwrite,
        };
        self.hear(self.provider().restore(request, &self.context(token)).await)
    }

    /// Restores everything into a scratch place, and returns where that is.
    pub(super) async fn scratch(
        &self,
        item: &Item,
        point: &RecoveryPointId,
        name: &str,
    ) -> Step<String> {
        let to = Destination::Scratch(name.to_owned());
        let token = format!("restore {name}");
        match self.try_restore(item, point, to, &[], false, &token).await {
            Ok(report) if report.failed.is_empty() => Ok(report.into),
            Ok(report) => fail(format!("a restore leaves out {:?}", report.failed)),
            Err(error) => fail(format!("a restore fails: {}", error.chain())),
        }
    }

    pub(super) async fn verify(
        &self,
        item: &Item,
        read_data: bool,
    ) -> Result<VerifyReport, ProviderError> {
        let bindings = self.fixture.bindings();
        let request = VerifyRequest {
            protected: Self::protected(item, &bindings),
            read_data,
        };
        self.hear(
            self.provider()
                .verify(request, &self.context("verify"))
                .await,
        )
    }

    pub(super) async fn verify_restored(
        &self,
        item: &Item,
        point: &RecoveryPointId,
        into: &str,
    ) -> Result<VerifyReport, ProviderError> {
        let bindings = self.fixture.bindings();
        let request = RestoredRequest {
            protected: Self::protected(item, &bindings),
            point,
            into,
        };
        let context = self.context("verify restored");
        self.hear(self.provider().verify_restored(request, &context).await)
    }

    pub(super) async fn discard(&self, into: &str) -> Result<(), ProviderError> {
        let context = self.context("discard");
        self.hear(self.provider().discard_scratch(into, &context).await)
    }
}

/// Returns the answer, or fails saying what was tried.
pub(super) fn done<T>(said: Result<T, ProviderError>, what: &str) -> Step<T> {
    said.or_else(|error| fail(format!("{what} fails: {}", error.chain())))
}

/// Fails unless it was refused with this class.
pub(super) fn ensure_refused<T: Debug>(
    said: Result<T, ProviderError>,
    class: ErrorClass,
    what: &str,
) -> Step {
    match said {
        Err(error) if error.class == class => Ok(()),
        Err(error) => fail(format!(
            "{what}: refused as {}, expected {class}: {}",
            error.class,
            error.chain()
        )),
        Ok(answer) => fail(format!(
            "{what}: expected a refusal as {class}, found {answer:?}"
        )),
    }
}

/// Returns the ids of these points.
pub(super) fn ids(points: &[RecoveryPoint]) -> Vec<RecoveryPointId> {
    points.iter().map(|point| point.id.clone()).collect()
}
