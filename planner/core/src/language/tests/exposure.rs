//! What blocks say about exposure: domains, and what may be chosen.

use super::{configuration, problems};

pub(super) const BASE: &str = r#"
objective "gold" {
  survive "zone" {
    rpo = "1h"
  }
}
target "local_sqlite" "orders" {
  path = "orders.sqlite"
}
target "local_directory" "receipts" {
  for_each = ["a", "b"]
  path     = each.key
}
target "local_directory" "users" {
  path = "users"
}
repository "directory" "near" {
  path     = "r"
  password = { env = "P" }
}
repository "s3" "far" {
  bucket   = "b"
  password = { env = "P" }
}
"#;

pub(super) fn beside(text: &str) -> String {
    problems(&format!("{BASE}{text}"))
}

#[test]
fn domains_have_ids_of_their_scope_and_name() {
    let configuration = configuration(
        r#"
provider "local" {
  domains = { region = "fra" }
}
target "local_sqlite" "orders" {
  path    = "orders.sqlite"
  domains = { zone = "rack-a", account = ["ops-team"], vendor = "x" }
}
repository "s3" "far" {
  bucket   = "b"
  password = { env = "P" }
  domains  = { region = "dub" }
  escrow   = "sealed envelope in the safe of the Berlin office"
}
protection "replica" "orders" {
  target  = target.local_sqlite.orders
  domains = { zone = "rack-b", account = ["ops-team"] }
}
protection "snapshot" "orders" {
  target     = target.local_sqlite.orders
  repository = repository.s3.far
}
protection "log" "orders" {
  target     = target.local_sqlite.orders
  repository = repository.s3.far
}
"#,
    );
    let mut lines = Vec::new();
    let all = configuration
        .providers
        .values()
        .map(|it| (&it.address, &it.domains));
    let all = all.chain(
        configuration
            .targets
            .values()
            .map(|it| (&it.address, &it.domains)),
    );
    let all = all.chain(
        configuration
            .repositories
            .values()
            .map(|it| (&it.address, &it.domains)),
    );
    let all = all.chain(
        configuration
            .protections
            .values()
            .map(|it| (&it.address, &it.domains)),
    );
    for (address, domains) in all {
        let ids: Vec<&str> = domains.iter().map(|it| it.id.as_str()).collect();
        lines.push(format!("{address}: {}", ids.join(" ")));
    }
    for protection in configuration.protections.values() {
        lines.push(serde_json::to_string(&protection.attributes).unwrap());
    }
    for repository in configuration.repositories.values() {
        lines.extend(repository.escrow.clone());
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    provider.local: region:fra
    target.local_sqlite.orders: zone:rack-a account:ops-team vendor:x
    repository.s3.far: region:dub
    protection.log.orders: 
    protection.replica.orders: zone:rack-b account:ops-team
    protection.snapshot.orders: 
    {"base":"protection.snapshot.orders"}
    {"domains":{"account":["ops-team"],"zone":["rack-b"]}}
    {"tags":[]}
    sealed envelope in the safe of the Berlin office
    "#);
}

#[test]
fn domains_and_escrow_are_checked() {
    let shown = problems(
        r#"
provider "local" {
  domains = "fra"
}
target "local_sqlite" "orders" {
  path    = "orders.sqlite"
  domains = {
    zoen       = "rack-a"
    building   = "x"
    corruption = "x"
    region     = []
    account    = ["ops", " "]
    instance   = { host = "a" }
  }
}
repository "s3" "far" {
  bucket   = "b"
  password = { env = "P" }
  escrow   = " "
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::argument_type]: `domains` must be a map from failure scopes to names
      main.dr.hcl:3:13
      |   domains = "fra"
      |             ^^^^^ this is a string

    error[language::unknown_scope]: there is no failure scope `zoen`
      main.dr.hcl:8:5
      |     zoen       = "rack-a"
      |     ^^^^
      help: Did you mean `zone`?

    error[language::unknown_scope]: there is no failure scope `building`
      main.dr.hcl:9:5
      |     building   = "x"
      |     ^^^^^^^^
      help: Choose one of `account`, `instance`, `region`, `vendor`, `zone`.

    error[language::unknown_scope]: corruption goes wherever the data go: nothing stands apart from it
      main.dr.hcl:10:5
      |     corruption = "x"
      |     ^^^^^^^^^^

    error[language::argument_value]: `domains.region` names nothing
      main.dr.hcl:11:18
      |     region     = []
      |                  ^^

    error[language::argument_value]: `domains.account` has an empty name
      main.dr.hcl:12:18
      |     account    = ["ops", " "]
      |                  ^^^^^^^^^^^^

    error[language::argument_type]: `domains.instance` must be a name, or a list of names
      main.dr.hcl:13:18
      |     instance   = { host = "a" }
      |                  ^^^^^^^^^^^^^^ this is an object

    error[language::argument_value]: `escrow` says nothing
      main.dr.hcl:19:14
      |   escrow   = " "
      |              ^^^
    "#);
}

#[test]
fn what_may_be_chosen_is_read() {
    let configuration = configuration(&format!(
        r#"{BASE}
target "local_sqlite" "app" {{
  path      = "app.sqlite"
  objective = objective.gold
  protect {{
    use      = ["snapshot", "log"]
    forbid   = ["replica"]
    in       = [repository.s3.far]
    max_cost = "40.5 USD"
  }}
}}
"#
    ));
    let address = "target.local_sqlite.app".parse().unwrap();
    let protect = configuration.targets[&address].protect.clone().unwrap();
    let repositories: Vec<String> = protect
        .repositories
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(format!("{:?}", protect.uses), "[Snapshot, Log]");
    assert_eq!(format!("{:?}", protect.forbids), "[Replica]");
    assert_eq!(repositories, ["repository.s3.far"]);
    assert_eq!(protect.max_cost, Some(lifeboat_model::Money(40_500_000)));
}

#[test]
fn what_may_be_chosen_is_checked() {
    let shown = beside(
        r#"
target "local_sqlite" "app" {
  path = "app.sqlite"
  protect {
    use      = ["snapshoot", "copy", "log"]
    forbid   = ["log"]
    in       = ["far"]
    max_cost = "40 EUR"
    budget   = 1
  }
}
target "local_sqlite" "one" {
  path = "one.sqlite"
  protect {
    use      = "snapshot"
    max_cost = "a lot"
  }
}
target "local_sqlite" "two" {
  path = "two.sqlite"
  protect {
  }
  protect {
  }
}
target "local_sqlite" "three" {
  path    = "three.sqlite"
  protect = { use = ["log"] }
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::unknown_kind]: there is no mechanism `snapshoot`
      main.dr.hcl:29:17
      |     use      = ["snapshoot", "copy", "log"]
      |                 ^^^^^^^^^^^
      help: Did you mean `snapshot`?

    error[language::unsupported_mechanism]: a `local_sqlite` cannot be protected by `copy`
      main.dr.hcl:29:30
      |     use      = ["snapshoot", "copy", "log"]
      |                              ^^^^^^
      help: Use one of `snapshot`, `log`, `replica`.

    error[language::argument_value]: `log` is to be used and forbidden
      main.dr.hcl:30:17
      |     forbid   = ["log"]
      |                 ^^^^^

    error[language::argument_type]: `in` must refer to a repository
      main.dr.hcl:31:17
      |     in       = ["far"]
      |                 ^^^^^ this is a string
      help: Write `repository.KIND.NAME`, without quotes.

    error[language::argument_value]: no price is in `EUR`
      main.dr.hcl:32:16
      |     max_cost = "40 EUR"
      |                ^^^^^^^^
      help: Give it in `USD`.

    error[language::unknown_argument]: `protect` has no argument `budget`
      main.dr.hcl:33:5
      |     budget   = 1
      |     ^^^^^^
      help: Choose one of `forbid`, `in`, `max_cost`, `use`.

    error[language::argument_type]: `use` must be a list of strings
      main.dr.hcl:39:16
      |     use      = "snapshot"
      |                ^^^^^^^^^^ this is a string

    error[language::argument_value]: `a lot` is not an amount of money
      main.dr.hcl:40:16
      |     max_cost = "a lot"
      |                ^^^^^^^ expected a number of at most six decimals, such as 0.023 or "40 USD"

    error[language::duplicate]: a target has one `protect`, and this is a second one
      main.dr.hcl:47:3
      |   protect {
      |   ^^^^^^^

    error[language::unknown_argument]: `target` has no argument `protect`
      main.dr.hcl:52:3
      |   protect = { use = ["log"] }
      |   ^^^^^^^
      help: Write `protect { … }`.
    "#);
}

#[test]
fn what_the_planner_chooses_from_is_not_unused() {
    let shown = problems(
        r#"
objective "gold" {
  survive "zone" {
    rpo = "1h"
  }
}
objective "of_a_service" {
  survive "zone" {
    rpo = "1h"
  }
}
objective "of_nothing" {
  survive "zone" {
    rpo = "1h"
  }
}
repository "directory" "near" {
  path     = "r"
  password = { env = "P" }
}
target "local_sqlite" "orders" {
  path      = "orders.sqlite"
  objective = objective.gold
}
target "local_sqlite" "pinned" {
  path = "pinned.sqlite"
  protect {
    forbid = ["log"]
  }
}
protection "replica" "pinned" {
  target = target.local_sqlite.pinned
}
service "checkout" {
  targets   = [target.local_sqlite.orders]
  objective = objective.of_a_service
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    no errors
    warning[language::unused]: nothing has the objective `of_nothing`
      main.dr.hcl:12:1
      | objective "of_nothing" {
      | ^^^^^^^^^^^^^^^^^^^^^^
      help: Write `objective = objective.of_nothing` in the targets or services that it is for.

    warning[language::unused]: nothing is chosen for `target.local_sqlite.pinned`: `protection.replica.pinned` protects it
      main.dr.hcl:27:3
      |   protect {
      |   ^^^^^^^
      help: Remove this block, or the protections that are written out.
    "#);
    let shown = beside("");
    insta::assert_snapshot!(shown, @r#"
    no errors
    warning[language::unused]: nothing has the objective `gold`
      main.dr.hcl:2:1
      | objective "gold" {
      | ^^^^^^^^^^^^^^^^
      help: Write `objective = objective.gold` in the targets or services that it is for.

    warning[language::unused]: no protection writes to `repository.directory.near`
      main.dr.hcl:17:1
      | repository "directory" "near" {
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      help: Write `repository = repository.directory.near` in a protection, or remove the block.

    warning[language::unused]: no protection writes to `repository.s3.far`
      main.dr.hcl:21:1
      | repository "s3" "far" {
      | ^^^^^^^^^^^^^^^^^^^^^
      help: Write `repository = repository.s3.far` in a protection, or remove the block.
    "#);
}

#[test]
fn a_log_starts_from_the_only_snapshot_or_says_from_which() {
    let shown = beside(
        r#"
protection "snapshot" "one" {
  target     = target.local_sqlite.orders
  repository = repository.directory.near
}
protection "snapshot" "two" {
  target     = target.local_sqlite.orders
  repository = repository.s3.far
}
protection "snapshot" "users" {
  target     = target.local_directory.users
  repository = repository.s3.far
}
protection "replica" "orders" {
  target     = target.local_sqlite.orders
  repository = repository.s3.far
}
protection "log" "any" {
  target     = target.local_sqlite.orders
  repository = repository.s3.far
}
protection "log" "other" {
  target     = target.local_sqlite.orders
  repository = repository.s3.far
  base       = protection.snapshot.users
}
protection "log" "log" {
  target     = target.local_sqlite.orders
  repository = repository.s3.far
  base       = protection.log.any
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::unknown_argument]: `protection` has no argument `repository`
      main.dr.hcl:40:3
      |   repository = repository.s3.far
      |   ^^^^^^^^^^
      help: Choose one of `delay`, `depends_on`, `domains`, `for_each`, `location`, `on_remove`, `synchronous`, `target`.

    error[language::wrong_repository]: `replica` of a `local_sqlite` cannot use a repository of kind `s3`
      main.dr.hcl:40:16
      |   repository = repository.s3.far
      |                ^^^^^^^^^^^^^^^^^
      help: Use one of .

    error[language::no_source]: `target.local_sqlite.orders` has several snapshots that the log could start from
      main.dr.hcl:42:1
      | protection "log" "any" {
      | ^^^^^^^^^^^^^^^^^^^^^^
      help: Say which one with `base`: `protection.snapshot.one`, `protection.snapshot.two`.

    error[language::wrong_source]: `protection.snapshot.users` protects another target than this log
      main.dr.hcl:49:16
      |   base       = protection.snapshot.users
      |                ^^^^^^^^^^^^^^^^^^^^^^^^^ it protects `target.local_directory.users`

    error[language::wrong_source]: `protection.log.any` makes no points that a log could start from
      main.dr.hcl:54:16
      |   base       = protection.log.any
      |                ^^^^^^^^^^^^^^^^^^
    "#);
}
