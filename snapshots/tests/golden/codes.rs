//! Every stable error code is shown to somebody: in a test, or in a snapshot.

use std::collections::BTreeMap;

use super::tidy::files;

/// Codes that no test shows, and why.
const NOT_SHOWN: &[(&str, &[&str])] = &[
    (
        "a bug in lifeboat: no input is known that brings it out",
        &["cli::bug", "plan::bug", "language::bug", "format::changed"],
    ),
    (
        "the system has to fail first",
        &[
            "audit::contested",
            "audit::io",
            "audit::store",
            "cli::runtime",
            "cli::unwritable_file",
            "lock::io",
            "lock::random",
            "state::contested",
            "state::io",
            "state::random",
            "state::unwritable",
        ],
    ),
    (
        "told by its variant, its message or its exit code in tests that do not look at the code",
        &[
            "apply::incoherent",
            "apply::needs_leave",
            "apply::refused",
            "apply::stale",
            "audit::broken",
            "audit::foreign_end",
            "backup::failed",
            "backup::unreadable",
            "cli::directory",
            "cli::fmt",
            "cli::no_configuration",
            "cli::no_match",
            "cli::no_output",
            "cli::no_such_state",
            "cli::unknown_provider",
            "cli::unreadable_file",
            "cli::usage",
            "drill::left_behind",
            "engine::interrupted",
            "engine::no_provider",
            "engine::not_suitable",
            "engine::provider",
            "engine::unread",
            "format::syntax",
            "function::argument",
            "function::count",
            "function::failed",
            "function::needs_file",
            "function::unknown",
            "language::too_early",
            "lock::held",
            "plan::altered",
            "plan::cycle",
            "plan::foreign",
            "plan::locked",
            "plan::no_such_address",
            "plan::unreadable",
            "state::journal_damaged",
            "state::lineage",
            "state::not_recorded",
            "state::overtaken",
        ],
    ),
];

/// Returns the codes in a text: `"stage::what"` in quotes.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').filter(|piece| {
        piece.split_once("::").is_some_and(|(stage, what)| {
            let word = |part: &str| {
                !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            };
            word(stage) && word(what)
        })
    })
}

#[test]
fn every_error_code_is_shown_in_a_test_or_a_snapshot() {
    let mut written: BTreeMap<String, String> = BTreeMap::new();
    let mut shown = String::new();
    for (name, text) in files("rs").into_iter().chain(files("snap")) {
        if name.starts_with("bench") || name.ends_with("golden/codes.rs") {
            continue;
        }
        let source = (name.starts_with("planner/") || name.starts_with("providers/"))
            && name.contains("/src/")
            && !name.contains("/tests/")
            && !name.ends_with("/tests.rs");
        let (code, tests) = match text.split_once("\nmod tests {") {
            Some((code, tests)) if source => (code, tests),
            _ if source => (text.as_str(), ""),
            _ => ("", text.as_str()),
        };
        for found in codes(code) {
            written.insert(found.to_owned(), name.clone());
        }
        shown.push_str(tests);
    }
    let excused = |code: &str| NOT_SHOWN.iter().any(|(_, codes)| codes.contains(&code));
    let is_shown = |code: &str| {
        shown.match_indices(code).any(|(at, _)| {
            let next = shown[at + code.len()..].chars().next();
            !next.is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        })
    };
    let missing: Vec<String> = written
        .iter()
        .filter(|(code, _)| !excused(code) && !is_shown(code))
        .map(|(code, file)| format!("{code} ({file})"))
        .collect();
    assert!(missing.is_empty(), "no test shows\n{}", missing.join("\n"));
    for (why, codes) in NOT_SHOWN {
        for code in *codes {
            assert!(written.contains_key(*code), "`{code}` ({why}) is gone");
            assert!(
                !is_shown(code),
                "`{code}` ({why}) is shown: take it off the list"
            );
        }
    }
}
