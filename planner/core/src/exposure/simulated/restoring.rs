//! Many restores over the same links, second by second.

use super::chance::Chance;

/// One leg of a restore: so many seconds of a link, then a shipment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg {
    pub(super) link: usize,
    pub(super) busy: u64,
    pub(super) delay: u64,
}

/// One restore, which comes to its first link at `comes`.
#[derive(Clone, Debug)]
pub(super) struct Restore {
    pub(super) comes: u64,
    pub(super) legs: Vec<Leg>,
}

/// How a link chooses among those that wait for it.
#[derive(Clone, Debug)]
pub(super) enum Order {
    /// By rank; one of a better rank that comes later goes first.
    Ranked(Vec<usize>),
    /// Anyhow, second by second.
    Any(Chance),
}

/// Returns when each restore is through. A link never rests while somebody waits for it.
pub(super) fn finish(restores: &[Restore], links: usize, mut order: Order) -> Vec<u64> {
    let mut left: Vec<(usize, u64, u64)> = restores.iter().map(|it| (0, 0, it.comes)).collect();
    let mut finished = vec![None; restores.len()];
    let mut now = 0;
    while finished.iter().any(Option::is_none) {
        for (i, restore) in restores.iter().enumerate() {
            let (leg, _, ready) = left[i];
            if leg == restore.legs.len() && ready <= now && finished[i].is_none() {
                finished[i] = Some(ready);
            }
        }
        for link in 0..links {
            let waits = |i: &usize| {
                let (leg, _, ready) = left[*i];
                let leg = restores[*i].legs.get(leg);
                ready <= now && leg.is_some_and(|leg| leg.link == link)
            };
            let waiting: Vec<usize> = (0..restores.len()).filter(waits).collect();
            let chosen = match &mut order {
                _ if waiting.is_empty() => continue,
                Order::Ranked(ranks) => *waiting.iter().min_by_key(|i| ranks[**i]).unwrap(),
                Order::Any(chance) => chance.one_of(&waiting),
            };
            let leg = restores[chosen].legs[left[chosen].0];
            left[chosen].1 += 1;
            if left[chosen].1 >= leg.busy {
                left[chosen] = (left[chosen].0 + 1, 0, now + 1 + leg.delay);
            } else {
                left[chosen].2 = now + 1;
            }
        }
        now += 1;
    }
    finished.into_iter().map(Option::unwrap).collect()
}

/// Returns when the last of these is done by so many workers who take them in this order.
pub(super) fn by_workers(times: &[u64], workers: usize) -> u64 {
    let mut free = vec![0; workers];
    for time in times {
        *free.iter_mut().min().unwrap() += time;
    }
    free.into_iter().max().unwrap()
}
