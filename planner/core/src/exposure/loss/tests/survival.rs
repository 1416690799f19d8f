//! Which copies count.

use super::*;
use crate::exposure::loss::survives;

fn said(graph: &CopyGraph, copy: usize, scope: Scope) -> String {
    let text = match survives(graph, copy, scope) {
        Ok(assumed) if assumed.is_empty() => "survives".to_owned(),
        Ok(assumed) => format!("survives, assuming {}", assumed.join("; ")),
        Err(reason) => reason.into_owned(),
    };
    text.replace("target.local_directory.docs.", "")
        .replace("target.local_directory.docs", "docs")
}

fn at(places: &[(Scope, &str)]) -> CopyGraph {
    target(vec![Copy {
        domains: domains(places),
        ..snapshot("near", "6h", "1h")
    }])
}

#[test]
fn a_copy_on_the_same_machine_fails_with_it() {
    let graph = at(&[(Scope::Instance, "machine 1"), (Scope::Zone, "zone a")]);
    insta::assert_snapshot!(said(&graph, 0, Scope::Instance), @r#"`snapshot["near"]` fails with `docs` (both on machine 1)"#);
}

#[test]
fn a_copy_on_another_machine_of_the_zone_fails_with_the_zone_only() {
    let graph = at(&[
        (Scope::Instance, "machine 2"),
        (Scope::Zone, "zone a"),
        (Scope::Region, "region 1"),
    ]);
    assert_eq!(said(&graph, 0, Scope::Instance), "survives");
    insta::assert_snapshot!(said(&graph, 0, Scope::Zone), @r#"`snapshot["near"]` fails with `docs` (both on zone a)"#);
    insta::assert_snapshot!(said(&graph, 0, Scope::Region), @r#"`snapshot["near"]` fails with `docs` (both on zone a)"#);
}

#[test]
fn a_copy_in_another_region_survives_though_its_zone_and_machine_are_not_known() {
    let graph = at(&[(Scope::Region, "region 2")]);
    for scope in [Scope::Instance, Scope::Zone, Scope::Region] {
        assert_eq!(said(&graph, 0, scope), "survives");
    }
}

#[test]
fn a_copy_that_nothing_is_known_of_does_not_count() {
    insta::assert_snapshot!(said(&at(&[]), 0, Scope::Instance), @r#"`snapshot["near"]` does not count: nothing is known yet about what it fails with"#);
    let machine = at(&[(Scope::Instance, "machine 2")]);
    insta::assert_snapshot!(said(&machine, 0, Scope::Zone), @r#"`snapshot["near"]` does not count: it is not known in which zone it stands"#);
    let mut unknown = machine.clone();
    unknown.domains = domains(&[]);
    insta::assert_snapshot!(said(&unknown, 0, Scope::Instance), @r#"`snapshot["near"]` does not count: nothing is known yet about what `docs` fails with"#);
    unknown.domains = domains(&[(Scope::Instance, "machine 1")]);
    insta::assert_snapshot!(said(&unknown, 0, Scope::Region), @r#"`snapshot["near"]` does not count: it is not known in which region `docs` stands"#);
}

#[test]
fn a_copy_is_lost_with_its_key() {
    let mut graph = target(vec![snapshot("far", "6h", "1h")]);
    graph.copies[0].needs = need(NeedKind::Key, &[(Scope::Instance, "machine 1")]);
    insta::assert_snapshot!(said(&graph, 0, Scope::Instance), @r#"the key of `snapshot["far"]` (/etc/lifeboat/near) fails with `docs` (both on machine 1)"#);
    graph.copies[0].needs = need(NeedKind::Credentials, &[(Scope::Account, "account 1")]);
    insta::assert_snapshot!(said(&graph, 0, Scope::Account), @r#"the credentials of `snapshot["far"]` (/etc/lifeboat/near) fail with `docs` (both on account 1)"#);
}

#[test]
fn where_nobody_knows_where_a_key_is_it_is_assumed_to_be_elsewhere() {
    let mut graph = target(vec![snapshot("far", "6h", "1h")]);
    graph.copies[0].needs = need(NeedKind::Key, &[]);
    insta::assert_snapshot!(said(&graph, 0, Scope::Zone), @r#"survives, assuming the key of `snapshot["far"]` (/etc/lifeboat/near) is not lost with `docs`"#);
    insta::assert_snapshot!(said(&graph, 0, Scope::Account), @r#"survives, assuming the key of `snapshot["far"]` (/etc/lifeboat/near) is not lost with `docs`"#);
    assert_eq!(said(&graph, 0, Scope::Corruption), "survives");
}

#[test]
fn a_copy_outlives_its_source_but_not_its_base() {
    let near = Copy {
        domains: domains(&[(Scope::Instance, "machine 1")]),
        ..snapshot("near", "6h", "1h")
    };
    let graph = target(vec![
        near,
        copied("far", "1d", "1h", 0),
        log("far", "1m", None, Some(0)),
    ]);
    assert_eq!(said(&graph, 1, Scope::Region), "survives");
    insta::assert_snapshot!(said(&graph, 2, Scope::Instance), @r#"`log["far"]` is of no use without `snapshot["near"]`: `snapshot["near"]` fails with `docs` (both on machine 1)"#);
}

#[test]
fn copies_that_need_each_other_are_no_copies() {
    let graph = target(vec![
        log("a", "1m", Some("7d"), Some(1)),
        log("b", "1m", Some("7d"), Some(0)),
    ]);
    insta::assert_snapshot!(said(&graph, 0, Scope::Instance), @r#"`log["a"]` is of no use without `log["b"]`: `log["b"]` is of no use without `log["a"]`: `log["a"]` needs itself"#);
    let found = super::super::freshness(&graph, 0, &mut super::super::super::trace::Silent);
    assert_eq!(found.bound, Bound::Unbounded);
}

#[test]
fn an_empty_copy_is_no_copy() {
    let mut graph = target(vec![
        snapshot("far", "6h", "1h"),
        copied("copy", "1d", "1h", 0),
    ]);
    graph.copies[0].holds = Holds::Nothing;
    insta::assert_snapshot!(said(&graph, 0, Scope::Corruption), @r#"`snapshot["far"]` holds no recovery point"#);
    let given = loss(&graph, 0, Scope::Corruption, &found_within("1d"));
    assert!(!given.survives);
    assert_eq!(given.rollback, Some(Bound::Unbounded));
    assert_eq!(said(&graph, 1, Scope::Corruption), "survives");
}

#[test]
fn a_plain_replica_follows_into_corruption() {
    let lag = Lag::Time(declared(span("5s"), "its `lag`"));
    let graph = target(vec![replica("standby", lag, "0")]);
    insta::assert_snapshot!(said(&graph, 0, Scope::Corruption), @r#"wrong data arrive at `replica["standby"]` too, without delay"#);
    assert_eq!(said(&graph, 0, Scope::Region), "survives");
}

#[test]
fn a_place_that_nobody_has_named_is_assumed_to_be_a_real_one() {
    let graph = at(&[
        (Scope::Region, "region:another-region"),
        (Scope::Account, "vendor:another-vendor"),
    ]);
    for scope in [Scope::Instance, Scope::Zone, Scope::Region] {
        assert_eq!(
            said(&graph, 0, scope),
            "survives, assuming `another-region` is a real place: name it"
        );
    }
    assert_eq!(
        said(&graph, 0, Scope::Account),
        "survives, assuming `another-vendor` is a real place: name it"
    );
    assert_eq!(said(&graph, 0, Scope::Corruption), "survives");
}

#[test]
fn each_made_up_name_is_known_at_whatever_level_it_stands() {
    for (_, name) in crate::exposure::UNNAMED {
        for (scope, key) in [
            (Scope::Instance, "instance"),
            (Scope::Zone, "zone"),
            (Scope::Region, "region"),
            (Scope::Account, "account"),
            (Scope::Account, "vendor"),
        ] {
            let graph = at(&[(scope, &format!("{key}:{name}"))]);
            assert_eq!(
                said(&graph, 0, scope),
                format!("survives, assuming `{name}` is a real place: name it")
            );
        }
    }
}

#[test]
fn what_places_with_names_prove_needs_no_other() {
    let zone = at(&[
        (Scope::Zone, "zone:b"),
        (Scope::Region, "region:another-region"),
    ]);
    assert_eq!(said(&zone, 0, Scope::Zone), "survives");
    insta::assert_snapshot!(said(&zone, 0, Scope::Region), @"survives, assuming `another-region` is a real place: name it");
    let region = at(&[
        (Scope::Instance, "instance:another-machine"),
        (Scope::Region, "region:b"),
    ]);
    assert_eq!(said(&region, 0, Scope::Instance), "survives");
}

#[test]
fn a_target_a_key_and_the_holders_of_a_lock_may_stand_in_no_named_place_too() {
    let mut graph = target(vec![snapshot("far", "6h", "1h")]);
    graph.domains = domains(&[(Scope::Region, "region:another-region")]);
    insta::assert_snapshot!(said(&graph, 0, Scope::Region), @"survives, assuming `another-region` is a real place: name it");
    let mut graph = target(vec![snapshot("far", "6h", "1h")]);
    graph.copies[0].needs = need(NeedKind::Key, &[(Scope::Zone, "zone:another-zone")]);
    insta::assert_snapshot!(said(&graph, 0, Scope::Zone), @"survives, assuming `another-zone` is a real place: name it");
    graph.copies[0].needs = need(
        NeedKind::Key,
        &[(Scope::Account, "account:another-account")],
    );
    insta::assert_snapshot!(said(&graph, 0, Scope::Account), @"survives, assuming `another-account` is a real place: name it");
}
