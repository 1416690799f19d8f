//! What is said about texts that cannot be right, before any block is looked into.

use super::{directory, problems, problems_of};

#[test]
fn a_syntax_error_stops_one_file_only() {
    let shown = problems_of(&directory(&[
        ("a.dr.hcl", "locals {\n  a = [1, 2\n}\n"),
        (
            "b.dr.hcl",
            "locals {\n  b = local.a + 1 / 0\n  c = local.a\n}\n",
        ),
        ("c.dr.hcl", "target \"local_directory\" {\n}\nx = 1\n"),
    ]));
    insta::assert_snapshot!(shown, @r#"
    error[language::syntax]: the file cannot be read from here on
      a.dr.hcl:3:1
      | }
      | ^ expected `]`

    error[language::arithmetic]: division by zero
      b.dr.hcl:2:21
      |   b = local.a + 1 / 0
      |                     ^ this is zero

    error[language::labels]: `target` takes 2 labels, 1 given
      c.dr.hcl:1:1
      | target "local_directory" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      help: Write it as `target "KIND" "NAME" { … }`.

    error[language::stray_attribute]: `x` stands outside of any block
      c.dr.hcl:3:1
      | x = 1
      | ^
      help: Put it into a `locals` block to give a value a name.
    "#);
}

#[test]
fn blocks_that_do_not_exist_have_a_nearest_name() {
    let shown = problems(
        "tagret \"a\" \"b\" {\n}\nscenario \"dark\" {\n}\nvariable {\n}\nprovider \"local\" \"x\" {\n}\ntarget \"local_directory\" \"a b\" {\n  path = \"x\"\n}\n",
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::unknown_block]: there is no block `tagret`
      main.dr.hcl:1:1
      | tagret "a" "b" {
      | ^^^^^^
      help: Did you mean `target`?

    error[language::not_yet]: a `scenario` block is not supported by this version yet
      main.dr.hcl:3:1
      | scenario "dark" {
      | ^^^^^^^^
      help: Remove the block, or use a later version of lifeboat.

    error[language::labels]: `variable` takes 1 label, 0 given
      main.dr.hcl:5:1
      | variable {
      | ^^^^^^^^
      help: Write it as `variable "NAME" { … }`.

    error[language::labels]: `provider` takes 1 label, 2 given
      main.dr.hcl:7:1
      | provider "local" "x" {
      | ^^^^^^^^^^^^^^^^^^^^
      help: Write it as `provider "KIND" { … }`.

    error[language::bad_name]: `a b` is not a name
      main.dr.hcl:9:26
      | target "local_directory" "a b" {
      |                          ^^^^^
      help: Start with a letter or `_`, and use letters, digits, `_` and `-` only.
    "#);
}

#[test]
fn two_blocks_with_one_name_are_both_shown() {
    let shown = problems_of(&directory(&[
        (
            "a.dr.hcl",
            "target \"local_directory\" \"x\" {\n  path = \"a\"\n}\nlocals {\n  l = 1\n}\n",
        ),
        (
            "b.dr.hcl",
            "target \"local_directory\" \"x\" {\n  path = \"b\"\n}\nlocals {\n  l = 2\n}\nlifeboat {\n}\nlifeboat {\n}\n",
        ),
    ]));
    insta::assert_snapshot!(shown, @r#"
    error[language::duplicate]: `target.local_directory.x` is declared twice
      b.dr.hcl:1:1
      | target "local_directory" "x" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      a.dr.hcl:1:1
      | target "local_directory" "x" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ first declared here

    error[language::duplicate]: local `l` is declared twice
      b.dr.hcl:5:3
      |   l = 2
      |   ^
      a.dr.hcl:5:3
      |   l = 1
      |   ^ first declared here

    error[language::duplicate]: the `lifeboat` block is declared twice
      b.dr.hcl:9:1
      | lifeboat {
      | ^^^^^^^^
      b.dr.hcl:7:1
      | lifeboat {
      | ^^^^^^^^ first declared here
    "#);
}

#[test]
fn names_that_do_not_exist_have_a_nearest_name() {
    let shown = problems(
        r#"
variable "root" {
  default = "x"
}
locals {
  a = var.rot
  b = locl.a
  c = root
  d = some_word
  e = each.key
  f = [for item in [1] : itm]
  g = scenario.dark
  h = target.local_directory.x
  i = objective.gold
  j = var
  k = target.local_directory
  l = "${path.cwd}"
  m = provider.locl
}
target "local_directory" "xy" {
  path = "a"
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::unknown_reference]: there is no variable `rot`
      main.dr.hcl:6:11
      |   a = var.rot
      |           ^^^
      help: Did you mean `root`?

    error[language::unknown_name]: there is nothing called `locl`
      main.dr.hcl:7:7
      |   b = locl.a
      |       ^^^^
      help: Did you mean `local`?

    error[language::unknown_name]: there is nothing called `root`
      main.dr.hcl:8:7
      |   c = root
      |       ^^^^
      help: Write `var.root` for the value of the variable.

    error[language::unknown_name]: there is nothing called `some_word`
      main.dr.hcl:9:7
      |   d = some_word
      |       ^^^^^^^^^
      help: Put it in quotes if it is text: "some_word".

    error[language::each_outside]: `each.key` means something only in a block with `for_each`
      main.dr.hcl:10:7
      |   e = each.key
      |       ^^^^

    error[language::unknown_name]: there is nothing called `itm`
      main.dr.hcl:11:26
      |   f = [for item in [1] : itm]
      |                          ^^^
      help: Did you mean `item`?

    error[language::not_yet]: `scenario` is not supported by this version yet
      main.dr.hcl:12:7
      |   g = scenario.dark
      |       ^^^^^^^^

    error[language::unknown_reference]: there is no `target.local_directory.x`
      main.dr.hcl:13:7
      |   h = target.local_directory.x
      |       ^^^^^^^^^^^^^^^^^^^^^^^^
      help: Did you mean `target.local_directory.xy`?

    error[language::unknown_reference]: there is no `objective.gold`
      main.dr.hcl:14:7
      |   i = objective.gold
      |       ^^^^^^^^^^^^^^

    error[language::incomplete_reference]: the reference is incomplete
      main.dr.hcl:15:7
      |   j = var
      |       ^^^ expected `var.NAME`

    error[language::incomplete_reference]: the reference is incomplete
      main.dr.hcl:16:7
      |   k = target.local_directory
      |       ^^^^^^ expected `target.KIND.NAME`

    error[language::unknown_reference]: `path` has no `cwd`
      main.dr.hcl:17:15
      |   l = "${path.cwd}"
      |               ^^^
      help: Use `path.root`, the directory of the configuration.

    error[language::unknown_reference]: there is no `provider.locl`
      main.dr.hcl:18:7
      |   m = provider.locl
      |       ^^^^^^^^^^^^^
    "#);
}

#[test]
fn every_error_of_every_file_is_reported() {
    let shown = problems_of(&directory(&[
        (
            "b.dr.hcl",
            "locals {\n  a = [1 / 0, \"x\" + 1]\n  b = { x = nope(), y = [1].5 }\n}\n",
        ),
        ("a.dr.hcl", "locals {\n  c = \"${[]} ${upper([])}\"\n}\n"),
    ]));
    insta::assert_snapshot!(shown, @r#"
    error[language::template]: a list cannot be part of a text
      a.dr.hcl:2:10
      |   c = "${[]} ${upper([])}"
      |          ^^ expected a string, a number or a bool

    error[language::function]: argument 1 of `upper` must be a string, not a list
      a.dr.hcl:2:22
      |   c = "${[]} ${upper([])}"
      |                      ^^

    error[language::arithmetic]: division by zero
      b.dr.hcl:2:12
      |   a = [1 / 0, "x" + 1]
      |            ^ this is zero

    error[language::operand]: `+` works on numbers
      b.dr.hcl:2:15
      |   a = [1 / 0, "x" + 1]
      |               ^^^ this is a string

    error[language::function]: there is no function `nope`
      b.dr.hcl:3:13
      |   b = { x = nope(), y = [1].5 }
      |             ^^^^

    error[language::index]: a list of length 1 has no element 5
      b.dr.hcl:3:28
      |   b = { x = nope(), y = [1].5 }
      |                            ^^ elements count from 0
    "#);
}

#[test]
fn reasons_of_a_try_are_shown() {
    let shown = problems("locals {\n  a = try(1 / 0, [][1])\n  b = templatefile(1)\n}\n");
    insta::assert_snapshot!(shown, @r"
    error[language::try_failed]: no argument of `try` has a value
      main.dr.hcl:2:7
      |   a = try(1 / 0, [][1])
      |       ^^^
      main.dr.hcl:2:15
      |   a = try(1 / 0, [][1])
      |               ^ division by zero
      main.dr.hcl:2:20
      |   a = try(1 / 0, [][1])
      |                    ^^^ a list of length 0 has no element 1

    error[language::function]: `templatefile` takes 2 arguments, 1 given
      main.dr.hcl:3:7
      |   b = templatefile(1)
      |       ^^^^^^^^^^^^^^^
    ");
}

#[test]
fn what_the_writer_left_open_is_named_where_it_begins() {
    let shown = problems_of(&directory(&[
        ("a.dr.hcl", "locals {\n  a = \"data\n  b = [\"x\"]\n}\n"),
        (
            "b.dr.hcl",
            "retention \"a\" {\n  keep {\n    last = 1\n  }\nlocals {\n  c = 1\n}\n",
        ),
        ("c.dr.hcl", "locals {\n  d = 'x'\n}\n"),
        ("d.dr.hcl", "locals {\n  e: 1\n}\n"),
        ("e.dr.hcl", "locals {\n  f = 1\n  f = 2\n}\n"),
    ]));
    insta::assert_snapshot!(shown, @r#"
    error[language::syntax]: the file cannot be read from here on
      a.dr.hcl:2:7
      |   a = "data
      |       ^^^^^ this text is not closed
      help: Close it with `"`.

    error[language::syntax]: the file cannot be read from here on
      b.dr.hcl:1:15
      | retention "a" {
      |               ^ this is not closed
      help: Close it with `}`.

    error[language::syntax]: the file cannot be read from here on
      c.dr.hcl:2:7
      |   d = 'x'
      |       ^ invalid expression; expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit
      help: Put text in double quotes.

    error[language::syntax]: the file cannot be read from here on
      d.dr.hcl:2:4
      |   e: 1
      |    ^ invalid structure; expected `{`, `=`, `"` or identifier
      help: Write `=` between a name and its value.

    error[language::duplicate]: `f` is given twice
      e.dr.hcl:3:3
      |   f = 2
      |   ^
      help: Remove one of the two.
    "#);
}

#[test]
fn a_block_that_is_wrongly_named_is_reported_once() {
    let shown = problems(
        r#"
retenton "gfs" {
}
objective "g old" {
}
target "local_sqlit" "app" {
  path      = "x"
  retention = retention.gfs
  objective = objective.gold
}
repository "near" {
}
protection "snapshots" "hourly" {
  target     = target.local_sqlite.app
  repository = repository.directory.near
}
protection "copy" "second" {
  target     = target.local_sqlite.app
  from       = protection.snapshot.hourly
  repository = repository.directory.near
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::unknown_block]: there is no block `retenton`
      main.dr.hcl:2:1
      | retenton "gfs" {
      | ^^^^^^^^
      help: Did you mean `retention`?

    error[language::bad_name]: `g old` is not a name
      main.dr.hcl:4:11
      | objective "g old" {
      |           ^^^^^^^
      help: Start with a letter or `_`, and use letters, digits, `_` and `-` only.

    error[language::unknown_kind]: there is no target of kind `local_sqlit`
      main.dr.hcl:6:8
      | target "local_sqlit" "app" {
      |        ^^^^^^^^^^^^^
      help: Did you mean `local_sqlite`?

    error[language::labels]: `repository` takes 2 labels, 1 given
      main.dr.hcl:11:1
      | repository "near" {
      | ^^^^^^^^^^^^^^^^^
      help: Write it as `repository "KIND" "NAME" { … }`.

    error[language::unknown_kind]: there is no mechanism `snapshots`
      main.dr.hcl:13:12
      | protection "snapshots" "hourly" {
      |            ^^^^^^^^^^^
      help: Did you mean `snapshot`?
    "#);
}

#[test]
fn a_block_that_stands_there_for_nothing_is_a_warning() {
    let shown = problems(
        r#"
objective "gold" {
  survive "corruption" {
    rpo = "1h"
  }
}
retention "old" {
  keep {
    last = 1
  }
}
repository "directory" "idle" {
  path     = "r"
  password = { env = "P" }
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    no errors
    warning[language::unused]: nothing has the objective `gold`
      main.dr.hcl:2:1
      | objective "gold" {
      | ^^^^^^^^^^^^^^^^
      help: Write `objective = objective.gold` in the targets or services that it is for.

    warning[language::unused]: nothing keeps its points by the retention `old`
      main.dr.hcl:7:1
      | retention "old" {
      | ^^^^^^^^^^^^^^^
      help: Write `retention = retention.old` in the targets that it is for.

    warning[language::unused]: no protection writes to `repository.directory.idle`
      main.dr.hcl:12:1
      | repository "directory" "idle" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: Write `repository = repository.directory.idle` in a protection, or remove the block.
    "#);
}
