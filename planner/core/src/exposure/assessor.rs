//! The exposure of one target in one scope.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lifeboat_model::{
    Address, Bound, Catalog, Choice, Domain, Exposure, Figure, Goal, LiveState, Mechanism,
    Provenance, Retention, Scope, Span,
};

use super::Gaps;
use super::flow::Flow;
use super::graph::Holds;
use super::kept::{Guarantee, at, guarantees, reach};
use super::world::{Standing, World};
use crate::diff::text;

/// Derives exposures; remembers what many targets share.
#[derive(Clone, Debug)]
pub(crate) struct Assessor<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) live: &'a LiveState,
    pub(super) as_of: Timestamp,
    pub(super) gaps: Gaps,
}

/// What one copy gives in one scope.
#[derive(Debug)]
struct Offer<'a> {
    address: &'a Address,
    rpo: Bound<Span>,
    rto: Bound<Span>,
    dwell: Bound<Span>,
    rpo_steps: Vec<String>,
    rto_steps: Vec<String>,
    rpo_assuming: Vec<String>,
    rto_assuming: Vec<String>,
}

impl<'a> Assessor<'a> {
    /// Returns an assessor of what is live at `as_of`.
    pub(crate) const fn new(catalog: &'a Catalog, live: &'a LiveState, as_of: Timestamp) -> Self {
        Self {
            catalog,
            live,
            as_of,
            gaps: Gaps::new(as_of),
        }
    }

    /// Returns the exposure of a target: the least loss and the least time over all copies that survive.
    pub(crate) fn exposure<'w>(
        &mut self,
        world: &'w World<'w>,
        target: &'w Address,
        scope: Scope,
        goal: &Goal,
    ) -> Exposure {
        let mut offers: Vec<Offer<'w>> = Vec::new();
        let mut excluded: Vec<String> = Vec::new();
        for (address, standing) in world.below(target) {
            if !is_copy(address) {
                continue;
            }
            let reason = self.excluded(world, target, address, standing, scope);
            match reason {
                Some(reason) => excluded.push(reason),
                None => offers.push(self.offer(world, address, standing, scope, goal)),
            }
        }
        combined(offers, excluded, target, scope)
    }

    /// Returns why a copy is of no use in this scope.
    fn excluded(
        &self,
        world: &World<'_>,
        target: &Address,
        address: &Address,
        standing: &Standing<'_>,
        scope: Scope,
    ) -> Option<String> {
        if !world.is_usable(standing) {
            return Some(format!("the repository of `{address}` is gone"));
        }
        if standing.holds == Holds::Nothing {
            return Some(format!("`{address}` holds no recovery point"));
        }
        if scope == Scope::Corruption {
            return None;
        }
        let repository = text(standing.attributes, "repository")?.parse::<Address>();
        let Ok(repository) = repository else {
            return Some(format!("the repository of `{address}` is not known"));
        };
        let of_target = self.domains(world, target);
        let of_repository = self.domains(world, &repository);
        for (whose, domains) in [(target, of_target), (&repository, of_repository)] {
            if domains.is_empty() {
                return Some(format!(
                    "`{address}` does not count: nothing is known yet about what `{whose}` fails with"
                ));
            }
        }
        let shared = of_target
            .iter()
            .filter(|domain| domain.scope <= scope)
            .find_map(|domain| of_repository.iter().find(|other| other.id == domain.id));
        shared.map(|domain| {
            format!(
                "`{address}` does not survive: `{repository}` fails with `{target}` ({})",
                domain.evidence
            )
        })
    }

    /// Returns what a target or a repository fails with: where a plan makes it, by the place it will have.
    fn domains(&self, world: &World<'_>, address: &Address) -> &'a [Domain] {
        let place = self.live.places.get(address);
        let live = self.live.resources.get(address).map(|it| &it.domains);
        let (first, second) = if world.is_made(&address.to_string()) {
            (place, live)
        } else {
            (live, place)
        };
        first.or(second).map_or(&[], Vec::as_slice)
    }

    fn offer<'w>(
        &mut self,
        world: &World<'_>,
        address: &'w Address,
        standing: &Standing<'_>,
        scope: Scope,
        goal: &Goal,
    ) -> Offer<'w> {
        let mut offer = Offer {
            address,
            rpo: Bound::Unbounded,
            rto: Bound::Unbounded,
            dwell: Bound::Finite(Span::ZERO),
            rpo_steps: Vec::new(),
            rto_steps: Vec::new(),
            rpo_assuming: Vec::new(),
            rto_assuming: Vec::new(),
        };
        recovery_time(&mut offer, standing);
        match self.flow(world, address, standing) {
            Err(reason) => offer.rpo_steps.push(reason),
            Ok(flow) => {
                let age = self.observed(&mut offer, standing, &flow);
                if scope == Scope::Corruption {
                    let dwell = goal.detected_within.unwrap_or(Span::ZERO);
                    self.clean_point(&mut offer, standing, (&flow, age), dwell);
                } else {
                    offer.rpo = Bound::Finite(age);
                }
            }
        }
        offer
    }

    /// Returns the worst age of the newest point, by the schedule or by what is seen if that is older.
    fn observed(&self, offer: &mut Offer<'_>, standing: &Standing<'_>, flow: &Flow) -> Span {
        offer.rpo_steps.clone_from(&flow.derivation);
        offer.rpo_assuming.clone_from(&flow.assuming);
        let Holds::Points { newest, .. } = standing.holds else {
            return flow.age;
        };
        let seen = Span::between(newest, self.as_of);
        if seen > flow.age {
            offer.rpo_steps.push(format!(
                "its newest point is {} old, more than the schedule allows (measured)",
                seen.rounded()
            ));
        }
        seen.max(flow.age)
    }

    /// Fills in what is lost when a bad write is found after `dwell`: `max(spacing(dwell), age − dwell)`.
    fn clean_point(
        &self,
        offer: &mut Offer<'_>,
        standing: &Standing<'_>,
        (flow, age): (&Flow, Span),
        dwell: Span,
    ) {
        let policy: Retention = standing
            .attributes
            .get("retention")
            .and_then(|value| serde_json::from_value(value.clone()).ok())
            .unwrap_or_default();
        let held: Vec<Guarantee> = guarantees(&policy, flow.shortest, flow.longest);
        offer.dwell = reach(&held);
        if let Holds::Points { oldest, .. } = standing.holds {
            let history = Span::between(oldest, self.as_of);
            offer.dwell = offer.dwell.min(Bound::Finite(history));
            if dwell > history {
                offer.rpo_steps.push(format!(
                    "its oldest point is {} old, younger than a bad write found after {} (measured)",
                    history.rounded(),
                    dwell.rounded()
                ));
                return;
            }
        }
        if dwell == Span::ZERO {
            offer.rpo = Bound::Finite(age);
            return;
        }
        let Some(guarantee) = at(&held, dwell) else {
            offer.rpo_steps.push(format!(
                "its retention is not sure to keep a point that is {} old (declared)",
                dwell.rounded()
            ));
            return;
        };
        offer.rpo_steps.push(format!(
            "at an age of {} its retention keeps points at most {} apart by the rule `{}` (declared)",
            dwell.rounded(),
            guarantee.spacing.rounded(),
            guarantee.rule
        ));
        offer.rpo = Bound::Finite(guarantee.spacing.max(age - dwell));
    }
}

