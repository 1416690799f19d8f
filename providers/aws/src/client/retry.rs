//! What is tried again, how often, and with what budget of retries.
//!
//! The standard mode of the SDK, with jitter. Never the adaptive one: after four throttles its rate limiter waits a
//! minute. What is throttled is tried longer than what fails: a throttled request did nothing, and its turn comes.

use std::error::Error as _;

use aws_config::retry::RetryConfig;
use aws_sdk_rds::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};

use super::connection::Patience;
use crate::error::Unreachable;

/// Tokens for retries; a retry takes five or more, and gives them back when it succeeds at once.
const TOKENS: usize = 5_000;
/// Tokens that come back by themselves each second.
const TOKENS_A_SECOND: f32 = 50.0;
/// What S3 says when two writers meet, and means that one of them is to try again.
const MEETINGS: [&[u8]; 2] = [b"ConditionalRequestConflict", b"OperationAborted"];

/// Returns how calls are tried again.
pub(super) fn config(patience: &Patience) -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(patience.turns)
        .with_initial_backoff(patience.first_pause)
        .with_max_backoff(patience.longest_pause)
}

/// Returns a budget of retries of one's own: by default all clients of a process share one.
pub(super) fn partition() -> RetryPartition {
    let tokens = TokenBucket::builder()
        .capacity(TOKENS)
        .refill_rate(TOKENS_A_SECOND)
        .build();
    RetryPartition::custom("lifeboat")
        .token_bucket(tokens)
        .build()
}

/// Which attempt of its call a request was, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attempt(pub(super) u32);

impl Attempt {
    /// Reads what the SDK says of a request that it sends.
    pub(super) fn of(request: &HttpRequest) -> Self {
        let said = request.headers().get("amz-sdk-request").unwrap_or_default();
        let number = said
            .split(';')
            .find_map(|pair| pair.trim().strip_prefix("attempt="))
            .and_then(|number| number.parse().ok());
        Self(number.unwrap_or(1))
    }
}

/// Tries again what the SDK takes for final: 429 without a code, writers that met in S3, and garbage. Gives up early
/// what fails otherwise than by throttling.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge {
    /// The most attempts of what is not throttled.
    pub(super) attempts: u32,
}

impl ClassifyRetry for Judge {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        self.classify_retry_v2(context, &RetryAction::NoActionIndicated)
    }

    fn classify_retry_v2(&self, context: &InterceptorContext, before: &RetryAction) -> RetryAction {
        let failed = matches!(context.output_or_error(), Some(Err(_)));
        let response = context.response().filter(|_| failed);
        let added = response.and_then(added);
        let action = added.clone().unwrap_or_else(|| before.clone());
        let throttled = action == RetryAction::throttling_error();
        if action.should_retry() && !throttled && attempt(context) >= self.attempts {
            return RetryAction::RetryForbidden;
        }
        added.unwrap_or(RetryAction::NoActionIndicated)
    }

    fn name(&self) -> &'static str {
        "what lifeboat tries again"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// Returns what the SDK does not know of an answer that it takes for a failure.
fn added(response: &HttpResponse) -> Option<RetryAction> {
    match response.status().as_u16() {
        429 => Some(RetryAction::throttling_error()),
        409 if has_one_of(response, &MEETINGS) => Some(RetryAction::transient_error()),
        // Success in words that are none: what it says nobody knows.
        200..=299 if !has_one_of(response, &[b"<Code>"]) => Some(RetryAction::transient_error()),
        _ => None,
    }
}

/// Returns which attempt it was that just ended; 1 where its time was over, which the time of the call limits.
fn attempt(context: &InterceptorContext) -> u32 {
    if let Some(Attempt(number)) = context.response().and_then(HttpResponse::extension) {
        return *number;
    }
    let Some(Err(error)) = context.output_or_error() else {
        return 1;
    };
    error
        .as_connector_error()
        .and_then(|error| error.source())
        .and_then(|source| source.downcast_ref::<Unreachable>())
        .map_or(1, |lost| lost.attempt)
}

fn has_one_of(response: &HttpResponse, words: &[&[u8]]) -> bool {
    let body = response.body().bytes().unwrap_or_default();
    words
        .iter()
        .any(|word| body.windows(word.len()).any(|part| part == *word))
}
