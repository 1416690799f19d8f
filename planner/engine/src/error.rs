//! Why a command of the engine ended without doing its work.

use lifeboat_contract::ProviderError;
use lifeboat_model::{Address, Loss};

use crate::lock::LockError;
use crate::state::StateError;

/// Why a command of the engine ended without doing its work.
///
/// The binary maps [`EngineError::LockHeld`] to exit code 5, [`EngineError::Stale`] to 6, [`EngineError::NeedsLeave`]
/// to 7 and the rest to 1.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Somebody else holds the lock.
    #[error(transparent)]
    LockHeld(LockError),
    /// The lock cannot be taken for another reason.
    #[error(transparent)]
    Lock(LockError),
    /// The state cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// What the plan was made on has moved since.
    #[error("the plan is stale: {reason}")]
    Stale {
        /// What moved.
        reason: String,
    },
    /// The plan loses recovery points or weakens a protection, and nobody gave leave.
    #[error("the plan {}", lossy(losses, weakened))]
    NeedsLeave {
        /// The recovery points that it deletes.
        losses: Vec<Loss>,
        /// The protections that it weakens.
        weakened: Vec<Address>,
    },
    /// The plan itself forbids to be applied.
    #[error("the plan cannot be applied: {reason}")]
    Refused {
        /// Why.
        reason: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// The plan contradicts itself; the planner never makes such a one.
    #[error("bug: the plan contradicts itself: {0}")]
    Incoherent(String),
    /// No provider of this run has this address.
    #[error("`{address}` is managed by `{provider}`, which is not configured")]
    NoProvider {
        /// The resource.
        address: Box<Address>,
        /// The provider that manages it.
        provider: Box<Address>,
    },
    /// What the command needs to know could not be read.
    #[error("cannot read `{address}`: {message}")]
    Unread {
        /// The resource.
        address: Box<Address>,
        /// What happened.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// The resource is not recorded as a protection that can do this.
    #[error("`{address}` {reason}")]
    NotSuitable {
        /// The resource.
        address: Box<Address>,
        /// Why not.
        reason: &'static str,
        /// What to do about it.
        help: String,
    },
    /// A protection holds no recovery point to work with.
    #[error("`{address}` holds no recovery point{}", point.as_ref().map_or_else(String::new, |id| format!(" `{id}`")))]
    NoPoint {
        /// The protection.
        address: Box<Address>,
        /// The point that was asked for; none if any would do.
        point: Option<String>,
    },
    /// A provider could not do what it was asked.
    #[error("cannot {action} `{address}`")]
    Provider {
        /// What was tried: `back up`, `restore`.
        action: &'static str,
        /// The resource.
        address: Box<Address>,
        /// What the provider said.
        #[source]
        source: ProviderError,
    },
    /// The user asked to stop at once.
    #[error("stopped while {0}")]
    Interrupted(String),
}

impl From<LockError> for EngineError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Held { .. } | LockError::Leased { .. } => Self::LockHeld(error),
            _ => Self::Lock(error),
        }
    }
}

fn lossy(losses: &[Loss], weakened: &[Address]) -> String {
    let count = |n: usize, one: &str, many: &str| match n {
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    };
    let points = count(losses.len(), "recovery point", "recovery points");
    let weaker = count(weakened.len(), "protection", "protections");
    match (losses.is_empty(), weakened.is_empty()) {
        (false, true) => format!("deletes {points}"),
        (true, _) => format!("weakens {weaker}"),
        (false, false) => format!("deletes {points} and weakens {weaker}"),
    }
}

impl EngineError {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LockHeld(error) | Self::Lock(error) => error.code(),
            Self::State(error) => error.code(),
            Self::Stale { .. } => "apply::stale",
            Self::NeedsLeave { .. } => "apply::needs_leave",
            Self::Refused { .. } => "apply::refused",
            Self::Incoherent(_) => "apply::incoherent",
            Self::NoProvider { .. } => "engine::no_provider",
            Self::Unread { .. } => "engine::unread",
            Self::NotSuitable { .. } => "engine::not_suitable",
            Self::NoPoint { .. } => "engine::no_point",
            Self::Provider { .. } => "engine::provider",
            Self::Interrupted(_) => "engine::interrupted",
        }
    }

    /// Returns what to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::LockHeld(error) | Self::Lock(error) => error.help(),
            Self::State(error) => error.help(),
            Self::Stale { .. } => {
                Some("Make a new plan, and look at it before applying it.".to_owned())
            }
            Self::NeedsLeave { .. } => {
                Some("Pass `--allow-loss` if this is what you want.".to_owned())
            }
            Self::NoProvider { .. } => {
                Some("Put the provider block back until nothing is recorded under it.".to_owned())
            }
            Self::Refused { help, .. } | Self::Unread { help, .. } => help.clone(),
            Self::NotSuitable { help, .. } => Some(help.clone()),
            Self::NoPoint { point, address } => Some(if point.is_some() {
                format!("List what there is with `lifeboat status '{address}'`.")
            } else {
                format!("Make one with `lifeboat backup run '{address}'`.")
            }),
            Self::Provider { source, .. } => source.help.clone(),
            Self::Incoherent(_) | Self::Interrupted(_) => None,
        }
    }
}
