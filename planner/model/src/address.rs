//! Addresses: the one way to name a block of configuration or what the planner derives from it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The kind of block that an [`Address`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Block {
    /// A provider configuration: `provider.local`, or `provider.aws.dr` with an alias.
    Provider,
    /// An objective: `objective.gold`.
    Objective,
    /// A retention policy: `retention.seven_years`.
    Retention,
    /// A place that holds recovery points: `repository.directory.main`.
    Repository,
    /// A thing with data to protect: `target.local_directory.docs`.
    Target,
    /// One mechanism on one target: `protection.snapshot.docs_daily`.
    Protection,
    /// Targets that recover together: `service.checkout`.
    Service,
    /// What fails and when: `scenario.frankfurt_dark`.
    Scenario,
}

impl Block {
    const ALL: [Self; 8] = [
        Self::Provider,
        Self::Objective,
        Self::Retention,
        Self::Repository,
        Self::Target,
        Self::Protection,
        Self::Service,
        Self::Scenario,
    ];

    /// Returns the keyword that opens the block in the configuration.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Objective => "objective",
            Self::Retention => "retention",
            Self::Repository => "repository",
            Self::Target => "target",
            Self::Protection => "protection",
            Self::Service => "service",
            Self::Scenario => "scenario",
        }
    }

    /// Returns the block with this keyword.
    pub fn from_keyword(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|block| block.keyword() == word)
    }

    /// Returns whether an address of this block carries a kind before the name.
    pub const fn has_kind(self) -> bool {
        matches!(self, Self::Repository | Self::Target | Self::Protection)
    }
}

/// What the planner derives below a block: the `.replica["dr"]` of `target.aws_db_instance.orders.replica["dr"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// The role of the derived resource: `snapshot`, `copy`, `schedule`, `replica`, …
    pub role: String,
    /// The name of the protection that asked for it; none where a block has at most one.
    pub key: Option<String>,
}

/// The name of a block, of one instance of it, or of a resource derived from it.
///
/// Written `block.kind.name["key"].part["key"]`; the kind stands only where [`Block::has_kind`], or for an aliased
/// provider. Ordered by block, kind, name, key, part, which is the order of every listing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The block that is named.
    pub block: Block,
    /// The first label of the block, where it has two.
    pub kind: Option<String>,
    /// The last label of the block.
    pub name: String,
    /// The `for_each` key of the instance.
    pub key: Option<String>,
    /// What is derived from the block.
    pub part: Option<Part>,
}

impl Address {
    /// Returns the address of a block with one label.
    pub fn named(block: Block, name: impl Into<String>) -> Self {
        Self {
            block,
            kind: None,
            name: name.into(),
            key: None,
            part: None,
        }
    }

    /// Returns the address of a block with two labels.
    pub fn of_kind(block: Block, kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            block,
            kind: Some(kind.into()),
            name: name.into(),
            key: None,
            part: None,
        }
    }

    /// Returns the address of the instance with this `for_each` key.
    #[must_use]
    pub fn keyed(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Returns the address of a derived resource of this block.
    #[must_use]
    pub fn part(mut self, role: impl Into<String>, key: Option<String>) -> Self {
        self.part = Some(Part {
            role: role.into(),
            key,
        });
        self
    }

    /// Returns the address of the block instance that this address derives from, or the address itself.
    #[must_use]
    pub fn owner(&self) -> Self {
        Self {
            part: None,
            ..self.clone()
        }
    }

    /// Returns whether `selector` names this address, the block it derives from, or every instance of that block.
    ///
    /// `target.a.b` selects `target.a.b`, `target.a.b["k"]` and `target.a.b.snapshot["s"]`.
    pub fn selected_by(&self, selector: &Self) -> bool {
        self.block == selector.block
            && self.kind == selector.kind
            && self.name == selector.name
            && (selector.key.is_none() || self.key == selector.key)
            && (selector.part.is_none() || self.part == selector.part)
    }
}

