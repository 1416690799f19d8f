//! Instances, clusters and keys of a test, made beside the provider, and what an engine calls it with.

use std::collections::BTreeMap;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_sdk_rds::types::{DbInstance, DbSnapshot, Tag};
use lifeboat_aws::AwsProvider;
use lifeboat_contract::{
    BackUpReport, BackUpRequest, Destination, Protected, Provider as _, ProviderError,
    RestoreReport, RestoreRequest, RestoredRequest, VerifyReport, VerifyRequest,
};
use lifeboat_model::{Address, Attributes, RecoveryPointId};
use serde_json::{Value, json};

use crate::moto::Moto;
use crate::session;

/// The region of the targets.
pub(crate) const HOME: &str = "eu-west-1";
/// The region of the copies.
pub(crate) const AWAY: &str = "us-west-2";
/// The role of another account.
pub(crate) const VAULT_ROLE: &str = "arn:aws:iam::222222222222:role/vault";

/// A moto server with a provider that works on it.
pub(crate) struct Estate {
    pub(crate) moto: Moto,
    pub(crate) provider: AwsProvider,
}

/// A protection, and what it refers to.
#[derive(Clone)]
pub(crate) struct Protection {
    pub(crate) address: Address,
    pub(crate) kind: &'static str,
    pub(crate) attributes: Attributes,
    pub(crate) bindings: BTreeMap<Address, Attributes>,
}

impl Protection {
    pub(crate) fn protected(&self) -> Protected<'_> {
        Protected {
            address: &self.address,
            kind: self.kind,
            attributes: &self.attributes,
            bindings: &self.bindings,
        }
    }

    /// Sets an attribute.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.attributes.insert(name.to_owned(), value);
        self
    }
}

pub(crate) fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn object(value: Value) -> Attributes {
    match value {
        Value::Object(map) => map.into_iter().collect(),
        _ => Attributes::new(),
    }
}

impl Estate {
    pub(crate) fn start() -> Self {
        let moto = Moto::start();
        let provider = session::provider(&moto.endpoint, HOME);
        Self { moto, provider }
    }

