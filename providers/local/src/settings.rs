//! Where the provider runs.

use std::path::PathBuf;

use crate::machine::Machine;

/// Where the provider runs, which no block of the configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalSettings {
    /// The directory that relative paths start from: that of the configuration, absolute.
    pub base_dir: PathBuf,
    /// The program that a schedule runs, absolute.
    pub executable: PathBuf,
    /// What a schedule gives the program as `-C`, absolute.
    pub config_dir: PathBuf,
    /// What a schedule gives the program as `--state`, absolute; none for the state that it finds by itself.
    pub state: Option<PathBuf>,
    /// Where indexes of repositories in S3 are kept between runs.
    pub cache_dir: PathBuf,
    /// Where drills restore to, and databases are copied before they are stored.
    pub scratch_dir: PathBuf,
    /// Where facts about the machine are read.
    pub machine: Machine,
}

impl LocalSettings {
    /// Returns the settings for a configuration in `base_dir` on this machine.
    pub fn new(
        base_dir: PathBuf,
        executable: PathBuf,
        cache_dir: PathBuf,
        scratch_dir: PathBuf,
    ) -> Self {
        Self {
            config_dir: base_dir.clone(),
            base_dir,
            state: None,
            executable,
            cache_dir,
            scratch_dir,
            machine: Machine::default(),
        }
    }

    /// Returns the settings with a state that a schedule must be told of.
    #[must_use]
    pub fn with_state(self, state: Option<PathBuf>) -> Self {
        Self { state, ..self }
    }
}
