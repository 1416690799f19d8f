//! Whatever stands in the files, the language answers.

use proptest::prelude::*;

use super::{argument, catalog, directory};
use crate::language::{Inputs, evaluate};

/// Texts that look like expressions, and mostly are.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        (-1e6..1e6f64).prop_map(|n| n.to_string()),
        "[a-z \\\\${}%~]{0,6}".prop_map(|s| format!("{s:?}")),
        Just("var.v".to_owned()),
        Just("var.secret".to_owned()),
        Just("local.l".to_owned()),
        Just("local.missing".to_owned()),
        Just("each.value".to_owned()),
        Just("x".to_owned()),
        Just("target.local_directory.t".to_owned()),
        Just("target.local_directory.many[\"a\"].path".to_owned()),
        Just("path.root".to_owned()),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let operator = prop_oneof![
            Just("+"),
            Just("-"),
            Just("*"),
            Just("/"),
            Just("%"),
            Just("=="),
            Just("!="),
            Just("<"),
            Just(">="),
            Just("&&"),
            Just("||"),
        ];
        let function = prop_oneof![
            Just("try"),
            Just("can"),
            Just("length"),
            Just("upper"),
            Just("merge"),
            Just("concat"),
            Just("lookup"),
            Just("element"),
            Just("range"),
            Just("jsonencode"),
            Just("flatten"),
            Just("sensitive"),
            Just("toset"),
            Just("tostring"),
            Just("format"),
            Just("nope"),
        ];
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            proptest::collection::vec(inner.clone(), 0..4)
                .prop_map(|v| format!("[{}]", v.join(", "))),
            (inner.clone(), inner.clone()).prop_map(|(k, v)| format!("{{ a = {v}, ({k}) = {v} }}")),
            (
                function,
                proptest::collection::vec(inner.clone(), 0..4),
                any::<bool>()
            )
                .prop_map(|(f, args, spread)| {
                    let dots = if spread && !args.is_empty() {
                        "..."
                    } else {
                        ""
                    };
                    format!("{f}({}{dots})", args.join(", "))
                }),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("[for k, x in {a} : {b} if x != k]")),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("{{ for x in {a} : {b} => x... }}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}[{b}]")),
            inner.clone().prop_map(|a| format!("({a})[*].a")),
            inner.clone().prop_map(|a| format!("({a}).a.b")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            inner.prop_map(|a| format!("\"%{{ if {a} ~}} b ${{{a}}} %{{ endif ~}}\"")),
        ]
    })
}

fn around(expression: &str) -> Inputs {
    let text = format!(
        r#"
variable "v" {{
  default = {{ a = [1, "b"], b = null }}
}}
variable "secret" {{
  default   = "hush-hush"
  sensitive = true
}}
locals {{
  l = [1, {{ a = 2 }}]
  m = {expression}
}}
target "local_directory" "t" {{
  path   = "x"
  weight = {expression}
}}
target "local_directory" "many" {{
  for_each = ["a"]
  path     = try({expression}, "y")
}}
output "it" {{
  value     = {expression}
  sensitive = true
}}
"#
    );
    directory(&[("main.dr.hcl", &text)])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_expression_has_a_value_or_an_error(expression in expression()) {
        let inputs = around(&expression);
        let first = evaluate(&inputs, &catalog());
        prop_assert_eq!(&first, &evaluate(&inputs, &catalog()));
        if let Err(diagnostics) = first {
            prop_assert!(diagnostics.has_errors());
            let shown = diagnostics.plain(&Default::default());
            prop_assert!(!shown.contains("hush-hush"), "{}", shown);
            for located in diagnostics.located(&inputs.sources()) {
                prop_assert!(located.labels.iter().all(|label| label.start.is_some()));
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,120}") {
        let mut inputs = directory(&[("main.dr.hcl", &text), ("b.dr.hcl", "locals {\n  a = 1\n}\n")]);
        inputs.variables = vec![argument("x", &text)];
        let _ = evaluate(&inputs, &catalog());
    }

    #[test]
    fn any_words_are_read_or_refused(words in proptest::collection::vec(prop_oneof![
        Just("target"), Just("\"local_directory\""), Just("\"a\""), Just("{"), Just("}"), Just("="), Just("\n"),
        Just("path"), Just("["), Just("]"), Just("${"), Just("\""), Just("variable"), Just("for"), Just("<<EOT\n"),
        Just("1"), Just("locals"), Just("%{if"), Just("x"), Just("."), Just("protection"), Just("é"),
    ], 0..40)) {
        let text = words.join(" ");
        let inputs = directory(&[("main.dr.hcl", &text)]);
        if let Err(diagnostics) = evaluate(&inputs, &catalog()) {
            prop_assert!(!diagnostics.plain(&inputs.sources()).is_empty());
        }
    }
}
