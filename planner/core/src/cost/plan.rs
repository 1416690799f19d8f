//! The cost of a plan: with what is live, and with what it leaves.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{
    Action, Address, Attributes, Block, ByteSize, Cost, Money, PriceItem, ProtectionSpec, Rate,
    Retention, Span, Verb, role,
};
use serde_json::Value;

use super::{Bill, PriceBook, Usage, bill};
use crate::diff::Snapshots;
use crate::exposure::Gaps;
use crate::exposure::build::Builder;

/// How much data a target has, and how fast they change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sizes {
    size: Option<ByteSize>,
    write_rate: Option<Rate>,
}

/// What stands, by address: its kind and its attributes.
type Standing<'a> = BTreeMap<&'a Address, (&'a str, &'a Attributes)>;

/// Returns what everything costs a month; none where nothing has a price.
///
/// What a plan forgets is no part of the design any more, and not in the sum.
pub(crate) fn of_plan(snapshots: &Snapshots<'_>, actions: &[Action]) -> Option<Cost> {
    let book = &PriceBook::of(snapshots.catalog, &snapshots.design.prices);
    let currency = book.currency()?.to_owned();
    let mut standing = live(snapshots);
    let mut pricer = Pricer {
        book,
        sizes: sizes(snapshots, &standing, actions),
        specs: snapshots
            .catalog
            .protections
            .iter()
            .map(|spec| (spec.resource_kind.as_str(), spec))
            .collect(),
        gaps: Gaps::new(snapshots.options.as_of),
        unpriced: BTreeMap::new(),
    };
    let now = pricer.all(&standing);
    for action in actions {
        match (action.verb, &action.after) {
            (Verb::Forget | Verb::Delete, _) => {
                standing.remove(&action.address);
            }
            (_, Some(after)) => {
                standing.insert(&action.address, (&action.kind, after));
            }
            (_, None) => {}
        }
    }
    pricer.unpriced.clear();
    let planned = pricer.all(&standing);
    let unpriced = pricer.unpriced();
    // Nothing that could be priced is not the same as nothing to pay.
    let known = |sum: &Bill| (sum.as_of.is_some() || unpriced.is_empty()).then_some(sum.amount);
    Some(Cost {
        now: known(&now),
        planned: known(&planned),
        currency,
        as_of: planned.as_of.or(now.as_of).unwrap_or_default(),
        unpriced,
    })
}

/// Returns how much data each target has that anything stands of.
fn sizes(
    snapshots: &Snapshots<'_>,
    standing: &Standing<'_>,
    actions: &[Action],
) -> BTreeMap<Address, Sizes> {
    let mut builder = Builder::new(
        snapshots.catalog,
        snapshots.live,
        snapshots.recorded,
        snapshots.design,
        snapshots.options.as_of,
    );
    let planned = actions.iter().map(|action| &action.address);
    let all = standing.keys().copied().chain(planned);
    let targets: BTreeSet<Address> = all
        .filter(|address| address.block == Block::Target)
        .map(Address::owner)
        .collect();
    targets
        .into_iter()
        .map(|target| {
            let base = builder.base(&target);
            let sizes = Sizes {
                size: base.size.map(|size| size.value),
                write_rate: base.write_rate.map(|rate| rate.value),
            };
            (target, sizes)
        })
        .collect()
}

/// Returns what is live of protections and repositories.
fn live<'a>(snapshots: &Snapshots<'a>) -> Standing<'a> {
    let (recorded, desired) = (&snapshots.recorded.resources, &snapshots.design.desired);
    let live = snapshots.live.resources.iter();
    live.filter_map(|(address, resource)| {
        let kind = recorded
            .get(address)
            .map(|it| it.kind.as_str())
            .or_else(|| desired.resources.get(address).map(|it| it.kind.as_str()))?;
        Some((address, (kind, &resource.attributes)))
    })
    .collect()
}

struct Pricer<'a> {
    book: &'a PriceBook,
    sizes: BTreeMap<Address, Sizes>,
    specs: BTreeMap<&'a str, &'a ProtectionSpec>,
    gaps: Gaps,
    /// What has no price: how many protections, and the first of them.
    unpriced: BTreeMap<String, (usize, Address)>,
}

