//! Expressions and their values.

use super::{directory, problems, run, value, value_with};
use crate::language::{Outcome, evaluate};

/// Returns each expression with its value, or with what is wrong with it.
fn table(expressions: &[&str]) -> String {
    let rows = expressions.iter().map(|expression| {
        let value = value(expression).map_or_else(|e| format!("error: {e}"), |v| v.to_string());
        format!("{expression}  →  {value}")
    });
    rows.collect::<Vec<_>>().join("\n")
}

#[test]
fn operators() {
    let shown = table(&[
        "1 + 2 * 3",
        "(1 + 2) * 3",
        "7 / 2",
        "6 / 2",
        "7 % 4",
        "-7 % 4",
        "0.1 + 0.2",
        "1e3",
        "\"2\" * 3",
        "9223372036854775807 + 1",
        "-(3 - 5)",
        "1 < 2 && 2 >= 2",
        "!true || false",
        "1 == 1.0",
        "1 == \"1\"",
        "[1, \"a\"] == [1, \"a\"]",
        "{ a = 1 } != { a = 2 }",
        "null == null",
        "1 / 0",
        "1e308 * 10",
        "\"a\" + 1",
        "true && \"perhaps\"",
        "false && 1 / 0 == 1",
        "true || 1 / 0 == 1",
    ]);
    insta::assert_snapshot!(shown, @r#"
    1 + 2 * 3  →  7
    (1 + 2) * 3  →  9
    7 / 2  →  3.5
    6 / 2  →  3
    7 % 4  →  3
    -7 % 4  →  -3
    0.1 + 0.2  →  0.30000000000000004
    1e3  →  1000
    "2" * 3  →  6
    9223372036854775807 + 1  →  9.223372036854776e+18
    -(3 - 5)  →  2
    1 < 2 && 2 >= 2  →  true
    !true || false  →  false
    1 == 1.0  →  true
    1 == "1"  →  false
    [1, "a"] == [1, "a"]  →  true
    { a = 1 } != { a = 2 }  →  true
    null == null  →  true
    1 / 0  →  error: division by zero
    1e308 * 10  →  error: the result is too large a number
    "a" + 1  →  error: `+` works on numbers
    true && "perhaps"  →  error: an operand of `&&` must be true or false
    false && 1 / 0 == 1  →  false
    true || 1 / 0 == 1  →  true
    "#);
}

#[test]
fn conditionals_evaluate_only_the_branch_that_is_taken() {
    let shown = table(&[
        "true ? 1 : 1 / 0",
        "false ? 1 / 0 : \"b\"",
        "\"true\" ? 1 : 2",
        "1 ? 1 : 2",
        "true ? true ? 1 : 2 : 3",
    ]);
    insta::assert_snapshot!(shown, @r#"
    true ? 1 : 1 / 0  →  1
    false ? 1 / 0 : "b"  →  "b"
    "true" ? 1 : 2  →  1
    1 ? 1 : 2  →  error: the condition must be true or false
    true ? true ? 1 : 2 : 3  →  1
    "#);
}

#[test]
fn templates() {
    let shown = table(&[
        r#""a${1 + 1}b${true}""#,
        r#""${[1, 2]}""#,
        r#""x${[1, 2]}""#,
        r#""$${literally} %%{too}""#,
        r#""tab\tquote\"""#,
        r#""%{ if true }yes%{ else }no%{ endif }""#,
        r#""%{ if false }yes%{ endif }.""#,
        r#""%{ for x in [1, 2, 3] }${x},%{ endfor }""#,
        r#""%{ for k, v in { a = 1, b = 2 } }${k}=${v}\n%{ endfor }""#,
        r#""a ${~ "b" ~} c""#,
        r#""x %{~ if true ~} y %{~ endif ~} z""#,
        r#""${null}!""#,
        "<<EOT\none ${1}\n  two\nEOT\n",
        "<<-EOT\n    one\n      two ${2}\n    EOT\n",
        "<<-EOT\n  %{ for x in [1, 2] ~}\n  ${x}\n  %{ endfor ~}\n  EOT\n",
    ]);
    insta::assert_snapshot!(shown, @r#"
    "a${1 + 1}b${true}"  →  "a2btrue"
    "${[1, 2]}"  →  [1,2]
    "x${[1, 2]}"  →  error: a list cannot be part of a text
    "$${literally} %%{too}"  →  "${literally} %{too}"
    "tab\tquote\""  →  "tab\tquote\""
    "%{ if true }yes%{ else }no%{ endif }"  →  "yes"
    "%{ if false }yes%{ endif }."  →  "."
    "%{ for x in [1, 2, 3] }${x},%{ endfor }"  →  "1,2,3,"
    "%{ for k, v in { a = 1, b = 2 } }${k}=${v}\n%{ endfor }"  →  "a=1\nb=2\n"
    "a ${~ "b" ~} c"  →  "abc"
    "x %{~ if true ~} y %{~ endif ~} z"  →  "xyz"
    "${null}!"  →  error: null cannot be part of a text
    <<EOT
    one ${1}
      two
    EOT
      →  "one 1\n  two\n"
    <<-EOT
        one
          two ${2}
        EOT
      →  "one\n  two 2\n"
    <<-EOT
      %{ for x in [1, 2] ~}
      ${x}
      %{ endfor ~}
      EOT
      →  "1\n  2\n  "
    "#);
}

#[test]
fn collections() {
    let shown = table(&[
        "[for x in [1, 2, 3] : x * 2 if x != 2]",
        "[for i, x in [\"a\", \"b\"] : \"${i}${x}\"]",
        "{ for x in [\"a\", \"b\"] : x => upper(x) }",
        "{ for k, v in { a = 1, b = 2 } : v => k }",
        "{ for x in [\"a1\", \"a2\", \"b1\"] : substr(x, 0, 1) => x... }",
        "{ for x in [1, 1] : x => x }",
        "[for x in 5 : x]",
        "[{ a = 1 }, { a = 2 }][*].a",
        "[{ a = [1] }, { a = [2] }][*].a[0]",
        "[{ a = [1, 2] }, { a = [3] }].*.a[0]",
        "null[*]",
        "{ a = 1 }[*].a",
        "{ a = { b = 2 } }.a.b",
        "{ a = 1 }[\"a\"]",
        "{ (\"k${1}\") = 1, \"x y\" = 2, 3 = 4 }",
        "{ a = 1 }.b",
        "[1, 2].0",
        "[1, 2][5]",
        "[1, 2][-1]",
        "[1, 2][0.5]",
        "\"text\"[0]",
        "\"text\".length",
        "{ a = 1, \"a\" = 2 }",
        "{ [1] = 2 }",
    ]);
    insta::assert_snapshot!(shown, @r#"
    [for x in [1, 2, 3] : x * 2 if x != 2]  →  [2,6]
    [for i, x in ["a", "b"] : "${i}${x}"]  →  ["0a","1b"]
    { for x in ["a", "b"] : x => upper(x) }  →  {"a":"A","b":"B"}
    { for k, v in { a = 1, b = 2 } : v => k }  →  {"1":"a","2":"b"}
    { for x in ["a1", "a2", "b1"] : substr(x, 0, 1) => x... }  →  {"a":["a1","a2"],"b":["b1"]}
    { for x in [1, 1] : x => x }  →  error: two elements have the key `1`
    [for x in 5 : x]  →  error: only a list or an object can be iterated over
    [{ a = 1 }, { a = 2 }][*].a  →  [1,2]
    [{ a = [1] }, { a = [2] }][*].a[0]  →  [1,2]
    [{ a = [1, 2] }, { a = [3] }].*.a[0]  →  [1,2]
    null[*]  →  []
    { a = 1 }[*].a  →  [1]
    { a = { b = 2 } }.a.b  →  2
    { a = 1 }["a"]  →  1
    { ("k${1}") = 1, "x y" = 2, 3 = 4 }  →  {"3":4,"k1":1,"x y":2}
    { a = 1 }.b  →  error: the object has no `b`
    [1, 2].0  →  1
    [1, 2][5]  →  error: a list of length 2 has no element 5
    [1, 2][-1]  →  error: a list of length 2 has no element -1
    [1, 2][0.5]  →  error: the index must be a whole number
    "text"[0]  →  error: a string has no elements
    "text".length  →  error: a string has no attributes
    { a = 1, "a" = 2 }  →  error: the key `a` stands twice in this object
    { [1] = 2 }  →  error: a key of an object must be a string
    "#);
}

#[test]
fn functions() {
    let shown = table(&[
        "max([1, 5, 3]...)",
        "max(1, [2, 3]...)",
        "max(\"x\"...)",
        "try(1 / 0, [1][4], \"fallback\")",
        "try(1 / 0, [1][4])",
        "can(1 / 0)",
        "can(1)",
        "can()",
        "lenght([1])",
        "lookup({ a = 1 }, \"a\", 2)",
        "lookup({ a = 1 }, \"b\", 2)",
        "length({ a = 1 })",
        "length(5)",
        "upper()",
        "a::b(1)",
        "path.root",
        "path.cwd",
        "timestamp()",
    ]);
    insta::assert_snapshot!(shown, @r#"
    max([1, 5, 3]...)  →  5
    max(1, [2, 3]...)  →  3
    max("x"...)  →  error: only a list can be spread with `...`
    try(1 / 0, [1][4], "fallback")  →  "fallback"
    try(1 / 0, [1][4])  →  error: no argument of `try` has a value
    can(1 / 0)  →  false
    can(1)  →  true
    can()  →  error: `can` takes 1 argument
    lenght([1])  →  error: there is no function `lenght`
    lookup({ a = 1 }, "a", 2)  →  1
    lookup({ a = 1 }, "b", 2)  →  2
    length({ a = 1 })  →  1
    length(5)  →  error: argument 1 of `length` must be a list, an object or a string, not a number
    upper()  →  error: `upper` takes 1 argument, 0 given
    a::b(1)  →  error: functions have no namespaces
    path.root  →  "/srv/dr"
    path.cwd  →  error: `path` has no `cwd`
    timestamp()  →  "2026-10-01T12:00:00Z"
    "#);
}

#[test]
fn a_local_may_name_locals_that_stand_below() {
    let blocks = "locals {\n  a = local.b + 1\n  b = local.c[0]\n}\nlocals {\n  c = [40]\n}\n";
    assert_eq!(value_with(blocks, "local.a + 1"), Ok(42.into()));
}

#[test]
fn locals_in_a_circle_are_an_error_that_names_the_circle() {
    let shown = problems(
        "locals {\n  a = local.b\n  b = [local.c]\n  c = \"${local.a}\"\n  d = local.a\n  e = local.e\n}\n",
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::cycle]: a local depends on itself: `local.a` → `local.b` → `local.c` → `local.a`
      main.dr.hcl:2:3
      |   a = local.b
      |   ^
      main.dr.hcl:3:3
      |   b = [local.c]
      |   ^
      main.dr.hcl:4:3
      |   c = "${local.a}"
      |   ^

    error[language::cycle]: a local depends on itself: `local.e` → `local.e`
      main.dr.hcl:6:3
      |   e = local.e
      |   ^
    "#);
}

#[test]
fn a_failure_is_reported_where_it_is_and_nowhere_else() {
    let shown = problems(
        "locals {\n  a = 1 / 0\n  b = local.a + 1\n  c = can(local.a)\n}\noutput \"x\" {\n  value = [local.b, local.c, local.d]\n}\n",
    );
    insta::assert_snapshot!(shown, @r"
    error[language::arithmetic]: division by zero
      main.dr.hcl:2:11
      |   a = 1 / 0
      |           ^ this is zero

    error[language::unknown_reference]: there is no local `d`
      main.dr.hcl:7:36
      |   value = [local.b, local.c, local.d]
      |                                    ^
      help: Choose one of `a`, `b`, `c`.
    ");
}

#[test]
fn files_are_asked_for_and_then_read() {
    let text = "output \"it\" {\n  value = \"${file(\"a.txt\")}${fileexists(\"b.txt\")}${templatefile(\"t.tpl\", { name = \"x\", n = [1, 2] })}\"\n}\n";
    let mut inputs = directory(&[("main.dr.hcl", text)]);
    let mut rounds = Vec::new();
    let value = loop {
        match evaluate(&inputs, &super::catalog()) {
            Ok(Outcome::NeedsFiles(files)) => {
                rounds.push(files.iter().cloned().collect::<Vec<_>>());
                for file in files {
                    let text = match file.rsplit('/').next() {
                        Some("a.txt") => Some(&b"A"[..]),
                        Some("t.tpl") => Some(&b"<${name}%{ for i in n }${i}%{ endfor }>"[..]),
                        _ => None,
                    };
                    inputs.loaded.insert(file, text.map(<[u8]>::to_vec));
                }
            }
            Ok(Outcome::Complete(done)) => break done.configuration.outputs["it"].value.clone(),
            Err(diagnostics) => panic!("{}", diagnostics.plain(&inputs.sources())),
        }
    };
    assert_eq!(value, "Afalse<x12>");
    insta::assert_debug_snapshot!(rounds, @r#"
    [
        [
            "/srv/dr/a.txt",
            "/srv/dr/b.txt",
            "/srv/dr/t.tpl",
        ],
    ]
    "#);
}

#[test]
fn only_its_variables_have_names_in_a_template_file() {
    let text = "output \"it\" {\n  value = templatefile(\"t.tpl\", { name = 1 })\n}\nlocals {\n  x = 1\n}\n";
    let mut inputs = directory(&[("main.dr.hcl", text)]);
    let Ok(Outcome::NeedsFiles(files)) = evaluate(&inputs, &super::catalog()) else {
        panic!("the template is not asked for");
    };
    for file in files {
        inputs
            .loaded
            .insert(file, Some(b"one\n${local.x} ${nmae}\n".to_vec()));
    }
    insta::assert_snapshot!(super::problems_of(&inputs), @r#"
    error[language::unknown_name]: there is nothing called `local`
      /srv/dr/t.tpl:2:3
      | ${local.x} ${nmae}
      |   ^^^^^
      help: Put it in quotes if it is text: "local".

    error[language::unknown_name]: there is nothing called `nmae`
      /srv/dr/t.tpl:2:14
      | ${local.x} ${nmae}
      |              ^^^^
      help: Did you mean `name`?
    "#);
}

#[test]
fn what_is_computed_from_a_sensitive_value_is_sensitive() {
    let blocks = "variable \"s\" {\n  default   = \"hush\"\n  sensitive = true\n}\n";
    for expression in [
        "var.s",
        "\"a${var.s}\"",
        "upper(var.s)",
        "[var.s]",
        "{ a = var.s }.a",
        "{ (var.s) = 1 }",
        "var.s == \"x\"",
        "var.s == \"x\" ? 1 : 2",
        "[for x in [var.s] : x]",
        "[for x in [1, 2] : x if var.s != \"\"]",
        "[1, 2][length(var.s) - 4]",
        "\"%{ if var.s == \"\" }a%{ endif }\"",
        "[[var.s]][*][0]",
        "can(var.s) ? var.s : 1",
        "-length(var.s)",
    ] {
        assert_eq!(
            value_with(blocks, expression),
            Err("output `it` would show a sensitive value".to_owned()),
            "{expression}"
        );
    }
    assert_eq!(value_with(blocks, "nonsensitive(var.s)"), Ok("hush".into()));
    let text = format!("{blocks}output \"it\" {{\n  value     = var.s\n  sensitive = true\n}}\n");
    let evaluated = run(&directory(&[("main.dr.hcl", &text)])).unwrap();
    assert!(evaluated.configuration.outputs["it"].sensitive);
}

#[test]
fn no_error_about_what_is_in_a_sensitive_collection_shows_it() {
    let secret = "variable \"s\" {\n  default   = { k = { hush = 1 } }\n  sensitive = true\n}\n";
    for expression in [
        "[for v in var.s : v.nope]",
        "{ for k, v in var.s : k => v.nope }",
        "values(var.s)[*].nope",
        "({ for x in [1] : keys(values(var.s)[0])[0] => x... })[*].nope",
        "join(\"\", [for v in var.s : v])",
        "{ a = 1 }[keys(var.s.k)[0]]",
        "try({ a = 1 }[keys(var.s.k)[0]], [1][keys(var.s.k)[0]])",
    ] {
        let shown = problems(&format!(
            "{secret}output \"it\" {{\n  value = {expression}\n}}\n"
        ));
        let said = shown
            .lines()
            .filter(|line| !line.trim_start().starts_with('|'));
        let said: Vec<&str> = said.collect();
        assert!(said.iter().any(|line| line.starts_with("error")), "{shown}");
        assert!(!said.iter().any(|line| line.contains("hush")), "{shown}");
    }
}
