//! Services: members that recover together, after what they depend on.

use std::borrow::Cow;
use std::collections::BTreeSet;

use lifeboat_model::{Address, Bound, Choice, Exposure, Span};

use super::super::found::Found;
use super::super::trace::Trace;
use super::cut::{At, Points, loss};
use super::telling::{tell_loss, tell_time};
use super::told;

/// One way to bring a member back.
#[derive(Clone, Debug)]
pub struct Offer<'a> {
    /// The protection whose copy it is; the copy survives the scope.
    pub uses: &'a Address,
    /// The loss with it.
    pub rpo: Found,
    /// The time with it from the decision on: [`super::restore`].
    pub restore: Found,
    /// To which instants it can be brought back.
    pub points: Points,
}

/// A target of a service.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// The target.
    pub target: &'a Address,
    /// The time until its recovery starts: [`super::alarm`].
    pub alarm: Found,
    /// The copies that survive.
    pub offers: Vec<Offer<'a>>,
    /// Why there is none, where there is none.
    pub lost: Cow<'a, str>,
}

/// A service that must be back first.
#[derive(Clone, Debug)]
pub struct Dependency<'a> {
    /// The service.
    pub address: &'a Address,
    /// The time from the failure until it is back, its own dependencies included.
    pub rto: Found,
}

/// A service in one scope.
#[derive(Clone, Debug)]
pub struct Service<'a> {
    /// The service.
    pub address: &'a Address,
    /// Its targets.
    pub members: Vec<Member<'a>>,
    /// How far apart the instants of its members may be after a recovery; none where they must be one.
    pub consistent_within: Option<Span>,
    /// How many restores run at once; none means all.
    pub workers: Option<u32>,
    /// What must be back first.
    pub dependencies: Vec<Dependency<'a>>,
}

/// What a service is exposed to in one scope.
#[derive(Clone, Debug)]
pub struct ServiceFound {
    /// The loss, with the freshest copies that make a common cut.
    pub rpo: Found,
    /// The protection of the member that loses most.
    pub rpo_uses: Option<Address>,
    /// The time from the failure until it is back, with the fastest copies.
    pub rto: Found,
    /// The protection of the member that takes longest.
    pub rto_uses: Option<Address>,
    /// The combinations that no other one beats in both, freshest first; `uses` is of the member that takes longest.
    pub choices: Vec<Choice>,
}

impl ServiceFound {
    /// Returns it as a row of the table. The tolerated dwell of a service is the least of its members', the rollback the
    /// greatest.
    pub fn exposure(
        self,
        service: &Address,
        tolerated_dwell: Option<Bound<Span>>,
        rollback: Option<Bound<Span>>,
    ) -> Exposure {
        Exposure {
            rpo: self.rpo.figure(self.rpo_uses.as_ref().unwrap_or(service)),
            rto: self.rto.figure(self.rto_uses.as_ref().unwrap_or(service)),
            tolerated_dwell,
            dwell_assuming: Vec::new(),
            rollback,
            choices: self.choices,
        }
    }
}

