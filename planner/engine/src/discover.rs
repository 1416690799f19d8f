//! Looking for data stores that no configuration names yet.

use lifeboat_contract::{DiscoverQuery, Discovered};
use lifeboat_model::Address;

use crate::error::EngineError;
use crate::operate::stoppable;
use crate::providers::Providers;
use crate::retry::retried;
use crate::run::Run;

/// Asks a configured provider for the data stores that there are. Reads only.
///
/// # Errors
/// When the provider is not configured, cannot list everything, or the user stops it.
pub async fn discover(
    provider: &Address,
    query: &DiscoverQuery,
    providers: &Providers,
    run: &Run,
) -> Result<Vec<Discovered>, EngineError> {
    let configured = providers
        .get(provider)
        .ok_or_else(|| EngineError::NoProvider {
            address: Box::new(provider.clone()),
            provider: Box::new(provider.clone()),
        })?;
    let answer = retried(run, provider, 0, || {
        let context = run.call(provider, run.token(provider, "discover"));
        stoppable(run, context, |context| async move {
            configured.discover(query, &context).await
        })
    });
    answer.await.map_err(|source| EngineError::Provider {
        action: "look for data stores of",
        address: Box::new(provider.clone()),
        source,
    })
}
