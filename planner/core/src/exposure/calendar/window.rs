//! How long schedule and policy are enumerated, and with which phases.

use jiff::Timestamp;
use lifeboat_model::{Retention, Schedule, Span};

/// Where enumerations start: a Monday that is the first of a year, 1 January 2001. Until 2100 days of week and days of
/// month come back after 28 years.
pub(super) const START: Timestamp = Timestamp::constant(978_307_200, 0);

const HOUR: Span = Span::from_hours(1);
const DAY: Span = Span::from_days(1);
const WEEK: Span = Span::from_days(7);
/// Four years with their leap day.
const LEAP_CYCLE: Span = Span::from_days(4 * 365 + 1);
/// So many phases are tried; beyond, one long enumeration meets the others as it drifts.
const MOST_PHASES: u64 = 400;

/// What an enumeration covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// Until the repository is in steady state at the ages of interest.
    pub(super) fill: Span,
    /// After this time schedule and calendar stand to each other as before.
    pub(super) repeats: Span,
    /// The phases of the schedule that differ.
    pub(super) phases: Vec<Span>,
}

impl Window {
    /// Returns the window; none when the schedule stops running.
    pub(super) fn of(schedule: &Schedule, retention: &Retention, horizon: Span) -> Option<Self> {
        let (_, longest) = schedule.gaps(START)?;
        let periods = Periods::of(retention);
        let fill = fill(retention, longest).min(horizon + periods.longest + longest) + longest;
        let calendar = periods.repeat();
        let (repeats, phases) = match schedule {
            // A cron expression has its own phase; it repeats with the calendar that it is written in.
            Schedule::Cron(_) => (calendar.max(LEAP_CYCLE), vec![Span::ZERO]),
            Schedule::Every(every) if periods.by_month => {
                let step = gcd(*every, periods.unit);
                let count = every.as_millis().checked_div(step.as_millis())?;
                let phases = (0..count.min(MOST_PHASES)).map(|i| step.times(i));
                (calendar, phases.collect())
            }
            // Without months everything is periodic: one phase drifts through all others.
            Schedule::Every(every) => (lcm(*every, calendar), vec![Span::ZERO]),
        };
        Some(Self {
            fill,
            repeats: repeats + longest,
            phases,
        })
    }
}

/// The calendar periods that a policy counts.
#[derive(Clone, Copy, Debug)]
struct Periods {
    /// The greatest common divisor of them all: boundaries stand at its multiples only.
    unit: Span,
    /// The least common multiple of those that always last as long.
    fixed: Span,
    /// The longest.
    longest: Span,
    by_week: bool,
    by_month: bool,
}

impl Periods {
    fn of(retention: &Retention) -> Self {
        let keep = &retention.keep;
        let counts = |count: Option<u32>| count.is_some_and(|count| count > 0);
        let mut periods = Self {
            unit: Span::ZERO,
            fixed: Span::from_millis(1),
            longest: Span::ZERO,
            by_week: counts(keep.weekly),
            by_month: counts(keep.monthly) || counts(keep.yearly),
        };
        let hourly = counts(keep.hourly).then_some(HOUR);
        let daily = (counts(keep.daily) || periods.by_month).then_some(DAY);
        let weekly = periods.by_week.then_some(WEEK);
        let tiers = keep.tiers.iter().map(|tier| tier.every);
        let fixed = [hourly, daily, weekly].into_iter().flatten().chain(tiers);
        for period in fixed.filter(|period| *period > Span::ZERO) {
            periods.unit = gcd(period, periods.unit);
            periods.fixed = lcm(periods.fixed, period);
            periods.longest = periods.longest.max(period);
        }
        if counts(keep.monthly) {
            periods.longest = periods.longest.max(Span::from_days(31));
        }
        if counts(keep.yearly) {
            periods.longest = periods.longest.max(Span::from_days(366));
        }
        periods
    }

    /// Returns after which time the calendar comes back to where it was.
    fn repeat(&self) -> Span {
        match (self.by_month, self.by_week) {
            (true, true) => lcm(LEAP_CYCLE.times(7), self.fixed),
            (true, false) => lcm(LEAP_CYCLE, self.fixed),
            (false, _) => self.fixed,
        }
    }
}

/// Returns how long it takes until each rule has all the points that it keeps.
fn fill(retention: &Retention, longest: Span) -> Span {
    let keep = &retention.keep;
    let counted = [
        (keep.last, longest),
        (keep.hourly, HOUR),
        (keep.daily, DAY),
        (keep.weekly, WEEK),
        (keep.monthly, Span::from_days(31)),
        (keep.yearly, Span::from_days(366)),
    ];
    let counted = counted
        .into_iter()
        .map(|(count, period)| (period.max(longest)).times(u64::from(count.unwrap_or(0)) + 1));
    let aged = [keep.within, retention.delete_after, retention.immutable_for];
    let aged = aged.into_iter().flatten().map(|age| age + longest);
    let tiers = keep.tiers.iter().map(|it| it.within + it.every + longest);
    let all = counted.chain(aged).chain(tiers);
    all.max().unwrap_or(Span::ZERO)
}

fn gcd(a: Span, b: Span) -> Span {
    let (mut a, mut b) = (a.as_millis(), b.as_millis());
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    Span::from_millis(a)
}

fn lcm(a: Span, b: Span) -> Span {
    let shared = gcd(a, b).as_millis();
    a.times(b.as_millis().checked_div(shared).unwrap_or(1))
}
