//! Somebody who has the credentials of the target, and takes their time.

use lifeboat_model::{Domain, Keep, Scope};

use super::copying::Habits;
use super::{History, Life, Minute, instant, minutes};
use crate::exposure::graph::{Capture, CopyGraph, LiftedBy, Logical};

/// Returns how much is lost when somebody had the credentials from `since` until `now`, and used them all the time:
/// each later capture is poisoned, whatever may be deleted is, and where captures of theirs come to, policies that
/// count are flooded; none if nothing clean is left.
pub(super) fn lost(
    graph: &CopyGraph,
    history: &History,
    copy: usize,
    habits: Habits,
    (since, now): (Minute, Minute),
) -> Option<Minute> {
    let it = &graph.copies[copy];
    let theirs: Vec<&Domain> = accounts(&graph.domains);
    let shares = |domains: &[Domain]| {
        let accounts = accounts(domains);
        accounts.is_empty()
            || accounts
                .iter()
                .any(|one| theirs.iter().any(|it| it.id == one.id))
    };
    let known_to_share = |domains: &[Domain]| !accounts(domains).is_empty() && shares(domains);
    if it.needs.iter().any(|need| known_to_share(&need.domains)) {
        return None;
    }
    let deletable = theirs.is_empty() || shares(&it.domains);
    if let (Capture::Replica(_), Logical::Follows(delay)) = (&it.capture, &it.logical) {
        return behind(
            &history.copies[copy],
            minutes(delay.value),
            deletable,
            (since, now),
        );
    }
    let lock = it.lock.as_ref().filter(|lock| match &lock.lifted_by {
        LiftedBy::Nobody => true,
        LiftedBy::Holders(holders) => !holders
            .iter()
            .any(|it| theirs.iter().any(|one| one.id == it.id)),
        LiftedBy::Anybody => false,
    });
    let lock = lock.map_or(0, |lock| minutes(lock.lasts.value));
    let clean = history.copies[copy].iter();
    // What was under way when they came may never arrive.
    let clean = clean.filter(|life| life.is_at(since) && life.oldest <= since);
    let clean: Vec<Minute> = clean.map(|life| life.newest.min(since)).collect();
    let poisoned = history.copies[copy].iter();
    let poisoned = poisoned
        .filter(|life| life.newest > since && life.from <= now)
        .map(|life| life.newest);
    let mut points: Vec<Minute> = clean.iter().copied().chain(poisoned).collect();
    if it.retention.keep != Keep::default() && comes_to(graph, copy, habits) {
        points.extend(flood(&clean, now));
    }
    let instants: Vec<_> = points.iter().map(|point| instant(*point)).collect();
    let fates = it.retention.fates(&instants, instant(now));
    let left = clean.iter().zip(fates).filter(|(point, fate)| {
        let locked = now - **point < lock;
        locked || (!deletable && fate.is_kept())
    });
    left.map(|(point, _)| since - *point).min()
}

/// Returns how much is lost with a replica that is behind on purpose: cut off, it goes on to apply what it has, until it
/// comes to what is poisoned.
fn behind(
    states: &[Life],
    delay: Minute,
    deletable: bool,
    (since, now): (Minute, Minute),
) -> Option<Minute> {
    let at = |when: Minute| {
        states
            .iter()
            .find(|life| life.is_at(when))
            .map(|life| life.newest)
    };
    let received = at(since)? + delay;
    let applied = at(now)?;
    (!deletable && applied <= since).then(|| since - applied.min(received))
}

fn accounts(domains: &[Domain]) -> Vec<&Domain> {
    let at = domains.iter();
    at.filter(|domain| domain.scope == Scope::Account).collect()
}

/// Returns whether as many captures as somebody likes come to a copy: of the target itself, and from there along
/// copies that follow or take all.
fn comes_to(graph: &CopyGraph, copy: usize, habits: Habits) -> bool {
    let it = &graph.copies[copy];
    match (it.source, &it.capture) {
        (None, _) => true,
        (Some(source), Capture::Following) => comes_to(graph, source, habits),
        (Some(source), _) => habits.copies_all && comes_to(graph, source, habits),
    }
}

/// Returns garbage: one point just after each clean one, and many now.
fn flood(clean: &[Minute], now: Minute) -> Vec<Minute> {
    let beside = clean.iter().map(|point| (point + 1).min(now));
    beside.chain((0..40).map(|i| now - i)).collect()
}
