//! Which draft must wait for which, from what the resources require.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Address, Effect, RecordedState, Verb};

use crate::diff::{Draft, is_guard, text};

/// For each draft the drafts that it waits for, by index, each once.
pub(super) type Edges = Vec<Vec<usize>>;

/// What is done to one address, by index of the draft.
#[derive(Debug, Default)]
struct Done {
    /// The last action that makes it what it shall be.
    last: Option<usize>,
    /// The last one that others wait for. A weakening update is none: the resource is there without it, and what is
    /// added beside it must come first.
    main: Option<usize>,
    back_up: Option<usize>,
    removal: Option<usize>,
}

pub(super) fn edges(drafts: &[Draft], recorded: &RecordedState) -> Edges {
    let mut edges: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); drafts.len()];
    let mut done: BTreeMap<&Address, Done> = BTreeMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        let done = done.entry(&draft.action.address).or_default();
        if let Some(edges) = edges.get_mut(index) {
            edges.extend(done.last);
        }
        match draft.action.verb {
            Verb::BackUp => done.back_up = Some(index),
            Verb::Forget | Verb::Delete => done.removal = Some(index),
            Verb::Create | Verb::Update | Verb::Replace | Verb::Adopt => {
                done.last = Some(index);
                let weakens = draft.action.effect == Effect::Weakens;
                if draft.action.verb != Verb::Update || !weakens {
                    done.main = Some(index);
                }
            }
        }
    }
    for (draft, edges) in drafts.iter().zip(&mut edges) {
        if !draft.removes() {
            requirements(draft, &done, edges);
        }
    }
    timers(drafts, &done, &mut edges);
    removals(drafts, &done, recorded, &mut edges);
    guards(drafts, &mut edges);
    edges
        .into_iter()
        .map(|edges| edges.into_iter().collect())
        .collect()
}

/// Makes an action wait for what its resource requires, and a backup for the backup of its source.
fn requirements(draft: &Draft, done: &BTreeMap<&Address, Done>, edges: &mut BTreeSet<usize>) {
    let backs_up = draft.action.verb == Verb::BackUp;
    for required in &draft.action.requires {
        let Some(done) = done.get(required) else {
            continue;
        };
        edges.extend(done.main);
        if backs_up {
            edges.extend(done.back_up);
        }
    }
}

/// Makes the change of a protection wait for the timer that is new beside it.
///
/// A copy that ran after its source, and gets a schedule of its own, is run by nobody between its change and its
/// timer; the timer alone does no harm.
fn timers(drafts: &[Draft], done: &BTreeMap<&Address, Done>, edges: &mut [BTreeSet<usize>]) {
    for (timer, draft) in drafts.iter().enumerate() {
        let is_timer = draft
            .action
            .address
            .part
            .as_ref()
            .is_some_and(|part| part.role == "schedule");
        if !is_timer || draft.action.verb != Verb::Create {
            continue;
        }
        for required in &draft.action.requires {
            let Some(done) = done.get(required) else {
                continue;
            };
            let changes = |index: &usize| {
                drafts
                    .get(*index)
                    .is_some_and(|it| it.action.verb == Verb::Update)
            };
            let updates: Vec<usize> = [done.main, done.last]
                .into_iter()
                .flatten()
                .filter(changes)
                .collect();
            for update in updates {
                // What is taken into the state first is there for the timer to require.
                let adopted = |index: &usize| {
                    let is = |it: &Draft| {
                        it.action.address == *required && it.action.verb == Verb::Adopt
                    };
                    drafts.get(*index).is_some_and(is)
                };
                let adoptions: Vec<usize> = edges
                    .get(update)
                    .into_iter()
                    .flatten()
                    .copied()
                    .filter(adopted)
                    .collect();
                if let Some(edges) = edges.get_mut(timer) {
                    edges.remove(&update);
                    edges.extend(adoptions);
                }
                if let Some(edges) = edges.get_mut(update) {
                    edges.insert(timer);
                }
            }
        }
    }
}

/// Makes the removal of a resource wait for whatever is done to those that were applied with it.
fn removals(
    drafts: &[Draft],
    done: &BTreeMap<&Address, Done>,
    recorded: &RecordedState,
    edges: &mut [BTreeSet<usize>],
) {
    for (address, dependent) in &recorded.resources {
        let Some(on_dependent) = done.get(address) else {
            continue;
        };
        for required in &dependent.requires {
            let removal = done.get(required).and_then(|done| done.removal);
            let guards = is_guard(required)
                && drafts_guarded(drafts, removal, on_dependent.removal).is_some();
            let Some(edges) = removal.and_then(|removal| edges.get_mut(removal)) else {
                continue;
            };
            if !guards {
                edges.extend(on_dependent.last);
                edges.extend(on_dependent.removal);
            }
        }
    }
}

/// Returns the pair if the first draft removes a guard over what the second removes.
fn drafts_guarded(
    drafts: &[Draft],
    guard: Option<usize>,
    guarded: Option<usize>,
) -> Option<(usize, usize)> {
    let (guard, guarded) = (guard?, guarded?);
    let over = guard_key(drafts.get(guard)?)?;
    (over == guard_key(drafts.get(guarded)?)?).then_some((guard, guarded))
}

/// The target and the repository of a protection that is live.
type GuardKey<'a> = (&'a Address, &'a str);

fn guard_key(draft: &Draft) -> Option<GuardKey<'_>> {
    let target = draft.action.target.as_ref()?;
    let repository = text(draft.action.before.as_ref()?, "repository")?;
    Some((target, repository))
}

/// Makes the destruction of points wait for the removal of the guard over them.
fn guards(drafts: &[Draft], edges: &mut [BTreeSet<usize>]) {
    let removed: BTreeMap<GuardKey<'_>, usize> = drafts
        .iter()
        .enumerate()
        .filter(|(_, draft)| draft.removes() && is_guard(&draft.action.address))
        .filter_map(|(index, draft)| Some((guard_key(draft)?, index)))
        .collect();
    if removed.is_empty() {
        return;
    }
    for (draft, edges) in drafts.iter().zip(edges) {
        if draft.action.verb == Verb::Delete && !is_guard(&draft.action.address) {
            edges.extend(guard_key(draft).and_then(|key| removed.get(&key)));
        }
    }
}
