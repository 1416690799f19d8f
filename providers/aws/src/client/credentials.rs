//! Credentials that are asked for once and kept while they are good.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_async::time::SharedTimeSource;
use tokio::sync::Mutex;

/// How long before their end credentials are asked for again.
const MARGIN: Duration = Duration::from_secs(300);

/// A source of credentials with a memory: each service, each region and each presigned request asks it.
#[derive(Debug)]
pub(super) struct Kept {
    source: SharedCredentialsProvider,
    clock: SharedTimeSource,
    kept: Mutex<Option<Credentials>>,
}

impl Kept {
    /// Returns a source that has asked nobody yet.
    pub(super) fn new(source: SharedCredentialsProvider, clock: SharedTimeSource) -> Self {
        Self {
            source,
            clock,
            kept: Mutex::default(),
        }
    }
}

/// Returns whether credentials are good for a while from `now` on.
fn good(credentials: &Credentials, now: SystemTime) -> bool {
    credentials.expiry().is_none_or(|end| now + MARGIN < end)
}

impl ProvideCredentials for Kept {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let mut kept = self.kept.lock().await;
            if let Some(credentials) = &*kept
                && good(credentials, self.clock.now())
            {
                return Ok(credentials.clone());
            }
            let credentials = self.source.provide_credentials().await?;
            *kept = Some(credentials.clone());
            Ok(credentials)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use aws_credential_types::provider::Result;

    use super::*;

    /// Gives out credentials that are good for so many seconds from the epoch, and counts how often.
    #[derive(Debug)]
    struct Issuer(u64, Arc<AtomicU64>);

    impl ProvideCredentials for Issuer {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            self.1.fetch_add(1, Ordering::Relaxed);
            let end = SystemTime::UNIX_EPOCH + Duration::from_secs(self.0);
            let answer: Result = Ok(Credentials::new("key", "secret", None, Some(end), "issuer"));
            future::ProvideCredentials::ready(answer)
        }
    }

    async fn asked(good_for: u64) -> u64 {
        let count = Arc::new(AtomicU64::new(0));
        let issuer = SharedCredentialsProvider::new(Issuer(good_for, Arc::clone(&count)));
        let epoch = aws_smithy_async::time::StaticTimeSource::new(SystemTime::UNIX_EPOCH);
        let kept = Kept::new(issuer, SharedTimeSource::new(epoch));
        for _ in 0..3 {
            kept.provide_credentials().await.unwrap();
        }
        count.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn credentials_are_asked_for_again_only_when_they_end_soon() {
        assert_eq!(asked(3_600).await, 1);
        assert_eq!(asked(200).await, 3);
    }
}
