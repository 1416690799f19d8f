//! Notices: boxed like Terraform's diagnostics in colour, plain without.

use lifeboat_model::{Notice, Severity};

use super::canvas::{Canvas, Line, Tone, wrap};

const fn word(severity: Severity) -> (Tone, &'static str) {
    match severity {
        Severity::Error => (Tone::Bad, "Error"),
        Severity::Warning => (Tone::Warn, "Warning"),
        Severity::Note => (Tone::Calm, "Note"),
    }
}

/// Writes notices, the gravest first.
pub(crate) fn notices(canvas: &mut Canvas, notices: &[Notice]) {
    let mut sorted: Vec<&Notice> = notices.iter().collect();
    sorted.sort_by_key(|notice| notice.severity);
    for notice in sorted {
        canvas.gap();
        one(canvas, notice);
    }
}

fn one(canvas: &mut Canvas, notice: &Notice) {
    let (tone, word) = word(notice.severity);
    let boxed = canvas.style.color && canvas.style.unicode;
    let side = |line: Option<Line>| {
        let bar = if boxed { "│ " } else { "" };
        let mut whole = Line::default().tone(tone, bar);
        if let Some(line) = line {
            whole = whole.append(line);
        }
        whole
    };
    if boxed {
        canvas.say(tone, "╷");
    }
    let room = canvas.style.width.saturating_sub(2).max(20);
    let head = wrap(&format!("{word}: {}", notice.message), room);
    for (i, part) in head.into_iter().enumerate() {
        let line = match part.strip_prefix(word) {
            Some(rest) if i == 0 => Line::default().tone(tone, word).tone(Tone::Strong, rest),
            _ => Line::default().tone(Tone::Strong, part),
        };
        canvas.line(side(Some(line)));
    }
    if let Some(address) = &notice.address {
        canvas.line(side(Some(Line::indent(2).plain(format!("with {address}")))));
    }
    canvas.line(side(Some(
        Line::indent(2).tone(Tone::Faint, notice.code.clone()),
    )));
    if let Some(help) = &notice.help {
        canvas.line(side(None));
        for part in wrap(help, room) {
            canvas.line(side(Some(Line::default().plain(part))));
        }
    }
    if boxed {
        canvas.say(tone, "╵");
    }
}
