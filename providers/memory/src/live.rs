//! How what exists is shown to the contract.

use lifeboat_model::{Address, Attributes, Domain, LiveResource, Scope};
use serde_json::Value;

use crate::catalog;
use crate::resolve::size_bytes;
use crate::world::{Dataset, Record, Vault};

/// Returns a dataset as it is.
pub(crate) fn dataset(attributes: &Attributes, found: Option<&Dataset>) -> LiveResource {
    let size = found.map_or_else(
        || size_bytes(attributes).unwrap_or(0),
        |found| found.files.values().map(|bytes| bytes.0.len() as u64).sum(),
    );
    let files = found.map_or(1, |found| found.files.len());
    LiveResource {
        needs: Vec::new(),
        attributes: attributes.clone(),
        facts: [
            ("files".to_owned(), files.into()),
            ("size_bytes".to_owned(), size.into()),
        ]
        .into(),
        domains: domains(attributes, "dataset"),
        recovery_points: Vec::new(),
    }
}

/// Returns a vault as it is. Its own recovery points are those that no protection in it claims.
pub(crate) fn vault(found: &Vault) -> LiveResource {
    LiveResource {
        needs: Vec::new(),
        attributes: found.attributes.clone(),
        facts: [("used_bytes".to_owned(), found.used_bytes().into())].into(),
        domains: domains(&found.attributes, "vault"),
        recovery_points: found.unclaimed(),
    }
}

/// Returns a protection or a guard as it stands in its vault.
pub(crate) fn policy(address: &Address, record: &Record, stands_in: &Vault) -> LiveResource {
    let holds = record.kind != catalog::GUARD;
    LiveResource {
        attributes: record.attributes.clone(),
        domains: domains(&stands_in.attributes, "vault"),
        recovery_points: if holds {
            stands_in.shown(address)
        } else {
            Vec::new()
        },
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
    let name = attributes.get("name").and_then(Value::as_str).unwrap_or("");
    let given = attributes.get("domains").and_then(Value::as_object);
    let Some(given) = given else {
        return vec![Domain {
            scope: Scope::Instance,
            id: format!("memory:{what}:{name}"),
            evidence: format!("{what} `{name}` names no domain that it shares"),
        }];
    };
    let mut domains: Vec<Domain> = given
        .iter()
        .filter_map(|(scope, id)| {
            Some(Domain {
                scope: scope.parse().ok()?,
                id: id.as_str()?.to_owned(),
                evidence: format!("{what} `{name}` is configured to stand in it"),
            })
        })
        .collect();
    domains.sort();
    domains
}
