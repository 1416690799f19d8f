//! How what exists is shown to the contract.

use lifeboat_contract::ProviderError;
use lifeboat_model::{Address, Attributes, Domain, LiveResource, Need, NeedKind, Scope};
use serde_json::Value;

use crate::catalog;
use crate::error::bad_attribute;
use crate::resolve::{size_bytes, text};
use crate::world::{Dataset, Record, Replica, State, Vault};

/// The attribute that names domains, and those of what using points takes besides.
const DOMAINS: &str = "domains";
const NEEDS: [(&str, NeedKind, &str); 4] = [
    ("key_domains", NeedKind::Key, "the key"),
    (
        "credentials_domains",
        NeedKind::Credentials,
        "the credentials",
    ),
    (
        "catalogue_domains",
        NeedKind::Catalogue,
        "the catalogue of points",
    ),
    (
        "control_plane",
        NeedKind::ControlPlane,
        "the restore service",
    ),
];

/// Returns a dataset as it is.
pub(crate) fn dataset(attributes: &Attributes, found: Option<&Dataset>) -> LiveResource {
    let size = found.map_or_else(
        || size_bytes(attributes).unwrap_or(0),
        |found| found.files.values().map(|bytes| bytes.0.len() as u64).sum(),
    );
    let files = found.map_or(1, |found| found.files.len());
    LiveResource {
        attributes: attributes.clone(),
        facts: [
            ("files".to_owned(), files.into()),
            ("size_bytes".to_owned(), size.into()),
        ]
        .into(),
        domains: domains(attributes, "dataset"),
        ..LiveResource::default()
    }
}

/// Returns a vault as it is. Its own recovery points are those that no protection in it claims.
pub(crate) fn vault(state: &State, found: &Vault) -> LiveResource {
    LiveResource {
        attributes: found.attributes.clone(),
        facts: [("used_bytes".to_owned(), found.used_bytes().into())].into(),
        domains: domains(&found.attributes, "vault"),
        needs: needs(&found.attributes, "vault"),
        recovery_points: state.unclaimed(found),
    }
}

/// Returns a protection, a lock or a guard as it stands in its vault.
pub(crate) fn policy(
    state: &State,
    address: &Address,
    record: &Record,
    stands_in: &Vault,
) -> LiveResource {
    let holds = ![catalog::GUARD, catalog::LOCK].contains(&record.kind.as_str());
    LiveResource {
        attributes: record.attributes.clone(),
        domains: domains(&stands_in.attributes, "vault"),
        recovery_points: if holds {
            state.shown(stands_in, address)
        } else {
            Vec::new()
        },
        ..LiveResource::default()
    }
}

/// Returns a replica as it is.
pub(crate) fn replica(state: &State, address: &Address, found: &Replica) -> LiveResource {
    let attributes = &found.record.attributes;
    let point = state.of_replica(address, found);
    LiveResource {
        attributes: attributes.clone(),
        domains: domains_of_replica(address, attributes),
        needs: needs(attributes, "replica"),
        recovery_points: point.into_iter().map(|point| point.shown).collect(),
        ..LiveResource::default()
    }
}

/// Returns a schedule as it is.
pub(crate) fn schedule(record: &Record) -> LiveResource {
    LiveResource {
        attributes: record.attributes.clone(),
        ..LiveResource::default()
    }
}

/// Returns the domains that the configuration gives; without any, everything is an instance of its own.
pub(crate) fn domains(attributes: &Attributes, what: &str) -> Vec<Domain> {
    own_domains(attributes, what, text(attributes, "name").unwrap_or(""))
}

/// Returns the domains of a replica, which has no name but its address.
pub(crate) fn domains_of_replica(address: &Address, attributes: &Attributes) -> Vec<Domain> {
    own_domains(attributes, "replica", &address.to_string())
}

fn own_domains(attributes: &Attributes, what: &str, name: &str) -> Vec<Domain> {
    match attributes.get(DOMAINS).filter(|given| !given.is_null()) {
        Some(given) => named(given),
        None => vec![Domain {
            scope: Scope::Instance,
            id: format!("memory:{what}:{name}"),
            evidence: format!("{what} `{name}` names no domain that it shares"),
        }],
    }
}

/// Returns what using the points of a vault or a replica takes besides.
pub(crate) fn needs(attributes: &Attributes, what: &str) -> Vec<Need> {
    let of = match text(attributes, "name") {
        Some(name) => format!("{what} `{name}`"),
        None => format!("the {what}"),
    };
    let mut needs: Vec<Need> = NEEDS
        .iter()
        .filter_map(|(attribute, kind, word)| {
            let given = attributes.get(*attribute).filter(|it| !it.is_null())?;
            Some(Need {
                kind: *kind,
                what: format!("{word} of {of}"),
                domains: named(given),
            })
        })
        .collect();
    let locked = attributes.get("password").filter(|it| !it.is_null());
    if locked.is_some() && !needs.iter().any(|need| need.kind == NeedKind::Key) {
        needs.push(Need {
            kind: NeedKind::Key,
            what: format!("the password of {of}"),
            domains: Vec::new(),
        });
    }
    needs
}

/// Returns the domains of a map by scope: `zone = "a"` is `zone:a`. A vendor is an account that is not one's own.
fn named(given: &Value) -> Vec<Domain> {
    let entries = given.as_object().into_iter().flatten();
    let mut domains: Vec<Domain> = entries
        .filter_map(|(word, names)| Some((word, scope(word)?, names)))
        .flat_map(|(word, scope, names)| {
            let several = names
                .as_array()
                .map_or(std::slice::from_ref(names), Vec::as_slice);
            let names = several.iter().filter_map(Value::as_str);
            names.map(move |name| Domain {
                scope,
                id: format!("{word}:{name}"),
                evidence: format!("declared: {word} {name}"),
            })
        })
        .collect();
    domains.sort();
    domains
}

fn scope(word: &str) -> Option<Scope> {
    match word {
        "vendor" => Some(Scope::Account),
        "corruption" => None,
        word => word.parse().ok(),
    }
}

/// Fails where domains are given at something that is no scope.
pub(crate) fn check(address: &Address, attributes: &Attributes) -> Result<(), ProviderError> {
    let maps = NEEDS.iter().map(|(attribute, ..)| *attribute);
    for attribute in maps.chain([DOMAINS]) {
        let given = attributes.get(attribute).and_then(Value::as_object);
        let wrong = given
            .into_iter()
            .flatten()
            .find(|(word, _)| scope(word).is_none());
        if let Some((word, _)) = wrong {
            let of = address.to_string();
            let expected = "domains by `instance`, `zone`, `region`, `account` or `vendor`";
            return Err(bad_attribute(&of, attribute, expected)
                .help(format!("Correct `{word}`, which is no scope.")));
        }
    }
    Ok(())
}
