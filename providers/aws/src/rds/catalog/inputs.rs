//! What the exposure model takes: from facts, and otherwise from the vendor's documentation, each with its page.
//!
//! How long a restore takes is known by nobody but a drill: it hangs on the size, the class, the engine and the log.

use lifeboat_model::{InputSpec, InputValue, Mechanism, ModelInput, Provenance, Span, role};

use super::CLUSTER;

const RESTORED_TO_A_TIME: &str = "AWS, RDS User Guide, \"Restoring a DB instance to a specified time\", 2025-06: log is uploaded every 5 minutes, and the latest restorable time is typically within the last 5 minutes";
const FAILOVER: &str = "AWS, RDS User Guide, \"Failing over a Multi-AZ DB instance deployment\", 2025-06: typically 60–120 seconds";
const AURORA_FAILOVER: &str = "AWS, Aurora User Guide, \"High availability for Amazon Aurora\", 2025-06: typically less than 60 seconds";
const GLOBAL: &str = "AWS, Aurora User Guide, \"Using Amazon Aurora Global Database\", 2025-06: typically less than 1 second behind";
const SAME_NAME: &str = "clients look the endpoint up again within 60 seconds (AWS SDK guide, \"Set the JVM TTL for DNS name lookups\", 2025-06)";

/// Returns the inputs of an instance or a cluster.
pub(super) fn of_target() -> Vec<InputSpec> {
    vec![
        InputSpec {
            fact: Some("size_bytes".to_owned()),
            ..unknown(
                ModelInput::Size,
                "DescribeDBInstances, DescribeDBClusters: AllocatedStorage",
            )
        },
        unknown(ModelInput::WriteRate, "an `assumptions` block"),
    ]
}

/// Returns the inputs of the backups of a region.
pub(super) fn of_backups() -> Vec<InputSpec> {
    vec![unknown(
        ModelInput::RestoreBandwidth,
        "an `assumptions` block, or a drill",
    )]
}

/// Returns the inputs of a protection.
pub(super) fn of_mechanism(target: &str, mechanism: Mechanism) -> Vec<InputSpec> {
    match mechanism {
        Mechanism::Guard | Mechanism::Lock => Vec::new(),
        Mechanism::Replica => of_replica(target),
        Mechanism::Snapshot | Mechanism::Copy => {
            let mut inputs = of_restore();
            inputs.push(unknown(
                ModelInput::RunTime,
                "its own runs, as they are measured",
            ));
            inputs
        }
        Mechanism::Log => {
            let mut inputs = of_restore();
            inputs.push(InputSpec {
                // Only what exceeds the interval of the uploads; see the facts of a log.
                fact: Some("upload_delay".to_owned()),
                ..typical(ModelInput::RunTime, Span::ZERO, RESTORED_TO_A_TIME)
            });
            inputs
        }
    }
}

fn of_restore() -> Vec<InputSpec> {
    vec![
        unknown(ModelInput::RestoreTime, "its drills"),
        assumed(
            ModelInput::Provision,
            Span::ZERO,
            "AWS has capacity for the instance class, and making the instance is part of the restore",
        ),
        unknown(
            ModelInput::Repoint,
            "an `assumptions` block: a restored database has a new endpoint",
        ),
        assumed(
            ModelInput::Warm,
            Span::ZERO,
            "clients bear slow first reads: a restored volume loads its blocks when they are first used (AWS, RDS User Guide, \"Restoring to a DB instance\", 2025-06)",
        ),
    ]
}

/// Returns the inputs of a replica; those that hang on `synchronous` hold where it is on.
fn of_replica(target: &str) -> Vec<InputSpec> {
    let cluster = target == CLUSTER;
    let failover = if cluster {
        typical(ModelInput::Promote, Span::from_secs(60), AURORA_FAILOVER)
    } else {
        typical(ModelInput::Promote, Span::from_secs(120), FAILOVER)
    };
    let lag = if cluster {
        typical(ModelInput::Lag, Span::from_secs(1), GLOBAL)
    } else {
        InputSpec {
            fact: Some("replica_lag".to_owned()),
            ..unknown(
                ModelInput::Lag,
                "an `assumptions` block, or CloudWatch's ReplicaLag",
            )
        }
    };
    vec![
        lag,
        where_synchronous(failover),
        unknown(
            ModelInput::Promote,
            "an `assumptions` block, or a drill: promotion restarts the replica, and takes minutes or longer",
        ),
        where_synchronous(assumed(ModelInput::Repoint, Span::from_secs(60), SAME_NAME)),
        unknown(
            ModelInput::Repoint,
            "an `assumptions` block: a promoted replica has an endpoint of its own",
        ),
    ]
}

fn where_synchronous(spec: InputSpec) -> InputSpec {
    InputSpec {
        attribute: Some(role::SYNCHRONOUS.to_owned()),
        ..spec
    }
}

fn typical(input: ModelInput, span: Span, source: &str) -> InputSpec {
    InputSpec {
        otherwise: Some((InputValue::Span(span), Provenance::Typical)),
        ..unknown(input, source)
    }
}

fn assumed(input: ModelInput, span: Span, source: &str) -> InputSpec {
    InputSpec {
        otherwise: Some((InputValue::Span(span), Provenance::Assumed)),
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
