//! Meeting failures that pass: again, later, each time later, not for ever.

use std::future::Future;
use std::time::Duration;

use lifeboat_contract::ProviderError;
use lifeboat_model::{Address, Span};

use crate::event::Event;
use crate::run::Run;
use crate::stop::StopLevel;

/// How often and how patiently a transient failure is met again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries in all; 1 means never again.
    pub attempts: u32,
    /// The pause after the first failure; each further one doubles it.
    pub base: Duration,
    /// The longest pause.
    pub cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 6,
            base: Duration::from_millis(200),
            cap: Duration::from_secs(20),
        }
    }
}

impl RetryPolicy {
    /// Returns the pause after failure number `attempt` (from 1): between half of the doubled base and all of it.
    ///
    /// The jitter is a function of `seed` and `attempt`, so that a run is repeatable and two runs spread.
    pub(crate) fn pause(&self, attempt: u32, seed: u64) -> Duration {
        let doublings = attempt.saturating_sub(1).min(20);
        let full = self.base.saturating_mul(1 << doublings).min(self.cap);
        let spread = mix(seed ^ u64::from(attempt)) % 1_000;
        full / 2 + full.mul_f64(f64::from(u32::try_from(spread).unwrap_or(0)) / 2_000.0)
    }
}

/// Returns a well-mixed number (the finaliser of SplitMix64).
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Waits before the next try, and returns whether there is to be one.
pub(crate) async fn again(
    run: &Run,
    address: Option<&Address>,
    salt: u64,
    attempt: u32,
    message: String,
) -> bool {
    if attempt >= run.retry.attempts || run.stop.level() > StopLevel::Continue {
        return false;
    }
    let pause = run.retry.pause(attempt, run.seed ^ salt);
    run.events.event(Event::Retrying {
        address: address.cloned(),
        attempt,
        after: Span::from_millis(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX)),
        message,
    });
    tokio::select! {
        () = tokio::time::sleep(pause) => true,
        () = run.stop.reached(StopLevel::Finish) => false,
    }
}

/// Repeats `call` while it fails in a way that may pass.
pub(crate) async fn retried<T, F>(
    run: &Run,
    address: &Address,
    salt: u64,
    mut call: impl FnMut() -> F,
) -> Result<T, ProviderError>
where
    F: Future<Output = Result<T, ProviderError>>,
{
    let mut attempt = 1;
    loop {
        match call().await {
            Err(error) if error.class.is_transient() => {
                if !again(run, Some(address), salt, attempt, error.chain()).await {
                    return Err(error);
                }
                attempt += 1;
            }
            answer => return answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_cap_and_spread_by_seed() {
        let policy = RetryPolicy::default();
        for attempt in 1..40 {
            let full = policy
                .base
                .saturating_mul(1 << (attempt - 1).min(20))
                .min(policy.cap);
            for seed in 0..50 {
                let pause = policy.pause(attempt, seed);
                assert!(
                    pause >= full / 2 && pause <= full,
                    "{attempt} {seed}: {pause:?}"
                );
            }
        }
        assert_ne!(policy.pause(3, 1), policy.pause(3, 2));
        assert_eq!(policy.pause(3, 1), policy.pause(3, 1));
    }
}
