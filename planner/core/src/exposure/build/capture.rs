//! How points come into being, and how long each takes.

use std::sync::Arc;

use lifeboat_model::{Address, Mechanism, ModelInput, Provenance, Span, role};

use super::builder::Builder;
use super::place::Places;
use super::proposal::{Site, Timer};
use super::resolve::is_switched_off;
use super::value;
use crate::diff::text;
use crate::exposure::graph::{Capture, CopyGraph, Input, Lag};

/// How the points of one copy come into being.
pub(super) struct Captured {
    pub(super) capture: Capture,
    pub(super) hold: Input<Span>,
    pub(super) prop: Input<Span>,
    pub(super) aligned: bool,
}

fn declared<T>(value: T, source: impl Into<Arc<str>>) -> Input<T> {
    Input {
        value,
        provenance: Provenance::Declared,
        source: source.into(),
    }
}

impl Builder<'_> {
    pub(super) fn captured(
        &mut self,
        graph: &CopyGraph,
        site: &Site<'_>,
        places: &Places<'_>,
    ) -> Captured {
        let capture = self.capture(graph, site, places);
        let hold = self.span(ModelInput::Hold, places);
        let mut hold = hold.unwrap_or_else(|| self.no_step());
        if let Some(source) = refuted_source(graph, site) {
            hold.provenance = hold.provenance.weaker(Provenance::Assumed);
            hold.source = format!(
                "what its last check found wrong in `{source}` is not in `{}`",
                site.address
            )
            .into();
        }
        let prop = match &capture {
            Capture::Replica(_) | Capture::Never(_) => None,
            _ => self.span(ModelInput::RunTime, places),
        };
        Captured {
            hold,
            prop: prop.unwrap_or_else(|| self.assumed_run_time(graph, site, &capture)),
            aligned: matches!(capture, Capture::Following),
            capture,
        }
    }

    fn capture(&mut self, graph: &CopyGraph, site: &Site<'_>, places: &Places<'_>) -> Capture {
        let address = site.address;
        let own = text(site.attributes, role::SCHEDULE);
        if let Some(reason) = self.switched_off(site, places) {
            return Capture::Never(reason);
        }
        match site.mechanism {
            Mechanism::Replica => Capture::Replica(self.lag(site, places)),
            Mechanism::Log => self.log(site, places),
            Mechanism::Copy => match (site.source, text(site.attributes, role::FROM)) {
                (None, None) => Capture::Never(format!("`{address}` copies nothing that is known")),
                (None, Some(from)) => {
                    Capture::Never(format!("`{address}` copies `{from}`, which does not stand"))
                }
                // Without a schedule of its own it follows its source, also while a timer stands beside it already.
                (Some(_), _) if own.is_none() => Capture::Following,
                (Some(_), _) => self.scheduled(site).unwrap_or_else(Capture::Never),
            },
            // A point that is made from another copy, without a schedule, comes with it.
            _ if own.is_none() && site.source.is_some_and(|it| it < graph.copies.len()) => {
                Capture::Following
            }
            _ => self.scheduled(site).unwrap_or_else(Capture::Never),
        }
    }

    /// Returns why nothing is known of how long points are under way: what is known otherwise is switched off.
    fn switched_off(&mut self, site: &Site<'_>, places: &Places<'_>) -> Option<String> {
        let own = places.nearest_first.first()?;
        let ways = [ModelInput::RunTime, ModelInput::Hold];
        let off = own.specs.iter().find(|spec| {
            ways.contains(&spec.input) && spec.otherwise.is_some() && is_switched_off(own, spec)
        })?;
        if self.span(off.input, places).is_some() {
            return None;
        }
        let name = off.attribute.as_deref().unwrap_or_default();
        let (address, source) = (site.address, &off.source);
        Some(format!("`{name}` of `{address}` is off: {source}"))
    }

    /// Returns the schedule that a protection runs on: that of what runs it, else its own; or why nothing runs it.
    fn scheduled(&mut self, site: &Site<'_>) -> Result<Capture, String> {
        let address = site.address;
        let own = text(site.attributes, role::SCHEDULE);
        let schedule = match site.timer {
            Timer::Standing(Some(schedule)) => Some(schedule),
            Timer::Standing(None) | Timer::Own | Timer::Missing => own,
        };
        let schedule =
            schedule.ok_or_else(|| format!("`{address}` has no schedule: it runs by hand only"))?;
        let spec = site
            .spec
            .ok_or_else(|| format!("no provider knows how `{address}` works"))?;
        if !spec.externally_scheduled {
            if let Some(reason) = &spec.unscheduled {
                return Err(format!("nothing runs `{address}`: {reason}"));
            }
            if spec.schedule_kind.is_some() && site.timer == Timer::Missing {
                return Err(format!(
                    "nothing runs `{address}`: its schedule is not installed"
                ));
            }
        }
        let (shortest, longest) = self
            .gaps
            .of(schedule)
            .ok_or_else(|| format!("the schedule `{schedule}` of `{address}` stops running"))?;
        let longest = if spec.externally_scheduled {
            Input {
                value: longest,
                provenance: Provenance::Assumed,
                source: format!(
                    "somebody runs `lifeboat backup run '{address}'` on the schedule `{schedule}`"
                )
                .into(),
            }
        } else {
            declared(longest, self.gaps.source(schedule))
        };
        Ok(Capture::Scheduled { shortest, longest })
    }

    fn lag(&mut self, site: &Site<'_>, places: &Places<'_>) -> Lag {
        if value::is_on(site.attributes, role::SYNCHRONOUS) {
            return Lag::Synchronous;
        }
        if let Some(time) = self.span(ModelInput::Lag, places) {
            return Lag::Time(time);
        }
        let bytes = self.size(ModelInput::LagBytes, places);
        bytes.map_or(Lag::Unknown, Lag::Bytes)
    }

    fn log(&mut self, site: &Site<'_>, places: &Places<'_>) -> Capture {
        let flush = match value::span(site.attributes, role::FLUSH_EVERY) {
            Some(flush) => declared(flush, "its `flush_every`"),
            None if text(site.attributes, role::SCHEDULE).is_some() => match self.scheduled(site) {
                Ok(Capture::Scheduled { longest, .. }) => longest,
                Ok(other) => return other,
                Err(reason) => return Capture::Never(reason),
            },
            None => declared(Span::ZERO, "it has no `flush_every`"),
        };
        let queue = value::size(site.attributes, role::QUEUE_LIMIT);
        Capture::Log {
            flush,
            bandwidth: self.rate(ModelInput::ArchiveBandwidth, places),
            burst: self.size(ModelInput::Burst, places),
            queue_limit: queue.map(|limit| declared(limit, "its `queue_limit`")),
            window: value::span(site.attributes, role::WINDOW),
        }
    }

    /// Returns how long a run takes that nobody has measured: until the next one is due.
    fn assumed_run_time(
        &self,
        graph: &CopyGraph,
        site: &Site<'_>,
        capture: &Capture,
    ) -> Input<Span> {
        let address = site.address;
        let (value, source) = match capture {
            Capture::Replica(_) | Capture::Never(_) => return self.no_step(),
            Capture::Scheduled { longest, .. } => (
                longest.value,
                format!("each run of `{address}` ends before its next one starts"),
            ),
            Capture::Log { flush, .. } => (
                flush.value,
                format!("each piece of log of `{address}` is archived before its next one is due"),
            ),
            Capture::Following => {
                let source = site.source.and_then(|source| graph.copies.get(source));
                let Some(source) = source else {
                    return self.no_step();
                };
                (
                    interval(graph, site.source),
                    format!(
                        "each run of `{address}` ends before the next run of `{}` does",
                        source.address
                    ),
                )
            }
        };
        Input {
            value,
            provenance: Provenance::Assumed,
            source: source.into(),
        }
    }

    /// Returns how long a failed run can go unnoticed and then takes to be made up for.
    pub(super) fn unnoticed(&mut self, places: &Places<'_>) -> Option<Input<Span>> {
        let alert = self.span(ModelInput::AlertDelay, places);
        let rerun = self.span(ModelInput::Rerun, places);
        match (alert, rerun) {
            (Some(alert), Some(rerun)) => {
                let weaker = if rerun.provenance > alert.provenance {
                    &rerun
                } else {
                    &alert
                };
                Some(Input {
                    value: alert.value + rerun.value,
                    provenance: weaker.provenance.clone(),
                    source: weaker.source.clone(),
                })
            }
            (alert, rerun) => alert.or(rerun),
        }
    }
}

/// Returns what the copy is made from, nearest first, that its last drill or verification refuted. What it holds may
/// still be whole; nobody knows.
fn refuted_source<'g>(graph: &'g CopyGraph, site: &Site<'_>) -> Option<&'g Address> {
    let mut at = site.source;
    for _ in 0..graph.copies.len() {
        let copy = graph.copies.get(at?)?;
        if copy.recovery.refuted.is_some() {
            return Some(&copy.address);
        }
        at = copy.source;
    }
    None
}

/// Returns the longest time between two runs of a copy, or of what it follows.
pub(super) fn interval(graph: &CopyGraph, copy: Option<usize>) -> Span {
    let mut at = copy;
    for _ in 0..graph.copies.len() {
        let Some(copy) = at.and_then(|index| graph.copies.get(index)) else {
            break;
        };
        match &copy.capture {
            Capture::Scheduled { longest, .. } => return longest.value,
            Capture::Log { flush, .. } => return flush.value,
            Capture::Following => at = copy.source,
            Capture::Replica(_) | Capture::Never(_) => break,
        }
    }
    Span::ZERO
}
