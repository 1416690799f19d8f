//! What surrounds one run of a command.

use std::sync::Arc;

use lifeboat_contract::CallContext;
use lifeboat_model::{Address, Digest, Notice, Severity};

use crate::clock::Clock;
use crate::event::{CallProgress, Event, EventSink};
use crate::retry::RetryPolicy;
use crate::stop::Stop;

/// What surrounds one run of a command: its time, its randomness, who listens, and how to stop it.
#[derive(Clone)]
pub struct Run {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Receives what happens.
    pub events: Arc<dyn EventSink>,
    /// How an interrupt reaches the run.
    pub stop: Stop,
    /// How transient failures are met.
    pub retry: RetryPolicy,
    /// Any number; different for every run. Spreads retries, and makes the tokens of backups unique.
    pub seed: u64,
}

impl Run {
    /// Returns the context of one call on `address`.
    pub(crate) fn call(&self, address: &Address, token: String) -> CallContext {
        CallContext {
            as_of: self.clock.now(),
            token,
            progress: Arc::new(CallProgress::new(address.clone(), self.events.clone())),
            cancel: self.stop.cancel(),
        }
    }

    /// Returns the token of one call of this run; `step` tells its calls on one address apart.
    pub(crate) fn token(&self, address: &Address, step: &str) -> String {
        token(&[&self.seed.to_string(), &address.to_string(), step])
    }

    /// Tells the listener something that it should know.
    pub(crate) fn notice(
        &self,
        severity: Severity,
        code: &str,
        address: &Address,
        message: String,
    ) {
        self.events.event(Event::Notice(Notice {
            severity,
            code: code.to_owned(),
            address: Some(address.clone()),
            message,
            help: None,
        }));
    }
}

/// Returns the idempotency token of these parts: 32 hexadecimal digits, equal for equal parts.
pub(crate) fn token(parts: &[&str]) -> String {
    let digest = Digest::of_canonical(&serde_json::json!(parts));
    digest.as_str().get(..32).unwrap_or_default().to_owned()
}
