//! Shows the one stream of events: lines and progress bars for a person, one JSON object a line for a machine.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use lifeboat_engine::{Event, EventSink};
use lifeboat_model::{Address, Notice, Severity, Verb};
use serde_json::json;

use crate::terminal;

/// The renderer that a run was asked for.
pub(crate) fn sink(json: bool, interactive: bool) -> Box<dyn EventSink> {
    if json {
        Box::new(JsonLines)
    } else {
        Box::new(Human::new(interactive))
    }
}

/// One JSON object a line on stdout, in Terraform's envelope.
struct JsonLines;

impl EventSink for JsonLines {
    fn event(&self, event: Event) {
        let name = match &event {
            Event::ApplyStarted { .. } => "apply_begin",
            Event::ActionStarted { .. } => "apply_start",
            Event::Progress { .. } => "apply_progress",
            Event::Retrying { .. } => "retry",
            Event::ActionDone { .. } => "apply_complete",
            Event::ActionFailed { .. } => "apply_errored",
            Event::Notice(_) => "diagnostic",
        };
        let level = match &event {
            Event::ActionFailed { .. } => "error",
            Event::Retrying { .. } => "warn",
            _ => "info",
        };
        let line = json!({
            "@level": level,
            "@message": message(&event),
            "@module": "lifeboat.ui",
            "@timestamp": Timestamp::now().to_string(),
            "type": name,
            "hook": event,
        });
        terminal::result(&line.to_string());
    }
}

/// Lines on stderr; bars where a person watches.
struct Human {
    bars: MultiProgress,
    by_address: Mutex<BTreeMap<Address, ProgressBar>>,
}

impl Human {
    fn new(interactive: bool) -> Self {
        let target = if interactive {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            bars: MultiProgress::with_draw_target(target),
            by_address: Mutex::default(),
        }
    }

    /// Writes a line above the bars.
    fn line(&self, text: &str) {
        if self.bars.is_hidden() {
            terminal::notice(text);
        } else {
            let _ = self.bars.println(text);
        }
    }

    fn progress(&self, address: &Address, stage: &str, done: u64, total: Option<u64>) {
        let mut bars = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let bar = bars.entry(address.clone()).or_insert_with(|| {
            let bar = self.bars.add(ProgressBar::no_length());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        match total {
            Some(total) if total > 0 => {
                bar.set_style(style(
                    "  {msg} {bar:24} {percent:>3}% {bytes}/{total_bytes} {eta}",
                ));
                bar.set_length(total);
            }
            _ => bar.set_style(style("  {msg} {spinner} {bytes} {elapsed}")),
        }
        bar.set_message(format!("{}: {stage}", address.name));
        bar.set_position(done);
    }

    fn finish(&self, address: &Address) {
        let bar = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(address);
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl EventSink for Human {
    fn event(&self, event: Event) {
        match &event {
            Event::Progress {
                address,
                stage,
                done,
                total,
            } => {
                self.progress(address, stage, *done, *total);
                return;
            }
            Event::ActionDone { address, .. } | Event::ActionFailed { address, .. } => {
                self.finish(address)
            }
            Event::ApplyStarted { .. } => return,
            _ => {}
        }
        self.line(&message(&event));
    }
}

impl Drop for Human {
    fn drop(&mut self) {
        let _ = self.bars.clear();
    }
}

/// The words of a verb while it happens and when it has.
const fn words(verb: Verb) -> (&'static str, &'static str) {
    match verb {
        Verb::Create => ("Creating...", "Creation complete"),
        Verb::Update => ("Modifying...", "Modifications complete"),
        Verb::Replace => ("Replacing...", "Replacement complete"),
        Verb::Adopt => ("Adopting...", "Adoption complete"),
        Verb::BackUp => ("Backing up...", "Backup complete"),
        Verb::Forget => ("Forgetting...", "Forgotten"),
        Verb::Delete => ("Destroying...", "Destruction complete"),
    }
}

/// The line that a person reads.
fn message(event: &Event) -> String {
    match event {
        Event::ApplyStarted { actions } => format!("{actions} actions"),
        Event::ActionStarted { address, verb, .. } => format!("{address}: {}", words(*verb).0),
        Event::Progress {
            address,
            stage,
            done,
            ..
        } => format!("{address}: {stage}, {done} bytes"),
        Event::Retrying {
            address,
            attempt,
            after,
            message,
        } => {
            let what = address
                .as_ref()
                .map_or_else(|| "reading".to_owned(), ToString::to_string);
            format!("{what}: try {attempt} failed, again in {after}: {message}")
        }
        Event::ActionDone {
            address,
            verb,
            took,
            ..
        } => {
            format!("{address}: {} after {}", words(*verb).1, took.rounded())
        }
        Event::ActionFailed {
            address,
            message,
            help,
            ..
        } => {
            let help = help
                .as_ref()
                .map_or_else(String::new, |help| format!("\n  help: {help}"));
            format!("Error: {address}: {message}{help}")
        }
        Event::Notice(notice) => notice_line(notice),
    }
}

fn notice_line(notice: &Notice) -> String {
    let word = match notice.severity {
        Severity::Error => "Error: ",
        Severity::Warning => "Warning: ",
        Severity::Note => "",
    };
    let address = notice
        .address
        .as_ref()
        .map_or_else(String::new, |address| format!("{address}: "));
    let help = notice
        .help
        .as_ref()
        .map_or_else(String::new, |help| format!("\n  help: {help}"));
    format!("{word}{address}{}{help}", notice.message)
}