/// Returns whether recovery points can come from the resource at this address.
fn is_copy(address: &Address) -> bool {
    let mechanism = address
        .part
        .as_ref()
        .and_then(|part| part.role.parse::<Mechanism>().ok());
    matches!(mechanism, Some(Mechanism::Snapshot | Mechanism::Copy))
}

/// Fills in how long a restore takes, which only a drill says.
fn recovery_time(offer: &mut Offer<'_>, standing: &Standing<'_>) {
    let address = offer.address;
    match standing.drill {
        None => offer.rto_steps.push(format!(
            "no drill has measured a restore from `{address}` yet"
        )),
        Some(drill) if !drill.passed => offer.rto_steps.push(format!(
            "the drill of {} from `{address}` failed (measured)",
            drill.at.strftime("%Y-%m-%d")
        )),
        Some(drill) => {
            let day = drill.at.strftime("%Y-%m-%d");
            offer.rto = Bound::Finite(drill.took);
            offer.rto_steps.push(format!(
                "a restore from `{address}` took {} in the drill of {day} (measured)",
                drill.took.rounded()
            ));
            offer.rto_assuming.push(format!(
                "a restore from `{address}` takes no longer than in the drill of {day}"
            ));
        }
    }
}

fn combined(
    offers: Vec<Offer<'_>>,
    excluded: Vec<String>,
    target: &Address,
    scope: Scope,
) -> Exposure {
    let fresh = offers
        .iter()
        .min_by_key(|offer| (offer.rpo, offer.rto, offer.address));
    let fast = offers
        .iter()
        .min_by_key(|offer| (offer.rto, offer.rpo, offer.address));
    let general = excluded.into_iter().next_back();
    let general = general.unwrap_or_else(|| format!("nothing protects `{target}`"));
    let rpo = fresh.map(|offer| {
        let steps = (offer.rpo_steps.as_slice(), offer.rpo_assuming.as_slice());
        (offer.rpo, offer.address, steps)
    });
    let rto = fast.map(|offer| {
        let steps = (offer.rto_steps.as_slice(), offer.rto_assuming.as_slice());
        (offer.rto, offer.address, steps)
    });
    let dwell = offers.iter().map(|offer| offer.dwell).max();
    Exposure {
        rpo: figure(rpo, &general),
        rto: figure(rto, &general),
        tolerated_dwell: dwell.filter(|_| scope == Scope::Corruption),
        rollback: None,
        choices: choices(&offers),
    }
}

/// A bound, the protection that gives it, its steps, and what it takes for granted.
type Found<'a> = (Bound<Span>, &'a Address, (&'a [String], &'a [String]));

fn figure(found: Option<Found<'_>>, general: &str) -> Figure {
    let unbounded = |reason: String| Figure {
        bound: Bound::Unbounded,
        provenance: Provenance::Hard,
        uses: None,
        reason,
        assuming: Vec::new(),
    };
    let Some((bound, address, (steps, assuming))) = found else {
        return unbounded(general.to_owned());
    };
    if bound == Bound::Unbounded {
        return unbounded(steps.last().cloned().unwrap_or_else(|| general.to_owned()));
    }
    let assuming: BTreeSet<String> = assuming.iter().cloned().collect();
    Figure {
        bound,
        provenance: if assuming.is_empty() {
            Provenance::Declared
        } else {
            Provenance::Assumed
        },
        uses: Some(address.clone()),
        reason: steps.last().cloned().unwrap_or_default(),
        assuming: assuming.into_iter().collect(),
    }
}

/// Returns the copies that no other one beats in both, freshest first.
fn choices(offers: &[Offer<'_>]) -> Vec<Choice> {
    let mut sorted: Vec<&Offer<'_>> = offers.iter().collect();
    sorted.sort_by_key(|offer| (offer.rpo, offer.rto, offer.address));
    let mut kept: Vec<Choice> = Vec::new();
    for offer in sorted {
        if kept.last().is_none_or(|last| offer.rto < last.rto) {
            kept.push(Choice {
                uses: offer.address.clone(),
                rpo: offer.rpo,
                rto: offer.rto,
            });
        }
    }
    kept
}
