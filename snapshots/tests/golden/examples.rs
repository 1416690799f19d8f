//! Each example, from its text to the plan that a user sees first.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use lifeboat_core::configuration::Configuration;
use lifeboat_core::language::{Inputs, Outcome, SourceFile, VariableSource, evaluate};
use lifeboat_core::render::{PlanView, Style, plan_json, plan_markdown, plan_text};
use lifeboat_core::{design, planning};
use lifeboat_model::{Catalog, LiveResource, LiveState, Plan, PlanOptions, RecordedState, Span};

/// The values of variables that an example does not default.
const VALUES: [(&str, &str); 2] = [
    ("endpoint", "https://s3.example.com"),
    ("bucket", "acme-backups"),
];

fn as_of() -> jiff::Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

fn configuration(folder: &Path, catalog: &Catalog) -> Configuration {
    let text = fs::read_to_string(folder.join("main.dr.hcl")).unwrap();
    let variables = VALUES
        .iter()
        .filter(|(name, _)| text.contains(&format!("variable \"{name}\"")))
        .map(|(name, value)| VariableSource::Argument {
            name: (*name).to_owned(),
            text: (*value).to_owned(),
        })
        .collect();
    let inputs = Inputs {
        files: vec![SourceFile {
            name: "main.dr.hcl".to_owned(),
            text,
        }],
        variables,
        loaded: BTreeMap::new(),
        as_of: as_of(),
        lifeboat_version: "0.1.0".to_owned(),
        base_dir: "/srv/app".to_owned(),
    };
    match evaluate(&inputs, catalog) {
        Ok(Outcome::Complete(evaluated)) => {
            assert!(
                evaluated.warnings.0.is_empty(),
                "{}",
                evaluated.warnings.plain(&inputs.sources())
            );
            evaluated.configuration
        }
        Ok(Outcome::NeedsFiles(files)) => panic!("asks for {files:?}"),
        Err(diagnostics) => panic!("{}", diagnostics.plain(&inputs.sources())),
    }
}

/// The first plan of an example whose sources exist and where nothing is applied yet.
fn first_plan(configuration: &Configuration, catalog: &Catalog) -> Plan {
    let design = design::compile(configuration, catalog).unwrap();
    let targets = configuration.targets.values().map(|target| {
        let live = LiveResource {
            attributes: target.attributes.clone(),
            ..LiveResource::default()
        };
        (target.address.clone(), live)
    });
    let live = LiveState {
        resources: targets.collect(),
        ..LiveState::default()
    };
    let options = PlanOptions {
        as_of: as_of(),
        seed: 1,
        destroy: false,
        targets: Vec::new(),
        lifeboat_version: "0.1.0".to_owned(),
        allow_exposure: Span::ZERO,
    };
    let plan =
        || planning::plan(&design, &live, &RecordedState::default(), catalog, &options).unwrap();
    let (one, two) = (plan(), plan());
    assert_eq!(
        serde_json::to_string(&one).unwrap(),
        serde_json::to_string(&two).unwrap(),
        "planned twice, other bytes"
    );
    one
}

#[test]
fn the_first_plan_of_each_example_reads_well() {
    insta::glob!("../../../examples", "*/main.dr.hcl", |path| {
        let catalog = lifeboat_local::catalog();
        let configuration = configuration(path.parent().unwrap(), &catalog);
        let plan = first_plan(&configuration, &catalog);
        let view = PlanView {
            catalog: Some(&catalog),
            ..PlanView::default()
        };
        insta::with_settings!({ snapshot_path => "../../plan", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("text", plan_text(&plan, view, Style::plain()));
            insta::assert_snapshot!("markdown", plan_markdown(&plan, Some(&catalog)));
        });
        let json = plan_json(&plan, Some(&catalog));
        for key in [
            "format_version",
            "lifeboat_version",
            "timestamp",
            "resource_changes",
            "resource_drift",
            "exposure",
        ] {
            assert!(json.get(key).is_some(), "the JSON has no `{key}`");
        }
    });
}

#[test]
fn each_example_is_laid_out_as_fmt_would() {
    insta::glob!("../../../examples", "*/main.dr.hcl", |path| {
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(
            lifeboat_core::language::format::format(&text).unwrap(),
            text,
            "{}",
            path.display()
        );
    });
}
