//! What really happens to the copies of a graph: the oracle of the bounds.
//!
//! A simulator of events, written from the model's text and apart from `loss` and `recovery`: it shares the types of
//! the graph and the real retention policy with them, and no formula. `running` says when runs start, are late, overlap
//! and fail; `copying` what each run captures, when it arrives, and what the retention then drops; `continuous` does
//! the same for logs and replicas; `attack` lets somebody delete, poison and flood; `losing` measures what is lost with
//! what is there, over every failure instant; `restoring` lets many restore over shared links.
//!
//! Time is in whole minutes. Instants are taken as intervals that are closed at their start: a loss is the limit just
//! before the next event, so nothing depends on who comes first within a minute.

mod attack;
mod chance;
mod continuous;
mod copying;
mod design;
mod losing;
mod restoring;
mod running;

mod cases;
mod exhaustive;
mod random;
mod recovering;
mod surviving;
mod thinning;

use jiff::Timestamp;
use lifeboat_model::Span;

/// Minutes from the start of the simulation, which is a Monday at midnight.
type Minute = i64;

/// Never.
const NEVER: Minute = Minute::MAX;

/// An hour.
const HOUR: Minute = 60;

/// Returns the instant that a policy sees.
fn instant(at: Minute) -> Timestamp {
    Timestamp::from_second(978_307_200 + at * 60)
        .expect("the simulation ends before the calendar does")
}

/// Returns a span in minutes; those of the simulation are whole ones.
fn minutes(span: Span) -> Minute {
    let millis = span.as_millis();
    assert!(
        millis.is_multiple_of(60_000),
        "{span} is no whole number of minutes"
    );
    Minute::try_from(millis / 60_000).expect("the span is short")
}

/// Returns minutes as a span.
fn span(minutes: Minute) -> Span {
    Span::from_secs(u64::try_from(minutes).expect("no span is negative") * 60)
}

/// What can be restored: any instant from `oldest` to `newest`, which for a point is one instant; while `from ≤ now <
/// until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Life {
    oldest: Minute,
    newest: Minute,
    from: Minute,
    until: Minute,
}

impl Life {
    const fn is_at(&self, now: Minute) -> bool {
        self.from <= now && now < self.until
    }
}

/// All that happened, by copy.
#[derive(Clone, Debug)]
struct History {
    copies: Vec<Vec<Life>>,
    end: Minute,
}
