//! The checks, in the order in which a resource lives.

mod act;
mod crash;
mod guard;
mod lock;
mod manage;
mod read;
mod restore;
mod secrets;
mod stream;
mod verify;

use super::bench::{Bench, Step, Stop};
use super::{Outcome, Report, Subject, Verdict};

macro_rules! checks {
    ($($stage:ident::$name:ident),* $(,)?) => {
        /// The names of all checks, in the order of the report.
        pub const CHECKS: &[&str] = &[$(stringify!($name)),*];

        async fn check(name: &str, bench: &Bench) -> Step {
            match name {
                $(stringify!($name) => $stage::$name(bench).await,)*
                _ => Err(Stop::Fail("there is no such check".to_owned())),
            }
        }
    };
}

checks![
    manage::catalog_names_what_is_used,
    manage::create,
    manage::read_back_equals_applied,
    manage::no_op,
    manage::update,
    manage::adopt,
    manage::forget_leaves_it_live,
    manage::delete_is_idempotent,
    read::drift_is_seen,
    read::absence_is_not_unreadability,
    read::wrong_password_is_denied,
    read::bulk_reads,
    act::back_up_is_idempotent_by_token,
    act::points_say_what_they_are,
    act::protections_are_apart,
    act::partial_source_is_saved_and_said,
    act::missing_source_makes_no_point,
    act::interruption_leaves_nothing_behind,
    act::delete_points_deletes_exactly_these,
    act::copy_is_complete_and_idempotent,
    guard::guard_refuses,
    lock::lock_keeps_what_is_young,
    lock::lock_for_good_stays,
    stream::log_reaches_its_last_flush,
    stream::log_follows_its_base,
    stream::replica_follows_its_source,
    restore::back_up_then_restore_is_identical,
    restore::each_point_restores_its_own_instant,
    restore::one_path_alone_is_restored,
    restore::restore_refuses_existing_data,
    restore::unknown_point_is_not_found,
    restore::scratch_is_discarded_and_only_ours,
    verify::verify_passes_and_detects_damage,
    verify::verify_restored_compares,
    crash::crash_between_any_two_calls,
    secrets::secrets_do_not_leak,
];

/// Runs one check on a new site of the subject.
pub async fn run(subject: &dyn Subject, name: &'static str) -> Outcome {
    let bench = Bench::new(subject.site().await);
    let ended = check(name, &bench).await;
    let verdict = match (ended, bench.leak()) {
        (Err(Stop::Fail(why)), _) => Verdict::Failed(why),
        // Whatever a check is about: what it heard must hold no secret. The leak itself is not repeated.
        (_, Some(_)) => Verdict::Failed("a secret stands in an answer of the provider".to_owned()),
        (Err(Stop::Skip(why)), None) => Verdict::Skipped(why),
        (Ok(()), None) => Verdict::Passed,
    };
    Outcome {
        check: name,
        verdict,
    }
}

/// Runs every check, each on a new site, and reports all of them.
pub async fn run_all(subject: &dyn Subject) -> Report {
    let mut report = Report::default();
    for name in CHECKS {
        report.outcomes.push(run(subject, name).await);
    }
    report
}
