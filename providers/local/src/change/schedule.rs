//! Schedules: entries in the machine's scheduler.

use lifeboat_contract::{ChangeKind, ErrorClass, ProviderError};
use lifeboat_model::{Attributes, LiveResource};

use super::Change;
use crate::catalog::text;
use crate::error::invalid;
use crate::local::Local;
use crate::schedule::Entry;

impl Local {
    pub(super) fn change_schedule(
        &self,
        change: &Change,
    ) -> Result<Option<LiveResource>, ProviderError> {
        if change.change == ChangeKind::Delete {
            if let Some(chosen) = &self.choice.scheduler {
                chosen.remove(&change.address)?;
            }
            self.remove_elsewhere(change)?;
            return Ok(None);
        }
        let after = change.after(&["mechanism"])?;
        let scheduler = self.choice.scheduler.as_ref().ok_or_else(|| {
            ProviderError::new(
                ErrorClass::Unavailable,
                format!("nothing on this machine can run `{}`", change.address),
            )
            .help("Install cron or systemd, or say `scheduler = \"external\"` in the provider's block.")
        })?;
        let entry = Entry {
            address: change.address.clone(),
            protection: parsed(&after, "protection")?,
            schedule: parsed(&after, "schedule")?,
        };
        scheduler.install(&entry)?;
        self.remove_elsewhere(change)?;
        let found = scheduler.read(std::slice::from_ref(&change.address))?;
        match found.get(&change.address) {
            Some(live) => Ok(Some(self.schedule_resource(scheduler.name(), live))),
            None => Err(ProviderError::new(
                ErrorClass::Conflict,
                format!(
                    "{} does not have `{}` right after it was installed",
                    scheduler.name(),
                    change.address
                ),
            )
            .help("Find out who else writes to the scheduler, and apply again.")),
        }
    }

    /// Removes what the entry left in a scheduler that an earlier configuration chose.
    fn remove_elsewhere(&self, change: &Change) -> Result<(), ProviderError> {
        let was = change
            .before
            .as_ref()
            .and_then(|before| text(before, "mechanism"));
        for other in &self.others {
            match other.remove(&change.address) {
                // A scheduler that is not installed holds no entries, unless the last apply put one there.
                Err(error) if was == Some(other.name()) => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

fn parsed<T: std::str::FromStr>(attributes: &Attributes, name: &str) -> Result<T, ProviderError>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text(attributes, name)
        .unwrap_or_default()
        .parse()
        .map_err(|error: T::Err| {
            invalid(
                format!("`{name}` of the schedule makes no sense"),
                format!("Correct `{name}`."),
            )
            .because(error)
        })
}
