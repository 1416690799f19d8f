//! What the exposure model takes: from facts, and otherwise from the vendor's documentation, each with its page.

use lifeboat_model::{InputSpec, InputValue, Mechanism, ModelInput, Provenance, Span};

use super::{EXISTING, TIME_CONTROL};

const AT_ONCE: &str = "versioning keeps what a write replaces with the write itself (AWS, Amazon S3 User Guide, \"How S3 Versioning works\", 2025-06)";
const CONTROLLED: &str = "AWS, Amazon S3 User Guide, \"Meeting compliance requirements with S3 Replication Time Control\", 2025-06: 99.99 percent of objects within 15 minutes; without it, no time is promised";
const EXISTED: &str = "S3 replicates what is written after the rule only; what was there before comes by `lifeboat backup run`, or by S3 Batch Replication (AWS, Amazon S3 User Guide, \"What does Amazon S3 replicate?\", 2025-06)";

/// Returns the inputs of a bucket. S3 tells nobody at once how much is in it.
pub(super) fn of_bucket() -> Vec<InputSpec> {
    vec![
        unknown(
            ModelInput::Size,
            "an `assumptions` block: S3 reports the size of a bucket once a day, to CloudWatch",
        ),
        unknown(ModelInput::WriteRate, "an `assumptions` block"),
    ]
}

/// Returns the inputs of a bucket with replicas.
pub(super) fn of_replica_bucket() -> Vec<InputSpec> {
    vec![unknown(
        ModelInput::RestoreBandwidth,
        "an `assumptions` block, or a drill",
    )]
}

/// Returns the inputs of a protection.
pub(super) fn of_mechanism(mechanism: Mechanism) -> Vec<InputSpec> {
    let mut inputs = match mechanism {
        Mechanism::Log => vec![InputSpec {
            otherwise: Some((InputValue::Span(Span::ZERO), Provenance::Hard)),
            ..unknown(ModelInput::RunTime, AT_ONCE)
        }],
        // Each object is on its way by itself: none waits for another, as runs would.
        Mechanism::Copy => vec![
            InputSpec {
                attribute: Some(TIME_CONTROL.to_owned()),
                otherwise: Some((
                    InputValue::Span(Span::from_secs(15 * 60)),
                    Provenance::Percentile(9_999),
                )),
                ..unknown(ModelInput::Hold, CONTROLLED)
            },
            InputSpec {
                attribute: Some(EXISTING.to_owned()),
                otherwise: Some((InputValue::Span(Span::ZERO), Provenance::Hard)),
                ..unknown(ModelInput::RunTime, EXISTED)
            },
        ],
        _ => return Vec::new(),
    };
    inputs.extend(of_restore());
    inputs
}

fn of_restore() -> [InputSpec; 4] {
    [
        unknown(ModelInput::RestoreTime, "its drills"),
        unknown(
            ModelInput::RestoreBandwidth,
            "an `assumptions` block, or a drill: each object is copied by a request of its own",
        ),
        assumed(
            ModelInput::Provision,
            "the bucket that is restored into is there",
        ),
        unknown(
            ModelInput::Repoint,
            "an `assumptions` block: clients must be told of another bucket, or the data copied back",
        ),
    ]
}

fn assumed(input: ModelInput, source: &str) -> InputSpec {
    InputSpec {
        otherwise: Some((InputValue::Span(Span::ZERO), Provenance::Assumed)),
        ..unknown(input, source)
    }
}

fn unknown(input: ModelInput, source: &str) -> InputSpec {
    InputSpec {
        input,
        attribute: None,
        fact: None,
        otherwise: None,
        source: source.to_owned(),
    }
}
