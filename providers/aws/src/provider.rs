//! The provider: each call goes to the service whose kind it is about.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::join;
use lifeboat_contract::{
    BackUpReport, BackUpRequest, CallContext, ChangeRequest, DiscoverQuery, Discovered, Protected,
    Provider, ProviderError, ReadRequest, RestoreReport, RestoreRequest, RestoredRequest,
    VerifyReport, VerifyRequest,
};
use lifeboat_model::{Attributes, Catalog, LiveResource, LiveState, RecoveryPointId};

use crate::catalog::{Scheduling, catalog_of};
use crate::client::{Aws, Connection};
use crate::settings::Settings;
use crate::{discover, rds, s3};

/// What the kinds of buckets begin with; every other kind is of RDS.
const OF_S3: &str = "aws_s3_";
/// What the names of scratch places in S3 begin with.
const S3_PLACE: &str = "s3://";

/// The provider of RDS and S3.
#[derive(Clone, Debug)]
pub struct AwsProvider {
    aws: Arc<Aws>,
}

impl AwsProvider {
    /// Returns the provider that a `provider "aws"` block with these arguments configures. Makes no call.
    ///
    /// # Errors
    /// `invalid` when an argument makes no sense.
    pub fn new(arguments: &Attributes) -> Result<Self, ProviderError> {
        Self::connected(arguments, Connection::of_this_process())
    }

    /// Returns the provider of a block, connected like this. Makes no call.
    ///
    /// # Errors
    /// As [`AwsProvider::new`].
    pub fn connected(
        arguments: &Attributes,
        connection: Connection,
    ) -> Result<Self, ProviderError> {
        Ok(Self {
            aws: Arc::new(Aws::new(Settings::of(arguments)?, connection)),
        })
    }

    /// Returns how many requests were sent so far, every attempt counted.
    pub fn requests(&self) -> u64 {
        self.aws.requests.sent()
    }
}

#[async_trait]
impl Provider for AwsProvider {
    fn catalog(&self) -> Catalog {
        catalog_of(Scheduling::of(Some(&self.aws.settings.scheduler)))
    }

    fn requests(&self) -> Option<u64> {
        Some(self.aws.requests.sent())
    }

    async fn read(
        &self,
        request: ReadRequest<'_>,
        context: &CallContext,
    ) -> Result<LiveState, ProviderError> {
        let ReadRequest { items, bindings } = request;
        let (of_s3, of_rds): (Vec<_>, Vec<_>) = items
            .into_iter()
            .partition(|item| item.kind.starts_with(OF_S3));
        let of = |items| ReadRequest { items, bindings };
        let (of_rds, of_s3) = join(
            rds::service::read(&self.aws, of(of_rds), context),
            s3::service::read(&self.aws, of(of_s3), context),
        )
        .await;
        let (mut live, other) = (of_rds?, of_s3?);
        live.resources.extend(other.resources);
        live.failures.extend(other.failures);
        live.places.extend(other.places);
        live.needs.extend(other.needs);
        Ok(live)
    }

    async fn discover(
        &self,
        query: &DiscoverQuery,
        _context: &CallContext,
    ) -> Result<Vec<Discovered>, ProviderError> {
        discover::discover(&self.aws, query).await
    }

    async fn change(
        &self,
        request: ChangeRequest<'_>,
        context: &CallContext,
    ) -> Result<Option<LiveResource>, ProviderError> {
        if request.kind.starts_with(OF_S3) {
            s3::service::change(&self.aws, request, context).await
        } else {
            rds::service::change(&self.aws, request, context).await
        }
    }

    async fn back_up(
        &self,
        request: BackUpRequest<'_>,
        context: &CallContext,
    ) -> Result<BackUpReport, ProviderError> {
        if request.protected.kind.starts_with(OF_S3) {
            s3::service::back_up(&self.aws, request, context).await
        } else {
            rds::service::back_up(&self.aws, request, context).await
        }
    }

    async fn delete_points(
        &self,
        protected: Protected<'_>,
        points: &[RecoveryPointId],
        context: &CallContext,
    ) -> Result<(), ProviderError> {
        if protected.kind.starts_with(OF_S3) {
            s3::service::delete_points(&self.aws, protected, points, context).await
        } else {
            rds::service::delete_points(&self.aws, protected, points, context).await
        }
    }

    async fn restore(
        &self,
        request: RestoreRequest<'_>,
        context: &CallContext,
    ) -> Result<RestoreReport, ProviderError> {
        if request.protected.kind.starts_with(OF_S3) {
            s3::service::restore(&self.aws, request, context).await
        } else {
            rds::service::restore(&self.aws, request, context).await
        }
    }

    async fn verify(
        &self,
        request: VerifyRequest<'_>,
        context: &CallContext,
    ) -> Result<VerifyReport, ProviderError> {
        if request.protected.kind.starts_with(OF_S3) {
            s3::service::verify(&self.aws, request, context).await
        } else {
            rds::service::verify(&self.aws, request, context).await
        }
    }

    async fn verify_restored(
        &self,
        request: RestoredRequest<'_>,
        context: &CallContext,
    ) -> Result<VerifyReport, ProviderError> {
        if request.protected.kind.starts_with(OF_S3) {
            s3::service::verify_restored(&self.aws, request, context).await
        } else {
            rds::service::verify_restored(&self.aws, request, context).await
        }
    }

    async fn discard_scratch(
        &self,
        into: &str,
        context: &CallContext,
    ) -> Result<(), ProviderError> {
        if into.starts_with(S3_PLACE) {
            s3::service::discard_scratch(&self.aws, into, context).await
        } else {
            rds::service::discard_scratch(&self.aws, into, context).await
        }
    }
}
