//! What is said about protections that cannot be.

use super::problems;

const BASE: &str = r#"
target "local_directory" "docs" {
  path = "docs"
}
target "local_sqlite" "db" {
  path = "db.sqlite"
}
repository "directory" "main" {
  path     = "r"
  password = { env = "P" }
}
repository "s3" "away" {
  bucket   = "b"
  password = { command = ["pass", "show", "dr"] }
}
"#;

#[test]
fn protections_are_checked() {
    let shown = problems(&format!(
        r#"{BASE}
protection "snapshoot" "a" {{
  target = target.local_directory.docs
}}
protection "copy" "b" {{
  target     = target.local_sqlite.db
  repository = repository.s3.away
}}
protection "copy" "c" {{
  target     = target.local_directory.docs
  repository = repository.directory.main
}}
protection "snapshot" "d" {{
  target   = target.local_directory.docs
  schedule = "sometimes"
  from     = protection.snapshot.d
}}
protection "guard" "e" {{
  target     = target.local_directory.docs
  repository = repository.directory.main
  schedule   = "6h"
  on_remove  = "keep"
  depends_on = target.local_directory.docs
}}
protection "snapshot" "f" {{
  repository = repository.directory.main
}}
protection "snapshot" "g" {{
  target     = repository.directory.main
  repository = "main"
}}
"#
    ));
    insta::assert_snapshot!(shown, @r#"
    error[language::unknown_kind]: there is no mechanism `snapshoot`
      main.dr.hcl:17:12
      | protection "snapshoot" "a" {
      |            ^^^^^^^^^^^
      help: Did you mean `snapshot`?

    error[language::unsupported_mechanism]: a `local_sqlite` cannot be protected by `copy`
      main.dr.hcl:21:16
      |   target     = target.local_sqlite.db
      |                ^^^^^^^^^^^^^^^^^^^^^^
      help: Use one of `snapshot`, `log`, `replica`.

    error[language::wrong_repository]: `copy` of a `local_directory` cannot use a repository of kind `directory`
      main.dr.hcl:26:16
      |   repository = repository.directory.main
      |                ^^^^^^^^^^^^^^^^^^^^^^^^^
      help: Use one of `s3`.

    error[language::missing_argument]: `protection` needs the argument `repository`
      main.dr.hcl:28:1
      | protection "snapshot" "d" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^

    error[language::argument_value]: `sometimes` is not a schedule: expected a duration ("6h") or a cron expression of five fields ("15 2 * * *")
      main.dr.hcl:30:14
      |   schedule = "sometimes"
      |              ^^^^^^^^^^^

    error[language::unknown_argument]: `protection` has no argument `from`
      main.dr.hcl:31:3
      |   from     = protection.snapshot.d
      |   ^^^^
      help: Choose one of `depends_on`, `domains`, `for_each`, `on_remove`, `repository`, `retention`, `schedule`, `tags`, `target`.

    error[language::unknown_argument]: `protection` has no argument `schedule`
      main.dr.hcl:36:3
      |   schedule   = "6h"
      |   ^^^^^^^^
      help: Choose one of `depends_on`, `domains`, `for_each`, `on_remove`, `reason`, `repository`, `target`.

    error[language::argument_value]: `on_remove` cannot be `keep`
      main.dr.hcl:37:16
      |   on_remove  = "keep"
      |                ^^^^^^
      help: Choose one of `destroy`, `forget`.

    error[language::argument_type]: `depends_on` must be a list of references
      main.dr.hcl:38:16
      |   depends_on = target.local_directory.docs
      |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is a reference

    error[language::missing_argument]: `protection` needs the argument `target`
      main.dr.hcl:40:1
      | protection "snapshot" "f" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^

    error[language::argument_type]: `target` must refer to a target
      main.dr.hcl:44:16
      |   target     = repository.directory.main
      |                ^^^^^^^^^^^^^^^^^^^^^^^^^ this refers to `repository.directory.main`
      help: Write `target.KIND.NAME`, without quotes.

    error[language::argument_type]: `repository` must refer to a repository
      main.dr.hcl:45:16
      |   repository = "main"
      |                ^^^^^^ this is a string
      help: Write `repository.KIND.NAME`, without quotes.
    "#);
}

#[test]
fn the_source_of_a_copy_is_its_only_snapshot() {
    let none = format!(
        r#"{BASE}
protection "copy" "away" {{
  target     = target.local_directory.docs
  repository = repository.s3.away
}}
"#
    );
    insta::assert_snapshot!(problems(&none), @r#"
    error[language::no_source]: `target.local_directory.docs` has no snapshot that could be copied
      main.dr.hcl:17:1
      | protection "copy" "away" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      help: Add a `protection "snapshot"` of this target.
    "#);
    let snapshot = |name: &str, repository: &str, target: &str| {
        format!(
            "protection \"snapshot\" \"{name}\" {{\n  target     = target.{target}\n  repository = repository.{repository}\n}}\n"
        )
    };
    let two = format!(
        "{none}{}{}",
        snapshot("one", "directory.main", "local_directory.docs"),
        snapshot("two", "directory.main", "local_directory.docs")
    );
    insta::assert_snapshot!(problems(&two), @r#"
    error[language::no_source]: `target.local_directory.docs` has several snapshots that could be copied
      main.dr.hcl:17:1
      | protection "copy" "away" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      help: Say which one with `from`: `protection.snapshot.one`, `protection.snapshot.two`.
    "#);
    let wrong = format!(
        r#"{BASE}{}{}
protection "copy" "other" {{
  target     = target.local_directory.docs
  repository = repository.s3.away
  from       = protection.snapshot.db
}}
protection "copy" "same" {{
  target     = target.local_directory.docs
  repository = repository.s3.away
  from       = protection.snapshot.docs
}}
protection "guard" "docs" {{
  target     = target.local_directory.docs
  repository = repository.s3.away
}}
protection "copy" "guard" {{
  target     = target.local_directory.docs
  repository = repository.s3.away
  from       = protection.guard.docs
}}
"#,
        snapshot("db", "directory.main", "local_sqlite.db"),
        snapshot("docs", "s3.away", "local_directory.docs")
    );
    insta::assert_snapshot!(problems(&wrong), @r"
    error[language::wrong_source]: `protection.snapshot.db` protects another target than this copy
      main.dr.hcl:28:16
      |   from       = protection.snapshot.db
      |                ^^^^^^^^^^^^^^^^^^^^^^ it protects `target.local_sqlite.db`

    error[language::wrong_source]: `protection.copy.same` copies a repository onto itself
      main.dr.hcl:32:16
      |   repository = repository.s3.away
      |                ^^^^^^^^^^^^^^^^^^ `protection.snapshot.docs` has its points there already
      help: Copy into another repository.

    error[language::wrong_source]: `protection.guard.docs` makes no points that could be copied
      main.dr.hcl:42:16
      |   from       = protection.guard.docs
      |                ^^^^^^^^^^^^^^^^^^^^^
    ");
}
