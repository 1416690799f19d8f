//! Where restores go: names of new instances and clusters, and their ARNs.

use lifeboat_contract::{ErrorClass, ProviderError};

use crate::rds::points::source::Engine;

/// The tag with the point that was restored.
pub(super) const RESTORED: &str = "lifeboat:restored-from";
/// The tag of what a drill made, with the name that it gave.
pub(super) const SCRATCH: &str = "lifeboat:scratch";
/// Characters that the identifier of an instance or a cluster may have.
const LONGEST: usize = 63;

/// Returns the identifier of the scratch instance or cluster with this name.
pub(super) fn scratch_identifier(name: &str) -> String {
    let mut identifier = "lifeboat".to_owned();
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()) {
        if !word.is_empty() {
            identifier.push('-');
            identifier.push_str(&word.to_ascii_lowercase());
        }
    }
    identifier.truncate(LONGEST);
    identifier.trim_end_matches('-').to_owned()
}

/// Returns a name as the identifier of a new instance or cluster.
///
/// # Errors
/// `invalid` when RDS takes no such name ("CreateDBInstance", RDS API reference: 1 to 63 letters, digits and hyphens,
/// the first one a letter, no hyphen at the end, no two hyphens together).
pub(super) fn identifier(name: &str, engine: Engine) -> Result<String, ProviderError> {
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let fits = name.len() <= LONGEST && !name.ends_with('-') && !name.contains("--");
    if letters && begins && fits {
        return Ok(name.to_ascii_lowercase());
    }
    let noun = engine.noun();
    let message = format!("`{name}` cannot be the name of a new {noun} of RDS");
    Err(ProviderError::new(ErrorClass::Invalid, message).help(
        "Give 1 to 63 letters, digits and single hyphens, a letter first: `orders-restored`.",
    ))
}

/// What an ARN says of an instance or a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arn {
    pub(super) region: String,
    pub(super) account: String,
    pub(super) engine: Engine,
    pub(super) identifier: String,
}

impl Arn {
    /// Reads `arn:aws:rds:eu-west-1:123456789012:db:orders`; none if it is no such text.
    pub(super) fn of(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let [_, _, "rds", region, account, noun, identifier] = parts.as_slice() else {
            return None;
        };
        let engine = match *noun {
            "db" => Engine::Instance,
            "cluster" => Engine::Cluster,
            _ => return None,
        };
        Some(Self {
            region: (*region).to_owned(),
            account: (*account).to_owned(),
            engine,
            identifier: (*identifier).to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_instance_is_called_as_rds_allows() {
        let named = |name: &str| identifier(name, Engine::Instance).ok();
        assert_eq!(named("Orders-2"), Some("orders-2".to_owned()));
        let refused = [
            "",
            "2orders",
            "orders-",
            "or--ders",
            "/tmp/orders",
            "orders_2",
            "ö",
        ];
        assert!(refused.iter().all(|name| named(name).is_none()));
        assert_eq!(named(&"a".repeat(64)), None);
        insta::assert_snapshot!(identifier("/tmp/orders", Engine::Instance).unwrap_err(), @"`/tmp/orders` cannot be the name of a new instance of RDS");
    }

    #[test]
    fn a_scratch_instance_has_a_name_that_rds_allows_whatever_the_drill_calls_it() {
        for name in [
            "drill-0123456789ab",
            "",
            "--",
            "Drill of Orders!",
            &"long ".repeat(30),
        ] {
            let made = scratch_identifier(name);
            assert_eq!(identifier(&made, Engine::Instance).unwrap(), made, "{name}");
        }
        assert_eq!(scratch_identifier("drill-1"), "lifeboat-drill-1");
    }

    #[test]
    fn an_arn_says_where_something_is() {
        let arn = Arn::of("arn:aws:rds:eu-west-1:123456789012:cluster:orders").unwrap();
        assert_eq!(
            (arn.engine, arn.region.as_str()),
            (Engine::Cluster, "eu-west-1")
        );
        assert_eq!(Arn::of("orders"), None);
        assert_eq!(
            Arn::of("arn:aws:rds:eu-west-1:123456789012:snapshot:x"),
            None
        );
    }
}
