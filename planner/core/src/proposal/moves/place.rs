//! One protection more, in a place that the reader must find: nothing says that it exists.

use std::collections::BTreeSet;

use lifeboat_model::{
    Address, Block, Domain, KindSpec, Mechanism, OnRemove, Rate, Scope, Span, ValueType,
};
use serde_json::Value;

use super::super::ask::{Ask, dwells};
use super::add::{all, fits};
use super::block::{self, Line};
use super::fresh::Fresh;
use super::{Move, settings};
use crate::configuration::{Location, RepositoryBlock};
use crate::exposure::UNNAMED;
use crate::language::written::Written;

/// The argument that says what a place fails with.
const DOMAINS: &str = "domains";
/// The argument that says how fast a repository is read.
const BANDWIDTH: &str = "restore_bandwidth";
/// What stands for a name that only the reader knows.
const NAME: &str = "elsewhere";

/// What a new place fails with: nothing that the target fails with, at these levels.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) domains: Vec<Domain>,
    /// `{ region = "another-region" }`
    pub(super) text: String,
    /// `in another region`
    pub(super) says: String,
}

pub(super) fn moves(ask: &Ask<'_>) -> Vec<Move> {
    let mut moves = Vec::new();
    let used = ask.protections().filter_map(|it| it.repository.as_ref());
    let mut kinds = BTreeSet::new();
    let first_of_kind = used.filter(|it| kinds.insert(it.kind.clone()));
    for template in first_of_kind {
        for site in sites(ask) {
            for rate in rates(ask, template) {
                let made = repository(ask, template, &site, rate.as_ref());
                let Some((repository, text)) = made else {
                    continue;
                };
                for mechanism in [Mechanism::Snapshot, Mechanism::Copy] {
                    let spec = ask.spec(mechanism).filter(|spec| spec.offer.is_some());
                    let usable =
                        |address| spec.filter(|spec| ask.allows(mechanism) && fits(spec, address));
                    let Some(spec) = usable(&repository.address) else {
                        continue;
                    };
                    for fresh in all(ask, spec, &repository.address) {
                        let rate = rate.as_ref();
                        moves.extend(added(ask, &fresh, &repository, &text, &site, rate));
                    }
                }
            }
        }
    }
    moves
}

/// Returns the levels at which a new place may have to be apart from the target: that of the widest scope that takes
/// places, of the credentials, of both.
pub(super) fn sites(ask: &Ask<'_>) -> Vec<Site> {
    let unmet = || ask.unmet.iter().map(|(scope, _)| *scope);
    let widest = unmet().filter(|scope| !dwells(*scope)).max();
    let domains = ask.domains();
    let known = |scope: Scope| domains.iter().any(|it| it.scope == scope);
    let place = widest.and_then(|widest| {
        let levels = [Scope::Instance, Scope::Zone, Scope::Region].into_iter();
        levels
            .filter(|level| *level >= widest)
            .find(|it| known(*it))
    });
    let account = unmet().any(|it| it == Scope::Account) && known(Scope::Account);
    let place = place.map(Scope::as_str);
    let account = account.then(|| {
        let mut ids = domains.iter().map(|it| it.id.as_str());
        if ids.any(|id| id.starts_with("account:")) {
            "account"
        } else {
            "vendor"
        }
    });
    let mut all: Vec<Vec<&str>> = Vec::new();
    all.extend(place.map(|it| vec![it]));
    all.extend(account.map(|it| vec![it]));
    all.extend(place.zip(account).map(|(a, b)| vec![a, b]));
    if all.is_empty() {
        all.push(vec!["instance"]);
    }
    all.iter().map(|keys| site(keys)).collect()
}

fn site(keys: &[&str]) -> Site {
    let name = |key: &str| {
        let mut names = UNNAMED.iter().filter(|(known, _)| *known == key);
        names.next().map_or("another-place", |(_, name)| *name)
    };
    let domain = |key: &&str| Domain {
        scope: key.parse().unwrap_or(Scope::Account),
        id: format!("{key}:{}", name(key)),
        evidence: format!("declared: {key} {}", name(key)),
    };
    let written = keys
        .iter()
        .map(|key| format!("{key} = {}", block::quoted(name(key))));
    let written: Vec<String> = written.collect();
    let says = keys.iter().map(|key| match *key {
        "instance" => "on another machine",
        "zone" => "in another zone",
        "region" => "in another region",
        "vendor" => "with another vendor",
        _ => "under another account",
    });
    let says: Vec<&str> = says.collect();
    Site {
        domains: keys.iter().map(domain).collect(),
        text: format!("{{ {} }}", written.join(", ")),
        says: says.join(", "),
    }
}

/// How fast a new repository is read.
struct Speed {
    value: String,
    /// The repository that reads as fast; none where the number is one that nobody knows.
    like: Option<Address>,
}

/// Returns how fast a new repository may have to be read: as is assumed of all; as the fastest of the others is, or,
/// where nothing is known of any, fast enough.
fn rates(ask: &Ask<'_>, template: &Address) -> Vec<Option<Speed>> {
    let kind = template.kind.as_deref().and_then(|it| ask.catalog.kind(it));
    let takes = kind.is_some_and(|kind| kind.attribute(BANDWIDTH).is_some_and(|it| !it.computed));
    if !takes {
        return vec![None];
    }
    let speed = match ask.fastest() {
        Some((like, rate)) => Some(Speed {
            value: rate_text(rate),
            like: Some(like),
        }),
        None => required(ask).map(|value| Speed { value, like: None }),
    };
    let mut rates = vec![None];
    rates.extend(speed.map(Some));
    rates
}