fn write_key(f: &mut fmt::Formatter<'_>, key: Option<&str>) -> fmt::Result {
    let Some(key) = key else { return Ok(()) };
    f.write_str("[\"")?;
    for c in key.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"]")
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.block.keyword())?;
        if let Some(kind) = &self.kind {
            write!(f, ".{kind}")?;
        }
        write!(f, ".{}", self.name)?;
        write_key(f, self.key.as_deref())?;
        if let Some(part) = &self.part {
            write!(f, ".{}", part.role)?;
            write_key(f, part.key.as_deref())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The first word names no block.
    #[error("`{0}` is not a kind of block that has an address")]
    UnknownBlock(String),
    /// A label is missing.
    #[error("`{0}` is incomplete: expected `{1}`")]
    Incomplete(String, &'static str),
    /// A label or a key is malformed.
    #[error("`{0}` is not a valid address at byte {1}")]
    Malformed(String, usize),
}

/// One dotted step: a word and its optional `["key"]`.
type Step = (String, Option<String>);

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn malformed(&self) -> AddressError {
        AddressError::Malformed(self.text.to_owned(), self.at)
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn word(&mut self) -> Result<String, AddressError> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
            .unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default().to_owned();
        if word.is_empty() {
            return Err(self.malformed());
        }
        self.at += end;
        Ok(word)
    }

    fn key(&mut self) -> Result<Option<String>, AddressError> {
        if !self.rest().starts_with("[\"") {
            return Ok(None);
        }
        self.at += 2;
        let mut key = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += i + 1;
                    if !self.rest().starts_with(']') {
                        return Err(self.malformed());
                    }
                    self.at += 1;
                    return Ok(Some(key));
                }
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('n') => key.push('\n'),
                    Some('t') => key.push('\t'),
                    Some('r') => key.push('\r'),
                    Some(c @ ('"' | '\\')) => key.push(c),
                    _ => return Err(self.malformed()),
                },
                c => key.push(c),
            }
        }
        Err(self.malformed())
    }

    fn steps(&mut self) -> Result<Vec<Step>, AddressError> {
        let mut steps = Vec::new();
        loop {
            steps.push((self.word()?, self.key()?));
            if self.rest().is_empty() {
                return Ok(steps);
            }
            if !self.rest().starts_with('.') {
                return Err(self.malformed());
            }
            self.at += 1;
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let mut steps = Scanner { text, at: 0 }.steps()?.into_iter();
        let malformed = || AddressError::Malformed(text.to_owned(), 0);
        let (word, key) = steps.next().ok_or_else(malformed)?;
        let block = Block::from_keyword(&word).ok_or(AddressError::UnknownBlock(word))?;
        if key.is_some() {
            return Err(malformed());
        }
        let expected = if block.has_kind() {
            "BLOCK.KIND.NAME"
        } else {
            "BLOCK.NAME"
        };
        let incomplete = || AddressError::Incomplete(text.to_owned(), expected);
        let (first, first_key) = steps.next().ok_or_else(incomplete)?;
        let aliased = block == Block::Provider && steps.len() > 0;
        let (kind, name, key) = if block.has_kind() || aliased {
            if first_key.is_some() {
                return Err(malformed());
            }
            let (name, key) = steps.next().ok_or_else(incomplete)?;
            (Some(first), name, key)
        } else {
            (None, first, first_key)
        };
        let part = steps.next().map(|(role, key)| Part { role, key });
        if steps.next().is_some() {
            return Err(malformed());
        }
        Ok(Self {
            block,
            kind,
            name,
            key,
            part,
        })
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_reads_as_it_is_written() {
        for text in [
            "target.aws_db_instance.orders",
            "target.aws_db_instance.shard[\"a\"]",
            "target.aws_db_instance.shard[\"a.b\\\"]\"].replica[\"dr\"]",
            "objective.gold",
            "provider.local",
            "provider.aws.dr",
            "target.local_directory.docs.snapshot[\"daily\"]",
        ] {
            assert_eq!(
                text.parse::<Address>().map(|a| a.to_string()).as_deref(),
                Ok(text)
            );
        }
    }

    #[test]
    fn a_wrong_address_says_what_is_wrong() {
        let errors: Vec<String> = [
            "targt.a.b",
            "target.a",
            "target..b",
            "target.a.b[0]",
            "objective.a.b.c",
        ]
        .iter()
        .map(|text| match text.parse::<Address>() {
            Ok(address) => format!("parsed as {address}"),
            Err(error) => error.to_string(),
        })
        .collect();
        insta::assert_snapshot!(errors.join("\n"), @r"
        `targt` is not a kind of block that has an address
        `target.a` is incomplete: expected `BLOCK.KIND.NAME`
        `target..b` is not a valid address at byte 7
        `target.a.b[0]` is not a valid address at byte 10
        `objective.a.b.c` is not a valid address at byte 0
        ");
    }

    proptest! {
        #[test]
        fn every_key_survives_the_round_trip(key in ".*", part in ".*") {
            let address = Address::of_kind(Block::Target, "local_directory", "docs").keyed(key).part("copy", Some(part));
            prop_assert_eq!(address.to_string().parse::<Address>(), Ok(address));
        }
    }
}
