//! The bulk reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;
use lifeboat_contract::{ErrorClass, Provider, ProviderError, ReadItem, ReadRequest};
use lifeboat_model::{Address, Attributes, LiveState, ReadFailure};

use super::RefreshItem;
use crate::providers::Providers;
use crate::retry::again;
use crate::run::Run;

/// Reads what is live of these items.
///
/// Each item ends in exactly one of three ways: it is live, it is missing, or it could not be read. A provider that
/// cannot read at all fails each of its items; what fails in a way that may pass is read again, and only that.
pub async fn refresh(
    providers: &Providers,
    items: Vec<RefreshItem>,
    bindings: &BTreeMap<Address, Attributes>,
    run: &Run,
) -> LiveState {
    let mut by_provider: BTreeMap<Address, Vec<ReadItem>> = BTreeMap::new();
    for item in items {
        by_provider
            .entry(item.provider.clone())
            .or_default()
            .push(item.into_read());
    }
    let reads = by_provider.into_iter().map(|(address, items)| async move {
        match providers.get(&address) {
            Some(provider) => read_all(&address, provider, items, bindings, run).await,
            None => failed(items, &unconfigured(&address)),
        }
    });
    let mut live = LiveState::default();
    for part in join_all(reads).await {
        live.resources.extend(part.resources);
        live.failures.extend(part.failures);
        live.places.extend(part.places);
        live.needs.extend(part.needs);
    }
    live
}

async fn read_all(
    address: &Address,
    provider: &Arc<dyn Provider>,
    mut items: Vec<ReadItem>,
    bindings: &BTreeMap<Address, Attributes>,
    run: &Run,
) -> LiveState {
    let mut live = LiveState::default();
    let mut attempt = 1;
    loop {
        let request = ReadRequest {
            items: items.clone(),
            bindings,
        };
        let context = run.call(address, run.token(address, "read"));
        let answer = match provider.read(request, &context).await {
            Ok(answer) => only_asked(answer, &items),
            Err(error) => failed(items.clone(), &error),
        };
        live.resources.extend(answer.resources);
        live.places.extend(answer.places);
        live.needs.extend(answer.needs);
        let (passing, lasting): (BTreeMap<_, _>, BTreeMap<_, _>) = answer
            .failures
            .into_iter()
            .partition(|(_, failure)| may_pass(failure));
        live.failures.extend(lasting);
        let Some(first) = passing.values().next() else {
            return live;
        };
        let message = first.message.clone();
        if !again(run, None, 0, attempt, message).await {
            live.failures.extend(passing);
            return live;
        }
        items.retain(|item| passing.contains_key(&item.address));
        attempt += 1;
    }
}

/// Returns the answer without what nobody asked for; what is both live and failed is failed.
///
/// Where protections of a target would stand is told with the target: the planner may add some that nobody knows yet.
fn only_asked(mut answer: LiveState, items: &[ReadItem]) -> LiveState {
    let asked: BTreeSet<&Address> = items.iter().map(|item| &item.address).collect();
    let LiveState {
        resources,
        failures,
        places,
        needs,
    } = &mut answer;
    let near = |address: &Address| asked.contains(address) || asked.contains(&address.owner());
    needs.retain(|address, _| near(address));
    places.retain(|address, _| near(address));
    failures.retain(|address, _| asked.contains(address));
    resources.retain(|address, _| asked.contains(address) && !failures.contains_key(address));
    answer
}

fn may_pass(failure: &ReadFailure) -> bool {
    [ErrorClass::Throttled, ErrorClass::Unavailable]
        .iter()
        .any(|class| class.as_str() == failure.class)
}

/// Returns the failure of an item as the error of a call that needed it.
pub(crate) fn as_error(failure: ReadFailure) -> ProviderError {
    let class = serde_json::from_value(failure.class.into()).unwrap_or(ErrorClass::Unknown);
    ProviderError {
        class,
        message: failure.message,
        help: failure.help,
        source: None,
    }
}

fn unconfigured(provider: &Address) -> ProviderError {
    ProviderError::new(
        ErrorClass::Invalid,
        format!("`{provider}` is not configured"),
    )
    .help("Put the provider block back until nothing is recorded under it.")
}

fn failed(items: Vec<ReadItem>, error: &ProviderError) -> LiveState {
    let failure = ReadFailure {
        class: error.class.as_str().to_owned(),
        message: error.chain(),
        help: error.help.clone(),
    };
    LiveState {
        failures: items
            .into_iter()
            .map(|item| (item.address, failure.clone()))
            .collect(),
        ..LiveState::default()
    }
}
