//! Each message as the user reads it.

use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;

use super::*;
use crate::settings::Settings;

type Failure = SdkError<ErrorMetadata, HttpResponse>;

/// Returns what the user reads.
fn shown(error: &ProviderError) -> String {
    let help = error.help.as_deref().unwrap_or("-");
    format!("{}: {}\nhelp: {help}", error.class, error.chain())
}

fn on_snapshot(failure: Failure) -> String {
    shown(&failure.failed(
        "rds:CreateDBSnapshot",
        "arn:aws:rds:eu-west-1:123456789012:db:orders",
    ))
}

fn answered(status: u16, body: &'static str, code: &str, message: &str) -> Failure {
    let mut raw = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    raw.headers_mut().insert("x-amzn-requestid", "4f1c-77");
    let mut meta = ErrorMetadata::builder();
    if !code.is_empty() {
        meta = meta.code(code).message(message);
    }
    SdkError::service_error(meta.build(), raw)
}

fn said(status: u16, code: &str, message: &str) -> String {
    on_snapshot(answered(status, "<xml/>", code, message))
}

fn lost(host: &str) -> Failure {
    let because = std::io::Error::from(std::io::ErrorKind::ConnectionRefused).into();
    let host = host.to_owned();
    SdkError::dispatch_failure(ConnectorError::io(
        Unreachable {
            host,
            attempt: 5,
            because,
        }
        .into(),
    ))
}

fn settings(arguments: serde_json::Value) -> Settings {
    let serde_json::Value::Object(arguments) = arguments else {
        panic!("no object");
    };
    Settings::of(&arguments.into_iter().collect()).unwrap()
}

