//! One change of a database at a time, and one request for all that is asked of it at about the same time.
//!
//! RDS takes no second change while it carries out the first, and each may take minutes: three protections of one
//! instance that are changed in the same wave are one `ModifyDBInstance`. Whoever has the turn looks at the database
//! first; what has arrived by then goes with it, and the others, when it is their turn, find their answer.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use lifeboat_contract::{CallContext, ErrorClass, ProviderError};
use lifeboat_model::Address;
use tokio::sync::oneshot;

use super::database::{described, refusal, settled, tag, takes_changes, untag};
use super::settings::{Settings, Unmodified};
use crate::client::Session;
use crate::rds::marks::Tags;
use crate::rds::read::Database;
use crate::rds::subject::Subject;

/// So often a change is tried again that another one was in the way of.
const TRIES: u32 = 3;

/// What a protection does to its database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// Tags that are set, before anything else.
    pub(super) add: Tags,
    /// Settings.
    pub(super) settings: Settings,
    /// Tags that are removed, after everything else.
    pub(super) remove: Vec<String>,
}

/// Returns what is to be done to a database that is as it is.
pub(super) type Decide = dyn Fn(&Database) -> Result<Step, ProviderError> + Send + Sync;

/// Says what is to be done, once it is known how the database is.
#[derive(Clone)]
pub(super) struct Make {
    /// The protection.
    pub(super) address: Address,
    /// Fails where somebody else has a claim.
    pub(super) step: Arc<Decide>,
}

/// A database as a change left it; none where there is none.
type Left = Option<Arc<Database>>;

/// An error that several calls get.
#[derive(Clone)]
struct Shared {
    class: ErrorClass,
    message: String,
    help: Option<String>,
}

impl Shared {
    fn of(error: &ProviderError) -> Self {
        Self {
            class: error.class,
            message: error.chain(),
            help: error.help.clone(),
        }
    }

    fn into_error(self) -> ProviderError {
        let error = ProviderError::new(self.class, self.message);
        match self.help {
            Some(help) => error.help(help),
            None => error,
        }
    }
}

/// A call that waits for its answer.
struct Ticket {
    make: Make,
    answer: oneshot::Sender<Result<Left, Shared>>,
}

/// The calls for one database.
#[derive(Default)]
struct Gate {
    /// Whoever changes it holds this.
    turn: tokio::sync::Mutex<()>,
    waiting: Mutex<Vec<Ticket>>,
}

/// The calls for each database, by the account, the region and the name.
#[derive(Default)]
pub(crate) struct Gates(Mutex<BTreeMap<String, Arc<Gate>>>);

