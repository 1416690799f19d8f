//! What a planned fault is.

use std::fmt;
use std::str::FromStr;

use lifeboat_contract::ErrorClass;

/// A method of the provider, or one request below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// [`Provider::read`](lifeboat_contract::Provider::read).
    Read,
    /// One page of one listing that a read makes.
    List,
    /// [`Provider::change`](lifeboat_contract::Provider::change).
    Change,
    /// [`Provider::back_up`](lifeboat_contract::Provider::back_up).
    BackUp,
    /// [`Provider::delete_points`](lifeboat_contract::Provider::delete_points).
    DeletePoints,
    /// [`Provider::restore`](lifeboat_contract::Provider::restore).
    Restore,
    /// [`Provider::verify`](lifeboat_contract::Provider::verify).
    Verify,
    /// [`Provider::verify_restored`](lifeboat_contract::Provider::verify_restored).
    VerifyRestored,
    /// [`Provider::discard_scratch`](lifeboat_contract::Provider::discard_scratch).
    DiscardScratch,
}

impl Method {
    const ALL: [Self; 9] = [
        Self::Read,
        Self::List,
        Self::Change,
        Self::BackUp,
        Self::DeletePoints,
        Self::Restore,
        Self::Verify,
        Self::VerifyRestored,
        Self::DiscardScratch,
    ];

    /// Returns the word of the method.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::List => "list",
            Self::Change => "change",
            Self::BackUp => "back_up",
            Self::DeletePoints => "delete_points",
            Self::Restore => "restore",
            Self::Verify => "verify",
            Self::VerifyRestored => "verify_restored",
            Self::DiscardScratch => "discard_scratch",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// When in a call a fault happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Instant {
    /// Before anything is done.
    #[default]
    Before,
    /// When everything is done, before the caller learns of it.
    After,
}

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happens {
    /// The call fails with this class.
    Fail(ErrorClass),
    /// The call never answers; others do.
    Hang,
    /// The process dies, as far as the world is concerned: no call of any of its providers answers or has an effect
    /// any more. See [`World::until_crash`](super::World::until_crash).
    Crash,
    /// The process really dies.
    Abort,
}

/// One fault, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The method that it strikes.
    pub method: Method,
    /// Which call of the method, counted from 1 over the life of the world.
    pub call: u64,
    /// When in the call.
    pub at: Instant,
    /// What it does.
    pub happens: Happens,
}

/// Why a text is not a fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a fault: expected METHOD CALL CLASS, such as \"change 3 throttled\"")]
pub struct FaultError(pub String);

/// Reads `METHOD CALL WHAT [after]`, where WHAT is a class of errors, `hang`, `crash` or `abort`.
impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let wrong = || FaultError(text.to_owned());
        let words: Vec<&str> = text.split_whitespace().collect();
        let (method, call, what, at) = match words.as_slice() {
            [method, call, what] => (*method, *call, *what, Instant::Before),
            [method, call, what, "after"] => (*method, *call, *what, Instant::After),
            _ => return Err(wrong()),
        };
        let class = || {
            serde_json::from_value(serde_json::Value::String(what.to_owned())).map(Happens::Fail)
        };
        Ok(Self {
            method: Method::ALL
                .into_iter()
                .find(|known| known.as_str() == method)
                .ok_or_else(wrong)?,
            call: call.parse().map_err(|_| wrong())?,
            at,
            happens: match what {
                "hang" => Happens::Hang,
                "crash" => Happens::Crash,
                "abort" => Happens::Abort,
                _ => class().map_err(|_| wrong())?,
            },
        })
    }
}
