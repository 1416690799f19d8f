//! Reading what is live: every place is looked at once, whatever is asked about it.

mod protection;
mod schedule;
mod target;

use std::collections::BTreeMap;

use lifeboat_contract::{ErrorClass, ProviderError, ReadItem};
use lifeboat_model::{Address, Attributes, Domain, LiveResource, LiveState, ReadFailure};

use crate::catalog::{
    DIRECTORY, LOCAL_COPY, LOCAL_DIRECTORY, LOCAL_GUARD, LOCAL_SCHEDULE, LOCAL_SNAPSHOT,
    LOCAL_SQLITE, S3,
};
use crate::local::Local;

/// What was found where one item should be.
#[derive(Debug)]
pub(crate) enum Found {
    /// It is there.
    Live(Box<LiveResource>),
    /// It is not; it would stand in these domains.
    Absent(Vec<Domain>),
}

use protection::captured;
pub(crate) use protection::repository_resource;

impl Local {
    /// Reads all items.
    pub(crate) fn read(
        &self,
        items: &[ReadItem],
        bindings: &BTreeMap<Address, Attributes>,
    ) -> LiveState {
        let mut answer = LiveState::default();
        let views = self.views(items, bindings);
        let schedules = self.schedules(items);
        for item in items {
            let found = match item.kind.as_str() {
                LOCAL_DIRECTORY => {
                    self.read_directory(item, || captured(&item.address, items, bindings, &views))
                }
                LOCAL_SQLITE => self.read_sqlite(item),
                DIRECTORY | S3 => self.read_repository(item, &views),
                LOCAL_SNAPSHOT | LOCAL_COPY | LOCAL_GUARD => {
                    self.read_protection(item, bindings, &views)
                }
                LOCAL_SCHEDULE => self.read_schedule(item, &schedules),
                other => Err(unknown_kind(other)),
            };
            match found {
                Ok(Found::Live(live)) => {
                    answer.resources.insert(item.address.clone(), *live);
                }
                Ok(Found::Absent(domains)) if !domains.is_empty() => {
                    answer.places.insert(item.address.clone(), domains);
                    if matches!(item.kind.as_str(), DIRECTORY | S3) {
                        let needs = self.repository_needs(&item.address, &item.attributes);
                        answer.needs.insert(item.address.clone(), needs);
                    }
                }
                Ok(Found::Absent(_)) => {}
                Err(error) => {
                    answer
                        .failures
                        .insert(item.address.clone(), failure(&error));
                }
            }
        }
        answer
    }
}

/// Returns the error of a kind that is not in the catalog.
pub(crate) fn unknown_kind(kind: &str) -> ProviderError {
    ProviderError::new(
        ErrorClass::Invalid,
        format!("the local provider has no kind `{kind}`"),
    )
    .help("Correct the kind, or name the provider that has it.")
}

/// Returns an error as the answer of a read carries it.
fn failure(error: &ProviderError) -> ReadFailure {
    ReadFailure {
        class: error.class.as_str().to_owned(),
        message: error.chain(),
        help: error.help.clone(),
    }
}

/// Returns an error that stands for the same in several answers.
pub(crate) fn repeated(error: &ProviderError) -> ProviderError {
    let again = ProviderError::new(error.class, error.chain());
    match &error.help {
        Some(help) => again.help(help),
        None => again,
    }
}