    fn config(&self, region: &str) -> aws_config::SdkConfig {
        let credentials = Credentials::new("test-key", "test-secret", None, None, "the test");
        aws_config::SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.to_owned()))
            .endpoint_url(&self.moto.endpoint)
            .credentials_provider(
                aws_credential_types::provider::SharedCredentialsProvider::new(credentials),
            )
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build()
    }

    /// Returns RDS as somebody beside lifeboat speaks to it.
    pub(crate) fn rds(&self, region: &str) -> aws_sdk_rds::Client {
        aws_sdk_rds::Client::new(&self.config(region))
    }

    /// Makes a key, and returns its ARN.
    pub(crate) async fn key(&self, region: &str) -> String {
        let kms = aws_sdk_kms::Client::new(&self.config(region));
        let made = kms.create_key().send().await.unwrap();
        made.key_metadata.unwrap().arn.unwrap()
    }

    /// Turns a key off.
    pub(crate) async fn disable_key(&self, region: &str, key: &str) {
        let kms = aws_sdk_kms::Client::new(&self.config(region));
        let id = key.rsplit('/').next().unwrap();
        kms.disable_key().key_id(id).send().await.unwrap();
    }

    /// Makes the instance `orders`, which is in groups of its own, encrypted if there is a key.
    pub(crate) async fn orders(&self, key: Option<&str>) {
        let rds = self.rds(HOME);
        rds.create_db_parameter_group()
            .db_parameter_group_name("orders-16")
            .db_parameter_group_family("postgres16")
            .description("d")
            .send()
            .await
            .unwrap();
        rds.create_db_instance()
            .db_instance_identifier("orders")
            .engine("postgres")
            .engine_version("16.3")
            .db_instance_class("db.r6g.large")
            .allocated_storage(20)
            .master_username("u")
            .master_user_password("passw0rd12")
            .backup_retention_period(7)
            .preferred_backup_window("03:00-03:30")
            .preferred_maintenance_window("sun:05:00-sun:05:30")
            .multi_az(true)
            .deletion_protection(true)
            .db_parameter_group_name("orders-16")
            .vpc_security_group_ids("sg-11111111")
            .set_storage_encrypted(key.map(|_| true))
            .set_kms_key_id(key.map(str::to_owned))
            .tags(Tag::builder().key("team").value("shop").build())
            .send()
            .await
            .unwrap();
    }

    /// Makes the Aurora cluster `ledger` with a writer.
    pub(crate) async fn ledger(&self) {
        let rds = self.rds(HOME);
        rds.create_db_cluster()
            .db_cluster_identifier("ledger")
            .engine("aurora-postgresql")
            .engine_version("16.3")
            .master_username("u")
            .master_user_password("passw0rd12")
            .deletion_protection(true)
            .send()
            .await
            .unwrap();
        rds.create_db_instance()
            .db_instance_identifier("ledger-writer")
            .db_cluster_identifier("ledger")
            .engine("aurora-postgresql")
            .db_instance_class("db.r6g.large")
            .send()
            .await
            .unwrap();
    }

    /// Returns a protection of a target by the mechanism that the last part of its address names.
    pub(crate) fn protection(&self, text: &str, kind: &'static str) -> Protection {
        let address = address(text);
        let mut target = address.clone();
        target.part = None;
        let source = json!({"identifier": target.name});
        let endpoint = &self.moto.endpoint;
        let away = address_of_block("aws_rds_backups", "away");
        let vault = address_of_block("aws_rds_backups", "vault");
        let (dr, other) = (
            self::address("provider.aws.dr"),
            self::address("provider.aws.vault"),
        );
        let mut abroad = session::arguments(endpoint, AWAY);
        abroad.insert("configuration".to_owned(), json!("ignored there"));
        let mut elsewhere = session::arguments(endpoint, HOME);
        elsewhere.insert("assume_role".to_owned(), json!({"role_arn": VAULT_ROLE}));
        let bindings = [
            (target.clone(), object(source.clone())),
            (away, object(json!({"provider": dr.to_string()}))),
            (vault, object(json!({"provider": other.to_string()}))),
            (dr, abroad),
            (other, elsewhere),
        ];
        Protection {
            address,
            kind,
            attributes: object(json!({"target": target.to_string(), "source": source})),
            bindings: bindings.into(),
        }
    }

    /// Returns the copy of a protection into a repository, which has a key if one is given.
    pub(crate) fn copy(
        &self,
        of: &Protection,
        text: &str,
        into: &str,
        key: Option<&str>,
    ) -> Protection {
        let mut copy = self.protection(text, "aws_rds_copy");
        let repository = address_of_block("aws_rds_backups", into);
        copy.bindings
            .insert(of.address.clone(), of.attributes.clone());
        if let (Some(key), Some(block)) = (key, copy.bindings.get_mut(&repository)) {
            block.insert("kms_key".to_owned(), json!(key));
        }
        copy.with("from", json!(of.address.to_string()))
            .with("repository", json!(repository.to_string()))
    }

    pub(crate) async fn back_up(
        &self,
        protection: &Protection,
        token: &str,
    ) -> Result<BackUpReport, ProviderError> {
        let request = BackUpRequest {
            protected: protection.protected(),
        };
        self.provider
            .back_up(request, &session::context(token))
            .await
    }

    /// Backs up and returns the id of the one point.
    pub(crate) async fn point(&self, protection: &Protection, token: &str) -> RecoveryPointId {
        let mut points = self.back_up(protection, token).await.unwrap().points;
        assert_eq!(points.len(), 1);
        points.remove(0).id
    }

    pub(crate) async fn restore(
        &self,
        protection: &Protection,
        point: &RecoveryPointId,
        destination: Destination,
        token: &str,
    ) -> Result<RestoreReport, ProviderError> {
        let request = RestoreRequest {
            protected: protection.protected(),
            point,
            destination,
            paths: Vec::new(),
            overwrite: false,
        };
        self.provider
            .restore(request, &session::context(token))
            .await
    }

    pub(crate) async fn verify_restored(
        &self,
        protection: &Protection,
        point: &RecoveryPointId,
        into: &str,
    ) -> VerifyReport {
        let request = RestoredRequest {
            protected: protection.protected(),
            point,
            into,
        };
        let context = session::context("v");
        let said = self.provider.verify_restored(request, &context).await;
        said.unwrap()
    }

    pub(crate) async fn verify(&self, protection: &Protection, read_data: bool) -> VerifyReport {
        let request = VerifyRequest {
            protected: protection.protected(),
            read_data,
        };
        self.provider
            .verify(request, &session::context("v"))
            .await
            .unwrap()
    }

    pub(crate) async fn delete(
        &self,
        protection: &Protection,
        points: &[RecoveryPointId],
    ) -> Result<(), ProviderError> {
        let context = session::context("delete");
        let said = self
            .provider
            .delete_points(protection.protected(), points, &context);
        said.await
    }

    pub(crate) async fn discard(&self, into: &str) -> Result<(), ProviderError> {
        let context = session::context("discard");
        self.provider.discard_scratch(into, &context).await
    }

    /// Returns the instances of a region, as they are.
    pub(crate) async fn instance(&self, region: &str, name: &str) -> Option<DbInstance> {
        let all = self
            .rds(region)
            .describe_db_instances()
            .send()
            .await
            .unwrap();
        let mut all = all.db_instances.unwrap_or_default().into_iter();
        all.find(|it| it.db_instance_identifier() == Some(name))
    }

    /// Returns the manual snapshots of a region.
    pub(crate) async fn snapshots(&self, region: &str) -> Vec<DbSnapshot> {
        let said = self
            .rds(region)
            .describe_db_snapshots()
            .snapshot_type("manual");
        said.send().await.unwrap().db_snapshots.unwrap_or_default()
    }
}

fn address_of_block(kind: &str, name: &str) -> Address {
    address(&format!("repository.{kind}.{name}"))
}

/// Returns the checks of a report, one a line.
pub(crate) fn lines(report: &VerifyReport) -> String {
    let lines = report.checks.iter().map(|check| {
        let verdict = if check.passed { "passed" } else { "FAILED" };
        format!("{} {verdict}: {}", check.name, check.detail)
    });
    lines.collect::<Vec<_>>().join("\n")
}
