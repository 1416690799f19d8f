//! Whether a copy can be used after a failure.

use std::borrow::Cow;
use std::sync::Arc;

use lifeboat_model::{Domain, Need, NeedKind, Scope};

use crate::exposure::graph::{Copy, CopyGraph, Holds, LiftedBy, Logical};
use crate::exposure::unnamed::{is_real, unnamed};

/// The scopes that take places, narrowest first.
const PLACES: [Scope; 3] = [Scope::Instance, Scope::Zone, Scope::Region];

/// Returns what is taken for granted so that a copy can be used after a failure of this scope, or why it cannot.
///
/// The copy itself, everything that using it takes, and the copy that it is of no use without must all be apart from
/// the target. The copy that it was made from need not: a point once made lives on.
///
/// - `instance`, `zone`, `region`: none of the target's domains up to that scope is shared, and at some level from
///   that scope up both have known domains, all different. What is not known does not count as apart; only where a
///   need stands is assumed instead, and that a place which a proposal has made up is a real one.
/// - `account`: the account-level domains of both are known and all different, or a lock holds that nobody with the
///   target's credentials can lift. Whether the lock lasts long enough is for [`copy_loss`](super::copy_loss).
/// - `corruption`: no place is lost, only what a plain replica has copied faithfully.
///
/// What its last drill or its last verification refuted is of no use in any scope.
pub fn survives(
    graph: &CopyGraph,
    copy: usize,
    scope: Scope,
) -> Result<Vec<Arc<str>>, Cow<'static, str>> {
    let Survival {
        mut assumed,
        places,
    } = survival(graph, copy, scope)?;
    assumed.extend(places);
    Ok(assumed)
}

/// What is taken for granted so that a copy can be used.
#[derive(Debug, Default)]
pub(crate) struct Survival {
    /// That what using it takes is not lost with the target.
    pub(crate) assumed: Vec<Arc<str>>,
    /// That the places which nobody has named yet are real ones.
    pub(crate) places: Vec<Arc<str>>,
}

/// Returns what [`survives`] does, places apart from the rest.
pub(crate) fn survival(
    graph: &CopyGraph,
    copy: usize,
    scope: Scope,
) -> Result<Survival, Cow<'static, str>> {
    let mut words = Words {
        told: true,
        said: Survival::default(),
    };
    alive(graph, copy, scope, graph.copies.len(), &mut words)?;
    Ok(words.said)
}

/// Returns whether a copy can be used after a failure of this scope: whether it [`survives`], without a word.
pub(crate) fn is_alive(graph: &CopyGraph, copy: usize, scope: Scope) -> bool {
    let mut words = Words {
        told: false,
        said: Survival::default(),
    };
    alive(graph, copy, scope, graph.copies.len(), &mut words).is_ok()
}

/// What is said of a survival, where somebody asks for it.
struct Words {
    told: bool,
    said: Survival,
}

impl Words {
    fn dead(&self, says: impl FnOnce() -> Cow<'static, str>) -> Cow<'static, str> {
        if self.told { says() } else { Cow::Borrowed("") }
    }

    fn assumes(&mut self, says: impl FnOnce() -> Arc<str>) {
        if self.told {
            self.said.assumed.push(says());
        }
    }

    /// Notes which of the places that keep two apart nobody has named.
    fn rests_on<'d, I>(&mut self, places: impl FnOnce() -> I)
    where
        I: IntoIterator<Item = &'d Domain>,
    {
        if !self.told {
            return;
        }
        for name in places().into_iter().filter_map(unnamed) {
            let one = is_real(name);
            if !self.said.places.contains(&one) {
                self.said.places.push(one);
            }
        }
    }
}

fn alive(
    graph: &CopyGraph,
    index: usize,
    scope: Scope,
    left: usize,
    words: &mut Words,
) -> Result<(), Cow<'static, str>> {
    let Some(copy) = graph.copies.get(index) else {
        return Err(Cow::Borrowed("there is no such copy"));
    };
    let address = &copy.address;
    if copy.holds == Holds::Nothing {
        return Err(words.dead(|| format!("`{address}` holds no recovery point").into()));
    }
    if let Some(refuted) = &copy.recovery.refuted {
        return Err(refuted.to_string().into());
    }
    match scope {
        Scope::Corruption => {
            if is_plain_replica(copy) {
                return Err(words.dead(|| {
                    format!("wrong data arrive at `{address}` too, without delay").into()
                }));
            }
        }
        Scope::Account => outside_account(graph, copy, words)?,
        Scope::Instance | Scope::Zone | Scope::Region => {
            outside_places(graph, copy, scope, words)?;
        }
    }
    let Some(chain) = copy.chain else {
        return Ok(());
    };
    if left == 0 {
        return Err(words.dead(|| format!("`{address}` needs itself").into()));
    }
    alive(graph, chain, scope, left - 1, words).map_err(|reason| {
        let base = graph.copies.get(chain).map(|base| &base.address);
        match base.filter(|_| words.told) {
            Some(base) => format!("`{address}` is of no use without `{base}`: {reason}").into(),
            None => reason,
        }
    })
}

