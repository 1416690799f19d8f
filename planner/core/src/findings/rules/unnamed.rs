//! Places that a proposal has made up, and that nobody has named since.

use lifeboat_model::{Finding, Severity};

use crate::design::Design;
use crate::exposure::unnamed;
use crate::findings::inspect::finding;

/// What is declared to stand in a place that a proposal has made up.
pub(in crate::findings) fn places(design: &Design) -> impl Iterator<Item = Finding> {
    design.domains.iter().filter_map(|(address, domains)| {
        let names = domains.iter().filter_map(unnamed);
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        let (names, it) = match &names[..] {
            [] => return None,
            [one] => (one.clone(), "that is no place, but what"),
            all => (all.join(" and "), "these are no places, but what"),
        };
        Some(finding(
            "unnamed_place",
            Severity::Warning,
            address,
            format!("it is declared to stand in {names}: {it} a proposal writes until somebody names one"),
            "Say in `domains` where it really stands.",
        ))
    })
}
