//! Carrying out one change: as few writes as there are settings that differ, each read before and after.
//!
//! The tag that says whose a setting is goes first, so that a call that was cut off is known as ours by the next one.

mod copy;
mod guard;
mod lock;
mod log;
mod repository;

use std::sync::Arc;

use lifeboat_contract::{CallContext, ChangeKind, ChangeRequest, ErrorClass, ProviderError};
use lifeboat_model::{Attributes, LiveResource};

use super::bucket::Bucket;
use super::read::{self, Asked};
use super::tags::{self, Claim, Tags, claimed};
use super::{catalog, wanted};
use crate::client::{Aws, Session};
use crate::error::unknown_kind;

/// One change of one bucket, in its turn.
struct Task<'a> {
    aws: &'a Aws,
    session: Arc<Session>,
    request: &'a ChangeRequest<'a>,
    context: &'a CallContext,
    bucket: Bucket,
    tags: Tags,
    ours: Claim,
}

/// Carries out one change, and reads the resource back.
///
/// # Errors
/// Where it is not, or not wholly, done; the same call goes on.
pub(crate) async fn change(
    aws: &Aws,
    request: &ChangeRequest<'_>,
    context: &CallContext,
) -> Result<Option<LiveResource>, ProviderError> {
    let session = aws.home().await?;
    match request.kind {
        catalog::REPLICA_BUCKET => return repository::change(aws, session, request, context).await,
        catalog::LOG | catalog::COPY | catalog::LOCK | catalog::GUARD => {}
        catalog::BUCKET => {
            let message = format!("`{}` is only read", request.address);
            return Err(ProviderError::new(ErrorClass::Invalid, message));
        }
        _ => return Err(unknown_kind(request.address, request.kind)),
    }
    let deletes = request.change == ChangeKind::Delete;
    let given = if deletes {
        request.before
    } else {
        request.after
    };
    let given = given.ok_or_else(|| nothing_given(request))?;
    let target = request
        .target
        .and_then(|target| request.bindings.get(target));
    let name = wanted::bucket_of(request.address, given, target)?;
    let found = Bucket::find(&session, name).await?;
    let bucket = match found {
        Some(bucket) => bucket,
        // With its bucket went what was to be taken away.
        None if deletes => return Ok(None),
        None => Bucket::existing(&session, name).await?,
    };
    let turn = bucket.turn().await;
    let mut task = Task {
        ours: Claim::of(&session.settings.configuration, request.address, None),
        tags: tags::get(&bucket).await?,
        aws,
        session,
        request,
        context,
        bucket,
    };
    match request.kind {
        catalog::LOG => task.log(given).await?,
        catalog::COPY => task.copy(given).await?,
        catalog::LOCK => task.lock(given).await?,
        _ => task.guard(given).await?,
    }
    let shown = if deletes {
        None
    } else {
        let asked = Asked {
            address: request.address,
            kind: request.kind,
            attributes: given,
            bindings: request.bindings,
            session: &task.session,
            as_of: context.as_of,
        };
        Some(read::again(&asked, &task.bucket, task.tags).await?)
    };
    drop(turn);
    Ok(shown)
}

fn nothing_given(request: &ChangeRequest<'_>) -> ProviderError {
    let message = format!("a change of `{}` comes without attributes", request.address);
    ProviderError::new(ErrorClass::Invalid, message)
}

fn conflict(message: String, help: &str) -> ProviderError {
    ProviderError::new(ErrorClass::Conflict, message).help(help)
}

impl Task<'_> {
    fn deletes(&self) -> bool {
        self.request.change == ChangeKind::Delete
    }

    /// Returns our claim on a setting, if there is one.
    fn claim(&self, setting: &str) -> Result<Option<Claim>, ProviderError> {
        claimed(&self.tags, setting, &self.bucket.name, &self.ours)
    }

    /// Writes the tag of a setting, where it is another one.
    async fn mark(&mut self, setting: &str, claim: &Claim) -> Result<(), ProviderError> {
        let before = self.tags.clone();
        self.tags.insert(setting.to_owned(), claim.text());
        tags::put(&self.bucket, &before, &self.tags).await
    }

    /// Takes the tag of a setting away.
    async fn unmark(&mut self, setting: &str) -> Result<(), ProviderError> {
        let before = self.tags.clone();
        self.tags.remove(setting);
        tags::put(&self.bucket, &before, &self.tags).await
    }

    /// Fails where a bucket keeps no versions, which something needs.
    fn needs_versions(
        &self,
        bucket: &Bucket,
        enabled: bool,
        what: &str,
    ) -> Result<(), ProviderError> {
        if enabled {
            return Ok(());
        }
        let message = format!(
            "`{}` needs versioning on bucket `{}`: {what}",
            self.request.address, bucket.name
        );
        Err(conflict(message, "Protect the bucket with a `log` before."))
    }
}

/// Returns the attributes of what a resource refers to.
fn bound<'a>(
    request: &ChangeRequest<'a>,
    given: &Attributes,
    name: &str,
) -> Result<&'a Attributes, ProviderError> {
    let address = wanted::text(given, name).and_then(|text| text.parse().ok());
    let found = address.and_then(|address| request.bindings.get(&address));
    found.ok_or_else(|| {
        let message = format!("`{name}` of `{}` is not known", request.address);
        ProviderError::new(ErrorClass::Invalid, message)
    })
}
