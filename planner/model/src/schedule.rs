//! When a protection runs.

use std::fmt;
use std::str::FromStr;

use croner::Cron;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Bound, Span};

/// When a protection captures: every so often, or at the instants of a cron expression (UTC, five fields).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Schedule {
    /// One run starts this long after the one before.
    Every(Span),
    /// Runs at each instant that the expression matches, in UTC.
    Cron(String),
}

/// Why a text is not a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Neither a duration nor a cron expression.
    #[error(
        "`{0}` is not a schedule: expected a duration (\"6h\") or a cron expression of five fields (\"15 2 * * *\")"
    )]
    Neither(String),
    /// A cron expression that does not parse.
    #[error("`{0}` is not a cron expression: {1}")]
    Cron(String, String),
    /// A duration of nothing.
    #[error("`{0}` is not a schedule: a period of zero never ends")]
    Zero(String),
}

/// The runs of a schedule, from [`Schedule::runs`].
#[derive(Clone, Debug)]
pub struct Runs {
    every: Option<Span>,
    cron: Option<Cron>,
    last: jiff::Timestamp,
}

impl Iterator for Runs {
    type Item = jiff::Timestamp;

    fn next(&mut self) -> Option<jiff::Timestamp> {
        let next = match (self.every, &self.cron) {
            (Some(every), _) => every.after(self.last),
            (None, cron) => {
                let last = self.last.to_zoned(TimeZone::UTC);
                let found = cron.as_ref()?.find_next_occurrence(&last, false);
                found.ok()?.timestamp()
            }
        };
        (next > self.last).then(|| {
            self.last = next;
            next
        })
    }
}

/// Instants that [`Schedule::worst_gap`] looks at: enough for a minutely expression over a day and a half, a daily
/// one over six years, a monthly one over more than a leap cycle of 400 years is not needed for.
const HORIZON: usize = 2_200;

fn parse_cron(text: &str) -> Result<Cron, ScheduleError> {
    Cron::from_str(text).map_err(|error| {
        // A fragment of ours: without the sort of the error, lower-case, no full stop.
        let whole = error.to_string();
        let reason = whole.rsplit(": ").next().unwrap_or_default();
        let reason = reason.trim_end_matches('.').to_lowercase();
        ScheduleError::Cron(text.to_owned(), reason)
    })
}

impl Schedule {
    /// Returns the next run strictly after `instant`; for a period, one period later.
    pub fn next_after(&self, instant: jiff::Timestamp) -> Option<jiff::Timestamp> {
        match self {
            Self::Every(span) => Some(span.after(instant)),
            Self::Cron(text) => {
                let zoned = instant.to_zoned(TimeZone::UTC);
                let next = parse_cron(text)
                    .ok()?
                    .find_next_occurrence(&zoned, false)
                    .ok()?;
                Some(next.timestamp())
            }
        }
    }

    /// Returns the runs after `from`, one after another; it ends when the expression stops matching.
    pub fn runs(&self, from: jiff::Timestamp) -> Runs {
        let cron = match self {
            Self::Every(_) => None,
            Self::Cron(text) => parse_cron(text).ok(),
        };
        let every = match self {
            Self::Every(span) => Some(*span),
            Self::Cron(_) => None,
        };
        Runs {
            every,
            cron,
            last: from,
        }
    }

    /// Returns the longest time between two runs that follow each other.
    ///
    /// A period is its own gap. A cron expression is enumerated from `from`: the gap is exact for expressions that
    /// repeat within the enumeration (all that name minutes, hours and days of week; days of month over six years).
    /// Unbounded when the expression stops matching.
    pub fn worst_gap(&self, from: jiff::Timestamp) -> Bound<Span> {
        self.gaps(from)
            .map_or(Bound::Unbounded, |(_, longest)| Bound::Finite(longest))
    }

    /// Returns the shortest and the longest time between two runs that follow each other, enumerated as for
    /// [`Schedule::worst_gap`]; none when the expression stops matching.
    pub fn gaps(&self, from: jiff::Timestamp) -> Option<(Span, Span)> {
        let text = match self {
            Self::Every(span) => return Some((*span, *span)),
            Self::Cron(text) => text,
        };
        let cron = parse_cron(text).ok()?;
        let mut gaps: Option<(Span, Span)> = None;
        let mut at = cron
            .find_next_occurrence(&from.to_zoned(TimeZone::UTC), false)
            .ok()?;
        for _ in 1..HORIZON {
            let next = cron.find_next_occurrence(&at, false).ok()?;
            let gap = Span::between(at.timestamp(), next.timestamp());
            gaps = Some(gaps.map_or((gap, gap), |(short, long)| (short.min(gap), long.max(gap))));
            at = next;
        }
        gaps
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(span) => span.fmt(f),
            Self::Cron(text) => f.pad(text),
        }
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let trimmed = text.trim();
        if let Ok(span) = trimmed.parse::<Span>() {
            return if span == Span::ZERO {
                Err(ScheduleError::Zero(text.to_owned()))
            } else {
                Ok(Self::Every(span))
            };
        }
        let fields: Vec<&str> = trimmed.split_whitespace().collect();
        if fields.len() != 5 && !trimmed.starts_with('@') {
            return Err(ScheduleError::Neither(text.to_owned()));
        }
        parse_cron(trimmed)?;
        Ok(Self::Cron(fields.join(" ")))
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(text: &str) -> String {
        let from = jiff::Timestamp::from_second(1_780_000_000).unwrap();
        text.parse::<Schedule>()
            .map_or_else(|e| e.to_string(), |s| s.worst_gap(from).to_string())
    }

    #[test]
    fn the_worst_gap_of_a_schedule_is_its_longest_pause() {
        assert_eq!(gap("6h"), "6h");
        assert_eq!(gap("15 2 * * *"), "1d");
        assert_eq!(gap("0 9-17 * * 1-5"), "2d16h");
        assert_eq!(gap("0 0 1 * *"), "31d");
        assert_eq!(gap("*/7 * * * *"), "7m");
    }

    #[test]
    fn a_wrong_schedule_says_what_was_expected() {
        assert_eq!(
            gap("sometimes"),
            ScheduleError::Neither("sometimes".to_owned()).to_string()
        );
        assert_eq!(
            gap("0s"),
            "`0s` is not a schedule: a period of zero never ends"
        );
        assert!(gap("61 * * * *").contains("is not a cron expression"));
    }
}
