//! Waiting for what AWS does in its own time.

use std::time::Duration;

use lifeboat_contract::{CallContext, ErrorClass, ProviderError};
use tokio::time::{Instant, sleep};

/// How often it is asked, and how long.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// The pause after the first answer.
    first: Duration,
    /// The longest pause.
    longest: Duration,
    /// The longest time until nobody looks whether to stop.
    blink: Duration,
}

/// The pace of instances and snapshots, which take minutes: 2 s, and then half as long again up to 30 s.
const USUAL: Pace = Pace {
    first: Duration::from_secs(2),
    longest: Duration::from_secs(30),
    blink: Duration::from_millis(200),
};
/// How many answers in a row may be failures that may pass.
const PATIENCE: u32 = 5;

/// Asks again and again until there is an answer.
///
/// `what` names what is waited for, such as "the snapshot `orders-1` to be available"; it is shown as progress, and in
/// the errors. `ask` makes one request; none means not yet. Pauses are the same in each run. A failure that may pass
/// means not yet, five times in a row.
///
/// # Errors
/// What `ask` failed with; `interrupted` when the user asked to stop; `conflict` when `ceiling` is over, because to try
/// again at once would only wait again. What AWS began goes on in each case, and the same change finds it.
pub(crate) async fn until<T, F>(
    what: &str,
    ceiling: Duration,
    context: &CallContext,
    ask: impl FnMut() -> F,
) -> Result<T, ProviderError>
where
    F: Future<Output = Result<Option<T>, ProviderError>>,
{
    context.progress.begin(&format!("waiting for {what}"), None);
    let answer = paced(USUAL, what, ceiling, context, ask).await;
    context.progress.end();
    answer
}

async fn paced<T, F>(
    pace: Pace,
    what: &str,
    ceiling: Duration,
    context: &CallContext,
    mut ask: impl FnMut() -> F,
) -> Result<T, ProviderError>
where
    F: Future<Output = Result<Option<T>, ProviderError>>,
{
    let begun = Instant::now();
    let mut pause = pace.first;
    let mut failures = 0;
    loop {
        if context.cancel.is_cancelled() {
            return Err(stopped(what));
        }
        match ask().await {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) => failures = 0,
            Err(error) if error.class.is_transient() && failures + 1 < PATIENCE => failures += 1,
            Err(error) => return Err(error),
        }
        let left = ceiling.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(too_long(what, ceiling));
        }
        let wake = Instant::now() + pause.min(left);
        while Instant::now() < wake && !context.cancel.is_cancelled() {
            sleep(
                pace.blink
                    .min(wake.saturating_duration_since(Instant::now())),
            )
            .await;
        }
        pause = (pause * 3 / 2).min(pace.longest);
    }
}

fn stopped(what: &str) -> ProviderError {
    ProviderError::new(
        ErrorClass::Interrupted,
        format!("stopped while waiting for {what}"),
    )
    .help("Run the same command again: what AWS has begun goes on, and is found.")
}

fn too_long(what: &str, ceiling: Duration) -> ProviderError {
    let minutes = ceiling.as_secs() / 60;
    ProviderError::new(
        ErrorClass::Conflict,
        format!("waited {minutes} min for {what}"),
    )
    .help("Look at it in AWS's console, and run the same command again to go on waiting.")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::{Arc, Mutex};

    use lifeboat_contract::{Cancel, Progress};

    use super::*;

    const FAST: Pace = Pace {
        first: Duration::from_micros(10),
        longest: Duration::from_micros(50),
        blink: Duration::from_micros(10),
    };
    const LONG: Duration = Duration::from_secs(3600);

    #[derive(Debug, Default)]
    struct Stages(Mutex<Vec<String>>);

    impl Progress for Stages {
        fn begin(&self, stage: &str, _total_bytes: Option<u64>) {
            self.0.lock().unwrap().push(stage.to_owned());
        }
        fn advance(&self, _bytes: u64) {}
        fn end(&self) {
            self.0.lock().unwrap().push("end".to_owned());
        }
    }

    fn context(progress: Arc<Stages>) -> CallContext {
        CallContext {
            as_of: jiff::Timestamp::UNIX_EPOCH,
            token: "token".to_owned(),
            progress,
            cancel: Cancel::default(),
        }
    }

    fn throttled() -> ProviderError {
        ProviderError::new(ErrorClass::Throttled, "slow down")
    }

    #[tokio::test]
    async fn what_is_there_at_once_is_asked_for_once_and_its_stage_ends() {
        let stages = Arc::new(Stages::default());
        let context = context(Arc::clone(&stages));
        let answer = until("it", LONG, &context, async || Ok(Some(7))).await;
        assert_eq!(answer.unwrap(), 7);
        assert_eq!(*stages.0.lock().unwrap(), ["waiting for it", "end"]);
    }

    #[tokio::test]
    async fn a_failure_that_passes_is_waited_out_and_one_that_stays_is_the_answer() {
        let context = context(Arc::default());
        let asked = Cell::new(0);
        let answer = paced(FAST, "it", LONG, &context, || {
            asked.set(asked.get() + 1);
            let answer = match asked.get() {
                10 => Ok(Some("done")),
                5 => Ok(None),
                _ => Err(throttled()),
            };
            async { answer }
        })
        .await;
        assert_eq!(answer.unwrap(), "done");
        asked.set(0);
        let answer: Result<(), _> = paced(FAST, "it", LONG, &context, || {
            asked.set(asked.get() + 1);
            async { Err(throttled()) }
        })
        .await;
        assert_eq!(answer.unwrap_err().class, ErrorClass::Throttled);
        assert_eq!(asked.get(), PATIENCE);
    }

    #[tokio::test]
    async fn a_failure_that_does_not_pass_is_the_answer_at_once() {
        let context = context(Arc::default());
        let asked = Cell::new(0);
        let answer: Result<(), _> = paced(FAST, "it", LONG, &context, || {
            asked.set(asked.get() + 1);
            async { Err(ProviderError::new(ErrorClass::Denied, "no")) }
        })
        .await;
        assert_eq!(answer.unwrap_err().class, ErrorClass::Denied);
        assert_eq!(asked.get(), 1);
    }

    #[tokio::test]
    async fn a_wait_stops_when_the_user_asks_and_when_its_time_is_over() {
        let waiting = context(Arc::default());
        let answer: Result<(), _> = paced(FAST, "`orders`", LONG, &waiting, || {
            waiting.cancel.cancel();
            async { Ok(None) }
        })
        .await;
        insta::assert_debug_snapshot!(answer.unwrap_err(), @r#"
        ProviderError {
            class: Interrupted,
            message: "stopped while waiting for `orders`",
            help: Some(
                "Run the same command again: what AWS has begun goes on, and is found.",
            ),
            source: None,
        }
        "#);
        let waiting = context(Arc::default());
        let answer: Result<(), _> = paced(FAST, "`orders`", Duration::ZERO, &waiting, || async {
            Ok(None)
        })
        .await;
        insta::assert_debug_snapshot!(answer.unwrap_err(), @r#"
        ProviderError {
            class: Conflict,
            message: "waited 0 min for `orders`",
            help: Some(
                "Look at it in AWS's console, and run the same command again to go on waiting.",
            ),
            source: None,
        }
        "#);
    }
}
