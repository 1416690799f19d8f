//! Scratch places of drills: prefixes of a bucket of our own.

use std::sync::Arc;

use aws_sdk_s3::types::{
    BucketLocationConstraint, CreateBucketConfiguration, Delete, ObjectIdentifier,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use lifeboat_contract::{CallContext, ErrorClass, ProviderError};

use super::restore::{Place, parts};
use super::versions::each;
use crate::client::{Aws, Session};
use crate::s3::ask::failed;
use crate::s3::bucket::Bucket;
use crate::s3::settings::access;
use crate::s3::tags::{self, MADE, Tags};

/// What the bucket's name and the prefixes begin with.
const SCRATCH: &str = "lifeboat-scratch";
/// The most objects that one request deletes.
const AT_ONCE: usize = 1000;
/// The region whose buckets are made without naming it.
const UNNAMED: &str = "us-east-1";

fn bucket_of(session: &Session) -> String {
    format!("{SCRATCH}-{}-{}", session.account, session.region)
}

/// Makes a scratch place in the region of the session: nobody else's data are near it.
///
/// # Errors
/// What the requests failed with; `conflict` where a bucket has its name that lifeboat did not make.
pub(super) async fn make(session: &Arc<Session>, name: &str) -> Result<Place, ProviderError> {
    let bucket_name = bucket_of(session);
    let bucket = Bucket::of(session, &bucket_name, None);
    let constraint = (session.region != UNNAMED).then(|| {
        let region = BucketLocationConstraint::from(session.region.as_str());
        CreateBucketConfiguration::builder()
            .location_constraint(region)
            .build()
    });
    let asked = bucket.client.create_bucket().bucket(&bucket_name);
    match asked
        .set_create_bucket_configuration(constraint)
        .send()
        .await
    {
        Ok(_) => {}
        Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => {}
        Err(error) => return Err(failed(error, "s3:CreateBucket", &bucket)),
    }
    let _turn = bucket.turn().await;
    let before = tags::get(&bucket).await?;
    if !before.contains_key(MADE) {
        let made: Tags = [(MADE.to_owned(), "for drills".to_owned())].into();
        access::block(&bucket, true).await?;
        tags::put(&bucket, &before, &made).await?;
    }
    Ok(Place {
        bucket,
        prefix: format!("{SCRATCH}/{name}/"),
    })
}

/// Removes a scratch place with every version in it, given by where it is or by its name.
///
/// # Errors
/// `conflict` where it is none of ours.
pub(crate) async fn discard_scratch(
    aws: &Aws,
    into: &str,
    context: &CallContext,
) -> Result<(), ProviderError> {
    let session = aws.home().await?;
    let own = bucket_of(&session);
    let (name, prefix) = match parts(into) {
        Ok((name, prefix)) => (name.to_owned(), prefix),
        Err(_) => (own.clone(), format!("{SCRATCH}/{into}/")),
    };
    let below = prefix
        .strip_prefix(SCRATCH)
        .and_then(|rest| rest.strip_prefix('/'));
    if name != own || below.is_none_or(str::is_empty) {
        let message = format!("`{into}` is not a scratch place of a restore");
        return Err(ProviderError::new(ErrorClass::Conflict, message));
    }
    let Some(bucket) = Bucket::find(&session, &name).await? else {
        return Ok(());
    };
    let mut versions = Vec::new();
    each(&bucket, &prefix, context, |version| {
        versions.push((version.key, version.id));
    })
    .await?;
    for some in versions.chunks(AT_ONCE) {
        delete(&bucket, some).await?;
    }
    // Other drills may be under way in it.
    let asked = bucket.client.delete_bucket().bucket(&bucket.name);
    match asked.send().await {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.code(), Some("BucketNotEmpty" | "NoSuchBucket")) => Ok(()),
        Err(error) => Err(failed(error, "s3:DeleteBucket", &bucket)),
    }
}

async fn delete(bucket: &Bucket, some: &[(String, String)]) -> Result<(), ProviderError> {
    let senseless = |error: aws_smithy_types::error::operation::BuildError| {
        ProviderError::new(ErrorClass::Invalid, "a deletion makes no sense").because(error)
    };
    let mut delete = Delete::builder().quiet(true);
    for (key, id) in some {
        let object = ObjectIdentifier::builder().key(key).version_id(id);
        delete = delete.objects(object.build().map_err(senseless)?);
    }
    let asked = bucket.client.delete_objects().bucket(&bucket.name);
    let answer = asked
        .delete(delete.build().map_err(senseless)?)
        .send()
        .await;
    let answer = answer.map_err(|error| failed(error, "s3:DeleteObjectVersion", bucket))?;
    let Some(error) = answer.errors().first() else {
        return Ok(());
    };
    let message = format!(
        "object `{}` of bucket `{}` cannot be deleted: {}",
        error.key().unwrap_or_default(),
        bucket.name,
        error.message().unwrap_or_default()
    );
    Err(ProviderError::new(ErrorClass::Denied, message))
}