/// Returns a rate in the largest unit in which it is exact.
fn rate_text(rate: Rate) -> String {
    let units = [
        ("MiB", 1 << 20),
        ("MB", 1_000_000),
        ("MB", 100_000),
        ("kB", 1_000),
    ];
    let exact = units
        .into_iter()
        .find(|(_, unit)| rate.0.is_multiple_of(*unit));
    match exact {
        Some(("MB", 100_000)) => format!("{}.{}MB/s", rate.0 / 1_000_000, rate.0 / 100_000 % 10),
        Some((name, unit)) => format!("{}{name}/s", rate.0 / unit),
        None => format!("{}B/s", rate.0),
    }
}

/// Returns the rate at which the data are read within half of the shortest time that is allowed, rounded up.
fn required(ask: &Ask<'_>) -> Option<String> {
    let shortest = ask.unmet.iter().filter_map(|(_, goal)| goal.rto).min()?;
    let size = ask.size()?.0;
    let half = Span::from_millis(shortest.as_millis() / 2).as_secs().max(1);
    let step = 10_000_000;
    let rate = size.div_ceil(half).div_ceil(step).max(1);
    Some(format!("{}MB/s", rate * (step / 1_000_000)))
}

/// Returns a repository in a new place, and its text; none where an argument that it needs cannot be made up.
fn repository(
    ask: &Ask<'_>,
    template: &Address,
    site: &Site,
    speed: Option<&Speed>,
) -> Option<(RepositoryBlock, String)> {
    let like = ask.configuration.repositories.get(template)?;
    let kind: &KindSpec = ask.catalog.kind(template.kind.as_deref()?)?;
    let written: Written<'_> = ask.texts.at(&like.at)?;
    let name = ask.free("repository", NAME);
    let mut attributes = settings::defaults(kind);
    let mut lines: Vec<Line> = Vec::new();
    for spec in kind.attributes.iter().filter(|it| !it.computed) {
        let secret = spec.value_type == ValueType::Secret;
        let inherited = secret && like.attributes.contains_key(&spec.name);
        if !(spec.required || inherited) {
            continue;
        }
        let (value, line) = match spec.value_type {
            ValueType::String => {
                let line = block::text(&spec.name, &name).remark("name the place");
                (Value::String(name.clone()), line)
            }
            ValueType::Path => {
                let path = format!("/{name}");
                let line = block::text(&spec.name, &path).remark("name the place");
                (Value::String(path), line)
            }
            _ => {
                let source = written.source(&[&spec.name])?;
                let value = like.attributes.get(&spec.name)?.clone();
                (value, block::line(&spec.name, source))
            }
        };
        attributes.insert(spec.name.clone(), value);
        lines.push(line);
    }
    if let Some(provider) = written.source(&["provider"]) {
        lines.insert(0, block::line("provider", provider));
    }
    if let Some(speed) = speed {
        let value = Value::String(speed.value.clone());
        attributes.insert(BANDWIDTH.to_owned(), value);
        let line = block::text(BANDWIDTH, &speed.value);
        lines.push(match &speed.like {
            Some(like) => line.remark(format!("as of {}", like.name)),
            None => line.remark("required, not known"),
        });
    }
    lines.push(block::line(DOMAINS, &site.text).remark("name the place"));
    let address = Address::of_kind(Block::Repository, kind.name.clone(), name);
    let header = format!(
        "repository {} {}",
        block::quoted(&kind.name),
        block::quoted(&address.name)
    );
    let text = block::block(&header, &lines);
    Some((
        RepositoryBlock {
            address,
            provider: like.provider.clone(),
            attributes,
            domains: site.domains.clone(),
            escrow: None,
            on_remove: OnRemove::Forget,
            depends_on: Vec::new(),
            at: Location::default(),
        },
        text,
    ))
}

fn added(
    ask: &Ask<'_>,
    fresh: &Fresh<'_>,
    repository: &RepositoryBlock,
    text: &str,
    site: &Site,
    speed: Option<&Speed>,
) -> Option<Move> {
    let made = fresh.made(ask);
    let says = format!("{}, {}", fresh.says(), site.says);
    let mut blocks = vec![text.to_owned()];
    blocks.extend(made.blocks);
    let mut requires = vec![stands_for(ask, &repository.address, site)];
    requires.extend(speed.map(|speed| {
        let address = &repository.address;
        match &speed.like {
            Some(like) => format!("`{address}` is read as fast as `{like}`: {}.", speed.value),
            None => format!("`{address}` is read at {} or faster.", speed.value),
        }
    }));
    Some(Move {
        splices: vec![block::below(ask, &says, &blocks)?],
        protection: made.protection,
        repository: Some(repository.clone()),
        says,
        requires,
        unknown: 1 + usize::from(speed.is_some_and(|speed| speed.like.is_none())),
    })
}

/// Returns what must be true of a place that is not there yet.
pub(super) fn stands_for(ask: &Ask<'_>, of: &Address, site: &Site) -> String {
    let shared: Vec<&str> = ask
        .target
        .domains
        .iter()
        .filter(|it| site.domains.iter().any(|new| new.scope == it.scope))
        .filter_map(|it| it.evidence.strip_prefix("declared: "))
        .collect();
    let with = if shared.is_empty() {
        format!("`{}`", ask.target.address)
    } else {
        shared.join(" or ")
    };
    let says = &site.says;
    format!(
        "There is room {says} for `{of}`, and neither it nor what a recovery from it needs fails with {with}."
    )
}
