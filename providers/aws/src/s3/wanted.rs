//! What the attributes of a resource ask for.

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, Attributes, Span, role};
use serde_json::Value;

use super::catalog::{EXISTING, TIME_CONTROL};
use super::settings::access::Encryption;
use super::settings::lifecycle::Kept;
use super::settings::lock::Retention;

/// The versions that a lifecycle rule keeps whatever their age: so many at most.
const NEWER: std::ops::RangeInclusive<u64> = 1..=100;

/// Returns a text attribute that is given.
pub(super) fn text<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.get(name).and_then(Value::as_str)
}

fn is_on(attributes: &Attributes, name: &str, otherwise: bool) -> bool {
    attributes
        .get(name)
        .and_then(Value::as_bool)
        .unwrap_or(otherwise)
}

fn wrong(of: &Address, name: &str, expected: &str) -> ProviderError {
    let message = format!("`{name}` of `{of}` is not {expected}");
    ProviderError::new(ErrorClass::Invalid, message).help(format!("Correct `{name}`."))
}

/// Returns a length of time as whole days, at least one; none where none is given.
///
/// # Errors
/// `invalid` where it is something else: S3 counts days.
fn days(of: &Address, attributes: &Attributes, name: &str) -> Result<Option<u32>, ProviderError> {
    let Some(text) = text(attributes, name) else {
        return Ok(None);
    };
    let error = || {
        wrong(
            of,
            name,
            "a number of whole days, at least `1d`, as S3 counts them",
        )
    };
    let millis = text.parse::<Span>().map_err(|_| error())?.as_millis();
    let day = Span::from_days(1).as_millis();
    let days = u32::try_from(millis / day).map_err(|_| error())?;
    if days == 0 || !millis.is_multiple_of(day) {
        return Err(error());
    }
    Ok(Some(days))
}

/// Returns how long versions are to be kept.
///
/// # Errors
/// `invalid` where S3 cannot keep them so.
pub(super) fn kept(of: &Address, attributes: &Attributes) -> Result<Kept, ProviderError> {
    const NEWER_NAME: &str = "newer_noncurrent_versions";
    let days = days(of, attributes, role::WINDOW)?;
    let given = attributes.get(NEWER_NAME).filter(|it| !it.is_null());
    let newer = given.map(|given| {
        let number = given.as_u64().filter(|number| NEWER.contains(number));
        let number = number.and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| wrong(of, NEWER_NAME, "a whole number from 1 to 100"))
    });
    let newer = newer.transpose()?;
    if newer.is_some() && days.is_none() {
        let expected = "of use without `window`: every version is kept";
        return Err(wrong(of, NEWER_NAME, expected));
    }
    Ok(Kept { days, newer })
}

/// Returns the default retention that a lock is.
///
/// # Errors
/// `invalid` where S3 has none such.
pub(super) fn retention(of: &Address, attributes: &Attributes) -> Result<Retention, ProviderError> {
    let days = days(of, attributes, role::LOCK_FOR)?;
    Ok(Retention {
        days: days.ok_or_else(|| wrong(of, role::LOCK_FOR, "given"))?,
        compliance: text(attributes, role::LOCK_MODE) == Some("compliance"),
    })
}

/// Returns how new objects are to be encrypted.
///
/// # Errors
/// `invalid` where a key is given that nothing would use.
pub(super) fn encryption(
    of: &Address,
    attributes: &Attributes,
) -> Result<Encryption, ProviderError> {
    let algorithm = text(attributes, "encryption").unwrap_or("AES256");
    let key = text(attributes, "kms_key").map(str::to_owned);
    if key.is_some() && !algorithm.starts_with("aws:kms") {
        return Err(wrong(
            of,
            "kms_key",
            "of use without `encryption = \"aws:kms\"`",
        ));
    }
    Ok(Encryption {
        algorithm: algorithm.to_owned(),
        key,
    })
}

/// Returns whether public access is to be blocked.
pub(super) fn blocks(attributes: &Attributes) -> bool {
    is_on(attributes, "public_access_block", true)
}

/// Returns whether a copy takes S3's promise of a time.
pub(super) fn time_control(attributes: &Attributes) -> bool {
    is_on(attributes, TIME_CONTROL, true)
}

/// Returns whether a copy holds what was there before its rule.
pub(super) fn existing(attributes: &Attributes) -> bool {
    is_on(attributes, EXISTING, false)
}

/// Returns whether delete markers are to be replicated.
pub(super) fn delete_markers(attributes: &Attributes) -> bool {
    is_on(attributes, "delete_markers", true)
}

/// Returns whether a bucket of replicas is to keep versions.
pub(super) fn versioning(attributes: &Attributes) -> bool {
    is_on(attributes, "versioning", true)
}

/// Returns the priority of a rule that is given.
///
/// # Errors
/// `invalid` where it is no whole number.
pub(super) fn priority(
    of: &Address,
    attributes: &Attributes,
) -> Result<Option<i32>, ProviderError> {
    let given = attributes.get("priority").filter(|it| !it.is_null());
    let number = given.map(|given| {
        let number = given.as_i64().and_then(|number| i32::try_from(number).ok());
        let number = number.filter(|number| *number >= 0);
        number.ok_or_else(|| wrong(of, "priority", "a whole number"))
    });
    number.transpose()
}

/// Returns the bucket that a resource is about: that of its target.
///
/// # Errors
/// `invalid` where nobody says it.
pub(super) fn bucket_of<'a>(
    of: &Address,
    attributes: &'a Attributes,
    target: Option<&'a Attributes>,
) -> Result<&'a str, ProviderError> {
    let own = attributes
        .get("source")
        .and_then(|source| source.get("bucket"));
    let name = own.or_else(|| target?.get("bucket"));
    name.and_then(Value::as_str)
        .ok_or_else(|| wrong(of, "source", "a map with `bucket`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of() -> Address {
        "target.aws_s3_bucket.b.log[\"all\"]".parse().unwrap()
    }

    #[test]
    fn s3_counts_whole_days_and_anything_else_is_refused() {
        let given = |value: Value| kept(&of(), &[("window".to_owned(), value)].into());
        assert_eq!(given(json!("35d")).unwrap().days, Some(35));
        assert_eq!(given(json!("48h")).unwrap().days, Some(2));
        assert_eq!(given(Value::Null).unwrap().days, None);
        for wrong in ["36h", "0s", "soon"] {
            assert!(given(json!(wrong)).is_err(), "{wrong}");
        }
        insta::assert_snapshot!(given(json!("36h")).unwrap_err(), @r#"`window` of `target.aws_s3_bucket.b.log["all"]` is not a number of whole days, at least `1d`, as S3 counts them"#);
    }

    #[test]
    fn what_would_have_no_effect_is_refused() {
        let newer = [("newer_noncurrent_versions".to_owned(), json!(3))].into();
        insta::assert_snapshot!(kept(&of(), &newer).unwrap_err(), @r#"`newer_noncurrent_versions` of `target.aws_s3_bucket.b.log["all"]` is not of use without `window`: every version is kept"#);
        let key = [("kms_key".to_owned(), json!("arn"))].into();
        insta::assert_snapshot!(encryption(&of(), &key).unwrap_err(), @r#"`kms_key` of `target.aws_s3_bucket.b.log["all"]` is not of use without `encryption = "aws:kms"`"#);
    }
}
