//! The five scopes, the words of a verdict, findings and costs, in every view.

use lifeboat_model::{BackupRule, Notice, Plan, Provenance, Severity, Step, Verb};

use super::super::*;
use super::fixture::{action, as_of, cost, empty_plan, exposure_rows, findings, five_scopes};

fn whole() -> Plan {
    let mut plan = empty_plan();
    let replica = "target.memory_volume.orders.replica[\"dr\"]";
    plan.actions = vec![action(0, Verb::Create, replica, "memory_replica")];
    plan.exposure = five_scopes();
    plan.findings = findings();
    plan.cost = Some(cost());
    let kept = BackupRule {
        immutable: 1,
        unproved: 0,
        ..rule()
    };
    for (target, rule) in [("orders", rule()), ("receipts", kept)] {
        let target = format!("target.memory_volume.{target}").parse().unwrap();
        plan.backup_rules.insert(target, rule);
    }
    plan
}

fn ascii() -> Style {
    Style {
        unicode: false,
        ..Style::plain()
    }
}

#[test]
fn a_plan_shows_five_scopes_with_a_reason_for_each_goal_that_is_not_met() {
    let text = plan_text(&whole(), PlanView::default(), Style::plain());
    insta::assert_snapshot!(text, @r#"
    Recovery points that this plan deletes: none.

    Exposure               goal  now          planned
      target.memory_volume.orders   gold: unbounded
        corruption  rpo    1d    1d ✓         1d ✓          snapshot["nightly"]
                    rto    2h    1h30m ✓      1h30m ✓       by a restore of it
                    dwell  14d   35d ✓        35d ✓         may go unnoticed
        instance    rpo    5m    1d ✗         1m ✓ 99.9 %*  replica["dr"]
                    rto    10m   1h30m ✗      3m ✓*         by promoting it
        zone        rpo    1h    1d ✗         1m ✓          replica["dr"]
                    rto    2h    1h30m ✓      1h ✗
                           not both from one copy: replica["dr"] is fresh enough and
                           too slow (rpo 1m, rto 5h), copy["vault"] is fast enough
                           and too old (rpo 1d1h, rto 1h)
        region      rpo    1d    unbounded ✗  1d ✓          copy["vault"]
                    rto    1h    unbounded ✗  5h ✗
                           by a restore of it: 1 TiB from repository.memory.vault at
                           60 MiB/s takes 4h51m
        account     rpo    1d    unbounded ✗  unbounded ✗
                           the key of repository.memory.vault is in account prod too
                    rto    12h   unbounded ✗  unbounded ✗
        * assuming that the promotion takes no longer than the vendor promises
        * assuming that the replica is as far behind as it was in 99.9 % of cases
      service.checkout   gold: not met
        instance    rpo    5m    unbounded ✗  1m ✓
                           target.memory_volume.orders
                    rto    30m   unbounded ✗  45m ✗
                           service.identity is back after 40m, and it needs that

    Actions are indicated with the following symbols:
      + create

    lifeboat will perform the following actions:

      # target.memory_volume.orders.replica["dr"] will be created
      + protection "replica" "dr" {
        }

    Findings (6):
      error finding::replica_is_no_backup
        target.memory_volume.orders:
          its only copy is replica["dr"], and wrong data arrive there too
          Add a snapshot or a log.
      warning finding::never_drilled
        target.local_directory.d1: no drill has shown that it can be restored
        target.local_directory.d2: no drill has shown that it can be restored
        target.local_directory.d3: no drill has shown that it can be restored
        and 2 more; all of them with --verbose
          Run `lifeboat drill`, and say how often with `drill_every`.
      # (1 finding ignored until 2027-06-30: the second disk comes in spring)

    3-2-1-1-0: 1 of 2 targets keeps it.
      target.memory_volume.orders:
        3 of 3 copies, 2 of 2 media, 1 of 1 off-site, 0 of 1 immutable, 1 unproved

    Plan: 1 to add, 0 to change, 0 to destroy.
    Objectives: 7 of 12 met (3 before, 2 on assumptions).
    Cost: +212.40 USD a month, 230.00 in all (price book 2026-10).
    Not in the cost, for want of a price or a size: repository.directory.near.
    At no step is any target less protected than now.
    "#);
}

#[test]
fn in_short_only_what_is_not_met_and_the_counts_are_told() {
    insta::assert_snapshot!(objectives_text(&whole(), ascii()), @r#"
    Objectives: 7 of 12 met (3 before, 2 on assumptions).
      NO target.memory_volume.orders   gold
        zone        rto 2h: 1h, not met
                    not both from one copy: replica["dr"] is fresh enough and too
                    slow (rpo 1m, rto 5h), copy["vault"] is fast enough and too old
                    (rpo 1d1h, rto 1h)
        region      rto 1h: 5h, not met
                    by a restore of it: 1 TiB from repository.memory.vault at 60
                    MiB/s takes 4h51m
        account     rpo 1d: unbounded
                    the key of repository.memory.vault is in account prod too
        account     rto 12h: unbounded
      NO service.checkout   gold
        instance    rto 30m: 45m, not met
                    service.identity is back after 40m, and it needs that
    Cost: +212.40 USD a month, 230.00 in all (price book 2026-10).
    Not in the cost, for want of a price or a size: repository.directory.near.
    6 findings, 1 ignored; "lifeboat plan" tells them.
    Plan: 1 to add, 0 to change, 0 to destroy.
    At no step is any target less protected than now.
    "#);
    let met = Plan {
        exposure: exposure_rows().into_iter().take(1).collect(),
        ..empty_plan()
    };
    insta::assert_snapshot!(objectives_text(&met, Style::plain()), @"
    Objectives: 2 of 2 met (as before).
    Plan: 0 to add, 0 to change, 0 to destroy.
    ");
    insta::assert_snapshot!(objectives_text(&super::fixture::plan(), Style::plain()), @r#"
    Recovery points that this plan deletes: 3
      target.local_directory.docs.snapshot["docs_daily"]
        aaaaaaaa  2026-10-17 16:30:05Z  36d   1.5 GiB
        bbbbbbbb  2026-10-13 16:30:05Z  40d   1.4 GiB
        cccccccc  2026-08-14 16:30:05Z  100d  1.7 GiB  locked for 2d

    Objectives: 4 of 5 met (2 before, 1 on assumptions).
      ✗ target.local_directory.docs   bronze
        region      rpo 7d: unbounded
                    snapshot["docs_daily"] is lost with it: both on /dev/sda1
                    (st_dev 8:1)
    Plan: 1 to import, 3 to add, 1 to change, 2 to destroy, 1 to forget. Actions: 1 to invoke.
    This plan deletes 3 recovery points and makes 1 target less protected than now:
    apply needs --allow-loss.
    "#);
}

#[test]
fn no_line_of_a_short_view_is_wider_than_the_terminal() {
    for text in [
        objectives_text(&whole(), ascii()),
        plan_text(&whole(), PlanView::default(), Style::plain()),
        explain_text(&[explanation()], Style::plain()),
    ] {
        let wide: Vec<&str> = text.lines().filter(|it| it.chars().count() > 80).collect();
        assert_eq!(wide, Vec::<&str>::new());
    }
}

#[test]
fn without_anything_live_there_is_no_now() {
    let mut plan = whole();
    plan.findings.clear();
    insta::assert_snapshot!(offline_text(&plan, false, ascii()), @r#"
    Exposure               goal  configured
      target.memory_volume.orders   gold: unbounded
        corruption  rpo    1d    1d ok          snapshot["nightly"]
                    rto    2h    1h30m ok       by a restore of it
                    dwell  14d   35d ok         may go unnoticed
        instance    rpo    5m    1m ok 99.9 %*  replica["dr"]
                    rto    10m   3m ok*         by promoting it
        zone        rpo    1h    1m ok          replica["dr"]
                    rto    2h    1h NO
                           not both from one copy: replica["dr"] is fresh enough and
                           too slow (rpo 1m, rto 5h), copy["vault"] is fast enough
                           and too old (rpo 1d1h, rto 1h)
        region      rpo    1d    1d ok          copy["vault"]
                    rto    1h    5h NO
                           by a restore of it: 1 TiB from repository.memory.vault at
                           60 MiB/s takes 4h51m
        account     rpo    1d    unbounded NO
                           the key of repository.memory.vault is in account prod too
                    rto    12h   unbounded NO
        * assuming that the promotion takes no longer than the vendor promises
        * assuming that the replica is as far behind as it was in 99.9 % of cases
      service.checkout   gold: not met
        instance    rpo    5m    1m ok          target.memory_volume.orders
                    rto    30m   45m NO
                           service.identity is back after 40m, and it needs that

    3-2-1-1-0: 1 of 2 targets keeps it.
      target.memory_volume.orders:
        3 of 3 copies, 2 of 2 media, 1 of 1 off-site, 0 of 1 immutable, 1 unproved

    Objectives: 7 of 12 met (2 on assumptions).
    Cost: 230.00 USD a month (price book 2026-10).
    Not in the cost, for want of a price or a size: repository.directory.near.
    Nothing live was read: failure domains and rates are those that the
    configuration declares, no drill counts, and keys, credentials and control
    planes that a restore needs were not looked at.
    "#);
    plan.exposure.retain(|row| row.is_met());
    insta::assert_snapshot!(offline_text(&plan, true, ascii()), @"
    Objectives: 4 of 4 met (2 on assumptions).
    Cost: 230.00 USD a month (price book 2026-10).
    Not in the cost, for want of a price or a size: repository.directory.near.
    Nothing live was read: failure domains and rates are those that the
    configuration declares, no drill counts, and keys, credentials and control
    planes that a restore needs were not looked at.
    ");
    let document = offline_json(&plan);
    insta::assert_snapshot!(document.pointer("/objectives").unwrap(), @r#"{"assuming":2,"met":4,"total":4}"#);
}

#[test]
fn a_time_of_less_protection_is_said_instead_of_none() {
    let mut plan = whole();
    plan.notices = vec![Notice {
        severity: Severity::Error,
        code: "plan::exposed".to_owned(),
        address: "target.memory_volume.orders".parse().ok(),
        message: "less protected".to_owned(),
        help: None,
    }];
    let end = |plan: &Plan| {
        let text = plan_text(plan, PlanView::default(), Style::plain());
        let at = text.find("While it is").unwrap();
        text[at..].to_owned()
    };
    insta::assert_snapshot!(end(&plan), @"
    While it is applied, 1 target is less protected than now, until the first backup
    after the change ends: that needs --allow-exposure DURATION.
    ");
    insta::assert_snapshot!(plan_markdown(&plan, None, None).lines().next().unwrap(), @"## 1 target less protected on its way; 7 of 12 objectives met");
    for notice in &mut plan.notices {
        notice.severity = Severity::Warning;
    }
    insta::assert_snapshot!(end(&plan), @"
    While it is applied, 1 target is less protected than now, until the first backup
    after the change ends: agreed with --allow-exposure.
    ");
}

fn step(says: &str, provenance: Option<Provenance>, below: Vec<Step>) -> Step {
    Step {
        says: says.to_owned(),
        bound: None,
        provenance,
        below,
    }
}

fn explanation() -> Explanation {
    let mut rows = five_scopes();
    let row = rows.remove(3);
    let measured = Provenance::Measured {
        when: as_of(),
        n: 3,
    };
    let transfer = step(
        "transfer 4h51m = 1 TiB / 60 MiB/s over the link to `repository.memory.vault`, shared with nothing else in this scope",
        None,
        vec![
            step(
                "size 1 TiB: the last recovery point",
                Some(measured),
                Vec::new(),
            ),
            step(
                "restore_bandwidth 60 MiB/s: assumptions \"vault\" (as agreed with the network team in the meeting of spring)",
                Some(Provenance::Declared),
                Vec::new(),
            ),
        ],
    );
    let mut rto = step(
        "by a restore of `target.memory_volume.orders.copy[\"vault\"]`",
        Some(Provenance::Typical),
        vec![
            transfer,
            step(
                "verify 9m: what is usually seen",
                Some(Provenance::Typical),
                Vec::new(),
            ),
        ],
    );
    rto.bound = Some(row.planned.rto.bound);
    let gone = step(
        "`target.memory_volume.orders.snapshot[\"nightly\"]` does not survive: region eu-west-1 holds both",
        None,
        Vec::new(),
    );
    Explanation {
        address: row.target.clone(),
        protection: None,
        scopes: vec![ScopeExplanation {
            row,
            now: vec![gone.clone()],
            planned: vec![rto, gone],
        }],
        chosen: vec![step(
            "`target.memory_volume.orders.copy[\"vault\"]`: objective.gold: region rpo 1d and rto 1h",
            None,
            Vec::new(),
        )],
        alternatives: vec![step(
            "a log into repository.memory.vault: 310.00 USD a month, and no goal needs it",
            None,
            Vec::new(),
        )],
        proposal: None,
        backup_rule: Some(rule()),
        live: true,
    }
}

fn rule() -> BackupRule {
    BackupRule {
        copies: 3,
        media: 2,
        offsite: 1,
        immutable: 0,
        unproved: 1,
    }
}

#[test]
fn an_explanation_has_the_verdict_first_then_the_numbers_then_what_was_not_chosen() {
    insta::assert_snapshot!(explain_text(&[explanation()], Style::plain()), @r#"
    target.memory_volume.orders
      objective gold: not met
      3-2-1-1-0: 3 of 3 copies, 2 of 2 media, 1 of 1 off-site, 0 of 1 immutable, 1
      unproved.

    region: not met
        rpo   goal 1d       now unbounded ✗  planned 1d ✓
        rto   goal 1h       now unbounded ✗  planned 5h ✗
              by a restore of it: 1 TiB from repository.memory.vault at 60 MiB/s
              takes 4h51m
      Now:
        - snapshot["nightly"] does not survive: region eu-west-1 holds both
      After the plan:
        - by a restore of copy["vault"]: 5h
          - transfer 4h51m = 1 TiB / 60 MiB/s over the link to
            repository.memory.vault, shared with nothing else in this scope
            - size 1 TiB: the last recovery point
              [measured 3 times, last on 2026-11-22]
            - restore_bandwidth 60 MiB/s: assumptions "vault" (as agreed with the
              network team in the meeting of spring) [declared]
          - verify 9m: what is usually seen [typical]
        - snapshot["nightly"] does not survive: region eu-west-1 holds both

    Chosen by the planner:
      - copy["vault"]: objective.gold: region rpo 1d and rto 1h

    Not chosen:
      - a log into repository.memory.vault: 310.00 USD a month, and no goal needs it
    "#);
    let offline = Explanation {
        live: false,
        chosen: Vec::new(),
        alternatives: Vec::new(),
        ..explanation()
    };
    insta::assert_snapshot!(explain_text(&[offline], ascii()), @r#"
    target.memory_volume.orders
      objective gold: not met
      3-2-1-1-0: 3 of 3 copies, 2 of 2 media, 1 of 1 off-site, 0 of 1 immutable, 1
      unproved.

    region: not met
        rpo   goal 1d       1d ok
        rto   goal 1h       5h NO
              by a restore of it: 1 TiB from repository.memory.vault at 60 MiB/s
              takes 4h51m
      As configured:
        - by a restore of copy["vault"]: 5h
          - transfer 4h51m = 1 TiB / 60 MiB/s over the link to
            repository.memory.vault, shared with nothing else in this scope
            - size 1 TiB: the last recovery point
              [measured 3 times, last on 2026-11-22]
            - restore_bandwidth 60 MiB/s: assumptions "vault" (as agreed with the
              network team in the meeting of spring) [declared]
          - verify 9m: what is usually seen [typical]
        - snapshot["nightly"] does not survive: region eu-west-1 holds both
    "#);
}

#[test]
fn where_only_ascii_can_be_shown_our_own_signs_are_spelled_out() {
    let mut offline = explanation();
    offline.scopes.clear();
    offline.alternatives = vec![step("loses 13d = 14d − dwell 1d …", None, Vec::new())];
    let text = explain_text(&[offline], ascii());
    assert!(text.contains("loses 13d = 14d - dwell 1d ..."), "{text}");
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn the_json_of_an_explanation_has_the_words_and_the_steps() {
    let document = explain_json(&[explanation()], as_of());
    let at = |pointer: &str| document.pointer(pointer).unwrap().to_string();
    insta::assert_snapshot!(
        [
            at("/explanations/0/scopes/0/verdict"),
            at("/explanations/0/scopes/0/words"),
            at("/explanations/0/scopes/0/now"),
            at("/explanations/0/alternatives/0/says"),
        ]
        .join("\n"),
        @r#"
    "not met"
    {"now":{"rpo":"unbounded","rto":"unbounded"},"planned":{"rpo":"proved","rto":"not met"}}
    [{"below":[],"bound":null,"provenance":null,"says":"`target.memory_volume.orders.snapshot[\"nightly\"]` does not survive: region eu-west-1 holds both"}]
    "a log into repository.memory.vault: 310.00 USD a month, and no goal needs it"
    "#
    );
}

#[test]
fn markdown_and_json_of_a_plan_carry_findings_and_cost() {
    insta::assert_snapshot!(plan_markdown(&whole(), None, None), @r#"
    ## Nothing is ever less protected than now; 7 of 12 objectives met

    | target | scope | measure | goal | now | planned | |
    |---|---|---|---|---|---|---|
    | `target.memory_volume.orders` | instance | rpo | 5m | 1d ✗ | 1m ✓ 99.9 %* | replica\["dr"\]; assuming that the replica is as far behind as it was in 99.9 % of cases |
    | `target.memory_volume.orders` | instance | rto | 10m | 1h30m ✗ | 3m ✓* | by promoting it; assuming that the promotion takes no longer than the vendor promises |
    | `target.memory_volume.orders` | zone | rpo | 1h | 1d ✗ | 1m ✓ | replica\["dr"\] |
    | `target.memory_volume.orders` | zone | rto | 2h | 1h30m ✓ | 1h ✗ | not both from one copy: replica\["dr"\] is fresh enough and too slow (rpo 1m, rto 5h), copy\["vault"\] is fast enough and too old (rpo 1d1h, rto 1h) |
    | `target.memory_volume.orders` | region | rpo | 1d | unbounded ✗ | 1d ✓ | copy\["vault"\] |
    | `target.memory_volume.orders` | region | rto | 1h | unbounded ✗ | 5h ✗ | by a restore of it: 1 TiB from repository.memory.vault at 60 MiB/s takes 4h51m |
    | `target.memory_volume.orders` | account | rpo | 1d | unbounded ✗ | unbounded ✗ | the key of repository.memory.vault is in account prod too |
    | `target.memory_volume.orders` | account | rto | 12h | unbounded ✗ | unbounded ✗ | the key of repository.memory.vault is in account prod too |
    | `service.checkout` | instance | rpo | 5m | unbounded ✗ | 1m ✓ | target.memory\_volume.orders |
    | `service.checkout` | instance | rto | 30m | unbounded ✗ | 45m ✗ | service.identity is back after 40m, and it needs that |

    ### Findings: 6 findings, 1 ignored

    - `finding::replica_is_no_backup` `target.memory_volume.orders`: its only copy is `replica["dr"]`, and wrong data arrive there too. Add a snapshot or a log.
    - `finding::never_drilled` `target.local_directory.d1`: no drill has shown that it can be restored. Run `lifeboat drill`, and say how often with `drill_every`.
    - `finding::never_drilled` `target.local_directory.d2`: no drill has shown that it can be restored. Run `lifeboat drill`, and say how often with `drill_every`.
    - `finding::never_drilled` `target.local_directory.d3`: no drill has shown that it can be restored. Run `lifeboat drill`, and say how often with `drill_every`.
    - `finding::never_drilled` `target.local_directory.d4`: no drill has shown that it can be restored. Run `lifeboat drill`, and say how often with `drill_every`.
    - `finding::never_drilled` `target.local_directory.d5`: no drill has shown that it can be restored. Run `lifeboat drill`, and say how often with `drill_every`.

    <details><summary>Show the actions</summary>

    ```diff
    Actions are indicated with the following symbols:
    +   create

    lifeboat will perform the following actions:

      # target.memory_volume.orders.replica["dr"] will be created
    +   protection "replica" "dr" {
        }
    ```

    </details>

    Plan: 1 to add, 0 to change, 0 to destroy.

    Cost: +212.40 USD a month, 230.00 in all (price book 2026-10).

    Not in the cost, for want of a price or a size: repository.directory.near.

    <sub>Plan digest fb8a0d008d46</sub>
    "#);
    let document = plan_json(&whole(), None);
    let at = |pointer: &str| document.pointer(pointer).unwrap().to_string();
    insta::assert_snapshot!(
        [at("/cost"), at("/findings/6"), at("/exposure/2/rto/planned"), at("/exposure/2/choices")].join("\n"),
        @r#"
    {"as_of":"2026-10-01","currency":"USD","now":"17.60","now_micros":17600000,"planned":"230.00","planned_micros":230000000,"unpriced":["repository.directory.near"]}
    {"address":"target.local_directory.docs.snapshot[\"docs_daily\"]","code":"finding::same_domain","detail":"Put a copy elsewhere.","ignored":{"reason":"the second disk comes in spring","until":"2027-06-30"},"severity":"warning","summary":"it stands on the disk of its data"}
    {"assuming":[],"bound":"1h","bound_ms":3600000,"reason":"","uses":"target.memory_volume.orders.copy[\"vault\"]","verdict":"not_met","words":"not met"}
    [{"rpo":{"finite":"1m"},"rto":{"finite":"5h"},"uses":"target.memory_volume.orders.replica[\"dr\"]"},{"rpo":{"finite":"1d1h"},"rto":{"finite":"1h"},"uses":"target.memory_volume.orders.copy[\"vault\"]"}]
    "#
    );
}
