//! A configuration of what was found: a provider block for each region that has none, and a target for each store.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use lifeboat_contract::{DiscoverQuery, Discovered};
use lifeboat_core::language::format::format;
use lifeboat_model::{Address, Attributes, Block};
use serde_json::Value;

use super::Asked;
use crate::failure::Failure;

/// Returns the text of the configuration, laid out as `fmt` would.
pub(super) fn text(
    asked: &Asked,
    query: &DiscoverQuery,
    stores: &[&Discovered],
) -> Result<String, Failure> {
    let mut text =
        String::from("# Found by `lifeboat discover`. Each target still needs an objective.\n");
    let mut providers: BTreeMap<&str, Address> = BTreeMap::new();
    for store in stores {
        if !providers.contains_key(store.region.as_str()) {
            let address = provider(asked, query, &store.region, &mut text);
            providers.insert(&store.region, address);
        }
    }
    let mut taken: BTreeSet<(&str, String)> = asked.labels();
    for store in stores {
        let label = label(&store.kind, &store.name, &mut taken);
        let now = if store.protected_by.is_empty() {
            "nothing".to_owned()
        } else {
            store.protected_by.join(", ")
        };
        let _ = writeln!(
            text,
            "\n# In {}; protected by: {}.",
            store.region,
            line(&now)
        );
        let _ = writeln!(text, "target \"{}\" \"{label}\" {{", store.kind);
        let provider = providers.get(store.region.as_str());
        if let Some(provider) = provider.filter(|it| it.kind.is_some()) {
            let _ = writeln!(text, "provider = {provider}");
        }
        for (name, value) in &store.attributes {
            let _ = writeln!(text, "{name} = {}", literal(value));
        }
        text.push_str("}\n");
    }
    format(&text)
        .map_err(|error| Failure::bug("a generated configuration has no form").because(error))
}

/// Returns the provider block that reaches a region, and writes it where there is none yet.
fn provider(asked: &Asked, query: &DiscoverQuery, region: &str, text: &mut String) -> Address {
    let own = asked.attributes.get("region").and_then(Value::as_str);
    let is_written = |address: &Address| {
        let configuration = asked.configuration.as_ref();
        configuration.is_some_and(|it| it.providers.contains_key(address))
    };
    let is_home = match own {
        Some(own) => own == region,
        // Without a block the first region that is asked for is that of the block that is written.
        None if is_written(&asked.address) => query.regions.is_empty(),
        None => query.regions.first().is_none_or(|first| first == region),
    };
    if is_home {
        if !is_written(&asked.address) {
            write(text, asked, region, None);
        }
        return asked.address.clone();
    }
    let configuration = asked.configuration.as_ref();
    let mut others = configuration.iter().flat_map(|it| it.providers.values());
    let same = |attributes: &Attributes| {
        let but_region = |of: &Attributes| {
            let mut of = of.clone();
            of.remove("region");
            of
        };
        attributes.get("region").and_then(Value::as_str) == Some(region)
            && but_region(attributes) == but_region(&asked.attributes)
    };
    if let Some(block) = others.find(|it| it.kind == asked.kind() && same(&it.attributes)) {
        return block.address.clone();
    }
    let mut alias = region.replace('-', "_");
    while is_written(&Address::of_kind(Block::Provider, asked.kind(), &*alias)) {
        alias.push('_');
    }
    write(text, asked, region, Some(&alias));
    Address::of_kind(Block::Provider, asked.kind(), &*alias)
}

fn write(text: &mut String, asked: &Asked, region: &str, alias: Option<&str>) {
    let _ = writeln!(text, "\nprovider \"{}\" {{", asked.kind());
    if let Some(alias) = alias {
        let _ = writeln!(text, "alias = \"{alias}\"");
    }
    let _ = writeln!(
        text,
        "region = {}",
        literal(&Value::String(region.to_owned()))
    );
    let catalog = crate::registry::catalog();
    let specs = catalog.providers.get(asked.kind()).into_iter().flatten();
    for spec in specs.filter(|it| it.name != "region") {
        let given = asked.attributes.get(&spec.name);
        let given = given.filter(|it| !it.is_null() && Some(*it) != spec.default.as_ref());
        if let Some(value) = given {
            let _ = writeln!(text, "{} = {}", spec.name, literal(value));
        }
    }
    text.push_str("}\n");
}

impl Asked {
    fn kind(&self) -> &str {
        self.address.kind.as_deref().unwrap_or(&self.address.name)
    }

    /// Returns the labels that are taken, by kind.
    fn labels(&self) -> BTreeSet<(&str, String)> {
        let targets = self.configuration.iter().flat_map(|it| it.targets.keys());
        targets
            .filter_map(|it| Some((it.kind.as_deref()?, it.name.clone())))
            .collect()
    }
}

/// Returns a label that nothing else of the kind has, as near to a name as labels may be.
fn label<'s>(kind: &'s str, name: &str, taken: &mut BTreeSet<(&'s str, String)>) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut label: String = name
        .chars()
        .map(|c| if fits(c) { c } else { '_' })
        .collect();
    if !label.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        label.insert(0, '_');
    }
    while !taken.insert((kind, label.clone())) {
        label.push('_');
    }
    label
}

/// Returns words without anything that would end a comment.
fn line(words: &str) -> String {
    words
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Returns a value as an expression.
fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let quoted = Value::String(text.clone()).to_string();
            quoted.replace("${", "$${").replace("%{", "%%{")
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let entries = map
                .iter()
                .map(|(key, value)| format!("{} = {}", Value::String(key.clone()), literal(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn store(kind: &str, name: &str, region: &str) -> Discovered {
        let argument = if kind == "aws_s3_bucket" {
            "bucket"
        } else {
            "identifier"
        };
        Discovered {
            kind: kind.to_owned(),
            name: name.to_owned(),
            attributes: [(argument.to_owned(), json!(name))].into(),
            region: region.to_owned(),
            tags: BTreeMap::new(),
            protected_by: vec!["automated backups, 7d".to_owned()],
        }
    }

    #[test]
    fn each_region_gets_a_provider_block_and_each_store_a_label_of_its_own() {
        let asked = Asked {
            address: Address::named(Block::Provider, "local"),
            attributes: [("scheduler".to_owned(), json!("external"))].into(),
            configuration: None,
        };
        let query = DiscoverQuery {
            regions: vec!["eu-west-1".to_owned(), "eu-central-1".to_owned()],
            ..DiscoverQuery::default()
        };
        let stores = [
            store("aws_db_instance", "1.orders", "eu-central-1"),
            store("aws_db_instance", "1.orders", "eu-west-1"),
            store("aws_s3_bucket", "a.${b}", "eu-west-1"),
        ];
        let stores: Vec<&Discovered> = stores.iter().collect();
        let text = text(&asked, &query, &stores).unwrap_or_default();
        insta::assert_snapshot!(text, @r#"
        # Found by `lifeboat discover`. Each target still needs an objective.

        provider "local" {
          alias     = "eu_central_1"
          region    = "eu-central-1"
          scheduler = "external"
        }

        provider "local" {
          region    = "eu-west-1"
          scheduler = "external"
        }

        # In eu-central-1; protected by: automated backups, 7d.
        target "aws_db_instance" "_1_orders" {
          provider   = provider.local.eu_central_1
          identifier = "1.orders"
        }

        # In eu-west-1; protected by: automated backups, 7d.
        target "aws_db_instance" "_1_orders_" {
          identifier = "1.orders"
        }

        # In eu-west-1; protected by: automated backups, 7d.
        target "aws_s3_bucket" "a___b_" {
          bucket = "a.$${b}"
        }
        "#);
    }
}
