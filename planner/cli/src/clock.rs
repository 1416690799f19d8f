//! The only place that reads the clock and entropy.

use std::sync::Mutex;

use jiff::Timestamp;
use lifeboat_engine::Clock;

/// The system's clock, kept from going backwards.
#[derive(Debug, Default)]
pub(crate) struct SystemClock(Mutex<Option<Timestamp>>);

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        let mut last = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let answer = last.map_or(now, |last| last.max(now));
        *last = Some(answer);
        answer
    }
}

/// Returns a number that no other run has.
pub(crate) fn seed() -> u64 {
    let mut bytes = [0; 8];
    if getrandom::fill(&mut bytes).is_ok() {
        u64::from_le_bytes(bytes)
    } else {
        // Without entropy the time still tells two runs apart.
        u64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(0)
    }
}
