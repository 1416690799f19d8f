//! A recorded protection with all that it takes to act on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_contract::{Protected, Provider, ProviderError};
use lifeboat_model::{
    Address, Attributes, KindRole, LiveResource, RecordedResource, RecordedState,
};

use crate::error::EngineError;
use crate::providers::Providers;
use crate::refresh::{RefreshItem, as_error, refresh};
use crate::run::Run;
use crate::state::bindings::with_recorded;

/// A recorded protection with all that it takes to act on it.
pub(crate) struct Acting {
    pub(crate) address: Address,
    pub(crate) resource: RecordedResource,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) bindings: BTreeMap<Address, Attributes>,
}

impl Acting {
    /// Returns the protection that is recorded at `address`.
    pub(crate) fn on(
        address: &Address,
        state: &RecordedState,
        providers: &Providers,
    ) -> Result<Self, EngineError> {
        let unsuitable = |reason: &'static str, help: &str| EngineError::NotSuitable {
            address: Box::new(address.clone()),
            reason,
            help: help.to_owned(),
        };
        let resource = state.resources.get(address).ok_or_else(|| {
            unsuitable(
                "is not recorded",
                "Run `lifeboat apply`, or list what is recorded with `lifeboat state list`.",
            )
        })?;
        let provider =
            providers
                .get(&resource.provider)
                .ok_or_else(|| EngineError::NoProvider {
                    address: Box::new(address.clone()),
                    provider: Box::new(resource.provider.clone()),
                })?;
        if providers.role(&resource.kind) != Some(KindRole::Protection) {
            return Err(unsuitable(
                "is not a protection",
                "Name a protection of a target; `lifeboat status` lists them.",
            ));
        }
        Ok(Self {
            address: address.clone(),
            resource: resource.clone(),
            provider: provider.clone(),
            bindings: with_recorded(state.bindings.clone(), state),
        })
    }

    /// Returns how a provider is told of it.
    pub(crate) fn protected(&self) -> Protected<'_> {
        Protected {
            address: &self.address,
            kind: &self.resource.kind,
            attributes: &self.resource.attributes,
            bindings: &self.bindings,
        }
    }

    /// Reads what is live of it; none if it does not exist.
    pub(crate) async fn read(
        &self,
        providers: &Providers,
        run: &Run,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let item = RefreshItem::recorded(&self.address, &self.resource);
        let mut live = refresh(providers, vec![item], &self.bindings, run).await;
        match live.failures.remove(&self.address) {
            Some(failure) => Err(as_error(failure)),
            None => Ok(live.resources.remove(&self.address)),
        }
    }

    /// Returns the error of a call on it.
    pub(crate) fn failed(&self, action: &'static str, source: ProviderError) -> EngineError {
        EngineError::Provider {
            action,
            address: Box::new(self.address.clone()),
            source,
        }
    }
}