/// Returns the exposure of a service.
///
/// Loss: the maximum over its members at a common cut, see `cut`. Time: the longest path through what it depends on,
/// because `start(v) ≥ finish` of each of them, and each of these is such a path already:
///
/// ```text
/// RTO = max(detect + decide, max RTO of dependencies) + T
/// T   = max over members                     when all restore at once
/// T   ≤ W/m + (1 − 1/m)·P                    with m workers: work W = Σ, longest restore P
/// ```
///
/// The second is Graham's: until the last restore starts all m workers are busy, with at most `W − P'` of work; the last
/// takes `P' ≤ P`. It holds for any order. The times of the members already hold what sharing a link costs them.
pub fn service<T: Trace>(it: &Service<'_>, trace: &mut T) -> ServiceFound {
    if let Some(lost) = it.members.iter().find(|member| member.offers.is_empty()) {
        let reason = format!("`{}` is lost: {}", lost.target, lost.lost);
        let found = Found::unbounded(reason);
        trace.tell(|| told(found.reason.clone().into_owned(), &found));
        return ServiceFound {
            rpo: found.clone(),
            rpo_uses: None,
            rto: found,
            rto_uses: None,
            choices: Vec::new(),
        };
    }
    let mut plans: Vec<Plan<'_, '_>> = selections(&it.members)
        .into_iter()
        .map(|selection| planned(it, selection))
        .collect();
    plans.sort_by_key(|plan| (plan.rpo.bound, plan.rto.bound));
    let mut choices: Vec<Choice> = Vec::new();
    for plan in &plans {
        let better = choices.last().is_none_or(|last| plan.rto.bound < last.rto);
        if let (true, Some(slowest)) = (better, plan.slowest()) {
            choices.push(Choice {
                uses: slowest.clone(),
                rpo: plan.rpo.bound,
                rto: plan.rto.bound,
            });
        }
    }
    let fresh = plans.first();
    let fast = plans
        .iter()
        .min_by_key(|plan| (plan.rto.bound, plan.rpo.bound));
    if let Some(plan) = fresh {
        tell_loss(it, plan, trace);
    }
    if let Some(plan) = fast {
        tell_time(it, plan, trace);
    }
    ServiceFound {
        rpo: fresh.map_or_else(Found::zero, |plan| plan.rpo.clone()),
        rpo_uses: fresh.and_then(|plan| plan.stalest().cloned()),
        rto: fast.map_or_else(Found::zero, |plan| plan.rto.clone()),
        rto_uses: fast.and_then(|plan| plan.slowest().cloned()),
        choices,
    }
}

/// One offer of each member, and what comes of it.
pub(super) struct Plan<'s, 'a> {
    pub(super) chosen: Selection<'s, 'a>,
    pub(super) rpo: Found,
    pub(super) rto: Found,
}

impl Plan<'_, '_> {
    fn slowest(&self) -> Option<&Address> {
        let slowest = self.chosen.iter();
        let slowest = slowest.max_by_key(|(_, offer)| offer.restore.bound);
        slowest.map(|(_, offer)| offer.uses)
    }

    fn stalest(&self) -> Option<&Address> {
        let stalest = self.chosen.iter().max_by_key(|(_, offer)| offer.rpo.bound);
        stalest.map(|(_, offer)| offer.uses)
    }
}

/// Orders offers, the one that is preferred first.
type Preference<'a> = fn(&Offer<'a>) -> (u8, Span, Bound<Span>, Bound<Span>);

/// One offer of each member.
pub(super) type Selection<'s, 'a> = Vec<(&'s Member<'a>, &'s Offer<'a>)>;

/// Returns the selections of one offer for each member that are worth a look.
///
/// The loss of a service is the greatest of its members and its time does not fall with any of theirs, so for every
/// loss that some offer has, the fastest offers that lose no more are enough, as far as a cut is no question. Where it
/// is, those with the finest points and the freshest ones are looked at too.
fn selections<'s, 'a>(members: &'s [Member<'a>]) -> Vec<Selection<'s, 'a>> {
    let of = |member: &'s Member<'a>| member.offers.iter().map(|offer| offer.rpo.bound);
    let least = members.iter().filter_map(|member| of(member).min()).max();
    let limits: BTreeSet<Bound<Span>> = members
        .iter()
        .flat_map(of)
        .filter(|limit| least.is_none_or(|least| *limit >= least))
        .collect();
    let mut selections = Vec::new();
    for limit in limits {
        let select = |key: Preference<'a>| {
            let one = |member: &'s Member<'a>| {
                let within = member.offers.iter().filter(|it| it.rpo.bound <= limit);
                within
                    .min_by_key(|offer| key(offer))
                    .map(|offer| (member, offer))
            };
            members
                .iter()
                .map(one)
                .collect::<Option<Selection<'s, 'a>>>()
        };
        let fastest = select(|it| (0, Span::ZERO, it.restore.bound, it.rpo.bound));
        let freshest = select(|it| (0, Span::ZERO, it.rpo.bound, it.restore.bound));
        let finest = select(|it| {
            let (kind, apart) = it.points.fineness();
            (kind, apart, it.restore.bound, it.rpo.bound)
        });
        selections.extend([fastest, freshest, finest].into_iter().flatten());
    }
    selections
}

