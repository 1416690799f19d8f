//! The way of a restore: what from, where to, asked for, waited for, put right.

use std::collections::BTreeMap;

use lifeboat_contract::{
    CallContext, Destination, ErrorClass, PathFailure, ProviderError, RestoreReport, RestoreRequest,
};

use super::groups::{Fitting, fitting};
use super::origin::{Origin, origin_of};
use super::place::{RESTORED, SCRATCH, identifier, scratch_identifier};
use super::{cluster, instance};
use crate::client::{Aws, Session};
use crate::ownership;
use crate::rds::points::back_up::go_on;
use crate::rds::points::list;
use crate::rds::points::shape::Shape;
use crate::rds::points::snapshot::{TOKEN, by_key};
use crate::rds::points::source::{Engine, Source, place_of};

/// A new instance or cluster that is to be.
struct New<'a> {
    session: &'a Session,
    engine: Engine,
    name: String,
    tags: BTreeMap<String, String>,
    context: &'a CallContext,
}

/// Restores a point into a new instance or cluster, and puts back what the point recorded of the old one.
///
/// A repeated call with the same token goes on with what the first one began.
///
/// # Errors
/// `invalid` in place, because RDS never restores into an instance; `conflict` where the name is taken.
pub(crate) async fn restore(
    aws: &Aws,
    request: RestoreRequest<'_>,
    context: &CallContext,
) -> Result<RestoreReport, ProviderError> {
    let protected = &request.protected;
    go_on(context)?;
    let source = Source::of(protected.address, protected.attributes, protected.bindings)?;
    let engine = source.engine;
    if !request.paths.is_empty() {
        let message = format!(
            "RDS restores a whole {}, not some of its data",
            engine.noun()
        );
        return Err(ProviderError::new(ErrorClass::Invalid, message)
            .help("Restore to a new name, and take from there what is needed."));
    }
    let (name, scratch) = match &request.destination {
        Destination::InPlace => return Err(in_place(&source)),
        Destination::At(name) => (identifier(name, engine)?, None),
        Destination::Scratch(name) => (scratch_identifier(name), Some(name.as_str())),
    };
    let place = place_of(aws, protected.attributes, protected.bindings).await?;
    let session = &*place.session;
    let origin = origin_of(aws, session, &source, protected, request.point).await?;
    let mut tags = aws.settings.default_tags.clone();
    tags.insert(
        ownership::CONFIGURATION.to_owned(),
        aws.settings.configuration.clone(),
    );
    tags.insert(TOKEN.to_owned(), context.token.clone());
    tags.insert(RESTORED.to_owned(), request.point.0.clone());
    match scratch {
        Some(name) => {
            let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            tags.insert(
                SCRATCH.to_owned(),
                if name.is_empty() {
                    "drill".to_owned()
                } else {
                    name
                },
            );
        }
        // What automation does with tags it shall do with what replaces the original, not with what a drill made.
        None => tags.extend(origin.tags.clone()),
    }
    let mut fitting = fitting(session, engine, &origin.shape).await?;
    if scratch.is_some() {
        fitting.shape = of_scratch(&fitting.shape);
    }
    let new = New {
        session,
        engine,
        name,
        tags,
        context,
    };
    if !new.stands(&request.point.0).await? {
        new.begin(&origin, &fitting.shape, &request.point.0).await?;
    }
    let (into, mut failed) = new.finish(&origin, &fitting.shape).await?;
    failed.extend(told(fitting, scratch.is_some()));
    Ok(RestoreReport {
        into,
        entries: 1,
        restored_bytes: origin.bytes.unwrap_or_default(),
        failed,
    })
}

/// Returns what could not be put back, where somebody shall use what was restored; a drill tells it as a check.
fn told(fitting: Fitting, scratch: bool) -> Vec<PathFailure> {
    let left_out = fitting.left_out.into_iter().filter(|_| !scratch);
    left_out
        .map(|(path, message)| PathFailure { path, message })
        .collect()
}

