//! Drift: what was changed behind lifeboat's back.

use jiff::Timestamp;
use lifeboat_model::{Drift, DriftKind};

use super::Style;
use super::action::{block_head, comment};
use super::canvas::{Canvas, Line, Tone};
use super::moment::{age, count, size, utc};
use super::value::{Entry, Turn, entries};

/// Returns drift as text: `lifeboat drift`.
pub fn drift_text(drift: &[Drift], as_of: Timestamp, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    if drift.is_empty() {
        canvas.line(
            Line::default()
                .tone(Tone::Good, "No drift.")
                .plain(" What is live is what the last apply left."),
        );
        return canvas.finish();
    }
    note(&mut canvas, drift, as_of);
    canvas.gap();
    canvas.line(
        Line::default()
            .tone(Tone::Strong, "Drift:")
            .plain(format!(" {}.", count(drift.len(), "object"))),
    );
    canvas.paragraph(
        "",
        Tone::Plain,
        "Run \"lifeboat plan\" to see what apply would do about it, apart from pending changes of the configuration.",
    );
    canvas.finish()
}

/// Writes the note that Terraform writes above a plan.
pub(crate) fn note(canvas: &mut Canvas, drift: &[Drift], as_of: Timestamp) {
    if drift.is_empty() {
        return;
    }
    canvas.gap();
    canvas.line(
        Line::default()
            .tone(Tone::Calm, "Note:")
            .tone(Tone::Strong, " Objects have changed outside of lifeboat"),
    );
    canvas.gap();
    canvas.paragraph(
        "",
        Tone::Plain,
        "lifeboat detected the following changes made outside of lifeboat since the last \"lifeboat apply\":",
    );
    for one in drift {
        canvas.gap();
        object(canvas, one, as_of);
    }
}

fn object(canvas: &mut Canvas, drift: &Drift, as_of: Timestamp) {
    let says = match &drift.drift {
        DriftKind::Changed(_) => "has changed".to_owned(),
        DriftKind::Deleted => "has been deleted".to_owned(),
        DriftKind::PointsMissing(points) => {
            format!("has lost {}", count(points.len(), "recovery point"))
        }
    };
    let head = format!("# {} {says}", drift.address);
    canvas.line(Line::indent(2).tone(Tone::Strong, head));
    let block = block_head(&drift.address);
    match &drift.drift {
        DriftKind::Changed(changes) => {
            canvas.line(
                Line::indent(2)
                    .tone(Tone::Warn, "~")
                    .plain(format!(" {block} {{")),
            );
            let shown: Vec<Entry<'_>> = changes
                .iter()
                .filter_map(|(name, (recorded, live))| {
                    Some(Entry {
                        name: Some(name.as_str()),
                        turn: Turn::between(Some(recorded), Some(live))?,
                        forces: false,
                    })
                })
                .collect();
            entries(canvas, 6, &shown);
            canvas.line(Line::indent(4).plain("}"));
        }
        DriftKind::Deleted => {
            canvas.line(
                Line::indent(2)
                    .tone(Tone::Bad, "-")
                    .plain(format!(" {block}")),
            );
        }
        DriftKind::PointsMissing(points) => {
            comment(
                canvas,
                Tone::Plain,
                "(no retention of the configuration took them)",
            );
            canvas.line(
                Line::indent(2)
                    .tone(Tone::Warn, "~")
                    .plain(format!(" {block} {{")),
            );
            for point in points {
                let text = format!(
                    "{}  {}  {}  {}",
                    point.id.short(),
                    utc(point.time),
                    age(point.time, as_of),
                    size(point.size_bytes)
                );
                canvas.line(
                    Line::indent(6)
                        .tone(Tone::Bad, "-")
                        .plain(format!(" {text}")),
                );
            }
            canvas.line(Line::indent(4).plain("}"));
        }
    }
}
