//! The life of a managed resource: made, read, changed, adopted, forgotten, deleted.

use jiff::Timestamp;
use lifeboat_model::{Address, Attributes, KindRole, KindSpec, LiveResource};

use super::super::Item;
use super::super::bench::{Bench, Step, done, ensure, ensure_equal, fail, ids};
use crate::ChangeKind;

fn kind_of(bench: &Bench, item: &Item) -> Step<KindSpec> {
    let catalog = bench.provider().catalog();
    match catalog.kind(&item.kind) {
        Some(kind) => Ok(kind.clone()),
        None => fail(format!("the catalog has no kind `{}`", item.kind)),
    }
}

/// Fails unless what was read is what was applied, and the planner would see no change.
fn ensure_as_applied(kind: &KindSpec, item: &Item, live: &LiveResource) -> Step {
    for (name, value) in &item.attributes {
        let what = format!("attribute `{name}` of `{}`", item.address);
        ensure_equal(&live.attributes.get(name), &Some(value), &what)?;
    }
    for (name, value) in &live.attributes {
        let Some(spec) = kind.attribute(name) else {
            return fail(format!(
                "`{}` has `{name}`, which is not in the catalog",
                item.address
            ));
        };
        let expected = spec.computed
            || item.attributes.contains_key(name)
            || spec.default.as_ref() == Some(value)
            || value.is_null();
        ensure(expected, || {
            format!(
                "`{}` has `{name}` = {value}, which nobody applied",
                item.address
            )
        })?;
    }
    Ok(())
}

/// The catalog knows every kind and attribute that is used, and its own references lead somewhere.
pub(super) async fn catalog_names_what_is_used(bench: &Bench) -> Step {
    let catalog = bench.provider().catalog();
    for item in bench.fixture.items() {
        let kind = kind_of(bench, item)?;
        for name in item.attributes.keys() {
            let known = kind.attribute(name).is_some_and(|spec| !spec.computed);
            ensure(known, || {
                format!("kind `{}` has no attribute `{name}` to set", item.kind)
            })?;
        }
        let mut required = kind.attributes.iter().filter(|spec| spec.required);
        if let Some(spec) = required.find(|spec| !item.attributes.contains_key(&spec.name)) {
            return fail(format!(
                "the fixture lacks `{}` of kind `{}`",
                spec.name, item.kind
            ));
        }
    }
    for protection in &catalog.protections {
        let role = |name: &str| catalog.kind(name).map(|kind| kind.role);
        let mechanism = protection.mechanism;
        let found = (
            role(&protection.target_kind),
            role(&protection.resource_kind),
        );
        let expected = (Some(KindRole::Target), Some(KindRole::Protection));
        ensure_equal(
            &found,
            &expected,
            &format!("kinds of mechanism `{mechanism}`"),
        )?;
        for name in &protection.repository_kinds {
            ensure_equal(&role(name), &Some(KindRole::Repository), name)?;
        }
        if let Some(name) = &protection.schedule_kind {
            ensure_equal(&role(name), &Some(KindRole::Setting), name)?;
        }
    }
    Ok(())
}

/// What is created is there, and was not before.
pub(super) async fn create(bench: &Bench) -> Step {
    for item in bench.fixture.managed() {
        bench.ensure_absent(item).await?;
        bench.create(item).await?;
        bench.live(item).await?;
    }
    Ok(())
}

/// What is read back, by the call and by a later reading, equals what was applied.
pub(super) async fn read_back_equals_applied(bench: &Bench) -> Step {
    for item in bench.fixture.managed() {
        let kind = kind_of(bench, item)?;
        let created = bench.create(item).await?;
        ensure_as_applied(&kind, item, &created)?;
        bench.crash();
        let read = bench.live(item).await?;
        ensure_as_applied(&kind, item, &read)?;
        let what = format!("`{}` as read after being created", item.address);
        ensure_equal(&read.attributes, &created.attributes, &what)?;
        for spec in kind.attributes.iter().filter(|spec| spec.computed) {
            let there = read.attributes.contains_key(&spec.name);
            ensure(there, || {
                format!("`{}` lacks the computed `{}`", item.address, spec.name)
            })?;
        }
    }
    let target = &bench.fixture.target;
    ensure_as_applied(&kind_of(bench, target)?, target, &bench.live(target).await?)
}

