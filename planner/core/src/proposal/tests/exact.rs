//! What is proposed holds, and nothing smaller does: against every smaller set of the same changes.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::super::Answer;
use super::super::ask::Ask;
use super::super::confirm::confirm;
use super::super::judge::is_kept;
use super::super::moves::{Move, moves};
use super::{Played, now, target};
use crate::language::written::Texts;

/// A scope with goals: its name, RPO and RTO in hours, and how many days a bad write may go unnoticed.
fn goal(scope: &'static str) -> impl Strategy<Value = String> {
    let hours = prop::sample::select(vec![2_u32, 6, 30]);
    let times = prop::sample::select(vec![1_u32, 8, 48]);
    let dwells = prop::sample::select(vec![1_u32, 5, 20]);
    (hours, times, dwells).prop_map(move |(rpo, rto, dwell)| {
        let dwell = match scope {
            "corruption" | "account" => format!("    detected_within = \"{dwell}d\"\n"),
            _ => String::new(),
        };
        format!(
            "  survive \"{scope}\" {{\n    rpo = \"{rpo}h\"\n    rto = \"{rto}h\"\n{dwell}  }}\n"
        )
    })
}

fn disk(name: &'static str) -> impl Strategy<Value = String> {
    let regions = prop::sample::select(vec!["one", "two"]);
    let accounts = prop::sample::select(vec!["ops", "vault"]);
    let rates = prop::sample::select(vec!["", "  restore_bandwidth = \"100MB/s\"\n"]);
    (regions, accounts, rates).prop_map(move |(region, account, rate)| {
        format!(
            "repository \"disk\" \"{name}\" {{\n  path = \"/{name}\"\n{rate}  domains = {{ region = \"{region}\", account = \"{account}\" }}\n}}\n"
        )
    })
}

/// A configuration with one target, one or two disks, a snapshot and perhaps a copy or a replica of it.
fn configuration() -> impl Strategy<Value = String> {
    let scopes = prop::sample::subsequence(vec!["corruption", "region", "account"], 1..=2);
    let goals = scopes.prop_flat_map(|scopes| scopes.into_iter().map(goal).collect::<Vec<_>>());
    let every = prop::sample::select(vec!["1h", "12h", "1d", "7d"]);
    let keep = prop::sample::select(vec![
        "last = 2",
        "last = 30",
        "within = \"3d\"",
        "daily = 10",
    ]);
    let more = prop::sample::select(vec![
        "",
        "protection \"copy\" \"away\" {\n  target = target.tree.docs\n  from = protection.snapshot.own\n  repository = repository.disk.far\n  schedule = \"1d\"\n  retention = retention.some\n}\n",
        "protection \"replica\" \"hot\" {\n  target = target.tree.docs\n  domains = { region = \"two\", account = \"ops\" }\n}\n",
    ]);
    (goals, disk("near"), disk("far"), every, keep, more).prop_map(
        |(goals, near, far, every, keep, more)| {
            format!(
                "objective \"gold\" {{\n{}}}\ntarget \"tree\" \"docs\" {{\n  path = \"/docs\"\n  size = \"500GB\"\n  objective = objective.gold\n  domains = {{ region = \"one\", account = \"ops\" }}\n}}\n{near}{far}retention \"some\" {{\n  keep {{\n    {keep}\n  }}\n}}\nprotection \"snapshot\" \"own\" {{\n  target = target.tree.docs\n  repository = repository.disk.near\n  schedule = \"{every}\"\n  retention = retention.some\n}}\n{more}",
                goals.concat()
            )
        },
    )
}

/// What the proposals of many configurations came to.
#[derive(Debug, Default)]
struct Seen {
    kept: usize,
    changes: [usize; 4],
    none: usize,
    tried: usize,
}

fn check(text: &str, seen: &mut Seen) {
    let played = Played::new(text);
    let proposal = played.propose();
    let texts = Texts::new(&played.inputs.files);
    let case = played.case();
    let mut ask = Ask::of(
        &target(),
        &played.configuration,
        &texts,
        &played.catalog,
        &played.live,
        &played.recorded,
        now(),
    )
    .unwrap();
    let rows = played.plan.exposure.iter().filter(|row| !is_kept(row));
    let open: Vec<_> = rows.map(|row| row.scope).collect();
    ask.unmet.retain(|(scope, _)| open.contains(scope));
    let size = match &proposal.answer {
        Answer::Kept => {
            assert!(played.keeps(&target()), "{text}");
            seen.kept += 1;
            return;
        }
        Answer::Change(change) => {
            let [file] = &change.files[..] else {
                panic!("{:?}", change.files);
            };
            let after = Played::new(&file.after);
            assert!(after.keeps(&target()), "{text}\n{}", file.diff());
            assert!(!played.keeps(&target()), "{text}");
            seen.changes[change.says.len()] += 1;
            change.says.len()
        }
        Answer::None(_) => {
            seen.none += 1;
            3
        }
    };
    // Nothing smaller does: each change alone in its text, and two together by the model.
    let moves = moves(&ask);
    let all: Vec<&Move> = moves.iter().collect();
    if size > 1 {
        for one in &all {
            let alone = confirm(&case, &target(), &[*one]);
            assert!(!alone.is_some_and(|it| it.holds), "{text}\n{}", one.says);
            seen.tried += 1;
        }
    }
    if size > 2 {
        for (index, one) in all.iter().enumerate() {
            for other in all.iter().skip(index + 1) {
                let apart = one.protection.address != other.protection.address
                    && !(one.repository.is_some() && other.repository.is_some());
                let held = apart && ask.held(&[*one, *other]) == ask.all();
                assert!(!held, "{text}\n{}\n{}", one.says, other.says);
                seen.tried += 1;
            }
        }
    }
}

#[test]
fn what_is_proposed_holds_and_nothing_smaller_does() {
    let mut seen = Seen::default();
    let mut runner = TestRunner::new(Config {
        cases: 60,
        ..Config::default()
    });
    let found = std::cell::RefCell::new(&mut seen);
    runner
        .run(&configuration(), |text| {
            check(&text, &mut found.borrow_mut());
            Ok(())
        })
        .unwrap();
    assert!(seen.changes[1] > 0, "{seen:?}");
    println!("{seen:?}");
}
