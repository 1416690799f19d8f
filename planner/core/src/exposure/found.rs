//! A bound under construction, with the weakest provenance and the assumptions on its way.

use std::borrow::Cow;
use std::sync::Arc;

use lifeboat_model::{Address, Bound, Figure, Provenance, Span};

use super::graph::Input;

/// What one copy gives of one measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The worst case.
    pub bound: Bound<Span>,
    /// The weakest provenance of what went into it.
    pub provenance: Provenance,
    /// Why it is what it is: always for an unbounded one, a lower-case fragment without a final period.
    pub reason: Cow<'static, str>,
    /// What is taken for granted: the sources of inputs that prove nothing, each once, in the order of the way.
    pub assuming: Vec<Arc<str>>,
}

impl Found {
    /// Returns no time at all, proved.
    pub const fn zero() -> Self {
        Self {
            bound: Bound::Finite(Span::ZERO),
            provenance: Provenance::Hard,
            reason: Cow::Borrowed(""),
            assuming: Vec::new(),
        }
    }

    /// Returns that nothing limits it, and why.
    pub fn unbounded(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            bound: Bound::Unbounded,
            provenance: Provenance::Hard,
            reason: reason.into(),
            assuming: Vec::new(),
        }
    }

    /// Returns the input as a bound.
    pub fn of(input: &Input<Span>) -> Self {
        Self::zero().plus(input)
    }

    /// Adds an input.
    #[must_use]
    pub fn plus(mut self, input: &Input<Span>) -> Self {
        self.bound = self.bound.map(|span| span + input.value);
        self.rests_on(&input.provenance, &input.source);
        self
    }

    /// Adds another bound; unbounded if one of them is, for the reason of the first that is.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        match (self.bound, other.bound) {
            (Bound::Finite(a), Bound::Finite(b)) => self.bound = Bound::Finite(a + b),
            (Bound::Finite(_), Bound::Unbounded) => {
                self.bound = Bound::Unbounded;
                self.reason = other.reason;
            }
            (Bound::Unbounded, _) => {}
        }
        self.inherit(other.provenance, other.assuming);
        self
    }

    /// Returns the greater of the two; it rests on both, because either may be the one that counts.
    #[must_use]
    pub fn or_longer(mut self, other: Self) -> Self {
        if other.bound > self.bound {
            self.bound = other.bound;
            self.reason = other.reason;
        }
        self.inherit(other.provenance, other.assuming);
        self
    }

    /// Notes that it rests on something of this provenance.
    pub fn rests_on<T>(&mut self, provenance: &Provenance, source: &T)
    where
        T: Clone + Into<Arc<str>>,
    {
        if *provenance > self.provenance {
            self.provenance = provenance.clone();
        }
        if !provenance.proves() {
            self.assumes(source.clone().into());
        }
    }

    /// Notes that it holds only if each of these does.
    pub(crate) fn takes_for_granted(&mut self, all: &[Arc<str>]) {
        for one in all {
            self.rests_on(&Provenance::Assumed, one);
        }
    }

    /// Notes that it rests on what something of this provenance takes for granted.
    pub(crate) fn inherit(&mut self, provenance: Provenance, assuming: Vec<Arc<str>>) {
        if provenance > self.provenance {
            self.provenance = provenance;
        }
        for one in assuming {
            self.assumes(one);
        }
    }

    fn assumes(&mut self, one: Arc<str>) {
        if !self.assuming.contains(&one) {
            self.assuming.push(one);
        }
    }

    /// Returns it as a figure of the table. An unbounded one rests on nothing.
    pub fn figure(self, uses: &Address) -> Figure {
        let finite = self.bound != Bound::Unbounded;
        Figure {
            bound: self.bound,
            provenance: if finite {
                self.provenance
            } else {
                Provenance::Hard
            },
            uses: finite.then(|| uses.clone()),
            reason: self.reason.into_owned(),
            assuming: if finite {
                self.assuming.iter().map(ToString::to_string).collect()
            } else {
                Vec::new()
            },
        }
    }
}
