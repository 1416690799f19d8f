//! One protection more.

use std::collections::BTreeMap;

use lifeboat_model::{
    Address, Attributes, Block, Keep, Mechanism, OnRemove, ProtectionSpec, Retention, Schedule,
    Span, role,
};
use serde_json::Value;

use super::super::ask::{Ask, up};
use super::block::{self, Line};
use super::{every, settings};
use crate::configuration::{Location, ProtectionBlock};

/// What a new protection keeps.
#[derive(Clone, Debug)]
pub(super) enum Policy {
    /// What the target says, or everything.
    Inherited,
    /// What a retention block says that is there.
    Named(String, Retention),
    /// All points for so long.
    Own(Span),
}

/// A protection that is not there.
#[derive(Clone, Debug)]
pub(super) struct Fresh<'a> {
    pub(super) spec: &'a ProtectionSpec,
    /// Its name, as far as no other block has it.
    pub(super) name: &'a str,
    pub(super) repository: Option<&'a Address>,
    pub(super) from: Option<&'a ProtectionBlock>,
    pub(super) every: Option<Span>,
    pub(super) policy: Option<Policy>,
    /// Settings that are offered, and were chosen.
    pub(super) settings: Vec<(String, Value)>,
}

/// A new protection, and its blocks as text.
pub(super) struct Made {
    pub(super) protection: ProtectionBlock,
    pub(super) blocks: Vec<String>,
}

impl Fresh<'_> {
    /// Returns it.
    pub(super) fn made(&self, ask: &Ask<'_>) -> Made {
        let mechanism = self.spec.mechanism;
        let name = ask.free("protection", self.name);
        let address = Address::of_kind(Block::Protection, mechanism.as_str(), name.clone());
        let kind = ask.catalog.kind(&self.spec.resource_kind);
        let mut attributes: Attributes = kind.map(settings::defaults).unwrap_or_default();
        attributes.extend(self.settings.iter().cloned());
        let mut lines = vec![block::line("target", &ask.target.address)];
        let is_log = mechanism == Mechanism::Log;
        if let Some(from) = self.from {
            let argument = if is_log { role::BASE } else { role::FROM };
            lines.push(block::line(argument, &from.address));
            if is_log {
                let base = Value::String(from.address.to_string());
                attributes.insert(role::BASE.to_owned(), base);
            }
        }
        lines.extend(self.repository.map(|it| block::line("repository", it)));
        lines.extend(self.every.map(|it| block::text("schedule", it)));
        let (retention, line, own) = kept(ask, self.policy.as_ref(), &name);
        lines.extend(line);
        lines.extend(
            self.settings
                .iter()
                .map(|(name, value)| setting(name, value)),
        );
        let mut blocks = vec![block::block(&block::header(&address), &lines)];
        blocks.extend(own);
        Made {
            protection: ProtectionBlock {
                address,
                mechanism,
                target: ask.target.address.clone(),
                repository: self.repository.cloned(),
                from: self.from.filter(|_| !is_log).map(|it| it.address.clone()),
                schedule: self.every.map(Schedule::Every),
                retention,
                attributes,
                domains: Vec::new(),
                on_remove: OnRemove::Forget,
                depends_on: Vec::new(),
                at: Location::default(),
            },
            blocks,
        }
    }

    /// Returns in words what it is, but for where.
    pub(super) fn says(&self) -> String {
        let runs = self
            .every
            .map_or_else(String::new, |it| format!(" every {it}"));
        match (self.spec.mechanism, self.from) {
            (Mechanism::Copy, Some(from)) => format!("a copy of `{}`{runs}", from.address),
            (Mechanism::Lock, _) => {
                let span = self
                    .settings
                    .iter()
                    .find(|(name, _)| name == role::LOCK_FOR);
                let span = span.and_then(|(_, value)| value.as_str()).unwrap_or("long");
                let mode = Value::String("compliance".to_owned());
                let last = (role::LOCK_MODE.to_owned(), mode);
                let forever = if self.settings.contains(&last) {
                    ", and nobody can undo that"
                } else {
                    ""
                };
                format!("nobody can delete a point younger than {span}{forever}")
            }
            (mechanism, _) => format!("a {mechanism}{runs}"),
        }
    }
}

