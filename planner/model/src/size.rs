//! Amounts of data and rates.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount of data in bytes. Written `"1.5TiB"` (powers of 1024) or `"500MB"` (powers of 1000).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct ByteSize(pub u64);

/// A rate in bytes a second. Written `"200MiB/s"`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Rate(pub u64);

/// Units of both families; the longer name of each letter comes first.
const UNITS: [(&str, u64); 11] = [
    ("PiB", 1 << 50),
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("PB", 1_000_000_000_000_000),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

/// Why a text is not a size or a rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// Not an amount of data.
    #[error("`{0}` is not a size: expected a number with a unit, such as \"1.5TiB\" or \"500MB\"")]
    Size(String),
    /// Not a rate.
    #[error("`{0}` is not a rate: expected a size a second, such as \"200MiB/s\"")]
    Rate(String),
}

impl FromStr for ByteSize {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        parse(text.trim())
            .map(Self)
            .ok_or_else(|| SizeError::Size(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<u64> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim_start() {
        "" => 1,
        name => UNITS
            .iter()
            .find(|(u, _)| u.eq_ignore_ascii_case(name))
            .map(|(_, bytes)| *bytes)?,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let scale = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let part = u128::from(fraction.parse::<u64>().ok()?) * u128::from(unit) / scale;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(unit)?
        .checked_add(u64::try_from(part).ok()?)
}

/// For a person: at most one decimal, in powers of 1024.
impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, unit) = UNITS
            .iter()
            .take(5)
            .find(|(_, unit)| self.0 >= *unit)
            .copied()
            .unwrap_or(("B", 1));
        let tenths = u128::from(self.0) * 10 / u128::from(unit);
        let text = if tenths.is_multiple_of(10) {
            format!("{} {name}", tenths / 10)
        } else {
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        };
        f.pad(&text)
    }
}

impl FromStr for Rate {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        text.trim()
            .strip_suffix("/s")
            .and_then(|size| parse(size.trim_end()))
            .map(Self)
            .ok_or_else(|| SizeError::Rate(text.to_owned()))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/s", ByteSize(self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_and_show() {
        let read = |text: &str| text.parse::<ByteSize>().map(|s| s.to_string());
        assert_eq!(read("1.5TiB"), Ok("1.5 TiB".to_owned()));
        assert_eq!(read("512"), Ok("512 B".to_owned()));
        assert_eq!(read("500MB"), Ok("476.8 MiB".to_owned()));
        assert_eq!(
            read("5 parsecs"),
            Err(SizeError::Size("5 parsecs".to_owned()))
        );
        assert_eq!(
            "200MiB/s".parse::<Rate>().map(|r| r.to_string()),
            Ok("200 MiB/s".to_owned())
        );
        assert_eq!(
            "200MiB".parse::<Rate>(),
            Err(SizeError::Rate("200MiB".to_owned()))
        );
    }
}
