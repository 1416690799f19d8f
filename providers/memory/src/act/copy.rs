//! Copying recovery points to another vault.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_contract::{BackUpReport, CallContext, ErrorClass, Protected, ProviderError};
use lifeboat_model::{Address, Fate, RecoveryPointId, Retention};

use super::{go_on, id, room, standing};
use crate::error::bad_attribute;
use crate::resolve::{VaultRef, origin_of, vault_of};
use crate::world::{Call, Effect, Point, World};

/// Copies every point that is missing, one effect each, and answers with all that calls with this token copied.
pub(super) async fn copy(
    world: &World,
    protected: &Protected<'_>,
    context: &CallContext,
    call: &Call<'_>,
) -> Result<BackUpReport, ProviderError> {
    let reference = vault_of(protected)?;
    let (origin, from) = origin_of(protected, world)?;
    let (missing, damaged) = missing(world, protected, &reference, &origin, &from, context.as_of)?;
    let total: u64 = missing
        .iter()
        .filter_map(|point| point.shown.size_bytes)
        .sum();
    context.progress.begin("copying", Some(total));
    for mut point in missing {
        go_on(context)?;
        {
            let state = world.state();
            let vault = standing(protected, &reference, &state)?;
            room(vault, &reference.name, point.shown.size_bytes.unwrap_or(0))?;
            let original = point.shown.id;
            point.shown.id = id(vault, protected, &original.0);
            point.shown.copy_of = Some(original);
        }
        point.shown.locked_until = None;
        point.shown.token = Some(context.token.clone());
        context
            .progress
            .advance(point.shown.size_bytes.unwrap_or(0));
        world.commit(Effect::PointPut {
            vault: reference.name.clone(),
            protection: protected.address.clone(),
            point,
            files: None,
        })?;
        call.pass().await;
    }
    context.progress.end();
    if let Some(id) = damaged {
        let message = format!("recovery point `{}` of `{from}` is damaged", id.short());
        return Err(ProviderError::new(ErrorClass::Corrupt, message)
            .help(format!("Run `lifeboat verify {from}`.")));
    }
    let state = world.state();
    let vault = standing(protected, &reference, &state)?;
    let held = vault.points.get(protected.address);
    let mut ours: Vec<&Point> = held.into_iter().flat_map(|held| held.values()).collect();
    ours.retain(|point| point.shown.token.as_ref() == Some(&context.token));
    ours.sort_by(|a, b| (a.shown.time, &a.shown.id).cmp(&(b.shown.time, &b.shown.id)));
    let entries = ours
        .iter()
        .filter_map(|point| state.contents.get(&point.content));
    Ok(BackUpReport {
        entries: entries.map(|files| files.len() as u64).sum(),
        source_bytes: ours.iter().filter_map(|point| point.shown.size_bytes).sum(),
        added_bytes: total,
        points: ours.into_iter().map(|point| point.shown.clone()).collect(),
        unreadable: Vec::new(),
    })
}

/// Returns for each point of the origin whether the copy's own retention keeps it among all that the copy would hold.
/// What retention deletes today must not be copied again tomorrow.
fn kept(
    protected: &Protected<'_>,
    points: &[&Point],
    copied: &BTreeMap<&RecoveryPointId, Timestamp>,
    as_of: Timestamp,
) -> Result<Vec<bool>, ProviderError> {
    let given = protected.attributes.get("retention");
    let Some(given) = given.filter(|given| !given.is_null()) else {
        return Ok(vec![true; points.len()]);
    };
    let retention: Retention = serde_json::from_value(given.clone()).map_err(|error| {
        bad_attribute(&protected.address.to_string(), "retention", "a policy").because(error)
    })?;
    let gone = copied
        .iter()
        .filter(|(id, _)| !points.iter().any(|point| point.shown.id == ***id))
        .map(|(_, time)| *time);
    let times: Vec<Timestamp> = points
        .iter()
        .map(|point| point.shown.time)
        .chain(gone)
        .collect();
    let mut fates = retention.fates(&times, as_of);
    fates.truncate(points.len());
    Ok(fates.iter().map(Fate::is_kept).collect())
}

/// Returns the points of the origin that the copy lacks and shall have, oldest first, and a damaged one, which is not copied.
fn missing(
    world: &World,
    protected: &Protected<'_>,
    reference: &VaultRef,
    origin: &VaultRef,
    from: &Address,
    as_of: Timestamp,
) -> Result<(Vec<Point>, Option<RecoveryPointId>), ProviderError> {
    let state = world.state();
    let vault = standing(protected, reference, &state)?;
    let held = vault.points.get(protected.address);
    let copied: BTreeMap<&RecoveryPointId, Timestamp> = held
        .into_iter()
        .flat_map(|held| held.values())
        .filter_map(|point| Some((point.shown.copy_of.as_ref()?, point.shown.time)))
        .collect();
    let source = origin.open_existing(&state)?;
    let mut points = state.held(source, from);
    if source.streams.contains_key(from) {
        // The points of a log move: what is copied is the last instant, by its own name.
        points = points.pop().into_iter().collect();
        for point in &mut points {
            point.shown.id.0 = format!("{}@{}", point.shown.id.0, point.shown.time);
        }
    }
    let points: Vec<&Point> = points.iter().collect();
    let kept = kept(protected, &points, &copied, as_of)?;
    let (mut good, mut damaged) = (Vec::new(), None);
    for (point, kept) in points.into_iter().zip(kept) {
        if copied.contains_key(&point.shown.id) || !kept {
            continue;
        }
        if point.damaged.is_empty() {
            good.push(point.clone());
        } else {
            damaged = Some(point.shown.id.clone());
        }
    }
    good.sort_by(|a, b| (a.shown.time, &a.shown.id).cmp(&(b.shown.time, &b.shown.id)));
    Ok((good, damaged))
}
