//! Where numbers come from.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where an input number comes from, strongest first: a verdict inherits the weakest of its derivation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The mechanism cannot exceed it.
    Hard,
    /// The user says so.
    Declared,
    /// Measured `n` times, last at `when`.
    Measured {
        /// The last measurement.
        when: Timestamp,
        /// How many there were.
        n: u32,
    },
    /// The vendor promises it, and pays if it is not so.
    Sla,
    /// It holds in so many of 10,000 cases: a percentile, never a worst case.
    Percentile(u16),
    /// What is usually seen, by the vendor's documentation.
    Typical,
    /// Taken for granted, and named.
    Assumed,
}

impl Provenance {
    /// Returns whether a bound that rests on it is proved: it is hard, or declared.
    pub const fn proves(&self) -> bool {
        matches!(self, Self::Hard | Self::Declared)
    }

    /// Returns the weaker of the two.
    #[must_use]
    pub fn weaker(self, other: Self) -> Self {
        self.max(other)
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hard => f.pad("hard"),
            Self::Declared => f.pad("declared"),
            Self::Measured { when, n } => {
                let times = if *n == 1 { "once" } else { "times" };
                let day = when.strftime("%Y-%m-%d");
                if *n == 1 {
                    f.pad(&format!("measured {times}, on {day}"))
                } else {
                    f.pad(&format!("measured {n} {times}, last on {day}"))
                }
            }
            Self::Sla => f.pad("sla"),
            Self::Percentile(of) => {
                let (whole, part) = (of / 100, of % 100);
                match part {
                    0 => f.pad(&format!("{whole} % of cases")),
                    part => f.pad(&format!("{whole}.{part:02} % of cases")),
                }
            }
            Self::Typical => f.pad("typical"),
            Self::Assumed => f.pad("assumed"),
        }
    }
}
