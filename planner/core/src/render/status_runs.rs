//! Who runs the schedule of a protection.

use lifeboat_model::{Address, Schedule};
use serde::Serialize;
use serde_json::Value;

use super::status::StatusInputs;
use crate::diff::protection;

/// Who runs a protection on its schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Runner {
    /// A setting that lifeboat installed.
    Lifeboat,
    /// Somebody outside lifeboat, as the configuration declares.
    External,
    /// Nothing: the next run never comes.
    Nobody,
}

/// The schedule of a protection, who runs it, and what is wrong with that.
#[derive(Debug)]
pub(super) struct Runs {
    pub(super) schedule: Schedule,
    pub(super) runner: Runner,
    pub(super) problem: Option<String>,
}

/// Returns the schedule that a protection was applied with and who runs it; none for one that has no schedule.
pub(super) fn runs(address: &Address, inputs: &StatusInputs<'_>) -> Option<Runs> {
    let key = address.part.as_ref().and_then(|part| part.key.clone());
    let timer = address.owner().part("schedule", key);
    let applied = inputs.recorded.resources.get(&timer);
    let own = inputs.recorded.resources.get(address);
    let text = [applied, own]
        .into_iter()
        .flatten()
        .find_map(|resource| resource.attributes.get("schedule"))
        .and_then(Value::as_str)?;
    let schedule: Schedule = text.parse().ok()?;
    let (runner, problem) = runner(address, &timer, text, inputs);
    Some(Runs {
        schedule,
        runner,
        problem,
    })
}

fn runner(
    address: &Address,
    timer: &Address,
    schedule: &str,
    inputs: &StatusInputs<'_>,
) -> (Runner, Option<String>) {
    let nobody = |reason: &str| {
        let text = format!("nothing runs it on its schedule `{schedule}`: {reason}");
        (Runner::Nobody, Some(text))
    };
    let spec = protection(inputs.catalog, address);
    if spec.is_some_and(|spec| spec.externally_scheduled) {
        return (Runner::External, None);
    }
    if let Some(reason) = spec.and_then(|spec| spec.unscheduled.as_deref()) {
        return nobody(reason);
    }
    let Some(live) = inputs.live else {
        return if inputs.recorded.resources.contains_key(timer) {
            (Runner::Lifeboat, None)
        } else {
            nobody("its schedule is not installed")
        };
    };
    match (live.resources.get(timer), live.failures.get(timer)) {
        (Some(found), _) => {
            let found = found.attributes.get("schedule").and_then(Value::as_str);
            let other = found.filter(|found| *found != schedule);
            let problem = other
                .map(|found| format!("it runs on the schedule `{found}` instead of `{schedule}`"));
            (Runner::Lifeboat, problem)
        }
        (None, Some(failure)) => {
            let text = format!("its schedule could not be read: {}", failure.message);
            (Runner::Lifeboat, Some(text))
        }
        (None, None) => nobody("its schedule is not installed"),
    }
}
