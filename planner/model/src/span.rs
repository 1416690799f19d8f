//! Lengths of time.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time, never negative, in whole milliseconds.
///
/// Written `"90s" "15m" "36h" "35d" "12w" "7y"`, or several of them after one another (`"1h30m"`); a day has 24
/// hours, a week 7 days, a year 365 days. Sums saturate: 584 million years are enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

/// Units from the largest, in milliseconds.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// Returns a span of this many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Returns a span of this many seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000))
    }

    /// Returns a span of this many hours.
    pub const fn from_hours(hours: u64) -> Self {
        Self(hours.saturating_mul(3_600_000))
    }

    /// Returns a span of this many days of 24 hours.
    pub const fn from_days(days: u64) -> Self {
        Self(days.saturating_mul(86_400_000))
    }

    /// Returns the length in milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Returns the length in whole seconds, rounded down.
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000
    }

    /// Returns the time from `earlier` to `later`; zero if that is negative.
    pub fn between(earlier: jiff::Timestamp, later: jiff::Timestamp) -> Self {
        Self(u64::try_from(later.as_millisecond() - earlier.as_millisecond()).unwrap_or(0))
    }

    /// Returns this span `times` over.
    #[must_use]
    pub const fn times(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }

    /// Returns the instant this long before `instant`, or the earliest that can be written.
    pub fn before(self, instant: jiff::Timestamp) -> jiff::Timestamp {
        let millis = i64::try_from(self.0).unwrap_or(i64::MAX);
        jiff::Timestamp::from_millisecond(instant.as_millisecond().saturating_sub(millis))
            .unwrap_or(jiff::Timestamp::MIN)
    }

    /// Returns the instant this long after `instant`, or the latest that can be written.
    pub fn after(self, instant: jiff::Timestamp) -> jiff::Timestamp {
        let millis = i64::try_from(self.0).unwrap_or(i64::MAX);
        jiff::Timestamp::from_millisecond(instant.as_millisecond().saturating_add(millis))
            .unwrap_or(jiff::Timestamp::MAX)
    }

    /// Returns the span for a person: its two largest units, the rest cut off (`3h40m`, `12d4h`).
    pub fn rounded(self) -> Self {
        let mut left = self.0;
        let mut shown = 0;
        let mut units = 0;
        for (_, millis) in UNITS {
            let count = left / millis;
            if count > 0 || units == 1 {
                shown += count * millis;
                left -= count * millis;
                units += 1;
            }
            if units == 2 {
                break;
            }
        }
        Self(shown)
    }
}

impl Add for Span {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// The difference, zero where it would be negative.
impl Sub for Span {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// Exact: years and weeks only where they divide the span, else days and below.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.pad("0s");
        }
        let mut text = String::new();
        let mut left = self.0;
        for (unit, millis) in UNITS {
            let whole_only = unit == "y" || unit == "w";
            if left == 0 || (whole_only && (unit == "w" || !left.is_multiple_of(millis))) {
                continue;
            }
            let count = left / millis;
            if count > 0 {
                text.push_str(&format!("{count}{unit}"));
                left -= count * millis;
            }
        }
        f.pad(&text)
    }
}

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a duration: expected a number with a unit, such as \"15m\", \"36h\" or \"35d\""
)]
pub struct SpanError(pub String);

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let error = || SpanError(text.to_owned());
        let mut rest = text.trim();
        if rest == "0" {
            return Ok(Self::ZERO);
        }
        if rest.is_empty() {
            return Err(error());
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .ok_or_else(error)?;
            let (number, tail) = rest.split_at(digits);
            let letters = tail
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(letters);
            let millis = UNITS
                .iter()
                .find(|(name, _)| *name == unit)
                .map(|(_, ms)| *ms)
                .ok_or_else(error)?;
            total = total
                .checked_add(scaled(number, millis).ok_or_else(error)?)
                .ok_or_else(error)?;
            rest = tail;
        }
        Ok(Self(total))
    }
}

/// Returns `number` (digits with at most one point) times `millis`, exactly, or none if it does not fit.
fn scaled(number: &str, millis: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.contains('.') || fraction.len() > 9 || number.ends_with('.') {
        return None;
    }
    let mut total = whole.parse::<u64>().ok()?.checked_mul(millis)?;
    if !fraction.is_empty() {
        let scale = 10u128.pow(u32::try_from(fraction.len()).ok()?);
        let part = u128::from(fraction.parse::<u64>().ok()?) * u128::from(millis) / scale;
        total = total.checked_add(u64::try_from(part).ok()?)?;
    }
    Some(total)
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_duration_reads_in_every_unit() {
        let read = |text: &str| text.parse::<Span>().map(Span::as_secs);
        assert_eq!(read("90s"), Ok(90));
        assert_eq!(read("1h30m"), Ok(5_400));
        assert_eq!(read("1.5h"), Ok(5_400));
        assert_eq!(read("12w"), Ok(12 * 7 * 86_400));
        assert_eq!(read("7y"), Ok(7 * 365 * 86_400));
        for wrong in [
            "",
            "5",
            "h",
            "5 m",
            "-5m",
            "5x",
            "1..5h",
            "99999999999999999999d",
            "5.h",
        ] {
            assert_eq!(read(wrong), Err(SpanError(wrong.to_owned())), "{wrong}");
        }
    }

    #[test]
    fn a_person_sees_two_units() {
        let shown = |text: &str| text.parse::<Span>().map(|s| s.rounded().to_string());
        assert_eq!(shown("3h40m12s"), Ok("3h40m".to_owned()));
        assert_eq!(shown("7y"), Ok("7y".to_owned()));
        assert_eq!(shown("35d"), Ok("35d".to_owned()));
        assert_eq!(shown("61s"), Ok("1m1s".to_owned()));
    }

    proptest! {
        #[test]
        fn a_span_reads_as_it_is_written(millis in 0..u64::MAX / 2) {
            let span = Span::from_millis(millis);
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }
    }
}
