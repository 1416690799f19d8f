//! Integer arithmetic on amounts of data and time, always rounded up.

use lifeboat_model::{Rate, Span};

/// Nanoseconds: fine enough that the sum of many roundings stays below the millisecond that is shown.
pub(super) type Nanos = u128;

const NANOS_A_SECOND: u128 = 1_000_000_000;
const NANOS_A_MILLI: u128 = 1_000_000;
const MILLIS_A_SECOND: u128 = 1_000;

/// More than any amount or time that can be told, and little enough that sums of it do not overflow.
const BEYOND: u128 = 1 << 100;

/// Returns how long `bytes` take at `rate`: `S / B`. None at a rate of zero, where they never arrive.
pub(super) fn time_of(bytes: u128, rate: Rate) -> Option<Nanos> {
    let rate = u128::from(rate.0);
    (rate > 0).then(|| {
        let nanos = bytes.saturating_mul(NANOS_A_SECOND).div_ceil(rate);
        nanos.min(BEYOND)
    })
}

/// Returns how much is written in `time` at `rate`.
pub(super) fn written(time: Span, rate: Rate) -> u128 {
    let bytes = (u128::from(time.as_millis()) * u128::from(rate.0)).div_ceil(MILLIS_A_SECOND);
    bytes.min(BEYOND)
}

/// Returns the time in whole milliseconds.
pub(super) fn span(nanos: Nanos) -> Span {
    Span::from_millis(u64::try_from(nanos.div_ceil(NANOS_A_MILLI)).unwrap_or(u64::MAX))
}

/// Returns the time in nanoseconds.
pub(super) fn nanos(span: Span) -> Nanos {
    u128::from(span.as_millis()) * NANOS_A_MILLI
}
