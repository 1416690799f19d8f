//! How old the newest point of a protection can be.

use lifeboat_model::{Address, Mechanism, Span};
use serde_json::Value;

use super::Assessor;
use super::world::{Standing, World};
use crate::diff::{protection, text};

/// The longest chain of copies of copies that is followed.
const LONGEST_CHAIN: usize = 16;

/// What comes out of one protection, independent of the phases of all schedules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flow {
    /// The worst age of the newest usable point: acc + prop + that of the source.
    pub(super) age: Span,
    /// The longest time between two runs that it goes by.
    pub(super) interval: Span,
    /// The shortest time between two points that follow each other.
    pub(super) shortest: Span,
    /// The longest.
    pub(super) longest: Span,
    /// One step a line.
    pub(super) derivation: Vec<String>,
    /// What was taken for granted.
    pub(super) assuming: Vec<String>,
}

impl Assessor<'_> {
    /// Returns the flow out of a protection, or why nothing bounds it.
    pub(super) fn flow(
        &mut self,
        world: &World<'_>,
        address: &Address,
        standing: &Standing<'_>,
    ) -> Result<Flow, String> {
        self.flow_of(world, address, standing, LONGEST_CHAIN)
    }

    fn flow_of(
        &mut self,
        world: &World<'_>,
        address: &Address,
        standing: &Standing<'_>,
        left: usize,
    ) -> Result<Flow, String> {
        let is_copy = address
            .part
            .as_ref()
            .is_some_and(|part| part.role == Mechanism::Copy.as_str());
        if !is_copy {
            let schedule = schedule(world, address, standing)
                .ok_or_else(|| format!("`{address}` has no schedule: it runs by hand only"))?;
            return self.scheduled(world, address, &schedule);
        }
        let source = text(standing.attributes, "from")
            .and_then(|from| from.parse::<Address>().ok())
            .filter(|_| left > 0)
            .ok_or_else(|| format!("`{address}` copies nothing that is known"))?;
        let below = world
            .get(&source)
            .ok_or_else(|| format!("`{address}` copies `{source}`, which does not stand"))?;
        let below = self.flow_of(world, &source, below, left - 1)?;
        // A copy without a schedule of its own follows its source, also while a timer stands beside it already.
        let own =
            text(standing.attributes, "schedule").and_then(|_| schedule(world, address, standing));
        match own {
            None => Ok(following(address, &source, below)),
            Some(schedule) => {
                let own = self.scheduled(world, address, &schedule)?;
                Ok(Flow {
                    age: own.age + below.age,
                    interval: own.interval,
                    shortest: below.shortest,
                    longest: own.interval + below.age,
                    derivation: joined(below.derivation, own.derivation),
                    assuming: joined(below.assuming, own.assuming),
                })
            }
        }
    }

    /// Returns the flow out of a protection that captures on a schedule.
    fn scheduled(
        &mut self,
        world: &World<'_>,
        address: &Address,
        schedule: &str,
    ) -> Result<Flow, String> {
        let spec = protection(self.catalog, address)
            .ok_or_else(|| format!("no provider knows how `{address}` works"))?;
        let mut assuming = Vec::new();
        if spec.externally_scheduled {
            assuming.push(format!(
                "somebody runs `lifeboat backup run '{address}'` on the schedule `{schedule}`"
            ));
        } else if let Some(reason) = &spec.unscheduled {
            return Err(format!("nothing runs `{address}`: {reason}"));
        } else if setting(world, address).is_none() {
            return Err(format!(
                "nothing runs `{address}`: its schedule is not installed"
            ));
        }
        let (shortest, longest) = self
            .gaps
            .of(schedule)
            .ok_or_else(|| format!("the schedule `{schedule}` of `{address}` stops running"))?;
        let gap = longest.rounded();
        assuming.push(format!(
            "each run of `{address}` ends before its next one starts"
        ));
        Ok(Flow {
            age: longest + longest,
            interval: longest,
            shortest,
            longest,
            derivation: vec![
                format!(
                    "`{address}` starts every {gap} at worst (declared: its schedule `{schedule}`)"
                ),
                format!(
                    "each run ends before the next one starts: + {gap} (assumed: not measured)"
                ),
            ],
            assuming,
        })
    }
}

/// Returns the flow out of a copy that runs after each run of its source.
fn following(address: &Address, source: &Address, below: Flow) -> Flow {
    let step = format!(
        "`{address}` copies after each run of `{source}`, and ends before the next one: + {} (assumed: not measured)",
        below.interval.rounded()
    );
    let assumption = format!("each run of `{address}` ends before the next run of `{source}` does");
    Flow {
        age: below.age + below.interval,
        derivation: joined(below.derivation, vec![step]),
        assuming: joined(below.assuming, vec![assumption]),
        ..below
    }
}

fn joined(mut first: Vec<String>, second: Vec<String>) -> Vec<String> {
    first.extend(second);
    first
}

/// Returns the setting that runs a protection.
fn setting<'w, 'a>(world: &'w World<'a>, address: &Address) -> Option<&'w Standing<'a>> {
    let key = address.part.as_ref()?.key.clone();
    world.get(&address.owner().part("schedule", key))
}

/// Returns the schedule that a protection runs on: that of what runs it, else its own.
fn schedule(world: &World<'_>, address: &Address, standing: &Standing<'_>) -> Option<String> {
    setting(world, address)
        .and_then(|setting| setting.attributes.get("schedule"))
        .or_else(|| standing.attributes.get("schedule"))
        .and_then(Value::as_str)
        .map(str::to_owned)
}
