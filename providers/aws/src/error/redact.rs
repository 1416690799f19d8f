//! What an answer may say about credentials, and an error must not.

/// Words after which a secret stands in what AWS and its SDK say: presigned URLs and canonical requests.
const BEFORE_A_SECRET: &[&str] = &[
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-credential",
    "aws_secret_access_key",
    "aws_session_token",
    "secretaccesskey",
    "sessiontoken",
    "authorization",
];
/// What the ids of keys begin with, and how long they are.
const KEY_IDS: &[&str] = &["AKIA", "ASIA"];
const KEY_ID_LENGTH: usize = 20;

/// Returns one line without what only the owner of the credentials may know.
pub(super) fn redacted(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = text.to_ascii_lowercase();
    let secret = BEFORE_A_SECRET
        .iter()
        .filter_map(|word| lower.find(word))
        .min();
    let text = match secret.and_then(|at| text.get(..at)) {
        Some(before) => format!("{}…", before.trim_end()),
        None => text,
    };
    without_key_ids(&text)
}

fn without_key_ids(text: &str) -> String {
    let mut left = text;
    let mut kept = String::with_capacity(text.len());
    while let Some(at) = KEY_IDS.iter().filter_map(|id| left.find(id)).min() {
        let (before, rest) = left.split_at(at);
        let end = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            .count();
        let (id, after) = rest.split_at(end);
        kept.push_str(before);
        kept.push_str(if id.len() >= KEY_ID_LENGTH {
            "(a key)"
        } else {
            id
        });
        left = after;
    }
    kept.push_str(left);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_signatures_and_ids_of_keys_are_cut_out() {
        let said = "The Canonical String should have been 'POST\n/\n\nhost:rds\nx-amz-security-token:FwoGZ'";
        assert_eq!(
            redacted(said),
            "The Canonical String should have been 'POST / host:rds…"
        );
        assert_eq!(
            redacted(
                "Bad PreSignedUrl https://rds/?Action=A&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE"
            ),
            "Bad PreSignedUrl https://rds/?Action=A&…"
        );
        assert_eq!(
            redacted("no key AKIAIOSFODNN7EXAMPLE, nor ASIA"),
            "no key (a key), nor ASIA"
        );
        assert_eq!(redacted("plain"), "plain");
    }
}
