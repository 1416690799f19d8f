//! The codes of the API, as classes.

use lifeboat_contract::ErrorClass;

/// Codes that mean that the credentials end here: another message helps than for a missing permission.
pub(super) const EXPIRED: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "TokenRefreshRequired",
];
/// Codes that mean that nobody knows the key, in this region at least.
pub(super) const UNKNOWN_KEY: &[&str] = &[
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "UnrecognizedClientException",
    "AuthFailure",
    "OptInRequired",
    "InvalidToken",
];
/// Codes that mean that the signature does not fit.
pub(super) const UNSIGNED: &[&str] = &[
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "RequestTimeTooSkewed",
    "IncompleteSignature",
    "MissingAuthenticationToken",
];
/// Codes that mean that something is forbidden to a key that is good.
const FORBIDDEN: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnauthorizedAccess",
    "NotAuthorized",
    "AuthorizationError",
    "KMSKeyNotAccessibleFault",
    "KMS.AccessDeniedException",
    "AllAccessDisabled",
    "AccountProblem",
];
const THROTTLED: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "SlowDown",
    "TooManyRequestsException",
    "RequestThrottled",
    "RequestThrottledException",
    "BandwidthLimitExceeded",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
    "ProvisionedThroughputExceededException",
];
const PASSING: &[&str] = &[
    "RequestTimeout",
    "RequestTimeoutException",
    "InternalError",
    "InternalFailure",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "KMSInternalException",
];
const QUOTA: &[&str] = &[
    "TooManyBuckets",
    "InsufficientDBInstanceCapacity",
    "InsufficientDBClusterCapacityFault",
    "InsufficientStorageClusterCapacity",
];
const IN_THE_WAY: &[&str] = &[
    "BucketAlreadyOwnedByYou",
    "BucketNotEmpty",
    "OperationAborted",
    "PreconditionFailed",
    "ConditionalRequestConflict",
    "InvalidBucketState",
    "InvalidObjectState",
];

/// Returns the class of an answer with this code and this status.
pub(super) fn class_of(code: &str, status: u16) -> ErrorClass {
    let one_of = |codes: &[&str]| codes.contains(&code);
    match code {
        _ if one_of(THROTTLED) => ErrorClass::Throttled,
        _ if one_of(EXPIRED) || one_of(UNKNOWN_KEY) || one_of(UNSIGNED) || one_of(FORBIDDEN) => {
            ErrorClass::Denied
        }
        _ if one_of(PASSING) => ErrorClass::Unavailable,
        _ if one_of(IN_THE_WAY) => ErrorClass::Conflict,
        _ if one_of(QUOTA) => ErrorClass::Quota,
        _ if code.contains("NotFound") || code.starts_with("NoSuch") => ErrorClass::NotFound,
        _ if code.contains("QuotaExceeded") || code.contains("LimitExceeded") => ErrorClass::Quota,
        _ if code.contains("AlreadyExists") || is_state_of_rds(code) => ErrorClass::Conflict,
        _ if status == 429 => ErrorClass::Throttled,
        _ if status >= 500 => ErrorClass::Unavailable,
        "" if (200..300).contains(&status) => ErrorClass::Unavailable,
        _ if status == 403 || status == 401 => ErrorClass::Denied,
        "" if status == 404 => ErrorClass::NotFound,
        "" if status == 409 || status == 412 => ErrorClass::Conflict,
        _ => ErrorClass::Invalid,
    }
}

/// Returns whether RDS says that something is not in the state that the call needs.
fn is_state_of_rds(code: &str) -> bool {
    let code = code.strip_suffix("Fault").unwrap_or(code);
    code.starts_with("Invalid") && (code.ends_with("State") || code.ends_with("StateException"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_decides_and_where_there_is_none_the_status() {
        let table = [
            ("DBInstanceNotFound", 404, ErrorClass::NotFound),
            ("DBSnapshotNotFound", 404, ErrorClass::NotFound),
            ("NoSuchBucket", 404, ErrorClass::NotFound),
            (
                "ReplicationConfigurationNotFoundError",
                404,
                ErrorClass::NotFound,
            ),
            ("DBInstanceAlreadyExists", 400, ErrorClass::Conflict),
            ("InvalidDBInstanceState", 400, ErrorClass::Conflict),
            ("InvalidDBClusterStateFault", 400, ErrorClass::Conflict),
            ("PreconditionFailed", 412, ErrorClass::Conflict),
            ("SnapshotQuotaExceeded", 400, ErrorClass::Quota),
            ("InsufficientDBInstanceCapacity", 400, ErrorClass::Quota),
            ("RequestLimitExceeded", 503, ErrorClass::Throttled),
            ("SlowDown", 503, ErrorClass::Throttled),
            ("RequestTimeout", 400, ErrorClass::Unavailable),
            ("InvalidParameterCombination", 400, ErrorClass::Invalid),
            ("ExpiredToken", 403, ErrorClass::Denied),
            ("KMSKeyNotAccessibleFault", 400, ErrorClass::Denied),
            ("", 429, ErrorClass::Throttled),
            ("", 500, ErrorClass::Unavailable),
            ("", 200, ErrorClass::Unavailable),
            ("", 404, ErrorClass::NotFound),
            ("", 403, ErrorClass::Denied),
            ("", 301, ErrorClass::Invalid),
        ];
        for (code, status, class) in table {
            assert_eq!(class_of(code, status), class, "{code} {status}");
        }
    }
}
