//! Incidents that everybody has read about: what lifeboat says of the design as it was, and the smallest change that it
//! proposes.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use lifeboat_core::configuration::Configuration;
use lifeboat_core::language::format::format;
use lifeboat_core::proposal::Answer;
use lifeboat_core::render::{PlanView, Style, explain_text, plan_text, proposal_text};
use lifeboat_model::{Bound, Plan, Scope, Span};

use super::stage::{Stage, read};
use super::world::inputs;

const FOLDER: &str = "../examples/incidents";

/// How long each design has stood when it is looked at.
const STOOD: Span = Span::from_days(40);

fn text_of(file: &str) -> String {
    fs::read_to_string(Path::new(FOLDER).join(file)).unwrap()
}

fn configuration(file: &str) -> Configuration {
    let text = text_of(file);
    assert_eq!(format(&text).unwrap(), text, "`fmt` changes {file}");
    let inputs = inputs(&[("main.dr.hcl", &text)], &[]);
    let (configuration, warnings) = read(&inputs)
        .map_err(|diagnostics| diagnostics.plain(&inputs.sources()))
        .unwrap();
    let warned = warnings.plain(&inputs.sources());
    assert!(warnings.0.is_empty(), "{file}: {warned}");
    configuration
}

fn text(plan: &Plan) -> String {
    let catalog = lifeboat_memory::catalog();
    let view = PlanView {
        catalog: Some(&catalog),
        ..PlanView::default()
    };
    plan_text(plan, view, Style::plain())
}

/// Returns a text with the one unified difference applied to it that stands in what lifeboat prints, as `patch` would,
/// but without any tolerance: every line of context is where the difference says.
fn patched(before: &str, printed: &str) -> String {
    let before: Vec<&str> = before.lines().collect();
    let mut after: Vec<&str> = Vec::new();
    let mut done = 0;
    let mut left = (0, 0);
    let begin = printed
        .find("--- old/main.dr.hcl\n+++ new/main.dr.hcl\n")
        .unwrap();
    for line in printed[begin..].lines().skip(2) {
        if let Some(head) = line.strip_prefix("@@ -").filter(|_| left == (0, 0)) {
            let numbers = head
                .split(['-', '+', ',', ' ', '@'])
                .filter(|it| !it.is_empty());
            let numbers: Vec<usize> = numbers.map(|it| it.parse().unwrap()).collect();
            let [start, old, _, new] = numbers[..] else {
                panic!("{line}");
            };
            after.extend(&before[done..start - 1]);
            done = start - 1;
            left = (old, new);
            continue;
        }
        if left == (0, 0) {
            break;
        }
        // A line of context that is empty is printed without the space in front of it.
        let (sign, rest) = line.split_at_checked(1).unwrap_or((" ", ""));
        if sign != "+" {
            assert_eq!(before[done], rest);
            (done, left.0) = (done + 1, left.0 - 1);
        }
        if sign != "-" {
            after.push(rest);
            left.1 -= 1;
        }
    }
    after.extend(&before[done..]);
    after.join("\n") + "\n"
}

/// Shows what lifeboat proposes for the design as it was, and holds that it is the design with the change, byte for
/// byte.
fn proposes(name: &str, stage: &Stage, was: &Configuration, before: &Plan) {
    let text = text_of(&format!("{name}/main.dr.hcl"));
    let inputs = inputs(&[("main.dr.hcl", &text)], &[]);
    let proposals = stage.proposals(&inputs, was, before);
    let [proposal] = &proposals.shown[..] else {
        panic!("{name}: {proposals:?}");
    };
    let printed = proposal_text(proposal, Style::plain());
    let wide = printed.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None, "{name}: wider than 80 columns");
    insta::with_settings!({ snapshot_path => "../../incidents", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!(format!("{name}.proposal"), printed);
    });
    let fixed = text_of(&format!("{name}/fixed/main.dr.hcl"));
    assert_eq!(
        patched(&text, &printed),
        fixed,
        "{name}: what is proposed is not what stands in fixed/"
    );
    let Answer::Change(change) = &proposal.answer else {
        panic!("{name}: {:?}", proposal.answer);
    };
    assert_eq!(change.files[0].after, fixed);
}

