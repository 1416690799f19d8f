//! Reads text into syntax trees.

use hcl_edit::structure::Body;

use super::inputs::SourceFile;
use super::syntax::trouble;
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
        Err(error) => Err(trouble(file, error.location().offset(), error.message())),
    }
}
