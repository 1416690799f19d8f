//! Instants as AWS, tags and the planner write them.

use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// Returns an instant of the SDK; none beyond what a timestamp holds.
pub(crate) fn instant(time: Option<&DateTime>) -> Option<Timestamp> {
    let time = time?;
    let nanosecond = i32::try_from(time.subsec_nanos()).ok()?;
    Timestamp::new(time.secs(), nanosecond).ok()
}

/// Returns an instant as the SDK sends it: in whole seconds, rounded down, because a second later may lie beyond reach.
pub(crate) fn whole_second(time: Timestamp) -> DateTime {
    DateTime::from_secs(time.as_second())
}
