//! *Reconstruction*: the recovery times of the baseline of Keeton & Merchant, "A Framework for Evaluating Storage System
//! Dependability" (DSN 2004), from the numbers of the exposure model's §9. Not verified against the paper.
//!
//! What reproduces the printed figures, and what that takes for granted:
//!
//! - *Object from the split mirror*, 0.004 s: 1 MiB is read from and written to the one enclosure, so that its 512 MiB/s
//!   count twice: 2/512 s = 3.9 ms.
//! - *Array from tape*, 2.4 h: store-and-forward, read from the library and then written to the enclosure, with a spare
//!   array at hand: 1.67 h + 0.76 h. Pipelined it would be 1.7 h.
//! - *Site from the vault*, 26.4 h: the 24 h shipment runs while the shared facility gets ready in 9 h (the shipment is
//!   what has to happen until the points can be read), then as from tape. One after the other they would make 35.4 h.
//! - *Mirror over the links*, 21.7 h and 2.85 h: the link and then the enclosure, and no waiting for the facility: 9 h
//!   beside 20.9 h of transfer would not show, but 2.85 h on ten links is less than the 9 h. *The reconstruction has to
//!   assume* that the mirror is restored to an array that stands. Reading the mirror's own enclosure is not counted.

use lifeboat_model::{Bound, ByteSize, Scope, Span};

use super::fixture::{GIB, MIB, alone, declared, graph, hop, over, snapshot, span};
use crate::exposure::graph::{CopyGraph, Hop, Recovery};

/// 231.9 MiB/s, in bytes.
const LIBRARY: u64 = MIB * 2_319 / 10;
/// 18.48 MiB/s, in bytes.
const OC3: u64 = MIB * 1_848 / 100;

fn enclosure() -> Hop {
    hop("the array enclosure", 512 * MIB)
}

fn time(size: u64, scope: Scope, recovery: Recovery) -> Span {
    let nothing = || declared(Span::ZERO);
    let graph = CopyGraph {
        size: Some(declared(ByteSize(size))),
        detect: nothing(),
        decide: nothing(),
        ..graph(vec![snapshot(recovery)])
    };
    match alone(&graph, 0, scope).bound {
        Bound::Finite(time) => time,
        Bound::Unbounded => panic!("unbounded"),
    }
}

/// Rounds to so many digits of an hour.
fn hours(time: Span, digits: u32) -> String {
    let scale = 10u64.pow(digits);
    let rounded = (time.as_millis() * scale + 1_800_000) / 3_600_000;
    let width = digits as usize;
    format!("{}.{:0width$} h", rounded / scale, rounded % scale)
}

fn from_tape() -> Vec<Hop> {
    vec![hop("the tape library", LIBRARY), enclosure()]
}

fn from_mirror(links: u64) -> Vec<Hop> {
    vec![hop("the links", links * OC3), enclosure()]
}

#[test]
fn the_recovery_times_of_the_literature_come_out_to_printed_precision_reconstruction() {
    let data = 1_360 * GIB;
    let object = time(MIB, Scope::Corruption, over(vec![enclosure(), enclosure()]));
    assert_eq!(object, Span::from_millis(4), "0.004 s");
    let array = time(data, Scope::Instance, over(from_tape()));
    let vault = Recovery {
        provision: Some(declared(span("9h"))),
        unarchive: Some(declared(span("24h"))),
        ..over(from_tape())
    };
    let site = time(data, Scope::Region, vault.clone());
    let one = time(data, Scope::Instance, over(from_mirror(1)));
    let ten = time(data, Scope::Instance, over(from_mirror(10)));
    let table = [
        ("array from tape", hours(array, 1)),
        ("site from vault", hours(site, 1)),
        ("mirror on 1 link", hours(one, 1)),
        ("mirror on 10 links", hours(ten, 2)),
    ];
    let lines: Vec<String> = table
        .iter()
        .map(|(case, time)| format!("{case}: {time}"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    array from tape: 2.4 h
    site from vault: 26.4 h
    mirror on 1 link: 21.7 h
    mirror on 10 links: 2.85 h
    ");
}

#[test]
fn other_readings_of_the_same_numbers_do_not_give_the_printed_figures_reconstruction() {
    let data = 1_360 * GIB;
    let pipelined = Recovery {
        pipelined: true,
        ..over(from_tape())
    };
    let mut shipped = over(from_tape());
    shipped.provision = Some(declared(span("9h")));
    shipped.hops[0].delay = Some(declared(span("24h")));
    let facility = Recovery {
        provision: Some(declared(span("9h"))),
        ..over(from_mirror(10))
    };
    let table = [
        (
            "array from tape, pipelined",
            time(data, Scope::Instance, pipelined),
        ),
        (
            "site from vault, shipped after",
            time(data, Scope::Region, shipped),
        ),
        (
            "mirror on 10 links, facility",
            time(data, Scope::Region, facility),
        ),
    ];
    let lines: Vec<String> = table
        .iter()
        .map(|(case, time)| format!("{case}: {}", hours(*time, 2)))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    array from tape, pipelined: 1.67 h
    site from vault, shipped after: 35.42 h
    mirror on 10 links, facility: 11.85 h
    ");
}
