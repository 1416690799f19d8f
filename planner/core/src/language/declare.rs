//! Finds what the files declare: every top-level block by its name, each one once.

use std::collections::BTreeMap;
use std::ops::Range;

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block as HclBlock, BlockLabel, Structure};
use lifeboat_model::{Address, Block};

use super::failure::span_of;
use super::nearest::{nearest, suggestion};
use super::parse::Parsed;
use crate::configuration::Location;
use crate::diagnostic::Diagnostic;

/// A block with its file.
#[derive(Clone, Debug)]
pub(crate) struct Declared<'w> {
    /// The file.
    pub(crate) file: &'w str,
    /// The block.
    pub(crate) block: &'w HclBlock,
}

impl<'w> Declared<'w> {
    /// Returns the bytes of the keyword and the labels.
    pub(crate) fn header(&self) -> Range<usize> {
        header(self.block)
    }

    /// Returns the text of a label.
    pub(crate) fn label(&self, index: usize) -> &'w str {
        self.block.labels.get(index).map_or("", BlockLabel::as_str)
    }

    /// Returns the bytes of a label.
    pub(crate) fn label_span(&self, index: usize) -> Range<usize> {
        self.block
            .labels
            .get(index)
            .map_or_else(|| self.header(), span_of)
    }

    /// Returns where the header stands.
    pub(crate) fn location(&self) -> Location {
        Location {
            file: self.file.to_owned(),
            span: self.header(),
        }
    }

    /// Returns an error about the header.
    pub(crate) fn error(&self, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, message).label(self.file, self.header(), "")
    }
}

/// Returns the bytes of the keyword and the labels of a block.
pub(crate) fn header(block: &HclBlock) -> Range<usize> {
    let start = span_of(&block.ident);
    let end = block.labels.last().map_or(start.end, |l| span_of(l).end);
    start.start..end
}

/// A named expression: a local.
#[derive(Clone, Debug)]
pub(crate) struct Named<'w> {
    /// The file.
    pub(crate) file: &'w str,
    /// Bytes of the name.
    pub(crate) name: Range<usize>,
    /// The expression.
    pub(crate) expr: &'w Expression,
}

/// Everything that is declared.
#[derive(Debug, Default)]
pub(crate) struct Declarations<'w> {
    /// The `lifeboat` blocks.
    pub(crate) settings: Vec<Declared<'w>>,
    /// By name.
    pub(crate) variables: BTreeMap<&'w str, Declared<'w>>,
    /// By name.
    pub(crate) locals: BTreeMap<&'w str, Named<'w>>,
    /// By name.
    pub(crate) outputs: BTreeMap<&'w str, Declared<'w>>,
    /// What has an address.
    pub(crate) blocks: BTreeMap<Address, Declared<'w>>,
    /// The `assumptions` blocks in the order of files and blocks, each label once.
    pub(crate) assumptions: Vec<Declared<'w>>,
    /// The `prices` blocks, in the same way.
    pub(crate) prices: Vec<Declared<'w>>,
    /// The `ignore` blocks; one finding may be ignored for several reasons.
    pub(crate) ignores: Vec<Declared<'w>>,
    /// What was reported as wrongly named: the kind of block that is meant, and the labels that are given.
    misnamed: Vec<(Block, Vec<&'w str>)>,
}

/// The keywords of top-level blocks and how many labels each has.
const KEYWORDS: [(&str, usize); 14] = [
    ("lifeboat", 0),
    ("locals", 0),
    ("variable", 1),
    ("output", 1),
    ("provider", 1),
    ("objective", 1),
    ("retention", 1),
    ("repository", 2),
    ("target", 2),
    ("protection", 2),
    ("service", 1),
    ("assumptions", 1),
    ("prices", 1),
    ("ignore", 1),
];

/// Blocks of the language that a later version will read.
const NOT_YET: [&str; 6] = ["scenario", "module", "data", "import", "moved", "removed"];

