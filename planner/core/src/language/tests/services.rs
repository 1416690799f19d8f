//! Services: targets that recover together.

use super::configuration;
use super::exposure::{BASE, beside};

#[test]
fn a_service_names_targets_and_services() {
    let configuration = configuration(&format!(
        r#"{BASE}
service "checkout" {{
  targets           = [target.local_sqlite.orders, target.local_directory.receipts]
  depends_on        = [service.identity]
  objective         = objective.gold
  consistent_within = "1h"
  workers           = 4
}}
service "identity" {{
  targets = [target.local_directory.users]
}}
"#
    ));
    let mut text = String::new();
    for service in configuration.services.values() {
        let of = |addresses: &[lifeboat_model::Address]| -> String {
            let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            names.join(", ")
        };
        text.push_str(&format!(
            "{} has {}; after [{}]; {:?}; {:?}; {:?}\n",
            service.address,
            of(&service.targets),
            of(&service.depends_on),
            service.objective,
            service.consistent_within.map(|span| span.to_string()),
            service.workers,
        ));
    }
    insta::assert_snapshot!(text, @r#"
    service.checkout has target.local_directory.receipts["a"], target.local_directory.receipts["b"], target.local_sqlite.orders; after [service.identity]; Some("gold"); Some("1h"); Some(4)
    service.identity has target.local_directory.users; after []; None; None; None
    "#);
}

#[test]
fn services_are_checked() {
    let shown = beside(
        r#"
service "a" {
  targets           = [target.local_sqlite.orders, target.local_directory.users, repository.s3.far]
  depends_on        = [service.b, service.d]
  objective         = "gold"
  consistent_within = "soon"
  workers           = 0
  retries           = 3
}
service "b" {
  targets = [target.local_directory.users]
  depends_on = [target.local_directory.users]
}
service "c" {
  targets = []
}
service "e" {
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::argument_type]: `targets` must refer to a target
      main.dr.hcl:27:82
      |   targets           = [target.local_sqlite.orders, target.local_directory.users, repository.s3.far]
      |                                                                                  ^^^^^^^^^^^^^^^^^ this refers to `repository.s3.far`
      help: Write `target.KIND.NAME`, without quotes.

    error[language::unknown_reference]: there is no `service.d`
      main.dr.hcl:28:35
      |   depends_on        = [service.b, service.d]
      |                                   ^^^^^^^^^
      help: Did you mean `service.a`?

    error[language::argument_type]: `objective` must refer to an objective
      main.dr.hcl:29:23
      |   objective         = "gold"
      |                       ^^^^^^ this is a string
      help: Write `objective.NAME`, without quotes.

    error[language::argument_value]: `soon` is not a duration: expected a number with a unit, such as "15m", "36h" or "35d"
      main.dr.hcl:30:23
      |   consistent_within = "soon"
      |                       ^^^^^^

    error[language::argument_value]: with no worker nothing is restored
      main.dr.hcl:31:23
      |   workers           = 0
      |                       ^ expected 1 or more

    error[language::unknown_argument]: `service` has no argument `retries`
      main.dr.hcl:32:3
      |   retries           = 3
      |   ^^^^^^^
      help: Choose one of `consistent_within`, `depends_on`, `objective`, `targets`, `workers`.

    error[language::argument_type]: `depends_on` must refer to a service
      main.dr.hcl:36:17
      |   depends_on = [target.local_directory.users]
      |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this refers to `target.local_directory.users`
      help: Write `service.NAME`, without quotes.

    error[language::argument_value]: `service.c` has no target
      main.dr.hcl:38:1
      | service "c" {
      | ^^^^^^^^^^^
      help: Name at least one target in `targets`.

    error[language::missing_argument]: `service` needs the argument `targets`
      main.dr.hcl:41:1
      | service "e" {
      | ^^^^^^^^^^^
    "#);
    let shown = beside(
        r#"
service "a" {
  targets    = [target.local_sqlite.orders]
  depends_on = [service.b]
}
service "b" {
  targets    = [target.local_directory.users]
  depends_on = [service.a]
}
service "c" {
  targets    = [target.local_directory.receipts["a"]]
  depends_on = [service.c]
}
service "d" {
  targets = [target.local_directory.receipts]
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::cycle]: blocks wait for each other: `service.a` → `service.b` → `service.a`
      main.dr.hcl:26:1
      | service "a" {
      | ^^^^^^^^^^^
      main.dr.hcl:30:1
      | service "b" {
      | ^^^^^^^^^^^
      help: Remove one of these references.

    error[language::cycle]: `service.c` waits for itself
      main.dr.hcl:34:1
      | service "c" {
      | ^^^^^^^^^^^
      help: Remove its reference to itself.

    error[language::two_services]: `target.local_directory.receipts["a"]` is in two services, and recovers with one
      main.dr.hcl:39:14
      |   targets = [target.local_directory.receipts]
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      main.dr.hcl:35:17
      |   targets    = [target.local_directory.receipts["a"]]
      |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ first in `service.c`
      help: Keep it in one, and let the other service depend on that one.
    "#);
}
