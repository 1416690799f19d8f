//! The copy graph of one target: what can bring its data back, and what that takes.
//!
//! Plain numbers, made from the design, the live state and the catalog by `build`; everything that follows is
//! arithmetic on it. A protection is an edge from its source to a new [`Copy`].

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{
    Address, Bound, ByteSize, Domain, Mechanism, Need, Provenance, Rate, Retention, Span,
};

/// A number with its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input<T> {
    /// The number.
    pub value: T,
    /// How sure it is.
    pub provenance: Provenance,
    /// Who says so, as the end of a sentence: "its schedule", "the drill of 2026-03-01". For what is assumed, the
    /// assumption itself: "a replacement for the machine is at hand".
    pub source: Arc<str>,
}

/// The data, and every copy of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyGraph {
    /// The target.
    pub target: Address,
    /// What the data fail with.
    pub domains: Arc<[Domain]>,
    /// How much there is.
    pub size: Option<Input<ByteSize>>,
    /// How fast it changes: bytes of log a second.
    pub write_rate: Option<Input<Rate>>,
    /// From the failure until somebody knows. For corruption and account it is part of the dwell.
    pub detect: Input<Span>,
    /// From knowing until the recovery is decided. For corruption and account it is part of the dwell.
    pub decide: Input<Span>,
    /// Invariant: a source stands before what is made from it.
    pub copies: Vec<Copy>,
}

/// A place from which the data can be recovered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The protection that makes it.
    pub address: Address,
    /// Its mechanism.
    pub mechanism: Mechanism,
    /// The copy that it is made from; none for the data themselves.
    pub source: Option<usize>,
    /// How points come into being.
    pub capture: Capture,
    /// The wait before a point is sent on.
    pub hold: Input<Span>,
    /// From the start of a capture until its point is usable here (`prop`).
    pub prop: Input<Span>,
    /// Whether a run starts exactly when a point arrives at its source: only where the mechanism guarantees it.
    pub aligned: bool,
    /// So many runs in a row may fail.
    pub tolerated_failures: u32,
    /// From a failed run that nobody tolerates until it is made up for: alert delay and rerun. None: failures are
    /// taken to be made up for at once, which is then assumed.
    pub unnoticed: Option<Input<Span>>,
    /// Whether wrong data arrive here too.
    pub logical: Logical,
    /// What is kept.
    pub retention: Arc<Retention>,
    /// How long nobody can delete a point.
    pub lock: Option<Lock>,
    /// What it fails with. Empty where nothing is known.
    pub domains: Arc<[Domain]>,
    /// What using it takes besides.
    pub needs: Arc<[Need]>,
    /// The other copy that it is of no use without: the base of a log, the fulls of increments.
    pub chain: Option<usize>,
    /// What it holds now.
    pub holds: Holds,
    /// How the data come back from it.
    pub recovery: Recovery,
}

/// How points come into being.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Capture {
    /// At the instants of a schedule.
    Scheduled {
        /// The shortest time between two runs that follow each other.
        shortest: Span,
        /// The longest.
        longest: Input<Span>,
    },
    /// With each point of its source.
    Following,
    /// Continuously, as log.
    Log {
        /// A piece of log is sent at least this often; zero means no bound in time.
        flush: Input<Span>,
        /// How fast it can be archived.
        bandwidth: Option<Input<Rate>>,
        /// The most that is written in one burst.
        burst: Option<Input<ByteSize>>,
        /// The size of the queue beyond which log is dropped.
        queue_limit: Option<Input<ByteSize>>,
        /// How far back it reaches.
        window: Option<Span>,
    },
    /// As a live copy.
    Replica(Lag),
    /// Never, for this reason.
    Never(String),
}

/// How far a replica is behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lag {
    /// Not at all: a write is there before it is acknowledged. Holds for a single failure inside the quorum.
    Synchronous,
    /// By at most this time.
    Time(Input<Span>),
    /// By at most so much data, which is time only at a known write rate.
    Bytes(Input<ByteSize>),
    /// Nobody knows.
    Unknown,
}

/// Whether wrong data arrive at a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logical {
    /// No: a point once made stays as it is.
    Isolated,
    /// Yes, after this delay; zero for a plain replica.
    Follows(Input<Span>),
}

/// How long points cannot be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Nobody can delete a point younger than this.
    pub lasts: Input<Span>,
    /// Who can lift it.
    pub lifted_by: LiftedBy,
}

/// Who can lift a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiftedBy {
    /// Nobody (compliance).
    Nobody,
    /// Whoever holds one of these: credentials with the bypass permission (governance).
    Holders(Vec<Domain>),
    /// Anybody still: it is inside its cooling-off period.
    Anybody,
}

/// What a copy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// No point at all.
    Nothing,
    /// Those that its schedule and its retention keep, once they have run for long enough.
    Steady,
    /// Live ones.
    Points {
        /// The age of the oldest.
        oldest: Timestamp,
        /// The age of the newest.
        newest: Timestamp,
    },
}

/// How the data come back from one copy. A step that is `None` where it is needed makes the bound unbounded, never a
/// guess; a step that the mechanism does not have is zero and hard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Why nothing comes back from it, whatever else is declared: its last drill or its last verification failed.
    /// It makes the bound unbounded.
    pub refuted: Option<Arc<str>>,
    /// A whole restore as measured or declared; it stands for unarchive, transfer, replay and verify.
    pub whole: Option<Input<Span>>,
    /// Until there is something to restore to. Nothing for corruption, where the machine still stands.
    pub provision: Option<Input<Span>>,
    /// Until an archived point can be read.
    pub unarchive: Option<Input<Span>>,
    /// How the data travel; empty where they are in place already (a replica).
    pub hops: Vec<Hop>,
    /// Whether all hops move at once; else one after another.
    pub pipelined: bool,
    /// Log to replay: the longest time between two bases; with the write rate and `replay_rate`.
    pub replay_since: Option<Span>,
    /// How fast log is replayed.
    pub replay_rate: Option<Input<Rate>>,
    /// Until a replica takes writes.
    pub promote: Option<Input<Span>>,
    /// Until clients use the new place; unbounded where some never ask again.
    pub repoint: Option<Input<Bound<Span>>>,
    /// Until it is as fast as it must be.
    pub warm: Option<Input<Span>>,
    /// Until it is known to be right.
    pub verify: Option<Input<Span>>,
}

/// One leg of the way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Names the link: all that restore over it at once share its rate.
    pub link: Arc<str>,
    /// How fast it is, alone; none where nobody knows.
    pub rate: Option<Input<Rate>>,
    /// How long it takes whatever the size: a shipment.
    pub delay: Option<Input<Span>>,
}