/// Sorts the blocks of all files; adds what is wrong to `problems`.
pub(crate) fn declare<'w>(
    files: &'w [Parsed<'w>],
    problems: &mut Vec<Diagnostic>,
) -> Declarations<'w> {
    let mut declarations = Declarations::default();
    for file in files {
        for structure in &file.body {
            match structure {
                Structure::Attribute(attribute) => problems.push(
                    Diagnostic::error(
                        "language::stray_attribute",
                        format!("`{}` stands outside of any block", attribute.key.as_str()),
                    )
                    .label(file.name, span_of(&attribute.key), "")
                    .help("Put it into a `locals` block to give a value a name."),
                ),
                Structure::Block(block) => {
                    let declared = Declared {
                        file: file.name,
                        block,
                    };
                    if let Err(problem) = declarations.add(declared) {
                        problems.extend(problem);
                    }
                }
            }
        }
    }
    declarations
}

impl<'w> Declarations<'w> {
    /// Returns whether a reference may name a block that was reported as wrongly named: the one error is enough.
    pub(crate) fn is_misnamed(&self, address: &Address) -> bool {
        let kind = address.kind.as_deref();
        self.misnamed.iter().any(|(block, labels)| {
            *block == address.block
                && labels
                    .iter()
                    .any(|label| !is_name(label) || *label == address.name || Some(*label) == kind)
        })
    }

    /// Remembers a block that has no usable name.
    fn misname(&mut self, word: &str, declared: &Declared<'w>) {
        if let Some(block) = Block::from_keyword(word) {
            let labels = declared.block.labels.iter();
            let labels = labels.map(BlockLabel::as_str).collect();
            self.misnamed.push((block, labels));
        }
    }

    fn add(&mut self, declared: Declared<'w>) -> Result<(), Vec<Diagnostic>> {
        let word = declared.block.ident.as_str();
        let Some((_, labels)) = KEYWORDS.iter().find(|(keyword, _)| *keyword == word) else {
            let keywords = KEYWORDS.iter().map(|(keyword, _)| *keyword);
            if let Some(meant) = nearest(word, keywords) {
                self.misname(meant, &declared);
            }
            return Err(vec![unknown_block(&declared, word)]);
        };
        if let Err(problems) = check_labels(&declared, word, *labels) {
            self.misname(word, &declared);
            return Err(problems);
        }
        let name = declared.label(0);
        let earlier = match word {
            "lifeboat" => {
                self.settings.push(declared.clone());
                self.settings.first().filter(|_| self.settings.len() > 1)
            }
            "locals" => return self.add_locals(&declared),
            "variable" => insert(&mut self.variables, name, &declared),
            "output" => insert(&mut self.outputs, name, &declared),
            "assumptions" => push(&mut self.assumptions, &declared),
            "prices" => push(&mut self.prices, &declared),
            "ignore" => {
                self.ignores.push(declared);
                return Ok(());
            }
            _ => {
                let address = address(&declared, word).map_err(|problem| vec![problem])?;
                insert(&mut self.blocks, address, &declared)
            }
        };
        let Some(earlier) = earlier else {
            return Ok(());
        };
        let title = match word {
            "lifeboat" => "the `lifeboat` block".to_owned(),
            "variable" | "output" | "assumptions" | "prices" => format!("{word} `{name}`"),
            _ => address(&declared, word).map_or_else(|_| word.to_owned(), |a| format!("`{a}`")),
        };
        Err(vec![
            declared
                .error("language::duplicate", format!("{title} is declared twice"))
                .label(earlier.file, earlier.header(), "first declared here"),
        ])
    }

