//! Findings: what has cost others their data, each code with every place where it stands.

use std::collections::BTreeMap;

use lifeboat_model::{Address, BackupRule, Finding, Severity};

use super::canvas::{Canvas, Line, Tone, columns, wrap};
use super::moment::count;

/// Places that are named for one code, unless the style is verbose.
const NAMED: usize = 3;
/// Where the text of a finding begins.
const TEXT: usize = 4;

/// Writes the findings that are told, the gravest first, and counts those that are ignored.
pub(crate) fn findings(canvas: &mut Canvas, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    canvas.gap();
    let groups = groups(findings);
    let told: usize = groups.iter().map(|(_, group)| group.len()).sum();
    if told > 0 {
        canvas.line(
            Line::default()
                .tone(Tone::Strong, "Findings")
                .plain(format!(" ({told}):")),
        );
    }
    for (code, group) in &groups {
        one(canvas, code, group);
    }
    ignored(canvas, findings);
}

/// Writes how targets stand to 3-2-1-1-0: each, or how many keep it.
pub(crate) fn backup_rules(canvas: &mut Canvas, rules: &BTreeMap<Address, BackupRule>) {
    if rules.is_empty() {
        return;
    }
    let kept = rules.values().filter(|rule| rule.holds()).count();
    let all = count(rules.len(), "target");
    canvas.gap();
    canvas.line(
        Line::default()
            .tone(Tone::Strong, "3-2-1-1-0: ")
            .plain(format!(
                "{kept} of {all} {}.",
                if kept == 1 || rules.len() == 1 {
                    "keeps it"
                } else {
                    "keep it"
                }
            )),
    );
    let most = if canvas.style.verbose {
        rules.len()
    } else {
        NAMED
    };
    let short = rules.iter().filter(|(_, rule)| !rule.holds());
    for (address, rule) in short.clone().take(most) {
        let says = rule.to_string();
        let says = says.strip_prefix("3-2-1-1-0: ").unwrap_or(&says);
        said(canvas, 2, address, says);
    }
    if let Some(left @ 1..) = short.count().checked_sub(most) {
        let text = format!("and {left} more; all of them with --verbose");
        canvas.line(Line::indent(2).tone(Tone::Faint, text));
    }
}

/// Returns the findings that are told by code, the gravest code first.
pub(crate) fn groups(findings: &[Finding]) -> Vec<(&str, Vec<&Finding>)> {
    let mut groups: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|it| it.ignored.is_none()) {
        groups.entry(&finding.code).or_default().push(finding);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, group)| group.iter().map(|it| it.severity).min());
    groups
}

const fn word(severity: Severity) -> (Tone, &'static str) {
    match severity {
        Severity::Error => (Tone::Bad, "error"),
        Severity::Warning => (Tone::Warn, "warning"),
        Severity::Note => (Tone::Calm, "note"),
    }
}

fn one(canvas: &mut Canvas, code: &str, group: &[&Finding]) {
    let Some(first) = group.first() else { return };
    let gravest = group.iter().map(|it| it.severity).min();
    let (tone, word) = word(gravest.unwrap_or(first.severity));
    canvas.line(
        Line::indent(2)
            .tone(tone, word)
            .plain(" ")
            .tone(Tone::Strong, code),
    );
    let most = if canvas.style.verbose {
        group.len()
    } else {
        NAMED
    };
    for finding in group.iter().take(most) {
        said(canvas, TEXT, &finding.address, &finding.message);
    }
    if let Some(left @ 1..) = group.len().checked_sub(most) {
        let text = format!("and {left} more; all of them with --verbose");
        canvas.line(Line::indent(TEXT).tone(Tone::Faint, text));
    }
    let room = canvas.style.width.saturating_sub(TEXT + 2).max(20);
    let mut helps: Vec<&str> = Vec::new();
    for finding in group.iter().take(most) {
        if !helps.contains(&finding.help.as_str()) {
            helps.push(&finding.help);
        }
    }
    for help in helps.into_iter().filter(|help| !help.is_empty()) {
        for part in wrap(help, room) {
            canvas.line(Line::indent(TEXT + 2).tone(Tone::Calm, part));
        }
    }
}

/// Writes where a finding stands and what it says, on one line if there is room.
fn said(canvas: &mut Canvas, indent: usize, address: &Address, message: &str) {
    let address = address.to_string();
    let message = message.replace('`', "");
    let head = Line::indent(indent).plain(format!("{address}: "));
    if head.width() + columns(&message) <= canvas.style.width {
        canvas.line(head.plain(message));
        return;
    }
    canvas.line(Line::indent(indent).plain(format!("{address}:")));
    let room = canvas.style.width.saturating_sub(indent + 2).max(20);
    for part in wrap(&message, room) {
        canvas.line(Line::indent(indent + 2).plain(part));
    }
}

/// Counts what the configuration ignores, by reason and last day.
fn ignored(canvas: &mut Canvas, findings: &[Finding]) {
    let mut reasons: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for ignored in findings.iter().filter_map(|it| it.ignored.as_ref()) {
        *reasons
            .entry((&ignored.until, &ignored.reason))
            .or_default() += 1;
    }
    for ((until, reason), n) in reasons {
        let text = format!("({} ignored until {until}: {reason})", count(n, "finding"));
        let room = canvas.style.width.saturating_sub(TEXT).max(20);
        for (i, part) in wrap(&text, room).into_iter().enumerate() {
            let lead = if i == 0 { "# " } else { "  " };
            canvas.line(Line::indent(2).tone(Tone::Faint, format!("{lead}{part}")));
        }
    }
}

/// Returns how many findings are told and how many are ignored, in words; none without any.
pub(crate) fn counted(findings: &[Finding]) -> Option<String> {
    let ignored = findings.iter().filter(|it| it.ignored.is_some()).count();
    let told = findings.len() - ignored;
    match (told, ignored) {
        (0, 0) => None,
        (told, 0) => Some(count(told, "finding")),
        (told, ignored) => Some(format!("{}, {ignored} ignored", count(told, "finding"))),
    }
}
