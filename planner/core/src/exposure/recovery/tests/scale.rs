//! Ten thousand targets in five scopes, all over one link.

use lifeboat_model::{Bound, Scope, Span};

use super::fixture::{GIB, MIB, at, hop, named, over, snapshot};
use crate::exposure::graph::CopyGraph;
use crate::exposure::recovery::{Load, copy_recovery};
use crate::exposure::trace::Silent;

const TARGETS: u64 = 10_000;

#[test]
fn ten_thousand_targets_wait_for_each_other() {
    let graphs: Vec<CopyGraph> = (0..TARGETS)
        .map(|i| {
            let recovery = over(vec![hop("the vault", 64 * MIB), hop("the line", 128 * MIB)]);
            let mut graph = named(&format!("t{i}"), GIB, vec![snapshot(recovery)]);
            graph.copies[0].address = at(&format!("protection.snapshot.t{i}"));
            graph
        })
        .collect();
    for scope in Scope::ALL {
        let load = Load::of(scope, graphs.iter().map(|graph| (graph, 0)));
        let waits = matches!(scope, Scope::Instance | Scope::Zone | Scope::Region);
        let alarm = if waits { 15 * 60 } else { 0 };
        let expected = Bound::Finite(Span::from_secs(alarm + TARGETS * (16 + 8)));
        for graph in &graphs {
            let found = copy_recovery(graph, 0, scope, &load, &mut Silent);
            assert_eq!(found.bound, expected);
        }
    }
}
