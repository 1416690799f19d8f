//! The driver: each rule once over each target.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_model::{Address, Finding, LiveState, Need, Objective, RecordedState, Severity};

use super::ignored::ignored;
use super::rules;
use crate::design::Design;
use crate::exposure::build::Contradiction;
use crate::exposure::graph::CopyGraph;
use crate::exposure::recovery::Inversion;

/// What there is to inspect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inspection<'a> {
    /// The design.
    pub(crate) design: &'a Design,
    /// What the data themselves need.
    pub(crate) live: &'a LiveState,
    /// Drills and verifications.
    pub(crate) recorded: &'a RecordedState,
    /// Now.
    pub(crate) as_of: Timestamp,
}

/// One target under inspection.
pub(super) struct Subject<'a> {
    pub(super) graph: &'a CopyGraph,
    pub(super) objective: Option<&'a Objective>,
    pub(super) inspection: Inspection<'a>,
}

/// Returns what there is to point out in a design, the gravest first, then by address and code.
///
/// `graphs` are those that the plan leaves, once schedules have run. A finding that an `ignore` block covers has its
/// reason in [`Finding::ignored`].
pub(crate) fn inspect<'a>(
    inspection: Inspection<'a>,
    graphs: impl IntoIterator<Item = &'a CopyGraph>,
    contradictions: impl IntoIterator<Item = &'a Contradiction>,
    inversions: &[Inversion],
) -> Vec<Finding> {
    let mut found = Vec::new();
    for graph in graphs {
        let subject = Subject {
            graph,
            objective: inspection.design.objective(&graph.target),
            inspection,
        };
        for rule in rules::OF_TARGETS {
            rule(&subject, &mut found);
        }
    }
    found.extend(contradictions.into_iter().map(rules::contradiction));
    found.extend(inversions.iter().map(rules::inversion));
    found.extend(rules::places(inspection.design));
    // A contradiction may be met on the way to several targets.
    let mut once: BTreeMap<(Severity, Address, String, String), Finding> = BTreeMap::new();
    for mut finding in found {
        finding.ignored = ignored(&finding, &inspection.design.ignores, inspection.as_of);
        let key = (
            finding.severity,
            finding.address.clone(),
            finding.code.clone(),
            finding.message.clone(),
        );
        once.entry(key).or_insert(finding);
    }
    once.into_values().collect()
}

/// Returns a finding that nothing covers yet.
pub(super) fn finding(
    code: &str,
    severity: Severity,
    address: &Address,
    message: String,
    help: &str,
) -> Finding {
    Finding {
        code: format!("finding::{code}"),
        address: address.clone(),
        severity,
        message,
        help: help.to_owned(),
        ignored: None,
    }
}

impl Subject<'_> {
    pub(super) const fn target(&self) -> &Address {
        &self.graph.target
    }

    /// Returns what using the data takes.
    pub(super) fn needs(&self) -> &[Need] {
        let live = self.inspection.live.resources.get(self.target());
        live.map_or(&[], |live| live.needs.as_slice())
    }

    /// Returns the longest time that wrong data may stay unnoticed, by the goals of corruption and account.
    pub(super) fn dwell(&self) -> Option<lifeboat_model::Span> {
        let goals = self.objective?.goals.values();
        goals.filter_map(|goal| goal.detected_within).max()
    }
}
