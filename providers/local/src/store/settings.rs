//! What a repository says of itself in its `config`, and can be changed.

use std::sync::Arc;

use lifeboat_contract::{Cancel, Progress, ProviderError, Silent};
use rustic_core::ConfigOptions;

use super::layout::View;
use super::vault::Vault;

impl Vault {
    /// Returns the level of zstd for new data, as it was when the repository was opened; none for zstd's default.
    pub fn compression(&self) -> Option<i32> {
        self.compression
    }

    /// Sets the level of zstd for new data; none for zstd's default. What is stored already stays as it is.
    ///
    /// An open repository goes on with the level that it was opened with.
    ///
    /// # Errors
    /// `conflict` while another process holds the repository for itself.
    pub fn set_compression(&self, level: Option<i32>) -> Result<(), ProviderError> {
        self.respect_locks()?;
        let silent: Arc<dyn Progress> = Arc::new(Silent);
        let mut session = self.session_of(View::Rewrite, &silent, &Cancel::default())?;
        let mut options = ConfigOptions::default();
        options.set_compression = Some(level.unwrap_or(ZSTD_DEFAULT));
        session
            .repository
            .apply_config(&options)
            .map(drop)
            .map_err(|error| {
                session.failed(
                    format!("cannot change the config of repository `{}`", self.place()),
                    &error,
                )
            })
    }
}

impl Vault {
    /// Returns the bytes of everything that the repository stores.
    ///
    /// # Errors
    /// When it cannot be listed.
    pub fn stored_bytes(&self) -> Result<u64, ProviderError> {
        let silent: Arc<dyn Progress> = Arc::new(Silent);
        let session = self.session_of(View::Rewrite, &silent, &Cancel::default())?;
        let found = session.repository.infos_files().map_err(|error| {
            session.failed(format!("cannot list repository `{}`", self.place()), &error)
        })?;
        Ok(found.repo.iter().map(|files| files.size).sum())
    }
}

/// The level that zstd takes where none is given; written out, because a config cannot lose an entry again.
pub(crate) const ZSTD_DEFAULT: i32 = 3;
