//! The conformance suite can fail: each check catches at least one provider with a seeded defect.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::mutant::{Defect, Mutant};
use crate::site;
use lifeboat_contract::conformance::{self, CHECKS, Verdict};

/// Each defect, and the check that is there to catch it.
const SEEDED: &[(Defect, &str)] = &[
    (Defect::CatalogLacksAKind, "catalog_names_what_is_used"),
    (Defect::CreateDoesNothing, "create"),
    (Defect::ReadLosesAnAttribute, "read_back_equals_applied"),
    (Defect::ReadInventsAnAttribute, "read_back_equals_applied"),
    (Defect::ReadIsUnstable, "no_op"),
    (Defect::UpdateDoesNothing, "update"),
    (Defect::UpdateDropsPoints, "update"),
    (Defect::CreateRefusesWhatIsThere, "adopt"),
    (Defect::CreateRemakesWhatIsThere, "adopt"),
    (
        Defect::ReadRemovesWhatIsNotAskedFor,
        "forget_leaves_it_live",
    ),
    (Defect::CreateRemakesWhatIsThere, "forget_leaves_it_live"),
    (Defect::DeleteFailsWhenGone, "delete_is_idempotent"),
    (Defect::DeleteTakesTheVault, "delete_is_idempotent"),
    (Defect::ReadIsCached, "drift_is_seen"),
    (Defect::ReadHidesFailures, "absence_is_not_unreadability"),
    (Defect::ReadMisnamesDenial, "wrong_password_is_denied"),
    (Defect::ReadHidesFailures, "wrong_password_is_denied"),
    (Defect::ReadGoesOneByOne, "bulk_reads"),
    (Defect::TokenIsIgnored, "back_up_is_idempotent_by_token"),
    (
        Defect::ReadShowsNewestFirst,
        "back_up_is_idempotent_by_token",
    ),
    (Defect::PointsHaveNoToken, "points_say_what_they_are"),
    (Defect::ReadShowsPointsOfOthers, "protections_are_apart"),
    (
        Defect::UnreadableIsUnsaid,
        "partial_source_is_saved_and_said",
    ),
    (
        Defect::MissingSourceIsEmpty,
        "missing_source_makes_no_point",
    ),
    (
        Defect::InterruptionComesLate,
        "interruption_leaves_nothing_behind",
    ),
    (
        Defect::DeletesEveryPoint,
        "delete_points_deletes_exactly_these",
    ),
    (
        Defect::DeletesNoPoint,
        "delete_points_deletes_exactly_these",
    ),
    (
        Defect::FailsOnDeletedPoints,
        "delete_points_deletes_exactly_these",
    ),
    (
        Defect::CopiesOnlyTheNewest,
        "copy_is_complete_and_idempotent",
    ),
    (Defect::TokenIsIgnored, "copy_is_complete_and_idempotent"),
    (Defect::GuardIsIgnored, "guard_refuses"),
    (Defect::GuardRefusesTooLate, "guard_refuses"),
    (Defect::GuardIsIgnored, "lock_keeps_what_is_young"),
    (Defect::LocksAreUnsaid, "lock_keeps_what_is_young"),
    (Defect::LockForGoodIsRemoved, "lock_for_good_stays"),
    (Defect::LockForGoodIsShortened, "lock_for_good_stays"),
    (Defect::LogIsNotFlushed, "log_reaches_its_last_flush"),
    (Defect::LogPointsAreOthers, "log_reaches_its_last_flush"),
    (Defect::LogNeedsNoBase, "log_follows_its_base"),
    (Defect::ReplicaIsFrozen, "replica_follows_its_source"),
    (
        Defect::RestoreAltersAFile,
        "back_up_then_restore_is_identical",
    ),
    (
        Defect::RestoreTakesTheNewest,
        "each_point_restores_its_own_instant",
    ),
    (Defect::RestoreIgnoresPaths, "one_path_alone_is_restored"),
    (Defect::RestoreOverwrites, "restore_refuses_existing_data"),
    (Defect::RestoreTakesTheNewest, "unknown_point_is_not_found"),
    (
        Defect::DiscardDoesNothing,
        "scratch_is_discarded_and_only_ours",
    ),
    (
        Defect::DiscardTakesAnything,
        "scratch_is_discarded_and_only_ours",
    ),
    (
        Defect::VerifyAlwaysPasses,
        "verify_passes_and_detects_damage",
    ),
    (
        Defect::VerifyChecksNothing,
        "verify_passes_and_detects_damage",
    ),
    (
        Defect::VerifyFailsOnDamage,
        "verify_passes_and_detects_damage",
    ),
    (
        Defect::VerifyRestoredAlwaysPasses,
        "verify_restored_compares",
    ),
    (Defect::TokenIsIgnored, "crash_between_any_two_calls"),
    (
        Defect::RestoreCannotBeRepeated,
        "crash_between_any_two_calls",
    ),
    (Defect::FailsOnDeletedPoints, "crash_between_any_two_calls"),
    (Defect::FailureTellsTheSecret, "secrets_do_not_leak"),
];

fn subject(defect: Defect) -> site::Memory {
    let calls = Arc::default();
    let cache = Arc::default();
    site::Memory::new(Arc::new(move |inner| {
        Box::new(Mutant {
            inner,
            defect,
            calls: Arc::clone(&calls),
            cache: Arc::clone(&cache),
        })
    }))
}

#[tokio::test]
async fn every_seeded_defect_is_caught() {
    let mut escaped = Vec::new();
    for (defect, check) in SEEDED {
        let outcome = conformance::run(&subject(*defect), check).await;
        if !matches!(outcome.verdict, Verdict::Failed(_)) {
            escaped.push(format!(
                "{defect:?} passes `{check}`: {:?}",
                outcome.verdict
            ));
        }
    }
    assert!(escaped.is_empty(), "{}", escaped.join("\n"));
}

#[test]
fn every_check_has_a_defect_that_it_catches() {
    let checks: BTreeSet<&str> = CHECKS.iter().copied().collect();
    let seeded: BTreeSet<&str> = SEEDED.iter().map(|(_, check)| *check).collect();
    assert_eq!(checks, seeded);
}

#[tokio::test]
async fn a_report_collects_every_failure_and_shows_what_was_wrong() {
    let report = conformance::run_all(&subject(Defect::RestoreTakesTheNewest)).await;
    assert!(!report.is_clean());
    let text = report.to_string();
    let failed: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("FAILED"))
        .collect();
    insta::assert_snapshot!(failed.join("\n"), @r#"
    copy_is_complete_and_idempotent      FAILED   a copy does not restore what was captured
    each_point_restores_its_own_instant  FAILED   names of the data: found ["a.txt", "b/c.txt", "new"], expected ["a.txt", "b/c.txt", "empty", "raw"]
    unknown_point_is_not_found           FAILED   a restore of an unknown point: expected a refusal as not_found, found RestoreReport { into: "elsewhere", entries: 4, restored_bytes: 14, failed: [] }
    "#);
    assert_eq!(report.outcomes.len(), CHECKS.len());
}
