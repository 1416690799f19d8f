//! A state in S3 as one word of a command line: `s3://bucket/key?region=eu-west-1`.

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::Attributes;

use super::settings::StateSettings;

/// What a locator begins with.
const SCHEME: &str = "s3://";

impl StateSettings {
    /// Returns the word that [`arguments_of`] reads back.
    pub(super) fn locator(&self) -> String {
        let given = [
            ("region", &self.region),
            ("endpoint_url", &self.endpoint_url),
            ("profile", &self.profile),
            ("encryption", &self.encryption),
            ("kms_key", &self.kms_key),
            ("lease", &self.lease),
        ];
        let given: Vec<String> = given
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", encoded(value.as_deref()?))))
            .collect();
        let query = if given.is_empty() { "" } else { "?" };
        format!(
            "{SCHEME}{}/{}{query}{}",
            self.bucket,
            encoded(&self.key),
            given.join("&")
        )
    }
}

/// Returns the arguments of the block that `s3://bucket/key?region=eu-west-1` stands for; none if it is no such word.
///
/// # Errors
/// `invalid` when it is one, and makes no sense.
pub fn arguments_of(locator: &str) -> Option<Result<Attributes, ProviderError>> {
    let rest = locator.strip_prefix(SCHEME)?;
    Some(parsed(rest).ok_or_else(|| {
        ProviderError::new(
            ErrorClass::Invalid,
            format!("`{locator}` does not name a state in S3"),
        )
        .help("Write it as `s3://BUCKET/KEY?region=eu-west-1`.")
    }))
}

fn parsed(rest: &str) -> Option<Attributes> {
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (bucket, key) = place.split_once('/')?;
    let mut arguments: Attributes = Attributes::new();
    arguments.insert("bucket".to_owned(), bucket.into());
    arguments.insert("key".to_owned(), decoded(key)?.into());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=')?;
        let is_new = arguments
            .insert(name.to_owned(), decoded(value)?.into())
            .is_none();
        if !is_new {
            return None;
        }
    }
    Some(arguments)
}

/// Writes all but letters, digits and `-._~/:` as `%XX`.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
    text.bytes()
        .map(|byte| match byte {
            byte if plain(byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        bytes.extend(rest.get(..at)?.bytes());
        bytes.push(u8::from_str_radix(rest.get(at + 1..at + 3)?, 16).ok()?);
        rest = rest.get(at + 3..)?;
    }
    bytes.extend(rest.bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_locator_is_one_word_for_a_schedule() {
        let arguments: Attributes = [
            ("bucket".to_owned(), json!("acme-dr")),
            ("key".to_owned(), json!("team/prod & co.state.json")),
            ("region".to_owned(), json!("eu-west-1")),
            ("endpoint_url".to_owned(), json!("http://127.0.0.1:9000")),
        ]
        .into();
        let locator = StateSettings::of(&arguments).unwrap().locator();
        insta::assert_snapshot!(locator, @"s3://acme-dr/team/prod%20%26%20co.state.json?region=eu-west-1&endpoint_url=http://127.0.0.1:9000");
        assert_eq!(arguments_of(&locator).unwrap().unwrap(), arguments);
    }

    #[test]
    fn what_names_no_object_is_refused() {
        assert!(arguments_of("lifeboat.state.json").is_none());
        for wrong in [
            "s3://bucket",
            "s3://b/k?region",
            "s3://b/k%4",
            "s3://b/k?key=other",
        ] {
            assert!(arguments_of(wrong).unwrap().is_err(), "{wrong}");
        }
        for wrong in [
            "s3:///k",
            "s3://b/",
            "s3://b/k?acl=public",
            "s3://b/folder/",
        ] {
            let arguments = arguments_of(wrong).unwrap().unwrap();
            assert!(StateSettings::of(&arguments).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_key_comes_back(key in "[^/].{0,30}[^/]") {
            let arguments: Attributes = [
                ("bucket".to_owned(), json!("b")),
                ("key".to_owned(), json!(key)),
            ]
            .into();
            let locator = StateSettings::of(&arguments).unwrap().locator();
            prop_assert_eq!(arguments_of(&locator).unwrap().unwrap(), arguments);
        }
    }
}
