//! Which paths of a directory are read.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use lifeboat_contract::{ErrorClass, ProviderError};

/// Which paths below a directory are read, by patterns as restic knows them.
///
/// - A pattern is matched against the path below the source. `*` and `?` stay within one name, `**` crosses
///   directories, `[a-z]` and `{a,b}` are alternatives.
/// - A pattern that begins with `/` is anchored at the source; any other matches at every depth: `*.log`,
///   `cache/tmp`.
/// - A pattern that matches a directory matches everything in it.
/// - With `include`, only what matches one of its patterns is read, and the directories on the way to it.
/// - `exclude` is stronger than `include`.
#[derive(Clone, Debug)]
pub struct Selection {
    include: Option<GlobSet>,
    exclude: GlobSet,
}

impl Selection {
    /// Returns the selection with these patterns; no `include` means everything.
    ///
    /// # Errors
    /// `invalid` for a pattern that is none.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, ProviderError> {
        Ok(Self {
            include: match include {
                [] => None,
                patterns => Some(compile(patterns)?),
            },
            exclude: compile(exclude)?,
        })
    }

    /// Returns the selection of everything.
    pub fn everything() -> Self {
        Self {
            include: None,
            exclude: GlobSet::empty(),
        }
    }

    /// Returns whether a path, and with it what is below, is left out.
    pub(super) fn excludes(&self, relative: &Path) -> bool {
        self.exclude.is_match(relative)
    }

    /// Returns whether a path is asked for, itself or by a directory above it.
    pub(super) fn includes(&self, relative: &Path) -> bool {
        self.include.as_ref().is_none_or(|patterns| {
            relative
                .ancestors()
                .filter(|path| !path.as_os_str().is_empty())
                .any(|path| patterns.is_match(path))
        })
    }
}

fn compile(patterns: &[String]) -> Result<GlobSet, ProviderError> {
    let mut set = GlobSetBuilder::new();
    let invalid = |pattern: &str, error: globset::Error| {
        ProviderError::new(
            ErrorClass::Invalid,
            format!("`{pattern}` is not a pattern of paths"),
        )
        .help("Write it as for restic: `*.log`, `/cache`, `**/tmp`.")
        .because(error)
    };
    for pattern in patterns {
        let trimmed = pattern.trim_end_matches('/');
        let glob = match trimmed.strip_prefix('/') {
            Some(anchored) => anchored.to_owned(),
            None => format!("**/{trimmed}"),
        };
        let glob = GlobBuilder::new(&glob)
            .literal_separator(true)
            .build()
            .map_err(|error| invalid(pattern, error))?;
        set.add(glob);
    }
    set.build()
        .map_err(|error| invalid(&patterns.join("`, `"), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(patterns: &[&str]) -> Vec<String> {
        patterns.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_pattern_matches_at_every_depth_unless_it_begins_with_a_slash() {
        let selection = Selection::new(&[], &texts(&["*.log", "/cache", "a/b/"])).unwrap();
        let excluded: Vec<&str> = [
            "x.log", "d/x.log", "cache", "d/cache", "a/b", "d/a/b", "a", "x.logs",
        ]
        .into_iter()
        .filter(|path| selection.excludes(Path::new(path)))
        .collect();
        insta::assert_debug_snapshot!(excluded, @r#"
        [
            "x.log",
            "d/x.log",
            "cache",
            "a/b",
            "d/a/b",
        ]
        "#);
    }

    #[test]
    fn what_is_in_an_included_directory_is_included() {
        let selection = Selection::new(&texts(&["docs", "*.md"]), &[]).unwrap();
        assert!(selection.includes(Path::new("docs")));
        assert!(selection.includes(Path::new("a/docs/b/c.txt")));
        assert!(selection.includes(Path::new("a/readme.md")));
        assert!(!selection.includes(Path::new("a/readme.txt")));
    }

    #[test]
    fn a_wrong_pattern_is_invalid() {
        let error = Selection::new(&[], &texts(&["a[b"])).unwrap_err();
        assert_eq!(error.class, ErrorClass::Invalid);
        assert_eq!(error.to_string(), "`a[b` is not a pattern of paths");
    }
}
