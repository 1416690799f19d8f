//! What is kept: changed along with a schedule, or by itself.

use lifeboat_model::{Keep, Retention, Span};

use super::super::ask::Ask;
use super::block;
use crate::configuration::ProtectionBlock;
use crate::language::written::Splice;

/// A policy of a protection that is written, with the change of the text that makes it so.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) policy: Option<Retention>,
    pub(super) splices: Vec<Splice>,
    /// What changes: a fragment; empty where nothing does.
    pub(super) says: String,
}

/// Returns the policies that a protection may have when it runs every `every`: at least the one that keeps what is
/// kept now, then those that reach further back.
pub(super) fn kept(
    ask: &Ask<'_>,
    protection: &ProtectionBlock,
    before: Option<Span>,
    every: Option<Span>,
) -> Vec<Kept> {
    let inherited = ask.target.retention.as_ref();
    let Some(now) = protection.retention.as_ref().or(inherited) else {
        // Nothing is ever dropped.
        return vec![Kept {
            policy: None,
            splices: Vec::new(),
            says: String::new(),
        }];
    };
    let same = preserved(now, before, every);
    let mut policies = vec![same.clone()];
    for reach in ask.reaches() {
        let within = reaching(&same, |keep| {
            keep.within = keep.within.max(Some(reach));
        });
        let by_count = every.filter(|it| *it > Span::ZERO && same.keep.last.is_some());
        let last = by_count.map(|every| {
            let points = reach.as_millis().div_ceil(every.as_millis()) + 1;
            let points = u32::try_from(points).unwrap_or(u32::MAX);
            reaching(&same, |keep| keep.last = keep.last.max(Some(points)))
        });
        let fits = |it: &Retention| it.delete_after.is_none_or(|end| end >= reach);
        let further = last.into_iter().chain(Some(within));
        policies.extend(further.filter(fits));
    }
    let mut kept: Vec<Kept> = Vec::new();
    for policy in policies {
        let known = kept.iter().any(|it| it.policy.as_ref() == Some(&policy));
        if !known {
            kept.extend(written(ask, protection, now, policy));
        }
    }
    kept
}

/// Returns the policy that keeps points for as long as before when they are made more often.
///
/// Counts of periods and lengths of time do; a count of points does not.
fn preserved(policy: &Retention, before: Option<Span>, every: Option<Span>) -> Retention {
    let (Some(last), Some(before), Some(every)) = (policy.keep.last, before, every) else {
        return policy.clone();
    };
    if every >= before || every == Span::ZERO {
        return policy.clone();
    }
    let reach = before
        .as_millis()
        .saturating_mul(u64::from(last.saturating_sub(1)));
    let points = reach.div_ceil(every.as_millis()).saturating_add(1);
    let mut policy = policy.clone();
    policy.keep.last = Some(u32::try_from(points).unwrap_or(u32::MAX).max(last));
    policy
}

fn reaching(policy: &Retention, further: impl FnOnce(&mut Keep)) -> Retention {
    let mut policy = policy.clone();
    if !policy.keep.is_empty() {
        further(&mut policy.keep);
    }
    policy
}

/// Returns the change of the text that gives a protection another policy: in the block that it names, where nothing
/// else does, else in a block of its own.
fn written(
    ask: &Ask<'_>,
    protection: &ProtectionBlock,
    now: &Retention,
    policy: Retention,
) -> Option<Kept> {
    if policy == *now {
        return Some(Kept {
            policy: protection.retention.clone(),
            splices: Vec::new(),
            says: String::new(),
        });
    }
    let says = said(now, &policy);
    let block = ask.texts.at(&protection.at)?;
    let own = block.source(&["retention"]).filter(|source| {
        let blocks = ask.texts.blocks();
        let users = blocks.filter(|it| it.source(&["retention"]) == Some(*source));
        users.count() == 1
    });
    let in_place = own.and_then(|source| in_place(ask, source, now, &policy));
    let splices = match in_place {
        Some(splices) => splices,
        None => {
            let name = ask.free("retention", &protection.address.name);
            let new = block::retention(&name, &policy);
            let reference = format!("retention.{name}");
            let remark = block.source(&["retention"]);
            let remark = remark.map_or_else(added, was);
            vec![
                block.set(&["retention"], &reference, &remark)?,
                block.below(&block::commented(&says, &[new])),
            ]
        }
    };
    Some(Kept {
        policy: Some(policy),
        splices,
        says,
    })
}

fn in_place(
    ask: &Ask<'_>,
    source: &str,
    now: &Retention,
    policy: &Retention,
) -> Option<Vec<Splice>> {
    let block = ask
        .texts
        .named("retention", source.strip_prefix("retention.")?)?;
    let mut splices = Vec::new();
    let (before, after) = (&now.keep, &policy.keep);
    if before.last != after.last {
        let (path, value) = (["keep", "last"], after.last?);
        let remark = block.source(&path).map_or_else(added, was);
        splices.push(block.set(&path, &value.to_string(), &remark)?);
    }
    if before.within != after.within {
        let (path, value) = (["keep", "within"], after.within?);
        let remark = block.source(&path).map_or_else(added, was);
        splices.push(block.set(&path, &block::quoted(&value.to_string()), &remark)?);
    }
    Some(splices)
}

fn said(now: &Retention, policy: &Retention) -> String {
    let (before, after) = (&now.keep, &policy.keep);
    let last = after.last.filter(|_| before.last != after.last);
    let within = after.within.filter(|_| before.within != after.within);
    match (last, within) {
        (_, Some(within)) => format!("keep all points for {within}"),
        (Some(last), None) => format!("keep {last} points"),
        (None, None) => "keep the same".to_owned(),
    }
}

/// Returns the remark on a value that takes the place of another.
pub(super) fn was(source: &str) -> String {
    format!("the change: it was {}", source.trim_matches('"'))
}

/// Returns the remark on a value that was not there.
pub(super) fn added() -> String {
    "the change".to_owned()
}
