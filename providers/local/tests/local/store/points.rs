//! Points: made, found again, told apart, copied, deleted.

use std::collections::BTreeSet;
use std::fs;

use lifeboat_contract::{Cancel, ErrorClass};
use lifeboat_local::restore::Target;
use lifeboat_local::store::{Filter, InitOptions, PruneOptions, Vault, init};
use lifeboat_model::Span;

use crate::store::given::{ADDRESS, Given, all_passed, directory_place, password, silent};

#[test]
fn a_point_carries_its_facts_and_a_token_is_used_once() {
    let given = Given::new();
    given.write("a.txt", "alpha");
    let first = given.back_up("token-1").unwrap();
    given.write("b.txt", "beta");
    let again = given.back_up("token-1").unwrap();
    assert_eq!(first.point, again.point);
    let second = given.back_up("token-2").unwrap();
    let points = given.points();
    assert_eq!(points, [first.point.clone(), second.point.clone()]);
    let point = &points[0];
    assert_eq!(point.address.as_deref(), Some(ADDRESS));
    assert_eq!(point.token.as_deref(), Some("token-1"));
    assert_eq!(
        point.tags,
        BTreeSet::from(["nightly".to_owned(), "a,b".to_owned()])
    );
    assert_eq!(point.paths, [given.source.display().to_string()]);
    assert_eq!(point.size_bytes, Some(5));
    assert_eq!(second.source_bytes, 9);
    assert!(second.unreadable.is_empty());
    let of = |address: &str| given.vault.points(&Filter::address(address)).unwrap().len();
    assert_eq!((of(ADDRESS), of("protection.snapshot.other")), (2, 0));
}

#[test]
fn a_file_that_did_not_change_is_not_stored_again() {
    let given = Given::new();
    given.write("big", vec![7; 3_000_000]);
    let first = given.back_up("1").unwrap();
    let second = given.back_up("2").unwrap();
    assert!(first.added_bytes > 0);
    assert!(second.added_bytes < 2_000, "{}", second.added_bytes);
    assert_eq!(second.source_bytes, 3_000_000);
}

#[test]
fn a_copy_keeps_time_and_tags_names_its_original_and_is_made_once() {
    let given = Given::new();
    given.write("a.txt", "alpha");
    let one = given.back_up("1").unwrap().point;
    given.write("b.txt", "beta");
    let two = given.back_up("2").unwrap().point;
    let place = directory_place(&given.path("second"));
    init(&place, &password(), InitOptions::default()).unwrap();
    let second = Vault::open(&place, &password(), None).unwrap();
    let copy = || {
        given
            .vault
            .copy(
                &[one.id.clone(), two.id.clone()],
                &second,
                "protection.copy.docs",
                "copy-1",
                &silent(),
                &Cancel::default(),
            )
            .unwrap()
    };
    let copied = copy();
    assert_eq!(copied.points.len(), 2);
    assert!(copied.present.is_empty());
    for (copy, original) in copied.points.iter().zip([&one, &two]) {
        assert_eq!(copy.copy_of.as_ref(), Some(&original.id));
        assert_eq!(copy.time, original.time);
        assert_eq!(copy.tags, original.tags);
        assert_eq!(copy.size_bytes, original.size_bytes);
        assert_eq!(copy.token.as_deref(), Some("copy-1"));
    }
    let repeated = copy();
    assert!(repeated.points.is_empty());
    assert_eq!(repeated.present, copied.points);
    assert_eq!(second.points(&Filter::default()).unwrap(), copied.points);
    all_passed(&second.verify(true, &silent(), &Cancel::default()).unwrap());
}

#[test]
fn deleting_and_pruning_give_space_back_and_leave_the_rest_whole() {
    let given = Given::new();
    let noise: Vec<u8> = (0..4_000_000u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0])
        .collect();
    given.write("noise", &noise);
    let first = given.back_up("1").unwrap().point;
    fs::remove_file(given.source.join("noise")).unwrap();
    given.write("kept", "kept");
    let second = given.back_up("2").unwrap().point;
    let ids = [first.id.clone(), first.id.clone()];
    for _ in 0..2 {
        given
            .vault
            .delete(&ids, &silent(), &Cancel::default())
            .unwrap();
    }
    assert_eq!(given.points(), std::slice::from_ref(&second));
    let size = || walk(&given.repository().join("data"));
    let before = size();
    let prune = |grace| {
        given
            .vault
            .prune(PruneOptions { grace }, &silent(), &Cancel::default())
            .unwrap();
    };
    prune(Span::from_hours(23));
    prune(Span::from_hours(23));
    assert!(size() >= before, "within the grace nothing is deleted");
    prune(Span::ZERO);
    prune(Span::ZERO);
    assert!(size() < before / 10, "{} of {before}", size());
    all_passed(
        &given
            .vault
            .verify(true, &silent(), &Cancel::default())
            .unwrap(),
    );
    given.restic(&["check", "--read-data"]);
    let into = given.path("restored");
    given
        .restore(&second.id, Target::Into(into.clone()), false)
        .unwrap();
    assert_eq!(fs::read_to_string(into.join("kept")).unwrap(), "kept");
    let gone = given
        .restore(&first.id, Target::Into(given.path("other")), false)
        .unwrap_err();
    assert_eq!(gone.class, ErrorClass::NotFound);
}

fn walk(path: &std::path::Path) -> u64 {
    fs::read_dir(path)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path())
            } else {
                entry.metadata().unwrap().len()
            }
        })
        .sum()
}
