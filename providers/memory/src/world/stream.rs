//! What follows a dataset by itself: the archive of a log, the live copy of a replica.
//!
//! The clock of a world is the latest instant of a call, or of [`World::pass`](super::World::pass). A change of data
//! is taken to happen right after the last instant that the world has seen.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use lifeboat_model::{Address, Attributes, ByteSize, Digest, Span, role};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::state::{Files, Record, State, Vault};

/// What a dataset held, and since when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stream {
    /// The address of the target.
    pub(crate) target: String,
    /// The dataset that is followed, and the size to make it up with.
    pub(crate) dataset: (String, Option<u64>),
    /// From when on it is unbroken.
    pub(crate) since: Timestamp,
    /// Until when it was followed.
    pub(crate) until: Timestamp,
    /// Until when what was followed has arrived: a log waits while its vault cannot be reached.
    pub(crate) arrived: Timestamp,
    /// The last flush that was asked for.
    pub(crate) flushed: Timestamp,
    /// The token of whoever asked.
    pub(crate) token: Option<String>,
    /// Contents by the instant from which on they held; the first is that of `since`, or of the oldest instant that is
    /// still reached.
    pub(crate) held: BTreeMap<Timestamp, Digest>,
    /// Whether log was dropped: there is no archive any more, until one begins anew.
    pub(crate) broken: bool,
}

/// A replica with what it holds; nothing once its point was deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Replica {
    pub(crate) record: Record,
    pub(crate) stream: Option<Stream>,
}

/// Returns the length of time that an attribute gives.
pub(crate) fn span(attributes: &Attributes, name: &str) -> Option<Span> {
    attributes.get(name)?.as_str()?.parse().ok()
}

impl Stream {
    /// Returns a stream that begins at `since`; its first content comes with its first effect.
    pub(crate) fn begin(target: &str, dataset: (String, Option<u64>), since: Timestamp) -> Self {
        Self {
            target: target.to_owned(),
            dataset,
            since,
            until: since,
            arrived: since,
            flushed: since,
            token: None,
            held: BTreeMap::new(),
            broken: false,
        }
    }

    /// Returns what was held at an instant.
    pub(crate) fn at(&self, instant: Timestamp) -> Option<&Digest> {
        let (_, content) = self.held.range(..=instant).next_back()?;
        Some(content)
    }

    /// Follows the dataset, which now holds `content`, until `to`.
    fn follow(&mut self, content: &Digest, to: Timestamp) {
        if to <= self.until {
            return;
        }
        if self.held.values().next_back() != Some(content) {
            let just_after = self.until.saturating_add(SignedDuration::from_nanos(1));
            let instant = just_after.unwrap_or(self.until).min(to);
            self.held.insert(instant, content.clone());
        }
        self.until = to;
    }

    /// Forgets what held only before `from`.
    fn forget_before(&mut self, from: Timestamp) {
        let first = self.held.range(..=from).next_back();
        if let Some(first) = first.map(|(instant, _)| *instant) {
            self.held = self.held.split_off(&first);
        }
    }

    /// Reaches back to this instant only.
    pub(super) fn cut(&mut self, from: Timestamp) {
        self.forget_before(from);
        self.since = from;
    }

    /// Begins anew with what the dataset now holds.
    fn begin_anew(&mut self, content: &Digest, at: Timestamp) {
        self.held = [(at, content.clone())].into();
        (self.since, self.until, self.arrived, self.flushed) = (at, at, at, at);
        self.broken = false;
    }

    /// Returns the last instant that the archive of a log reaches.
    fn latest(&self, rules: &Attributes) -> Timestamp {
        let every = span(rules, role::FLUSH_EVERY).unwrap_or_default();
        let whole = Span::between(self.since, self.arrived).as_millis();
        let pieces = whole.checked_div(every.as_millis()).unwrap_or(0);
        self.flushed.max(every.times(pieces).after(self.since))
    }

    /// Returns the instant whose content a replica holds.
    pub(crate) fn behind(&self, rules: &Attributes) -> Timestamp {
        let delay = span(rules, role::DELAY).unwrap_or_default();
        self.since.max(delay.before(self.until))
    }
}

impl State {
    /// Returns the first and the last instant that the archive of a log restores; none while it restores nothing.
    pub(crate) fn reach(&self, vault: &Vault, log: &Address) -> Option<(Timestamp, Timestamp)> {
        let stream = vault.streams.get(log).filter(|stream| !stream.broken)?;
        let rules = &vault.policies.get(log)?.attributes;
        let latest = stream.latest(rules);
        let base = rules.get(role::BASE).filter(|base| !base.is_null());
        let start = match base {
            None => stream.since,
            Some(base) => self
                .base_points(base)
                .filter(|time| (stream.since..=latest).contains(time))
                .min()?,
        };
        let window = span(rules, role::WINDOW).map(|window| window.before(stream.until));
        let earliest = window.map_or(start, |from| start.max(from)).min(latest);
        Some((earliest, latest))
    }