/// Returns whether a copy always is what its source is, wrong data included.
fn is_plain_replica(copy: &Copy) -> bool {
    matches!(&copy.logical, Logical::Follows(delay) if delay.value == lifeboat_model::Span::ZERO)
}

fn outside_places(
    graph: &CopyGraph,
    copy: &Copy,
    scope: Scope,
    words: &mut Words,
) -> Result<(), Cow<'static, str>> {
    let (address, target) = (&copy.address, &graph.target);
    if let Some(evidence) = shared(&graph.domains, &copy.domains, scope) {
        return Err(words.dead(|| format!("`{address}` fails with `{target}` ({evidence})").into()));
    }
    if !are_apart(&graph.domains, &copy.domains, scope) {
        return Err(words.dead(|| unknown_place(graph, copy, scope)));
    }
    words.rests_on(|| apart_by(&graph.domains, &copy.domains, scope));
    for need in copy.needs.iter() {
        if let Some(evidence) = shared(&graph.domains, &need.domains, scope) {
            return Err(words.dead(|| need_fails(graph, copy, need, evidence)));
        }
        if !are_apart(&graph.domains, &need.domains, scope) {
            words.assumes(|| need_is_kept(graph, copy, need));
        }
        words.rests_on(|| apart_by(&graph.domains, &need.domains, scope));
    }
    Ok(())
}

/// Returns how it is known that something fails with one of the target's places up to this scope.
fn shared<'a>(target: &'a [Domain], other: &[Domain], scope: Scope) -> Option<&'a str> {
    target
        .iter()
        .filter(|domain| PLACES.contains(&domain.scope) && domain.scope <= scope)
        .find(|domain| other.iter().any(|other| other.id == domain.id))
        .map(|domain| domain.evidence.as_str())
}

/// Returns whether at some level from this scope up both are known, and no domain is of both.
fn are_apart(target: &[Domain], other: &[Domain], scope: Scope) -> bool {
    PLACES
        .into_iter()
        .filter(|level| *level >= scope)
        .any(|level| are_disjoint(target, other, level))
}

/// Returns the places by which both are apart: at a level where all are named if there is one, else at the narrowest.
/// None where they are not apart.
fn apart_by<'d>(
    target: &'d [Domain],
    other: &'d [Domain],
    scope: Scope,
) -> impl Iterator<Item = &'d Domain> {
    let at = move |level: Scope| {
        let all = target.iter().chain(other);
        all.filter(move |domain| domain.scope == level)
    };
    let levels = PLACES.into_iter().filter(move |level| *level >= scope);
    let apart = levels.filter(|level| are_disjoint(target, other, *level));
    let by = apart.min_by_key(|level| (at(*level).any(|it| unnamed(it).is_some()), *level));
    by.into_iter().flat_map(at)
}

/// Returns whether both have known domains at this level, none of them of both.
fn are_disjoint(target: &[Domain], other: &[Domain], level: Scope) -> bool {
    let at = |domain: &&Domain| domain.scope == level;
    let mut ours = target.iter().filter(at).peekable();
    let theirs = || other.iter().filter(at);
    ours.peek().is_some()
        && theirs().next().is_some()
        && ours.all(|domain| theirs().all(|other| other.id != domain.id))
}

fn unknown_place(graph: &CopyGraph, copy: &Copy, scope: Scope) -> Cow<'static, str> {
    let is_known = |domains: &[Domain]| {
        domains
            .iter()
            .any(|domain| PLACES.contains(&domain.scope) && domain.scope >= scope)
    };
    let place = match scope {
        Scope::Zone => "in which zone",
        Scope::Region => "in which region",
        _ => "on which machine",
    };
    let (address, target) = (&copy.address, &graph.target);
    match (is_known(&graph.domains), is_known(&copy.domains)) {
        (false, _) if graph.domains.is_empty() => format!(
            "`{address}` does not count: nothing is known yet about what `{target}` fails with"
        ),
        (_, false) if copy.domains.is_empty() => {
            format!("`{address}` does not count: nothing is known yet about what it fails with")
        }
        (false, _) => {
            format!("`{address}` does not count: it is not known {place} `{target}` stands")
        }
        _ => format!("`{address}` does not count: it is not known {place} it stands"),
    }
    .into()
}

fn need_fails(graph: &CopyGraph, copy: &Copy, need: &Need, evidence: &str) -> Cow<'static, str> {
    let (kind, what) = (need.kind.as_str(), &need.what);
    let (address, target) = (&copy.address, &graph.target);
    let fails = match need.kind {
        NeedKind::Credentials => "fail",
        NeedKind::Key | NeedKind::Catalogue | NeedKind::ControlPlane => "fails",
    };
    format!("the {kind} of `{address}` ({what}) {fails} with `{target}` ({evidence})").into()
}

