//! Changes of a protection that is written.

use std::collections::BTreeSet;

use lifeboat_model::{Mechanism, ProtectionSpec, Schedule, Span, role};
use serde_json::Value;

use super::super::ask::{Ask, dwells, round, up};
use super::retained::{added, kept, was};
use super::{Move, block, every, settings};
use crate::configuration::ProtectionBlock;

pub(super) fn moves(ask: &Ask<'_>) -> Vec<Move> {
    let mut moves = Vec::new();
    for protection in ask.protections() {
        let Some(spec) = ask.spec(protection.mechanism) else {
            continue;
        };
        match protection.mechanism {
            Mechanism::Snapshot | Mechanism::Copy => runs(ask, protection, spec, &mut moves),
            Mechanism::Log | Mechanism::Lock => set(ask, protection, spec, &mut moves),
            Mechanism::Replica => follows(ask, protection, spec, &mut moves),
            Mechanism::Guard => {}
        }
    }
    moves
}

/// Adds shorter schedules, each with what keeps the history that was kept, and longer retentions.
fn runs(ask: &Ask<'_>, protection: &ProtectionBlock, spec: &ProtectionSpec, moves: &mut Vec<Move>) {
    let now = every(ask, protection);
    for policy in kept(ask, protection, now, now) {
        if policy.splices.is_empty() {
            continue;
        }
        moves.push(Move {
            protection: ProtectionBlock {
                retention: policy.policy,
                ..protection.clone()
            },
            repository: None,
            splices: policy.splices,
            says: format!("`{}`: {}", protection.address, policy.says),
            requires: Vec::new(),
            unknown: 0,
        });
    }
    if !ask.takes(spec, role::SCHEDULE) {
        return;
    }
    for interval in shorter(ask, protection, spec, now).into_iter().rev() {
        let written = ask.texts.at(&protection.at);
        let splice = written.and_then(|written| {
            let remark = written.source(&["schedule"]).map_or_else(added, was);
            let value = block::quoted(&interval.to_string());
            written.set(&["schedule"], &value, &remark)
        });
        let Some(splice) = splice else {
            continue;
        };
        for policy in kept(ask, protection, now, Some(interval)) {
            let mut splices = vec![splice.clone()];
            splices.extend(policy.splices);
            let and = if policy.says.is_empty() {
                String::new()
            } else {
                format!(", and {}", policy.says)
            };
            moves.push(Move {
                protection: ProtectionBlock {
                    schedule: Some(Schedule::Every(interval)),
                    retention: policy.policy,
                    ..protection.clone()
                },
                repository: None,
                splices,
                says: format!("`{}`: run every {interval}{and}", protection.address),
                requires: Vec::new(),
                unknown: 0,
            });
        }
    }
}

/// Returns the shorter intervals that are worth a look: for each loss that is allowed the longest ones within it, and
/// within what the source of a copy leaves of it.
fn shorter(
    ask: &Ask<'_>,
    protection: &ProtectionBlock,
    spec: &ProtectionSpec,
    now: Option<Span>,
) -> BTreeSet<Span> {
    let from = protection.from.as_ref();
    let source = from.and_then(|from| ask.configuration.protections.get(from));
    let source = source.and_then(|source| every(ask, source));
    let limits = ask.losses().into_iter().flat_map(|loss| {
        let half = Span::from_millis(loss.as_millis() / 2);
        let left = source.map_or(half, |source| loss - source);
        [loss, half, left]
    });
    let all = limits.flat_map(|most| Ask::intervals(spec, most));
    all.filter(|it| now.is_none_or(|now| *it < now)).collect()
}

/// Adds stronger settings of a log or a lock.
fn set(ask: &Ask<'_>, protection: &ProtectionBlock, spec: &ProtectionSpec, moves: &mut Vec<Move>) {
    for (attributes, changes) in settings::offered(ask, spec, &protection.attributes) {
        let changed: Vec<Setting> = changes
            .iter()
            .map(|(name, value)| Setting::given(name, value))
            .collect();
        moves.extend(with(ask, protection, attributes, &changed));
    }
}

/// An argument that gets a value.
struct Setting {
    name: String,
    value: String,
    /// Why, where it is one that nobody knows.
    remark: Option<&'static str>,
    requires: Option<String>,
}

impl Setting {
    fn given(name: &str, value: &Value) -> Self {
        let text = value.as_str().map(block::quoted);
        Self {
            name: name.to_owned(),
            value: text.unwrap_or_else(|| value.to_string()),
            remark: None,
            requires: None,
        }
    }
}

