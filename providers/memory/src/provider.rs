//! The provider: each call enters the world's faults, acts, and leaves.

use std::path::Path;

use async_trait::async_trait;
use lifeboat_contract::{
    BackUpReport, BackUpRequest, CallContext, ChangeRequest, ErrorClass, Protected, Provider,
    ProviderError, ReadRequest, RestoreReport, RestoreRequest, RestoredRequest, VerifyReport,
    VerifyRequest,
};
use lifeboat_model::{Attributes, Catalog, LiveResource, LiveState, RecoveryPointId};

use crate::world::{Fault, Life, Method, World};
use crate::{act, catalog, change, read, verify};

/// A provider over a [`World`]. Dropping it, or the world's crash, ends it; the world stays.
#[derive(Clone, Debug)]
pub struct MemoryProvider {
    world: World,
    life: Life,
}

impl MemoryProvider {
    pub(crate) fn new(world: World) -> Self {
        let life = world.faults().life();
        Self { world, life }
    }

    /// Returns the provider that a `provider "memory"` block with these attributes configures; a relative `path` is taken
    /// from `directory`.
    ///
    /// # Errors
    /// `invalid` when `path` is not a world's file, or a text of `fail` is no fault.
    pub fn configured(attributes: &Attributes, directory: &Path) -> Result<Self, ProviderError> {
        let invalid = |error: Box<dyn std::error::Error + Send + Sync>| {
            ProviderError::new(
                ErrorClass::Invalid,
                "provider `memory` cannot be configured",
            )
            .because(error)
        };
        let world = match attributes.get("path").and_then(serde_json::Value::as_str) {
            Some(path) => {
                World::open_shared(directory.join(path)).map_err(|error| invalid(error.into()))?
            }
            None => World::new(),
        };
        let faults = attributes.get("fail").and_then(serde_json::Value::as_array);
        for text in faults
            .into_iter()
            .flatten()
            .filter_map(serde_json::Value::as_str)
        {
            let fault: Fault = text
                .parse()
                .map_err(|error: crate::FaultError| invalid(error.into()))?;
            world.faults().plan(fault);
        }
        Ok(world.provider())
    }

    /// Returns the world that it speaks to.
    pub fn world(&self) -> &World {
        &self.world
    }
}

#[async_trait]
impl Provider for MemoryProvider {
    fn catalog(&self) -> Catalog {
        catalog::catalog()
    }

    async fn read(
        &self,
        request: ReadRequest<'_>,
        context: &CallContext,
    ) -> Result<LiveState, ProviderError> {
        let call = self.world.faults().enter(self.life, Method::Read).await?;
        let answer = read::read(&self.world, request, context.as_of);
        call.leave(answer).await
    }

    async fn change(
        &self,
        request: ChangeRequest<'_>,
        context: &CallContext,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let call = self.world.faults().enter(self.life, Method::Change).await?;
        self.world.pass(context.as_of)?;
        let answer = change::change(&self.world, &request, context)?;
        call.leave(answer).await
    }

    async fn back_up(
        &self,
        request: BackUpRequest<'_>,
        context: &CallContext,
    ) -> Result<BackUpReport, ProviderError> {
        let call = self.world.faults().enter(self.life, Method::BackUp).await?;
        self.world.pass(context.as_of)?;
        let answer = act::back_up(&self.world, &request.protected, context, &call).await?;
        call.leave(answer).await
    }

    async fn delete_points(
        &self,
        protected: Protected<'_>,
        points: &[RecoveryPointId],
        context: &CallContext,
    ) -> Result<(), ProviderError> {
        let faults = self.world.faults();
        let call = faults.enter(self.life, Method::DeletePoints).await?;
        self.world.pass(context.as_of)?;
        act::delete_points(&self.world, &protected, points, context, &call).await?;
        call.leave(()).await
    }

    async fn restore(
        &self,
        request: RestoreRequest<'_>,
        context: &CallContext,
    ) -> Result<RestoreReport, ProviderError> {
        let call = self
            .world
            .faults()
            .enter(self.life, Method::Restore)
            .await?;
        self.world.pass(context.as_of)?;
        let answer = act::restore(&self.world, &request, context)?;
        call.leave(answer).await
    }

    async fn verify(
        &self,
        request: VerifyRequest<'_>,
        context: &CallContext,
    ) -> Result<VerifyReport, ProviderError> {
        let call = self.world.faults().enter(self.life, Method::Verify).await?;
        let answer = verify::verify(&self.world, &request, context)?;
        call.leave(answer).await
    }

    async fn verify_restored(
        &self,
        request: RestoredRequest<'_>,
        context: &CallContext,
    ) -> Result<VerifyReport, ProviderError> {
        let faults = self.world.faults();
        let call = faults.enter(self.life, Method::VerifyRestored).await?;
        let answer = verify::verify_restored(&self.world, &request, context)?;
        call.leave(answer).await
    }

    async fn discard_scratch(
        &self,
        into: &str,
        _context: &CallContext,
    ) -> Result<(), ProviderError> {
        let faults = self.world.faults();
        let call = faults.enter(self.life, Method::DiscardScratch).await?;
        act::discard_scratch(&self.world, into)?;
        call.leave(()).await
    }
}
