//! What the language reads, and what it answers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::configuration::Configuration;
use crate::diagnostic::{Diagnostics, Sources};

/// A text with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFile {
    /// How diagnostics call it: the path relative to the directory of the configuration.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A place that gives values to variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableSource {
    /// `LIFEBOAT_VAR_name` of the environment; ignored where no such variable is declared.
    Environment {
        /// The name of the variable, without the prefix.
        name: String,
        /// Its raw text.
        text: String,
    },
    /// A file of HCL attributes.
    File(SourceFile),
    /// `--var name=text`.
    Argument {
        /// The name of the variable.
        name: String,
        /// Its raw text.
        text: String,
    },
}

/// Everything that the language reads. Nothing else is looked at: same inputs, same answer.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The `*.dr.hcl` files of the directory.
    pub files: Vec<SourceFile>,
    /// In order of precedence: a later one wins.
    pub variables: Vec<VariableSource>,
    /// The files that an earlier [`Outcome::NeedsFiles`] asked for; none where a file does not exist.
    pub loaded: BTreeMap<String, Option<Vec<u8>>>,
    /// Now, as the run sees it.
    pub as_of: Timestamp,
    /// The version of lifeboat that runs.
    pub lifeboat_version: String,
    /// The absolute path of the directory of the configuration.
    pub base_dir: String,
}

impl Inputs {
    /// Returns the texts that diagnostics are about.
    ///
    /// Values from the environment and from arguments are not among them: they may be secrets.
    pub fn sources(&self) -> Sources {
        let mut sources = Sources::default();
        for (name, bytes) in &self.loaded {
            if let Some(text) = bytes.as_deref().and_then(|b| std::str::from_utf8(b).ok()) {
                sources.insert(name.clone(), text);
            }
        }
        for source in &self.variables {
            if let VariableSource::File(file) = source {
                sources.insert(file.name.clone(), file.text.as_str());
            }
        }
        for file in &self.files {
            sources.insert(file.name.clone(), file.text.as_str());
        }
        sources
    }
}

/// A configuration without errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evaluated {
    /// What it says.
    pub configuration: Configuration,
    /// What is perhaps not meant so.
    pub warnings: Diagnostics,
}

/// How far the evaluation came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// To the end.
    Complete(Box<Evaluated>),
    /// Functions read these files: put them into [`Inputs::loaded`] and evaluate again.
    NeedsFiles(BTreeSet<String>),
}