/// Reading changes nothing: read twice, by two processes, everything is equal.
pub(super) async fn no_op(bench: &Bench) -> Step {
    for item in bench.fixture.managed() {
        bench.create(item).await?;
    }
    bench.point("first").await?;
    let all = bench.fixture.items();
    let first = bench.read(&all).await?;
    ensure_equal(
        &first.failures,
        &std::collections::BTreeMap::new(),
        "failures",
    )?;
    ensure_equal(
        &first.resources.len(),
        &all.len(),
        "resources that are read",
    )?;
    bench.crash();
    let second = bench.read(&all).await?;
    for (address, resource) in &first.resources {
        let again = second.resources.get(address);
        ensure_equal(
            &again.map(|live| planned_on(bench, address, live)),
            &Some(planned_on(bench, address, resource)),
            &format!("`{address}` read again"),
        )?;
    }
    Ok(())
}

/// Returns what a plan depends on; facts may change by themselves, and so may the instants of points that move.
fn planned_on(bench: &Bench, address: &Address, live: &LiveResource) -> LiveResource {
    let mut planned_on = LiveResource {
        facts: Attributes::new(),
        ..live.clone()
    };
    if bench.fixture.moves(address) {
        for point in &mut planned_on.recovery_points {
            (point.time, point.locked_until) = (Timestamp::UNIX_EPOCH, None);
        }
    }
    planned_on
}

/// An update in place changes what it says, once or twice, and keeps the recovery points.
pub(super) async fn update(bench: &Bench) -> Step {
    for item in bench.fixture.managed() {
        bench.create(item).await?;
    }
    let point = bench.point("first").await?;
    for item in &bench.fixture.updates {
        let before = bench.live(item).await?;
        let token = format!("update {}", item.address);
        for _ in 0..2 {
            let changed = bench.change(item, ChangeKind::Update, Some(&before.attributes), &token);
            let changed = done(changed.await, &format!("updating `{}`", item.address))?;
            let Some(changed) = changed else {
                return fail(format!("updating `{}` returns nothing", item.address));
            };
            ensure_as_applied(&kind_of(bench, item)?, item, &changed)?;
            bench.crash();
        }
        ensure_as_applied(&kind_of(bench, item)?, item, &bench.live(item).await?)?;
    }
    let kept = ids(&bench.points(&bench.fixture.snapshot).await?);
    ensure_equal(&kept, &vec![point.id], "points after the updates")
}

/// A process that knows nothing finds what another made, and creating it again takes it over as it is.
pub(super) async fn adopt(bench: &Bench) -> Step {
    for item in bench.fixture.managed() {
        bench.create(item).await?;
    }
    let point = bench.point("first").await?;
    bench.crash();
    for item in bench.fixture.managed() {
        let found = bench.live(item).await?;
        let created = bench
            .change(item, ChangeKind::Create, None, "after the state was lost")
            .await;
        let Some(created) = done(created, &format!("creating `{}` again", item.address))? else {
            return fail(format!("creating `{}` again returns nothing", item.address));
        };
        let what = format!("`{}` after it was created again", item.address);
        ensure_equal(&created.attributes, &found.attributes, &what)?;
    }
    let kept = ids(&bench.points(&bench.fixture.snapshot).await?);
    ensure_equal(
        &kept,
        &vec![point.id],
        "points after everything was created again",
    )
}

/// What is not asked for any more stays as it is.
pub(super) async fn forget_leaves_it_live(bench: &Bench) -> Step {
    for item in bench.fixture.managed() {
        bench.create(item).await?;
    }
    bench.point("first").await?;
    let all = bench.fixture.items();
    let before = bench.read(&all).await?;
    bench.crash();
    bench.read(&[&bench.fixture.target]).await?;
    bench
        .change(
            &bench.fixture.repository,
            ChangeKind::Create,
            None,
            "the repository alone",
        )
        .await
        .or_else(|error| fail(error.chain()))?;
    let after = bench.read(&all).await?;
    for (address, resource) in &before.resources {
        let kept = after.resources.get(address);
        ensure_equal(
            &kept.map(|live| planned_on(bench, address, live)),
            &Some(planned_on(bench, address, resource)),
            &format!("`{address}`, forgotten"),
        )?;
    }
    Ok(())
}

/// What is deleted is gone, what is gone can be deleted again, and nothing else goes with it.
pub(super) async fn delete_is_idempotent(bench: &Bench) -> Step {
    let mut live = Vec::new();
    for item in bench.fixture.managed() {
        bench.create(item).await?;
        live.push((item, bench.live(item).await?));
    }
    while let Some((item, resource)) = live.pop() {
        bench.delete(item, &resource.attributes, "delete").await?;
        bench.ensure_absent(item).await?;
        bench.crash();
        bench.delete(item, &resource.attributes, "delete").await?;
        bench
            .delete(item, &resource.attributes, "delete once more")
            .await?;
        for (other, _) in &live {
            bench.live(other).await?;
        }
    }
    bench.live(&bench.fixture.target).await?;
    Ok(())
}
