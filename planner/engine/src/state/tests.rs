//! A state file that is fine, and all the ways in which it is not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use lifeboat_model::{RecordedState, Span};

use super::{StateError, StatePaths};
use crate::fixture::{Site, vault, wanted};
use crate::{EngineError, Holder, StateLock};

async fn applied() -> Site {
    let site = Site::new(1);
    site.apply(&wanted(1)).await.unwrap();
    site
}

/// Returns what the reader of this site's state is told, with the directory left out.
fn told(site: &Site) -> String {
    let error = match site.store().read() {
        Err(error) => error,
        Ok(loaded) => return format!("read with {} resources", loaded.state.resources.len()),
    };
    let directory = format!("{}/", site.directory.path().display());
    format!(
        "{}: {error}\n  {}",
        error.code(),
        error.help().unwrap_or_default()
    )
    .replace(&directory, "")
}

#[tokio::test]
async fn a_state_that_was_never_written_is_empty_and_has_no_name() {
    let site = Site::new(0);
    assert_eq!(site.recorded(), RecordedState::default());
    // The lock's file alone is no sign of a state.
    drop(site.open().await);
    assert_eq!(site.recorded(), RecordedState::default());
}

#[tokio::test]
async fn what_cannot_be_understood_is_never_taken_for_nothing() {
    let mut all = Vec::new();
    type Breaking = (&'static str, fn(&StatePaths));
    let breakings: [Breaking; 7] = [
        ("0 bytes", |paths| fs::write(&paths.state, "").unwrap()),
        ("truncated", |paths| {
            let bytes = fs::read(&paths.state).unwrap();
            fs::write(&paths.state, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("not JSON", |paths| {
            fs::write(&paths.state, "\u{0}\u{0}\u{0}").unwrap()
        }),
        ("another document", |paths| {
            fs::write(&paths.state, "{\"version\": 4}").unwrap()
        }),
        ("newer", |paths| {
            let text = fs::read_to_string(&paths.state).unwrap();
            fs::write(&paths.state, text.replace("\"1.0\"", "\"2.3\"")).unwrap();
        }),
        ("gone", |paths| fs::remove_file(&paths.state).unwrap()),
        ("gone with its backup", |paths| {
            fs::remove_file(&paths.state).unwrap();
            fs::remove_file(&paths.backup).unwrap();
        }),
    ];
    for (what, breaking) in breakings {
        let site = applied().await;
        breaking(site.store().paths());
        all.push(format!("# {what}\n{}", told(&site)));
        let opened = site.try_open(Span::ZERO).await;
        assert!(matches!(opened, Err(EngineError::State(_))), "{what}");
    }
    insta::assert_snapshot!(all.join("\n"), @r"
    # 0 bytes
    state::empty: state file `lifeboat.state.json` is empty
      Restore `lifeboat.state.json.backup`, or move the damaged files away: `lifeboat import --all` rebuilds the state from what is live.
    # truncated
    state::truncated: state file `lifeboat.state.json` is truncated
      Restore `lifeboat.state.json.backup`, or move the damaged files away: `lifeboat import --all` rebuilds the state from what is live.
    # not JSON
    state::foreign: `lifeboat.state.json` is not a state file of lifeboat
      Name another state file in the `lifeboat` block, or move `lifeboat.state.json` away.
    # another document
    state::foreign: `lifeboat.state.json` is not a state file of lifeboat
      Name another state file in the `lifeboat` block, or move `lifeboat.state.json` away.
    # newer
    state::too_new: state file `lifeboat.state.json` has format 2.3, and this lifeboat reads format 1.0
      Use the newer lifeboat that wrote it.
    # gone
    state::lost: state file `lifeboat.state.json` is gone, but `lifeboat.state.json.backup` shows that there was one
      Restore `lifeboat.state.json.backup`, or move the damaged files away: `lifeboat import --all` rebuilds the state from what is live.
    # gone with its backup
    state::lost: state file `lifeboat.state.json` is gone, but `lifeboat.audit.jsonl` shows that there was one
      Move the damaged files away: `lifeboat import --all` rebuilds the state from what is live.
    ");
}

#[tokio::test]
async fn every_length_of_a_truncated_state_is_an_error() {
    let site = applied().await;
    let path = &site.store().paths().state.clone();
    let bytes = fs::read(path).unwrap();
    for length in 0..bytes.len() - 1 {
        fs::write(path, &bytes[..length]).unwrap();
        let error = site.store().read().unwrap_err();
        assert!(
            matches!(
                error,
                StateError::Empty { .. } | StateError::Truncated { .. }
            ),
            "{length}: {error}"
        );
    }
}

#[tokio::test]
async fn a_write_keeps_the_one_before_and_nobody_else_may_read_it() {
    let site = applied().await;
    let before = fs::read(&site.store().paths().state).unwrap();
    let mut session = site.open().await;
    session
        .change(|state| {
            state.resources.clear();
            Ok::<_, StateError>(())
        })
        .unwrap();
    let paths = site.store().paths().clone();
    assert_eq!(fs::read(&paths.backup).unwrap(), before);
    assert_eq!(site.recorded(), *session.state());
    assert_eq!(session.state().serial, 2);
    for path in [&paths.state, &paths.backup, &paths.lock, &paths.audit] {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[tokio::test]
async fn a_write_over_another_state_or_a_later_one_is_refused() {
    let site = applied().await;
    let mut session = site.open().await;
    let path = site.store().paths().state.clone();
    let text = fs::read_to_string(&path).unwrap();
    let touch = |state: &mut RecordedState| {
        state.bindings.clear();
        Ok::<_, StateError>(())
    };

    let lineage = session.state().lineage.clone();
    fs::write(&path, text.replace(&lineage, "somebody-else")).unwrap();
    let error = session.change(touch).unwrap_err();
    assert!(
        matches!(error, StateError::LineageMismatch { .. }),
        "{error}"
    );

    fs::write(&path, text.replace("\"serial\": 1", "\"serial\": 9")).unwrap();
    let error = session.change(touch).unwrap_err();
    assert!(
        matches!(
            error,
            StateError::Overtaken {
                found: 9,
                expected: 1,
                ..
            }
        ),
        "{error}"
    );

    fs::write(&path, &text).unwrap();
    session.change(touch).unwrap();
}

#[tokio::test]
async fn two_states_never_have_one_name() {
    let [one, other] = [applied().await, applied().await].map(|site| site.recorded().lineage);
    assert_ne!(one, other);
    assert_eq!(one.len(), 36);
}

#[tokio::test]
async fn the_state_reads_as_it_was_written() {
    let site = applied().await;
    let state = site.open().await.state().clone();
    assert_eq!(site.recorded(), state);
    assert!(state.bindings.contains_key(&vault("main")));
}

#[tokio::test]
async fn a_failed_write_leaves_the_old_state_and_the_session_as_they_were() {
    let site = applied().await;
    let mut session = site.open().await;
    let before = session.state().clone();
    // A directory where the temporary file should go stands for a disk that refuses.
    let blocked = site.directory.path().join("lifeboat.state.json.new");
    fs::create_dir(&blocked).unwrap();
    let error = session
        .change(|state| {
            state.resources.clear();
            Ok::<_, StateError>(())
        })
        .unwrap_err();
    assert!(matches!(error, StateError::Io { .. }), "{error}");
    assert_eq!(*session.state(), before);
    assert_eq!(site.recorded(), before);
}

#[tokio::test]
async fn the_lock_tells_who_holds_it_and_for_how_long() {
    let site = Site::new(0);
    let held = site.open().await;
    site.pass(Span::from_secs(190));
    let error = site.try_open(Span::ZERO).await.unwrap_err();
    let EngineError::LockHeld(_) = &error else {
        panic!("{error}")
    };
    let who = Holder::this_process("apply", site.now()).who();
    assert_eq!(
        error.to_string(),
        format!(
            "state is locked by `{who}` (`lifeboat apply`, process {}, which is running) for 3m10s",
            std::process::id()
        )
    );
    assert_eq!(site.store().holder().unwrap().unwrap().who(), who);
    assert!(site.store().read().unwrap().interrupted.is_empty());
    drop(held);
    assert_eq!(site.store().holder().unwrap(), None);
    drop(site.open().await);
}

#[tokio::test]
async fn a_writer_that_waits_gets_the_lock_when_it_is_free() {
    let site = Site::new(0);
    let held = site.open().await;
    let release = async {
        tokio::task::yield_now().await;
        drop(held);
    };
    let (second, ()) = tokio::join!(site.try_open(Span::from_secs(60)), release);
    drop(second.unwrap());
}

#[tokio::test]
async fn the_note_of_a_killed_holder_does_not_lock() {
    let site = Site::new(0);
    let path = site.store().paths().lock.clone();
    let gone = Holder {
        pid: 4_000_000,
        ..Holder::this_process("apply", site.now())
    };
    fs::write(&path, serde_json::to_vec(&gone).unwrap()).unwrap();
    assert_eq!(gone.is_alive(), Some(false));
    assert_eq!(StateLock::holder_of(&path).unwrap(), None);
    drop(site.open().await);
}