impl Pricer<'_> {
    fn all(&mut self, standing: &Standing<'_>) -> Bill {
        let mut sum = Bill::default();
        for (address, (kind, attributes)) in standing {
            if address.block == Block::Repository {
                if let Some((amount, as_of)) = self.book.price(kind, PriceItem::Month) {
                    sum.add(Bill {
                        amount,
                        as_of: Some(as_of.to_owned()),
                        ..Bill::default()
                    });
                }
                continue;
            }
            let Some(spec) = self.specs.get(kind).copied() else {
                continue;
            };
            let bill = self.one(address, spec, attributes, standing);
            for what in &bill.unpriced {
                let first = || (0, (*address).clone());
                self.unpriced.entry(what.clone()).or_insert_with(first).0 += 1;
            }
            sum.add(bill);
        }
        sum
    }

    fn one(
        &mut self,
        address: &Address,
        spec: &ProtectionSpec,
        attributes: &Attributes,
        standing: &Standing<'_>,
    ) -> Bill {
        let sizes = self.sizes.get(&address.owner()).copied();
        let sizes = sizes.unwrap_or_default();
        let retention: Retention = attributes
            .get(role::RETENTION)
            .and_then(|value| serde_json::from_value(value.clone()).ok())
            .unwrap_or_default();
        let flush = span(attributes, role::FLUSH_EVERY);
        let usage = Usage {
            mechanism: spec.mechanism,
            every: flush.or_else(|| self.every(attributes, standing, &mut BTreeSet::new())),
            retention: &retention,
            window: span(attributes, role::WINDOW),
            full_every: full_every(attributes),
            size: sizes.size,
            write_rate: sizes.write_rate,
        };
        let repository = kind_of(attributes, role::REPOSITORY);
        let source = referred(attributes, role::FROM)
            .and_then(|from| kind_of(standing.get(&from)?.1, role::REPOSITORY));
        let source = source.unwrap_or_else(|| spec.target_kind.clone());
        bill(
            &usage,
            &spec.resource_kind,
            repository.as_deref(),
            &source,
            self.book,
        )
    }

    /// Returns the shortest time between two runs; a copy without a schedule runs with its source.
    fn every(
        &mut self,
        attributes: &Attributes,
        standing: &Standing<'_>,
        seen: &mut BTreeSet<Address>,
    ) -> Option<Span> {
        if let Some(text) = attributes.get(role::SCHEDULE).and_then(Value::as_str) {
            return self.gaps.of(text).map(|(shortest, _)| shortest);
        }
        let from = referred(attributes, role::FROM)?;
        let (_, source) = *standing.get(&from)?;
        if seen.insert(from) {
            self.every(source, standing, seen)
        } else {
            None
        }
    }

    fn unpriced(self) -> Vec<String> {
        let say = |(what, (count, first)): (String, (usize, Address))| match count {
            1 => format!("{what} (`{first}`)"),
            n => format!("{what} (`{first}` and {} more)", n - 1),
        };
        self.unpriced.into_iter().map(say).collect()
    }
}

fn span(attributes: &Attributes, name: &str) -> Option<Span> {
    attributes.get(name)?.as_str()?.parse().ok()
}

fn referred(attributes: &Attributes, name: &str) -> Option<Address> {
    attributes.get(name)?.as_str()?.parse().ok()
}

fn kind_of(attributes: &Attributes, name: &str) -> Option<String> {
    referred(attributes, name)?.kind
}

/// Returns every how many runs a full one is made, where the attributes say so.
pub(crate) fn full_every(attributes: &Attributes) -> Option<u32> {
    let value = attributes.get(role::FULL_EVERY)?.as_u64()?;
    u32::try_from(value).ok()
}

/// Shows an amount with its currency: "1.20 USD a month".
pub(crate) fn a_month(amount: Money, currency: &str) -> String {
    format!("{amount} {currency} a month")
}
