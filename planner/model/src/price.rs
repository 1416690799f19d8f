//! What protections cost.

use std::fmt;
use std::ops::Add;

use serde::{Deserialize, Serialize};

/// An amount of money in millionths of the currency's unit.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(pub u64);

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Whole units with two decimals, rounded half up.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.0.saturating_add(5_000) / 10_000;
        f.pad(&format!("{}.{:02}", cents / 100, cents % 100))
    }
}

/// What a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceItem {
    /// A GiB stored for a month.
    StorageGibMonth,
    /// A thousand writing requests.
    WritesThousand,
    /// A thousand reading requests.
    ReadsThousand,
    /// A GiB that leaves the source for the copy.
    TransferGib,
    /// An instance that runs for an hour.
    InstanceHour,
    /// A month of it, whatever it holds.
    Month,
}

impl PriceItem {
    /// Every item.
    pub const ALL: [Self; 6] = [
        Self::StorageGibMonth,
        Self::WritesThousand,
        Self::ReadsThousand,
        Self::TransferGib,
        Self::InstanceHour,
        Self::Month,
    ];

    /// Returns its name in a `prices` block.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StorageGibMonth => "storage_gib_month",
            Self::WritesThousand => "writes_thousand",
            Self::ReadsThousand => "reads_thousand",
            Self::TransferGib => "transfer_gib",
            Self::InstanceHour => "instance_hour",
            Self::Month => "month",
        }
    }
}

/// One line of a price book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The kind of repository or of resource that it is for: `s3`, `memory_replica`.
    pub kind: String,
    /// What for.
    pub item: PriceItem,
    /// How much, in millionths of the currency's unit.
    pub amount: Money,
    /// The currency: `USD`.
    pub currency: String,
    /// When it was looked up: `2026-10-01`.
    pub as_of: String,
    /// Where.
    pub source: String,
}

/// What all protections of a design cost, a month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// With what is live.
    pub now: Option<Money>,
    /// With what the plan leaves.
    pub planned: Option<Money>,
    /// The currency.
    pub currency: String,
    /// The date of the oldest price that was used.
    pub as_of: String,
    /// What has no price or no size, and is not in the sums.
    pub unpriced: Vec<String>,
}
