//! Down-sets of the change graph.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Action, ActionId, Block};

/// What waits for what in a plan.
#[derive(Debug)]
pub(super) struct Order<'a> {
    actions: BTreeMap<ActionId, &'a Action>,
    /// What an action of a repository waits for, directly or not: many targets ask for it.
    shared: BTreeMap<ActionId, BTreeSet<ActionId>>,
}

/// The order of a few actions among themselves, by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    /// For each action, whether it waits for each.
    waits: Vec<Vec<bool>>,
}

impl<'a> Order<'a> {
    pub(super) fn of(actions: &'a [Action]) -> Self {
        Self {
            actions: actions.iter().map(|action| (action.id, action)).collect(),
            shared: BTreeMap::new(),
        }
    }

    /// Returns the order of these actions among themselves, also where it leads through others.
    pub(super) fn project(&mut self, ids: &[ActionId]) -> Relation {
        let waits = ids
            .iter()
            .map(|id| {
                let all = self.waited_for(*id);
                ids.iter().map(|other| all.contains(other)).collect()
            })
            .collect();
        Relation { waits }
    }

    /// Returns everything that an action waits for, directly or not.
    fn waited_for(&mut self, id: ActionId) -> BTreeSet<ActionId> {
        if let Some(known) = self.shared.get(&id) {
            return known.clone();
        }
        let mut seen: BTreeSet<ActionId> = BTreeSet::new();
        let mut open = vec![id];
        while let Some(at) = open.pop() {
            let after = self.actions.get(&at).map(|action| &action.after_actions);
            for next in after.into_iter().flatten() {
                if seen.insert(*next) {
                    open.push(*next);
                }
            }
        }
        let of_repository = self
            .actions
            .get(&id)
            .is_some_and(|action| action.address.block == Block::Repository);
        if of_repository {
            self.shared.insert(id, seen.clone());
        }
        seen
    }
}

impl Relation {
    /// Returns how many actions there are.
    pub(super) const fn len(&self) -> usize {
        self.waits.len()
    }

    /// Returns every down-set, smaller ones first.
    pub(super) fn down_sets(&self) -> Vec<Vec<bool>> {
        let count = self.len().min(usize::BITS as usize - 1);
        let waits: Vec<usize> = self.waits.iter().map(|waits| mask(waits)).collect();
        let is_closed = |set: &usize| {
            waits
                .iter()
                .enumerate()
                .all(|(place, waits)| set & (1 << place) == 0 || set & waits == *waits)
        };
        let mut sets: Vec<usize> = (0..1usize << count).filter(is_closed).collect();
        sets.sort_by_key(|set| set.count_ones());
        let flags = |set: usize| (0..self.len()).map(move |place| set & (1 << place) != 0);
        sets.into_iter().map(|set| flags(set).collect()).collect()
    }

    /// Returns, for every set of the chosen actions, the least down-set that holds it; each once, smaller ones first.
    ///
    /// Grown from below: the least set of a union is the union of the least sets.
    pub(super) fn minimal_down_sets(&self, chosen: &[bool]) -> Vec<Vec<bool>> {
        let mut sets: BTreeSet<Vec<bool>> = [vec![false; self.len()]].into();
        let places = (0..self.len()).filter(|place| chosen.get(*place) == Some(&true));
        for place in places {
            let grown: Vec<Vec<bool>> = sets.iter().map(|set| self.with(set, place)).collect();
            sets.extend(grown);
        }
        let mut sets: Vec<Vec<bool>> = sets.into_iter().collect();
        sets.sort_by_key(|set| set.iter().filter(|done| **done).count());
        sets
    }

    /// Returns the least down-set that holds a down-set and one more action.
    fn with(&self, set: &[bool], place: usize) -> Vec<bool> {
        let waits = self.waits.get(place);
        (0..self.len())
            .map(|other| {
                let had = set.get(other) == Some(&true);
                let waited = waits.and_then(|waits| waits.get(other)) == Some(&true);
                had || waited || other == place
            })
            .collect()
    }
}

fn mask(flags: &[bool]) -> usize {
    let places = flags.iter().enumerate().filter(|(_, flag)| **flag);
    places.map(|(place, _)| 1 << place).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the order `0 < 2`, `1 < 2`, `2 < 3`.
    fn diamond() -> Relation {
        let waits = [&[][..], &[], &[0, 1], &[0, 1, 2]];
        let waits = waits
            .iter()
            .map(|waits| (0..4).map(|place| waits.contains(&place)).collect())
            .collect();
        Relation { waits }
    }

    fn shown(sets: &[Vec<bool>]) -> String {
        let one = |set: &Vec<bool>| {
            let places = set.iter().zip(0..).filter(|(done, _)| **done);
            let places: Vec<String> = places.map(|(_, place)| format!("{place}")).collect();
            format!("{{{}}}", places.join(","))
        };
        sets.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_down_set_holds_all_that_its_members_wait_for() {
        insta::assert_snapshot!(shown(&diamond().down_sets()), @"{} {0} {1} {0,1} {0,1,2} {0,1,2,3}");
    }

    #[test]
    fn the_least_down_set_of_some_actions_holds_nothing_more_than_they_wait_for() {
        let chosen = [true, false, true, false];
        insta::assert_snapshot!(shown(&diamond().minimal_down_sets(&chosen)), @"{} {0} {0,1,2}");
    }
}
