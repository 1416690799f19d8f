//! Services: their members and what they depend on, in one scope.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_model::{Address, Bound, Exposure, Figure, Goal, Scope, Span};

use super::assessor::unbounded;
use super::found::Found;
use super::loss::copy_loss;
use super::recovery::{
    Dependency, Member, Offer, Points, Service, ServiceFound, alarm, in_order, restore, service,
};
use super::scene::Scene;
use super::trace::{Silent, Trace};
use crate::configuration::ServiceBlock;

/// What a service comes to, and the tolerated dwell of its members.
type Known<'s> = BTreeMap<&'s Address, (ServiceFound, Option<Dwell>)>;

/// The longest dwell at which there is a clean point, and the places that this takes for granted.
type Dwell = (Bound<Span>, Vec<Arc<str>>);

impl<'a> Scene<'a> {
    /// Returns the exposure of every service in a scope; tells the derivation of `subject`.
    pub(crate) fn services<T: Trace>(
        &self,
        scope: Scope,
        subject: Option<&Address>,
        trace: &mut T,
    ) -> BTreeMap<&'a Address, Exposure> {
        let blocks = &self.design.services;
        let needs = blocks
            .iter()
            .map(|(address, block)| (address, block.depends_on.as_slice()));
        let (order, circle) = in_order(needs);
        let mut known: Known<'a> = BTreeMap::new();
        for address in order {
            let Some(block) = blocks.get(address) else {
                continue;
            };
            let found = if subject == Some(address) {
                self.service(block, scope, &known, trace)
            } else {
                self.service(block, scope, &known, &mut Silent)
            };
            known.insert(address, found);
        }
        let dwells = matches!(scope, Scope::Corruption | Scope::Account);
        let mut exposures: BTreeMap<&Address, Exposure> = known
            .into_iter()
            .map(|(address, (found, dwell))| (address, exposure(found, dwell.filter(|_| dwells))))
            .collect();
        for address in circle {
            let reason = format!("`{address}` waits for itself");
            let none = Exposure {
                rpo: unbounded(reason.clone()),
                rto: unbounded(reason),
                tolerated_dwell: None,
                dwell_assuming: Vec::new(),
                rollback: None,
                choices: Vec::new(),
            };
            exposures.insert(address, none);
        }
        exposures
    }

    fn service<T: Trace>(
        &self,
        block: &'a ServiceBlock,
        scope: Scope,
        known: &Known<'a>,
        trace: &mut T,
    ) -> (ServiceFound, Option<Dwell>) {
        let mut dwell: Option<Dwell> = None;
        let mut members = Vec::with_capacity(block.targets.len());
        for target in &block.targets {
            let (member, tolerated) = self.member(block, target, scope);
            dwell = Some(match dwell {
                None => tolerated,
                Some(dwell) => least(dwell, tolerated),
            });
            members.push(member);
        }
        let missing = || Found::unbounded("nobody knows this service");
        let dependencies = block.depends_on.iter().map(|address| Dependency {
            address,
            rto: known
                .get(address)
                .map_or_else(missing, |(found, _)| found.rto.clone()),
        });
        let found = service(
            &Service {
                address: &block.address,
                members,
                consistent_within: block.consistent_within,
                workers: block.workers,
                dependencies: dependencies.collect(),
            },
            trace,
        );
        (found, dwell)
    }

    /// Returns a member with every copy that survives, and the longest dwell at which one of them has a clean point.
    fn member<'s>(
        &'s self,
        block: &ServiceBlock,
        target: &'s Address,
        scope: Scope,
    ) -> (Member<'s>, Dwell) {
        let mut lost = Cow::Owned(format!("nothing protects `{target}`"));
        let mut dwell: Dwell = (Bound::Finite(Span::ZERO), Vec::new());
        let Some((place, graph)) = self.graph(target) else {
            let member = Member {
                target,
                alarm: Found::zero(),
                offers: Vec::new(),
                lost,
            };
            return (member, dwell);
        };
        let load = self.together.load(scope, place);
        let goal = self.dwell_goal(block, target, scope);
        let mut offers = Vec::with_capacity(graph.copies.len());
        for (copy, it) in graph.copies.iter().enumerate() {
            let loss = copy_loss(graph, copy, scope, &goal, self.as_of, &mut Silent);
            if !loss.survives {
                lost = loss.rpo.reason;
                continue;
            }
            if loss.tolerated_dwell > dwell.0 {
                dwell = (loss.tolerated_dwell, loss.places.clone());
            }
            let mut restore = restore(graph, copy, scope, load, &mut Silent);
            restore.takes_for_granted(&loss.places);
            offers.push(Offer {
                uses: &it.address,
                rpo: loss.rpo,
                restore,
                points: Points::of(graph, copy),
            });
        }
        let member = Member {
            target,
            alarm: alarm(graph, scope, &mut Silent),
            offers,
            lost,
        };
        (member, dwell)
    }

    /// Returns the goal with the dwell that counts for a member: the service's, else its own.
    fn dwell_goal(&self, block: &ServiceBlock, target: &Address, scope: Scope) -> Goal {
        let of_service = block
            .objective
            .as_ref()
            .and_then(|label| self.design.objectives.get(label));
        let dwell = |objective: &lifeboat_model::Objective| {
            objective
                .goals
                .get(&scope)
                .and_then(|it| it.detected_within)
        };
        let own = self.design.objective(target);
        Goal {
            detected_within: of_service.and_then(dwell).or_else(|| own.and_then(dwell)),
            ..Goal::default()
        }
    }
}

/// Returns the dwell that is tolerated where both are; it rests on both.
fn least((first, mut assuming): Dwell, (second, more): Dwell) -> Dwell {
    for one in more {
        if !assuming.contains(&one) {
            assuming.push(one);
        }
    }
    (first.min(second), assuming)
}

fn exposure(found: ServiceFound, dwell: Option<Dwell>) -> Exposure {
    let (tolerated_dwell, assuming) = dwell.unzip();
    let assuming = assuming.unwrap_or_default();
    let (rpo_uses, rto_uses) = (found.rpo_uses, found.rto_uses);
    Exposure {
        rpo: figure(found.rpo, rpo_uses, "loses most"),
        rto: figure(found.rto, rto_uses, "takes longest"),
        tolerated_dwell,
        dwell_assuming: assuming.iter().map(ToString::to_string).collect(),
        rollback: None,
        choices: found.choices,
    }
}

fn figure(found: Found, uses: Option<Address>, what: &str) -> Figure {
    let Some(uses) = uses else {
        return unbounded(found.reason.into_owned());
    };
    let mut figure = found.figure(&uses);
    if figure.reason.is_empty() {
        figure.reason = format!("`{uses}` {what}");
    }
    figure
}
