//! Ctrl-C: once to finish what is in flight, twice to stop now.

use lifeboat_engine::{Stop, StopLevel};

use crate::terminal;

/// Passes interrupts and termination on to a run, until the process ends.
pub(crate) async fn watch(stop: Stop) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return;
    };
    loop {
        tokio::select! {
            received = interrupt.recv() => if received.is_none() { return },
            received = terminate.recv() => if received.is_none() { return },
        }
        match stop.request() {
            StopLevel::Continue => {}
            StopLevel::Finish => terminal::notice(
                "\nInterrupt received: what is in flight is being finished, nothing new starts.\n\
                 Press Ctrl-C again to stop at once; the journal keeps what was done.",
            ),
            StopLevel::Now => {
                terminal::notice(
                    "\nStopping now. The journal has what was done; run the same command again to go on.",
                );
            }
        }
    }
}
