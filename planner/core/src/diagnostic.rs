//! What is wrong with a configuration, where, and what to do about it.
//!
//! A [`Diagnostic`] names files and bytes only; paired with the [`Sources`] it becomes a [`Report`] for `miette`, a
//! [`Located`] value for JSON, or plain text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{LabeledSpan, NamedSource, SourceCode};
use serde::Serialize;

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing can be done with the configuration.
    Error,
    /// It means something, but perhaps not what was meant.
    Warning,
}

impl Severity {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A marked place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The file, as it was named to the language.
    pub file: String,
    /// Bytes of the file.
    pub span: Range<usize>,
    /// What is said about it; may be empty.
    pub text: String,
}

/// One fact about the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// Stable, for tools: `language::unknown_attribute`.
    pub code: &'static str,
    /// A lower-case fragment without a final period.
    pub message: String,
    /// The places it is about, the first one foremost.
    pub labels: Vec<Label>,
    /// One imperative sentence.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Returns an error without places.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            labels: Vec::new(),
            help: None,
        }
    }

    /// Returns a warning without places.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Adds a place.
    #[must_use]
    pub fn label(
        mut self,
        file: impl Into<String>,
        span: Range<usize>,
        text: impl Into<String>,
    ) -> Self {
        self.labels.push(Label {
            file: file.into(),
            span,
            text: text.into(),
        });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what to do, if anything is known.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    fn sort_key(&self) -> (&str, usize, Severity, &str, &str) {
        let (file, start) = self
            .labels
            .first()
            .map_or(("", 0), |label| (label.file.as_str(), label.span.start));
        (file, start, self.severity, self.code, &self.message)
    }
}

/// All facts about a configuration, sorted by file and position, each one once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// Returns these diagnostics sorted and without repetitions.
    pub fn sorted(mut list: Vec<Diagnostic>) -> Self {
        list.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        list.dedup();
        Self(list)
    }

    /// Returns whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// Returns each diagnostic with the texts that it is about, for `miette`.
    pub fn reports<'a>(&'a self, sources: &'a Sources) -> impl Iterator<Item = Report> + 'a {
        self.0.iter().map(|d| Report::new(d.clone(), sources))
    }

    /// Returns each diagnostic with lines and columns, for JSON.
    pub fn located(&self, sources: &Sources) -> Vec<Located> {
        self.0.iter().map(|d| Located::new(d, sources)).collect()
    }

    /// Returns them as text without colour.
    pub fn plain(&self, sources: &Sources) -> String {
        let shown: Vec<String> = self.0.iter().map(|d| plain(d, sources)).collect();
        shown.join("\n")
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            let separator = if i > 0 { "; " } else { "" };
            write!(f, "{separator}{}", diagnostic.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// The texts that diagnostics are about, by file name.
#[derive(Clone, Debug, Default)]
pub struct Sources(BTreeMap<String, Arc<str>>);

impl Sources {
    /// Adds a text.
    pub fn insert(&mut self, file: impl Into<String>, text: impl Into<Arc<str>>) {
        self.0.insert(file.into(), text.into());
    }

    /// Returns the text of a file.
    pub fn text(&self, file: &str) -> Option<&str> {
        self.0.get(file).map(AsRef::as_ref)
    }

    /// Returns the line and column of a byte; none for a file that is not here.
    pub fn position(&self, file: &str, byte: usize) -> Option<Position> {
        let text = self.text(file)?;
        let byte = floor_boundary(text, byte);
        let before = text.get(..byte)?;
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Some(Position {
            line: before.matches('\n').count() + 1,
            column: before
                .get(line_start..)
                .map_or(0, |line| line.chars().count())
                + 1,
            byte,
        })
    }
}

/// Returns the greatest boundary between characters that is not after `byte`.
fn floor_boundary(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A place in a text for people: lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// From 0.
    pub byte: usize,
}

/// A label with its lines and columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LocatedLabel {
    /// The file.
    pub file: String,
    /// Where it starts.
    pub start: Option<Position>,
    /// Where it ends, exclusive.
    pub end: Option<Position>,
    /// What is said about it.
    pub text: String,
}

/// A diagnostic with its lines and columns, as JSON shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Located {
    /// How grave it is.
    pub severity: Severity,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where, the first one foremost.
    pub labels: Vec<LocatedLabel>,
    /// What to do.
    pub help: Option<String>,
}

