//! Variables: where their values come from, their types, their validation.

use super::{argument, directory, file, problems_of, run};
use crate::language::{Inputs, VariableSource};

fn environment(name: &str, text: &str) -> VariableSource {
    VariableSource::Environment {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

fn with(declaration: &str, variables: Vec<VariableSource>) -> Inputs {
    let text = format!("{declaration}\noutput \"it\" {{\n  value = var.x\n}}\n");
    Inputs {
        variables,
        ..directory(&[("main.dr.hcl", &text)])
    }
}

/// Returns the value of `var.x`, or what is wrong.
fn given(declaration: &str, variables: Vec<VariableSource>) -> String {
    let inputs = with(declaration, variables);
    match run(&inputs) {
        Ok(evaluated) => evaluated.configuration.outputs["it"].value.to_string(),
        Err(diagnostics) => diagnostics.to_string(),
    }
}

#[test]
fn a_later_source_wins() {
    let declaration = "variable \"x\" {\n  type    = string\n  default = \"default\"\n}";
    let sources = [
        environment("x", "environment"),
        VariableSource::File(file("lifeboat.vars.hcl", "x = \"file\"\n")),
        VariableSource::File(file("a.auto.vars.hcl", "x = \"auto\"\n")),
        argument("x", "argument"),
    ];
    let values: Vec<String> = (0..=sources.len())
        .map(|n| given(declaration, sources[..n].to_vec()))
        .collect();
    assert_eq!(
        values,
        [
            "\"default\"",
            "\"environment\"",
            "\"file\"",
            "\"auto\"",
            "\"argument\""
        ]
    );
}

#[test]
fn raw_text_is_read_as_the_type_asks() {
    let rows = [
        ("string", "[1]"),
        ("number", "42"),
        ("bool", "true"),
        ("number", "many"),
        ("list(string)", "[1, \"b\", true]"),
        ("list(any)", "[1, \"b\"]"),
        ("set(string)", "[\"b\", \"a\", \"b\"]"),
        ("map(number)", "{ a = \"1\" }"),
        ("tuple([string, number])", "[1, 2]"),
        ("tuple([string])", "[1, 2]"),
        (
            "object({ a = string, b = optional(number, 3), c = optional(bool) })",
            "{ a = 1, z = 2 }",
        ),
        ("object({ a = string })", "{ b = 1 }"),
        ("map(list(number))", "{ k = [1, \"x\"] }"),
        ("any", "{ a = [1] }"),
        ("list(string)", "oops["),
        ("list(string)", "[var.y]"),
    ];
    let shown: Vec<String> = rows
        .iter()
        .map(|(ty, text)| {
            let declaration = format!("variable \"x\" {{\n  type = {ty}\n}}");
            format!(
                "{ty} from {text}: {}",
                given(&declaration, vec![argument("x", text)])
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    string from [1]: "[1]"
    number from 42: 42
    bool from true: true
    number from many: the value of `var.x` does not have its type: expected a number, this is a string
    list(string) from [1, "b", true]: ["1","b","true"]
    list(any) from [1, "b"]: ["1","b"]
    set(string) from ["b", "a", "b"]: ["a","b"]
    map(number) from { a = "1" }: {"a":1}
    tuple([string, number]) from [1, 2]: ["1",2]
    tuple([string]) from [1, 2]: the value of `var.x` does not have its type: expected 1 elements, these are 2
    object({ a = string, b = optional(number, 3), c = optional(bool) }) from { a = 1, z = 2 }: {"a":"1","b":3,"c":null}
    object({ a = string }) from { b = 1 }: the value of `var.x` does not have its type: `a` is missing
    map(list(number)) from { k = [1, "x"] }: the value of `var.x` does not have its type: expected a number, this is a string
    any from { a = [1] }: {"a":[1]}
    list(string) from oops[: the text of `--var x` is not an expression
    list(string) from [var.y]: the text of `--var x` has no value: only a constant can stand here
    "#);
}

#[test]
fn null_falls_back_to_the_default_where_it_is_not_allowed() {
    let nullable = "variable \"x\" {\n  default = 1\n}";
    let not = "variable \"x\" {\n  default = 1\n  nullable = false\n}";
    let null = || vec![VariableSource::File(file("v.vars.hcl", "x = null\n"))];
    assert_eq!(given(nullable, null()), "null");
    assert_eq!(given(not, null()), "1");
    assert_eq!(
        given("variable \"x\" {\n  nullable = false\n}", null()),
        "`var.x` must not be null"
    );
}

#[test]
fn variables_that_are_not_declared_are_errors_but_in_the_environment() {
    let declaration = "variable \"x\" {\n  default = 1\n}";
    let sources = vec![
        environment("y", "1"),
        VariableSource::File(file("lifeboat.vars.hcl", "xx = 1\nb {\n}\n")),
        argument("y", "1"),
    ];
    insta::assert_snapshot!(problems_of(&with(declaration, sources)), @r"
    error[language::undeclared_variable]: `--var y=…` is for a variable that is not declared
      help: There is only `x`.

    error[language::undeclared_variable]: there is no variable `xx`
      lifeboat.vars.hcl:1:1
      | xx = 1
      | ^^
      help: Did you mean `x`?

    error[language::unknown_block]: a file of variables holds names and values, no blocks
      lifeboat.vars.hcl:2:1
      | b {
      | ^
    ");
}

#[test]
fn a_variable_without_a_value_is_an_error() {
    let declaration = "variable \"x\" {\n  type = string\n}";
    insta::assert_snapshot!(problems_of(&with(declaration, Vec::new())), @r#"
    error[language::missing_variable]: `var.x` has no value
      main.dr.hcl:1:1
      | variable "x" {
      | ^^^^^^^^^^^^
      help: Give it with `--var x=…`, `LIFEBOAT_VAR_x` or in `lifeboat.vars.hcl`.
    "#);
}

#[test]
fn every_validation_is_checked() {
    let declaration = r#"
variable "max" {
  default = 3
}
variable "x" {
  type = string
  validation {
    condition     = length(var.x) <= var.max
    error_message = "At most ${var.max} characters."
  }
  validation {
    condition     = can(regex("^[a-z]+$", var.x))
    error_message = "Lower-case letters only."
  }
  validation {
    condition     = length(var.x)
    error_message = "never"
  }
  validation {
    condition = false
  }
}"#;
    insta::assert_snapshot!(problems_of(&with(declaration, vec![argument("x", "ABCD")])), @r#"
    error[language::validation]: At most 3 characters.
      main.dr.hcl:8:21
      |     condition     = length(var.x) <= var.max
      |                     ^^^^^^^^^^^^^^^^^^^^^^^^ `var.x` is "ABCD"

    error[language::validation]: Lower-case letters only.
      main.dr.hcl:12:21
      |     condition     = can(regex("^[a-z]+$", var.x))
      |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `var.x` is "ABCD"

    error[language::operand]: the condition of a validation must be true or false
      main.dr.hcl:16:21
      |     condition     = length(var.x)
      |                     ^^^^^^^^^^^^^ this is a number

    error[language::missing_argument]: `validation` needs the argument `error_message`
      main.dr.hcl:19:3
      |   validation {
      |   ^^^^^^^^^^
    "#);
}

#[test]
fn a_secret_is_not_shown() {
    let declaration = r#"
variable "x" {
  type      = number
  sensitive = true
}
variable "y" {
  type      = string
  sensitive = true
  validation {
    condition     = length(var.y) > 10
    error_message = "Too short."
  }
}"#;
    for source in [
        argument("x", "hunter2"),
        environment("x", "hunter2"),
        VariableSource::File(file("v.vars.hcl", "x = \"hunter2\"\n")),
        VariableSource::File(file("v.vars.hcl", "x = hunter2\n")),
    ] {
        let shown = problems_of(&with(declaration, vec![source, argument("y", "hunter2")]));
        assert!(shown.contains("the value of `var.x`"), "{shown}");
        assert!(
            shown.contains("too short") || shown.contains("Too short"),
            "{shown}"
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_wrong_declaration_says_what_is_wrong() {
    let declaration = r#"
variable "x" {
  type      = lst(string)
  default   = var.y
  sensitve  = true
  nullable  = "perhaps"
}
variable "y" {
  type    = object({ a = string, b = optional(number, "x") })
  default = []
}
variable "z" {
  type    = list(number)
  default = [1, "two"]
}
variable "w" {
  type = "string"
}
variable "v" {
  type = list(string, number)
}"#;
    insta::assert_snapshot!(problems_of(&with(declaration, Vec::new())), @r#"
    error[language::type]: there is no type `lst`
      main.dr.hcl:3:15
      |   type      = lst(string)
      |               ^^^^^^^^^^^
      help: Did you mean `list`?

    error[language::not_constant]: only a constant can stand here
      main.dr.hcl:4:15
      |   default   = var.y
      |               ^^^ `var` is not one

    error[language::unknown_argument]: `variable` has no argument `sensitve`
      main.dr.hcl:5:3
      |   sensitve  = true
      |   ^^^^^^^^
      help: Did you mean `sensitive`?

    error[language::argument_type]: `nullable` must be true or false
      main.dr.hcl:6:15
      |   nullable  = "perhaps"
      |               ^^^^^^^^^ this is a string

    error[language::type]: the default does not fit: expected a number, this is a string
      main.dr.hcl:9:55
      |   type    = object({ a = string, b = optional(number, "x") })
      |                                                       ^^^

    error[language::variable_type]: the value of `var.z` does not have its type: expected a number, this is a string
      main.dr.hcl:14:13
      |   default = [1, "two"]
      |             ^^^^^^^^^^ at `[1]`

    error[language::type]: this is not a type
      main.dr.hcl:17:10
      |   type = "string"
      |          ^^^^^^^^
      help: Write `string`, `number`, `bool`, `list(…)`, `set(…)`, `map(…)`, `object({…})` or `tuple([…])`.

    error[language::type]: `list` takes one type
      main.dr.hcl:20:10
      |   type = list(string, number)
      |          ^^^^^^^^^^^^^^^^^^^^
    "#);
}
