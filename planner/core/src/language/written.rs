//! The text of the configuration as its author wrote it, and where a change of it goes.

use std::ops::Range;

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block as HclBlock, BlockLabel, Body};

use super::declare::header;
use super::failure::span_of;
use super::inputs::SourceFile;
use crate::configuration::Location;

/// The files of a configuration, read as text.
#[derive(Debug)]
pub(crate) struct Texts<'t> {
    files: Vec<(&'t SourceFile, Body)>,
}

/// A block, where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'t> {
    file: &'t SourceFile,
    block: &'t HclBlock,
}

/// A piece of text in the place of another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Splice {
    /// The file.
    pub(crate) file: String,
    /// The bytes that go; none for what is put between.
    pub(crate) start: usize,
    /// Where they end.
    pub(crate) end: usize,
    /// What comes.
    pub(crate) text: String,
}

impl<'t> Texts<'t> {
    /// Returns the files that parse: all of them, for a configuration that was evaluated.
    pub(crate) fn new(files: &'t [SourceFile]) -> Self {
        let parsed = files
            .iter()
            .filter_map(|file| Some((file, file.text.parse::<Body>().ok()?)));
        Self {
            files: parsed.collect(),
        }
    }

    /// Returns every top-level block, in the order of files and blocks.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = Written<'_>> {
        self.files.iter().flat_map(|(file, body)| {
            let blocks = body.blocks();
            blocks.map(move |block| Written { file, block })
        })
    }

    /// Returns the block whose header stands here.
    pub(crate) fn at(&self, at: &Location) -> Option<Written<'_>> {
        let mut files = self.files.iter();
        let (file, body) = files.find(|(file, _)| file.name == at.file)?;
        let mut blocks = body.blocks();
        let block = blocks.find(|block| header(block) == at.span)?;
        Some(Written { file, block })
    }

    /// Returns the first block with this keyword and this last label.
    pub(crate) fn named(&self, keyword: &str, name: &str) -> Option<Written<'_>> {
        let mut blocks = self.blocks();
        blocks.find(|it| it.block.has_ident(keyword) && it.name() == name)
    }
}

impl<'t> Written<'t> {
    /// Returns the source of the value of an argument, as it is written; `path` goes through nested blocks.
    pub(crate) fn source(&self, path: &[&str]) -> Option<&'t str> {
        let span = span_of(&self.attribute(path)?.value);
        self.file.text.get(span)
    }

    /// Returns the keyword.
    pub(crate) fn keyword(&self) -> &'t str {
        self.block.ident.as_str()
    }

    /// Returns the last label.
    pub(crate) fn name(&self) -> &'t str {
        self.block.labels.last().map_or("", BlockLabel::as_str)
    }

    /// Returns whether one block stands for several instances.
    pub(crate) fn is_repeated(&self) -> bool {
        self.block.body.has_attribute("for_each")
    }

    /// Returns the splice that gives an argument a value, with a remark behind it.
    ///
    /// None where that cannot be written in place: the value depends on the instance, the nested block is not there,
    /// or all of it stands on one line.
    pub(crate) fn set(&self, path: &[&str], value: &str, remark: &str) -> Option<Splice> {
        if let Some(attribute) = self.attribute(path) {
            return self.replaced(attribute, value, remark);
        }
        let (name, above) = path.split_last()?;
        let body = self.body(above)?;
        let last = body.attributes().last()?;
        let end = self.end_of_line(span_of(&last.value).end, false)?;
        let start = span_of(&last.key).start;
        let indent = self.indent(start);
        let text = format!("\n{indent}{name} = {value} # {remark}");
        Some(self.splice(end..end, text))
    }

    /// Returns the splice that puts text below the block, with an empty line between.
    pub(crate) fn below(&self, text: &str) -> Splice {
        let end = span_of(self.block).end;
        let end = self.end_of_line(end, true).unwrap_or(end);
        self.splice(end..end, format!("\n\n{}", text.trim_end()))
    }

    fn replaced(&self, attribute: &Attribute, value: &str, remark: &str) -> Option<Splice> {
        let span = span_of(&attribute.value);
        let source = self.file.text.get(span.clone())?;
        let fixed = matches!(
            attribute.value,
            Expression::String(_) | Expression::Number(_) | Expression::Bool(_)
        );
        if !fixed && (self.is_repeated() || source.contains('\n')) {
            return None;
        }
        let rest = self.file.text.get(span.end..)?;
        let line = rest.split(['\n', '\r']).next().unwrap_or_default();
        let said = line.trim();
        if said.is_empty() {
            let text = format!("{value} # {remark}");
            return Some(self.splice(span, text));
        }
        if !(said.starts_with('#') || said.starts_with("//")) {
            return Some(self.splice(span, value.to_owned()));
        }
        let whole = span.start..span.end + line.len();
        Some(self.splice(whole, format!("{value} {said}; {remark}")))
    }

    fn attribute(&self, path: &[&str]) -> Option<&'t Attribute> {
        let (name, above) = path.split_last()?;
        self.body(above)?.get_attribute(name)
    }

    fn body(&self, path: &[&str]) -> Option<&'t Body> {
        let mut body = &self.block.body;
        for name in path {
            body = &body.blocks().find(|block| block.has_ident(name))?.body;
        }
        Some(body)
    }

    /// Returns where the line ends that this byte stands in; what stands before that must be nothing or a comment.
    fn end_of_line(&self, from: usize, nothing_else: bool) -> Option<usize> {
        let rest = self.file.text.get(from..)?;
        let line = rest.split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let said = line.trim_start();
        let comment = said.is_empty() || said.starts_with('#') || said.starts_with("//");
        if comment {
            Some(from + line.len())
        } else {
            nothing_else.then_some(from)
        }
    }

    fn indent(&self, at: usize) -> &'t str {
        let before = self.file.text.get(..at).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        before.get(start..).unwrap_or_default()
    }

    fn splice(&self, span: Range<usize>, text: String) -> Splice {
        Splice {
            file: self.file.name.clone(),
            start: span.start,
            end: span.end,
            text,
        }
    }
}

