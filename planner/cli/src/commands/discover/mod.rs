//! `lifeboat discover`

mod generate;
mod list;

use std::collections::BTreeMap;
use std::path::PathBuf;

use lifeboat_contract::{DiscoverQuery, Discovered};
use lifeboat_core::configuration::{Configuration, TargetBlock};
use lifeboat_model::{Address, Attributes, Block};
use serde_json::json;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::{ENDING, names};
use crate::registry;
use crate::session::Session;
use crate::terminal;

/// Arguments of `discover`.
#[derive(Debug, clap::Args)]
pub(crate) struct DiscoverArguments {
    /// Whose data stores: a provider, such as `aws`, or one of its blocks, such as `provider.aws.dr`.
    provider: String,
    /// Look in this region; may be given several times. Without it, in that of the provider block.
    #[arg(long, value_name = "REGION")]
    region: Vec<String>,
    /// Only those with this tag; may be given several times.
    #[arg(long, value_name = "KEY=VALUE", value_parser = tag)]
    tag: Vec<(String, String)>,
    /// Write a target for each that no configuration names yet into this new file.
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        default_missing_value = "discovered.dr.hcl"
    )]
    generate: Option<PathBuf>,
}

fn tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or("expected KEY=VALUE, such as `env=prod`")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// The provider that is asked, and the configuration that it may be from.
struct Asked {
    address: Address,
    attributes: Attributes,
    configuration: Option<Configuration>,
}

/// Lists data stores with what protects each now. Reads only.
pub(crate) async fn run(session: &Session, arguments: &DiscoverArguments) -> Result<Exit, Failure> {
    let asked = asked(session, &arguments.provider)?;
    let block = [(&asked.address, &asked.attributes)];
    let providers = registry::open(block, &session.place)?;
    let query = DiscoverQuery {
        regions: arguments.region.clone(),
        tags: arguments.tag.iter().cloned().collect(),
    };
    let engine = session.engine();
    let found = lifeboat_engine::discover(&asked.address, &query, &providers, &engine).await?;
    let known: Vec<Option<Address>> = found.iter().map(|it| asked.known(it)).collect();
    let stores: Vec<_> = found
        .iter()
        .zip(&known)
        .map(|(store, known)| json!({ "store": store, "target": known }))
        .collect();
    session.report(|| list::text(&found, &known), &json!({ "found": stores }))?;
    let Some(path) = &arguments.generate else {
        return Ok(Exit::Fine);
    };
    let new: Vec<&Discovered> = found
        .iter()
        .zip(&known)
        .filter(|(_, known)| known.is_none())
        .map(|(store, _)| store)
        .collect();
    write(path, &generate::text(&asked, &query, &new)?)?;
    if !session.global.json {
        terminal::result(&format!(
            "\nWrote {} with {} targets. Give each an objective, and `lifeboat plan` says what is missing.",
            path.display(),
            new.len()
        ));
    }
    Ok(Exit::Fine)
}

/// Returns the provider that a word means: of the configuration where there is one, else with its defaults.
fn asked(session: &Session, word: &str) -> Result<Asked, Failure> {
    let address = if word.contains('.') {
        let address: Address = word
            .parse()
            .map_err(|error| Failure::from_error("cli::no_match", &error))?;
        address
    } else {
        Address::named(Block::Provider, word)
    };
    let configuration = if names(&session.place.directory, ENDING)?.is_empty() {
        None
    } else {
        Some(session.configuration()?.evaluated.configuration)
    };
    let written = configuration
        .as_ref()
        .and_then(|it| it.providers.get(&address));
    let attributes = match written {
        Some(block) => block.attributes.clone(),
        None => defaults(&address)?,
    };
    Ok(Asked {
        address,
        attributes,
        configuration,
    })
}

/// Returns the arguments of a provider that has no block.
fn defaults(address: &Address) -> Result<Attributes, Failure> {
    let catalog = registry::catalog();
    let specs = catalog
        .providers
        .get(&address.name)
        .filter(|_| address.block == Block::Provider && address.kind.is_none());
    let specs = specs.ok_or_else(|| {
        let known: Vec<&str> = catalog.providers.keys().map(String::as_str).collect();
        Failure::new("cli::no_match", format!("there is no `{address}`"))
            .help(format!("Name one of {}.", known.join(", ")))
    })?;
    Ok(specs
        .iter()
        .filter_map(|spec| Some((spec.name.clone(), spec.default.clone()?)))
        .collect())
}

impl Asked {
    /// Returns the target of the configuration that means a store.
    fn known(&self, store: &Discovered) -> Option<Address> {
        let configuration = self.configuration.as_ref()?;
        let means = |target: &&TargetBlock| {
            let provider = configuration.providers.get(&target.provider);
            let region = provider
                .and_then(|it| it.attributes.get("region"))
                .and_then(serde_json::Value::as_str);
            target.address.kind.as_deref() == Some(&store.kind)
                && region.is_none_or(|region| region == store.region)
                && is_within(&store.attributes, &target.attributes)
        };
        let mut targets = configuration.targets.values();
        targets.find(means).map(|target| target.address.clone())
    }
}

fn is_within(
    few: &BTreeMap<String, serde_json::Value>,
    many: &BTreeMap<String, serde_json::Value>,
) -> bool {
    few.iter()
        .all(|(name, value)| many.get(name) == Some(value))
}

/// Writes a file that is not there yet.
fn write(path: &PathBuf, text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut file = std::fs::File::create_new(path).map_err(|error| {
        Failure::new(
            "cli::unwritable_file",
            format!("`{}` cannot be made", path.display()),
        )
        .because(error)
        .help("Name another file with --generate FILE: what is there is not overwritten.")
    })?;
    file.write_all(text.as_bytes()).map_err(|error| {
        Failure::new(
            "cli::unwritable_file",
            format!("`{}` cannot be written", path.display()),
        )
        .because(error)
    })
}
