//! Orders things by what they depend on.

use std::collections::{BTreeMap, BTreeSet};

/// An order in which nothing comes before what it depends on, and what cannot be ordered.
pub(crate) struct Order<K> {
    /// Dependencies first.
    pub(crate) sorted: Vec<K>,
    /// Each cycle once, every one of its members depending on the next.
    pub(crate) cycles: Vec<Vec<K>>,
}

/// Orders the keys of `edges`; an edge to something that is not a key is ignored.
///
/// What depends on a cycle without being part of it is neither sorted nor in a cycle.
pub(crate) fn order<K: Ord + Clone>(edges: &BTreeMap<K, BTreeSet<K>>) -> Order<K> {
    let mut waiting: BTreeMap<&K, usize> = BTreeMap::new();
    let mut dependants: BTreeMap<&K, Vec<&K>> = BTreeMap::new();
    for (key, needs) in edges {
        let known = needs.iter().filter(|need| edges.contains_key(need));
        waiting.insert(key, known.clone().count());
        for need in known {
            dependants.entry(need).or_default().push(key);
        }
    }
    let mut ready: Vec<&K> = waiting
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(key, _)| *key)
        .collect();
    let mut sorted = Vec::new();
    while let Some(key) = ready.pop() {
        waiting.remove(key);
        for dependant in dependants.get(key).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(dependant) {
                *count -= 1;
                if *count == 0 {
                    ready.push(dependant);
                }
            }
        }
        sorted.push(key.clone());
    }
    Order {
        sorted,
        cycles: cycles(edges, waiting.into_keys().collect()),
    }
}

/// Returns the cycles among keys of which each waits for another one of them.
fn cycles<K: Ord + Clone>(
    edges: &BTreeMap<K, BTreeSet<K>>,
    mut stuck: BTreeSet<&K>,
) -> Vec<Vec<K>> {
    let mut found = Vec::new();
    while let Some(start) = stuck.first().copied() {
        let mut path: Vec<&K> = Vec::new();
        let mut on_path: BTreeMap<&K, usize> = BTreeMap::new();
        let mut at = Some(start);
        while let Some(key) = at {
            if let Some(begin) = on_path.get(key) {
                found.push(path.iter().skip(*begin).map(|k| (*k).clone()).collect());
                break;
            }
            on_path.insert(key, path.len());
            path.push(key);
            at = edges
                .get(key)
                .into_iter()
                .flatten()
                .find_map(|need| stuck.get(need).copied());
        }
        for key in path {
            stuck.remove(key);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(
        pairs: &[(&'static str, &[&'static str])],
    ) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        let pairs = pairs.iter().map(|(k, v)| (*k, v.iter().copied().collect()));
        pairs.collect()
    }

    #[test]
    fn dependencies_come_first() {
        let order = order(&edges(&[
            ("a", &["b", "elsewhere"]),
            ("b", &["c"]),
            ("c", &[]),
        ]));
        assert_eq!(order.sorted, ["c", "b", "a"]);
        assert!(order.cycles.is_empty());
    }

    #[test]
    fn each_cycle_is_named_once() {
        let order = order(&edges(&[
            ("a", &["b"]),
            ("b", &["a"]),
            ("c", &["c"]),
            ("d", &["a"]),
            ("e", &[]),
        ]));
        assert_eq!(order.sorted, ["e"]);
        assert_eq!(order.cycles, [vec!["a", "b"], vec!["c"]]);
    }
}
