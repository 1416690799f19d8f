//! What every command starts from: the command line, the terminal, the clock, and how to get at everything else.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use lifeboat_core::configuration::{Configuration, Settings};
use lifeboat_core::design::{self, Design, DesignErrors};
use lifeboat_core::diagnostic::{Diagnostic, Diagnostics};
use lifeboat_core::render::Style;
use lifeboat_engine::lock::Holder;
use lifeboat_engine::state::{Loaded as Recorded, Session as Locked, StatePaths, StateStore};
use lifeboat_engine::{Clock as _, EventSink, Providers, RetryPolicy, Run, Stop};
use lifeboat_model::{Address, Attributes, Block, Catalog, RecordedState};
use serde::Serialize;

use crate::arguments::Global;
use crate::clock::{self, SystemClock};
use crate::events;
use crate::failure::Failure;
use crate::load::{self, Loaded};
use crate::registry::{self, Place};
use crate::saved::MadeFor;
use crate::terminal::{self, Terminal};

/// One run of the binary.
pub(crate) struct Session {
    /// What every command understands.
    pub(crate) global: Global,
    /// The streams.
    pub(crate) terminal: Terminal,
    /// The clock.
    pub(crate) clock: Arc<SystemClock>,
    /// Where interrupts arrive.
    pub(crate) stop: Stop,
    /// Where this runs.
    pub(crate) place: Place,
    /// Different for every run.
    pub(crate) seed: u64,
    /// The providers that were configured so far.
    opened: Mutex<Vec<Providers>>,
}

impl Session {
    /// Starts.
    pub(crate) fn new(global: Global, terminal: Terminal) -> Result<Self, Failure> {
        Ok(Self {
            global,
            terminal,
            clock: Arc::new(SystemClock::default()),
            stop: Stop::default(),
            place: Place::here()?,
            seed: clock::seed(),
            opened: Mutex::default(),
        })
    }

    /// Returns how views are shown on stdout.
    pub(crate) fn style(&self) -> Style {
        Style {
            color: self.terminal.color,
            unicode: terminal::unicode(),
            width: self.terminal.width,
            verbose: self.global.verbose,
        }
    }

    /// Returns now.
    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// Reads and evaluates the configuration.
    pub(crate) fn configuration(&self) -> Result<Loaded, Failure> {
        load::configuration(&self.global, &registry::catalog(), self.now())
    }

    /// Configures the providers of a configuration.
    pub(crate) fn providers(&self, configuration: &Configuration) -> Result<Providers, Failure> {
        let store = self.store(&configuration.settings)?;
        let providers = registry::open(
            configuration
                .providers
                .iter()
                .map(|(address, block)| (address, &block.attributes)),
            &self.place.with_state(&store),
        )?;
        Ok(self.opened(providers))
    }

    fn opened(&self, providers: Providers) -> Providers {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.push(providers.clone());
        providers
    }

    /// Says how many requests each provider sent, where everything is to be shown.
    pub(crate) fn tell_requests(&self) {
        if !self.global.verbose {
            return;
        }
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sent: BTreeMap<&str, u64> = BTreeMap::new();
        for (address, provider) in opened.iter().flat_map(Providers::iter) {
            if let Some(requests) = provider.requests() {
                *sent.entry(registry::provider_name(address)).or_default() += requests;
            }
        }
        for (name, requests) in sent {
            terminal::notice(&format!("{name}: {requests} requests"));
        }
    }

    /// Returns what the providers of a configuration know wherever they run.
    pub(crate) fn catalog_elsewhere(configuration: &Configuration) -> Catalog {
        let blocks = configuration.providers.iter();
        registry::catalog_elsewhere(blocks.map(|(address, block)| (address, &block.attributes)))
    }

