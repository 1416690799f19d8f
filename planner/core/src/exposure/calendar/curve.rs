//! A step function from age to the largest gap between the points kept there.

use lifeboat_model::{Bound, Span};

/// How far apart the kept points are, by age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    /// Ascending, each from where the one before ends; two that follow each other differ.
    levels: Vec<Level>,
    /// Up to this age there is always a point at least as old.
    reaches: Bound<Span>,
    /// Whether the enumeration ended before it had seen everything.
    sampled: bool,
}

/// One step of a [`Curve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// The greatest age on it.
    pub until: Bound<Span>,
    /// The largest gap between two points that are kept at an age on it.
    pub spacing: Span,
}

/// One gap: ages of more than `from` and at most `until` fall into it, and lose up to `spacing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gap {
    pub(super) from: Span,
    pub(super) until: Span,
    pub(super) spacing: Span,
}

impl Curve {
    /// Returns the curve of points that are equally far apart at every age that is kept.
    pub fn level(spacing: Span, reaches: Bound<Span>) -> Self {
        Self {
            levels: vec![Level {
                until: reaches,
                spacing,
            }],
            reaches,
            sampled: false,
        }
    }

    /// Returns the worst of all these gaps at each age, as far as points reach.
    ///
    /// Those of no length count only where points reach no further: the next point is awaited at age zero.
    pub(super) fn worst_of(mut gaps: Vec<Gap>, reaches: Span) -> Self {
        gaps.sort_unstable();
        let mut edges: Vec<Span> = gaps.iter().flat_map(|gap| [gap.from, gap.until]).collect();
        edges.push(reaches);
        edges.sort_unstable();
        edges.dedup();
        let mut curve = Self {
            levels: Vec::new(),
            reaches: Bound::Finite(reaches),
            sampled: false,
        };
        if reaches == Span::ZERO {
            let awaited = gaps.iter().filter(|gap| gap.from == reaches);
            let widest = awaited.map(|gap| gap.spacing).max();
            curve.push(Bound::Finite(reaches), widest.unwrap_or(Span::ZERO));
        }
        // The gaps that are open at an age, widest first; those that ended are taken out when they come to the top.
        let mut open = std::collections::BinaryHeap::new();
        let mut coming = gaps.into_iter().peekable();
        for (from, until) in edges.iter().zip(edges.iter().skip(1)) {
            while let Some(gap) = coming.next_if(|gap| gap.from <= *from) {
                open.push((gap.spacing, gap.until));
            }
            while open.peek().is_some_and(|(_, ends)| ends <= from) {
                open.pop();
            }
            if let (Some((spacing, _)), true) = (open.peek(), *until <= reaches) {
                curve.push(Bound::Finite(*until), *spacing);
            }
        }
        curve
    }

    fn push(&mut self, until: Bound<Span>, spacing: Span) {
        match self.levels.last_mut() {
            Some(last) if last.spacing == spacing => last.until = until,
            _ => self.levels.push(Level { until, spacing }),
        }
    }

    /// Returns the steps, youngest first.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// Returns the age up to which a point at least as old is sure to be kept.
    pub const fn reaches(&self) -> Bound<Span> {
        self.reaches
    }

    /// Returns whether it comes from less than a whole hyper-period, because that is too long to enumerate: gaps that
    /// were not seen may be larger.
    pub const fn is_sampled(&self) -> bool {
        self.sampled
    }

    /// Returns the most that is lost before a bad write that is found after this time; unbounded when no clean point
    /// is sure to be kept.
    ///
    /// For a dwell of zero it is the gap at which the next point is still awaited: the whole time between two runs.
    pub fn worst_loss_at(&self, dwell: Span) -> Bound<Span> {
        let dwell = Bound::Finite(dwell);
        if dwell > self.reaches {
            return Bound::Unbounded;
        }
        let level = self.levels.iter().find(|level| dwell <= level.until);
        level.map_or(Bound::Unbounded, |level| Bound::Finite(level.spacing))
    }