fn setting(name: &str, value: &Value) -> Line {
    match value.as_str() {
        Some(text) => block::text(name, text),
        None => block::line(name, value),
    }
}

fn kept(
    ask: &Ask<'_>,
    policy: Option<&Policy>,
    name: &str,
) -> (Option<Retention>, Option<Line>, Option<String>) {
    match policy {
        None | Some(Policy::Inherited) => (None, None, None),
        Some(Policy::Named(known, policy)) => {
            let line = block::line("retention", format!("retention.{known}"));
            (Some(policy.clone()), Some(line), None)
        }
        Some(Policy::Own(within)) => {
            let policy = Retention {
                keep: Keep {
                    within: Some(*within),
                    ..Keep::default()
                },
                ..Retention::default()
            };
            let name = ask.free("retention", name);
            let line = block::line("retention", format!("retention.{name}"));
            let text = block::retention(&name, &policy);
            (Some(policy), Some(line), Some(text))
        }
    }
}

/// Returns what a new protection may keep: what the target says; else what its protections keep, or what the goals
/// need.
pub(super) fn policies(ask: &Ask<'_>, spec: &ProtectionSpec) -> Vec<Option<Policy>> {
    if !ask.takes(spec, role::RETENTION) {
        return vec![None];
    }
    if ask.target.retention.is_some() {
        return vec![Some(Policy::Inherited)];
    }
    let mut named: BTreeMap<String, Retention> = BTreeMap::new();
    for protection in ask.protections() {
        let written = ask.texts.at(&protection.at);
        let source = written.and_then(|it| it.source(&["retention"]));
        let name = source.and_then(|it| it.strip_prefix("retention."));
        if let (Some(name), Some(policy)) = (name, &protection.retention) {
            named.insert(name.to_owned(), policy.clone());
        }
    }
    let reaches = ask.reaches();
    let losses = ask.losses();
    let flat = losses.first().copied().map(up);
    let own = match reaches.is_empty() {
        true => vec![flat.unwrap_or(Span::from_days(1))],
        false => reaches,
    };
    let named = named
        .into_iter()
        .map(|(name, policy)| Policy::Named(name, policy));
    let own = own.into_iter().map(Policy::Own);
    named.chain(own).map(Some).collect()
}

/// Returns when a new snapshot or copy may run: for each loss that is allowed the longest intervals within it.
pub(super) fn intervals(
    ask: &Ask<'_>,
    spec: &ProtectionSpec,
    from: Option<&ProtectionBlock>,
) -> Vec<Option<Span>> {
    let source = from.and_then(|it| every(ask, it));
    let limits = ask.losses().into_iter().flat_map(|loss| match source {
        // What is left of the loss, or what would be left if the source ran twice as often as it may.
        Some(source) => vec![loss - source, Span::from_millis(loss.as_millis() / 2)],
        None => vec![loss],
    });
    let mut all: Vec<Span> = limits.flat_map(|most| Ask::intervals(spec, most)).collect();
    if all.is_empty() {
        let longest = spec.offer.iter().flat_map(|it| &it.intervals).max();
        all.extend(longest);
    }
    all.sort_unstable();
    all.dedup();
    let mut all: Vec<Option<Span>> = all.into_iter().rev().map(Some).collect();
    if from.is_some() {
        all.insert(0, None);
    }
    all
}

/// Returns the protections of the target that a copy or a log can be made from, that stand elsewhere.
pub(super) fn sources<'k>(
    ask: &'k Ask<'_>,
    repository: Option<&'k Address>,
) -> impl Iterator<Item = &'k ProtectionBlock> {
    ask.protections().filter(move |it| {
        it.mechanism == Mechanism::Snapshot && it.repository.as_ref() != repository
    })
}
