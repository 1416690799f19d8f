//! What a protection is about: the instance or the cluster, and the region and account where its points are.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_contract::{ErrorClass, Protected, ProviderError};
use lifeboat_model::{Address, Attributes, role};
use serde_json::Value;

use crate::client::{Aws, Session};

/// The kind of targets that are Aurora clusters.
const CLUSTER: &str = "aws_rds_cluster";

/// Which of the two things of RDS something is: each has operations of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// An instance by itself.
    Instance,
    /// An Aurora cluster, or a Multi-AZ cluster.
    Cluster,
}

impl Engine {
    /// Returns how errors call one of them, with the article.
    pub(crate) const fn one(self) -> &'static str {
        match self {
            Self::Instance => "an instance",
            Self::Cluster => "a cluster",
        }
    }

    /// Returns how errors call one.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Cluster => "cluster",
        }
    }
}

/// The instance or the cluster that is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Its identifier.
    pub(crate) identifier: String,
    /// What it is.
    pub(crate) engine: Engine,
}

fn invalid(message: String) -> ProviderError {
    ProviderError::new(ErrorClass::Invalid, message)
}

/// Returns a text attribute.
pub(crate) fn text<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.get(name).and_then(Value::as_str)
}

/// Returns an attribute that is an address.
fn address(attributes: &Attributes, name: &str) -> Option<Address> {
    text(attributes, name)?.parse().ok()
}

impl Source {
    /// Returns what a protection with these attributes is about.
    ///
    /// # Errors
    /// `invalid` when the attributes do not say.
    pub(crate) fn of(
        protection: &Address,
        attributes: &Attributes,
        bindings: &BTreeMap<Address, Attributes>,
    ) -> Result<Self, ProviderError> {
        let target = address(attributes, "target")
            .ok_or_else(|| invalid(format!("`{protection}` has no `target`")))?;
        let source = attributes.get("source").and_then(|it| it.get("identifier"));
        let bound = bindings.get(&target).and_then(|it| text(it, "identifier"));
        let identifier = source.and_then(Value::as_str).or(bound).ok_or_else(|| {
            invalid(format!(
                "`{protection}` does not say the `identifier` of `{target}`"
            ))
        })?;
        let engine = match target.kind.as_deref() {
            Some(CLUSTER) => Engine::Cluster,
            _ => Engine::Instance,
        };
        Ok(Self {
            identifier: identifier.to_owned(),
            engine,
        })
    }
}

/// Where points are: a region of an account, and the key of the copies there.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The session that reaches them.
    pub(crate) session: Arc<Session>,
    /// The key that copies are encrypted with, as the repository says.
    pub(crate) key: Option<String>,
}

/// Returns where the points of a protection with these attributes are: its repository's place, else the target's own.
///
/// # Errors
/// `invalid` when there is no such repository; what opening the session fails with.
pub(crate) async fn place_of(
    aws: &Aws,
    attributes: &Attributes,
    bindings: &BTreeMap<Address, Attributes>,
) -> Result<Place, ProviderError> {
    let Some(repository) = address(attributes, role::REPOSITORY) else {
        let session = aws.home().await?;
        return Ok(Place { session, key: None });
    };
    let block = bindings
        .get(&repository)
        .ok_or_else(|| invalid(format!("there is no `{repository}` in the configuration")))?;
    let session = match address(block, "provider") {
        Some(provider) => aws.at(&provider, bindings).await?,
        None => aws.home().await?,
    };
    Ok(Place {
        session,
        key: text(block, "kms_key").map(str::to_owned),
    })
}

/// Returns whether a copy copies a log, so that RDS replicates automated backups and copies nothing else.
pub(crate) fn copies_log(protected: &Protected<'_>) -> bool {
    let from = address(protected.attributes, role::FROM);
    from.and_then(|from| from.part)
        .is_some_and(|part| part.role == "log")
}

/// The protection whose points a copy copies.
#[derive(Clone, Debug)]
pub(crate) struct Original {
    /// Its address.
    pub(crate) address: Address,
    /// Where its points are.
    pub(crate) place: Place,
}

/// Returns what a copy copies. What only reads the copy does not ask: the region of the original may be gone.
///
/// # Errors
/// `invalid` when it does not say; as [`place_of`].
pub(crate) async fn original_of(
    aws: &Aws,
    protected: &Protected<'_>,
) -> Result<Original, ProviderError> {
    let from = address(protected.attributes, role::FROM).ok_or_else(|| {
        invalid(format!(
            "`{}` does not say what it copies",
            protected.address
        ))
    })?;
    let attributes = protected.bindings.get(&from).ok_or_else(|| {
        let address = protected.address;
        invalid(format!(
            "`{address}` copies `{from}`, which is not in the configuration"
        ))
    })?;
    Ok(Original {
        place: place_of(aws, attributes, protected.bindings).await?,
        address: from,
    })
}