fn planned<'s, 'a>(it: &Service<'_>, chosen: Selection<'s, 'a>) -> Plan<'s, 'a> {
    let rpo = group_loss(it, &chosen);
    let start = start(it);
    let work = work(it, &chosen);
    let reason = if work.bound == Bound::Unbounded || work.bound > start.bound {
        work.reason.clone()
    } else {
        start.reason.clone()
    };
    let unbounded = start.bound == Bound::Unbounded;
    let mut rto = start.and(work);
    if !unbounded {
        rto.reason = reason;
    }
    Plan { chosen, rpo, rto }
}

/// Returns the loss at a common cut.
fn group_loss(it: &Service<'_>, chosen: &Selection<'_, '_>) -> Found {
    let mut rpo = Found::zero();
    let mut at = Vec::with_capacity(chosen.len());
    for (member, offer) in chosen {
        rpo = rpo.or_longer(named(member.target, &offer.rpo));
        if let Bound::Finite(loss) = offer.rpo.bound {
            at.push(At {
                target: member.target,
                loss,
                points: offer.points,
            });
        }
    }
    if rpo.bound == Bound::Unbounded {
        return rpo;
    }
    match loss(&at, it.consistent_within.unwrap_or(Span::ZERO)) {
        Ok(loss) => {
            if Bound::Finite(loss) > rpo.bound {
                rpo.reason = Cow::Borrowed("the logs follow the member that has points only");
            }
            rpo.bound = Bound::Finite(loss);
        }
        Err(skew) => {
            let (service, by) = (it.address, skew.by);
            rpo.bound = Bound::Unbounded;
            rpo.reason = Cow::Owned(format!(
                "`{}` and `{}` may come back to instants that are {by} apart, with no common cut: declare `consistent_within = \"{by}\"` in `{service}` if it bears that, or protect them with logs",
                skew.oldest, skew.other
            ));
        }
    }
    rpo
}

/// Returns when the first restore can start.
fn start(it: &Service<'_>) -> Found {
    let mut start = Found::zero();
    for member in &it.members {
        start = start.or_longer(member.alarm.clone());
    }
    for needed in &it.dependencies {
        let mut rto = needed.rto.clone();
        rto.reason = match rto.bound {
            Bound::Finite(time) => Cow::Owned(format!(
                "it starts after `{}`, which may take {}",
                needed.address,
                time.rounded()
            )),
            Bound::Unbounded => Cow::Owned(format!(
                "it needs `{}`, and {}",
                needed.address, needed.rto.reason
            )),
        };
        start = start.or_longer(rto);
    }
    start
}

/// Returns how long its restores take once they can start.
pub(super) fn work(it: &Service<'_>, chosen: &Selection<'_, '_>) -> Found {
    let mut longest = Found::zero();
    let mut total: u128 = 0;
    for (member, offer) in chosen {
        if let Bound::Finite(time) = offer.restore.bound {
            total += u128::from(time.as_millis());
        }
        longest = longest.or_longer(named(member.target, &offer.restore));
    }
    let workers = it
        .workers
        .map_or(u128::MAX, |workers| u128::from(workers.max(1)));
    let count = u128::try_from(chosen.len()).unwrap_or(u128::MAX);
    if let Bound::Finite(path) = longest.bound
        && workers < count
    {
        let path = u128::from(path.as_millis());
        let time = (total + (workers - 1) * path).div_ceil(workers);
        let time = Span::from_millis(u64::try_from(time).unwrap_or(u64::MAX));
        longest.bound = Bound::Finite(time);
        longest.reason = Cow::Borrowed("its members wait for each other");
    }
    longest
}

/// Returns a bound whose reason says of which member it is.
fn named(target: &Address, found: &Found) -> Found {
    let mut found = found.clone();
    if found.bound == Bound::Unbounded {
        found.reason = Cow::Owned(format!("`{target}`: {}", found.reason));
    }
    found
}
