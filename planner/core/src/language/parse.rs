//! Reads text into syntax trees.

use hcl_edit::structure::Body;

use super::inputs::SourceFile;
use crate::diagnostic::Diagnostic;

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Parsed<'w> {
    /// How the file is called.
    pub(crate) name: &'w str,
    /// What stands in it.
    pub(crate) body: Body,
}

/// Reads one file, or says where it stops to make sense.
pub(crate) fn parse(file: &SourceFile) -> Result<Parsed<'_>, Diagnostic> {
    match file.text.parse::<Body>() {
        Ok(body) => Ok(Parsed {
            name: &file.name,
            body,
        }),
        Err(error) => {
            let at = error.location().offset();
            let width = file
                .text
                .get(at..)
                .and_then(|rest| rest.chars().next())
                .map_or(1, char::len_utf8);
            Err(
                Diagnostic::error("language::syntax", "the file cannot be read from here on")
                    .label(
                        &file.name,
                        at..at + width,
                        error.message().replace('\n', "\\n"),
                    ),
            )
        }
    }
}