/// Returns the text of a file after these splices, in canonical layout where it was before; none where two of them
/// touch the same text.
pub(crate) fn spliced(file: &SourceFile, splices: &[Splice]) -> Option<String> {
    let mut here: Vec<&Splice> = splices.iter().filter(|it| it.file == file.name).collect();
    here.sort_by_key(|it| (it.start, it.end));
    let mut text = String::new();
    let mut done = 0;
    for splice in here {
        text.push_str(file.text.get(done..splice.start)?);
        text.push_str(&splice.text);
        done = splice.end;
    }
    text.push_str(file.text.get(done..)?);
    let canonical = |text: &str| super::format::format(text).ok();
    if canonical(&file.text).as_deref() == Some(file.text.as_str()) {
        return canonical(&text);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile {
            name: "a.dr.hcl".to_owned(),
            text: text.to_owned(),
        }
    }

    fn after(text: &str, splice: impl FnOnce(&Texts<'_>) -> Option<Splice>) -> String {
        let files = [file(text)];
        let texts = Texts::new(&files);
        let splices: Vec<Splice> = splice(&texts).into_iter().collect();
        spliced(&files[0], &splices).unwrap()
    }

    const PLAIN: &str = "protection \"snapshot\" \"daily\" {\n  target   = target.x.y\n  schedule = \"24h\"\n}\n\nretention \"week\" {\n  keep {\n    last = 2 # two\n  }\n}\n";

    #[test]
    fn a_value_is_replaced_and_the_line_says_what_it_was() {
        let set = |texts: &Texts<'_>| {
            let block = texts.named("protection", "daily")?;
            block.set(&["schedule"], "\"1h\"", "was 24h")
        };
        insta::assert_snapshot!(after(PLAIN, set), @r#"
        protection "snapshot" "daily" {
          target   = target.x.y
          schedule = "1h" # was 24h
        }

        retention "week" {
          keep {
            last = 2 # two
          }
        }
        "#);
    }

    #[test]
    fn a_remark_that_is_there_goes_on() {
        let set = |texts: &Texts<'_>| {
            let block = texts.named("retention", "week")?;
            block.set(&["keep", "last"], "25", "was 2")
        };
        assert!(after(PLAIN, set).contains("    last = 25 # two; was 2\n"));
    }

    #[test]
    fn a_new_argument_stands_last_and_a_new_block_below() {
        let set = |texts: &Texts<'_>| {
            let block = texts.named("protection", "daily")?;
            block.set(&["retention"], "retention.week", "new")
        };
        assert!(
            after(PLAIN, set)
                .contains("  schedule  = \"24h\"\n  retention = retention.week # new\n}")
        );
        let add = |texts: &Texts<'_>| {
            Some(
                texts
                    .named("protection", "daily")?
                    .below("locals {\n  a = 1\n}\n"),
            )
        };
        assert!(after(PLAIN, add).contains("\"24h\"\n}\n\nlocals {\n  a = 1\n}\n\nretention"));
    }

    #[test]
    fn what_cannot_be_written_in_place_is_not() {
        let one_line = "retention \"week\" {\n  keep { last = 2 }\n}\n";
        let files = [file(one_line)];
        let texts = Texts::new(&files);
        let week = texts.named("retention", "week").unwrap();
        assert!(week.set(&["keep", "last"], "3", "was 2").is_some());
        assert_eq!(week.set(&["keep", "within"], "\"2d\"", "new"), None);
        assert_eq!(week.set(&["drop", "last"], "3", "new"), None);
        let each =
            "protection \"snapshot\" \"a\" {\n  for_each = var.all\n  schedule = each.value\n}\n";
        let files = [file(each)];
        let texts = Texts::new(&files);
        let block = texts.named("protection", "a").unwrap();
        assert!(block.is_repeated());
        assert_eq!(block.set(&["schedule"], "\"1h\"", "was 24h"), None);
    }
}