/// Shows the plan of the design as it was, which changes nothing; why its goals are not met; what lifeboat proposes; and
/// the plan of the design with that change.
///
/// It is looked at on the `day` before; `meanwhile` is what had happened until then.
fn incident(name: &str, day: &str, meanwhile: impl FnOnce(&Stage)) -> [Plan; 2] {
    let was = configuration(&format!("{name}/main.dr.hcl"));
    let fixed = configuration(&format!("{name}/fixed/main.dr.hcl"));
    let day = format!("{day}T00:00:00Z").parse().unwrap();
    let stage = Stage::new(&was, STOOD.before(day));
    stage.apply(&was);
    stage.live_through(&was, STOOD);
    meanwhile(&stage);
    let before = stage.plan(&was);
    assert!(before.actions.is_empty(), "{:?}", before.actions);
    proposes(name, &stage, &was, &before);
    let after = stage.plan(&fixed);
    assert!(
        !after.actions.is_empty(),
        "{name}: the change changes nothing"
    );
    insta::with_settings!({ snapshot_path => "../../incidents", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!(format!("{name}.was"), text(&before));
        assert_snapshot!(format!("{name}.why"), explain_text(&stage.explain(&was, &before), Style::plain()));
        assert_snapshot!(format!("{name}.fixed"), text(&after));
    });
    stage.apply(&fixed);
    let unmet = |plan: &Plan| plan.exposure.iter().any(|row| !row.is_met());
    assert!(unmet(&before), "{name}: what was is said to be enough");
    assert!(!unmet(&after), "{name}: the change is not enough");
    [before, after]
}

/// What a plan leaves in a scope: what is lost with which copy, and how long it takes with which.
fn planned(plan: &Plan, scope: Scope) -> [(Bound<Span>, String); 2] {
    let row = plan.exposure.iter().find(|row| row.scope == scope).unwrap();
    [&row.planned.rpo, &row.planned.rto].map(|figure| {
        let uses = figure.uses.as_ref().and_then(|uses| uses.part.as_ref());
        let name = uses.and_then(|part| part.key.clone()).unwrap_or_default();
        (figure.bound, name)
    })
}

fn within(span: Span, with: &str) -> (Bound<Span>, String) {
    (Bound::Finite(span), with.to_owned())
}

fn nothing() -> (Bound<Span>, String) {
    (Bound::Unbounded, String::new())
}

fn tells(plan: &Plan, code: &str) -> bool {
    plan.findings.iter().any(|finding| finding.code == code)
}

#[test]
fn gitlab_2017_had_only_its_daily_snapshots() {
    let [was, _] = incident("gitlab-2017", "2017-01-31", |stage| {
        // Every dump was empty. lifeboat's first drill of one finds that.
        for (vault, address, point) in stage.world.points() {
            if vault == "s3" {
                assert!(stage.world.damage_point(&point), "{address}");
            }
        }
        let dump = "target.memory_dataset.postgres.snapshot[\"pg_dump\"]";
        assert!(!stage.drill(&dump.parse().unwrap()));
    });
    // 300 GB at 60 Mbit/s.
    let transfer = Span::from_secs(300_000 / 60 * 8);
    assert_eq!(
        planned(&was, Scope::Corruption),
        [within(Span::from_hours(24), "lvm"), within(transfer, "lvm")]
    );
}

#[test]
fn github_2018_had_no_bound_on_what_a_failover_loses_and_terabytes_far_away() {
    let [was, fixed] = incident("github-2018", "2018-10-21", |_| {});
    assert_eq!(
        planned(&was, Scope::Region),
        [
            within(Span::from_hours(4), "every_four_hours"),
            within(Span::from_secs(90), "west")
        ]
    );
    let [_, (back, _)] = planned(&was, Scope::Corruption);
    assert!(back > Bound::Finite(Span::from_hours(11)));
    assert!(tells(&was, "finding::no_fencing"));
    assert!(!tells(&fixed, "finding::no_fencing"));
}

#[test]
fn ovh_2021_had_its_backup_on_the_same_site() {
    let [was, _] = incident("ovh-2021", "2021-03-09", |_| {});
    assert_eq!(planned(&was, Scope::Region), [nothing(), nothing()]);
    let [(lost, _), _] = planned(&was, Scope::Zone);
    assert_eq!(lost, Bound::Finite(Span::from_hours(24)));
}

#[test]
fn cloudnordic_2023_had_both_backups_under_one_set_of_credentials() {
    let [was, fixed] = incident("cloudnordic-2023", "2023-08-17", |_| {});
    assert_eq!(planned(&was, Scope::Account), [nothing(), nothing()]);
    let [(lost, with), _] = planned(&fixed, Scope::Account);
    assert_eq!(
        (lost, with.as_str()),
        (Bound::Finite(Span::from_hours(24)), "nightly")
    );
}

#[test]
fn unisuper_2024_had_a_copy_elsewhere_and_a_long_way_back() {
    let [was, _] = incident("unisuper-2024", "2024-05-01", |_| {});
    assert_eq!(
        planned(&was, Scope::Account),
        [
            within(Span::from_hours(24), "other_vendor"),
            within(Span::from_days(7), "other_vendor")
        ]
    );
    let [(_, with), _] = planned(&was, Scope::Region);
    assert_eq!(with, "second_geography");
}

#[test]
fn aws_us_east_1_2025_would_have_launched_the_recovery_where_the_failure_was() {
    let [was, fixed] = incident("aws-us-east-1-2025", "2025-10-19", |_| {});
    assert_eq!(planned(&was, Scope::Region), [nothing(), nothing()]);
    let [(_, with), _] = planned(&fixed, Scope::Region);
    assert_eq!(with, "elsewhere");
}
