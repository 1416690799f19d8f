//! What the exposure model and the choice of a design take from this provider: inputs, offers, prices.

use std::sync::LazyLock;

use lifeboat_model::{
    InputSpec, InputValue, Mechanism, ModelInput, Offer, Price, Provenance, Span,
};

/// Every price has its date and its source in the file.
static PRICES: LazyLock<Vec<Price>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../prices.json")).unwrap_or_default());

/// Returns what places for repositories cost.
pub(super) fn prices() -> Vec<Price> {
    PRICES.clone()
}

/// Returns the inputs of data on this machine.
pub(super) fn of_target() -> Vec<InputSpec> {
    vec![InputSpec {
        fact: Some("size_bytes".to_owned()),
        ..unknown(
            ModelInput::Size,
            "the file with its write-ahead log, or the newest point of a directory",
        )
    }]
}

/// Returns the inputs of a repository.
pub(super) fn of_repository() -> Vec<InputSpec> {
    vec![unknown(
        ModelInput::RestoreBandwidth,
        "an `assumptions` block, or a drill",
    )]
}

/// Returns the inputs of a protection that makes points.
pub(super) fn of_runs() -> Vec<InputSpec> {
    vec![
        unknown(ModelInput::RunTime, "its own runs, as they are measured"),
        unknown(ModelInput::RestoreTime, "its drills"),
        InputSpec {
            otherwise: Some((InputValue::Span(Span::ZERO), Provenance::Assumed)),
            ..unknown(
                ModelInput::Provision,
                "a replacement for the machine is at hand",
            )
        },
    ]
}

fn unknown(input: ModelInput, source: &str) -> InputSpec {
    InputSpec {
        input,
        attribute: None,
        fact: None,
        otherwise: None,
        source: source.to_owned(),
    }
}

/// Returns what the planner may choose of a mechanism that runs.
pub(super) fn offer(mechanism: Mechanism) -> Option<Offer> {
    let runs = matches!(mechanism, Mechanism::Snapshot | Mechanism::Copy);
    runs.then(|| Offer {
        intervals: vec![
            Span::from_secs(15 * 60),
            Span::from_hours(1),
            Span::from_hours(6),
            Span::from_days(1),
        ],
        attributes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{DIRECTORY, S3};

    #[test]
    fn every_price_is_read_and_says_when_and_where_it_was_found() {
        let prices = prices();
        let shown: Vec<String> = prices
            .iter()
            .map(|price| format!("{} {} {}", price.kind, price.item.as_str(), price.amount.0))
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        directory storage_gib_month 0
        s3 storage_gib_month 23000
        s3 writes_thousand 5000
        s3 reads_thousand 400
        s3 transfer_gib 90000
        ");
        for price in &prices {
            assert!([DIRECTORY, S3].contains(&price.kind.as_str()));
            assert!(price.as_of.parse::<jiff::civil::Date>().is_ok());
            assert!(!price.source.is_empty());
        }
    }
}