#[test]
fn a_denied_call_names_the_action_and_the_object_that_the_api_names() {
    insta::assert_snapshot!(said(403, "AccessDenied", "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: rds:AddTagsToResource on resource: arn:aws:rds:eu-west-1:123456789012:snapshot:lifeboat-1 because no identity-based policy allows the rds:AddTagsToResource action"), @"
    denied: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: AccessDenied: User: arn:aws:iam::123456789012:user/ci is not authorized to perform: rds:AddTagsToResource on resource: arn:aws:rds:eu-west-1:123456789012:snapshot:lifeboat-1 because no identity-based policy allows the rds:AddTagsToResource action (request 4f1c-77)
    help: Give the credentials leave for `rds:AddTagsToResource` on `arn:aws:rds:eu-west-1:123456789012:snapshot:lifeboat-1`, or use others.
    ");
    insta::assert_snapshot!(said(403, "AccessDenied", "Access Denied"), @"
    denied: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: AccessDenied: Access Denied (request 4f1c-77)
    help: Give the credentials leave for `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders`, or use others.
    ");
    insta::assert_snapshot!(said(403, "AccessDenied", "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: rds:CreateDBSnapshot on resource: arn:aws:rds:eu-west-1:123456789012:db:orders with an explicit deny in a service control policy"), @"
    denied: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: AccessDenied: User: arn:aws:iam::123456789012:user/ci is not authorized to perform: rds:CreateDBSnapshot on resource: arn:aws:rds:eu-west-1:123456789012:db:orders with an explicit deny in a service control policy (request 4f1c-77)
    help: Take the explicit deny of `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` out of the policy, or use other credentials.
    ");
    insta::assert_snapshot!(said(400, "KMSKeyNotAccessibleFault", "The specified KMS key is not accessible"), @"
    denied: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: KMSKeyNotAccessibleFault: The specified KMS key is not accessible (request 4f1c-77)
    help: Check that the key exists in this region and is enabled, and give the credentials leave for `kms:DescribeKey` and `kms:CreateGrant` on it.
    ");
}

#[test]
fn credentials_that_ended_or_do_not_fit_say_so_and_show_nothing_of_themselves() {
    insta::assert_snapshot!(said(403, "ExpiredToken", "The security token included in the request is expired"), @"
    denied: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: ExpiredToken: The security token included in the request is expired (request 4f1c-77)
    help: Renew the credentials, and run the same command again.
    ");
    insta::assert_snapshot!(said(403, "InvalidClientTokenId", "The security token included in the request is invalid"), @"
    denied: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: InvalidClientTokenId: The security token included in the request is invalid (request 4f1c-77)
    help: Use a key that exists, and check that its account has the region enabled.
    ");
    insta::assert_snapshot!(said(403, "InvalidAccessKeyId", "The key AKIAIOSFODNN7EXAMPLE does not exist"), @"
    denied: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: InvalidAccessKeyId: The key (a key) does not exist (request 4f1c-77)
    help: Use a key that exists, and check that its account has the region enabled.
    ");
    insta::assert_snapshot!(said(403, "SignatureDoesNotMatch", "The Canonical String for this request should have been 'POST\n/\nx-amz-security-token:FwoGZXIvSECRET'"), @"
    denied: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: SignatureDoesNotMatch: The Canonical String for this request should have been 'POST /… (request 4f1c-77)
    help: Check the secret of the key, and the clock of this machine.
    ");
}

#[test]
fn what_passes_and_what_is_in_the_way_keep_the_codes_of_the_api() {
    insta::assert_snapshot!(said(400, "Throttling", "Rate exceeded"), @"
    throttled: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: Throttling: Rate exceeded (request 4f1c-77)
    help: Run it again later, or with a lower `max_concurrency`.
    ");
    insta::assert_snapshot!(said(400, "SnapshotQuotaExceeded", "The request would exceed the quota"), @"
    quota: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: SnapshotQuotaExceeded: The request would exceed the quota (request 4f1c-77)
    help: Remove what is no longer needed, or ask AWS for a higher limit.
    ");
    insta::assert_snapshot!(said(400, "InvalidDBInstanceState", "Instance orders is not currently available"), @"
    conflict: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: InvalidDBInstanceState: Instance orders is not currently available (request 4f1c-77)
    help: -
    ");
    insta::assert_snapshot!(said(404, "DBInstanceNotFound", "DBInstance orders not found."), @"
    not_found: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: DBInstanceNotFound: DBInstance orders not found. (request 4f1c-77)
    help: -
    ");
    insta::assert_snapshot!(said(400, "InvalidParameterCombination", "Cannot modify"), @"
    invalid: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: InvalidParameterCombination: Cannot modify (request 4f1c-77)
    help: -
    ");
}

#[test]
fn an_answer_without_a_code_is_no_absence_unless_it_is_empty() {
    let html = "<html><body>no such page</body></html>";
    insta::assert_snapshot!(on_snapshot(answered(500, html, "", "")), @"
    unavailable: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: HTTP 500, and a text that is not of AWS's API (request 4f1c-77)
    help: Check that the endpoint speaks AWS's API, and that no proxy answers.
    ");
    insta::assert_snapshot!(on_snapshot(answered(200, "<<<", "", "")), @"
    unavailable: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: HTTP 200, and a text that is not of AWS's API (request 4f1c-77)
    help: Check that the endpoint speaks AWS's API, and that no proxy answers.
    ");
    insta::assert_snapshot!(on_snapshot(answered(404, html, "", "")), @"
    invalid: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: HTTP 404, and a text that is not of AWS's API (request 4f1c-77)
    help: Check that the endpoint speaks AWS's API, and that no proxy answers.
    ");
    insta::assert_snapshot!(on_snapshot(answered(404, "", "", "")), @"
    not_found: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: HTTP 404 (request 4f1c-77)
    help: -
    ");
    insta::assert_snapshot!(on_snapshot(answered(429, "", "", "")), @"
    throttled: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: HTTP 429 (request 4f1c-77)
    help: Run it again later, or with a lower `max_concurrency`.
    ");
}

#[test]
fn a_bucket_of_another_region_names_it() {
    let mut raw = HttpResponse::new(StatusCode::try_from(301).unwrap(), SdkBody::empty());
    raw.headers_mut().insert("x-amz-bucket-region", "us-west-2");
    let failure: Failure = SdkError::service_error(ErrorMetadata::builder().build(), raw);
    insta::assert_snapshot!(shown(&failure.failed("s3:GetBucketVersioning", "photos")), @"
    invalid: `s3:GetBucketVersioning` on `photos` failed: HTTP 301
    help: Use a provider block of the region `us-west-2`.
    ");
}

#[test]
fn a_call_without_an_answer_says_why() {
    let io = |text: &str| std::io::Error::other(text.to_owned());
    insta::assert_snapshot!(on_snapshot(SdkError::timeout_error(io("operation timeout"))), @"
    unavailable: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: there was no answer in time: request has timed out: operation timeout
    help: -
    ");
    insta::assert_snapshot!(on_snapshot(lost("127.0.0.1:1")), @"
    unavailable: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: there is no connection with `127.0.0.1:1`: connection refused
    help: Check the network, and `endpoint_url` where the provider block has one.
    ");
    insta::assert_snapshot!(on_snapshot(lost("rds.eu-west-1.amazonaws.com")), @"
    unavailable: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: there is no connection with `rds.eu-west-1.amazonaws.com`: connection refused
    help: Check the network, and `endpoint_url` where the provider block has one.
    ");
    insta::assert_snapshot!(on_snapshot(lost("rds.eu-wset-1.amazonaws.com")), @"
    invalid: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: `rds.eu-wset-1.amazonaws.com` cannot be reached, and no region `eu-wset-1` is known: connection refused
    help: Write `eu-west-1`, if that is the one that you mean.
    ");
    let spent = ConnectorError::user(BudgetSpent { budget: 20 }.into());
    insta::assert_snapshot!(on_snapshot(SdkError::dispatch_failure(spent)), @"
    quota: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` was not sent: the budget of 20 requests is spent
    help: Raise `request_budget` of the provider block, and run the same command again.
    ");
    let raw = HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from("garbage"));
    insta::assert_snapshot!(on_snapshot(SdkError::response_error(io("invalid XML root"), raw)), @"
    unavailable: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: the answer cannot be read: response error: invalid XML root
    help: -
    ");
    insta::assert_snapshot!(on_snapshot(SdkError::construction_failure(io("the bucket has no name"))), @"
    invalid: `rds:CreateDBSnapshot` on `arn:aws:rds:eu-west-1:123456789012:db:orders` failed: the request makes no sense: failed to construct request: the bucket has no name
    help: -
    ");
    insta::assert_snapshot!(shown(&no_region("EU-WEST-1")), @"
    invalid: there is no region `EU-WEST-1`
    help: Write `eu-west-1`, if that is the one that you mean.
    ");
    insta::assert_snapshot!(shown(&no_region("frankfurt")), @"
    invalid: there is no region `frankfurt`
    help: Write the name of a region, such as `eu-west-1`.
    ");
}

#[test]
fn a_block_without_credentials_says_where_they_were_looked_for() {
    let plain = settings(serde_json::json!({}));
    let profile = settings(serde_json::json!({ "profile": "dr" }));
    let role = settings(serde_json::json!({
        "assume_role": { "role_arn": "arn:aws:iam::123456789012:role/dr" }
    }));
    let none = CredentialsError::not_loaded_no_source();
    insta::assert_snapshot!(shown(&no_credentials(&none, &plain)), @"
    denied: there are no credentials: none in the environment (AWS_ACCESS_KEY_ID), in the default profile of ~/.aws/config and ~/.aws/credentials, from a web identity token, from the container, or from the metadata of the machine
    help: Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a `profile` in the provider block.
    ");
    insta::assert_snapshot!(shown(&no_credentials(&none, &profile)), @"
    denied: there are no credentials: none in the environment (AWS_ACCESS_KEY_ID), in the profile `dr` of ~/.aws/config and ~/.aws/credentials, from a web identity token, from the container, or from the metadata of the machine
    help: Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a `profile` in the provider block.
    ");
    insta::assert_snapshot!(shown(&no_credentials(&none, &role)), @"
    denied: there are no credentials: none in the environment (AWS_ACCESS_KEY_ID), in the default profile of ~/.aws/config and ~/.aws/credentials, from a web identity token, from the container, or from the metadata of the machine
    help: Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a `profile` in the provider block.
    ");
    let refused = CredentialsError::provider_error("AccessDenied: sts:AssumeRole");
    insta::assert_snapshot!(shown(&no_credentials(&refused, &role)), @"
    denied: the role `arn:aws:iam::123456789012:role/dr` cannot be taken: an error occurred while loading credentials: AccessDenied: sts:AssumeRole
    help: Give the credentials leave for `sts:AssumeRole` on `arn:aws:iam::123456789012:role/dr`, and let the role's trust policy name them.
    ");
    let sso = CredentialsError::invalid_configuration(
        "This behavior requires following cargo feature(s) enabled: sso. no",
    );
    insta::assert_snapshot!(shown(&no_credentials(&sso, &profile)), @r#"
    denied: the profile takes its credentials from `sso`, which lifeboat does not ask
    help: Run `eval "$(aws configure export-credentials --format env)"`, and the same command again.
    "#);
    let broken = CredentialsError::invalid_configuration("cannot parse ~/.aws/config: line 3");
    insta::assert_snapshot!(shown(&no_credentials(&broken, &plain)), @"
    denied: the credentials cannot be read: the credentials provider was not properly configured: cannot parse ~/.aws/config: line 3
    help: Check the profile and its files, and the role that they name.
    ");
    let slow = CredentialsError::provider_timed_out(Duration::from_secs(5));
    insta::assert_snapshot!(shown(&no_credentials(&slow, &plain)), @"
    unavailable: credentials were not given in time
    help: -
    ");
}
