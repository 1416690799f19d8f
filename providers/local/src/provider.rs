//! The provider: each call is done on a thread of its own, because files, SQLite and rustic block.

use std::sync::Arc;

use async_trait::async_trait;
use lifeboat_contract::{
    BackUpReport, BackUpRequest, CallContext, ChangeRequest, Protected, Provider, ProviderError,
    ReadRequest, RestoreReport, RestoreRequest, RestoredRequest, VerifyReport, VerifyRequest,
};
use lifeboat_model::{Attributes, Catalog, LiveResource, LiveState, RecoveryPointId};

use crate::act::Subject;
use crate::catalog::catalog_of;
use crate::change::Change;
use crate::error::from_task;
use crate::local::Local;
use crate::settings::LocalSettings;

/// The provider of local directories and SQLite databases.
#[derive(Clone, Debug)]
pub struct LocalProvider {
    local: Arc<Local>,
}

impl LocalProvider {
    /// Returns the provider that a `provider "local"` block with these attributes configures. Makes no call.
    ///
    /// # Errors
    /// `invalid` when an attribute of the block makes no sense.
    pub fn new(configuration: &Attributes, settings: LocalSettings) -> Result<Self, ProviderError> {
        Ok(Self {
            local: Arc::new(Local::new(configuration, settings)?),
        })
    }

    /// Runs `call` where it may block.
    async fn run<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Local) -> Result<T, ProviderError> + Send + 'static,
    ) -> Result<T, ProviderError> {
        let local = Arc::clone(&self.local);
        tokio::task::spawn_blocking(move || call(&local))
            .await
            .map_err(from_task)?
    }
}

#[async_trait]
impl Provider for LocalProvider {
    fn catalog(&self) -> Catalog {
        catalog_of(&self.local.choice.scheduling)
    }

    async fn read(
        &self,
        request: ReadRequest<'_>,
        _context: &CallContext,
    ) -> Result<LiveState, ProviderError> {
        let (items, bindings) = (request.items, request.bindings.clone());
        self.run(move |local| Ok(local.read(&items, &bindings)))
            .await
    }

    async fn change(
        &self,
        request: ChangeRequest<'_>,
        _context: &CallContext,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let change = Change::of(&request);
        self.run(move |local| local.change(&change)).await
    }

    async fn back_up(
        &self,
        request: BackUpRequest<'_>,
        context: &CallContext,
    ) -> Result<BackUpReport, ProviderError> {
        let (subject, context) = (Subject::of(&request.protected), context.clone());
        self.run(move |local| local.back_up(&subject, &context))
            .await
    }

    async fn delete_points(
        &self,
        protected: Protected<'_>,
        points: &[RecoveryPointId],
        context: &CallContext,
    ) -> Result<(), ProviderError> {
        let (subject, context) = (Subject::of(&protected), context.clone());
        let points = points.to_vec();
        self.run(move |local| local.delete_points(&subject, &points, &context))
            .await
    }

    async fn restore(
        &self,
        request: RestoreRequest<'_>,
        context: &CallContext,
    ) -> Result<RestoreReport, ProviderError> {
        let (subject, context) = (Subject::of(&request.protected), context.clone());
        let point = request.point.clone();
        let (destination, paths) = (request.destination, request.paths);
        let overwrite = request.overwrite;
        self.run(move |local| {
            local.restore(&subject, &point, &destination, &paths, overwrite, &context)
        })
        .await
    }

    async fn verify(
        &self,
        request: VerifyRequest<'_>,
        context: &CallContext,
    ) -> Result<VerifyReport, ProviderError> {
        let (subject, context) = (Subject::of(&request.protected), context.clone());
        let read_data = request.read_data;
        self.run(move |local| local.verify(&subject, read_data, &context))
            .await
    }

    async fn verify_restored(
        &self,
        request: RestoredRequest<'_>,
        context: &CallContext,
    ) -> Result<VerifyReport, ProviderError> {
        let (subject, context) = (Subject::of(&request.protected), context.clone());
        let (point, into) = (request.point.clone(), request.into.to_owned());
        self.run(move |local| local.verify_restored(&subject, &point, &into, &context))
            .await
    }

    async fn discard_scratch(
        &self,
        into: &str,
        _context: &CallContext,
    ) -> Result<(), ProviderError> {
        let into = into.to_owned();
        self.run(move |local| local.scratch.discard(&into)).await
    }
}
