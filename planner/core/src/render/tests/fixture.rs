//! A plan as the planner makes it for a small shop, for the tests of every view.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_model::{
    Action, ActionId, Address, Attributes, Bound, Cause, Choice, Drift, DriftKind, Effect,
    Exposure, ExposureRow, Figure, Goal, Loss, Notice, OnRemove, Plan, Provenance, RecoveryPoint,
    RecoveryPointId, Scope, Severity, Span, Verb,
};
use serde_json::{Value, json};

/// The instant at which every fixture was read.
pub(super) fn as_of() -> Timestamp {
    "2026-11-22T16:30:05Z".parse().unwrap()
}

pub(super) fn address(text: &str) -> Address {
    text.parse().unwrap()
}

pub(super) fn attributes(value: Value) -> Attributes {
    serde_json::from_value(value).unwrap()
}

pub(super) fn point(id: &str, days_ago: u64, mib: u64) -> RecoveryPoint {
    RecoveryPoint {
        id: RecoveryPointId(id.repeat(8)),
        time: Span::from_days(days_ago).before(as_of()),
        size_bytes: Some(mib << 20),
        locked_until: None,
        token: None,
        copy_of: None,
    }
}

pub(super) const DOCS: &str = "target.local_directory.docs";
pub(super) const DAILY: &str = "target.local_directory.docs.snapshot[\"docs_daily\"]";
const OFFSITE: &str = "target.local_directory.docs.copy[\"docs_offsite\"]";

/// Returns an action that only says what it is.
pub(super) fn action(id: u32, verb: Verb, of: &str, kind: &str) -> Action {
    Action {
        id: ActionId(id),
        address: address(of),
        kind: kind.to_owned(),
        provider: address("provider.local"),
        verb,
        before: None,
        after: None,
        causes: Vec::new(),
        effect: Effect::Neutral,
        deletes: Vec::new(),
        after_actions: Vec::new(),
        requires: Vec::new(),
        target: None,
        on_remove: OnRemove::Forget,
        seen: None,
    }
}

/// Returns a plan that does nothing.
pub(super) fn empty_plan() -> Plan {
    Plan {
        format_version: "1.0".to_owned(),
        lifeboat_version: "0.1.0".to_owned(),
        as_of: as_of(),
        seed: 7,
        lineage: "3c1f".to_owned(),
        serial: 4,
        drift: Vec::new(),
        actions: Vec::new(),
        losses: Vec::new(),
        exposure: Vec::new(),
        findings: Vec::new(),
        cost: None,
        notices: Vec::new(),
        bindings: BTreeMap::new(),
        outputs: BTreeMap::new(),
    }
}

fn exposure(rpo: Option<u64>, rto: Option<u64>, uses: Option<&str>) -> Exposure {
    let bound = |minutes: Option<u64>| {
        minutes.map_or(Bound::Unbounded, |m| Bound::Finite(Span::from_secs(m * 60)))
    };
    let figure = |bound: Bound<Span>| Figure {
        bound,
        provenance: Provenance::Declared,
        uses: uses.map(address),
        reason: String::new(),
        assuming: Vec::new(),
    };
    let choice = uses.map(|uses| Choice {
        uses: address(uses),
        rpo: bound(rpo),
        rto: bound(rto),
    });
    Exposure {
        rpo: figure(bound(rpo)),
        rto: figure(bound(rto)),
        tolerated_dwell: None,
        rollback: None,
        choices: choice.into_iter().collect(),
    }
}

fn goal(rpo: &str, rto: &str) -> Goal {
    Goal {
        rpo: rpo.parse().ok(),
        rto: rto.parse().ok(),
        detected_within: None,
    }
}

/// Returns the exposure of one directory: corruption is covered, the loss of the disk only once there is a copy.
pub(super) fn exposure_rows() -> Vec<ExposureRow> {
    let row = |scope, goal, now, planned| ExposureRow {
        target: address(DOCS),
        objective: Some("bronze".to_owned()),
        scope,
        goal,
        now,
        planned,
    };
    let mut corruption = exposure(Some(1440), Some(12), Some(DAILY));
    corruption.tolerated_dwell = Some(Bound::Finite(Span::from_days(35)));
    let mut lost = exposure(None, None, None);
    lost.rpo.reason = format!("`{DAILY}` is lost with it: both on /dev/sda1 (st_dev 8:1)");
    let mut copied = exposure(Some(2880), Some(220), Some(OFFSITE));
    copied.rpo.assuming = vec![format!(
        "each run of `{OFFSITE}` ends before the next run of `{DAILY}` does"
    )];
    let mut found = goal("24h", "1h");
    found.detected_within = Some(Span::from_days(14));
    vec![
        row(Scope::Corruption, found, corruption.clone(), corruption),
        row(Scope::Instance, goal("48h", "4h"), lost.clone(), copied),
        row(Scope::Region, goal("7d", ""), lost.clone(), lost),
    ]
}

fn first_actions() -> Vec<Action> {
    let mut repository = action(0, Verb::Create, "repository.s3.offsite", "s3_repository");
    repository.after = Some(attributes(json!({
        "bucket": "acme-dr",
        "endpoint": "http://127.0.0.1:9000",
        "password": { "env": "OFFSITE_PASSWORD" },
        "prefix": "docs",
    })));
    repository.causes = vec![Cause::NotLive];
    let mut copy = action(1, Verb::Create, OFFSITE, "copy");
    copy.after = Some(attributes(json!({
        "from": "protection.snapshot.docs_daily",
        "repository": "repository.s3.offsite",
        "retention": { "keep": { "daily": 35, "yearly": 7 }, "immutable_for": "35d" },
        "tags": ["lifeboat", "docs"],
    })));
    copy.causes = vec![Cause::NotLive];
    copy.effect = Effect::Strengthens;
    copy.after_actions = vec![ActionId(0)];
    copy.target = Some(address(DOCS));
    let mut first = action(2, Verb::BackUp, OFFSITE, "copy");
    first.after = copy.after.clone();
    first.causes = vec![Cause::NoRecoveryPoint];
    first.effect = Effect::Strengthens;
    first.after_actions = vec![ActionId(1)];
    first.target = Some(address(DOCS));
    vec![repository, copy, first]
}

