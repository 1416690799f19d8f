//! Each example, from its text to the plan that a user sees first.

use std::fs;
use std::path::Path;

use lifeboat_core::configuration::Configuration;
use lifeboat_core::render::{PlanView, Style, plan_json, plan_markdown, plan_text};

use super::world::{World, catalog, inputs, read};

/// An example whose provider is not compiled here, lest this package wait for the SDK of a cloud; its `run.sh` plans it.
const OF_A_CLOUD: &str = "provider \"aws\"";

/// The values of variables that an example does not default.
const VALUES: [(&str, &str); 2] = [
    ("endpoint", "https://s3.example.com"),
    ("bucket", "acme-backups"),
];

fn configuration(folder: &Path) -> Configuration {
    let text = fs::read_to_string(folder.join("main.dr.hcl")).unwrap();
    let declared = |name: &str| text.contains(&format!("variable \"{name}\""));
    let values: Vec<_> = VALUES
        .into_iter()
        .filter(|(name, _)| declared(name))
        .collect();
    let inputs = inputs(&[("main.dr.hcl", &text)], &values);
    let (configuration, warnings) = read(&inputs)
        .map_err(|diagnostics| diagnostics.plain(&inputs.sources()))
        .unwrap();
    assert!(
        warnings.0.is_empty(),
        "{}",
        warnings.plain(&inputs.sources())
    );
    configuration
}

#[test]
fn the_first_plan_of_each_example_reads_well() {
    insta::glob!("../../../examples", "*/main.dr.hcl", |path| {
        if fs::read_to_string(path).unwrap().contains(OF_A_CLOUD) {
            return;
        }
        let catalog = catalog();
        let configuration = configuration(path.parent().unwrap());
        let plan = World::before(&configuration).plan(&configuration);
        let after = World::after(&configuration, 24).plan(&configuration);
        assert!(after.actions.is_empty(), "what stands is planned again");
        let view = PlanView {
            catalog: Some(&catalog),
            ..PlanView::default()
        };
        insta::with_settings!({ snapshot_path => "../../plan", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("text", plan_text(&plan, view, Style::plain()));
            insta::assert_snapshot!("markdown", plan_markdown(&plan, Some(&catalog), None));
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
