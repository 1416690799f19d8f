//! The examples on the pages of findings, run: what is said to be found is, and what is said not to be is not.

use lifeboat_core::findings::{FINDING_CODES, page};
use lifeboat_model::{Severity, Span};

use super::stage::{Stage, read};
use super::world::{as_of, inputs};

/// What depends on what was recorded, or on what only a vendor tells, is shown beside the rules.
const RECORDED: [&str; 4] = [
    "one_key",
    "never_drilled",
    "drill_overdue",
    "measured_contradicts_declared",
];

/// Returns the example of a page that begins with this fence.
fn example<'p>(page: &'p str, fence: &str) -> Option<&'p str> {
    let start = page.find(fence)? + fence.len();
    let rest = page.get(start..)?;
    rest.get(..rest.find("```")?)
}

/// Returns the codes that are told of an example before and after it is applied and has stood for two days.
fn found(code: &str, text: &str) -> [Vec<String>; 2] {
    let inputs = inputs(&[("main.dr.hcl", text)], &[]);
    let (configuration, warnings) = read(&inputs)
        .map_err(|diagnostics| diagnostics.plain(&inputs.sources()))
        .unwrap_or_else(|told| panic!("{code}: {told}"));
    assert!(
        warnings.0.is_empty(),
        "{code}: {}",
        warnings.plain(&inputs.sources())
    );
    let stood = Span::from_days(2);
    let stage = Stage::new(&configuration, stood.before(as_of()));
    let codes = || {
        let plan = stage.plan(&configuration);
        assert!(plan.notices.iter().all(|it| it.severity != Severity::Error));
        plan.findings.into_iter().map(|it| it.code).collect()
    };
    let first = codes();
    stage.apply(&configuration);
    stage.live_through(&configuration, stood);
    [first, codes()]
}

#[test]
fn each_page_shows_what_is_found_and_what_is_not() {
    for code in FINDING_CODES {
        let page = page(code).unwrap();
        let examples = (
            example(page, "```hcl found\n"),
            example(page, "```hcl passes\n"),
        );
        let (Some(fails), Some(passes)) = examples else {
            assert!(RECORDED.contains(&code), "{code} has no examples");
            continue;
        };
        let full = format!("finding::{code}");
        for told in found(code, fails) {
            assert!(told.contains(&full), "{code} is not found: {told:?}");
        }
        for told in found(code, passes) {
            assert!(!told.contains(&full), "{code} is found: {told:?}");
        }
    }
}

#[test]
fn each_example_on_a_page_is_laid_out_as_fmt_would() {
    for code in FINDING_CODES {
        let page = page(code).unwrap();
        for fence in ["```hcl found\n", "```hcl passes\n"] {
            let Some(text) = example(page, fence) else {
                continue;
            };
            let formatted = lifeboat_core::language::format::format(text).unwrap();
            assert_eq!(formatted, text, "{code}");
        }
    }
}
