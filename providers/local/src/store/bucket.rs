//! A repository under a prefix of a bucket.
//!
//! rustic's own backend logs and drops what fails in the middle of a listing, and waits without bound for an endpoint
//! that does not answer. Here a listing is complete or an error, and every request ends: three retries with jitter,
//! ten seconds for a short request, a minute without progress for a transfer.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use opendal::blocking::Operator;
use opendal::layers::{RetryLayer, TimeoutLayer};
use opendal::options::{ListOptions, ReadOptions};
use rustic_core::{
    BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend,
};
use tokio::runtime::Runtime;

use super::layout::View;
use super::place::Secret;

/// What opens a bucket.
#[derive(Clone, Debug)]
pub(super) struct BucketAccess<'a> {
    pub(super) endpoint: Option<&'a str>,
    pub(super) bucket: &'a str,
    pub(super) prefix: &'a str,
    pub(super) region: &'a str,
    pub(super) access_key: &'a Secret,
    pub(super) secret_key: &'a Secret,
}

/// The prefix of one repository.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    operator: Operator,
    name: String,
    view: View,
}

/// Returns the runtime that drives the requests, apart from the caller's.
fn runtime() -> opendal::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    RUNTIME
        .get_or_init(|| {
            // opendal speaks HTTP only after somebody has said through what.
            opendal::install_default();
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .thread_name("lifeboat-s3")
                .enable_all()
                .build()
                .map_err(|error| error.to_string())
        })
        .as_ref()
        .map_err(|error| opendal::Error::new(opendal::ErrorKind::Unexpected, error.clone()))
}

impl Bucket {
    pub(super) fn open(access: &BucketAccess<'_>, view: View) -> opendal::Result<Self> {
        let runtime = runtime()?;
        let mut service = opendal::services::S3::default()
            .bucket(access.bucket)
            .root(&format!("/{}", access.prefix.trim_matches('/')))
            .region(access.region)
            .access_key_id(access.access_key.expose())
            .secret_access_key(access.secret_key.expose())
            .disable_config_load()
            .disable_ec2_metadata();
        if let Some(endpoint) = access.endpoint {
            service = service.endpoint(endpoint);
        }
        let operator = opendal::Operator::new(service)?
            .layer(
                TimeoutLayer::new()
                    .with_timeout(Duration::from_secs(10))
                    .with_io_timeout(Duration::from_mins(1)),
            )
            .layer(
                RetryLayer::new()
                    .with_max_times(3)
                    .with_min_delay(Duration::from_millis(400))
                    .with_max_delay(Duration::from_secs(4))
                    .with_jitter(),
            );
        let _guard = runtime.enter();
        Ok(Self {
            operator: Operator::new(operator)?,
            name: format!("s3://{}/{}", access.bucket, access.prefix.trim_matches('/')),
            view,
        })
    }

    /// Returns what it speaks through.
    pub(super) fn into_operator(self) -> Operator {
        self.operator
    }

    /// Returns the names directly under the prefix, directories with a final slash.
    pub(super) fn names(&self) -> opendal::Result<Vec<String>> {
        let entries = self.operator.list_options("", ListOptions::default())?;
        Ok(entries
            .into_iter()
            .map(|entry| entry.path().to_owned())
            .filter(|name| !name.is_empty() && name != "/")
            .collect())
    }

    /// Returns whether anything stands under this directory.
    pub(super) fn has_any(&self, directory: &str) -> opendal::Result<bool> {
        let options = ListOptions {
            recursive: true,
            limit: Some(2),
            ..ListOptions::default()
        };
        let entries = self.operator.list_options(directory, options)?;
        Ok(entries.iter().any(|entry| entry.metadata().is_file()))
    }

    /// Removes everything under this directory.
    pub(super) fn remove_all(&self, directory: &str) -> opendal::Result<()> {
        let options = ListOptions {
            recursive: true,
            ..ListOptions::default()
        };
        self.operator
            .list_options(directory, options)?
            .iter()
            .try_for_each(|entry| self.operator.delete(entry.path()))
    }
}

fn failed(doing: &str, path: &str, source: opendal::Error) -> Box<RusticError> {
    RusticError::with_source(ErrorKind::Backend, format!("{doing} `{{path}}`"), source)
        .attach_context("path", path.to_owned())
}

impl ReadBackend for Bucket {
    fn location(&self) -> String {
        self.name.clone()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        if kind == FileType::Config {
            return match self.operator.stat("config") {
                Ok(metadata) => Ok(vec![(
                    Id::default(),
                    u32::try_from(metadata.content_length()).unwrap_or(u32::MAX),
                )]),
                Err(error) if is_missing_object(&error) => Ok(Vec::new()),
                Err(error) => Err(failed("cannot read", "config", error)),
            };
        }
        let path = format!("{}/", self.view.directory(kind));
        let options = ListOptions {
            recursive: true,
            ..ListOptions::default()
        };
        let entries = self
            .operator
            .list_options(&path, options)
            .map_err(|error| failed("cannot list", &path, error))?;
        Ok(entries
            .iter()
            .filter(|entry| entry.metadata().is_file())
            .filter_map(|entry| {
                let id = Id::parse_some(entry.name(), kind)?;
                let size = u32::try_from(entry.metadata().content_length()).ok()?;
                Some((id, size))
            })
            .collect())
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        let path = self.view.path(kind, id);
        self.operator
            .read(&path)
            .map(|buffer| buffer.to_bytes())
            .map_err(|error| failed("cannot read", &path, error))
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        _cacheable: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        let path = self.view.path(kind, id);
        let start = u64::from(offset);
        let options = ReadOptions {
            range: (start..start + u64::from(length)).into(),
            ..ReadOptions::default()
        };
        self.operator
            .read_options(&path, options)
            .map(|buffer| buffer.to_bytes())
            .map_err(|error| failed("cannot read", &path, error))
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        self.view.path(kind, id)
    }
}

/// Returns whether the object is missing, and not its bucket.
pub(super) fn is_missing_object(error: &opendal::Error) -> bool {
    error.kind() == opendal::ErrorKind::NotFound && !is_missing_bucket(error)
}

/// Returns whether the bucket itself is missing, which opendal takes for a fault of the configuration.
pub(super) fn is_missing_bucket(error: &opendal::Error) -> bool {
    matches!(
        error.kind(),
        opendal::ErrorKind::NotFound | opendal::ErrorKind::ConfigInvalid
    ) && error.to_string().contains("NoSuchBucket")
}

impl WriteBackend for Bucket {
    fn write_bytes(
        &self,
        kind: FileType,
        id: &Id,
        _cacheable: bool,
        content: BytesList,
    ) -> RusticResult<()> {
        let path = self.view.path(kind, id);
        let chunks: Vec<Bytes> = content.into_vec();
        let buffer: opendal::Buffer = chunks.into_iter().collect();
        self.operator
            .write(&path, buffer)
            .map(drop)
            .map_err(|error| failed("cannot write", &path, error))
    }

    fn remove(&self, kind: FileType, id: &Id, _cacheable: bool) -> RusticResult<()> {
        let path = self.view.path(kind, id);
        self.operator
            .delete(&path)
            .map_err(|error| failed("cannot remove", &path, error))
    }
}