    fn base_points(&self, base: &Value) -> impl Iterator<Item = Timestamp> {
        let address: Option<Address> = base.as_str().and_then(|text| text.parse().ok());
        let vaults = self.vaults.values();
        vaults
            .filter_map(move |vault| vault.points.get(address.as_ref()?))
            .flat_map(BTreeMap::values)
            .filter(|point| point.damaged.is_empty())
            .map(|point| point.shown.time)
    }

    /// Returns whether anything follows a dataset.
    pub(crate) fn has_streams(&self) -> bool {
        !self.replicas.is_empty() || self.vaults.values().any(|vault| !vault.streams.is_empty())
    }

    /// Returns whether something is left to follow until `to`.
    pub(crate) fn is_behind(&self, to: Timestamp) -> bool {
        let logs = self
            .vaults
            .values()
            .flat_map(|vault| vault.streams.values());
        let replicas = self.replicas.values().filter_map(|it| it.stream.as_ref());
        logs.chain(replicas).any(|stream| stream.until < to)
    }

    /// Lets all that follows a dataset follow it until `to`.
    pub(super) fn pass(&mut self, to: Timestamp) {
        let contents = self.followed();
        for vault in self.vaults.values_mut() {
            let reachable = vault.closed.is_none();
            for (address, stream) in &mut vault.streams {
                let Some(record) = vault.policies.get(address) else {
                    continue;
                };
                if let Some(content) = contents.get(&stream.dataset) {
                    archive(
                        stream,
                        &record.attributes,
                        content,
                        (to, reachable),
                        &self.contents,
                    );
                }
            }
        }
        for Replica { record, stream } in self.replicas.values_mut() {
            if let Some(stream) = stream
                && let Some(content) = contents.get(&stream.dataset)
            {
                stream.follow(content, to);
                stream.arrived = stream.until;
                stream.forget_before(stream.behind(&record.attributes));
            }
        }
    }

    /// Returns what the datasets that are followed hold now; a dataset that is gone holds nothing.
    fn followed(&mut self) -> BTreeMap<(String, Option<u64>), Digest> {
        let logs = self
            .vaults
            .values()
            .flat_map(|vault| vault.streams.values());
        let replicas = self.replicas.values().filter_map(|it| it.stream.as_ref());
        let names: BTreeSet<_> = logs.chain(replicas).map(|it| it.dataset.clone()).collect();
        let named = names.into_iter().map(|name| {
            let content = self.content_now(&name);
            (name, content)
        });
        named.collect()
    }

    /// Returns what a dataset holds now, and keeps it.
    pub(super) fn content_now(&mut self, (name, size): &(String, Option<u64>)) -> Digest {
        let dataset = self.dataset(name, *size).unwrap_or_default();
        let content = Digest::of(&*dataset.files).unwrap_or_default();
        self.contents
            .entry(content.clone())
            .or_insert_with(|| dataset.files.clone());
        content
    }
}

/// Archives what a dataset holds until `to`, as far as the vault can be reached and the queue holds.
fn archive(
    stream: &mut Stream,
    rules: &Attributes,
    content: &Digest,
    (to, reachable): (Timestamp, bool),
    contents: &BTreeMap<Digest, std::sync::Arc<Files>>,
) {
    if stream.broken {
        if reachable {
            stream.begin_anew(content, to.max(stream.until));
        }
        return;
    }
    stream.follow(content, to);
    let limit = rules.get(role::QUEUE_LIMIT).and_then(Value::as_str);
    let limit: Option<ByteSize> = limit.and_then(|text| text.parse().ok());
    if limit.is_some_and(|limit| queued(stream, contents) > limit.0) {
        stream.broken = true;
        stream.held.clear();
        if reachable {
            stream.begin_anew(content, stream.until);
        }
        return;
    }
    if reachable {
        stream.arrived = stream.until;
    }
    if let Some(window) = span(rules, role::WINDOW) {
        let latest = stream.latest(rules);
        stream.forget_before(window.before(stream.until).min(latest));
    }
}

/// Returns the bytes of the changes that wait for the vault.
fn queued(stream: &Stream, contents: &BTreeMap<Digest, std::sync::Arc<Files>>) -> u64 {
    let files = |digest: &Digest| contents.get(digest).cloned().unwrap_or_default();
    let mut before = stream.at(stream.arrived).map(files).unwrap_or_default();
    let mut bytes = 0;
    for (instant, digest) in &stream.held {
        if *instant > stream.arrived {
            let after = files(digest);
            let changed = after
                .iter()
                .filter(|(path, now)| before.get(*path) != Some(*now));
            bytes += changed.map(|(_, now)| now.0.len() as u64).sum::<u64>();
            before = after;
        }
    }
    bytes
}
