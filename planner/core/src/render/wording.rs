//! The words of a verdict: what was proved, what was assumed, what does not hold.

use std::cmp::Reverse;

use lifeboat_model::{Bound, Span, Verdict};

/// How a bound stands to its goal, in words; greater is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wording {
    /// It rests on hard and declared inputs only.
    Proved,
    /// It holds in so many of 10,000 cases; fewer is worse.
    AtPercentile(Reverse<u16>),
    /// It holds if the named assumptions do.
    Assuming,
    /// It does not hold.
    NotMet,
    /// Nothing limits it.
    Unbounded,
}

impl Wording {
    /// Returns the word for a bound; none without a goal.
    pub(crate) fn of(bound: Bound<Span>, verdict: Verdict) -> Option<Self> {
        Some(match (verdict, bound) {
            (Verdict::NoGoal, _) => return None,
            (Verdict::NotMet, Bound::Unbounded) => Self::Unbounded,
            (Verdict::NotMet, Bound::Finite(_)) => Self::NotMet,
            (Verdict::Met, _) => Self::Proved,
            (Verdict::MetAtPercentile(of), _) => Self::AtPercentile(Reverse(of)),
            (Verdict::MetAssuming, _) => Self::Assuming,
        })
    }

    /// Returns the words; `assumed` says where the assumptions stand: `…`, `what stands at *`.
    pub(crate) fn text(self, assumed: &str) -> String {
        match self {
            Self::Proved => "proved".to_owned(),
            Self::AtPercentile(Reverse(of)) => {
                format!("met in {} of cases, assuming {assumed}", percent(of))
            }
            Self::Assuming => format!("met, assuming {assumed}"),
            Self::NotMet => "not met".to_owned(),
            Self::Unbounded => "unbounded".to_owned(),
        }
    }

    /// Returns whether the goal holds, on whatever it rests.
    pub(crate) const fn is_met(self) -> bool {
        !matches!(self, Self::NotMet | Self::Unbounded)
    }
}

/// Returns the words for several goals at once: the worst of them, and the least percentile among those that hold.
pub(crate) fn overall(
    all: impl IntoIterator<Item = Wording> + Clone,
    assumed: &str,
) -> Option<(Wording, String)> {
    let worst = all.clone().into_iter().max()?;
    let said = match worst {
        Wording::Assuming => {
            let percentiles = all.into_iter();
            let percentiles = percentiles.filter(|it| matches!(it, Wording::AtPercentile(_)));
            percentiles.max().unwrap_or(worst)
        }
        worst => worst,
    };
    Some((worst, said.text(assumed)))
}

/// Returns a share of 10,000 as a percentage: `99.99 %`.
pub(crate) fn percent(of: u16) -> String {
    let (whole, part) = (of / 100, of % 100);
    match part {
        0 => format!("{whole} %"),
        part if part % 10 == 0 => format!("{whole}.{} %", part / 10),
        part => format!("{whole}.{part:02} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_word_is_said_and_a_percentile_is_never_lost() {
        let percentile = Wording::AtPercentile(Reverse(9_990));
        let rarer = Wording::AtPercentile(Reverse(9_500));
        let text = |all: &[Wording]| overall(all.iter().copied(), "…").unwrap().1;
        assert_eq!(text(&[Wording::Proved, Wording::Proved]), "proved");
        assert_eq!(
            text(&[percentile, rarer, Wording::Assuming]),
            "met in 95 % of cases, assuming …"
        );
        assert_eq!(
            text(&[percentile, Wording::Proved]),
            "met in 99.9 % of cases, assuming …"
        );
        assert_eq!(text(&[Wording::Unbounded, Wording::NotMet]), "unbounded");
        assert_eq!(text(&[Wording::Assuming, Wording::NotMet]), "not met");
        assert_eq!(overall(Vec::<Wording>::new(), "…"), None);
    }
}
