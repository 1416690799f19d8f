//! Crashes: the same call again, by a new process, with the same token.

use lifeboat_model::{Address, Attributes, RecoveryPointId};

use super::super::bench::{Bench, Step, done, ensure_equal, fail, ids};
use super::super::{Item, Meddling};
use crate::ChangeKind;

/// One call of a whole life.
enum Deed<'a> {
    Change(&'a Item, ChangeKind),
    BackUp(&'a Item, &'static str),
    DeleteOldest(&'a Item),
    Scratch(&'static str),
}

/// What stands: attributes that the configuration gives, and the originals of points.
type Standing = Vec<(Address, Attributes, Vec<RecoveryPointId>)>;

/// A life in which the process dies after every call, so that each call is made twice, ends like one without crashes.
pub(super) async fn crash_between_any_two_calls(bench: &Bench) -> Step {
    let Bench { fixture, .. } = bench;
    let mut deeds: Vec<Deed<'_>> = Vec::new();
    // What keeps points from being deleted is left out: this life deletes one.
    let keeping: Vec<&Item> = fixture.guard.iter().chain(&fixture.lock).collect();
    deeds.extend(
        fixture
            .managed()
            .into_iter()
            .filter(|item| !keeping.contains(item))
            .map(|item| Deed::Change(item, ChangeKind::Create)),
    );
    deeds.push(Deed::BackUp(&fixture.snapshot, "first"));
    deeds.push(Deed::BackUp(&fixture.snapshot, "second"));
    deeds.extend(fixture.copy.as_ref().map(|copy| Deed::BackUp(copy, "copy")));
    deeds.extend(
        fixture
            .updates
            .iter()
            .filter(|item| keeping.iter().all(|it| it.address != item.address))
            .map(|item| Deed::Change(item, ChangeKind::Update)),
    );
    deeds.push(Deed::Scratch("crash"));
    deeds.push(Deed::DeleteOldest(&fixture.snapshot));
    deeds.extend(
        fixture
            .settings
            .iter()
            .map(|item| Deed::Change(item, ChangeKind::Delete)),
    );
    for deed in &deeds {
        let first = act(bench, deed).await?;
        bench.crash();
        let standing = standing(bench).await?;
        let again = repeat(bench, deed, &first).await?;
        ensure_equal(&again, &first, "the answer of a call that was made before")?;
        ensure_equal(
            &self::standing(bench).await?,
            &standing,
            "what stands after a repeated call",
        )?;
    }
    let held = bench.points(&fixture.snapshot).await?;
    ensure_equal(&held.len(), &1, "points of the snapshot in the end")?;
    if let Some(copy) = &fixture.copy {
        ensure_equal(
            &bench.points(copy).await?.len(),
            &2,
            "points of the copy in the end",
        )?;
    }
    // A process that died between two deeds finds the next one as it was: nothing else moved.
    bench.meddle(Meddling::ChangeSource).await?;
    bench.point("third").await?;
    Ok(())
}

/// What a deed needs to be repeated as it was, and what it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    before: Option<Attributes>,
    points: Vec<RecoveryPointId>,
    into: Option<String>,
}

async fn act(bench: &Bench, deed: &Deed<'_>) -> Step<Answer> {
    let (mut before, mut points) = (None, Vec::new());
    match deed {
        Deed::Change(item, ChangeKind::Update | ChangeKind::Delete) => {
            before = Some(bench.live(item).await?.attributes);
        }
        Deed::DeleteOldest(item) => {
            points = ids(&bench.points(item).await?);
            points.truncate(1);
        }
        _ => {}
    }
    let first = Answer {
        before,
        points,
        into: None,
    };
    repeat(bench, deed, &first).await
}

async fn repeat(bench: &Bench, deed: &Deed<'_>, first: &Answer) -> Step<Answer> {
    let mut answer = first.clone();
    match deed {
        Deed::Change(item, change) => {
            let token = format!("{change:?} {}", item.address);
            let said = bench
                .change(item, *change, first.before.as_ref(), &token)
                .await;
            done(said, &token)?;
        }
        Deed::BackUp(item, token) => answer.points = ids(&bench.back_up(item, token).await?.points),
        Deed::DeleteOldest(item) => {
            done(
                bench.delete_points(item, &first.points, "prune").await,
                "deleting a point",
            )?;
        }
        Deed::Scratch(name) => {
            let held = bench.points(&bench.fixture.snapshot).await?;
            let Some(point) = held.first() else {
                return fail("there is no point to restore");
            };
            let into = bench
                .scratch(&bench.fixture.snapshot, &point.id, name)
                .await?;
            answer.into = Some(into);
        }
    }
    Ok(answer)
}

async fn standing(bench: &Bench) -> Step<Standing> {
    let managed = bench.fixture.managed();
    let answer = bench.read(&managed).await?;
    if let Some((address, failure)) = answer.failures.first_key_value() {
        return fail(format!("`{address}` is unread: {failure:?}"));
    }
    let resources = answer.resources.into_iter();
    Ok(resources
        .map(|(address, live)| (address, live.attributes, ids(&live.recovery_points)))
        .collect())
}
