//! What is said about blocks that do not fit the catalog.

use super::problems;

#[test]
fn the_lifeboat_block_is_checked() {
    let shown = problems(
        r#"
lifeboat {
  required_version = ">= 0.2"
  state "postgres" {
    bucket = "x"
  }
  backend = 1
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::version]: the configuration requires lifeboat >= 0.2, and this is 0.1.0
      main.dr.hcl:3:22
      |   required_version = ">= 0.2"
      |                      ^^^^^^^^
      help: Use a version of lifeboat that it allows, or change what it requires.

    error[language::not_yet]: a state of kind `postgres` is not supported by this version yet
      main.dr.hcl:4:3
      |   state "postgres" {
      |   ^^^^^^^^^^^^^^^^

    error[language::unknown_argument]: `lifeboat` has no argument `backend`
      main.dr.hcl:7:3
      |   backend = 1
      |   ^^^^^^^
      help: There is only `required_version`.
    "#);
    let shown = problems(
        r#"
lifeboat {
  required_version = "newest"
  state "locl" {
  }
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::version]: `newest` is not a requirement of a version
      main.dr.hcl:3:22
      |   required_version = "newest"
      |                      ^^^^^^^^ expected for example ">= 0.1, < 2.0"

    error[language::unknown_kind]: there is no state of kind `locl`
      main.dr.hcl:4:3
      |   state "locl" {
      |   ^^^^^^^^^^^^
      help: Did you mean `local`?
    "#);
    let shown = problems(
        "lifeboat {\n  state \"local\" {\n  }\n  state \"local\" {\n    path = \"\"\n  }\n  state {\n  }\n}\n",
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::missing_argument]: `state` needs the argument `path`
      main.dr.hcl:2:3
      |   state "local" {
      |   ^^^^^^^^^^^^^

    error[language::duplicate]: the state is kept in one place, and this is a second one
      main.dr.hcl:4:3
      |   state "local" {
      |   ^^^^^^^^^^^^^

    error[language::duplicate]: the state is kept in one place, and this is a second one
      main.dr.hcl:7:3
      |   state {
      |   ^^^^^
    "#);
}

#[test]
fn arguments_are_checked_against_the_catalog() {
    let shown = problems(
        r#"
target "local_directory" "docs" {
  pth             = "docs"
  exclude         = "*.tmp"
  one_file_system = "perhaps"
  largest         = "5 parsecs"
  settle          = "soon"
  weight          = "heavy"
  labels          = { a = [1] }
  device          = "sda"
}
target "local_directry" "other" {
  path = ""
}
target "local_directory" "wrong" {
  path      = ["a"]
  objective = "gold"
  retention = target.local_directory.docs
  keep {
  }
}
target "local_directory" "null" {
  path = null
  path {
  }
  labels {
    a = 1
  }
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::missing_argument]: `target` needs the argument `path`
      main.dr.hcl:2:1
      | target "local_directory" "docs" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: Add it: the root of the tree.

    error[language::unknown_argument]: `target` has no argument `pth`
      main.dr.hcl:3:3
      |   pth             = "docs"
      |   ^^^
      help: Did you mean `path`?

    error[language::argument_type]: `exclude` must be a list
      main.dr.hcl:4:21
      |   exclude         = "*.tmp"
      |                     ^^^^^^^ this is a string

    error[language::argument_type]: `one_file_system` must be true or false
      main.dr.hcl:5:21
      |   one_file_system = "perhaps"
      |                     ^^^^^^^^^ this is a string

    error[language::argument_value]: `5 parsecs` is not a size: expected a number with a unit, such as "1.5TiB" or "500MB"
      main.dr.hcl:6:21
      |   largest         = "5 parsecs"
      |                     ^^^^^^^^^^^

    error[language::argument_value]: `soon` is not a duration: expected a number with a unit, such as "15m", "36h" or "35d"
      main.dr.hcl:7:21
      |   settle          = "soon"
      |                     ^^^^^^

    error[language::argument_type]: `weight` must be a number
      main.dr.hcl:8:21
      |   weight          = "heavy"
      |                     ^^^^^^^ this is a string

    error[language::argument_type]: `labels.a` must be a string
      main.dr.hcl:9:21
      |   labels          = { a = [1] }
      |                     ^^^^^^^^^^^ this is a list

    error[language::computed_argument]: `device` is set by the provider
      main.dr.hcl:10:3
      |   device          = "sda"
      |   ^^^^^^
      help: Remove the argument.

    error[language::unknown_kind]: there is no target of kind `local_directry`
      main.dr.hcl:12:8
      | target "local_directry" "other" {
      |        ^^^^^^^^^^^^^^^^
      help: Did you mean `local_directory`?

    error[language::argument_type]: `path` must be a path
      main.dr.hcl:16:15
      |   path      = ["a"]
      |               ^^^^^ this is a list

    error[language::argument_type]: `objective` must refer to an objective
      main.dr.hcl:17:15
      |   objective = "gold"
      |               ^^^^^^ this is a string
      help: Write `objective.NAME`, without quotes.

    error[language::argument_type]: `retention` must refer to a retention
      main.dr.hcl:18:15
      |   retention = target.local_directory.docs
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^ this refers to `target.local_directory.docs`
      help: Write `retention.NAME`, without quotes.

    error[language::unknown_block]: `target` has no block `keep`
      main.dr.hcl:19:3
      |   keep {
      |   ^^^^
      help: Choose one of `labels`, `protect`.

    error[language::missing_argument]: `path` must not be null
      main.dr.hcl:22:1
      | target "local_directory" "null" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error[language::duplicate]: `path` is given twice
      main.dr.hcl:24:3
      |   path {
      |   ^^^^

    error[language::unknown_block]: `target` has no block `path`
      main.dr.hcl:24:3
      |   path {
      |   ^^^^
      help: Write `path = …`.
    "#);
}

#[test]
fn a_secret_is_given_by_reference_only() {
    let shown = problems(
        r#"
variable "password" {
  default   = "x"
  sensitive = true
}
repository "directory" "literal" {
  path     = "r"
  password = "hunter2"
}
repository "directory" "two" {
  path = "r"
  password {
    env  = "A"
    file = "b"
  }
}
repository "directory" "unknown" {
  path     = "r"
  password = { vault = "x" }
}
repository "directory" "empty" {
  path        = "r"
  password    = { env = "" }
  compression = "maximal"
}
repository "directory" "sensitive" {
  path     = var.password
  password = var.password
}
repository "directory" "twice" {
  path     = "r"
  password = { env = "A" }
  password {
    env = "B"
  }
}
output "password" {
  value = var.password
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::secret]: `password` is a secret, and secrets are given by reference only
      main.dr.hcl:8:14
      |   password = "hunter2"
      |              ^^^^^^^^^ a secret must not stand in the configuration
      help: Write `password = { env = "NAME" }`, or `file` or `command`.

    error[language::secret]: `password` needs exactly one of `env`, `file` and `command`
      main.dr.hcl:12:3
      |   password {
      |   ^^^^^^^^ 2 are given
      help: Write `password = { env = "NAME" }`, or `file` or `command`.

    error[language::secret]: `password` is given by reference only, by `env`, `file` or `command`, not by `vault`
      main.dr.hcl:19:14
      |   password = { vault = "x" }
      |              ^^^^^^^^^^^^^^^
      help: Write `password = { env = "NAME" }`, or `file` or `command`.

    error[language::secret]: `password.env` must be the name of an environment variable
      main.dr.hcl:23:17
      |   password    = { env = "" }
      |                 ^^^^^^^^^^^^

    error[language::argument_value]: `compression` cannot be `maximal`
      main.dr.hcl:24:17
      |   compression = "maximal"
      |                 ^^^^^^^^^ expected `auto`, `off`, `max`
      help: Choose one of `auto`, `max`, `off`.

    error[language::sensitive]: `path` is kept in the state, and this value is sensitive
      main.dr.hcl:27:14
      |   path     = var.password
      |              ^^^^^^^^^^^^
      help: Keep secrets out of arguments.

    error[language::sensitive]: `password` is given by reference only, and this is a sensitive value
      main.dr.hcl:28:14
      |   password = var.password
      |              ^^^^^^^^^^^^
      help: Write `password = { env = "NAME" }`, or `file` or `command`.

    error[language::duplicate]: `password` is given twice
      main.dr.hcl:33:3
      |   password {
      |   ^^^^^^^^

    error[language::sensitive]: output `password` would show a sensitive value
      main.dr.hcl:38:11
      |   value = var.password
      |           ^^^^^^^^^^^^
      help: Add `sensitive = true`, or leave the value out.
    "#);
}

#[test]
fn objectives_and_retention_are_checked() {
    let shown = problems(
        r#"
objective "empty" {
}
objective "wrong" {
  survive "zon" {
    rpo = "1h"
  }
  survive "zone" {
    rpo             = "soon"
    detected_within = "1d"
  }
  survive "region" {
  }
  survive "region" {
    rto = "1h"
  }
  survive {
    rto = "1h"
  }
  drill_evry = "30d"
}
retention "wrong" {
  keep {
    daily = -1
    wekly = 2
  }
  keep {
  }
  delete_after  = "10d"
  immutable_for = "30d"
}
retention "empty" {
  keep {
  }
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::no_goal]: objective `empty` promises nothing
      main.dr.hcl:2:1
      | objective "empty" {
      | ^^^^^^^^^^^^^^^^^
      help: Add a `survive` block for each failure scope that it is about.

    error[language::unknown_scope]: there is no failure scope `zon`
      main.dr.hcl:5:11
      |   survive "zon" {
      |           ^^^^^
      help: Did you mean `zone`?

    error[language::argument_value]: `soon` is not a duration: expected a number with a unit, such as "15m", "36h" or "35d"
      main.dr.hcl:9:23
      |     rpo             = "soon"
      |                       ^^^^^^

    error[language::unknown_argument]: a failure of the scope `zone` is noticed at once
      main.dr.hcl:10:5
      |     detected_within = "1d"
      |     ^^^^^^^^^^^^^^^ this is for `corruption` and `account`

    error[language::no_goal]: nothing is promised for this scope
      main.dr.hcl:12:3
      |   survive "region" {
      |   ^^^^^^^^^^^^^^^^
      help: Add `rpo`, `rto` or both.

    error[language::labels]: `survive` has 1 label, the failure scope
      main.dr.hcl:17:3
      |   survive {
      |   ^^^^^^^
      help: Write it as `survive "instance" { … }`.

    error[language::unknown_argument]: `objective` has no argument `drill_evry`
      main.dr.hcl:20:3
      |   drill_evry = "30d"
      |   ^^^^^^^^^^
      help: Did you mean `drill_every`?

    error[language::argument_type]: `daily` must be a whole number, 0 or more
      main.dr.hcl:24:13
      |     daily = -1
      |             ^^ this is a number

    error[language::unknown_argument]: `keep` has no argument `wekly`
      main.dr.hcl:25:5
      |     wekly = 2
      |     ^^^^^
      help: Did you mean `weekly`?

    error[language::duplicate]: a retention policy has one `keep`, and this is a second one
      main.dr.hcl:27:3
      |   keep {
      |   ^^^^

    error[language::retention]: points are immutable for 30d and deleted after 10d
      main.dr.hcl:30:19
      |   immutable_for = "30d"
      |                   ^^^^^ longer than `delete_after`

    error[language::retention]: this `keep` has no rule
      main.dr.hcl:33:3
      |   keep {
      |   ^^^^
      help: Add `last`, `hourly`, `daily`, `weekly`, `monthly`, `yearly` or `within`.
    "#);
}

#[test]
fn providers_are_checked() {
    let shown = problems(
        r#"
provider "loal" {
}
provider "local" {
  alias     = "other"
  schedular = "cron"
}
provider "aws" {
}
provider "local" {
  alias = local.x
}
target "local_directory" "docs" {
  path     = "docs"
  provider = provider.aws
}
target "local_directory" "more" {
  path     = "docs"
  provider = provider.local.missing
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::unknown_kind]: there is no provider `loal`
      main.dr.hcl:2:10
      | provider "loal" {
      |          ^^^^^^
      help: Did you mean `local`?

    error[language::unknown_argument]: `provider` has no argument `schedular`
      main.dr.hcl:6:3
      |   schedular = "cron"
      |   ^^^^^^^^^
      help: Did you mean `scheduler`?

    error[language::alias]: an alias is a name written out in quotes
      main.dr.hcl:11:11
      |   alias = local.x
      |           ^^^^^^^
      help: Start with a letter or `_`, and use letters, digits, `_` and `-` only.

    error[language::wrong_provider]: `provider.aws` is of the wrong provider
      main.dr.hcl:15:14
      |   provider = provider.aws
      |              ^^^^^^^^^^^^ expected one of `local`

    error[language::unknown_reference]: there is no `provider.local.missing`
      main.dr.hcl:19:14
      |   provider = provider.local.missing
      |              ^^^^^^^^^^^^^^^^^^^^^^
      help: Did you mean `provider.local.other`?
    "#);
}

#[test]
fn blocks_that_wait_for_each_other_are_an_error() {
    let shown = problems(
        r#"
target "local_directory" "a" {
  path       = "a"
  depends_on = [target.local_directory.b]
}
target "local_directory" "b" {
  path       = "b"
  depends_on = [target.local_directory.a]
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::cycle]: blocks wait for each other: `target.local_directory.a` → `target.local_directory.b` → `target.local_directory.a`
      main.dr.hcl:2:1
      | target "local_directory" "a" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      main.dr.hcl:6:1
      | target "local_directory" "b" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: Remove one of these references.
    "#);
}

#[test]
fn outputs_are_checked() {
    let shown = problems(
        "output \"a\" {\n  vaule = 1\n}\noutput \"b\" {\n  value     = 1\n  sensitive = 3\n}\n",
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::missing_argument]: `output` needs the argument `value`
      main.dr.hcl:1:1
      | output "a" {
      | ^^^^^^^^^^

    error[language::unknown_argument]: `output` has no argument `vaule`
      main.dr.hcl:2:3
      |   vaule = 1
      |   ^^^^^
      help: Did you mean `value`?

    error[language::argument_type]: `sensitive` must be true or false
      main.dr.hcl:6:15
      |   sensitive = 3
      |               ^ this is a number
    "#);
}

#[test]
fn a_state_in_s3_is_checked_word_by_word() {
    let shown = problems(
        r#"
lifeboat {
  state "s3" {
    bukcet     = "acme-dr"
    key        = "/prod.state.json"
    region     = ""
    encryption = "aes256"
    kms_key    = "alias/state"
    lease      = "2s"
  }
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::missing_argument]: `state` needs the argument `bucket`
      main.dr.hcl:3:3
      |   state "s3" {
      |   ^^^^^^^^^^

    error[language::unknown_argument]: `state` has no argument `bukcet`
      main.dr.hcl:4:5
      |     bukcet     = "acme-dr"
      |     ^^^^^^
      help: Did you mean `bucket`?

    error[language::argument_value]: this is not the key of an object
      main.dr.hcl:5:18
      |     key        = "/prod.state.json"
      |                  ^^^^^^^^^^^^^^^^^^
      help: Write it as `prod.state.json` or `team/prod.state.json`.

    error[language::argument_value]: `region` is empty
      main.dr.hcl:6:18
      |     region     = ""
      |                  ^^

    error[language::argument_value]: `encryption` cannot be `aes256`
      main.dr.hcl:7:18
      |     encryption = "aes256"
      |                  ^^^^^^^^
      help: Did you mean `AES256`?

    error[language::argument_value]: a lease is between 5s and 1h
      main.dr.hcl:9:18
      |     lease      = "2s"
      |                  ^^^^
    "#);
}
