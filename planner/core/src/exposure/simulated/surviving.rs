//! Whether a copy lives through a failure, whatever of where things stand is known.

use std::sync::Arc;

use lifeboat_model::{Domain, Need, NeedKind, Scope};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::chance::Chance;
use super::design::{domain, every, graph};
use crate::exposure::loss::survives;

/// Where something stands: its machine, room and site, of which each is in the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place([u64; 3]);

const LEVELS: [Scope; 3] = [Scope::Instance, Scope::Zone, Scope::Region];

impl Place {
    /// Draws one of two machines in each of two rooms of two sites.
    fn drawn(chance: &mut Chance) -> Self {
        let site = chance.below(2);
        let room = site * 2 + chance.below(2);
        Self([room * 2 + chance.below(2), room, site])
    }

    /// Returns what is known of it.
    fn known(self, chance: &mut Chance) -> Vec<Domain> {
        let levels = LEVELS.into_iter().zip(self.0);
        let known = levels.filter(|_| chance.below(3) > 0);
        known
            .map(|(level, id)| domain(level, &format!("{level} {id}")))
            .collect()
    }

    /// Returns whether both fail at once.
    fn fails_with(self, other: Self, scope: Scope) -> bool {
        let level = LEVELS.iter().position(|level| *level == scope).unwrap();
        self.0[level] == other.0[level]
    }
}

#[test]
fn what_survives_by_what_is_known_really_does() {
    let mut runner = TestRunner::new(ProptestConfig::default());
    let (mut cases, mut surviving) = (0, 0);
    for _ in 0..6_000 {
        let seed = any::<u64>().new_tree(&mut runner).unwrap().current();
        let mut chance = Chance::Drawn(seed);
        let [target, copy, key] = [(); 3].map(|()| Place::drawn(&mut chance));
        let mut graph = graph(vec![every(0, (60, 0, 0))]);
        graph.domains = Arc::from(target.known(&mut chance));
        graph.copies[0].domains = Arc::from(copy.known(&mut chance));
        graph.copies[0].needs = Arc::from([Need {
            kind: NeedKind::Key,
            what: "key".to_owned(),
            domains: key.known(&mut chance),
        }]);
        for scope in LEVELS {
            cases += 1;
            let Ok(assumed) = survives(&graph, 0, scope) else {
                continue;
            };
            surviving += 1;
            assert!(
                !copy.fails_with(target, scope),
                "seed {seed}: {scope}\n{graph:#?}"
            );
            // Where the key stands may be assumed, but then it is said.
            assert!(
                !assumed.is_empty() || !key.fails_with(target, scope),
                "seed {seed}: the key in {scope}\n{graph:#?}"
            );
        }
    }
    println!("survival, drawn: {cases} cases, {surviving} survive");
    assert!(surviving >= 1_000);
}
