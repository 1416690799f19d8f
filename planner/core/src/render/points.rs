//! Recovery points: the ones that a plan deletes, and the ones that a protection holds.

use jiff::Timestamp;
use lifeboat_model::{Address, Loss, RecoveryPoint};

use super::Style;
use super::canvas::{Canvas, Line, Table, Tone};
use super::moment::{age, count, size, utc};

/// Recovery points that are named one by one in a plan, unless the style is verbose.
pub(crate) const NAMED: usize = 50;

/// Writes the recovery points that a plan deletes, above everything else.
pub(crate) fn losses(canvas: &mut Canvas, losses: &[Loss], as_of: Timestamp) {
    let head = Line::default().tone(Tone::Strong, "Recovery points that this plan deletes:");
    if losses.is_empty() {
        canvas.line(head.plain(" none."));
        return;
    }
    canvas.line(head.tone(Tone::Bad, format!(" {}", losses.len())));
    let most = if canvas.style.verbose {
        losses.len()
    } else {
        NAMED
    };
    for group in losses
        .get(..most.min(losses.len()))
        .unwrap_or_default()
        .chunk_by(|a, b| a.address == b.address)
    {
        if let Some(loss) = group.first() {
            canvas.line(Line::indent(2).tone(Tone::Strong, loss.address.to_string()));
        }
        table(
            canvas,
            4,
            group.iter().map(|loss| &loss.point),
            as_of,
            Tone::Bad,
        );
    }
    if let Some(left @ 1..) = losses.len().checked_sub(most) {
        let text = count(left, "more recovery point");
        canvas.line(
            Line::indent(2).tone(Tone::Bad, format!("and {text}; all of them with --verbose")),
        );
    }
}

/// Writes recovery points as rows: short id, time, age, size, lock.
fn table<'a>(
    canvas: &mut Canvas,
    indent: usize,
    points: impl IntoIterator<Item = &'a RecoveryPoint>,
    as_of: Timestamp,
    tone: Tone,
) {
    let mut table = Table::indent(indent);
    for point in points {
        let id = if canvas.style.verbose {
            point.id.0.clone()
        } else {
            point.id.short().to_owned()
        };
        table.row([
            (tone, id),
            (Tone::Plain, utc(point.time)),
            (Tone::Plain, age(point.time, as_of)),
            (Tone::Plain, size(point.size_bytes)),
            (Tone::Calm, notes(point, as_of)),
        ]);
    }
    table.write(canvas);
}

/// Writes recovery points as rows, newest first.
pub(crate) fn points_rows(
    canvas: &mut Canvas,
    indent: usize,
    points: &[RecoveryPoint],
    as_of: Timestamp,
) {
    let mut newest: Vec<&RecoveryPoint> = points.iter().collect();
    newest.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.id.cmp(&b.id)));
    table(canvas, indent, newest, as_of, Tone::Warn);
}

fn notes(point: &RecoveryPoint, as_of: Timestamp) -> String {
    let mut notes = Vec::new();
    if let Some(until) = point.locked_until.filter(|until| *until > as_of) {
        notes.push(format!("locked for {}", age(as_of, until)));
    }
    if let Some(source) = &point.copy_of {
        notes.push(format!("copy of {}", source.short()));
    }
    notes.join(", ")
}

/// Returns the recovery points of protections as text, newest first: `lifeboat backup list`.
pub fn points_text<'a>(
    protections: impl IntoIterator<Item = (&'a Address, &'a [RecoveryPoint])>,
    as_of: Timestamp,
    style: Style,
) -> String {
    let mut canvas = Canvas::new(style);
    let (mut holders, mut total) = (0, 0);
    for (address, points) in protections {
        holders += 1;
        total += points.len();
        canvas.gap();
        canvas.line(
            Line::default()
                .tone(Tone::Strong, address.to_string())
                .plain(format!("  {}", count(points.len(), "recovery point"))),
        );
        points_rows(&mut canvas, 2, points, as_of);
    }
    canvas.gap();
    canvas.say(
        Tone::Plain,
        format!(
            "{} in {}.",
            count(total, "recovery point"),
            count(holders, "protection")
        ),
    );
    canvas.finish()
}
