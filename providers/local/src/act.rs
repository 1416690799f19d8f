//! Acting on one protection: back up, delete points, restore, verify.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use lifeboat_contract::{
    BackUpReport, CallContext, Check, Destination, ErrorClass, Protected, ProviderError,
    RestoreReport, VerifyReport,
};
use lifeboat_model::{Address, Attributes, RecoveryPointId};

use crate::catalog::{
    LOCAL_COPY, LOCAL_DIRECTORY, LOCAL_SNAPSHOT, LOCAL_SQLITE, text, texts, with_defaults,
};
use crate::change::retention;
use crate::local::{Local, kind_of};
use crate::policy::{Folder, Policies};
use crate::read::{repeated, unknown_kind};
use crate::restore::{RestoreRequest, Target};
use crate::source::{Selection, Source};
use crate::store::{BackupRequest, Filter, Point, PruneOptions, Vault};
use crate::verify::verify_restored;

/// How long a database that somebody else has locked is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A protection to act on, as a thread of its own needs it.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    address: Address,
    kind: String,
    attributes: Attributes,
    bindings: BTreeMap<Address, Attributes>,
}

impl Subject {
    /// Copies what a request names.
    pub(crate) fn of(protected: &Protected<'_>) -> Self {
        Self {
            address: protected.address.clone(),
            kind: protected.kind.to_owned(),
            attributes: protected.attributes.clone(),
            bindings: protected.bindings.clone(),
        }
    }

    /// Returns the target: as the attributes say, else what the protection is derived from.
    fn targets(&self) -> BTreeSet<Address> {
        let named = text(&self.attributes, "target").and_then(|text| text.parse().ok());
        named.into_iter().chain([self.address.owner()]).collect()
    }
}

impl Local {
    pub(crate) fn back_up(
        &self,
        subject: &Subject,
        context: &CallContext,
    ) -> Result<BackUpReport, ProviderError> {
        match subject.kind.as_str() {
            LOCAL_SNAPSHOT => self.snapshot(subject, context),
            LOCAL_COPY => self.copy(subject, context),
            other => Err(unknown_kind(other)),
        }
    }

    /// Opens the repository that a protection keeps its points in.
    fn vault(&self, subject: &Subject) -> Result<Vault, ProviderError> {
        let (address, bound) = self.bound("repository", &subject.attributes, &subject.bindings)?;
        self.repositories.open(&self.access(&address, bound)?)
    }

    fn snapshot(
        &self,
        subject: &Subject,
        context: &CallContext,
    ) -> Result<BackUpReport, ProviderError> {
        let source = self.source(subject)?;
        let tags = texts(&subject.attributes, "tags").into_iter().collect();
        let done = self.vault(subject)?.back_up(
            &BackupRequest {
                source: &source,
                address: &subject.address.to_string(),
                token: &context.token,
                tags: &tags,
                time: context.as_of,
            },
            &context.progress,
            &context.cancel,
        )?;
        Ok(BackUpReport {
            points: vec![done.point.to_recovery_point()],
            unreadable: done.unreadable,
            entries: done.entries,
            source_bytes: done.source_bytes,
            added_bytes: done.added_bytes,
        })
    }

    /// Returns what a snapshot captures: the target as it was when the snapshot was applied.
    fn source(&self, subject: &Subject) -> Result<Source, ProviderError> {
        let target: Address = text(&subject.attributes, "target")
            .and_then(|text| text.parse().ok())
            .unwrap_or_else(|| subject.address.owner());
        let kind = kind_of(&target);
        let given: Attributes = subject
            .attributes
            .get("source")
            .and_then(|source| source.as_object().cloned())
            .into_iter()
            .flatten()
            .collect();
        let given = with_defaults(kind, &given);
        let path = self.path(&given)?;
        match kind {
            LOCAL_DIRECTORY => Ok(Source::Directory {
                path,
                selection: Selection::new(&texts(&given, "include"), &texts(&given, "exclude"))?,
                one_file_system: given.get("one_file_system").and_then(|v| v.as_bool())
                    == Some(true),
            }),
            LOCAL_SQLITE => Ok(Source::Sqlite {
                path,
                scratch: Some(self.scratch.directory()?),
                patience: PATIENCE,
            }),
            other => Err(unknown_kind(other)),
        }
    }

    /// Copies what the source protection has and this one lacks, except what its retention would delete at once.
    fn copy(
        &self,
        subject: &Subject,
        context: &CallContext,
    ) -> Result<BackUpReport, ProviderError> {
        let (from, attributes) = self.bound("from", &subject.attributes, &subject.bindings)?;
        let (address, bound) = self.bound("repository", attributes, &subject.bindings)?;
        let source = self.repositories.open(&self.access(&address, bound)?)?;
        let destination = self.vault(subject)?;
        let ours = subject.address.to_string();
        let here = destination.points(&Filter::address(ours.clone()))?;
        let there = source.points(&Filter::address(from.to_string()))?;
        let wanted = wanted(&there, &here, &subject.attributes, context.as_of)?;
        let before = destination.stored_bytes()?;
        let copied = source.copy(
            &wanted,
            &destination,
            &ours,
            &context.token,
            &context.progress,
            &context.cancel,
        )?;
        let mut points: Vec<&Point> = copied
            .present
            .iter()
            .filter(|point| point.token.as_deref() == Some(context.token.as_str()))
            .chain(&copied.points)
            .collect();
        points.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        Ok(BackUpReport {
            points: points.into_iter().map(Point::to_recovery_point).collect(),
            unreadable: Vec::new(),
            entries: copied.points.len() as u64,
            source_bytes: copied.source_bytes,
            added_bytes: destination.stored_bytes()?.saturating_sub(before),
        })
    }

