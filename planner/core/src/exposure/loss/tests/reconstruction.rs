//! The losses of Keeton & Merchant's case study (DSN 2004). A *reconstruction*, not verified against the paper.

use super::*;

const SITE: Goal = Goal {
    rpo: None,
    rto: None,
    detected_within: None,
};

/// A level of the hierarchy: captured every so often, held back, on its way, kept.
fn level(name: &str, numbers: [&str; 3], kept: u32, source: Option<usize>, aligned: bool) -> Copy {
    let [gap, hold, run] = numbers;
    Copy {
        source,
        aligned,
        hold: declared(span(hold), "its `hold`"),
        retention: last(kept),
        ..snapshot(name, gap, run)
    }
}

fn hierarchy(tape: [&str; 3], vault: [&str; 3], aligned: bool) -> CopyGraph {
    target(vec![
        level("mirror", ["12h", "0", "0"], 4, None, false),
        level("tape", tape, 4, Some(0), aligned),
        level("vault", vault, 39, Some(1), aligned),
    ])
}

const TAPE: [&str; 3] = ["168h", "1h", "48h"];
const VAULT: [&str; 3] = ["672h", "684h", "24h"];

#[test]
fn reconstruction_an_object_comes_back_from_the_split_mirror_as_of_12_hours_ago() {
    let graph = hierarchy(TAPE, VAULT, true);
    assert_eq!(rpo(&graph, 0, Scope::Corruption, &SITE), finite("12h"));
}

#[test]
fn reconstruction_an_array_comes_back_from_tape_as_of_217_hours_ago() {
    let graph = hierarchy(TAPE, VAULT, true);
    assert_eq!(rpo(&graph, 1, Scope::Instance, &SITE), finite("217h"));
}

#[test]
fn reconstruction_a_site_comes_back_from_the_vault_as_of_1429_hours_ago() {
    let graph = hierarchy(TAPE, VAULT, true);
    assert_eq!(rpo(&graph, 2, Scope::Region, &SITE), finite("1429h"));
    insta::assert_snapshot!(explained(&graph, 2, Scope::Region, &SITE), @r#"
    `snapshot["vault"]`: age 59d13h = every 28d + hold 28d12h + run 1d + on its way to the source 2d1h [declared]
      `snapshot["tape"]`: age 9d1h = every 7d + hold 1h + run 2d [declared]
        `snapshot["mirror"]`: age 12h = every 12h [declared]
          every 12h, by its schedule [declared]
        every 7d, by its schedule [declared]
        hold 1h, by its `hold` [declared]
        run 2d, by its `run_time` [declared]
      every 28d, by its schedule [declared]
      hold 28d12h, by its `hold` [declared]
      run 1d, by its `run_time` [declared]
    = 59d13h (declared), dwell of unbounded
    "#);
}

#[test]
fn reconstruction_unaligned_it_is_as_of_1609_hours_ago() {
    let graph = hierarchy(TAPE, VAULT, false);
    assert_eq!(rpo(&graph, 2, Scope::Region, &SITE), finite("1609h"));
}

#[test]
fn reconstruction_a_weekly_vault_loses_253_hours() {
    let graph = hierarchy(TAPE, ["168h", "12h", "24h"], true);
    assert_eq!(rpo(&graph, 2, Scope::Region, &SITE), finite("253h"));
}

#[test]
fn reconstruction_daily_fulls_lose_37_hours_and_217_with_a_weekly_vault() {
    let graph = hierarchy(["24h", "1h", "12h"], ["168h", "12h", "24h"], true);
    assert_eq!(rpo(&graph, 1, Scope::Instance, &SITE), finite("37h"));
    assert_eq!(rpo(&graph, 2, Scope::Region, &SITE), finite("217h"));
}

#[test]
fn reconstruction_a_mirror_in_batches_of_a_minute_loses_two() {
    let graph = target(vec![level("batches", ["1m", "0", "1m"], 1, None, false)]);
    assert_eq!(rpo(&graph, 0, Scope::Region, &SITE), finite("2m"));
}
