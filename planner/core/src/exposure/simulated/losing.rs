//! What is lost with what is there.

use super::{Life, Minute};

/// The worst that was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// The most that was lost; none if once there was nothing clean at all.
    pub(super) worst: Option<Minute>,
    /// So many failures were tried.
    pub(super) failures: u64,
}

/// Returns the most that is lost when the bad write was `dwell` before the failure, over every instant of failure from
/// `start` to `end`: without a dwell it is the failure itself that loses.
///
/// Between two events nothing changes, so the loss is worst just before something clean would have come in reach, or
/// just before the next event.
pub(super) fn worst(lives: &[Life], dwell: Minute, (start, end): (Minute, Minute)) -> Seen {
    let mut events: Vec<Minute> = lives
        .iter()
        .flat_map(|life| [life.from, life.until])
        .filter(|at| *at > start && *at < end)
        .chain([start, end])
        .collect();
    events.sort_unstable();
    events.dedup();
    let mut coming: Vec<&Life> = lives.iter().filter(|life| life.until > start).collect();
    coming.sort_unstable_by_key(|life| std::cmp::Reverse(life.from));
    let mut there: Vec<&Life> = Vec::new();
    let mut seen = Seen {
        worst: Some(0),
        failures: 0,
    };
    for (from, until) in events.iter().zip(&events[1..]) {
        there.retain(|life| life.until > *from);
        while let Some(life) = coming.pop_if(|life| life.from <= *from) {
            there.push(life);
        }
        let (first, last) = (from - dwell, until - dwell);
        let within = there.iter().map(|life| life.oldest);
        let bad_writes = within.filter(|at| *at > first && *at < last).chain([last]);
        if !there.iter().any(|life| life.oldest <= first) {
            seen.worst = None;
        }
        for bad in bad_writes {
            seen.failures += 1;
            let clean = there.iter().filter(|life| life.oldest < bad);
            let newest = clean.map(|life| life.newest.min(bad)).max();
            seen.worst = match (seen.worst, newest) {
                (Some(worst), Some(newest)) => Some(worst.max(bad - newest)),
                _ => None,
            };
        }
    }
    seen
}