fn later_actions(deletes: Vec<RecoveryPointId>) -> Vec<Action> {
    let source = json!({ "exclude": ["*.tmp", "cache"], "path": "/srv/docs" });
    let mut daily = action(3, Verb::Update, DAILY, "snapshot");
    daily.before = Some(attributes(json!({
        "id": "docs_daily@a1b2c3",
        "repository": "repository.directory.main",
        "retention": { "keep": { "daily": 35, "monthly": 12 } },
        "schedule": "15 2 * * *",
        "source": source,
    })));
    daily.after = Some(attributes(json!({
        "repository": "repository.directory.main",
        "retention": { "keep": { "daily": 7, "monthly": 12 }, "delete_after": "1y" },
        "schedule": "15 2 * * *",
        "source": { "exclude": ["*.tmp", "*.swp"], "path": "/srv/docs" },
    })));
    daily.causes = vec![Cause::Configuration(vec![
        "retention".to_owned(),
        "source".to_owned(),
    ])];
    daily.effect = Effect::Weakens;
    daily.deletes = deletes;
    daily.target = Some(address(DOCS));
    let mut timer = action(
        4,
        Verb::Replace,
        "target.local_directory.docs.schedule[\"docs_daily\"]",
        "systemd_timer",
    );
    timer.before = Some(attributes(
        json!({ "unit": "lifeboat-docs.timer", "calendar": "15 2 * * *", "scope": "user" }),
    ));
    timer.after = Some(attributes(
        json!({ "calendar": "15 2 * * *", "scope": "system" }),
    ));
    timer.causes = vec![Cause::CannotUpdate(vec!["scope".to_owned()])];
    timer.on_remove = OnRemove::Destroy;
    let mut db = action(
        5,
        Verb::Adopt,
        "target.local_sqlite.shop.snapshot[\"shop_hourly\"]",
        "snapshot",
    );
    db.before = Some(attributes(
        json!({ "repository": "repository.directory.main", "schedule": "1h" }),
    ));
    db.after = db.before.clone();
    db.causes = vec![Cause::NotRecorded];
    let mut old = action(
        6,
        Verb::Forget,
        "target.local_directory.photos.snapshot[\"photos\"]",
        "snapshot",
    );
    old.before = Some(attributes(json!({ "schedule": "7d" })));
    old.causes = vec![Cause::NotInConfiguration];
    let mut guard = action(
        7,
        Verb::Delete,
        "target.local_directory.photos.guard",
        "guard",
    );
    guard.before = Some(attributes(
        json!({ "mode": "0500", "password": { "file": "/etc/key" } }),
    ));
    guard.causes = vec![Cause::NotInConfiguration];
    guard.on_remove = OnRemove::Destroy;
    vec![daily, timer, db, old, guard]
}

/// Returns the drift of the fixture: a schedule edited, a timer deleted, a recovery point gone.
pub(super) fn drift() -> Vec<Drift> {
    vec![
        Drift {
            address: address(DAILY),
            kind: "snapshot".to_owned(),
            drift: DriftKind::Changed(BTreeMap::from([(
                "schedule".to_owned(),
                (json!("15 2 * * *"), json!("15 2 * * 0")),
            )])),
        },
        Drift {
            address: address("target.local_directory.docs.schedule[\"docs_daily\"]"),
            kind: "systemd_timer".to_owned(),
            drift: DriftKind::Deleted,
        },
        Drift {
            address: address(DAILY),
            kind: "snapshot".to_owned(),
            drift: DriftKind::PointsMissing(vec![point("9", 3, 40)]),
        },
    ]
}

/// Returns a plan with an action of every verb, drift, losses, goals met and not met, and notices.
pub(super) fn plan() -> Plan {
    let mut locked = point("c", 100, 1_800);
    locked.locked_until = Some(Span::from_days(2).after(as_of()));
    let points = vec![point("a", 36, 1_536), point("b", 40, 1_500), locked];
    let mut actions = first_actions();
    actions.extend(later_actions(
        points.iter().map(|point| point.id.clone()).collect(),
    ));
    Plan {
        drift: drift().into_iter().take(1).collect(),
        actions,
        losses: points
            .into_iter()
            .map(|point| Loss {
                action: ActionId(3),
                address: address(DAILY),
                point,
            })
            .collect(),
        exposure: exposure_rows(),
        notices: vec![
            Notice {
                severity: Severity::Note,
                code: "plan::unscheduled".to_owned(),
                address: Some(address(OFFSITE)),
                message: "nothing runs `1h` here: this machine has neither systemd nor cron".to_owned(),
                help: None,
            },
            Notice {
                severity: Severity::Warning,
                code: "plan::unread".to_owned(),
                address: Some(address("repository.directory.old")),
                message: "the recovery points of the repository could not be listed, so the plan does not know which \
                          of them a shorter retention would delete"
                    .to_owned(),
                help: Some("Unlock the repository and plan again.".to_owned()),
            },
        ],
        outputs: BTreeMap::from([
            ("restore_command".to_owned(), json!("lifeboat restore target.local_directory.docs")),
            ("token".to_owned(), Value::Null),
        ]),
        ..empty_plan()
    }
}
