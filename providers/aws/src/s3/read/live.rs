//! How what was seen is shown to the contract.

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{
    Address, Attributes, Domain, LiveResource, Need, NeedKind, ReadFailure, Scope, role,
};
use serde_json::{Value, json};

use super::seen::{Answer, Seen};
use super::{Bindings, failure};
use crate::client::Session;
use crate::s3::catalog::{self, EXISTING, TIME_CONTROL, WITH_EACH_WRITE};
use crate::s3::points::Reach;
use crate::s3::settings::replication;
use crate::s3::tags::{self, Claim, claimed};
use crate::s3::{bucket, wanted};

/// A resource that is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) address: &'a Address,
    pub(crate) kind: &'a str,
    /// As recorded, else as desired.
    pub(crate) attributes: &'a Attributes,
    pub(crate) bindings: &'a Bindings,
    pub(crate) session: &'a Arc<Session>,
    pub(crate) as_of: Timestamp,
}

/// What a resource shows, or why that is not known.
type Shown = Result<Option<LiveResource>, ReadFailure>;

/// Returns what was answered; a setting that nobody asked for is not there.
fn got<T: Clone>(answer: &Answer<T>) -> Result<Option<T>, ReadFailure> {
    answer.clone().transpose()
}

/// Returns a number of days as a length of time.
fn span(days: u32) -> Value {
    format!("{days}d").into()
}

