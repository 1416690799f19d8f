//! Configuration to design, with what the planner chooses in it.

use jiff::Timestamp;
use lifeboat_model::{Catalog, LiveState, RecordedState};

use super::{Conflict, Synthesis, synthesise};
use crate::configuration::Configuration;
use crate::design::{Design, DesignErrors, UNPROTECTED, compile};

/// Compiles a configuration with the protections that the planner chooses for targets that have none.
///
/// `given` is what the configuration compiles to by itself.
///
/// # Errors
/// As for [`compile`].
pub fn design(
    configuration: &Configuration,
    given: &Design,
    catalog: &Catalog,
    live: &LiveState,
    recorded: &RecordedState,
    as_of: Timestamp,
) -> Result<(Design, Synthesis), DesignErrors> {
    let synthesis = synthesise(configuration, given, catalog, live, recorded, as_of);
    let mut design = if synthesis.blocks.is_empty() {
        given.clone()
    } else {
        compile(&synthesis.applied(configuration), catalog)?
    };
    design.objectives.clone_from(&given.objectives);
    design.reasons.clone_from(&synthesis.reasons);
    // What keeps a target from being protected says more than that it is not.
    design.notices.retain(|notice| {
        let of = |it: &Conflict| notice.address.as_ref() == Some(&it.target);
        notice.code != UNPROTECTED || !synthesis.conflicts.iter().any(of)
    });
    design.notices.extend(synthesis.notices());
    Ok((design, synthesis))
}