    fn add_locals(&mut self, declared: &Declared<'w>) -> Result<(), Vec<Diagnostic>> {
        let mut problems = Vec::new();
        for structure in &declared.block.body {
            let attribute = match structure {
                Structure::Attribute(attribute) => attribute,
                Structure::Block(block) => {
                    let message = "a `locals` block holds names and values, no blocks";
                    problems.push(Diagnostic::error("language::unknown_block", message).label(
                        declared.file,
                        header(block),
                        "",
                    ));
                    continue;
                }
            };
            let named = Named {
                file: declared.file,
                name: span_of(&attribute.key),
                expr: &attribute.value,
            };
            let key = attribute.key.as_str();
            if let Some(earlier) = self.locals.get(key) {
                let message = format!("local `{key}` is declared twice");
                problems.push(
                    Diagnostic::error("language::duplicate", message)
                        .label(named.file, named.name, "")
                        .label(earlier.file, earlier.name.clone(), "first declared here"),
                );
            } else {
                self.locals.insert(key, named);
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }
}

/// Inserts a declaration, or returns the one that has the name already.
fn insert<'m, 'w, K: Ord + Clone>(
    map: &'m mut BTreeMap<K, Declared<'w>>,
    key: K,
    declared: &Declared<'w>,
) -> Option<&'m Declared<'w>> {
    if map.contains_key(&key) {
        return map.get(&key);
    }
    map.insert(key, declared.clone());
    None
}

/// Appends a declaration, or returns the one that has the label already.
fn push<'m, 'w>(
    list: &'m mut Vec<Declared<'w>>,
    declared: &Declared<'w>,
) -> Option<&'m Declared<'w>> {
    let label = declared.label(0);
    let earlier = list.iter().position(|other| other.label(0) == label);
    if earlier.is_none() {
        list.push(declared.clone());
    }
    earlier.and_then(|index| list.get(index))
}

fn unknown_block(declared: &Declared<'_>, word: &str) -> Diagnostic {
    let span = span_of(&declared.block.ident);
    if NOT_YET.contains(&word) {
        return Diagnostic::error(
            "language::not_yet",
            format!("a `{word}` block is not supported by this version yet"),
        )
        .label(declared.file, span, "")
        .help("Remove the block, or use a later version of lifeboat.");
    }
    let keywords = KEYWORDS.iter().map(|(keyword, _)| *keyword);
    Diagnostic::error(
        "language::unknown_block",
        format!("there is no block `{word}`"),
    )
    .label(declared.file, span, "")
    .maybe_help(suggestion(word, keywords))
}

fn check_labels(declared: &Declared<'_>, word: &str, wanted: usize) -> Result<(), Vec<Diagnostic>> {
    let given = declared.block.labels.len();
    if given != wanted {
        let form = match (word, wanted) {
            (_, 0) => format!("{word} {{ … }}"),
            ("protection", _) => format!("{word} \"MECHANISM\" \"NAME\" {{ … }}"),
            ("provider" | "prices", _) => format!("{word} \"KIND\" {{ … }}"),
            ("ignore", _) => format!("{word} \"FINDING\" {{ … }}"),
            (_, 1) => format!("{word} \"NAME\" {{ … }}"),
            _ => format!("{word} \"KIND\" \"NAME\" {{ … }}"),
        };
        return Err(vec![
            declared
                .error(
                    "language::labels",
                    format!("`{word}` takes {}, {given} given", count_of_labels(wanted)),
                )
                .help(format!("Write it as `{form}`.")),
        ]);
    }
    let bad = (0..given).filter(|i| !is_name(declared.label(*i)));
    let problems: Vec<Diagnostic> = bad
        .map(|i| {
            let message = format!("`{}` is not a name", declared.label(i));
            Diagnostic::error("language::bad_name", message)
                .label(declared.file, declared.label_span(i), "")
                .help("Start with a letter or `_`, and use letters, digits, `_` and `-` only.")
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn count_of_labels(count: usize) -> &'static str {
    match count {
        0 => "no label",
        1 => "1 label",
        _ => "2 labels",
    }
}

/// Returns whether a text can be part of an address.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// Returns the address of a block that has one.
fn address(declared: &Declared<'_>, word: &str) -> Result<Address, Diagnostic> {
    let block = Block::from_keyword(word).unwrap_or(Block::Target);
    let first = declared.label(0);
    if block.has_kind() {
        return Ok(Address::of_kind(block, first, declared.label(1)));
    }
    if block != Block::Provider {
        return Ok(Address::named(block, first));
    }
    let Some(alias) = declared.block.body.get_attribute("alias") else {
        return Ok(Address::named(block, first));
    };
    match alias.value.as_str() {
        Some(text) if is_name(text) => Ok(Address::of_kind(block, first, text)),
        _ => Err(Diagnostic::error(
            "language::alias",
            "an alias is a name written out in quotes",
        )
        .label(declared.file, span_of(&alias.value), "")
        .help("Start with a letter or `_`, and use letters, digits, `_` and `-` only.")),
    }
}
