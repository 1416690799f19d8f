//! What is said about other blocks: assumptions, prices, ignored findings.

use super::{configuration, problems};

const BASE: &str = r#"
target "local_sqlite" "app" {
  path = "app.sqlite"
}
repository "s3" "far" {
  bucket   = "b"
  password = { env = "P" }
}
protection "snapshot" "app" {
  target     = target.local_sqlite.app
  repository = repository.s3.far
}
"#;

#[test]
fn remarks_are_read() {
    let configuration = configuration(&format!(
        r#"{BASE}
assumptions "restore_link" {{
  of                 = [repository.s3.far, provider.local]
  restore_bandwidth  = "20MiB/s"
  detect             = "15m"
  size               = "300GB"
  tolerated_failures = 1
  reason             = "measured by the network team on 2026-05-03"
}}
prices "s3" {{
  currency          = "USD"
  storage_gib_month = 0.023
  month             = "1.5 USD"
  as_of             = "2026-10-01"
  source            = "our contract"
}}
ignore "never_drilled" {{
  of     = [target.local_sqlite.app]
  reason = "the first drill is on 2027-01-10"
  until  = "2027-01-31"
}}
ignore "never_drilled" {{
  reason = "the drills of the others follow"
  until  = "2027-03-31"
}}
"#
    ));
    let mut text = String::new();
    for block in &configuration.assumptions {
        let of: Vec<String> = block.of.iter().map(ToString::to_string).collect();
        text.push_str(&format!(
            "{} of {}: {}\n",
            block.name,
            of.join(", "),
            block.reason
        ));
        for (input, value) in &block.inputs {
            text.push_str(&format!("  {input} = {value}\n"));
        }
    }
    for block in &configuration.prices {
        text.push_str(&format!(
            "{} {} {} {}\n",
            block.kind, block.currency, block.as_of, block.source
        ));
        for (item, amount) in &block.amounts {
            text.push_str(&format!("  {} = {}\n", item.as_str(), amount.0));
        }
    }
    for block in &configuration.ignores {
        let of: Vec<String> = block.of.iter().map(ToString::to_string).collect();
        text.push_str(&format!(
            "{} [{}] until {}: {}\n",
            block.code,
            of.join(", "),
            block.until,
            block.reason
        ));
    }
    insta::assert_snapshot!(text, @"
    restore_link of provider.local, repository.s3.far: measured by the network team on 2026-05-03
      size = 279.3 GiB
      tolerated_failures = 1
      detect = 15m
      restore_bandwidth = 20 MiB/s
    s3 USD 2026-10-01 our contract
      storage_gib_month = 23000
      month = 1500000
    never_drilled [target.local_sqlite.app] until 2027-01-31: the first drill is on 2027-01-10
    never_drilled [] until 2027-03-31: the drills of the others follow
    ");
}

#[test]
fn assumptions_are_checked() {
    let shown = problems(&format!(
        r#"{BASE}
assumptions "link" {{
  of                 = [repository.s3.far, retention.x]
  restore_bandwith   = "20MiB/s"
  detect             = "20MiB/s"
  size               = "15m"
  archive_bandwidth  = "20MiB"
  tolerated_failures = "some"
  run_time           = ["1h"]
  reason             = ""
}}
assumptions "link" {{
  of     = []
  detect = "1h"
  reason = "x"
}}
assumptions "empty" {{
  of = []
}}
"#
    ));
    insta::assert_snapshot!(shown, @r#"
    error[language::unknown_reference]: there is no `retention.x`
      main.dr.hcl:15:44
      |   of                 = [repository.s3.far, retention.x]
      |                                            ^^^^^^^^^^^

    error[language::unknown_argument]: `assumptions` has no argument `restore_bandwith`
      main.dr.hcl:16:3
      |   restore_bandwith   = "20MiB/s"
      |   ^^^^^^^^^^^^^^^^
      help: Did you mean `restore_bandwidth`?

    error[language::argument_value]: `20MiB/s` is not a duration: expected a number with a unit, such as "15m", "36h" or "35d"
      main.dr.hcl:17:24
      |   detect             = "20MiB/s"
      |                        ^^^^^^^^^
      help: Write a length of time: `detect = "15m"`.

    error[language::argument_value]: `15m` is not a size: expected a number with a unit, such as "1.5TiB" or "500MB"
      main.dr.hcl:18:24
      |   size               = "15m"
      |                        ^^^^^
      help: Write an amount of data: `size = "10GiB"`.

    error[language::argument_value]: `20MiB` is not a rate: expected a size a second, such as "200MiB/s"
      main.dr.hcl:19:24
      |   archive_bandwidth  = "20MiB"
      |                        ^^^^^^^
      help: Write an amount of data a second: `archive_bandwidth = "20MiB/s"`.

    error[language::argument_type]: `tolerated_failures` must be a whole number, 0 or more
      main.dr.hcl:20:24
      |   tolerated_failures = "some"
      |                        ^^^^^^ this is a string

    error[language::argument_type]: `run_time` must be a string
      main.dr.hcl:21:24
      |   run_time           = ["1h"]
      |                        ^^^^^^ this is a list

    error[language::argument_value]: `reason` says nothing
      main.dr.hcl:22:24
      |   reason             = ""
      |                        ^^

    error[language::duplicate]: assumptions `link` is declared twice
      main.dr.hcl:24:1
      | assumptions "link" {
      | ^^^^^^^^^^^^^^^^^^
      main.dr.hcl:14:1
      | assumptions "link" {
      | ^^^^^^^^^^^^^^^^^^ first declared here

    error[language::missing_argument]: `assumptions` needs the argument `reason`
      main.dr.hcl:29:1
      | assumptions "empty" {
      | ^^^^^^^^^^^^^^^^^^^

    error[language::missing_argument]: assumptions `empty` assume nothing
      main.dr.hcl:29:1
      | assumptions "empty" {
      | ^^^^^^^^^^^^^^^^^^^
      help: Give at least one input, such as `restore_bandwidth = "20MiB/s"`.

    error[language::argument_value]: `of` names nothing, so the block is about nothing
      main.dr.hcl:30:8
      |   of = []
      |        ^^
      help: Leave `of` out where the block is about everything.
    "#);
}

#[test]
fn prices_are_checked() {
    let shown = problems(&format!(
        r#"{BASE}
prices "s4" {{
  currency          = "USD"
  storage_gib_month = 0.023
  as_of             = "2026-10-01"
  source            = "our contract"
}}
prices "directory" {{
  currency          = "dollars"
  storage_gib_month = -1
  transfer_gib      = "0.0000001"
  as_of             = "2026-13-01"
}}
prices "s3" {{
  currency       = "USD"
  storage_gb     = 1
  transfer_gib   = "1 EUR"
  as_of          = "October"
  source         = "our contract"
}}
prices "local_snapshot" {{
  currency = "USD"
  as_of    = "2026-10-01"
  source   = "our contract"
}}
"#
    ));
    insta::assert_snapshot!(shown, @r#"
    error[language::unknown_kind]: nothing of the kind `s4` has a price
      main.dr.hcl:14:8
      | prices "s4" {
      |        ^^^^
      help: Did you mean `s3`?

    error[language::missing_argument]: `prices` needs the argument `source`
      main.dr.hcl:20:1
      | prices "directory" {
      | ^^^^^^^^^^^^^^^^^^

    error[language::argument_value]: `dollars` is not the code of a currency
      main.dr.hcl:21:23
      |   currency          = "dollars"
      |                       ^^^^^^^^^ expected three capital letters, such as "USD"

    error[language::argument_value]: `-1` is not an amount of money
      main.dr.hcl:22:23
      |   storage_gib_month = -1
      |                       ^^ expected a number of at most six decimals, such as 0.023 or "40 USD"

    error[language::argument_value]: `0.0000001` is not an amount of money
      main.dr.hcl:23:23
      |   transfer_gib      = "0.0000001"
      |                       ^^^^^^^^^^^ expected a number of at most six decimals, such as 0.023 or "40 USD"

    error[language::argument_value]: `2026-13-01` is not a date
      main.dr.hcl:24:23
      |   as_of             = "2026-13-01"
      |                       ^^^^^^^^^^^^ expected a day, such as "2027-01-31"

    error[language::unknown_argument]: `prices` has no argument `storage_gb`
      main.dr.hcl:28:3
      |   storage_gb     = 1
      |   ^^^^^^^^^^
      help: Choose one of `as_of`, `currency`, `instance_hour`, `month`, `reads_thousand`, `source`, `storage_gib_month`, `transfer_gib`, `writes_thousand`.

    error[language::argument_value]: `transfer_gib` is in `EUR`, and the block in `USD`
      main.dr.hcl:29:20
      |   transfer_gib   = "1 EUR"
      |                    ^^^^^^^

    error[language::argument_value]: `October` is not a date
      main.dr.hcl:30:20
      |   as_of          = "October"
      |                    ^^^^^^^^^ expected a day, such as "2027-01-31"

    error[language::missing_argument]: prices `local_snapshot` have no price
      main.dr.hcl:33:1
      | prices "local_snapshot" {
      | ^^^^^^^^^^^^^^^^^^^^^^^
      help: Give at least one, such as `storage_gib_month = 0.023`.
    "#);
}

#[test]
fn ignored_findings_are_checked() {
    let shown = problems(&format!(
        r#"{BASE}
ignore "never_driled" {{
  reason = "x"
  until  = "2027-01-31"
}}
ignore "weather" {{
  of     = [provider.local]
  reason = ""
}}
ignore "same_domain" {{
  reason = "x"
  until  = "2027-02-30"
}}
"#
    ));
    insta::assert_snapshot!(shown, @r#"
    error[language::unknown_finding]: there is no finding `never_driled`
      main.dr.hcl:14:8
      | ignore "never_driled" {
      |        ^^^^^^^^^^^^^^
      help: Did you mean `never_drilled`?

    error[language::missing_argument]: `ignore` needs the argument `until`
      main.dr.hcl:18:1
      | ignore "weather" {
      | ^^^^^^^^^^^^^^^^

    error[language::unknown_finding]: there is no finding `weather`
      main.dr.hcl:18:8
      | ignore "weather" {
      |        ^^^^^^^^^
      help: Choose one of `catalogue_beside_primary`, `drill_overdue`, `kept_past_deletion`, `key_beside_primary`, `lock_too_short`, `log_queue_drops`, `log_without_timeout`, `measured_contradicts_declared`, `never_drilled`, `no_fencing`, `one_key`, `replica_is_no_backup`, `restore_rate_unknown`, `retention_below_dwell`, `rto_inversion`, `same_domain`, `unnamed_place`, `unprotected_after_failover`.

    error[language::argument_type]: `of` must refer to a target, repository, protection, service
      main.dr.hcl:19:13
      |   of     = [provider.local]
      |             ^^^^^^^^^^^^^^ this refers to `provider.local`
      help: Write `target.KIND.NAME`, without quotes.

    error[language::argument_value]: `reason` says nothing
      main.dr.hcl:20:12
      |   reason = ""
      |            ^^

    error[language::argument_value]: `2027-02-30` is not a date
      main.dr.hcl:24:12
      |   until  = "2027-02-30"
      |            ^^^^^^^^^^^^ expected a day, such as "2027-01-31"
    "#);
    let shown = problems(&format!(
        r#"{BASE}
ignore "same_domain" {{
  reason = "the second site opens in May"
  until  = "2026-05-31"
}}
"#
    ));
    insta::assert_snapshot!(shown, @r#"
    no errors
    warning[language::expired]: this `ignore` counted until 2026-05-31: the finding is told again
      main.dr.hcl:16:12
      |   until  = "2026-05-31"
      |            ^^^^^^^^^^^^
      help: Remove the block, or give it a new reason and a later day.
    "#);
}
