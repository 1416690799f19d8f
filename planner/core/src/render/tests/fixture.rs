//! A plan as the planner makes it for a small shop, for the tests of every view.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_model::{
    Action, ActionId, Address, Attributes, Bound, Cause, Choice, Cost, Drift, DriftKind, Effect,
    Exposure, ExposureRow, Figure, Finding, Goal, Ignored, Loss, Money, Notice, OnRemove, Plan,
    Provenance, RecoveryPoint, RecoveryPointId, Scope, Severity, Span, Verb,
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
        format_version: "1.1".to_owned(),
        lifeboat_version: "0.1.0".to_owned(),
        as_of: as_of(),
        seed: 7,
        lineage: "3c1f".to_owned(),
        serial: 4,
        drift: Vec::new(),
        actions: Vec::new(),
        losses: Vec::new(),
        exposure: Vec::new(),
        weakened: Vec::new(),
        backup_rules: BTreeMap::new(),
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
        dwell_assuming: Vec::new(),
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

/// Returns the exposure of a database in all five scopes and of the service that it belongs to: each word of a verdict,
/// and a pair of copies that meet no two goals at once.
pub(super) fn five_scopes() -> Vec<ExposureRow> {
    let orders = "target.memory_volume.orders";
    let of = |rest: &str| format!("{orders}.{rest}");
    let (snapshot, replica, copy) = (
        of("snapshot[\"nightly\"]"),
        of("replica[\"dr\"]"),
        of("copy[\"vault\"]"),
    );
    let row = |target: &str, scope, goal, now, planned| ExposureRow {
        target: address(target),
        objective: Some("gold".to_owned()),
        scope,
        goal,
        now,
        planned,
    };
    let none = |reason: &str| {
        let mut none = exposure(None, None, None);
        none.rpo.reason = reason.to_owned();
        none.rto.reason = reason.to_owned();
        none
    };
    let mut clean = exposure(Some(1440), Some(90), Some(&snapshot));
    clean.tolerated_dwell = Some(Bound::Finite(Span::from_days(35)));
    clean.rollback = Some(Bound::Finite(Span::from_days(15)));
    let mut fails_over = exposure(Some(1), Some(3), Some(&replica));
    fails_over.rpo.provenance = Provenance::Percentile(9_990);
    fails_over.rpo.assuming =
        vec!["the replica is as far behind as it was in 99.9 % of cases".to_owned()];
    fails_over.rto.provenance = Provenance::Sla;
    fails_over.rto.assuming =
        vec!["the promotion takes no longer than the vendor promises".to_owned()];
    let mut split = exposure(Some(1), Some(60), Some(&replica));
    split.rto.uses = Some(address(&copy));
    split.choices = vec![
        Choice {
            uses: address(&replica),
            rpo: Bound::Finite(Span::from_secs(60)),
            rto: Bound::Finite(Span::from_hours(5)),
        },
        Choice {
            uses: address(&copy),
            rpo: Bound::Finite(Span::from_hours(25)),
            rto: Bound::Finite(Span::from_hours(1)),
        },
    ];
    let mut late = exposure(Some(1440), Some(300), Some(&copy));
    late.rto.reason = "1 TiB from `repository.memory.vault` at 60 MiB/s takes 4h51m".to_owned();
    let gone = none("the key of `repository.memory.vault` is in account `prod` too");
    let mut found = goal("24h", "2h");
    found.detected_within = Some(Span::from_days(14));
    let mut service = exposure(Some(1), Some(45), Some(orders));
    service.rto.reason = "`service.identity` is back after 40m, and it needs that".to_owned();
    vec![
        row(
            orders,
            Scope::Corruption,
            found,
            clean.clone(),
            clean.clone(),
        ),
        row(
            orders,
            Scope::Instance,
            goal("5m", "10m"),
            clean.clone(),
            fails_over.clone(),
        ),
        row(orders, Scope::Zone, goal("1h", "2h"), clean, split),
        row(
            orders,
            Scope::Region,
            goal("24h", "1h"),
            none("nothing of it stands in another region"),
            late,
        ),
        row(
            orders,
            Scope::Account,
            goal("24h", "12h"),
            gone.clone(),
            gone,
        ),
        row(
            "service.checkout",
            Scope::Instance,
            goal("5m", "30m"),
            none("its members are not protected"),
            service,
        ),
    ]
}

/// Returns findings of two codes, one of them in many places, and one that is ignored.
pub(super) fn findings() -> Vec<Finding> {
    let finding = |code: &str, of: &str, severity, message: &str, help: &str| Finding {
        code: format!("finding::{code}"),
        address: address(of),
        severity,
        message: message.to_owned(),
        help: help.to_owned(),
        ignored: None,
    };
    let mut all = vec![finding(
        "replica_is_no_backup",
        "target.memory_volume.orders",
        Severity::Error,
        "its only copy is `replica[\"dr\"]`, and wrong data arrive there too",
        "Add a snapshot or a log.",
    )];
    all.extend((1..=5).map(|n| {
        finding(
            "never_drilled",
            &format!("target.local_directory.d{n}"),
            Severity::Warning,
            "no drill has shown that it can be restored",
            "Run `lifeboat drill`, and say how often with `drill_every`.",
        )
    }));
    let mut ignored = finding(
        "same_domain",
        DAILY,
        Severity::Warning,
        "it stands on the disk of its data",
        "Put a copy elsewhere.",
    );
    ignored.ignored = Some(Ignored {
        reason: "the second disk comes in spring".to_owned(),
        until: "2027-06-30".to_owned(),
    });
    all.push(ignored);
    all
}

/// Returns what the fixture costs.
pub(super) fn cost() -> Cost {
    Cost {
        now: Some(Money(17_600_000)),
        planned: Some(Money(230_000_000)),
        currency: "USD".to_owned(),
        as_of: "2026-10-01".to_owned(),
        unpriced: vec!["repository.directory.near".to_owned()],
    }
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
