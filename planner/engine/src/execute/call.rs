//! The calls that an action makes, each repeated while it fails in a way that may pass.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_contract::{
    CallContext, ChangeKind, ChangeRequest, ErrorClass, Protected, Provider, ProviderError,
    ReadItem, ReadRequest,
};
use lifeboat_model::{Address, Attributes, LiveResource, RecoveryPointId};

use super::step::Step;
use crate::refresh;
use crate::retry::retried;
use crate::run::token;

impl Step {
    /// Makes one change of the resource.
    pub(super) async fn change(
        &self,
        change: ChangeKind,
        before: Option<&Attributes>,
        after: Option<&Attributes>,
        step: &str,
    ) -> Result<Option<LiveResource>, ProviderError> {
        self.retry(|| {
            let context = self.context(step);
            async move {
                let request = ChangeRequest {
                    address: &self.action.address,
                    kind: &self.action.kind,
                    change,
                    before,
                    after,
                    target: self.action.target.as_ref(),
                    bindings: &self.bindings,
                };
                self.provider()?.change(request, &context).await
            }
        })
        .await
    }

    /// Deletes the announced points, and returns what is live then.
    pub(super) async fn delete_points(
        &self,
        attributes: &Attributes,
        bindings: &BTreeMap<Address, Attributes>,
        live: LiveResource,
    ) -> Result<LiveResource, ProviderError> {
        if self.action.deletes.is_empty() {
            return Ok(live);
        }
        self.delete_exactly(attributes, bindings).await?;
        let left = self.read(bindings).await?.unwrap_or(live);
        let stays = left
            .recovery_points
            .iter()
            .find(|point| self.action.deletes.contains(&point.id));
        match stays {
            None => Ok(left),
            Some(point) => Err(ProviderError::new(
                ErrorClass::Unknown,
                format!(
                    "provider answered that recovery point `{}` of `{}` is deleted, and it is still there",
                    point.id.short(),
                    self.action.address
                ),
            )),
        }
    }

    /// Deletes the announced points of a repository: each as the protection that holds it.
    pub(super) async fn delete_held(
        &self,
        bindings: &BTreeMap<Address, Attributes>,
    ) -> Result<(), ProviderError> {
        for (address, resource) in &self.holders {
            let held = self
                .look(
                    address,
                    &resource.kind,
                    &resource.attributes,
                    resource.target.as_ref(),
                    bindings,
                )
                .await?;
            let announced = &self.action.deletes;
            let points: Vec<RecoveryPointId> = held
                .map(|held| held.recovery_points)
                .unwrap_or_default()
                .into_iter()
                .map(|point| point.id)
                .filter(|id| announced.contains(id))
                .collect();
            if points.is_empty() {
                continue;
            }
            self.retry(|| {
                let context = self.context(&format!("delete_points {address}"));
                let protected = Protected {
                    address,
                    kind: &resource.kind,
                    attributes: &resource.attributes,
                    bindings,
                };
                let points = &points;
                async move {
                    self.provider()?
                        .delete_points(protected, points, &context)
                        .await
                }
            })
            .await?;
        }
        Ok(())
    }

    pub(super) async fn delete_exactly(
        &self,
        attributes: &Attributes,
        bindings: &BTreeMap<Address, Attributes>,
    ) -> Result<(), ProviderError> {
        if self.action.deletes.is_empty() {
            return Ok(());
        }
        self.retry(|| {
            let context = self.context("delete_points");
            let protected = self.protected(attributes, bindings);
            async move {
                self.provider()?
                    .delete_points(protected, &self.action.deletes, &context)
                    .await
            }
        })
        .await
    }

    /// Reads what is live of it now.
    pub(super) async fn read(
        &self,
        bindings: &BTreeMap<Address, Attributes>,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let (action, attributes) = (&self.action, self.now());
        self.look(
            &action.address,
            &action.kind,
            &attributes,
            action.target.as_ref(),
            bindings,
        )
        .await
    }

    /// Reads what is live of one resource.
    pub(super) async fn look(
        &self,
        address: &Address,
        kind: &str,
        attributes: &Attributes,
        target: Option<&Address>,
        bindings: &BTreeMap<Address, Attributes>,
    ) -> Result<Option<LiveResource>, ProviderError> {
        self.retry(|| {
            let context = self.context("read");
            let item = ReadItem {
                address: address.clone(),
                kind: kind.to_owned(),
                attributes: attributes.clone(),
                target: target.cloned(),
            };
            async move {
                let request = ReadRequest {
                    items: vec![item],
                    bindings,
                };
                let mut live = self.provider()?.read(request, &context).await?;
                match live.failures.remove(address) {
                    Some(failure) => Err(refresh::as_error(failure)),
                    None => Ok(live.resources.remove(address)),
                }
            }
        })
        .await
    }

    pub(super) fn provider(&self) -> Result<&Arc<dyn Provider>, ProviderError> {
        self.provider.as_ref().ok_or_else(|| {
            let message = format!("`{}` is not configured", self.action.provider);
            ProviderError::new(ErrorClass::Invalid, message)
        })
    }

    pub(super) fn protected<'a>(
        &'a self,
        attributes: &'a Attributes,
        bindings: &'a BTreeMap<Address, Attributes>,
    ) -> Protected<'a> {
        Protected {
            address: &self.action.address,
            kind: &self.action.kind,
            attributes,
            bindings,
        }
    }

    /// Returns the context of one call; its token is the action's own, told apart by step.
    pub(super) fn context(&self, step: &str) -> CallContext {
        self.run
            .call(&self.action.address, token(&[&self.token, step]))
    }

    pub(super) async fn retry<T, F>(&self, call: impl FnMut() -> F) -> Result<T, ProviderError>
    where
        F: Future<Output = Result<T, ProviderError>>,
    {
        let salt = u64::from(self.action.id.0);
        retried(&self.run, &self.action.address, salt, call).await
    }
}
