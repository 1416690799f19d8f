//! Calls of RDS that reach into another region: signed by us for the region that they reach into.
//!
//! RDS in the destination's region carries such a call out by sending the `PreSignedUrl` parameter, a request signed
//! for the source's region, to that region. Other SDKs make it of a parameter `SourceRegion`; the one for Rust has none.
//! Algorithm: Signature Version 4 in the query ("Authenticating Requests: Using Query Parameters", AWS 2025).

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use lifeboat_contract::{ErrorClass, ProviderError};

use super::Session;

/// How long RDS may take until it sends the request on.
const VALID: Duration = Duration::from_secs(3600);
/// The version of the RDS API whose parameters these are.
const VERSION: &str = "2014-10-31";

/// Returns the `pre_signed_url` of a call to RDS in the region `destination` about something in the region of `source`.
///
/// `action` is as the API names it (`CopyDBSnapshot`); `parameters` are those of the call, as the API names and writes
/// them. RDS compares the identifiers and the key with those of the call itself.
///
/// # Errors
/// `denied` when there are no credentials.
pub(crate) async fn presigned_url(
    source: &Session,
    destination: &str,
    action: &str,
    parameters: &[(&str, &str)],
) -> Result<String, ProviderError> {
    let credentials = source.credentials().await?;
    let endpoint = source.config.endpoint_url();
    let request = Presigned {
        endpoint: endpoint.map_or_else(|| endpoint_of(&source.region), str::to_owned),
        region: &source.region,
        destination,
        action,
        parameters,
    };
    request.url(credentials, source.now()).map_err(|error| {
        let message = format!(
            "`{action}` cannot be signed for the region `{}`",
            source.region
        );
        ProviderError::new(ErrorClass::Invalid, message).because(error)
    })
}

/// Returns where RDS listens in a region.
fn endpoint_of(region: &str) -> String {
    let domain = match region {
        _ if region.starts_with("cn-") => "amazonaws.com.cn",
        _ if region.starts_with("us-iso-") => "c2s.ic.gov",
        _ if region.starts_with("us-isob-") => "sc2s.sgov.gov",
        _ if region.starts_with("us-isof-") => "csp.hci.ic.gov",
        _ if region.starts_with("eu-isoe-") => "cloud.adc-e.uk",
        _ if region.starts_with("eusc-") => "amazonaws.eu",
        _ => "amazonaws.com",
    };
    format!("https://rds.{region}.{domain}")
}

/// A request that waits to be signed.
struct Presigned<'a> {
    endpoint: String,
    region: &'a str,
    destination: &'a str,
    action: &'a str,
    parameters: &'a [(&'a str, &'a str)],
}

impl Presigned<'_> {
    fn url(
        &self,
        credentials: Credentials,
        now: SystemTime,
    ) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let before = [("Action", self.action), ("Version", VERSION)];
        let after = [("DestinationRegion", self.destination)];
        let all = before.iter().chain(self.parameters).chain(&after);
        let query: Vec<String> = all
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let unsigned = format!(
            "{}/?{}",
            self.endpoint.trim_end_matches('/'),
            query.join("&")
        );
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(VALID);
        let identity = credentials.into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name("rds")
            .time(now)
            .settings(settings)
            .build()?
            .into();
        let none = SignableBody::Bytes(&[]);
        let request = SignableRequest::new("GET", &unsigned, std::iter::empty(), none)?;
        let (instructions, _) = sign(request, &parameters)?.into_parts();
        Ok(instructions
            .params()
            .iter()
            .fold(unsigned.clone(), |url, (name, value)| {
                format!("{url}&{name}={}", encoded(value))
            }))
    }
}

