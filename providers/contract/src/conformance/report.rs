//! What the suite found.

use std::fmt;

/// How one check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The provider does what it must.
    Passed,
    /// It cannot be asked that, for this reason.
    Skipped(String),
    /// It does not.
    Failed(String),
}

/// One check and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The name of the check.
    pub check: &'static str,
    /// How it ended.
    pub verdict: Verdict,
}

/// Every check and how it ended. Shows as a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of [`CHECKS`](super::CHECKS).
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// Returns whether something was checked and nothing failed.
    pub fn is_clean(&self) -> bool {
        self.failed().is_empty() && self.outcomes.len() > self.skipped().len()
    }

    /// Returns the names of the checks that failed.
    pub fn failed(&self) -> Vec<&'static str> {
        self.names(|verdict| matches!(verdict, Verdict::Failed(_)))
    }

    /// Returns the names of the checks that were skipped.
    pub fn skipped(&self) -> Vec<&'static str> {
        self.names(|verdict| matches!(verdict, Verdict::Skipped(_)))
    }

    fn names(&self, wanted: impl Fn(&Verdict) -> bool) -> Vec<&'static str> {
        let outcomes = self.outcomes.iter();
        outcomes
            .filter(|outcome| wanted(&outcome.verdict))
            .map(|outcome| outcome.check)
            .collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .outcomes
            .iter()
            .map(|outcome| outcome.check.len())
            .max();
        let width = width.unwrap_or(0);
        for Outcome { check, verdict } in &self.outcomes {
            let (word, detail) = match verdict {
                Verdict::Passed => ("passed", ""),
                Verdict::Skipped(why) => ("skipped", why.as_str()),
                Verdict::Failed(why) => ("FAILED", why.as_str()),
            };
            let line = format!("{check:width$}  {word:7}  {detail}");
            writeln!(f, "{}", line.trim_end())?;
        }
        write!(
            f,
            "{} checks: {} failed, {} skipped",
            self.outcomes.len(),
            self.failed().len(),
            self.skipped().len()
        )
    }
}
