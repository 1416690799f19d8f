//! Logs that are not what they seem.

use lifeboat_model::{Finding, Severity, Span};

use crate::exposure::graph::Capture;
use crate::findings::inspect::{Subject, finding};

pub(super) fn without_timeout(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for copy in &subject.graph.copies {
        let Capture::Log { flush, .. } = &copy.capture else {
            continue;
        };
        if flush.value == Span::ZERO {
            found.push(finding(
                "log_without_timeout",
                Severity::Warning,
                &copy.address,
                "on a quiet day nothing is sent until a piece of log is full: no bound in time"
                    .to_owned(),
                "Set `flush_every` (PostgreSQL's `archive_timeout`).",
            ));
        }
    }
}

pub(super) fn queue_drops(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for copy in &subject.graph.copies {
        let Capture::Log {
            queue_limit: Some(limit),
            ..
        } = &copy.capture
        else {
            continue;
        };
        found.push(finding(
            "log_queue_drops",
            Severity::Warning,
            &copy.address,
            format!(
                "beyond {} of queue it drops log, and no restore passes the gap",
                limit.value
            ),
            "Remove the limit and watch the disk instead.",
        ));
    }
}
