//! The inputs of the exposure model: each is an optional attribute of the resource that it is a fact of, so that a
//! configuration states it beside the thing.
//!
//! Nothing takes time in a world in memory: a step that the configuration does not state takes none. What the world
//! cannot know, such as how fast a real vault reads, is not known.

use lifeboat_model::{
    AttributeSpec, InputSpec, InputUnit, InputValue, Mechanism, ModelInput, Provenance, Span,
    ValueType,
};

const NO_STEP: &str = "nothing takes time in memory";

/// Returns the inputs of the data.
pub(super) fn of_dataset() -> Vec<InputSpec> {
    let size = InputSpec {
        fact: Some("size_bytes".to_owned()),
        ..unknown(ModelInput::Size)
    };
    vec![
        size,
        unknown(ModelInput::WriteRate),
        unknown(ModelInput::Burst),
        unknown(ModelInput::Detect),
        unknown(ModelInput::Decide),
    ]
}

/// Returns the inputs of a vault.
pub(super) fn of_vault() -> Vec<InputSpec> {
    vec![
        unknown(ModelInput::RestoreBandwidth),
        no_time(ModelInput::Unarchive),
        unknown(ModelInput::TransferDelay),
    ]
}

/// Returns the inputs of a protection.
pub(super) fn of_mechanism(mechanism: Mechanism) -> Vec<InputSpec> {
    let mut inputs = match mechanism {
        Mechanism::Lock | Mechanism::Guard => return Vec::new(),
        Mechanism::Snapshot | Mechanism::Copy => Vec::new(),
        Mechanism::Log => vec![
            unknown(ModelInput::ArchiveBandwidth),
            unknown(ModelInput::ReplayRate),
        ],
        Mechanism::Replica => {
            return vec![
                unknown(ModelInput::Lag),
                unknown(ModelInput::LagBytes),
                unknown(ModelInput::RestoreTime),
                unknown(ModelInput::Promote),
                unknown(ModelInput::Repoint),
                no_time(ModelInput::Warm),
                no_time(ModelInput::Verify),
            ];
        }
    };
    inputs.extend([
        no_time(ModelInput::RunTime),
        no_time(ModelInput::Hold),
        unknown(ModelInput::ToleratedFailures),
        unknown(ModelInput::AlertDelay),
        unknown(ModelInput::Rerun),
        InputSpec {
            otherwise: Some((InputValue::Span(Span::ZERO), Provenance::Assumed)),
            source: "there is a place to restore to".to_owned(),
            ..unknown(ModelInput::Provision)
        },
        unknown(ModelInput::RestoreTime),
        no_time(ModelInput::Repoint),
        no_time(ModelInput::Warm),
        no_time(ModelInput::Verify),
    ]);
    inputs
}

/// Returns the attributes that state these inputs.
pub(super) fn attributes(inputs: &[InputSpec]) -> Vec<AttributeSpec> {
    let attribute = |spec: &InputSpec| {
        let value_type = match spec.input.unit() {
            InputUnit::Span => ValueType::Duration,
            InputUnit::Size => ValueType::Size,
            InputUnit::Rate => ValueType::Rate,
            InputUnit::Count => ValueType::Number,
        };
        AttributeSpec::optional(spec.input.as_str(), value_type, description(spec.input))
    };
    inputs.iter().map(attribute).collect()
}

fn unknown(input: ModelInput) -> InputSpec {
    InputSpec {
        input,
        attribute: Some(input.as_str().to_owned()),
        fact: None,
        otherwise: None,
        source: "whoever wrote the configuration".to_owned(),
    }
}

fn no_time(input: ModelInput) -> InputSpec {
    InputSpec {
        otherwise: Some((InputValue::Span(Span::ZERO), Provenance::Hard)),
        source: NO_STEP.to_owned(),
        ..unknown(input)
    }
}

const fn description(input: ModelInput) -> &'static str {
    match input {
        ModelInput::Size => {
            "How much data there is; a dataset that nobody has put there is made up, with no more than 1 MiB of it."
        }
        ModelInput::WriteRate => "How fast the data change.",
        ModelInput::Burst => "The most that is written in one burst.",
        ModelInput::RunTime => "From the start of a run until its point can be used.",
        ModelInput::Hold => "The wait before a point is sent on.",
        ModelInput::ToleratedFailures => "So many runs in a row may fail.",
        ModelInput::AlertDelay => "From a failed run until somebody knows.",
        ModelInput::Rerun => "From knowing until the run is made up for.",
        ModelInput::ArchiveBandwidth => "How fast log can be archived.",
        ModelInput::Lag => "How far it is behind, as time.",
        ModelInput::LagBytes => "How far it is behind, as data.",
        ModelInput::Detect => "From a failure until somebody knows.",
        ModelInput::Decide => "From knowing until the recovery is decided.",
        ModelInput::Provision => "Until there is a place to restore to.",
        ModelInput::Unarchive => "Until an archived point can be read.",
        ModelInput::RestoreBandwidth => "How fast restores read from it, all together.",
        ModelInput::TransferDelay => "How long the data travel, whatever their size.",
        ModelInput::RestoreTime => "How long a whole restore takes.",
        ModelInput::ReplayRate => "How fast log is replayed.",
        ModelInput::Promote => "Until it takes writes.",
        ModelInput::Repoint => "Until clients use the new place.",
        ModelInput::Warm => "Until it is as fast as it must be.",
        ModelInput::Verify => "Until it is known to be right.",
    }
}
