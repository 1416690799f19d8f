//! Who holds a lock.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who holds a lock, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The user.
    pub user: String,
    /// The machine.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// The command: `apply`.
    pub operation: String,
    /// When the command began to wait for the lock, and from [`StateLock::acquire`](super::StateLock) on since when
    /// it holds it.
    pub since: Timestamp,
    /// When it last gave a sign of life.
    pub heartbeat: Timestamp,
}

impl Holder {
    /// Returns this process as the holder.
    pub fn this_process(operation: &str, now: Timestamp) -> Self {
        let user = ["LOGNAME", "USER"]
            .iter()
            .find_map(|name| std::env::var(name).ok())
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()));
        Self {
            user,
            host: this_host(),
            pid: std::process::id(),
            operation: operation.to_owned(),
            since: now,
            heartbeat: now,
        }
    }

    /// Returns `user@host`.
    pub fn who(&self) -> String {
        format!("{}@{}", self.user, self.host)
    }

    /// Returns whether the process still runs; none where that cannot be known from here.
    pub fn is_alive(&self) -> Option<bool> {
        if self.host != this_host() {
            return None;
        }
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.pid).ok()?)?;
        match rustix::process::test_kill_process(pid) {
            Err(rustix::io::Errno::SRCH) => Some(false),
            // Without leave to signal it, it is there all the same.
            _ => Some(true),
        }
    }
}

fn this_host() -> String {
    hostname::get().map_or_else(
        |_| "unknown host".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}
