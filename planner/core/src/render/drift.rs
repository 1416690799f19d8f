//! Drift: what was changed behind lifeboat's back.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lifeboat_model::{Address, Drift, DriftKind, RecoveryPoint};

use super::Style;
use super::action::{block_head, comment};
use super::canvas::{Canvas, Line, Tone};
use super::moment::{age, count, size, utc};
use super::points::NAMED;
use super::value::{Entry, Turn, entries};

/// Returns drift as text: `lifeboat drift`. `pending` is how many changes the configuration asks for besides.
pub fn drift_text(drift: &[Drift], pending: usize, as_of: Timestamp, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    if drift.is_empty() {
        canvas.line(
            Line::default()
                .tone(Tone::Good, "No drift.")
                .plain(" What is live is what the last apply left."),
        );
    } else {
        note(&mut canvas, drift, as_of);
        canvas.gap();
        let objects: BTreeSet<&Address> = drift.iter().map(|drift| &drift.address).collect();
        canvas.line(
            Line::default()
                .tone(Tone::Strong, "Drift:")
                .plain(format!(" {}.", count(objects.len(), "object"))),
        );
        let text = "Run \"lifeboat plan\" to see what apply would do about it.";
        canvas.paragraph("", Tone::Plain, text);
    }
    if pending > 0 {
        let changes = count(pending, "change");
        let is = if pending == 1 { "is" } else { "are" };
        let text = format!(
            "Apart from that, {changes} of the configuration {is} pending: no drift, but not applied yet."
        );
        canvas.paragraph("", Tone::Plain, &text);
    }
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
            missing(canvas, points, as_of);
            canvas.line(Line::indent(4).plain("}"));
        }
    }
}

fn missing(canvas: &mut Canvas, points: &[RecoveryPoint], as_of: Timestamp) {
    let most = if canvas.style.verbose {
        points.len()
    } else {
        NAMED
    };
    for point in points.iter().take(most) {
        let text = format!(
            " {}  {}  {}  {}",
            point.id.short(),
            utc(point.time),
            age(point.time, as_of),
            size(point.size_bytes)
        );
        canvas.line(Line::indent(6).tone(Tone::Bad, "-").plain(text));
    }
    if let Some(left @ 1..) = points.len().checked_sub(most) {
        let text = count(left, "more recovery point");
        canvas.line(Line::indent(8).tone(Tone::Faint, format!("# ({text})")));
    }
}