/// Returns a text as Signature Version 4 encodes it: everything but the unreserved characters of RFC 3986.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Signs with the published example key at 2026-01-02T03:04:05Z.
    fn signed(
        [region, destination, action]: [&str; 3],
        token: Option<&str>,
        parameters: &[(&str, &str)],
    ) -> String {
        let credentials = Credentials::new(
            "AKIDEXAMPLE",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            token.map(str::to_owned),
            None,
            "the test",
        );
        let request = Presigned {
            endpoint: endpoint_of(region),
            region,
            destination,
            action,
            parameters,
        };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045);
        request.url(credentials, now).unwrap()
    }

    /// Returns the parts of a URL: where it goes, and its parameters in no order.
    fn parts(url: &str) -> (&str, BTreeSet<&str>) {
        let (place, query) = url.split_once('?').unwrap();
        (place, query.split('&').collect())
    }

    #[test]
    fn a_copied_snapshot_is_signed_as_botocore_1_43_signs_it() {
        let ours = signed(
            ["eu-west-1", "us-west-2", "CopyDBSnapshot"],
            None,
            &[
                (
                    "SourceDBSnapshotIdentifier",
                    "arn:aws:rds:eu-west-1:123456789012:snapshot:lifeboat-a b+ü",
                ),
                ("TargetDBSnapshotIdentifier", "lifeboat-copy"),
                (
                    "KmsKeyId",
                    "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555",
                ),
                ("CopyTags", "true"),
            ],
        );
        let botocore = "https://rds.eu-west-1.amazonaws.com/?Action=CopyDBSnapshot&Version=2014-10-31&SourceDBSnapshotIdentifier=arn%3Aaws%3Ards%3Aeu-west-1%3A123456789012%3Asnapshot%3Alifeboat-a%20b%2B%C3%BC&TargetDBSnapshotIdentifier=lifeboat-copy&KmsKeyId=arn%3Aaws%3Akms%3Aus-west-2%3A123456789012%3Akey%2F11111111-2222-3333-4444-555555555555&CopyTags=true&DestinationRegion=us-west-2&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Feu-west-1%2Frds%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=d2f48a1bb6db45c4fd66a821781dea9394f6e9502ea1883fde9413d51be69b0a";
        assert_eq!(parts(&ours), parts(botocore));
    }

    #[test]
    fn replicated_backups_with_a_session_token_are_signed_as_botocore_1_43_signs_them() {
        let ours = signed(
            [
                "eu-west-1",
                "us-west-2",
                "StartDBInstanceAutomatedBackupsReplication",
            ],
            Some("FwoGZXIvYXdzEXAMPLE/+=="),
            &[
                (
                    "SourceDBInstanceArn",
                    "arn:aws:rds:eu-west-1:123456789012:db:orders",
                ),
                ("BackupRetentionPeriod", "14"),
                ("KmsKeyId", "alias/dr"),
            ],
        );
        let botocore = "https://rds.eu-west-1.amazonaws.com/?Action=StartDBInstanceAutomatedBackupsReplication&Version=2014-10-31&SourceDBInstanceArn=arn%3Aaws%3Ards%3Aeu-west-1%3A123456789012%3Adb%3Aorders&BackupRetentionPeriod=14&KmsKeyId=alias%2Fdr&DestinationRegion=us-west-2&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Feu-west-1%2Frds%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE%2F%2B%3D%3D&X-Amz-Signature=c93cfe563d657c603e20ff78616d13d0f85f3df063dfaf6eb939200ae44f6a8a";
        assert_eq!(parts(&ours), parts(botocore));
    }

    #[test]
    fn a_replica_in_another_partition_is_signed_as_botocore_1_43_signs_it() {
        let ours = signed(
            [
                "cn-north-1",
                "cn-northwest-1",
                "CreateDBInstanceReadReplica",
            ],
            None,
            &[
                ("DBInstanceIdentifier", "orders-replica"),
                (
                    "SourceDBInstanceIdentifier",
                    "arn:aws-cn:rds:cn-north-1:123456789012:db:orders",
                ),
            ],
        );
        let botocore = "https://rds.cn-north-1.amazonaws.com.cn/?Action=CreateDBInstanceReadReplica&Version=2014-10-31&DBInstanceIdentifier=orders-replica&SourceDBInstanceIdentifier=arn%3Aaws-cn%3Ards%3Acn-north-1%3A123456789012%3Adb%3Aorders&DestinationRegion=cn-northwest-1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fcn-north-1%2Frds%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=72ac7073e072a166d5300c66a419ddb9d9256a841ebef4d71b11a29b719ecd56";
        assert_eq!(parts(&ours), parts(botocore));
    }

    #[test]
    fn a_copied_cluster_snapshot_is_signed_as_botocore_1_43_signs_it() {
        let ours = signed(
            ["eu-west-1", "us-west-2", "CopyDBClusterSnapshot"],
            None,
            &[
                (
                    "SourceDBClusterSnapshotIdentifier",
                    "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:lifeboat-a",
                ),
                ("TargetDBClusterSnapshotIdentifier", "lifeboat-copy"),
            ],
        );
        let botocore = "https://rds.eu-west-1.amazonaws.com/?Action=CopyDBClusterSnapshot&Version=2014-10-31&SourceDBClusterSnapshotIdentifier=arn%3Aaws%3Ards%3Aeu-west-1%3A123456789012%3Acluster-snapshot%3Alifeboat-a&TargetDBClusterSnapshotIdentifier=lifeboat-copy&DestinationRegion=us-west-2&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Feu-west-1%2Frds%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=8349fb46d8b131424d12aa0db0d9ac229d1128a0aab79853df99b610316ff46b";
        assert_eq!(parts(&ours), parts(botocore));
    }
}
