//! A bucket of replicas: made where it is missing, and taken over where it is there.

use std::sync::Arc;

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use lifeboat_contract::{CallContext, ChangeKind, ChangeRequest, ErrorClass, ProviderError};
use lifeboat_model::{Attributes, LiveResource};

use super::{conflict, nothing_given};
use crate::client::{Aws, Session};
use crate::ownership;
use crate::s3::ask::failed;
use crate::s3::bucket::{self, Bucket};
use crate::s3::read::{self, Asked};
use crate::s3::settings::access::{self, Encryption};
use crate::s3::settings::{lifecycle, versioning};
use crate::s3::tags::{self, MADE, Tags};
use crate::s3::wanted;

/// The region whose buckets are made without naming it.
const UNNAMED: &str = "us-east-1";

/// Makes, changes or removes a bucket of replicas.
pub(super) async fn change(
    _aws: &Aws,
    session: Arc<Session>,
    request: &ChangeRequest<'_>,
    context: &CallContext,
) -> Result<Option<LiveResource>, ProviderError> {
    let deletes = request.change == ChangeKind::Delete;
    let given = if deletes {
        request.before
    } else {
        request.after
    };
    let given = given.ok_or_else(|| nothing_given(request))?;
    let name = bucket::named(given, &request.address.to_string())?;
    let found = Bucket::find(&session, name).await?;
    let bucket = match found {
        Some(bucket) => bucket,
        None if deletes => return Ok(None),
        None => {
            make(&session, name).await?;
            Bucket::of(&session, name, None)
        }
    };
    let turn = bucket.turn().await;
    let before = tags::get(&bucket).await?;
    let configuration = &session.settings.configuration;
    let ours = ownership::owned(name, &before, request.address, configuration)?;
    if deletes {
        if ours {
            remove(&bucket, &before).await?;
        }
        return Ok(None);
    }
    let mut after = before.clone();
    after.extend(ownership::tags(
        request.address,
        configuration,
        &session.settings.default_tags,
    ));
    if request.change == ChangeKind::Create && is_new(&bucket, &before).await? {
        after
            .entry(MADE.to_owned())
            .or_insert_with(|| context.as_of.to_string());
    }
    tags::put(&bucket, &before, &after).await?;
    set(&bucket, request, given, &after).await?;
    let asked = Asked {
        address: request.address,
        kind: request.kind,
        attributes: given,
        bindings: request.bindings,
        session: &session,
        as_of: context.as_of,
    };
    let shown = read::again(&asked, &bucket, after).await?;
    drop(turn);
    Ok(Some(shown))
}

/// Makes a bucket; one that is there already, and ours by account, is as good: an answer may have been lost.
async fn make(session: &Arc<Session>, name: &str) -> Result<(), ProviderError> {
    let here = Bucket::of(session, name, None);
    let place = (session.region != UNNAMED).then(|| {
        let region = BucketLocationConstraint::from(session.region.as_str());
        CreateBucketConfiguration::builder()
            .location_constraint(region)
            .build()
    });
    let asked = here.client.create_bucket().bucket(name);
    let answer = asked.set_create_bucket_configuration(place).send().await;
    match answer {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => Ok(()),
        Err(error) if error.code() == Some("BucketAlreadyExists") => {
            let message = format!("the name `{name}` is taken by a bucket of another account");
            Err(conflict(
                message,
                "Choose another `bucket`: its name is unique among all accounts.",
            ))
        }
        Err(error) => Err(failed(error, "s3:CreateBucket", &here)),
    }
}

/// Returns whether a bucket without an owner is one that we have just made: nothing is in it, and no tag is on it.
async fn is_new(bucket: &Bucket, tags: &Tags) -> Result<bool, ProviderError> {
    if tags.contains_key(MADE) || !tags.is_empty() {
        return Ok(false);
    }
    is_empty(bucket).await
}

async fn is_empty(bucket: &Bucket) -> Result<bool, ProviderError> {
    let asked = bucket.client.list_object_versions().bucket(&bucket.name);
    let page = asked.max_keys(1).send().await;
    let page = page.map_err(|error| failed(error, "s3:ListBucketVersions", bucket))?;
    Ok(page.versions().is_empty() && page.delete_markers().is_empty())
}

/// Writes what differs.
async fn set(
    bucket: &Bucket,
    request: &ChangeRequest<'_>,
    given: &Attributes,
    tags: &Tags,
) -> Result<(), ProviderError> {
    let wants = wanted::versioning(given);
    if versioning::get(bucket).await?.enabled != wants {
        versioning::put(bucket, wants).await?;
    }
    let kept = wanted::kept(request.address, given)?;
    let rules = lifecycle::get(bucket).await?;
    if let Some((rule, days)) = rules.sooner(kept.days) {
        let message = format!(
            "the lifecycle rule `{rule}` of bucket `{}` deletes versions {days} days after they are replaced, sooner than `{}` keeps them",
            bucket.name, request.address
        );
        let help = format!("Remove that rule, or set `window = \"{days}d\"`.");
        return Err(conflict(message, &help));
    }
    lifecycle::put(bucket, &rules, &rules.keeping(kept)?).await?;
    if let Some(key) = wanted::text(given, "kms_key") {
        let how = Encryption {
            algorithm: "aws:kms".to_owned(),
            key: Some(key.to_owned()),
        };
        if access::encryption(bucket).await?.as_ref() != Some(&how) {
            access::encrypt(bucket, &how).await?;
        }
    }
    // Only of what lifeboat made: what somebody else has opened is theirs.
    if tags.contains_key(MADE) && access::blocked(bucket).await? != Some(true) {
        access::block(bucket, true).await?;
    }
    Ok(())
}

/// Removes a bucket that lifeboat made, if nothing is in it; of another one, what is ours on it.
async fn remove(bucket: &Bucket, tags: &Tags) -> Result<(), ProviderError> {
    if !tags.contains_key(MADE) {
        let rules = lifecycle::get(bucket).await?;
        lifecycle::put(bucket, &rules, &rules.without_ours()).await?;
        let mut after = tags.clone();
        after.remove(ownership::ADDRESS);
        after.remove(ownership::CONFIGURATION);
        return tags::put(bucket, tags, &after).await;
    }
    let denied = || {
        let message = format!("bucket `{}` has versions of replicas in it", bucket.name);
        ProviderError::new(ErrorClass::Denied, message)
            .help("Empty the bucket, or forget it with `on_remove = \"forget\"`.")
    };
    if !is_empty(bucket).await? {
        return Err(denied());
    }
    let answer = bucket
        .client
        .delete_bucket()
        .bucket(&bucket.name)
        .send()
        .await;
    match answer {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some("NoSuchBucket") => Ok(()),
        Err(error) if error.code() == Some("BucketNotEmpty") => Err(denied()),
        Err(error) => Err(failed(error, "s3:DeleteBucket", bucket)),
    }
}
