//! Places other than the target's own: where a replica stands, and where copies may go.

use super::{configuration, problems};

const BASE: &str = r#"
provider "local" {
  alias = "dr"
}
provider "aws" {
}
target "local_sqlite" "orders" {
  path      = "orders.sqlite"
  copies_to = [provider.local.dr]
}
"#;

fn beside(text: &str) -> String {
    problems(&format!("{BASE}{text}"))
}

#[test]
fn a_replica_stands_at_the_place_of_a_provider_block() {
    let configuration = configuration(&format!(
        r#"{BASE}
protection "replica" "orders" {{
  target   = target.local_sqlite.orders
  location = provider.local.dr
}}
"#
    ));
    let replica = configuration.protections.values().next().unwrap();
    assert_eq!(replica.attributes["location"], "provider.local.dr");
    let target = configuration.targets.values().next().unwrap();
    assert_eq!(target.copies_to, ["provider.local.dr".parse().unwrap()]);
}

#[test]
fn a_provider_without_a_block_is_used_where_a_place_names_it() {
    let configuration = configuration(
        r#"
provider "local" {
  alias = "home"
}
target "local_sqlite" "orders" {
  provider  = provider.local.home
  path      = "orders.sqlite"
  copies_to = [provider.local]
}
target "local_sqlite" "users" {
  provider = provider.local.home
  path     = "users.sqlite"
}
protection "replica" "users" {
  target   = target.local_sqlite.users
  location = provider.local
}
"#,
    );
    let used: Vec<String> = configuration
        .providers
        .keys()
        .map(ToString::to_string)
        .collect();
    assert_eq!(used, ["provider.local", "provider.local.home"]);
}

#[test]
fn what_is_no_place_is_told() {
    let shown = beside(
        r#"
repository "s3" "far" {
  bucket   = "b"
  password = { env = "P" }
}
protection "replica" "misspelt" {
  target   = target.local_sqlite.orders
  location = provider.local.dx
}
protection "replica" "repository" {
  target   = target.local_sqlite.orders
  location = repository.s3.far
}
protection "replica" "text" {
  target   = target.local_sqlite.orders
  location = "eu-central-1"
}
protection "replica" "foreign" {
  target   = target.local_sqlite.orders
  location = provider.aws
}
protection "replica" "waited_for" {
  target      = target.local_sqlite.orders
  location    = provider.local.dr
  synchronous = true
}
target "local_sqlite" "users" {
  path      = "users.sqlite"
  copies_to = [provider.aws, repository.s3.far, provider.local.dr]
}
"#,
    );
    insta::assert_snapshot!(shown, @r#"
    error[language::unknown_reference]: there is no `provider.local.dx`
      main.dr.hcl:18:14
      |   location = provider.local.dx
      |              ^^^^^^^^^^^^^^^^^
      help: Did you mean `provider.local.dr`?

    error[language::argument_type]: `location` must refer to a provider
      main.dr.hcl:22:14
      |   location = repository.s3.far
      |              ^^^^^^^^^^^^^^^^^ this refers to `repository.s3.far`
      help: Write `provider.NAME`, without quotes.

    error[language::argument_type]: `location` must refer to a provider
      main.dr.hcl:26:14
      |   location = "eu-central-1"
      |              ^^^^^^^^^^^^^^ this is a string
      help: Write `provider.NAME`, without quotes.

    error[language::wrong_provider]: `provider.aws` is of the wrong provider
      main.dr.hcl:30:14
      |   location = provider.aws
      |              ^^^^^^^^^^^^ expected one of `local`

    error[language::argument_value]: what stands at `provider.local.dr` is too far away to be synchronous
      main.dr.hcl:35:17
      |   synchronous = true
      |                 ^^^^
      help: Remove this argument, or `location`: a write waits for a replica at its own place only.

    error[language::argument_type]: `copies_to` must refer to a provider
      main.dr.hcl:39:30
      |   copies_to = [provider.aws, repository.s3.far, provider.local.dr]
      |                              ^^^^^^^^^^^^^^^^^ this refers to `repository.s3.far`
      help: Write `provider.NAME`, without quotes.
    "#);
}