/// Returns the shape of what a drill makes: alone, and without anything that keeps it from being deleted.
fn of_scratch(shape: &Shape) -> Shape {
    let alone = shape.one("multi-az").is_some();
    let shape = shape.without(&["logs", "retention"]);
    let shape = shape.with("protected", false);
    if alone {
        shape.with("multi-az", false)
    } else {
        shape
    }
}

fn in_place(source: &Source) -> ProviderError {
    let message = format!(
        "RDS never restores into the {} `{}`: it makes a new one with a new endpoint",
        source.engine.noun(),
        source.identifier
    );
    ProviderError::new(ErrorClass::Invalid, message).help(format!(
        "Restore to a new name with `--to`, check it, then rename `{0}` away and the new one to `{0}`.",
        source.identifier
    ))
}

impl New<'_> {
    /// Returns whether a call with this token began it already.
    ///
    /// # Errors
    /// `conflict` when somebody else has the name.
    async fn stands(&self, point: &str) -> Result<bool, ProviderError> {
        let found = match self.engine {
            Engine::Instance => {
                let found = list::instance(self.session, &self.name).await?;
                found.map(|it| (by_key(it.tag_list()), it.db_instance_status))
            }
            Engine::Cluster => {
                let found = list::cluster(self.session, &self.name).await?;
                found.map(|it| (by_key(it.tag_list()), it.status))
            }
        };
        let Some((tags, status)) = found else {
            return Ok(false);
        };
        let says = |key: &str, value: &str| tags.get(key).map(String::as_str) == Some(value);
        let leaving = status.as_deref() == Some("deleting");
        if !leaving && says(TOKEN, &self.context.token) && says(RESTORED, point) {
            return Ok(true);
        }
        let one = self.engine.one();
        let now = status.unwrap_or_default();
        let message = format!(
            "there is {one} `{}` in {} already, and it is `{now}`; RDS replaces none",
            self.name, self.session.region
        );
        Err(ProviderError::new(ErrorClass::Conflict, message)
            .help("Restore to another name, or delete or rename that one first."))
    }

    async fn begin(
        &self,
        origin: &Origin,
        wanted: &Shape,
        point: &str,
    ) -> Result<(), ProviderError> {
        let (session, name, tags) = (self.session, &self.name, &self.tags);
        let said = match self.engine {
            Engine::Instance => instance::begin(session, origin, name, wanted, tags).await,
            Engine::Cluster => cluster::begin(session, origin, name, wanted, tags).await,
        };
        match said {
            // A reply was lost and the call sent again, or somebody was faster.
            Err(error) if error.message.contains("AlreadyExists") => {
                self.stands(point).await?.then_some(()).ok_or(error)
            }
            said => said,
        }
    }

    /// Waits for it, puts right what the restore did not, and returns where it is and what could not be done.
    async fn finish(
        &self,
        origin: &Origin,
        wanted: &Shape,
    ) -> Result<(String, Vec<PathFailure>), ProviderError> {
        let (session, name, context) = (self.session, &self.name, self.context);
        match self.engine {
            Engine::Instance => {
                let found = instance::usable(session, name, context).await?;
                instance::settle(session, &found, name, wanted, context).await?;
                let arn = found.db_instance_arn().unwrap_or(name).to_owned();
                Ok((arn, Vec::new()))
            }
            Engine::Cluster => {
                let found = cluster::usable(session, name, context).await?;
                let tags = &self.tags;
                let has =
                    cluster::give_member(session, origin, name, wanted, tags, context).await?;
                cluster::settle(session, &found, name, wanted, context).await?;
                let arn = found.db_cluster_arn().unwrap_or(name).to_owned();
                let failed = (!has).then(|| PathFailure {
                    path: cluster::member_name(name),
                    message:
                        "the cluster has no instance: the point does not say of which class it was"
                            .to_owned(),
                });
                Ok((arn, failed.into_iter().collect()))
            }
        }
    }
}
