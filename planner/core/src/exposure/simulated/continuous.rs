//! Logs and replicas.

use super::chance::Chance;
use super::{History, Life, Minute, NEVER, minutes};
use crate::exposure::graph::{Capture, Copy, Lag, Logical};

/// Returns what a log archive can restore: from each base that is there, all until the end of the log that has arrived
/// without a gap, as long as the log since the base is kept.
///
/// Pieces are cut at most `flush` apart, fail as often as they may, and arrive within hold and run time.
pub(super) fn log(copy: &Copy, history: &History, chance: &mut Chance) -> Vec<Life> {
    let Capture::Log { flush, window, .. } = &copy.capture else {
        panic!("`{}` is no log", copy.address);
    };
    let flush = minutes(flush.value);
    let mut complete: Vec<(Minute, Minute)> = Vec::new();
    let (mut cut, mut arrived) = (0, 0);
    while cut < history.end {
        let mut failures = 0;
        cut += chance.up_to(flush - 1) + 1;
        // What could not be sent waits for the next attempt.
        while failures < copy.tolerated_failures && chance.yes() {
            failures += 1;
            cut += chance.up_to(flush - 1) + 1;
        }
        let takes = chance.up_to(minutes(copy.hold.value)) + chance.up_to(minutes(copy.prop.value));
        arrived = (cut + takes).max(arrived);
        complete.push((arrived, cut));
    }
    let base = copy.chain.expect("a log has a base");
    let mut lives = Vec::new();
    for base in &history.copies[base] {
        let window = window.map_or(NEVER, |window| base.newest + minutes(window));
        let until = base.until.min(window);
        let first = complete.partition_point(|(arrived, _)| *arrived <= base.from);
        let from = first.saturating_sub(1);
        for (i, (arrived, end)) in complete.iter().enumerate().skip(from) {
            let next = complete.get(i + 1).map_or(NEVER, |(arrived, _)| *arrived);
            let life = Life {
                oldest: base.newest,
                newest: (*end).max(base.newest),
                from: (*arrived).max(base.from),
                until: next.min(until),
            };
            if life.from >= until {
                break;
            }
            if life.from < life.until {
                lives.push(life);
            }
        }
    }
    lives
}

/// Returns the states that a replica is in: each is behind by at most the lag, and at least by the delay on purpose.
pub(super) fn replica(
    copy: &Copy,
    lag: &Lag,
    phase: Minute,
    end: Minute,
    chance: &mut Chance,
) -> Vec<Life> {
    let Lag::Time(lag) = lag else {
        panic!("`{}` has no lag in time", copy.address);
    };
    let delay = match &copy.logical {
        Logical::Isolated => 0,
        Logical::Follows(delay) => minutes(delay.value),
    };
    let most = minutes(lag.value) + minutes(copy.hold.value) + minutes(copy.prop.value);
    let mut lives = Vec::new();
    let (mut from, mut state) = (phase, Minute::MIN);
    while from < end {
        let until = from + 1 + chance.up_to(most - 1);
        // At the end of this time it is at most `most` behind; and it never goes back.
        let latest = from - delay;
        state = (latest - chance.up_to(most - (until - from))).max(state);
        lives.push(Life {
            oldest: state,
            newest: state,
            from,
            until,
        });
        from = until;
    }
    lives
}