/// Adds what makes a replica count: how far behind it may be, how long it takes. Not a delay: with one it would be
/// further behind where it helps now.
fn follows(
    ask: &Ask<'_>,
    protection: &ProtectionBlock,
    spec: &ProtectionSpec,
    moves: &mut Vec<Move>,
) {
    let missing = |name: &str| ask.takes(spec, name) && !protection.attributes.contains_key(name);
    let mut lags: Vec<Option<Span>> = vec![None];
    if missing("lag") && missing(role::SYNCHRONOUS) && missing("lag_bytes") {
        lags.extend(ask.losses().into_iter().map(Some));
    }
    let times = times(ask);
    let slow: Vec<&str> = ["promote", "repoint"]
        .into_iter()
        .filter(|name| missing(name) && missing("restore_time"))
        .collect();
    for lag in lags {
        for with_times in [false, true] {
            if with_times && (slow.is_empty() || times.is_none()) {
                continue;
            }
            let mut settings = Vec::new();
            settings.extend(lag.map(|lag| limit(protection, "lag", lag)));
            if let (true, Some((promote, repoint))) = (with_times, times) {
                let spans = slow.iter().map(|name| match *name {
                    "promote" => limit(protection, name, promote),
                    _ => limit(protection, name, repoint),
                });
                settings.extend(spans);
            }
            if settings.is_empty() {
                continue;
            }
            let mut attributes = protection.attributes.clone();
            for setting in &settings {
                let value = setting.value.trim_matches('"').to_owned();
                attributes.insert(setting.name.clone(), Value::String(value));
            }
            // What takes over while the old primary goes on costs more than it saves.
            let is_fenced = attributes.get(role::FENCED) == Some(&Value::Bool(true));
            if ask.takes(spec, role::FENCED) && !is_fenced {
                attributes.insert(role::FENCED.to_owned(), Value::Bool(true));
                settings.insert(0, Setting::given(role::FENCED, &Value::Bool(true)));
            }
            moves.extend(with(ask, protection, attributes, &settings));
        }
    }
}

/// Returns delays that keep a bad write from arriving before it is found: twice the time that takes, or just it.
pub(super) fn delays_of(ask: &Ask<'_>) -> Vec<Span> {
    let deep = ask.unmet.iter().filter(|(scope, _)| dwells(*scope));
    let dwell = deep.filter_map(|(_, goal)| goal.detected_within).max();
    let Some(dwell) = dwell.filter(|it| *it > Span::ZERO) else {
        return Vec::new();
    };
    vec![up(dwell.times(2)), dwell]
}

/// Returns how long it may take to promote a replica and to bring clients to it, so that every goal that does not
/// hold does: half and a quarter of the shortest.
pub(super) fn times(ask: &Ask<'_>) -> Option<(Span, Span)> {
    let shortest = ask.unmet.iter().filter_map(|(_, goal)| goal.rto).min()?;
    let part = |of: u64| {
        let most = Span::from_millis(shortest.as_millis() / of);
        round().filter(|it| *it <= most).max().unwrap_or(most)
    };
    Some((part(2), part(4)))
}

/// Returns a number that nobody knows, as a requirement.
fn limit(protection: &ProtectionBlock, name: &str, most: Span) -> Setting {
    Setting {
        name: name.to_owned(),
        value: block::quoted(&most.to_string()),
        remark: Some("the change: required, not known"),
        requires: Some(required(&protection.address.to_string(), name, most)),
    }
}

/// Returns a requirement in words.
pub(super) fn required(protection: &str, name: &str, most: Span) -> String {
    match name {
        "lag" => format!(
            "`{protection}` is never promoted when it is more than {most} behind: nobody has said how far behind it can be."
        ),
        "promote" => format!("It takes at most {most} to promote `{protection}`."),
        _ => format!("It takes at most {most} to bring the clients to `{protection}`."),
    }
}

fn with(
    ask: &Ask<'_>,
    protection: &ProtectionBlock,
    attributes: lifeboat_model::Attributes,
    settings: &[Setting],
) -> Option<Move> {
    if settings.is_empty() {
        return None;
    }
    let written = ask.texts.at(&protection.at)?;
    let mut splices = Vec::new();
    for setting in settings {
        let path = [setting.name.as_str()];
        let remark = match setting.remark {
            Some(remark) => remark.to_owned(),
            None => written.source(&path).map_or_else(added, was),
        };
        splices.push(written.set(&path, &setting.value, &remark)?);
    }
    let said = settings.iter().map(|it| {
        let value = it.value.trim_matches('"');
        format!("{} = {value}", it.name)
    });
    let said: Vec<String> = said.collect();
    let requires: Vec<String> = settings
        .iter()
        .filter_map(|it| it.requires.clone())
        .collect();
    Some(Move {
        protection: ProtectionBlock {
            attributes,
            ..protection.clone()
        },
        repository: None,
        splices,
        says: format!("`{}`: {}", protection.address, said.join(", ")),
        unknown: requires.len(),
        requires,
    })
}
