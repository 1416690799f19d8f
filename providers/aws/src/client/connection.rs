//! What a provider connects with: credentials, the HTTP client, how patient it is, and what is known of who it is.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::sync::OnceCell;

use super::http::{Requests, counting, with_tls};
use crate::settings::AssumeRole;

/// How long and how often one call is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The longest that one attempt may take.
    pub attempt: Duration,
    /// The longest that a call may take with all its attempts.
    pub call: Duration,
    /// The most attempts of a call that fails. The engine tries again what fails after them and may pass.
    pub attempts: u32,
    /// The most attempts of a call that is throttled.
    pub turns: u32,
    /// The pause after the first attempt, times a random number between 0 and 1; each further one is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl Default for Patience {
    /// Twenty turns: where every second request is throttled, one call of a million fails. Their pauses last 78 s at the
    /// most, so that the answer of the last one is heard before the time of the call is over.
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(30),
            call: Duration::from_secs(120),
            attempts: 5,
            turns: 20,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(5),
        }
    }
}

/// What a provider connects with, where it is not what the environment says.
///
/// Providers with clones of one connection ask STS only once who they are.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The credentials; without them the SDK's chain is asked.
    pub credentials: Option<SharedCredentialsProvider>,
    /// The HTTP client; without it one with TLS of the platform's roots.
    pub http: Option<SharedHttpClient>,
    /// How long and how often a call is tried.
    pub patience: Patience,
    /// What is known of who we are.
    pub identities: Identities,
}

impl Connection {
    /// Returns what the environment says; every provider block of this process shares who it is.
    pub(crate) fn of_this_process() -> Self {
        static IDENTITIES: LazyLock<Identities> = LazyLock::new(Identities::default);
        Self {
            identities: IDENTITIES.clone(),
            ..Self::default()
        }
    }

    /// Returns the client, made to count into `requests`.
    pub(super) fn counting(&self, requests: &Requests) -> SharedHttpClient {
        counting(self.http.clone().unwrap_or_else(with_tls), requests)
    }
}

/// Where credentials come from: the arguments of a block that decide it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) profile: Option<String>,
    pub(super) role: Option<AssumeRole>,
    pub(super) endpoint: Option<String>,
}

/// Whose key it is, as an endpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) endpoint: Option<String>,
    pub(super) id: String,
}

/// Credentials and accounts that blocks share, so that blocks that differ in their region only ask once.
#[derive(Clone, Debug, Default)]
pub struct Identities(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    credentials: Vec<(Origin, SharedCredentialsProvider)>,
    accounts: Vec<(Key, Arc<OnceCell<String>>)>,
}

impl Identities {
    /// Returns the credentials of an origin that were found before.
    pub(super) fn credentials(&self, origin: &Origin) -> Option<SharedCredentialsProvider> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found(&known.credentials, origin)
    }

    /// Keeps the credentials of an origin, and returns those that all blocks use from now on.
    pub(super) fn keep(
        &self,
        origin: Origin,
        credentials: SharedCredentialsProvider,
    ) -> SharedCredentialsProvider {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = found(&known.credentials, &origin) {
            return earlier;
        }
        known.credentials.push((origin, credentials.clone()));
        credentials
    }

    /// Returns where the account of a key stands, once somebody has asked for it.
    pub(super) fn account(&self, key: Key) -> Arc<OnceCell<String>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = found(&known.accounts, &key) {
            return cell;
        }
        let cell = Arc::new(OnceCell::new());
        known.accounts.push((key, Arc::clone(&cell)));
        cell
    }
}

fn found<K: PartialEq, V: Clone>(entries: &[(K, V)], wanted: &K) -> Option<V> {
    entries
        .iter()
        .find(|(key, _)| key == wanted)
        .map(|(_, value)| value.clone())
}