    /// Returns the most that is lost when the dwell is anything from one time to another.
    pub fn worst_loss_between(&self, shortest: Span, longest: Span) -> Bound<Span> {
        let at_ends = self
            .worst_loss_at(shortest)
            .max(self.worst_loss_at(longest));
        let between = |level: &&Level| {
            level.until >= Bound::Finite(shortest) && level.until <= Bound::Finite(longest)
        };
        let inside = self.levels.iter().filter(between).map(|it| it.spacing);
        inside.map(Bound::Finite).fold(at_ends, Ord::max)
    }

    /// Returns the longest dwell that still meets a goal, as every shorter one does; none when not even a bad write
    /// that is found at once does.
    pub fn tolerated_dwell(&self, goal: Span) -> Option<Bound<Span>> {
        let met = self.levels.iter().take_while(|it| it.spacing <= goal);
        met.last().map(|level| level.until.min(self.reaches))
    }

    /// Returns the curve when points arrive, and the policy is run, anything from `least` to `most` after the instants
    /// of the schedule: every point is that much older when its neighbours change.
    #[must_use]
    pub fn later(&self, least: Span, most: Span) -> Self {
        let Some(first) = self.levels.first() else {
            return self.clone();
        };
        let shifted = |by: Span| {
            let mut curve = Self {
                levels: Vec::new(),
                reaches: self.reaches.map(|age| age + least),
                sampled: self.sampled,
            };
            curve.push(Bound::Finite(by), first.spacing);
            for level in &self.levels {
                curve.push(level.until.map(|age| age + by), level.spacing);
            }
            curve
        };
        let mut curve = shifted(least);
        // Levels of every delay in between: each lasts from its earliest start until its latest end.
        if most > least {
            let gaps = shifted(most).gaps().into_iter().zip(curve.gaps());
            let wide = gaps.map(|(late, early)| Gap {
                from: early.from,
                ..late
            });
            if let Bound::Finite(reaches) = curve.reaches {
                curve = Self::worst_of(wide.collect(), reaches).sampled(self.sampled);
            }
        }
        curve
    }

    /// Returns its levels as gaps.
    fn gaps(&self) -> Vec<Gap> {
        let mut from = Span::ZERO;
        let mut gaps = Vec::with_capacity(self.levels.len());
        for level in &self.levels {
            let until = level.until.finite().unwrap_or(Span::from_millis(u64::MAX));
            gaps.push(Gap {
                from,
                until,
                spacing: level.spacing,
            });
            from = until;
        }
        gaps
    }

    /// Returns the curve up to this age.
    #[must_use]
    pub(super) fn until(mut self, horizon: Span) -> Self {
        let end = Bound::Finite(horizon).min(self.reaches);
        let kept = self.levels.iter().take_while(|it| it.until < end).count();
        self.levels.truncate(kept + 1);
        if let Some(last) = self.levels.last_mut() {
            last.until = last.until.min(end);
        }
        self.reaches = end;
        self
    }

    /// Returns the worse of the two at each age.
    #[must_use]
    pub(super) fn or_worse(&self, other: &Self) -> Self {
        let mut gaps = self.gaps();
        gaps.extend(other.gaps());
        let sampled = self.sampled || other.sampled;
        match self.reaches.min(other.reaches) {
            Bound::Finite(reaches) => Self::worst_of(gaps, reaches).sampled(sampled),
            Bound::Unbounded => self.clone(),
        }
    }

    /// Returns it with a note whether it saw everything.
    #[must_use]
    pub(super) const fn sampled(mut self, sampled: bool) -> Self {
        self.sampled |= sampled;
        self
    }
}

/// One step a line: `until 2h: 5m apart`.
impl std::fmt::Display for Curve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, level) in self.levels.iter().enumerate() {
            let line_end = if i == 0 { "" } else { "\n" };
            write!(
                f,
                "{line_end}until {}: {} apart",
                level.until, level.spacing
            )?;
        }
        Ok(())
    }
}
