//! Reading in bulk: one listing, tags in pages, and of each bucket the settings that somebody manages.

mod live;
mod seen;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;
use lifeboat_contract::{CallContext, ErrorClass, ProviderError, ReadItem, ReadRequest};
use lifeboat_model::{Address, Attributes, LiveState, ReadFailure};

pub(super) use live::Asked;
pub(super) use seen::{Seen, Setting};

use super::bucket::{self, Bucket};
use super::tags::Tags;
use super::{catalog, estate, wanted};
use crate::client::{Aws, Session};
use crate::error::unknown_kind;

/// The bindings of a request.
pub(super) type Bindings = BTreeMap<Address, Attributes>;

/// Reads items of this service in bulk.
///
/// # Errors
/// Without a session, a listing or tags.
pub(crate) async fn read(
    aws: &Aws,
    request: ReadRequest<'_>,
    context: &CallContext,
) -> Result<LiveState, ProviderError> {
    let ReadRequest { items, bindings } = request;
    let mut answer = LiveState::default();
    let (mut sought, mut settings) = (Vec::new(), BTreeMap::new());
    for item in items {
        match name_of(&item, bindings) {
            Ok(name) => {
                let of: &mut BTreeSet<Setting> = settings.entry(name.clone()).or_default();
                of.extend(Setting::of(&item.kind));
                sought.push((item, name));
            }
            Err(error) => fail(&mut answer, &item.address, &failure(&error)),
        }
    }
    if sought.is_empty() {
        return Ok(answer);
    }
    let session = aws.home().await?;
    let listed = estate::buckets(&session).await?;
    let there = settings
        .keys()
        .filter_map(|name| Some((name.as_str(), listed.get(name)?)))
        .map(|(name, it)| (name, Bucket::of(&session, name, it.region.as_deref())));
    let there: BTreeMap<&str, Bucket> = there.collect();
    let managed = sought.iter().any(|(item, _)| item.kind != catalog::BUCKET);
    let tags = if managed && !there.is_empty() {
        estate::tags_of(&session, &there).await?
    } else {
        BTreeMap::new()
    };
    let reads = there.iter().map(|(name, bucket)| {
        let settings = settings.get(*name);
        let created = listed.get(*name).and_then(|it| it.created);
        let tags = tags.get(*name).cloned().unwrap_or_default();
        async move { (*name, Seen::read(bucket, settings, created, tags).await) }
    });
    let seen: BTreeMap<&str, Seen> = join_all(reads).await.into_iter().collect();
    for (item, name) in &sought {
        let asked = Asked {
            address: &item.address,
            kind: &item.kind,
            attributes: &item.attributes,
            bindings,
            session: &session,
            as_of: context.as_of,
        };
        answer_for(&asked, name, seen.get(name.as_str()), &mut answer);
    }
    Ok(answer)
}

fn answer_for(asked: &Asked<'_>, name: &str, seen: Option<&Seen>, answer: &mut LiveState) {
    let address = asked.address;
    match seen.map(|seen| asked.live(seen)) {
        Some(Ok(Some(found))) => {
            answer.resources.insert(address.clone(), found);
            return;
        }
        Some(Err(failure)) => return fail(answer, address, &failure),
        Some(Ok(None)) | None => {}
    }
    let needs = asked.needs(seen);
    if !needs.is_empty() {
        answer.needs.insert(address.clone(), needs);
    }
    if let Some(place) = asked.place(name, seen) {
        answer.places.insert(address.clone(), place);
    }
}

/// Returns the bucket that an item is about.
fn name_of(item: &ReadItem, bindings: &Bindings) -> Result<String, ProviderError> {
    let target = item.target.as_ref().and_then(|target| bindings.get(target));
    match item.kind.as_str() {
        catalog::BUCKET | catalog::REPLICA_BUCKET => {
            bucket::named(&item.attributes, &item.address.to_string()).map(str::to_owned)
        }
        catalog::LOG | catalog::COPY | catalog::LOCK | catalog::GUARD => {
            wanted::bucket_of(&item.address, &item.attributes, target).map(str::to_owned)
        }
        other => Err(unknown_kind(&item.address, other)),
    }
}

/// Reads one resource of one bucket again after it was changed.
///
/// # Errors
/// What the requests failed with; `unavailable` where it is not to be seen yet.
pub(super) async fn again(
    asked: &Asked<'_>,
    bucket: &Bucket,
    tags: Tags,
) -> Result<lifeboat_model::LiveResource, ProviderError> {
    let settings = Setting::of(asked.kind).into_iter().collect();
    let seen = Seen::read(bucket, Some(&settings), None, tags).await;
    let found = asked.live(&seen).map_err(|failure| {
        let class = ErrorClass::Unknown;
        ProviderError::new(class, failure.message)
    })?;
    found.ok_or_else(|| {
        let message = format!(
            "`{}` was written to bucket `{}` and is not to be seen there yet",
            asked.address, bucket.name
        );
        ProviderError::new(ErrorClass::Unavailable, message)
    })
}

/// Returns the session of another provider block, or that of the provider itself.
///
/// # Errors
/// As [`Aws::at`].
pub(super) async fn session_of(
    aws: &Aws,
    provider: Option<&str>,
    bindings: &Bindings,
) -> Result<Arc<Session>, ProviderError> {
    let address: Option<Address> = provider.and_then(|text| text.parse().ok());
    match address {
        Some(address) if bindings.contains_key(&address) => aws.at(&address, bindings).await,
        _ => aws.home().await,
    }
}

pub(super) fn failure(error: &ProviderError) -> ReadFailure {
    ReadFailure {
        class: error.class.as_str().to_owned(),
        message: error.chain(),
        help: error.help.clone(),
    }
}

fn fail(answer: &mut LiveState, address: &Address, failure: &ReadFailure) {
    answer.failures.insert(address.clone(), failure.clone());
}
