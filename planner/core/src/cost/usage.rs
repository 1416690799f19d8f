//! How much a protection uses of what has a price.

use lifeboat_model::{ByteSize, Mechanism, Rate, Retention, Span};

use super::HOURS_A_MONTH;
use super::held::Held;

/// What decides how much a protection uses.
#[derive(Clone, Copy, Debug)]
pub struct Usage<'a> {
    /// Its mechanism.
    pub mechanism: Mechanism,
    /// The time between two points; for a log, between two pieces of it. None for what runs by itself, and for what
    /// nobody runs.
    pub every: Option<Span>,
    /// What is kept.
    pub retention: &'a Retention,
    /// Log: how far back it reaches; none where the retention says so.
    pub window: Option<Span>,
    /// Every how many runs a full one is made; none where only the first is full, or the repository stores equal data
    /// once.
    pub full_every: Option<u32>,
    /// How much data there is.
    pub size: Option<ByteSize>,
    /// How fast it changes.
    pub write_rate: Option<Rate>,
}

/// How much is used, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Used {
    /// The bytes that are stored at most; none where the size is not known, or nothing limits it.
    pub(crate) stored: Option<u128>,
    /// Whether nothing is ever dropped.
    pub(crate) endless: bool,
    /// Whether the change between points is in it.
    pub(crate) with_change: bool,
    /// The points that are kept.
    pub(crate) points: u64,
    /// The bytes that move in a month: what changes, and the full runs. None where the write rate is not known.
    pub(crate) moved: Option<u128>,
    /// The runs in a month.
    pub(crate) runs: u64,
    /// Whether an instance runs all the time.
    pub(crate) instance: bool,
}

impl Used {
    /// Returns whether it stores anything.
    pub(crate) fn stores(&self) -> bool {
        self.endless || self.stored != Some(0)
    }
}

const MONTH: Span = Span::from_hours(HOURS_A_MONTH);

impl Usage<'_> {
    /// Returns how much is used.
    ///
    /// Stored, where equal data are stored once (the default): the data, and what is written over the age of the oldest
    /// point; never more than a full copy for each point. Two points that follow each other differ by no more than
    /// what is written between them, so this is never less than what is there, compression aside. Without a write rate
    /// it is the data alone, and says so.
    pub(crate) fn used(&self) -> Used {
        let runs = self
            .every
            .filter(|every| *every > Span::ZERO)
            .map_or(0, |every| MONTH.as_millis().div_ceil(every.as_millis()));
        let held = self.held();
        let size = self.size.map(|size| u128::from(size.0));
        let written = |span: Span| {
            let rate = u128::from(self.write_rate?.0);
            Some(rate * u128::from(span.as_millis()) / 1_000)
        };
        let base = Used {
            runs,
            points: held.map_or(0, |held| held.points),
            moved: written(MONTH),
            with_change: self.write_rate.is_some(),
            ..Used::default()
        };
        match self.mechanism {
            Mechanism::Snapshot | Mechanism::Copy => {
                let stored = size.zip(held).map(|(size, held)| {
                    let full = self.fulls(held);
                    let change = written(held.reach).unwrap_or(0);
                    let all = size.saturating_mul(u128::from(held.points.max(1)));
                    size.saturating_mul(full).saturating_add(change).min(all)
                });
                let again = self.full_every.filter(|n| *n > 0).zip(size);
                let again = again.map(|(n, size)| size * u128::from(runs / u64::from(n)));
                Used {
                    stored,
                    endless: held.is_none(),
                    moved: base.moved.map(|moved| moved + again.unwrap_or(0)),
                    ..base
                }
            }
            Mechanism::Log => Used {
                stored: self.reach(held).and_then(written),
                endless: self.reach(held).is_none(),
                ..base
            },
            Mechanism::Replica => Used {
                stored: size,
                with_change: true,
                instance: true,
                ..base
            },
            Mechanism::Lock | Mechanism::Guard => Used {
                stored: Some(0),
                with_change: true,
                runs: 0,
                moved: None,
                ..base
            },
        }
    }

    /// Returns what is kept; none where nothing is ever dropped. A protection that nobody runs keeps its one point.
    fn held(&self) -> Option<Held> {
        match self.every {
            Some(every) => Held::of(self.retention, every),
            None => Some(Held {
                points: 1,
                reach: Span::ZERO,
            }),
        }
    }

    fn reach(&self, held: Option<Held>) -> Option<Span> {
        self.window.or(held.map(|held| held.reach))
    }

    /// Returns how many full points are kept: one, or one for each chain that has a point left.
    fn fulls(&self, held: Held) -> u128 {
        let Some(n) = self.full_every.filter(|n| *n > 0) else {
            return 1;
        };
        u128::from(held.points / u64::from(n)) + 1
    }
}
