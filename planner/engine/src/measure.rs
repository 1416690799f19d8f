//! What backups and drills measure, kept for the exposure model.

use jiff::Timestamp;
use lifeboat_model::{
    DrillRecord, InputValue, Measurement, ModelInput, Rate, RecordedResource, Span,
};

/// Notes one measurement of a resource.
fn note(resource: &mut RecordedResource, input: ModelInput, value: InputValue, at: Timestamp) {
    resource
        .measured
        .entry(input)
        .and_modify(|known| known.add(input, value, at))
        .or_insert_with(|| Measurement::first(value, at));
}

/// Notes how long a backup took, from its start to the answer that its points can be used.
pub(crate) fn ran(resource: &mut RecordedResource, started: Timestamp, ended: Timestamp) {
    let took = InputValue::Span(Span::between(started, ended));
    note(resource, ModelInput::RunTime, took, ended);
}

/// Notes how long a drill that passed took, and how fast that was. A failed one measured nothing.
pub(crate) fn drilled(resource: &mut RecordedResource, drill: &DrillRecord) {
    if !drill.passed {
        return;
    }
    let took = InputValue::Span(drill.took);
    note(resource, ModelInput::RestoreTime, took, drill.at);
    let millis = u128::from(drill.took.as_millis().max(1));
    let rate = u128::from(drill.restored_bytes) * 1_000 / millis;
    let rate = u64::try_from(rate).unwrap_or(u64::MAX);
    if rate > 0 {
        let rate = InputValue::Rate(Rate(rate));
        note(resource, ModelInput::RestoreBandwidth, rate, drill.at);
    }
}