    /// Configures the providers that a state or a plan was made with.
    pub(crate) fn recorded_providers<'a>(
        &self,
        bindings: impl IntoIterator<Item = (&'a Address, &'a Attributes)>,
        store: &StateStore,
    ) -> Result<Providers, Failure> {
        let providers = registry::open(
            bindings
                .into_iter()
                .filter(|(address, _)| address.block == Block::Provider),
            &self.place.with_state(store),
        )?;
        Ok(self.opened(providers))
    }

    /// Returns the place of the state that the command line or the settings name.
    pub(crate) fn store(&self, settings: &Settings) -> Result<StateStore, Failure> {
        let version = env!("CARGO_PKG_VERSION");
        if let Some(named) = &self.global.state {
            return match registry::located(&named.to_string_lossy()) {
                Some(located) => {
                    let (kind, arguments) = located?;
                    registry::shared_state(kind, &arguments, version)
                }
                None => {
                    let paths = StatePaths::at(&load::absolute(named));
                    Ok(StateStore::new(paths, version))
                }
            };
        }
        let Some(block) = &settings.state else {
            return Ok(self.store_beside());
        };
        if block.kind != "local" {
            return registry::shared_state(&block.kind, &block.attributes, version);
        }
        let path = block.attributes.get("path");
        Ok(match path.and_then(serde_json::Value::as_str) {
            Some(path) => {
                let paths = StatePaths::at(&self.place.directory.join(path));
                StateStore::new(paths, version)
            }
            None => self.store_beside(),
        })
    }

    /// Returns the state in the file beside the configuration.
    fn store_beside(&self) -> StateStore {
        let paths = StatePaths::in_directory(&self.place.directory);
        StateStore::new(paths, env!("CARGO_PKG_VERSION"))
    }

    /// Returns the place of the state for a command that needs nothing else of the configuration: a scheduled backup
    /// must run although somebody has just broken the text.
    pub(crate) fn store_alone(&self) -> Result<StateStore, Failure> {
        let unset = Settings::default();
        if self.global.state.is_some() {
            return self.store(&unset);
        }
        match self.configuration() {
            Ok(loaded) => self.store(&loaded.evaluated.configuration.settings),
            Err(_)
                if StatePaths::in_directory(&self.place.directory)
                    .state
                    .exists() =>
            {
                terminal::notice(
                    "Warning: the configuration has errors (see `lifeboat validate`); going on with what was last applied.",
                );
                Ok(self.store_beside())
            }
            Err(failure) => Err(failure),
        }
    }

    /// Reads the state without its lock, and says what a killed run left.
    pub(crate) fn read(&self, store: &StateStore) -> Result<RecordedState, Failure> {
        let recorded = store.read()?;
        self.tell_interrupted(&recorded);
        self.tell_of_file(store, &recorded.state);
        Ok(recorded.state)
    }

    /// Takes the lock and reads the state.
    pub(crate) async fn lock(
        &self,
        store: &StateStore,
        operation: &str,
    ) -> Result<Locked, Failure> {
        let holder = Holder::this_process(operation, self.now());
        let locked = store
            .open(holder, self.clock.clone(), self.global.lock_timeout)
            .await?;
        self.tell_taken_over(&locked);
        self.tell_interrupted(&locked.loaded());
        if operation != "state push" {
            self.tell_of_file(store, locked.state());
        }
        if locked.state().lineage.is_empty()
            && let Some(advice) = store.advice()
        {
            terminal::notice(&format!("Warning: {advice}"));
        }
        Ok(locked)
    }

    fn tell_taken_over(&self, locked: &Locked) {
        let Some(holder) = locked.taken_over().filter(|_| !self.global.json) else {
            return;
        };
        terminal::notice(&format!(
            "Note: the lock of `{}` (`lifeboat {}`, process {}) was taken over: its last sign of life was at {}.",
            holder.who(),
            holder.operation,
            holder.pid,
            holder.heartbeat.strftime("%Y-%m-%d %H:%M:%SZ")
        ));
    }

    /// Says that a file that looks like the state is not used.
    fn tell_of_file(&self, store: &StateStore, state: &RecordedState) {
        let beside = self.store_beside().paths().state.clone();
        if store.locator().is_none() || !state.lineage.is_empty() || !beside.exists() {
            return;
        }
        terminal::notice(&format!(
            "Warning: `{}` is not used, and nothing is recorded in `{}` yet: `lifeboat state push` moves it there.",
            beside.display(),
            store.paths().state.display()
        ));
    }

    fn tell_interrupted(&self, recorded: &Recorded) {
        if self.global.json {
            return;
        }
        for left in &recorded.interrupted {
            terminal::notice(&format!("Note: an earlier run was interrupted: {left}"));
        }
    }

    /// Returns what surrounds a run of the engine, with the renderer of its events.
    pub(crate) fn engine(&self) -> Run {
        let sink: Arc<dyn EventSink> = Arc::from(events::sink(
            self.global.json,
            self.terminal.interactive_stderr,
        ));
        Run {
            clock: self.clock.clone(),
            events: sink,
            stop: self.stop.clone(),
            retry: RetryPolicy::default(),
            seed: self.seed,
        }
    }

    /// Returns what a plan is made for here.
    pub(crate) fn made_for(&self, store: &StateStore) -> MadeFor {
        MadeFor {
            directory: self.place.directory.clone(),
            state: store.paths().state.clone(),
        }
    }

    /// Writes JSON into the file of `--json-into`, if it was asked for.
    pub(crate) fn write_beside(&self, json: &impl Serialize) -> Result<(), Failure> {
        let Some(path) = &self.global.json_into else {
            return Ok(());
        };
        let json = serde_json::to_string_pretty(json).map_err(no_json)?;
        write_private(path, &format!("{json}\n"))
    }

    /// Writes a result: JSON to stdout, or text to stdout with JSON beside it.
    pub(crate) fn report(
        &self,
        text: impl FnOnce() -> String,
        json: &impl Serialize,
    ) -> Result<(), Failure> {
        if self.global.json {
            terminal::result(&serde_json::to_string(json).map_err(no_json)?);
            return Ok(());
        }
        self.write_beside(json)?;
        terminal::result(&text());
        Ok(())
    }
}

fn no_json(error: serde_json::Error) -> Failure {
    Failure::bug("a result has no JSON form").because(error)
}

/// Compiles a configuration; each error points at the block that it is about.
pub(crate) fn compile(loaded: &Loaded, catalog: &Catalog) -> Result<Design, Failure> {
    design::compile(&loaded.evaluated.configuration, catalog)
        .map_err(|errors| design_failure(&errors, loaded))
}

/// Returns what is wrong with a design; each error points at the block that it is about.
pub(crate) fn design_failure(errors: &DesignErrors, loaded: &Loaded) -> Failure {
    let diagnostics = errors.0.iter().map(|error| {
        let at = error.at();
        Diagnostic::error(error.code(), error.to_string())
            .label(at.file.clone(), at.span.clone(), "")
            .help(error.help())
    });
    Failure::Diagnostics {
        diagnostics: Diagnostics::sorted(diagnostics.collect()),
        sources: loaded.sources.clone(),
    }
}

/// Writes a file that nobody else may read, whole or not at all.
pub(crate) fn write_private(path: &PathBuf, text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let write = || -> std::io::Result<()> {
        let mut beside = path.clone().into_os_string();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let _ = std::fs::remove_file(&beside);
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|error| {
        Failure::new(
            "cli::unwritable_file",
            format!("`{}` cannot be written", path.display()),
        )
        .because(error)
    })
}
