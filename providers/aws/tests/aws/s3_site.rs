//! Buckets, what protects them, and somebody who meddles with them.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use lifeboat_aws::AwsProvider;
use lifeboat_contract::{
    CallContext, ChangeKind, ChangeRequest, Protected, Provider as _, ProviderError, ReadItem,
    ReadRequest,
};
use lifeboat_model::{Address, Attributes, LiveResource, LiveState};
use serde_json::{Value, json};

use crate::session;

/// The region of the buckets.
pub(crate) const REGION: &str = "eu-west-1";
/// The role that S3 replicates with.
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/replication";

/// A provider, and a client that it knows nothing of.
pub(crate) struct Site {
    pub(crate) provider: AwsProvider,
    pub(crate) s3: Client,
    pub(crate) bindings: BTreeMap<Address, Attributes>,
}

/// One resource as the planner compiles it.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) address: Address,
    pub(crate) kind: String,
    pub(crate) attributes: Attributes,
}

impl Resource {
    /// Returns it with another value of an attribute.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.attributes.insert(name.to_owned(), value);
        self
    }
}

pub(crate) fn attributes(value: Value) -> Attributes {
    let map = value.as_object().cloned().unwrap_or_default();
    map.into_iter().collect()
}

/// Returns a client with the same made-up credentials.
pub(crate) fn client(endpoint: &str) -> Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(Credentials::new(
            "test-key",
            "test-secret",
            None,
            None,
            "the test",
        ))
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(
            aws_smithy_async::rt::sleep::TokioSleep::new(),
        ))
        .force_path_style(true);
    Client::from_conf(config.build())
}

impl Site {
    /// Returns a site over a server, without buckets.
    pub(crate) fn at(endpoint: &str) -> Self {
        Self::of(session::provider(endpoint, REGION), endpoint)
    }

    /// Returns a site of this provider.
    pub(crate) fn of(provider: AwsProvider, endpoint: &str) -> Self {
        Self {
            provider,
            s3: client(endpoint),
            bindings: BTreeMap::new(),
        }
    }

    pub(crate) async fn bucket(&self, name: &str) {
        let region = BucketLocationConstraint::from(REGION);
        let place = CreateBucketConfiguration::builder().location_constraint(region);
        let asked = self.s3.create_bucket().bucket(name);
        asked
            .create_bucket_configuration(place.build())
            .send()
            .await
            .unwrap();
    }

    pub(crate) async fn put(&self, bucket: &str, key: &str, data: &str) {
        let body = data.as_bytes().to_vec().into();
        let asked = self.s3.put_object().bucket(bucket).key(key);
        asked.body(body).send().await.unwrap();
    }

    pub(crate) async fn get(&self, bucket: &str, key: &str) -> Option<String> {
        let asked = self.s3.get_object().bucket(bucket).key(key);
        let body = asked.send().await.ok()?.body.collect().await.unwrap();
        Some(String::from_utf8(body.to_vec()).unwrap())
    }

    /// Returns a protection of a bucket; the address is that which the planner derives.
    pub(crate) fn protection(&mut self, mechanism: &str, bucket: &str, given: Value) -> Resource {
        let target: Address = format!("target.aws_s3_bucket.{}", bucket.replace('-', "_"))
            .parse()
            .unwrap();
        let source = attributes(json!({ "bucket": bucket }));
        self.bindings.insert(target.clone(), source.clone());
        let mut all = attributes(given);
        all.insert("target".to_owned(), target.to_string().into());
        all.insert("source".to_owned(), json!({ "bucket": bucket }));
        if mechanism == "log" {
            all.insert("flush_every".to_owned(), "1ms".into());
        }
        let resource = Resource {
            address: target.part(mechanism, Some("main".to_owned())),
            kind: format!("aws_s3_{mechanism}"),
            attributes: all,
        };
        let bound = (resource.address.clone(), resource.attributes.clone());
        self.bindings.extend([bound]);
        resource
    }

    /// Returns a bucket of replicas.
    pub(crate) fn repository(&mut self, bucket: &str) -> Resource {
        let address: Address = "repository.aws_s3_replica_bucket.far".parse().unwrap();
        let attributes = attributes(json!({ "bucket": bucket, "versioning": true }));
        self.bindings.insert(address.clone(), attributes.clone());
        Resource {
            address,
            kind: "aws_s3_replica_bucket".to_owned(),
            attributes,
        }
    }

    /// Returns a copy of a log into the bucket of replicas.
    pub(crate) fn copy(&mut self, bucket: &str, existing: bool) -> Resource {
        let log = self.protection("log", bucket, json!({}));
        let given = json!({
            "from": log.address.to_string(),
            "repository": "repository.aws_s3_replica_bucket.far",
            "role": ROLE,
            "replication_time_control": true,
            "existing_objects": existing,
            "delete_markers": true,
        });
        self.protection("copy", bucket, given)
    }

    pub(crate) async fn change(
        &self,
        change: ChangeKind,
        resource: &Resource,
    ) -> Result<Option<LiveResource>, ProviderError> {
        self.change_at(change, resource, &session::context("t"))
            .await
    }

    pub(crate) async fn change_at(
        &self,
        change: ChangeKind,
        resource: &Resource,
        context: &CallContext,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let given = Some(&resource.attributes);
        let deletes = change == ChangeKind::Delete;
        let target = resource.address.owner();
        let request = ChangeRequest {
            address: &resource.address,
            kind: &resource.kind,
            change,
            before: given.filter(|_| deletes),
            after: given.filter(|_| !deletes),
            target: Some(&target),
            bindings: &self.bindings,
        };
        self.provider.change(request, context).await
    }

    /// Makes a resource, and returns what is live then: nothing but what was asked for.
    pub(crate) async fn create(&self, resource: &Resource) -> LiveResource {
        let live = self
            .change(ChangeKind::Create, resource)
            .await
            .unwrap()
            .unwrap();
        self.is_as_asked(resource, &live);
        live
    }

    /// Compares the attributes that are live with those that were asked for; computed ones aside.
    pub(crate) fn is_as_asked(&self, resource: &Resource, live: &LiveResource) {
        let mut found = live.attributes.clone();
        found.remove("region");
        found.remove("account_id");
        assert_eq!(found, resource.attributes, "{}", resource.address);
    }

    pub(crate) async fn read(&self, resources: &[&Resource]) -> LiveState {
        let items = resources.iter().map(|resource| ReadItem {
            address: resource.address.clone(),
            kind: resource.kind.clone(),
            attributes: resource.attributes.clone(),
            target: Some(resource.address.owner()),
        });
        let request = ReadRequest {
            items: items.collect(),
            bindings: &self.bindings,
        };
        self.provider
            .read(request, &session::context("r"))
            .await
            .unwrap()
    }

    /// Returns what is live of a resource; none where it is not there.
    pub(crate) async fn live(&self, resource: &Resource) -> Option<LiveResource> {
        let mut state = self.read(&[resource]).await;
        assert!(state.failures.is_empty(), "{:?}", state.failures);
        state.resources.remove(&resource.address)
    }

    pub(crate) fn protected<'a>(&'a self, resource: &'a Resource) -> Protected<'a> {
        Protected {
            address: &resource.address,
            kind: &resource.kind,
            attributes: &resource.attributes,
            bindings: &self.bindings,
        }
    }
}
