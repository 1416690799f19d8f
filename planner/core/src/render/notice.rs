//! Notices: boxed like Terraform's diagnostics in colour, plain without.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Notice, Severity};

use super::canvas::{Canvas, Line, Tone, wrap};

const fn word(severity: Severity) -> (Tone, &'static str) {
    match severity {
        Severity::Error => (Tone::Bad, "Error"),
        Severity::Warning => (Tone::Warn, "Warning"),
        Severity::Note => (Tone::Calm, "Note"),
    }
}

/// Addresses that a notice names, unless the style is verbose.
const NAMED: usize = 3;

/// Writes notices, the gravest first. Those that say the same are one, with every address.
pub(crate) fn notices(canvas: &mut Canvas, notices: &[Notice]) {
    let mut groups: Vec<Vec<&Notice>> = Vec::new();
    let mut places = BTreeMap::new();
    for notice in notices {
        let says = (notice.severity, &notice.code, &notice.message, &notice.help);
        let place = *places.entry(says).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(notice),
            None => groups.push(vec![notice]),
        }
    }
    groups.sort_by_key(|group| group.first().map(|notice| notice.severity));
    for group in groups {
        if let Some(notice) = group.first() {
            let about = group.iter().filter_map(|notice| notice.address.as_ref());
            canvas.gap();
            one(canvas, notice, &about.collect::<Vec<_>>());
        }
    }
}

fn one(canvas: &mut Canvas, notice: &Notice, about: &[&Address]) {
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
    let most = if canvas.style.verbose {
        about.len()
    } else {
        NAMED
    };
    for address in about.iter().take(most) {
        let with = Line::indent(2).plain(format!("with {address}"));
        canvas.line(side(Some(with)));
    }
    if let Some(left @ 1..) = about.len().checked_sub(most) {
        canvas.line(side(Some(
            Line::indent(2).plain(format!("and {left} more")),
        )));
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
