//! Repositories, and the protections that keep their points and policies in them.

use std::collections::BTreeMap;

use lifeboat_contract::{ProviderError, ReadItem};
use lifeboat_model::{Address, Attributes, Domain, LiveResource};
use serde_json::{Value, json};

use super::{Found, repeated, target};
use crate::catalog::{DIRECTORY, LOCAL_GUARD, LOCAL_SNAPSHOT, S3, text};
use crate::local::Local;
use crate::repository::{Contents, View};

/// What was found in each repository, by its address.
pub(super) type Views = BTreeMap<Address, View>;

impl Local {
    /// Reads every repository that an item is or lies in, each once.
    pub(super) fn views(
        &self,
        items: &[ReadItem],
        bindings: &BTreeMap<Address, Attributes>,
    ) -> Views {
        let mut wanted: BTreeMap<Address, Vec<&Attributes>> = BTreeMap::new();
        for item in items {
            if matches!(item.kind.as_str(), DIRECTORY | S3) {
                wanted
                    .entry(item.address.clone())
                    .or_default()
                    .insert(0, &item.attributes);
            } else if let Ok((address, bound)) =
                self.bound("repository", &item.attributes, bindings)
            {
                let ways = wanted.entry(address).or_default();
                if !ways.contains(&bound) {
                    ways.push(bound);
                }
            }
        }
        let bound = |address: &Address| bindings.get(address);
        wanted
            .into_iter()
            .map(|(address, mut ways)| {
                ways.extend(bound(&address));
                let view = self.view(&address, &ways);
                (address, view)
            })
            .collect()
    }

    /// Reads one repository in the first way that gets in: by the attributes of the item, else as it is bound, which
    /// differs while the reference to its password is being changed.
    fn view(&self, address: &Address, ways: &[&Attributes]) -> View {
        let mut first = None;
        for (index, attributes) in ways.iter().enumerate() {
            if ways.iter().take(index).any(|earlier| earlier == attributes) {
                continue;
            }
            let view = match self.access(address, attributes) {
                Ok(access) => View::read(&self.repositories, &access),
                Err(error) => View::Unread(error),
            };
            match view {
                View::Unread(error) => first = first.or(Some(error)),
                found => return found,
            }
        }
        match first {
            Some(error) => View::Unread(error),
            None => View::Absent,
        }
    }

    pub(super) fn read_repository(
        &self,
        item: &ReadItem,
        views: &Views,
    ) -> Result<Found, ProviderError> {
        let domains = self.repository_domains(&item.address, &item.attributes);
        match views.get(&item.address) {
            Some(View::Open(contents)) => {
                let mut live = repository_resource(&item.attributes, contents, domains);
                live.needs = self.repository_needs(&item.address, &item.attributes);
                if item.kind == DIRECTORY {
                    live.facts.extend(
                        self.path(&item.attributes)
                            .ok()
                            .and_then(|path| target::space(&path)),
                    );
                }
                Ok(Found::Live(Box::new(live)))
            }
            Some(View::Unread(error)) => Err(repeated(error)),
            Some(View::Absent) | None => Ok(Found::Absent(domains)),
        }
    }

    pub(super) fn read_protection(
        &self,
        item: &ReadItem,
        bindings: &BTreeMap<Address, Attributes>,
        views: &Views,
    ) -> Result<Found, ProviderError> {
        let (repository, bound) = self.bound("repository", &item.attributes, bindings)?;
        let domains = self.repository_domains(&repository, bound);
        let contents = match views.get(&repository) {
            Some(View::Open(contents)) => contents,
            Some(View::Unread(error)) => return Err(repeated(error)),
            Some(View::Absent) | None => return Ok(Found::Absent(domains)),
        };
        let policies = contents.policies.as_ref().map_err(repeated)?;
        match policies.of(&item.address) {
            None => Ok(Found::Absent(domains)),
            Some(Err(error)) => Err(repeated(error)),
            Some(Ok(policy)) => {
                let points = contents.points.get(&item.address.to_string());
                Ok(Found::Live(Box::new(LiveResource {
                    needs: Vec::new(),
                    attributes: policy.attributes.clone(),
                    facts: Attributes::new(),
                    domains,
                    recovery_points: match item.kind.as_str() {
                        LOCAL_GUARD => Vec::new(),
                        _ => points.cloned().unwrap_or_default(),
                    },
                })))
            }
        }
    }
}

/// Returns how much data the newest points of a target's snapshots bring back, the most of them.
///
/// Read from what the repositories say anyway: the tree itself is not walked for it.
pub(super) fn captured(
    target: &Address,
    items: &[ReadItem],
    bindings: &BTreeMap<Address, Attributes>,
    views: &Views,
) -> Option<u64> {
    let target = target.to_string();
    let snapshots = items.iter().filter(|item| {
        item.kind == LOCAL_SNAPSHOT && text(&item.attributes, "target") == Some(target.as_str())
    });
    let sizes = snapshots.filter_map(|item| {
        let repository = text(&item.attributes, "repository")?
            .parse::<Address>()
            .ok()?;
        bindings.get(&repository)?;
        let Some(View::Open(contents)) = views.get(&repository) else {
            return None;
        };
        let points = contents.points.get(&item.address.to_string())?;
        points.last()?.size_bytes
    });
    sizes.max()
}

/// Returns an open repository as it is live. What it cannot tell of itself, where and behind what it is, is as it was
/// asked for: it was found there.
pub(crate) fn repository_resource(
    asked: &Attributes,
    contents: &Contents,
    domains: Vec<Domain>,
) -> LiveResource {
    let mut attributes = asked.clone();
    let compression = contents.compression.text();
    if text(asked, "compression").unwrap_or("auto") != compression
        || asked.contains_key("compression")
    {
        attributes.insert("compression".to_owned(), Value::String(compression));
    }
    attributes.insert("repository_id".to_owned(), json!(contents.id));
    LiveResource {
        needs: Vec::new(),
        attributes,
        facts: [("recovery_points".to_owned(), json!(contents.count))].into(),
        domains,
        recovery_points: Vec::new(),
    }
}