impl Located {
    fn new(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        let labels = diagnostic.labels.iter().map(|label| LocatedLabel {
            file: label.file.clone(),
            start: sources.position(&label.file, label.span.start),
            end: sources.position(&label.file, label.span.end),
            text: label.text.clone(),
        });
        Self {
            severity: diagnostic.severity,
            code: diagnostic.code,
            message: diagnostic.message.clone(),
            labels: labels.collect(),
            help: diagnostic.help.clone(),
        }
    }
}

/// A diagnostic with the text that it is about. Labels in other files than the first one's are related reports.
#[derive(Clone, Debug)]
pub struct Report {
    diagnostic: Diagnostic,
    source: Option<NamedSource<Arc<str>>>,
    related: Vec<Report>,
    advice: bool,
}

impl Report {
    /// Returns the diagnostic with its texts.
    pub fn new(mut diagnostic: Diagnostic, sources: &Sources) -> Self {
        let file = diagnostic.labels.first().map(|label| label.file.clone());
        let (here, elsewhere): (Vec<_>, Vec<_>) = std::mem::take(&mut diagnostic.labels)
            .into_iter()
            .partition(|label| Some(&label.file) == file.as_ref());
        diagnostic.labels = here;
        let related = elsewhere.into_iter().map(|label| {
            let aside = Diagnostic::error(diagnostic.code, label.text.clone())
                .label(label.file, label.span, "");
            let mut report = Self::new(aside, sources);
            report.advice = true;
            report
        });
        let related = related.collect();
        let source = file.and_then(|name| {
            let text = sources.0.get(&name)?;
            let shown = match visible(text) {
                Cow::Borrowed(_) => Arc::clone(text),
                Cow::Owned(shown) => Arc::from(shown),
            };
            Some(NamedSource::new(name, shown))
        });
        Self {
            diagnostic,
            source,
            related,
            advice: false,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&self.diagnostic.message))
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            _ if self.advice => miette::Severity::Advice,
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.diagnostic.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let length = self
            .source
            .as_ref()
            .map_or(0, |source| source.inner().len());
        Some(Box::new(self.diagnostic.labels.iter().map(move |label| {
            let start = label.span.start.min(length);
            let end = label.span.end.clamp(start, length);
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            LabeledSpan::new_with_span(text, start..end)
        })))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.related.is_empty() {
            return None;
        }
        Some(Box::new(
            self.related.iter().map(|r| r as &dyn miette::Diagnostic),
        ))
    }
}

fn plain(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let mut text = format!(
        "{}[{}]: {}\n",
        diagnostic.severity.as_str(),
        diagnostic.code,
        visible(&diagnostic.message)
    );
    for label in &diagnostic.labels {
        text.push_str(&plain_label(label, sources));
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!("  help: {help}\n"));
    }
    text
}

fn plain_label(label: &Label, sources: &Sources) -> String {
    let Some((at, source)) = sources
        .position(&label.file, label.span.start)
        .zip(sources.text(&label.file))
    else {
        return format!("  {}: {}\n", label.file, label.text);
    };
    let line = source.lines().nth(at.line - 1).unwrap_or_default();
    let left = line.chars().count().saturating_sub(at.column - 1);
    let end = floor_boundary(source, label.span.end);
    let width = source
        .get(at.byte..end)
        .map_or(0, |marked| marked.chars().count())
        .min(left)
        .max(1);
    let (line, before, width) = window(line, at.column - 1, width);
    let carets = "^".repeat(width);
    let indent = " ".repeat(before);
    let underline = format!("{indent}{carets} {}", label.text);
    let header = format!("  {}:{}:{}\n", label.file, at.line, at.column);
    format!("{header}  | {line}\n  | {}\n", underline.trim_end())
}

