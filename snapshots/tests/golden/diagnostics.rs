//! What is said about wrong configurations: the slips that a first hour brings.

use insta::assert_snapshot;

use super::world::{inputs, read};

/// A configuration that is right; each case replaces one piece of it.
const TEXT: &str = include_str!("../../../examples/quickstart/main.dr.hcl");

/// Returns what is said when `from` is replaced by `to`.
fn said(from: &str, to: &str) -> String {
    assert!(TEXT.contains(from), "`{from}` is not in the example");
    let inputs = inputs(&[("main.dr.hcl", &TEXT.replacen(from, to, 1))], &[]);
    let diagnostics = read(&inputs).expect_err(to);
    diagnostics.plain(&inputs.sources())
}

/// Each slip: what is written, and what is meant.
const SLIPS: [(&str, &str, &str); 14] = [
    ("a misspelt block", "retention \"gfs\"", "retenton \"gfs\""),
    (
        "a misspelt argument",
        "path      = \"data/doc",
        "pth      = \"data/doc",
    ),
    (
        "a misspelt reference",
        "objective.working_files",
        "objective.working_file",
    ),
    (
        "a misspelt kind",
        "target \"local_sqlite\"",
        "target \"local_sqlit\"",
    ),
    ("a wrong unit", "\"2h\"", "\"2 hours\""),
    (
        "a secret in the open",
        "password {\n    file = \"secrets/near\"\n  }",
        "password = \"hunter2\"",
    ),
    (
        "a text that is not closed",
        "\"data/documents\"",
        "\"data/documents",
    ),
    (
        "a block that is not closed",
        "retention = retention.gfs\n}",
        "retention = retention.gfs\n",
    ),
    (
        "an argument given twice",
        "schedule   = \"1h\"",
        "schedule   = \"1h\"\n  schedule   = \"2h\"",
    ),
    ("a key that is forgotten", "hourly[each.key]", "hourly"),
    (
        "a copy of itself",
        "protection.snapshot.hourly",
        "protection.copy.second",
    ),
    (
        "a wrong value",
        "default     = \"auto\"",
        "default     = \"systemctl\"",
    ),
    (
        "a missing argument",
        "  repository = repository.directory.near\n",
        "",
    ),
    ("an impossible schedule", "\"1h\"", "\"61 * * * *\""),
];

#[test]
fn each_slip_is_named_once_and_precisely() {
    let all = SLIPS.map(|(slip, from, to)| format!("# {slip}\n{}", said(from, to)));
    insta::with_settings!({ snapshot_path => "../../diagnostics", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!("slips", all.join("\n"));
    });
}

#[test]
fn a_machine_reads_the_same() {
    let wrong = TEXT.replacen("objective.working_files", "objective.working_file", 1);
    let inputs = inputs(&[("main.dr.hcl", &wrong), ("b.dr.hcl", "foo = 1\n")], &[]);
    let located = read(&inputs)
        .expect_err("two errors")
        .located(&inputs.sources());
    insta::with_settings!({ snapshot_path => "../../diagnostics", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!("machine", serde_json::to_string_pretty(&located).unwrap());
    });
}

/// Expressions that have no value, and a block with instances for them to name.
const EXPRESSIONS: &str = r#"variable "hosts" {
  type = list(string)
}
target "local_directory" "many" {
  for_each = ["a", "b"]
  path     = each.key
}
objective "gold" {
  survive "corruption" {
    rpo = "1h"
  }
}
locals {
  text     = "x"
  object   = { a = 1 }
  twice    = { (local.text) = 1, x = 2 }
  no_list  = [for x in 5 : x]
  no_key   = { (["a"]) = 1 }
  no_name  = local.text.y
  no_entry = local.object.b
  too_soon = [for t in target.local_directory.many : t]
  unread   = objective.gold.rpo
}
"#;

#[test]
fn each_expression_without_a_value_says_why() {
    let inputs = inputs(&[("main.dr.hcl", EXPRESSIONS)], &[("hosts", "[1,")]);
    let diagnostics = read(&inputs).expect_err("no value");
    insta::with_settings!({ snapshot_path => "../../diagnostics", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!("expressions", diagnostics.plain(&inputs.sources()));
    });
}

/// Slips in the blocks that say what the bounds rest on; each stands behind the example.
const REMARKS: [(&str, &str); 8] = [
    (
        "a rate that is an amount",
        "assumptions \"link\" {\n  restore_bandwidth = \"20MiB\"\n  reason            = \"measured\"\n}\n",
    ),
    (
        "an assumption without a reason",
        "assumptions \"link\" {\n  detect = \"15m\"\n}\n",
    ),
    (
        "a misspelt finding",
        "ignore \"never_driled\" {\n  reason = \"the first drill is in January\"\n  until  = \"2027-01-31\"\n}\n",
    ),
    (
        "a finding that is ignored for ever",
        "ignore \"never_drilled\" {\n  reason = \"the first drill is in January\"\n}\n",
    ),
    (
        "a price of nothing that exists",
        "prices \"s4\" {\n  currency          = \"USD\"\n  storage_gib_month = 0.023\n  as_of             = \"2026-10-01\"\n  source            = \"our contract\"\n}\n",
    ),
    (
        "a domain of no scope",
        "provider \"local\" {\n  alias   = \"other\"\n  domains = { sity = \"berlin\" }\n}\n",
    ),
    (
        "a target in two services",
        "service \"one\" {\n  targets = [target.local_sqlite.app]\n}\nservice \"two\" {\n  targets = [target.local_sqlite.app]\n}\n",
    ),
    (
        "services that wait for each other",
        "service \"one\" {\n  targets    = [target.local_sqlite.app]\n  depends_on = [service.two]\n}\nservice \"two\" {\n  targets    = [target.local_directory.documents]\n  depends_on = [service.one]\n}\n",
    ),
];

#[test]
fn each_slip_in_what_a_bound_rests_on_is_named_too() {
    let all = REMARKS.map(|(slip, text)| {
        let inputs = inputs(&[("main.dr.hcl", TEXT), ("exposure.dr.hcl", text)], &[]);
        let diagnostics = read(&inputs).expect_err(slip);
        format!("# {slip}\n{}", diagnostics.plain(&inputs.sources()))
    });
    insta::with_settings!({ snapshot_path => "../../diagnostics", prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!("exposure", all.join("\n"));
    });
}
