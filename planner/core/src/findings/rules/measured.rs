//! Declarations that a measurement refutes.

use lifeboat_model::{Finding, Severity};

use crate::exposure::build::Contradiction;
use crate::findings::inspect::finding;

pub(in crate::findings) fn contradiction(it: &Contradiction) -> Finding {
    let times = match it.n {
        1 => "once".to_owned(),
        n => format!("{n} times"),
    };
    finding(
        "measured_contradicts_declared",
        Severity::Warning,
        &it.address,
        format!(
            "`{}` is declared as {} ({}), and was measured as {} ({times}, last on {})",
            it.input,
            it.declared,
            it.declared_by,
            it.measured,
            it.at.strftime("%Y-%m-%d")
        ),
        "Correct the declaration; until then the worse of both counts.",
    )
}
