//! rustic's progress bars, shown as the contract's progress.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lifeboat_contract::Progress;
use rustic_core::{HiddenProgress, ProgressBars, ProgressType, RusticProgress};

/// Passes what rustic counts in bytes on; what it counts otherwise is short and not shown.
#[derive(Clone, Debug)]
pub(super) struct Bars(pub(super) Arc<dyn Progress>);

impl ProgressBars for Bars {
    fn progress(&self, kind: ProgressType, prefix: &str) -> rustic_core::Progress {
        if !matches!(kind, ProgressType::Bytes) {
            return rustic_core::Progress::new(HiddenProgress);
        }
        rustic_core::Progress::new(Bar {
            stage: prefix.trim_end_matches('.').to_owned(),
            begun: AtomicBool::new(false),
            progress: Arc::clone(&self.0),
        })
    }
}

#[derive(Debug)]
struct Bar {
    stage: String,
    begun: AtomicBool,
    progress: Arc<dyn Progress>,
}

impl Bar {
    fn begin(&self, total: Option<u64>) {
        if !self.begun.swap(true, Ordering::Relaxed) {
            self.progress.begin(&self.stage, total);
        }
    }
}

impl RusticProgress for Bar {
    fn is_hidden(&self) -> bool {
        false
    }

    fn set_length(&self, length: u64) {
        self.begin(Some(length));
    }

    fn set_title(&self, _title: &str) {}

    fn inc(&self, bytes: u64) {
        self.begin(None);
        self.progress.advance(bytes);
    }

    fn finish(&self) {
        if self.begun.load(Ordering::Relaxed) {
            self.progress.end();
        }
    }
}
