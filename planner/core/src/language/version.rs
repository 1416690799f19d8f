//! Versions of lifeboat and what a configuration requires of them.

use std::cmp::Ordering;

/// A version: numbers, and a pre-release that comes before the version without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    numbers: [u64; 3],
    /// How many numbers were written.
    written: usize,
    pre_release: Option<String>,
}

impl Version {
    /// Reads `1`, `1.2`, `1.2.3` or `1.2.3-rc1`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (numbers, pre_release) = match text.trim().split_once('-') {
            Some((numbers, pre)) if !pre.is_empty() => (numbers, Some(pre.to_owned())),
            Some(_) => return None,
            None => (text.trim(), None),
        };
        let mut version = Self {
            numbers: [0; 3],
            written: 0,
            pre_release,
        };
        let mut slots = version.numbers.iter_mut();
        for part in numbers.split('.') {
            let digits = !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
            *slots.next()? = part.parse().ok().filter(|_| digits)?;
            version.written += 1;
        }
        Some(version)
    }

    fn order(&self, other: &Self) -> Ordering {
        let by_pre_release = || match (&self.pre_release, &other.pre_release) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => a.cmp(b),
        };
        self.numbers.cmp(&other.numbers).then_with(by_pre_release)
    }

    /// Returns whether this is at least `other`, and equal in all its numbers but the last one.
    fn is_compatible(&self, other: &Self) -> bool {
        let fixed = other.written.saturating_sub(1).max(1);
        let same = self.numbers.iter().zip(&other.numbers).take(fixed);
        self.order(other).is_ge() && same.into_iter().all(|(a, b)| a == b)
    }
}

/// Returns whether `version` fulfils `constraint`, several of them joined by commas; none if it cannot be read.
pub(crate) fn fulfils(version: &Version, constraint: &str) -> Option<bool> {
    let mut fulfilled = true;
    for part in constraint.split(',') {
        let part = part.trim();
        let digits = part.find(|c: char| c.is_ascii_digit())?;
        let (operator, number) = part.split_at(digits);
        let wanted = Version::parse(number)?;
        let order = version.order(&wanted);
        fulfilled &= match operator.trim() {
            "" | "=" => order.is_eq(),
            "!=" => order.is_ne(),
            ">" => order.is_gt(),
            ">=" => order.is_ge(),
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            "~>" => version.is_compatible(&wanted),
            _ => return None,
        };
    }
    Some(fulfilled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(version: &str, constraint: &str) -> Option<bool> {
        fulfils(&Version::parse(version)?, constraint)
    }

    #[test]
    fn constraints_compare_versions() {
        for constraint in [
            ">= 0.1",
            "0.1.0",
            "= 0.1",
            "~> 0.1",
            "~> 0.1.0",
            ">0.0.9, < 1",
            "!= 2",
        ] {
            assert_eq!(check("0.1.0", constraint), Some(true), "{constraint}");
        }
        for constraint in ["> 0.1", "~> 0.2", "< 0.1", ">= 0.1, != 0.1.0", "~> 1.0"] {
            assert_eq!(check("0.1.0", constraint), Some(false), "{constraint}");
        }
        assert_eq!(check("1.9.3", "~> 1.2"), Some(true));
        assert_eq!(check("1.9.3", "~> 1.2.0"), Some(false));
        assert_eq!(check("0.2.0-dev", ">= 0.2"), Some(false));
    }

    #[test]
    fn nonsense_is_no_constraint() {
        for constraint in ["", "latest", ">= 1.x", "=> 1", "1.2.3.4", ">= 1,"] {
            assert_eq!(check("0.1.0", constraint), None, "{constraint}");
        }
    }
}
