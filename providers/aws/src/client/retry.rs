//! What is tried again, how often, and with what budget of retries.
//!
//! The standard mode of the SDK, with jitter. Never the adaptive one: after four throttles its rate limiter waits a
//! minute.

use aws_config::retry::RetryConfig;
use aws_sdk_rds::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};

use super::connection::Patience;

/// Tokens for retries; a retry takes five or more, and gives them back when it succeeds at once.
const TOKENS: usize = 5_000;
/// Tokens that come back by themselves each second.
const TOKENS_A_SECOND: f32 = 50.0;
/// What S3 says when two writers meet, and means that one of them is to try again.
const MEETINGS: [&[u8]; 2] = [b"ConditionalRequestConflict", b"OperationAborted"];

/// Returns how calls are tried again.
pub(super) fn config(patience: &Patience) -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(patience.attempts)
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

/// Tries again what the SDK takes for final: 429 without a code, and writers that met in S3.
#[derive(Clone, Copy, Debug)]
pub(super) struct AlsoTransient;

impl ClassifyRetry for AlsoTransient {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(response) = context.response() else {
            return RetryAction::NoActionIndicated;
        };
        match response.status().as_u16() {
            429 => RetryAction::throttling_error(),
            409 if response.body().bytes().is_some_and(met) => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "what lifeboat also tries again"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

fn met(body: &[u8]) -> bool {
    MEETINGS
        .iter()
        .any(|code| body.windows(code.len()).any(|part| part == *code))
}
