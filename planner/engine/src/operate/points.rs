//! Which recovery points there are, and which one is meant.

use jiff::Timestamp;
use lifeboat_model::{Address, RecordedState, RecoveryPoint};

use super::Acting;
use crate::error::EngineError;
use crate::providers::Providers;
use crate::run::Run;

/// Which recovery point is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PointChoice {
    /// The newest.
    #[default]
    Newest,
    /// The one whose id begins so; at least 4 characters, and only one point may match.
    Id(String),
    /// The newest that is not newer than this.
    NotAfter(Timestamp),
}

/// Returns the recovery points that a recorded protection holds now, oldest first.
///
/// # Errors
/// When it is not recorded as a protection, or cannot be read.
pub async fn recovery_points(
    address: &Address,
    state: &RecordedState,
    providers: &Providers,
    run: &Run,
) -> Result<Vec<RecoveryPoint>, EngineError> {
    let acting = Acting::on(address, state, providers)?;
    held(&acting, providers, run).await
}

pub(super) async fn held(
    acting: &Acting,
    providers: &Providers,
    run: &Run,
) -> Result<Vec<RecoveryPoint>, EngineError> {
    let live = acting
        .read(providers, run)
        .await
        .map_err(|error| acting.failed("read", error))?;
    let mut points = live.map(|live| live.recovery_points).unwrap_or_default();
    points.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    Ok(points)
}

impl PointChoice {
    /// The fewest characters of an id that are taken for one.
    const SHORTEST: usize = 4;

    /// Returns the point that is meant, of those that `acting` holds.
    pub(crate) async fn choose(
        &self,
        acting: &Acting,
        providers: &Providers,
        run: &Run,
    ) -> Result<RecoveryPoint, EngineError> {
        let points = held(acting, providers, run).await?;
        self.among(&points)
            .cloned()
            .ok_or_else(|| EngineError::NoPoint {
                address: Box::new(acting.address.clone()),
                point: match self {
                    Self::Newest => None,
                    Self::Id(id) => Some(id.clone()),
                    Self::NotAfter(time) => Some(format!("not after {time}")),
                },
            })
    }

    /// Returns the point that is meant, of points that are sorted oldest first.
    fn among<'a>(&self, points: &'a [RecoveryPoint]) -> Option<&'a RecoveryPoint> {
        match self {
            Self::Newest => points.last(),
            Self::NotAfter(time) => points.iter().rfind(|point| point.time <= *time),
            Self::Id(id) => {
                if let Some(exact) = points.iter().find(|point| point.id.0 == *id) {
                    return Some(exact);
                }
                let mut matching = points.iter().filter(|point| point.id.0.starts_with(id));
                let first = matching.next().filter(|_| id.len() >= Self::SHORTEST);
                first.filter(|_| matching.next().is_none())
            }
        }
    }
}