impl fmt::Debug for Gates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gates")
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Gates {
    fn gate(&self, session: &Session, subject: &Subject) -> Arc<Gate> {
        let Session {
            account, region, ..
        } = session;
        let what = if subject.is_cluster { "cluster" } else { "db" };
        let key = format!("{account}:{region}:{what}:{}", subject.id);
        Arc::clone(locked(&self.0).entry(key).or_default())
    }

    /// Waits until nothing that has been asked of a database is under way.
    pub(super) async fn quiet(&self, session: &Session, subject: &Subject) {
        let gate = self.gate(session, subject);
        drop(gate.turn.lock().await);
    }

    /// Changes a database, together with whatever else is asked of it now, and returns it as it is then.
    ///
    /// # Errors
    /// What `make` fails with; what AWS refuses; `conflict` where two ask for different things.
    pub(super) async fn change(
        &self,
        session: &Session,
        subject: &Subject,
        make: Make,
        context: &CallContext,
    ) -> Result<Left, ProviderError> {
        let gate = self.gate(session, subject);
        loop {
            let (answer, mut answered) = oneshot::channel();
            locked(&gate.waiting).push(Ticket {
                make: make.clone(),
                answer,
            });
            let turn = gate.turn.lock().await;
            match answered.try_recv() {
                Ok(answer) => return answer.map_err(Shared::into_error),
                // Whoever took the call with him was dropped: it is asked again.
                Err(oneshot::error::TryRecvError::Closed) => continue,
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let database = described(session, subject).await;
            let tickets = std::mem::take(&mut *locked(&gate.waiting));
            serve(session, subject, database, tickets, context).await;
            drop(turn);
            if let Ok(answer) = answered.try_recv() {
                return answer.map_err(Shared::into_error);
            }
        }
    }
}

/// Carries out what all tickets ask for, and answers each.
async fn serve(
    session: &Session,
    subject: &Subject,
    database: Result<Option<Database>, ProviderError>,
    tickets: Vec<Ticket>,
    context: &CallContext,
) {
    let answer_all = |tickets: Vec<Ticket>, answer: Result<Left, Shared>| {
        for ticket in tickets {
            // Nobody waits any more: the call was given up.
            let _ = ticket.answer.send(answer.clone());
        }
    };
    let database = match database {
        Ok(Some(database)) => database,
        Ok(None) => return answer_all(tickets, Ok(None)),
        Err(error) => return answer_all(tickets, Err(Shared::of(&error))),
    };
    let mut all = Step::default();
    let mut agreed = Vec::new();
    for ticket in tickets {
        let step = (ticket.make.step)(&database);
        match step.and_then(|step| merged(&all, step, &ticket.make.address, &database)) {
            Ok(step) => {
                all = step;
                agreed.push(ticket);
            }
            Err(error) => {
                let _ = ticket.answer.send(Err(Shared::of(&error)));
            }
        }
    }
    if agreed.is_empty() {
        return;
    }
    let done = carry_out(session, subject, database, all, context).await;
    let done = done.map(|left| left.map(Arc::new));
    answer_all(agreed, done.map_err(|error| Shared::of(&error)));
}

/// Returns what is done with one more step.
fn merged(
    all: &Step,
    step: Step,
    address: &Address,
    database: &Database,
) -> Result<Step, ProviderError> {
    let differs =
        |(key, value): (&String, &String)| all.add.get(key).is_some_and(|known| known != value);
    let settings = all.settings.with(step.settings);
    let settings = settings.filter(|_| !step.add.iter().any(differs));
    let Some(settings) = settings else {
        let message = format!(
            "`{address}` and another protection want `{}` to be different",
            database.id
        );
        return Err(
            ProviderError::new(ErrorClass::Conflict, message).help("Keep one of the protections.")
        );
    };
    let mut all = all.clone();
    all.settings = settings;
    all.add.extend(step.add);
    all.remove.extend(step.remove);
    Ok(all)
}

async fn carry_out(
    session: &Session,
    subject: &Subject,
    mut database: Database,
    step: Step,
    context: &CallContext,
) -> Result<Option<Database>, ProviderError> {
    let Step {
        add,
        settings,
        remove,
    } = step;
    let lacks = !settings.lacking(&database).is_empty();
    if lacks && let Some(refused) = refusal(&database) {
        return Err(refused);
    }
    let add: Tags = add
        .into_iter()
        .filter(|(key, value)| database.tags.get(key) != Some(value))
        .collect();
    // A mark first: a setting without one would be nobody's after a crash, and what was there before forgotten.
    tag(session, &database.arn, &add).await?;
    if lacks {
        match set(session, subject, database, &settings, context).await? {
            Some(changed) => database = changed,
            None => return Ok(None),
        }
    }
    let stands = |key: &String| database.tags.contains_key(key) && !add.contains_key(key);
    let remove: Vec<String> = remove.into_iter().filter(stands).collect();
    let tagged = !add.is_empty() || !remove.is_empty();
    untag(session, &database.arn, remove).await?;
    if tagged {
        return described(session, subject).await;
    }
    Ok(Some(database))
}

/// Sets what a database lacks, and waits until it has it.
async fn set(
    session: &Session,
    subject: &Subject,
    mut database: Database,
    settings: &Settings,
    context: &CallContext,
) -> Result<Option<Database>, ProviderError> {
    let mut tries = 0;
    loop {
        if !takes_changes(&database) {
            let ready = settled(session, subject, "to take changes", context, |_| true).await?;
            let Some(ready) = ready else { return Ok(None) };
            database = ready;
        }
        let unasked = settings.unasked(&database);
        if unasked.is_empty() {
            break;
        }
        match unasked.set(session, &database).await {
            Ok(()) => break,
            Err(Unmodified::Busy(_)) if tries < TRIES => {
                tries += 1;
                match described(session, subject).await? {
                    Some(now) => database = now,
                    None => return Ok(None),
                }
            }
            Err(Unmodified::Busy(error) | Unmodified::Refused(error)) => return Err(error),
        }
    }
    settled(session, subject, "to be changed", context, |database| {
        settings.lacking(database).is_empty()
    })
    .await
}