fn need_is_kept(graph: &CopyGraph, copy: &Copy, need: &Need) -> Arc<str> {
    let (kind, what) = (need.kind.as_str(), &need.what);
    let (address, target) = (&copy.address, &graph.target);
    let is_kept = match need.kind {
        NeedKind::Credentials => "are not lost",
        NeedKind::Key | NeedKind::Catalogue | NeedKind::ControlPlane => "is not lost",
    };
    format!("the {kind} of `{address}` ({what}) {is_kept} with `{target}`").into()
}

fn outside_account(
    graph: &CopyGraph,
    copy: &Copy,
    words: &mut Words,
) -> Result<(), Cow<'static, str>> {
    if !is_outside(graph, copy) && !is_locked(graph, copy) {
        return Err(words.dead(|| deletable(graph, copy)));
    }
    words.rests_on(|| kept_by(graph, copy));
    if is_plain_replica(copy) {
        let address = &copy.address;
        return Err(
            words.dead(|| format!("wrong data arrive at `{address}` too, without delay").into())
        );
    }
    for need in copy.needs.iter() {
        if let Some(evidence) = shared_account(&graph.domains, &need.domains) {
            return Err(words.dead(|| need_fails(graph, copy, need, evidence)));
        }
        if !are_disjoint(&graph.domains, &need.domains, Scope::Account) {
            words.assumes(|| need_is_kept(graph, copy, need));
        } else {
            words.rests_on(|| accounts(&graph.domains).chain(accounts(&need.domains)));
        }
    }
    Ok(())
}

/// Returns the accounts by which a copy is out of reach: its own and the target's, else those that lift its lock.
fn kept_by<'g>(graph: &'g CopyGraph, copy: &'g Copy) -> impl Iterator<Item = &'g Domain> {
    let others: &[Domain] = match copy.lock.as_ref().map(|lock| &lock.lifted_by) {
        _ if is_outside(graph, copy) => &copy.domains,
        Some(LiftedBy::Holders(holders)) => holders,
        _ => &[],
    };
    let ours = accounts(&graph.domains).filter(|_| !others.is_empty());
    ours.chain(accounts(others))
}

/// Returns whether it is known that nobody who can change the target can delete the copy.
pub(super) fn is_outside(graph: &CopyGraph, copy: &Copy) -> bool {
    are_disjoint(&graph.domains, &copy.domains, Scope::Account)
}

/// Returns whether the copy's points are locked against whoever can change the target.
///
/// A live copy has no points that a lock could hold. A governance lock counts only where the credentials that lift it
/// are known, and those of the target are known not to be among them.
pub(crate) fn is_locked(graph: &CopyGraph, copy: &Copy) -> bool {
    let isolated = copy.logical == Logical::Isolated;
    let lock = copy.lock.as_ref().filter(|_| isolated);
    lock.is_some_and(|lock| match &lock.lifted_by {
        LiftedBy::Nobody => true,
        LiftedBy::Anybody => false,
        LiftedBy::Holders(holders) => {
            let mut ours = accounts(&graph.domains).peekable();
            ours.peek().is_some()
                && !holders.is_empty()
                && ours.all(|domain| holders.iter().all(|holder| holder.id != domain.id))
        }
    })
}

fn accounts(domains: &[Domain]) -> impl Iterator<Item = &Domain> {
    domains
        .iter()
        .filter(|domain| domain.scope == Scope::Account)
}

fn shared_account<'a>(target: &'a [Domain], other: &[Domain]) -> Option<&'a str> {
    accounts(target)
        .find(|domain| other.iter().any(|other| other.id == domain.id))
        .map(|domain| domain.evidence.as_str())
}

fn deletable(graph: &CopyGraph, copy: &Copy) -> Cow<'static, str> {
    let (address, target) = (&copy.address, &graph.target);
    let lock = match copy.lock.as_ref().map(|lock| &lock.lifted_by) {
        None => "",
        Some(LiftedBy::Anybody) => ", and its lock can still be lifted by anybody",
        Some(LiftedBy::Nobody) => ", and a lock keeps points, which a live copy has none of",
        Some(LiftedBy::Holders(_)) => ", and can lift its lock, as far as is known",
    };
    if let Some(evidence) = shared_account(&graph.domains, &copy.domains) {
        return format!("whoever can change `{target}` can delete `{address}` ({evidence}){lock}")
            .into();
    }
    if accounts(&graph.domains).next().is_none() {
        return format!("`{address}` does not count: it is not known who can change `{target}`")
            .into();
    }
    format!("`{address}` does not count: it is not known who can delete it").into()
}
