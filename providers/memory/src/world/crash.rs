//! Crashes inside one process: a provider that died never answers again, and a test learns of it.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use super::{Faults, World};

/// One run of a process: providers of it answer until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life(pub(crate) u64);

/// Who waits for a crash.
#[derive(Clone, Debug, Default)]
pub(super) struct Bell(Arc<Mutex<Vec<Waker>>>);

impl Bell {
    pub(super) fn ring(&self) {
        let waiting = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().for_each(Waker::wake);
    }

    fn wait(&self, context: &Context<'_>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(context.waker().clone());
    }
}

/// Resolves when a planned crash has happened.
#[derive(Debug)]
pub struct Crashed<'a> {
    faults: &'a Faults,
    from: u64,
}

impl Future for Crashed<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // The waker goes in first, so that a crash between the two lines is not missed.
        self.faults.bell().wait(context);
        if self.faults.crashes() > self.from {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

impl World {
    /// Returns a future that resolves with the next crash.
    pub fn crashed(&self) -> Crashed<'_> {
        Crashed {
            faults: self.faults(),
            from: self.faults().crashes(),
        }
    }

    /// Runs `work` to its end, or to the crash that was planned with [`Faults::crash_at`] or [`Fault`]: none then.
    ///
    /// `work` is dropped at the crash, with the engine and the provider that it owns. The world goes on.
    ///
    /// [`Fault`]: super::Fault
    pub async fn until_crash<F: Future>(&self, work: F) -> Option<F::Output> {
        let mut crashed = self.crashed();
        let mut work = pin!(work);
        std::future::poll_fn(|context| {
            if let Poll::Ready(output) = work.as_mut().poll(context) {
                return Poll::Ready(Some(output));
            }
            Pin::new(&mut crashed).poll(context).map(|()| None)
        })
        .await
    }
}

/// Gives way so often, so that calls that run concurrently really overlap.
#[derive(Debug)]
pub(crate) struct GiveWay(pub(crate) u32);

impl Future for GiveWay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.0.checked_sub(1) {
            None => Poll::Ready(()),
            Some(left) => {
                self.0 = left;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}
