//! Copying the snapshots that a place lacks: to another region, or to another account.
//!
//! RDS copies in the destination. Between regions the call carries a second one, signed for the source's region;
//! between accounts the snapshot is shared for as long as the copy takes. Both in one step RDS does not do.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_contract::{BackUpReport, CallContext, ErrorClass, Protected, ProviderError};
use lifeboat_model::{Fate, RecoveryPoint, RecoveryPointId, Retention, role};

use super::back_up::{asked, available, go_on, moving, ours, report};
use super::list::{self, Kept};
use super::log::{Reach, points_of_log};
use super::name::snapshot_name;
use super::shape::Shape;
use super::share::{share, unshare};
use super::snapshot::{BEGAN, COPY_OF, SHARED, Snapshot, TOKEN, as_tags, points_of};
use super::source::{Engine, Original, Place, Source, copies_log, original_of, place_of};
use crate::client::{Aws, Session, presigned_url};
use crate::error::Failed as _;
use crate::ownership;

/// Copies that are under way at once. RDS allows 20 into one region for an account; others copy, too.
const AT_ONCE: usize = 5;

/// Where copies come from and go to.
struct Route<'a> {
    aws: &'a Aws,
    source: &'a Source,
    from: &'a Session,
    to: &'a Place,
    protected: &'a Protected<'a>,
}

/// Copies every point that is missing, and answers with all that calls with this token copied.
///
/// Of a log nothing is copied here: RDS replicates automated backups by itself, and the report says how far they reach.
///
/// # Errors
/// `invalid` when RDS cannot copy this way, before anything is copied.
pub(crate) async fn copy(
    aws: &Aws,
    protected: &Protected<'_>,
    context: &CallContext,
) -> Result<BackUpReport, ProviderError> {
    let place = place_of(aws, protected.attributes, protected.bindings).await?;
    let source = Source::of(protected.address, protected.attributes, protected.bindings)?;
    if copies_log(protected) {
        let reach = replicated(&place.session, &source).await?;
        let points = reach.map(|it| points_of_log(&it, protected.address));
        return Ok(moving(points.unwrap_or_default()));
    }
    let original = original_of(aws, protected).await?;
    let route = Route {
        aws,
        source: &source,
        from: &original.place.session,
        to: &place,
        protected,
    };
    let (missing, originals) = route.missing(&original, context.as_of).await?;
    for (snapshot, _) in &missing {
        route.can_carry(snapshot)?;
    }
    let copied = route.carry(&missing, context).await;
    let held = list::snapshots_of(&place.session, &source).await?;
    route.end_sharing(&originals, &held).await?;
    copied?;
    let mut points = points_of(&held, protected.address, &aws.settings.configuration);
    points.retain(|point| point.token.as_ref() == Some(&context.token));
    Ok(report(points))
}

/// Returns how far automated backups reach that were replicated to a place.
pub(crate) async fn replicated(
    to: &Session,
    source: &Source,
) -> Result<Option<Reach>, ProviderError> {
    if source.engine == Engine::Cluster {
        return Ok(None);
    }
    let backups = list::backups_of(to, &source.identifier, Kept::Replicated).await?;
    Ok(backups
        .iter()
        .filter_map(|it| Reach::of_backup(&to.region, it))
        .max_by_key(|it| it.latest))
}

