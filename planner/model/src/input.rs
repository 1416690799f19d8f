//! The inputs of the exposure model that are no setting: how long things take, how fast data move.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ByteSize, Provenance, Rate, Span};

macro_rules! model_inputs {
    ($($(#[$doc:meta])* $variant:ident = $name:literal: $unit:ident,)*) => {
        /// A named input of the exposure model; its name is the argument of an `assumptions` block.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ModelInput { $($(#[$doc])* $variant,)* }

        impl ModelInput {
            /// Every input, in the order of the model.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns its name in the configuration.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Returns what it is measured in.
            pub const fn unit(self) -> InputUnit {
                match self { $(Self::$variant => InputUnit::$unit,)* }
            }
        }
    };
}

model_inputs! {
    /// How much data a restore brings back.
    Size = "size": Size,
    /// How fast the data change: bytes of log a second.
    WriteRate = "write_rate": Rate,
    /// The most log that is written in one burst.
    Burst = "burst": Size,
    /// From the start of a capture until its point is usable at the far end (`prop`).
    RunTime = "run_time": Span,
    /// The wait before a point is sent on (`hold`).
    Hold = "hold": Span,
    /// So many runs in a row may fail.
    ToleratedFailures = "tolerated_failures": Count,
    /// From a failed run until somebody knows.
    AlertDelay = "alert_delay": Span,
    /// From knowing until the run is made up for.
    Rerun = "rerun": Span,
    /// How fast log can be archived.
    ArchiveBandwidth = "archive_bandwidth": Rate,
    /// How far a replica is behind, as time.
    Lag = "lag": Span,
    /// How far a replica is behind, as data.
    LagBytes = "lag_bytes": Size,
    /// From the failure until somebody knows.
    Detect = "detect": Span,
    /// From knowing until the recovery is decided.
    Decide = "decide": Span,
    /// Until there is a machine or an instance to restore to.
    Provision = "provision": Span,
    /// Until an archived point can be read.
    Unarchive = "unarchive": Span,
    /// How fast a restore reads from the repository; shared by all that restore from it at once.
    RestoreBandwidth = "restore_bandwidth": Rate,
    /// How long the data travel, whatever their size: a shipment of tapes.
    TransferDelay = "transfer_delay": Span,
    /// A whole restore, from its start to its end.
    RestoreTime = "restore_time": Span,
    /// How fast log is replayed.
    ReplayRate = "replay_rate": Rate,
    /// Until a replica takes writes.
    Promote = "promote": Span,
    /// Until clients use the new place: DNS time to live and their caches.
    Repoint = "repoint": Span,
    /// Until it is as fast as it must be.
    Warm = "warm": Span,
    /// Until it is known to be right.
    Verify = "verify": Span,
}

/// What an input is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputUnit {
    /// A length of time.
    Span,
    /// An amount of data.
    Size,
    /// Data a second.
    Rate,
    /// A number.
    Count,
}

/// The value of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputValue {
    /// A length of time.
    Span(Span),
    /// An amount of data.
    Size(ByteSize),
    /// Data a second.
    Rate(Rate),
    /// A number.
    Count(u32),
}

impl fmt::Display for InputValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(span) => span.fmt(f),
            Self::Size(size) => size.fmt(f),
            Self::Rate(rate) => rate.fmt(f),
            Self::Count(count) => count.fmt(f),
        }
    }
}

impl fmt::Display for ModelInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ModelInput {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .iter()
            .copied()
            .find(|input| input.as_str() == text)
            .ok_or(())
    }
}

/// Where an input of a mechanism or of a kind of target comes from, as a provider knows it.
///
/// The first that has a value counts: an `assumptions` block, the attribute, a measurement, the fact, the value here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputSpec {
    /// The input.
    pub input: ModelInput,
    /// The attribute of the resource that gives it (declared). One that is a switch gives nothing: it says whether
    /// `otherwise` holds, and while it is off, nobody knows.
    pub attribute: Option<String>,
    /// The fact of the live resource that gives it (measured when live was read).
    pub fact: Option<String>,
    /// What is taken otherwise, and where that comes from.
    pub otherwise: Option<(InputValue, Provenance)>,
    /// Who says so: a sentence, or a page of the vendor's documentation with its date.
    pub source: String,
}

/// What drills and backups measured of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    /// The worst value of all: the slowest rate, the longest time.
    pub worst: InputValue,
    /// The last value.
    pub last: InputValue,
    /// When that was.
    pub at: Timestamp,
    /// How many there were.
    pub n: u32,
}

impl ModelInput {
    /// Returns whether the first value makes for the worse bound: a slower rate of recovery, a longer time, more data.
    pub fn is_worse(self, first: InputValue, second: InputValue) -> bool {
        match self {
            Self::ArchiveBandwidth | Self::RestoreBandwidth | Self::ReplayRate => first < second,
            _ => first > second,
        }
    }
}

impl Measurement {
    /// Returns the first measurement.
    pub const fn first(value: InputValue, at: Timestamp) -> Self {
        Self {
            worst: value,
            last: value,
            at,
            n: 1,
        }
    }

    /// Notes another measurement.
    pub fn add(&mut self, input: ModelInput, value: InputValue, at: Timestamp) {
        if input.is_worse(value, self.worst) {
            self.worst = value;
        }
        self.last = value;
        self.at = self.at.max(at);
        self.n = self.n.saturating_add(1);
    }
}
