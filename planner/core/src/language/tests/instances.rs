//! `for_each`, and references to instances.

use super::{configuration, problems, value_with};

const SHARDS: &str = r#"
locals {
  shards = { a = "one", b = "two" }
}
target "local_directory" "shard" {
  for_each = local.shards
  path     = "${each.value}/${each.key}"
}
repository "directory" "main" {
  path     = "r"
  password = { env = "P" }
}
"#;

#[test]
fn a_block_with_for_each_has_an_instance_for_each_key() {
    let text = format!(
        r#"{SHARDS}
protection "snapshot" "shard" {{
  for_each   = local.shards
  target     = target.local_directory.shard[each.key]
  repository = repository.directory.main
}}
target "local_directory" "list" {{
  for_each   = toset(["x", "y"])
  path       = each.value
  depends_on = [target.local_directory.shard, repository.directory.main]
}}
"#
    );
    let configuration = configuration(&text);
    let mut shown: Vec<String> = configuration
        .targets
        .values()
        .map(|t| format!("{} {} {:?}", t.address, t.attributes["path"], t.depends_on))
        .collect();
    shown.extend(
        configuration
            .protections
            .values()
            .map(|p| format!("{} {}", p.address, p.target)),
    );
    insta::assert_snapshot!(shown.join("\n"), @r#"
    target.local_directory.list["x"] "/srv/dr/x" [repository.directory.main, target.local_directory.shard["a"], target.local_directory.shard["b"]]
    target.local_directory.list["y"] "/srv/dr/y" [repository.directory.main, target.local_directory.shard["a"], target.local_directory.shard["b"]]
    target.local_directory.shard["a"] "/srv/dr/one/a" []
    target.local_directory.shard["b"] "/srv/dr/two/b" []
    protection.snapshot.shard["a"] target.local_directory.shard["a"]
    protection.snapshot.shard["b"] target.local_directory.shard["b"]
    "#);
}

#[test]
fn wrong_keys_say_what_is_wrong_with_them() {
    let shown = problems(
        r#"
variable "secret" {
  default   = ["a"]
  sensitive = true
}
target "local_directory" "number" {
  for_each = [1]
  path     = "x"
}
target "local_directory" "twice" {
  for_each = ["a", "a"]
  path     = "x"
}
target "local_directory" "text" {
  for_each = "a"
  path     = "x"
}
target "local_directory" "secret" {
  for_each = var.secret
  path     = "x"
}
target "local_directory" "each" {
  for_each = { (each.key) = 1 }
  path     = "x"
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::for_each]: `for_each` takes a map or a list of strings
      main.dr.hcl:7:14
      |   for_each = [1]
      |              ^^^ an element is a number
      help: Give it a map, or a list of different strings.

    error[language::for_each]: `for_each` has the key `a` twice
      main.dr.hcl:11:14
      |   for_each = ["a", "a"]
      |              ^^^^^^^^^^
      help: Give it a map, or a list of different strings.

    error[language::for_each]: `for_each` takes a map or a list of strings
      main.dr.hcl:15:14
      |   for_each = "a"
      |              ^^^ this is a string
      help: Give it a map, or a list of different strings.

    error[language::for_each]: the keys of instances are shown, and this is sensitive
      main.dr.hcl:19:14
      |   for_each = var.secret
      |              ^^^^^^^^^^
      help: Give it a map, or a list of different strings.

    error[language::each_outside]: `each.key` means something only in a block with `for_each`
      main.dr.hcl:23:17
      |   for_each = { (each.key) = 1 }
      |                 ^^^^
    "#);
}

#[test]
fn a_reference_to_an_instance_needs_a_key_that_exists() {
    let shown = problems(&format!(
        r#"{SHARDS}
protection "snapshot" "whole" {{
  target     = target.local_directory.shard
  repository = repository.directory.main
}}
protection "snapshot" "missing" {{
  target     = target.local_directory.shard["c"]
  repository = repository.directory.main["x"]
}}
locals {{
  early = target.local_directory.shard["zz"]
}}
"#
    ));
    insta::assert_snapshot!(shown, @r#"
    error[language::missing_key]: `target.local_directory.shard` has `for_each`, and one of its instances is wanted
      main.dr.hcl:15:16
      |   target     = target.local_directory.shard
      |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the keys are `["a"]`, `["b"]`
      help: Add a key: `target.local_directory.shard["a"]`.

    error[language::unknown_reference]: `target.local_directory.shard` has no instance `["c"]`
      main.dr.hcl:19:44
      |   target     = target.local_directory.shard["c"]
      |                                            ^^^^^
      help: Choose one of `a`, `b`.

    error[language::not_for_each]: `repository.directory.main` has no `for_each`, so it has one instance without a key
      main.dr.hcl:20:41
      |   repository = repository.directory.main["x"]
      |                                         ^^^^^
      help: Write `repository.directory.main`.

    error[language::unknown_reference]: `target.local_directory.shard` has no instance `["zz"]`
      main.dr.hcl:23:39
      |   early = target.local_directory.shard["zz"]
      |                                       ^^^^^^
      help: Choose one of `a`, `b`.
    "#);
}

#[test]
fn an_instance_that_fails_is_named() {
    let shown = problems(
        r#"
target "local_directory" "x" {
  for_each        = { a = "true", b = "perhaps", c = "never" }
  path            = each.key
  one_file_system = each.value
  unknown         = 1
}
target "local_directory" "y" {
  for_each        = { a = "true", b = "perhaps", c = "never" }
  path            = each.key
  one_file_system = each.value
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::unknown_argument]: `target` has no argument `unknown`
      main.dr.hcl:6:3
      |   unknown         = 1
      |   ^^^^^^^
      help: Choose one of `copies_to`, `depends_on`, `domains`, `exclude`, `for_each`, `labels`, `largest`, `objective`, `one_file_system`, `path`, `provider`, `retention`, `settle`, `weight`.

    error[language::argument_type]: `one_file_system` must be true or false
      main.dr.hcl:11:21
      |   one_file_system = each.value
      |                     ^^^^^^^^^^ this is a string, for each.key = "b"
    "#);
}

#[test]
fn arguments_of_blocks_can_be_read() {
    let read = |expression| value_with(SHARDS, expression).map_or_else(|e| e, |v| v.to_string());
    let shown: Vec<String> = [
        "target.local_directory.shard[\"a\"].path",
        "target.local_directory.shard[*].path",
        "target.local_directory.shard[\"b\"].exclude",
        "repository.directory.main.password",
        "repository.directory.main.compression",
        "repository.directory.main.compresion",
        "target.local_directory.shard[\"a\"].device",
        "target.local_directory.shard.path",
        "target.local_directory.shard",
        "[target.local_directory.shard[\"a\"] == target.local_directory.shard[\"a\"]]",
        "provider.local.scheduler",
        "\"${repository.directory.main}\"",
    ]
    .map(|expression| format!("{expression}  →  {}", read(expression)))
    .into();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    target.local_directory.shard["a"].path  →  "/srv/dr/one/a"
    target.local_directory.shard[*].path  →  ["/srv/dr/one/a","/srv/dr/two/b"]
    target.local_directory.shard["b"].exclude  →  []
    repository.directory.main.password  →  {"env":"P"}
    repository.directory.main.compression  →  "auto"
    repository.directory.main.compresion  →  `repository.directory.main` has no argument `compresion`
    target.local_directory.shard["a"].device  →  `device` of `target.local_directory.shard["a"]` is set by its provider, and not known before it is read
    target.local_directory.shard.path  →  `target.local_directory.shard` has `for_each`, and one of its instances is wanted
    target.local_directory.shard  →  "target.local_directory.shard"
    [target.local_directory.shard["a"] == target.local_directory.shard["a"]]  →  [true]
    provider.local.scheduler  →  there is no `provider.local.scheduler`
    "${repository.directory.main}"  →  "repository.directory.main"
    "#);
}

#[test]
fn arguments_that_lead_to_themselves_are_an_error() {
    let shown = problems(
        r#"
target "local_directory" "a" {
  path = target.local_directory.b.path
}
target "local_directory" "b" {
  path = "x${target.local_directory.a.path}"
}
"#,
    );
    insta::assert_snapshot!(shown, @r"
    error[language::cycle]: `target.local_directory.b.path` depends on itself
      main.dr.hcl:3:34
      |   path = target.local_directory.b.path
      |                                  ^^^^^
    ");
}
