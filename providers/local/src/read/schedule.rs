//! Schedules, read from the schedulers themselves.

use std::collections::BTreeMap;

use lifeboat_contract::{ProviderError, ReadItem};
use lifeboat_model::{Address, LiveResource};
use serde_json::json;

use super::{Found, repeated};
use crate::catalog::{LOCAL_SCHEDULE, text};
use crate::local::Local;
use crate::schedule::{LiveEntry, Scheduler};

/// The entries of each scheduler that was looked at.
pub(super) type Schedules = Vec<(
    &'static str,
    Result<BTreeMap<Address, LiveEntry>, ProviderError>,
)>;

impl Local {
    /// Lists the schedulers that can hold an entry of these items: the chosen one; where none is chosen, the one that
    /// an item was applied with, so that it can be removed from there.
    pub(super) fn schedules(&self, items: &[ReadItem]) -> Schedules {
        let items = items.iter().filter(|item| item.kind == LOCAL_SCHEDULE);
        let addresses: Vec<Address> = items.clone().map(|item| item.address.clone()).collect();
        if addresses.is_empty() {
            return Vec::new();
        }
        let list = |scheduler: &Scheduler| (scheduler.name(), scheduler.read(&addresses));
        match &self.choice.scheduler {
            Some(chosen) => vec![list(chosen)],
            None => self
                .others
                .iter()
                .filter(|other| {
                    items
                        .clone()
                        .any(|item| text(&item.attributes, "mechanism") == Some(other.name()))
                })
                .map(list)
                .collect(),
        }
    }

    pub(super) fn read_schedule(
        &self,
        item: &ReadItem,
        schedules: &Schedules,
    ) -> Result<Found, ProviderError> {
        for (mechanism, entries) in schedules {
            let entries = entries.as_ref().map_err(repeated)?;
            if let Some(entry) = entries.get(&item.address) {
                return Ok(Found::Live(Box::new(
                    self.schedule_resource(mechanism, entry),
                )));
            }
        }
        Ok(Found::Absent(Vec::new()))
    }

    /// Returns an entry as it is live.
    pub(crate) fn schedule_resource(&self, mechanism: &str, entry: &LiveEntry) -> LiveResource {
        let mut facts = entry.facts.clone();
        facts.insert(
            "daemon_running".to_owned(),
            json!(self.choice.daemon_running),
        );
        LiveResource {
            attributes: [
                ("protection".to_owned(), json!(entry.protection)),
                ("schedule".to_owned(), json!(entry.schedule)),
                ("mechanism".to_owned(), json!(mechanism)),
            ]
            .into(),
            facts,
            ..LiveResource::default()
        }
    }
}
