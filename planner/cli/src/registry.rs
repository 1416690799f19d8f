//! The list of providers, one line each, and of stores that a state can be shared in.

use std::path::PathBuf;
use std::sync::Arc;

use lifeboat_contract::objects::ObjectStore;
use lifeboat_contract::{Provider, ProviderError};
use lifeboat_engine::Providers;
use lifeboat_engine::state::{StatePaths, StateStore};
use lifeboat_model::{Address, Attributes, Catalog, Span};

use crate::failure::Failure;

/// What a provider is told about where it runs.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The absolute directory of the configuration.
    pub(crate) directory: PathBuf,
    /// What a schedule passes as `--state`, where the state is not the file that it finds in the directory.
    pub(crate) state: Option<PathBuf>,
    /// The binary that a schedule runs.
    pub(crate) executable: PathBuf,
    /// Where caches go.
    pub(crate) cache: PathBuf,
    /// Where drills restore to.
    pub(crate) scratch: PathBuf,
}

/// One provider: its name, what it knows before it is configured, and how it is configured.
struct Entry {
    name: &'static str,
    catalog: fn() -> Catalog,
    /// What it knows once it is configured, wherever it then runs.
    elsewhere: fn(&Attributes) -> Catalog,
    open: Open,
}

/// Configures a provider with the arguments of its block.
type Open = fn(&Attributes, &Place) -> Result<Arc<dyn Provider>, ProviderError>;

const REGISTRY: &[Entry] = &[
    #[cfg(feature = "aws")]
    Entry {
        name: "aws",
        catalog: lifeboat_aws::catalog,
        elsewhere: lifeboat_aws::catalog_elsewhere,
        open: aws,
    },
    Entry {
        name: "local",
        catalog: lifeboat_local::catalog,
        elsewhere: lifeboat_local::catalog_elsewhere,
        open: local,
    },
    Entry {
        name: "memory",
        catalog: lifeboat_memory::catalog,
        elsewhere: |_| lifeboat_memory::catalog(),
        open: memory,
    },
];

#[cfg(feature = "aws")]
fn aws(attributes: &Attributes, _place: &Place) -> Result<Arc<dyn Provider>, ProviderError> {
    Ok(Arc::new(lifeboat_aws::AwsProvider::new(attributes)?))
}

fn local(attributes: &Attributes, place: &Place) -> Result<Arc<dyn Provider>, ProviderError> {
    let settings = lifeboat_local::LocalSettings::new(
        place.directory.clone(),
        place.executable.clone(),
        place.cache.clone(),
        place.scratch.clone(),
    )
    .with_state(place.state.clone());
    Ok(Arc::new(lifeboat_local::LocalProvider::new(
        attributes, settings,
    )?))
}

fn memory(attributes: &Attributes, place: &Place) -> Result<Arc<dyn Provider>, ProviderError> {
    Ok(Arc::new(lifeboat_memory::MemoryProvider::configured(
        attributes,
        &place.directory,
    )?))
}

impl Place {
    /// Returns the place with this state.
    pub(crate) fn with_state(&self, store: &StateStore) -> Self {
        let state = match store.locator() {
            Some(locator) => PathBuf::from(locator),
            None => store.paths().state.clone(),
        };
        let usual = state == StatePaths::in_directory(&self.directory).state;
        Self {
            state: (!usual).then_some(state),
            ..self.clone()
        }
    }

    /// Looks at the environment.
    pub(crate) fn here() -> Result<Self, Failure> {
        let directory = std::env::current_dir().map_err(|error| {
            Failure::new("cli::directory", "the current directory cannot be read").because(error)
        })?;
        let executable = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("lifeboat"));
        let scratch = std::env::temp_dir();
        let cache = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
            .unwrap_or_else(|| scratch.clone())
            .join("lifeboat");
        Ok(Self {
            directory,
            state: None,
            executable,
            cache,
            scratch,
        })
    }
}

/// Returns what all providers know before they are configured: enough for the language.
pub(crate) fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    for entry in REGISTRY {
        catalog.merge((entry.catalog)());
    }
    catalog
}

/// Returns what configured providers know wherever they run: nothing of this machine is in it.
pub(crate) fn catalog_elsewhere<'a>(
    blocks: impl IntoIterator<Item = (&'a Address, &'a Attributes)>,
) -> Catalog {
    let mut catalog = Catalog::default();
    for (address, attributes) in blocks {
        let name = provider_name(address);
        if let Some(entry) = REGISTRY.iter().find(|entry| entry.name == name) {
            catalog.merge((entry.elsewhere)(attributes));
        }
    }
    catalog
}

/// Returns the provider that a `provider` address is a configuration of: `local` for `provider.local.other`.
pub(crate) fn provider_name(address: &Address) -> &str {
    address.kind.as_deref().unwrap_or(&address.name)
}

/// Configures providers.
pub(crate) fn open<'a>(
    blocks: impl IntoIterator<Item = (&'a Address, &'a Attributes)>,
    place: &Place,
) -> Result<Providers, Failure> {
    let mut providers = Providers::default();
    for (address, attributes) in blocks {
        let name = provider_name(address);
        let entry = REGISTRY
            .iter()
            .find(|entry| entry.name == name)
            .ok_or_else(|| {
                Failure::new(
                    "cli::unknown_provider",
                    format!("there is no provider `{name}`"),
                )
            })?;
        providers.insert(address.clone(), (entry.open)(attributes, place)?);
    }
    Ok(providers)
}

/// How long a lock outlives the last sign of life of its holder, where the configuration says nothing else.
const LEASE: Span = Span::from_secs(60);

/// Returns the arguments of the state that a word such as `s3://bucket/key?region=eu-west-1` names; none if it is the
/// name of a file.
pub(crate) fn located(word: &str) -> Option<Result<(&'static str, Attributes), Failure>> {
    if !word.starts_with("s3://") {
        return None;
    }
    #[cfg(feature = "aws")]
    let found = lifeboat_aws::state_arguments(word)?
        .map(|arguments| ("s3", arguments))
        .map_err(Failure::from);
    #[cfg(not(feature = "aws"))]
    let found = Err(without("s3"));
    Some(found)
}

/// Returns the state in a store of this kind that machines share.
pub(crate) fn shared_state(
    kind: &str,
    arguments: &Attributes,
    version: &str,
) -> Result<StateStore, Failure> {
    let lease = arguments.get("lease").and_then(serde_json::Value::as_str);
    let lease: Span = match lease {
        None => LEASE,
        Some(text) => text
            .parse()
            .map_err(|error| Failure::usage(format!("`lease` is no duration: {error}")))?,
    };
    Ok(StateStore::shared(
        objects(kind, arguments)?,
        lease,
        version,
    ))
}

/// Returns the objects of a store of this kind.
fn objects(kind: &str, arguments: &Attributes) -> Result<Arc<dyn ObjectStore>, Failure> {
    #[cfg(feature = "aws")]
    if kind == "s3" {
        return Ok(Arc::new(lifeboat_aws::S3Store::new(arguments)?));
    }
    let _ = arguments;
    Err(without(kind))
}

fn without(kind: &str) -> Failure {
    Failure::new(
        "cli::no_such_state",
        format!("this lifeboat cannot keep a state of kind `{kind}`"),
    )
    .help("Use a lifeboat that was built with it.")
}
