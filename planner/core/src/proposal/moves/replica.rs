//! One replica more: where another one stands, or in a place that the reader must find.

use lifeboat_model::{
    Address, Attributes, Block, Domain, Mechanism, OnRemove, ProtectionSpec, Span, role,
};
use serde_json::Value;

use super::super::ask::Ask;
use super::block::{self, Line};
use super::change::{delays_of, required, times};
use super::place::{sites, stands_for};
use super::{Move, settings};
use crate::configuration::{Location, ProtectionBlock};

/// Where a replica may stand.
struct Stand {
    domains: Vec<Domain>,
    text: String,
    says: String,
    /// What must be true of a place that is not there yet.
    requires: Option<String>,
}

/// An argument that says how good a replica is, where that is from.
struct Figure {
    name: &'static str,
    value: Span,
    /// The replica that is as good; none where the number is one that nobody knows.
    like: Option<Address>,
}

pub(super) fn moves(ask: &Ask<'_>) -> Vec<Move> {
    let spec = ask.spec(Mechanism::Replica);
    let Some(spec) = spec.filter(|_| ask.allows(Mechanism::Replica)) else {
        return Vec::new();
    };
    if !ask.takes(spec, "domains") {
        return Vec::new();
    }
    let delays = delays_of(ask).into_iter().map(Some);
    let delays: Vec<Option<Span>> = match ask.takes(spec, role::DELAY) {
        true => delays.chain([None]).collect(),
        false => vec![None],
    };
    let mut moves = Vec::new();
    for delay in delays {
        let name = ask.free(
            "protection",
            if delay.is_some() {
                "delayed"
            } else {
                "standby"
            },
        );
        let address = Address::of_kind(Block::Protection, Mechanism::Replica.as_str(), name);
        for stand in stands(ask, &address) {
            for figures in figures(ask, spec) {
                moves.extend(added(ask, spec, &address, delay, &stand, &figures));
            }
        }
    }
    moves
}

/// Returns where a replica may stand: where others do, then in a new place.
fn stands(ask: &Ask<'_>, address: &Address) -> Vec<Stand> {
    let mut all: Vec<Stand> = Vec::new();
    for other in replicas(ask).filter(|it| !it.domains.is_empty()) {
        let written = ask.texts.at(&other.at);
        let Some(text) = written.and_then(|it| it.source(&["domains"])) else {
            continue;
        };
        if !all.iter().any(|it| it.domains == other.domains) {
            all.push(Stand {
                domains: other.domains.clone(),
                text: text.to_owned(),
                says: format!("where `{}` stands", other.address),
                requires: None,
            });
        }
    }
    all.extend(sites(ask).into_iter().map(|site| Stand {
        requires: Some(stands_for(ask, address, &site)),
        text: site.text,
        says: site.says.clone(),
        domains: site.domains,
    }));
    all
}

fn replicas<'k>(ask: &'k Ask<'_>) -> impl Iterator<Item = &'k ProtectionBlock> {
    ask.protections()
        .filter(|it| it.mechanism == Mechanism::Replica)
}

/// Returns how good a replica may be: as good as another one of the target, as far as that is said; or as good as the
/// goals need.
fn figures(ask: &Ask<'_>, spec: &ProtectionSpec) -> Vec<Vec<Figure>> {
    let times = times(ask);
    let mut lags: Vec<Option<Span>> = ask.losses().into_iter().map(Some).collect();
    if lags.is_empty() {
        lags.push(None);
    }
    let mut all = Vec::new();
    for lag in lags {
        let wanted: Vec<(&'static str, Option<Span>)> = [
            ("lag", lag),
            ("promote", times.map(|(promote, _)| promote)),
            ("repoint", times.map(|(_, repoint)| repoint)),
        ]
        .into_iter()
        .filter(|(name, _)| ask.takes(spec, name))
        .collect();
        let like = replicas(ask).map(Some).chain([None]);
        for other in like {
            let all_of = wanted
                .iter()
                .filter_map(|(name, most)| figure(name, *most, other));
            all.push(all_of.collect());
        }
    }
    all
}

/// Returns an argument as another replica has it, else as good as it must be.
fn figure(
    name: &'static str,
    most: Option<Span>,
    other: Option<&ProtectionBlock>,
) -> Option<Figure> {
    let said = other.and_then(|other| {
        let said = other.attributes.get(name)?.as_str()?;
        Some((said.parse().ok()?, other.address.clone()))
    });
    Some(match said {
        Some((value, like)) => Figure {
            name,
            value,
            like: Some(like),
        },
        None => Figure {
            name,
            value: most?,
            like: None,
        },
    })
}

fn added(
    ask: &Ask<'_>,
    spec: &ProtectionSpec,
    address: &Address,
    delay: Option<Span>,
    stand: &Stand,
    figures: &[Figure],
) -> Option<Move> {
    let kind = ask.catalog.kind(&spec.resource_kind)?;
    let mut attributes: Attributes = settings::defaults(kind);
    let mut lines: Vec<Line> = vec![block::line("target", &ask.target.address)];
    let mut requires: Vec<String> = stand.requires.iter().cloned().collect();
    if ask.takes(spec, role::FENCED) {
        attributes.insert(role::FENCED.to_owned(), Value::Bool(true));
        lines.push(block::line(role::FENCED, "true"));
    }
    if let Some(delay) = delay {
        attributes.insert(role::DELAY.to_owned(), Value::String(delay.to_string()));
        lines.push(block::text(role::DELAY, delay));
    }
    for figure in figures {
        let value = Value::String(figure.value.to_string());
        attributes.insert(figure.name.to_owned(), value);
        let line = block::text(figure.name, figure.value);
        lines.push(match &figure.like {
            Some(like) => line.remark(format!("as of {}", like.name)),
            None => line.remark("required, not known"),
        });
        if figure.like.is_none() {
            requires.push(required(&address.to_string(), figure.name, figure.value));
        }
    }
    requires.extend(as_good(address, figures));
    let domains = block::line("domains", &stand.text);
    lines.push(match stand.requires {
        Some(_) => domains.remark("name the place"),
        None => domains,
    });
    let behind = delay.map_or_else(String::new, |it| format!(" that stays {it} behind"));
    let says = format!("a replica{behind}, {}", stand.says);
    let text = block::block(&block::header(address), &lines);
    Some(Move {
        splices: vec![block::below(ask, &says, &[text])?],
        protection: ProtectionBlock {
            address: address.clone(),
            mechanism: Mechanism::Replica,
            target: ask.target.address.clone(),
            repository: None,
            from: None,
            schedule: None,
            retention: None,
            attributes,
            domains: stand.domains.clone(),
            on_remove: OnRemove::Forget,
            depends_on: Vec::new(),
            at: Location::default(),
        },
        repository: None,
        says,
        requires,
        unknown: figures.iter().filter(|it| it.like.is_none()).count()
            + usize::from(stand.requires.is_some()),
    })
}

/// Returns what a replica is taken to be because another one is.
fn as_good(address: &Address, figures: &[Figure]) -> Option<String> {
    let like = figures.iter().find_map(|it| it.like.as_ref())?;
    let figures = figures.iter().filter(|it| it.like.is_some());
    let figures: Vec<String> = figures
        .map(|it| format!("{} {}", it.name, it.value))
        .collect();
    let figures = figures.join(", ");
    Some(format!("`{address}` is as good as `{like}`: {figures}."))
}
