//! What protections cost.

use lifeboat_model::{ByteSize, Keep, Mechanism, Money, Price, PriceItem, Rate, Retention, Span};

use super::{Held, PriceBook, Usage, bill};

const GIB: u64 = 1 << 30;

fn price(kind: &str, item: PriceItem, millionths: u64, currency: &str) -> Price {
    Price {
        kind: kind.to_owned(),
        item,
        amount: Money(millionths),
        currency: currency.to_owned(),
        as_of: "2026-10-01".to_owned(),
        source: "the test".to_owned(),
    }
}

fn within(days: u64) -> Retention {
    Retention {
        keep: Keep {
            within: Some(Span::from_days(days)),
            ..Keep::default()
        },
        ..Retention::default()
    }
}

fn daily(retention: &Retention) -> Usage<'_> {
    Usage {
        mechanism: Mechanism::Snapshot,
        every: Some(Span::from_days(1)),
        retention,
        window: None,
        full_every: None,
        size: Some(ByteSize(100 * GIB)),
        write_rate: None,
    }
}

fn storage() -> PriceBook {
    PriceBook::new(
        &[price("disk", PriceItem::StorageGibMonth, 10_000, "USD")],
        &[],
    )
}

#[test]
fn a_retention_holds_as_many_points_as_its_rules_keep_and_no_more_than_its_deadline_allows() {
    let mut retention = within(2);
    retention.keep.daily = Some(30);
    let hourly = Held::of(&retention, Span::from_hours(1)).unwrap();
    assert_eq!((hourly.points, hourly.reach), (78, Span::from_days(29)));
    retention.delete_after = Some(Span::from_days(7));
    let cut = Held::of(&retention, Span::from_hours(1)).unwrap();
    assert_eq!((cut.points, cut.reach), (78, Span::from_days(7)));
    assert_eq!(Held::of(&Retention::default(), Span::from_hours(1)), None);
}

#[test]
fn storage_costs_the_data_and_what_is_written_while_the_oldest_point_is_kept() {
    let retention = within(7);
    let mut usage = daily(&retention);
    let of = |usage: &Usage<'_>| bill(usage, "snapshot", Some("disk"), "tree", &storage());
    let without = of(&usage);
    assert_eq!(without.amount, Money(1_000_000));
    let said: Vec<&str> = without.unpriced.iter().map(String::as_str).collect();
    assert_eq!(
        said,
        ["without what changes between points: the write rate is not known"]
    );
    // A GiB a day: seven of them beside the data.
    usage.write_rate = Some(Rate(GIB.div_ceil(86_400)));
    let with = of(&usage);
    assert!(with.amount >= Money(1_070_000) && with.amount < Money(1_070_100));
    assert!(with.unpriced.is_empty());
    // Never more than every point in full.
    usage.write_rate = Some(Rate(100 * GIB));
    assert_eq!(of(&usage).amount, Money(8 * 1_000_000));
}

#[test]
fn what_has_no_price_or_no_limit_is_named_and_never_made_up() {
    let retention = within(7);
    let mut usage = daily(&retention);
    let elsewhere = bill(&usage, "snapshot", Some("tape"), "tree", &storage());
    assert_eq!(elsewhere.amount, Money(0));
    assert!(elsewhere.unpriced.contains("`tape` has no price"));
    let endless = Retention::default();
    usage.retention = &endless;
    let bill = bill(&usage, "snapshot", Some("disk"), "tree", &storage());
    let never = "nothing is ever deleted, so that what it stores has no limit";
    assert!(bill.unpriced.contains(never));
}

#[test]
fn prices_of_the_configuration_count_instead_of_the_book_and_currencies_are_not_mixed() {
    let theirs = [
        price("disk", PriceItem::StorageGibMonth, 10_000, "USD"),
        price("tape", PriceItem::StorageGibMonth, 1_000, "EUR"),
    ];
    let ours = [price("disk", PriceItem::StorageGibMonth, 7_000, "USD")];
    let book = PriceBook::new(&theirs, &ours);
    let disk = book.price("disk", PriceItem::StorageGibMonth);
    assert_eq!(disk, Some((Money(7_000), "2026-10-01")));
    assert!(!book.knows("tape"));
    assert_eq!(
        book.why_unpriced("tape"),
        "`tape` has prices in EUR only, and the others are in USD"
    );
}

#[test]
fn requests_are_estimated_and_the_estimate_is_told_beside_the_sum() {
    let retention = within(7);
    let book = PriceBook::new(
        &[
            price("disk", PriceItem::StorageGibMonth, 10_000, "USD"),
            price("disk", PriceItem::WritesThousand, 1_000_000, "USD"),
        ],
        &[],
    );
    let charged = bill(&daily(&retention), "snapshot", Some("disk"), "tree", &book);
    assert!(charged.amount > Money(1_000_000));
    let told = "requests beyond the estimate of 4 writes a run and one for each 16 MiB";
    assert!(charged.unpriced.contains(told));
}
