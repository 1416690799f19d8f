//! Where a repository stands, and the secrets that open it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use lifeboat_contract::{Cancel, ProviderError};
use rustic_core::WriteBackend;

use super::bucket::{Bucket, BucketAccess};
use super::directory::Directory;
use super::error::from_bucket;
use super::gate::Gate;
use super::layout::View;

/// A resolved secret: a password or a key.
///
/// Never shown: its `Debug` is three dots, and it has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Returns the secret with this value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// Returns the value, for the call that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a repository stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A directory of this machine, or of a file system that is mounted on it.
    Directory {
        /// The directory itself, absolute.
        path: PathBuf,
    },
    /// A prefix in a bucket that speaks S3.
    S3 {
        /// The URL of the service; none for Amazon's own.
        endpoint: Option<String>,
        /// The bucket, which must exist.
        bucket: String,
        /// The prefix in it; empty for the whole bucket.
        prefix: String,
        /// The region that requests are signed for.
        region: String,
        /// The access key id.
        access_key: Secret,
        /// The secret access key.
        secret_key: Secret,
    },
}

/// The place as a person names it; no secret stands in it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory { path } => write!(f, "{}", path.display()),
            Self::S3 { bucket, prefix, .. } => {
                write!(f, "s3://{bucket}/{}", prefix.trim_matches('/'))
            }
        }
    }
}

impl Place {
    /// Opens the bucket of a place in S3.
    pub(super) fn bucket(&self, view: View) -> opendal::Result<Bucket> {
        match self {
            Self::S3 {
                endpoint,
                bucket,
                prefix,
                region,
                access_key,
                secret_key,
            } => Bucket::open(
                &BucketAccess {
                    endpoint: endpoint.as_deref(),
                    bucket,
                    prefix,
                    region,
                    access_key,
                    secret_key,
                },
                view,
            ),
            Self::Directory { .. } => Err(opendal::Error::new(
                opendal::ErrorKind::Unsupported,
                "bug: a directory is no bucket",
            )),
        }
    }

    /// Opens the bucket of a place in S3 at its prefix, for what is no file of restic's.
    pub(crate) fn operator(&self) -> opendal::Result<opendal::blocking::Operator> {
        self.bucket(View::Data).map(Bucket::into_operator)
    }

    /// Opens the place behind a gate.
    pub(super) fn gate(&self, view: View, cancel: Cancel) -> Result<Gate, ProviderError> {
        let backend: Arc<dyn WriteBackend> = match self {
            Self::Directory { path } => Arc::new(Directory::new(path.clone(), view)),
            Self::S3 { .. } => Arc::new(
                self.bucket(view)
                    .map_err(|error| from_bucket(format!("cannot open `{self}`"), &error))?,
            ),
        };
        Ok(Gate::new(backend, cancel))
    }
}
