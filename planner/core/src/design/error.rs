//! Why a configuration cannot be compiled.

use lifeboat_model::{Address, Mechanism};

use crate::configuration::Location;

/// One thing that is wrong with the design.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DesignError {
    /// A protection names a target that is not in the configuration.
    #[error("`{protection}` protects `{target}`, which is not in the configuration")]
    UnknownTarget {
        /// The protection block.
        protection: Address,
        /// What it names.
        target: Address,
        /// Where it stands.
        at: Location,
    },
    /// No provider knows the mechanism on this kind of target.
    #[error("`{protection}` asks for a {mechanism} of a `{target_kind}`, which no provider makes")]
    UnknownMechanism {
        /// The protection block.
        protection: Address,
        /// What it asks for.
        mechanism: Mechanism,
        /// The kind of its target.
        target_kind: String,
        /// Where it stands.
        at: Location,
    },
    /// A copy without a source that is in the configuration.
    #[error("`{protection}` copies `{from}`, which is not in the configuration")]
    UnknownSource {
        /// The copy.
        protection: Address,
        /// What it names.
        from: Address,
        /// Where it stands.
        at: Location,
    },
    /// Two blocks compile to one resource.
    #[error("`{protection}` and `{other}` both compile to `{resource}`")]
    SameResource {
        /// The later block.
        protection: Address,
        /// The earlier one.
        other: Address,
        /// The resource of both.
        resource: Address,
        /// Where the later one stands.
        at: Location,
    },
    /// Two repositories stand in one place.
    #[error("`{repository}` and `{other}` are one and the same place")]
    SamePlace {
        /// The later block.
        repository: Address,
        /// The earlier one.
        other: Address,
        /// Where the later one stands.
        at: Location,
    },
    /// Something waits for what is not in the configuration.
    #[error("`{block}` waits for `{on}`, which is not in the configuration")]
    UnknownDependency {
        /// What waits.
        block: Address,
        /// What it names.
        on: Address,
        /// Where it stands.
        at: Location,
    },
    /// Things wait for one another.
    #[error("`{}` waits for itself: {}", .path.first().map(ToString::to_string).unwrap_or_default(), shown(.path))]
    Cycle {
        /// Each waits for the next, and the last for the first.
        path: Vec<Address>,
        /// Where the first stands.
        at: Location,
    },
}

fn shown(path: &[Address]) -> String {
    let mut names: Vec<String> = path.iter().map(|address| format!("`{address}`")).collect();
    names.extend(names.first().cloned());
    names.join(" → ")
}

impl DesignError {
    /// Returns the stable code of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownTarget { .. } => "design::unknown_target",
            Self::UnknownMechanism { .. } => "design::unknown_mechanism",
            Self::UnknownSource { .. } => "design::unknown_source",
            Self::SameResource { .. } => "design::same_resource",
            Self::SamePlace { .. } => "design::same_place",
            Self::UnknownDependency { .. } => "design::unknown_dependency",
            Self::Cycle { .. } => "design::cycle",
        }
    }

    /// Returns what to do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::UnknownTarget { .. } => "Name a target block of this configuration.",
            Self::UnknownMechanism { .. } => {
                "Choose a mechanism that the kind of target has; `lifeboat schema` lists them."
            }
            Self::UnknownSource { .. } => "Name a protection block of this configuration.",
            Self::SameResource { .. } => "Give one of the two blocks another name.",
            Self::SamePlace { .. } => {
                "Give it a place of its own, or remove it: a copy into the same place is no copy."
            }
            Self::UnknownDependency { .. } => "Name a block of this configuration.",
            Self::Cycle { .. } => "Remove one of the references.",
        }
    }

    /// Returns where the offending block stands.
    pub const fn at(&self) -> &Location {
        match self {
            Self::UnknownTarget { at, .. }
            | Self::UnknownMechanism { at, .. }
            | Self::UnknownSource { at, .. }
            | Self::SameResource { at, .. }
            | Self::SamePlace { at, .. }
            | Self::UnknownDependency { at, .. }
            | Self::Cycle { at, .. } => at,
        }
    }
}

/// Everything that is wrong with the design, in the order of the addresses; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration cannot be compiled: {} {}", .0.len(), if .0.len() == 1 { "error" } else { "errors" })]
pub struct DesignErrors(pub Vec<DesignError>);