impl Asked<'_> {
    /// Returns the resource as it is; none where it is not.
    pub(crate) fn live(&self, seen: &Seen) -> Shown {
        match self.kind {
            catalog::BUCKET => Ok(Some(self.target(seen))),
            catalog::REPLICA_BUCKET => self.replica_bucket(seen),
            catalog::LOG => self.log(seen),
            catalog::COPY => self.copy(seen),
            catalog::LOCK => self.lock(seen),
            _ => self.guard(seen),
        }
    }

    fn target(&self, seen: &Seen) -> LiveResource {
        let mut facts = Attributes::new();
        let mut fact = |name: &str, value: Value| facts.insert(name.to_owned(), value);
        fact("region", seen.bucket.region.as_str().into());
        if let Some(created) = seen.created {
            fact("created", created.to_string().into());
        }
        if let Some(Ok(versioning)) = &seen.versioning {
            fact("versioning", versioning.enabled.into());
            fact("mfa_delete", versioning.mfa_delete.into());
        }
        LiveResource {
            attributes: [("bucket".to_owned(), seen.bucket.name.as_str().into())].into(),
            facts,
            domains: seen.bucket.domains(),
            ..LiveResource::default()
        }
    }

    fn replica_bucket(&self, seen: &Seen) -> Shown {
        let (session, configuration) = (self.session, &self.session.settings.configuration);
        crate::ownership::owned(&seen.bucket.name, &seen.tags, self.address, configuration)
            .map_err(|error| failure(&error))?;
        let versioning = got(&seen.versioning)?;
        let kept = got(&seen.lifecycle)?
            .map(|it| it.kept())
            .unwrap_or_default();
        let key = got(&seen.encryption)?.flatten().and_then(|it| it.key);
        let mut attributes = self.own(&["provider"]);
        let mut put = |name: &str, value: Value| attributes.insert(name.to_owned(), value);
        put("bucket", seen.bucket.name.as_str().into());
        put("versioning", versioning.is_some_and(|it| it.enabled).into());
        put("region", seen.bucket.region.as_str().into());
        put("account_id", session.account.as_str().into());
        if let Some(days) = kept.days {
            put(role::WINDOW, span(days));
        }
        // A key that nobody asked for is a need, and nothing that lifeboat would take away.
        if wanted::text(self.attributes, "kms_key").is_some()
            && let Some(key) = &key
        {
            put("kms_key", key.as_str().into());
        }
        Ok(Some(LiveResource {
            attributes,
            domains: seen.bucket.domains(),
            needs: key.iter().map(|key| key_need(key, session)).collect(),
            ..LiveResource::default()
        }))
    }

    fn log(&self, seen: &Seen) -> Shown {
        let claim = self.claim(seen, tags::LOG)?;
        let Some(versioning) = got(&seen.versioning)?.filter(|it| it.enabled) else {
            return Ok(None);
        };
        let kept = got(&seen.lifecycle)?
            .map(|it| it.kept())
            .unwrap_or_default();
        let mut attributes = self.own(&["target", "source"]);
        attributes.insert(role::FLUSH_EVERY.to_owned(), WITH_EACH_WRITE.into());
        if let Some(days) = kept.days {
            attributes.insert(role::WINDOW.to_owned(), span(days));
        }
        if let Some(newer) = kept.newer {
            attributes.insert("newer_noncurrent_versions".to_owned(), newer.into());
        }
        let reach = Reach::of_log(versioning, claim.as_ref(), kept.days, self.as_of);
        Ok(Some(LiveResource {
            attributes,
            facts: [("mfa_delete".to_owned(), versioning.mfa_delete.into())].into(),
            domains: seen.bucket.domains(),
            recovery_points: reach
                .map(|reach| reach.points(&seen.bucket.name, self.address))
                .unwrap_or_default(),
            ..LiveResource::default()
        }))
    }

    fn copy(&self, seen: &Seen) -> Shown {
        let id = replication::id(&self.session.settings.configuration, self.address);
        let claim = self.claim(seen, &replication::tag(&id))?;
        let Some(found) = got(&seen.replication)? else {
            return Ok(None);
        };
        let Some(rule) = found.rule(&id).filter(|rule| rule.enabled) else {
            return Ok(None);
        };
        let mut attributes = self.own(&["target", "source", role::FROM, EXISTING]);
        let mut put = |name: &str, value: Value| attributes.insert(name.to_owned(), value);
        let named = wanted::text(self.attributes, role::REPOSITORY);
        let bound = named
            .and_then(|text| self.bindings.get(&text.parse().ok()?))
            .and_then(|repository| wanted::text(repository, "bucket"));
        let to = rule.to.rsplit(':').next().unwrap_or_default();
        let repository = named.filter(|_| bound == Some(to)).unwrap_or(&rule.to);
        put(role::REPOSITORY, repository.into());
        put("role", found.role.as_str().into());
        put(TIME_CONTROL, rule.time_control.into());
        put("delete_markers", rule.delete_markers.into());
        if let Some(class) = &rule.storage_class {
            put("storage_class", class.as_str().into());
        }
        if let Some(key) = &rule.key {
            put("kms_key", key.as_str().into());
        }
        if self
            .attributes
            .get("priority")
            .is_some_and(|it| !it.is_null())
        {
            put("priority", json!(rule.priority));
        }
        let whole = wanted::existing(self.attributes);
        let reach = Reach::of_copy(claim.as_ref(), whole, self.as_of);
        let points = reach.map(|reach| reach.points(to, self.address));
        Ok(Some(LiveResource {
            attributes,
            needs: rule
                .key
                .iter()
                .map(|key| key_need(key, self.session))
                .collect(),
            recovery_points: points.unwrap_or_default(),
            ..LiveResource::default()
        }))
    }

    fn lock(&self, seen: &Seen) -> Shown {
        self.claim(seen, tags::LOCK)?;
        let Some(retention) = got(&seen.lock)?.flatten() else {
            return Ok(None);
        };
        let mode = if retention.compliance {
            "compliance"
        } else {
            "governance"
        };
        let mut attributes = self.own(&["target", "source"]);
        attributes.insert(role::LOCK_FOR.to_owned(), span(retention.days));
        attributes.insert(role::LOCK_MODE.to_owned(), mode.into());
        Ok(Some(self.at(seen, attributes)))
    }

    fn guard(&self, seen: &Seen) -> Shown {
        self.claim(seen, tags::GUARD)?;
        let (blocked, encryption) = (
            got(&seen.blocked)?.flatten(),
            got(&seen.encryption)?.flatten(),
        );
        if blocked.is_none() && encryption.is_none() {
            return Ok(None);
        }
        let mut attributes = self.own(&["target", "source"]);
        attributes.insert(
            "public_access_block".to_owned(),
            (blocked == Some(true)).into(),
        );
        if let Some(encryption) = encryption {
            attributes.insert("encryption".to_owned(), encryption.algorithm.into());
            if let Some(key) = encryption.key {
                attributes.insert("kms_key".to_owned(), key.into());
            }
        }
        Ok(Some(self.at(seen, attributes)))
    }

    fn at(&self, seen: &Seen, attributes: Attributes) -> LiveResource {
        LiveResource {
            attributes,
            domains: seen.bucket.domains(),
            ..LiveResource::default()
        }
    }

    /// Returns our claim on a setting; another's is a failure that names both.
    fn claim(&self, seen: &Seen, setting: &str) -> Result<Option<Claim>, ReadFailure> {
        let ours = Claim::of(&self.session.settings.configuration, self.address, None);
        claimed(&seen.tags, setting, &seen.bucket.name, &ours).map_err(|error| failure(&error))
    }

    /// Returns these attributes as they were asked for: they say what is meant, and are kept nowhere else.
    fn own(&self, names: &[&str]) -> Attributes {
        let given = self.attributes.iter();
        let given = given.filter(|(name, _)| names.contains(&name.as_str()));
        given
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Returns what using the points of something that is not there yet would take.
    pub(crate) fn needs(&self, seen: Option<&Seen>) -> Vec<Need> {
        if ![catalog::COPY, catalog::REPLICA_BUCKET].contains(&self.kind) {
            return Vec::new();
        }
        let _ = seen;
        let key = wanted::text(self.attributes, "kms_key");
        key.iter().map(|key| key_need(key, self.session)).collect()
    }

    /// Returns where something that is not there yet would stand.
    pub(crate) fn place(&self, name: &str, seen: Option<&Seen>) -> Option<Vec<Domain>> {
        match (self.kind, seen) {
            // A copy stands in its repository, which is another place.
            (catalog::COPY, _) => None,
            (_, Some(seen)) => Some(seen.bucket.domains()),
            (_, None) => Some(bucket::domains(self.session, &self.session.region, name)),
        }
    }
}

/// Returns the need of a key of KMS, which fails with its region and its account. One that is named by its id or its
/// alias is of the region and the account of the bucket.
pub(crate) fn key_need(key: &str, session: &Session) -> Need {
    let mut parts = key.split(':').skip(3);
    let (region, account) = (parts.next(), parts.next());
    let known = |part: Option<&str>, otherwise: &str| {
        let part = part.filter(|part| !part.is_empty());
        part.unwrap_or(otherwise).to_owned()
    };
    let region = known(region, &session.region);
    let account = known(account, &session.account);
    let evidence = format!("the key is {key}");
    Need {
        kind: NeedKind::Key,
        what: format!("the key `{key}` of KMS"),
        domains: vec![
            Domain {
                scope: Scope::Region,
                id: format!("aws:{region}"),
                evidence: evidence.clone(),
            },
            Domain {
                scope: Scope::Account,
                id: format!("aws:{account}"),
                evidence,
            },
        ],
    }
}
