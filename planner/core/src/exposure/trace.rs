//! Derivations: the same arithmetic tells its steps when somebody asks, and is silent when nobody does.

use lifeboat_model::{Bound, Provenance, Span, Step};

/// Listens to a derivation.
pub trait Trace {
    /// Opens a step: what is told until it is closed stands below it.
    fn open(&mut self);
    /// Closes the step that was opened last.
    fn close(&mut self, step: impl FnOnce() -> Told);
    /// Tells a step with nothing below it.
    fn tell(&mut self, step: impl FnOnce() -> Told) {
        self.open();
        self.close(step);
    }
}

/// What a step says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The sentence.
    pub says: String,
    /// What comes out.
    pub bound: Option<Bound<Span>>,
    /// Where it comes from.
    pub provenance: Option<Provenance>,
}

/// Tells nothing, and builds no text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Trace for Silent {
    fn open(&mut self) {}
    fn close(&mut self, _step: impl FnOnce() -> Told) {}
}

/// Keeps the steps as a tree.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The finished steps of each open one, outermost first.
    open: Vec<Vec<Step>>,
    /// The finished steps at the top.
    top: Vec<Step>,
}

impl Tree {
    /// Returns the steps at the top.
    pub fn steps(self) -> Vec<Step> {
        self.top
    }
}

impl Trace for Tree {
    fn open(&mut self) {
        self.open.push(Vec::new());
    }

    fn close(&mut self, step: impl FnOnce() -> Told) {
        let below = self.open.pop().unwrap_or_default();
        let Told {
            says,
            bound,
            provenance,
        } = step();
        let step = Step {
            says,
            bound,
            provenance,
            below,
        };
        self.open.last_mut().unwrap_or(&mut self.top).push(step);
    }
}

/// Keeps what the last step at the top says, and builds no other text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Last {
    open: usize,
    /// What it says.
    pub(crate) says: Option<String>,
}

impl Trace for Last {
    fn open(&mut self) {
        self.open += 1;
    }

    fn close(&mut self, step: impl FnOnce() -> Told) {
        self.open = self.open.saturating_sub(1);
        if self.open == 0 {
            self.says = Some(step().says);
        }
    }
}