/// Returns the part of a line that a person can read around `width` marked characters after `before` others, and
/// those two within it.
fn window(line: &str, before: usize, width: usize) -> (String, usize, usize) {
    const WIDEST: usize = 160;
    const LEAD: usize = 60;
    let line = visible(line);
    if line.chars().count() <= WIDEST {
        return (line.into_owned(), before, width);
    }
    let skipped = before.saturating_sub(LEAD);
    let shown: String = line.chars().skip(skipped).take(WIDEST).collect();
    let length = shown.chars().count();
    let more = line.chars().count() > skipped + length;
    let (lead, tail) = (
        if skipped > 0 { "… " } else { "" },
        if more { " …" } else { "" },
    );
    let before = before - skipped + lead.chars().count();
    let left = length.saturating_sub(before - lead.chars().count());
    (
        format!("{lead}{shown}{tail}"),
        before,
        width.min(left).max(1),
    )
}

/// Returns a text in which what a terminal would obey is a question mark, as many bytes long.
fn visible(text: &str) -> Cow<'_, str> {
    let obeyed = |c: char| c.is_ascii_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.contains(obeyed) {
        Cow::Owned(text.replace(obeyed, "?"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Diagnostics, Sources) {
        let mut sources = Sources::default();
        sources.insert("a.dr.hcl", "first = 1\nsecond = \"é\" + x\n");
        sources.insert("b.dr.hcl", "x = 2\n");
        let diagnostic = Diagnostic::error("language::sample", "`x` is two things")
            .label("a.dr.hcl", 25..26, "here")
            .label("b.dr.hcl", 0..1, "and there")
            .help("Rename one of them.");
        (Diagnostics::sorted(vec![diagnostic]), sources)
    }

    #[test]
    fn plain_text_shows_each_place() {
        let (diagnostics, sources) = sample();
        insta::assert_snapshot!(diagnostics.plain(&sources), @r#"
        error[language::sample]: `x` is two things
          a.dr.hcl:2:15
          | second = "é" + x
          |               ^ here
          b.dr.hcl:1:1
          | x = 2
          | ^ and there
          help: Rename one of them.
        "#);
    }

    #[test]
    fn of_a_long_line_the_place_is_shown_and_nothing_that_a_terminal_obeys() {
        let text = format!(
            "a = \"\u{1b}[31m{}\" + nothing + {}\n",
            "x".repeat(300),
            "1 + ".repeat(90)
        );
        let at = text.find("nothing").unwrap();
        let mut sources = Sources::default();
        sources.insert("a.dr.hcl", text);
        let diagnostic = Diagnostic::error("language::sample", "there is no `\u{1b}[31m`").label(
            "a.dr.hcl",
            at..at + 7,
            "here",
        );
        let shown = Diagnostics::sorted(vec![diagnostic]).plain(&sources);
        insta::assert_snapshot!(shown, @r#"
        error[language::sample]: there is no `?[31m`
          a.dr.hcl:1:315
          | … xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" + nothing + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1  …
          |                                                               ^^^^^^^ here
        "#);
    }

    #[test]
    fn json_counts_lines_and_columns_from_one() {
        let (diagnostics, sources) = sample();
        let start = diagnostics.located(&sources)[0].labels[0].start;
        assert_eq!(start, sources.position("a.dr.hcl", 25));
        assert_eq!(start.map(|p| (p.line, p.column)), Some((2, 15)));
    }

    #[test]
    fn a_place_in_another_file_is_a_related_report() {
        let (diagnostics, sources) = sample();
        let report = diagnostics.reports(&sources).next().unwrap();
        let mut text = String::new();
        miette::NarratableReportHandler::new()
            .render_report(&mut text, &report)
            .unwrap();
        assert!(
            text.contains("a.dr.hcl") && text.contains("b.dr.hcl") && text.contains("and there")
        );
    }
}