impl Route<'_> {
    fn crosses_regions(&self) -> bool {
        self.from.region != self.to.session.region
    }

    fn crosses_accounts(&self) -> bool {
        self.from.account != self.to.session.account
    }

    /// Returns the points that the copy lacks and shall have, oldest first, and all snapshots of the source.
    async fn missing(
        &self,
        original: &Original,
        as_of: Timestamp,
    ) -> Result<(Vec<(Snapshot, RecoveryPoint)>, Vec<Snapshot>), ProviderError> {
        let configuration = &self.aws.settings.configuration;
        let originals = list::snapshots_of(self.from, self.source).await?;
        let held = list::snapshots_of(&self.to.session, self.source).await?;
        let copied: BTreeMap<RecoveryPointId, Timestamp> =
            points_of(&held, self.protected.address, configuration)
                .into_iter()
                .filter_map(|point| Some((point.copy_of?, point.time)))
                .collect();
        let mut found: Vec<(Snapshot, RecoveryPoint)> = originals
            .iter()
            .filter(|it| it.is_of(&original.address, configuration))
            .filter_map(|it| Some((it.clone(), it.point()?)))
            .collect();
        found.sort_by(|(_, a), (_, b)| (a.time, &a.id).cmp(&(b.time, &b.id)));
        let points: Vec<&RecoveryPoint> = found.iter().map(|(_, point)| point).collect();
        let kept = kept(self.protected, &points, &copied, as_of)?;
        let missing = found.into_iter().zip(kept);
        let missing = missing.filter(|((_, point), kept)| *kept && !copied.contains_key(&point.id));
        Ok((missing.map(|(found, _)| found).collect(), originals))
    }

    /// Fails where RDS cannot copy this snapshot this way.
    fn can_carry(&self, snapshot: &Snapshot) -> Result<(), ProviderError> {
        let (from, to) = (self.from, &self.to.session);
        let address = self.protected.address;
        if self.crosses_regions() && self.crosses_accounts() {
            let message = format!(
                "RDS copies a snapshot to another region or to another account, not to both at once: `{address}` goes from `{}` in {} to `{}` in {}",
                from.account, from.region, to.account, to.region
            );
            return Err(ProviderError::new(ErrorClass::Invalid, message).help(
                "Copy it to the other region first, and give a second copy `from` that one.",
            ));
        }
        let leaves = self.crosses_regions() || self.crosses_accounts();
        if leaves && snapshot.encrypted && self.to.key.is_none() {
            let message = format!(
                "`{}` is encrypted, and `{address}` copies it to `{}` in {}, where its key cannot be used",
                snapshot.name, to.account, to.region
            );
            return Err(ProviderError::new(ErrorClass::Invalid, message)
                .help("Give the repository a `kms_key` of that region and account."));
        }
        Ok(())
    }

    /// Begins the copies, some at once, and waits until each is there.
    async fn carry(
        &self,
        missing: &[(Snapshot, RecoveryPoint)],
        context: &CallContext,
    ) -> Result<(), ProviderError> {
        for some in missing.chunks(AT_ONCE) {
            let mut begun = Vec::new();
            for (snapshot, point) in some {
                go_on(context)?;
                begun.push(self.begin(snapshot, point, context).await?);
            }
            for name in begun {
                available(&self.to.session, self.source.engine, &name, context).await?;
            }
        }
        Ok(())
    }

    /// Begins one copy, or finds that it is begun; returns its name.
    async fn begin(
        &self,
        snapshot: &Snapshot,
        point: &RecoveryPoint,
        context: &CallContext,
    ) -> Result<String, ProviderError> {
        let settings = &self.aws.settings;
        let name = snapshot_name(
            &settings.configuration,
            self.protected.address,
            &self.source.identifier,
            &point.id.0,
        );
        let engine = self.source.engine;
        let found = list::snapshot(&self.to.session, engine, &name).await?;
        if ours(self.aws, found.as_ref(), self.protected, context)? {
            return Ok(name);
        }
        if self.crosses_accounts() {
            share(self.from, engine, snapshot, &self.to.session.account).await?;
        }
        let mut users = settings.default_tags.clone();
        users.extend(snapshot.tags_of_users());
        users.extend(asked(self.protected));
        let mut tags = ownership::tags(self.protected.address, &settings.configuration, &users);
        tags.insert(TOKEN.to_owned(), context.token.clone());
        tags.insert(BEGAN.to_owned(), point.time.to_string());
        tags.insert(COPY_OF.to_owned(), point.id.0.clone());
        tags.extend(Shape::of_tags(&snapshot.tags).tags());
        match self.call(snapshot, &name, &tags).await {
            // A reply was lost and the call sent again; who waits for the copy reads it back.
            Err(error) if error.message.contains("AlreadyExists") => Ok(name),
            said => said.map(|()| name),
        }
    }

    async fn call(
        &self,
        snapshot: &Snapshot,
        name: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), ProviderError> {
        let leaves = self.crosses_regions() || self.crosses_accounts();
        let from = if leaves {
            &snapshot.arn
        } else {
            &snapshot.name
        };
        let cluster = self.source.engine == Engine::Cluster;
        // RDS cannot encrypt the copy of a cluster snapshot that is not encrypted.
        let key = self
            .to
            .key
            .as_ref()
            .filter(|_| !cluster || snapshot.encrypted);
        let url = self.signed(from, name, key.map(String::as_str)).await?;
        let (rds, tags) = (&self.to.session.rds, Some(as_tags(tags)));
        if cluster {
            let call = rds.copy_db_cluster_snapshot().set_tags(tags);
            let call = call.source_db_cluster_snapshot_identifier(from);
            let call = call.target_db_cluster_snapshot_identifier(name);
            let said = call
                .set_kms_key_id(key.cloned())
                .set_pre_signed_url(url)
                .send()
                .await;
            said.map(drop)
                .map_err(|error| error.failed("rds:CopyDBClusterSnapshot", from))
        } else {
            let call = rds.copy_db_snapshot().set_tags(tags);
            let call = call.source_db_snapshot_identifier(from);
            let call = call.target_db_snapshot_identifier(name);
            let said = call
                .set_kms_key_id(key.cloned())
                .set_pre_signed_url(url)
                .send()
                .await;
            said.map(drop)
                .map_err(|error| error.failed("rds:CopyDBSnapshot", from))
        }
    }

    /// Returns the call as the source's region is to hear it; none within a region.
    async fn signed(
        &self,
        from: &str,
        name: &str,
        key: Option<&str>,
    ) -> Result<Option<String>, ProviderError> {
        if !self.crosses_regions() {
            return Ok(None);
        }
        let (action, source, target) = match self.source.engine {
            Engine::Instance => (
                "CopyDBSnapshot",
                "SourceDBSnapshotIdentifier",
                "TargetDBSnapshotIdentifier",
            ),
            Engine::Cluster => (
                "CopyDBClusterSnapshot",
                "SourceDBClusterSnapshotIdentifier",
                "TargetDBClusterSnapshotIdentifier",
            ),
        };
        let mut parameters = vec![(source, from), (target, name)];
        parameters.extend(key.map(|key| ("KmsKeyId", key)));
        let region = &self.to.session.region;
        presigned_url(self.from, region, action, &parameters)
            .await
            .map(Some)
    }

    /// Ends the sharing of what is not being copied any more, also of what a run that died left shared.
    async fn end_sharing(
        &self,
        originals: &[Snapshot],
        held: &[Snapshot],
    ) -> Result<(), ProviderError> {
        if !self.crosses_accounts() {
            return Ok(());
        }
        let under_way = |id: &RecoveryPointId| {
            let mut held = held
                .iter()
                .filter(|it| !it.is_available() && it.status != "failed");
            held.any(|it| it.copy_of().as_ref() == Some(id))
        };
        // Read again: what this run shared is marked by now.
        let names: Vec<&String> = originals.iter().map(|it| &it.name).collect();
        let account = &self.to.session.account;
        for snapshot in list::snapshots_of(self.from, self.source).await? {
            let marked = snapshot.tags.get(SHARED) == Some(account);
            if marked
                && names.contains(&&snapshot.name)
                && !under_way(&super::name::id_of(&snapshot.name))
            {
                unshare(self.from, self.source.engine, &snapshot, account).await?;
            }
        }
        Ok(())
    }
}

/// Returns for each point of the source whether the copy's own retention keeps it among all that the copy would hold.
/// What retention deletes today must not be copied again tomorrow.
fn kept(
    protected: &Protected<'_>,
    points: &[&RecoveryPoint],
    copied: &BTreeMap<RecoveryPointId, Timestamp>,
    as_of: Timestamp,
) -> Result<Vec<bool>, ProviderError> {
    let given = protected.attributes.get(role::RETENTION);
    let Some(given) = given.filter(|given| !given.is_null()) else {
        return Ok(vec![true; points.len()]);
    };
    let retention: Retention = serde_json::from_value(given.clone()).map_err(|error| {
        let message = format!("`retention` of `{}` is no policy", protected.address);
        ProviderError::new(ErrorClass::Invalid, message).because(error)
    })?;
    let gone = copied
        .iter()
        .filter(|(id, _)| points.iter().all(|point| point.id != **id))
        .map(|(_, time)| *time);
    let times: Vec<Timestamp> = points.iter().map(|point| point.time).chain(gone).collect();
    let mut fates = retention.fates(&times, as_of);
    fates.truncate(points.len());
    Ok(fates.iter().map(Fate::is_kept).collect())
}