    pub(crate) fn delete_points(
        &self,
        subject: &Subject,
        points: &[RecoveryPointId],
        context: &CallContext,
    ) -> Result<(), ProviderError> {
        let vault = self.vault(subject)?;
        let policies = Policies::read(&Folder::of(vault.place())?)?;
        for target in subject.targets() {
            refuse_if_guarded(&policies, &target)?;
        }
        for point in vault.points(&Filter::default())? {
            if points.contains(&point.id) {
                refuse_foreign(&point, subject)?;
            }
        }
        vault.delete(points, &context.progress, &context.cancel)?;
        vault.prune(PruneOptions::default(), &context.progress, &context.cancel)?;
        Ok(())
    }

    pub(crate) fn restore(
        &self,
        subject: &Subject,
        point: &RecoveryPointId,
        destination: &Destination,
        paths: &[String],
        overwrite: bool,
        context: &CallContext,
    ) -> Result<RestoreReport, ProviderError> {
        let vault = self.vault(subject)?;
        refuse_foreign(&vault.point(point)?, subject)?;
        let target = match destination {
            Destination::InPlace => Target::InPlace,
            Destination::At(place) => Target::Into(self.settings.base_dir.join(place)),
            Destination::Scratch(name) => Target::Into(self.scratch.make(name)?),
        };
        let done = vault.restore(
            &RestoreRequest {
                point,
                target,
                paths,
                overwrite,
            },
            &context.progress,
            &context.cancel,
        )?;
        Ok(RestoreReport {
            into: done.into.display().to_string(),
            entries: done.entries,
            restored_bytes: done.restored_bytes,
            failed: done.failed,
        })
    }

    pub(crate) fn verify(
        &self,
        subject: &Subject,
        read_data: bool,
        context: &CallContext,
    ) -> Result<VerifyReport, ProviderError> {
        let vault = self.vault(subject)?;
        let ours = vault.points(&Filter::address(subject.address.to_string()));
        let mut checks = vault.verify(read_data, &context.progress, &context.cancel)?;
        // A sound repository without a point of this protection protects nothing.
        let (passed, detail) = match ours {
            Ok(points) if points.is_empty() => {
                (false, format!("there is none of `{}`", subject.address))
            }
            Ok(points) => (true, format!("{} of `{}`", points.len(), subject.address)),
            Err(error) => (false, error.chain()),
        };
        checks.push(Check {
            name: "recovery points".to_owned(),
            passed,
            detail,
        });
        Ok(VerifyReport::of(checks))
    }

    pub(crate) fn verify_restored(
        &self,
        subject: &Subject,
        point: &RecoveryPointId,
        into: &str,
        context: &CallContext,
    ) -> Result<VerifyReport, ProviderError> {
        let vault = self.vault(subject)?;
        let into: PathBuf = self.settings.base_dir.join(Path::new(into));
        let checks = verify_restored(
            &vault,
            point,
            &into,
            &[],
            &context.progress,
            &context.cancel,
        )?;
        Ok(VerifyReport::of(checks))
    }
}

/// Returns the points of the source protection that a copy shall have: those that its retention keeps among all that
/// it would then hold. Without this, what retention deletes today is copied again tomorrow.
fn wanted(
    there: &[Point],
    here: &[Point],
    attributes: &Attributes,
    as_of: Timestamp,
) -> Result<Vec<RecoveryPointId>, ProviderError> {
    let policy = retention(attributes)?;
    let gone_there = here.iter().filter(|copy| {
        !there
            .iter()
            .any(|point| copy.copy_of.as_ref() == Some(&point.id))
    });
    let times: Vec<Timestamp> = there
        .iter()
        .chain(gone_there)
        .map(|point| point.time)
        .collect();
    let fates = policy.fates(&times, as_of);
    Ok(there
        .iter()
        .zip(&fates)
        .filter(|(_, fate)| fate.is_kept())
        .map(|(point, _)| point.id.clone())
        .collect())
}

/// Refuses a point that another protection made: its data belongs elsewhere.
fn refuse_foreign(point: &Point, subject: &Subject) -> Result<(), ProviderError> {
    let ours = subject.address.to_string();
    if point.address.as_ref() == Some(&ours) {
        return Ok(());
    }
    Err(ProviderError::new(
        ErrorClass::Conflict,
        format!("recovery point `{}` is not of `{ours}`", point.id.short()),
    )
    .help("Plan again; the repository has changed, or the plan is not of this repository."))
}

fn refuse_if_guarded(policies: &Policies, target: &Address) -> Result<(), ProviderError> {
    match policies.guard_of(target) {
        None => Ok(()),
        Some(Ok(guard)) => {
            let reason = text(&guard.attributes, "reason")
                .map(|reason| format!(": {reason}"))
                .unwrap_or_default();
            Err(ProviderError::new(
                ErrorClass::Denied,
                format!(
                    "`{}` guards the recovery points of `{target}`{reason}",
                    guard.owner
                ),
            )
            .help("Remove the guard first, in a plan of its own."))
        }
        Some(Err(error)) => Err(ProviderError {
            class: ErrorClass::Denied,
            ..repeated(error)
        }),
    }
}
