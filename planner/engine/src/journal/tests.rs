//! What survives of a journal that was cut off anywhere.

use std::collections::BTreeMap;
use std::fs;

use jiff::Timestamp;
use lifeboat_model::{ActionId, Address, OnRemove, RecordedResource, RecordedState, Verb};
use proptest::prelude::*;

use super::{Begin, FORMAT, JournalWriter, Outcome, Record};
use crate::fixture::{Site, provider, snapshot, wanted};
use crate::{EngineError, StateError};

fn begin(state: &RecordedState) -> Begin {
    Begin {
        format_version: FORMAT.to_owned(),
        run: "run-1".to_owned(),
        who: "ana@here".to_owned(),
        operation: "apply".to_owned(),
        lineage: state.lineage.clone(),
        serial: state.serial,
        plan: None,
        bindings: BTreeMap::new(),
        at: Timestamp::UNIX_EPOCH,
    }
}

fn recorded(mark: usize) -> Outcome {
    Outcome::Recorded(Box::new(RecordedResource {
        measured: std::collections::BTreeMap::new(),
        kind: "memory_snapshot".to_owned(),
        provider: provider(),
        attributes: [("mark".to_owned(), mark.into())].into(),
        requires: Vec::new(),
        target: None,
        on_remove: OnRemove::Forget,
        applied_at: Timestamp::UNIX_EPOCH,
        recovery_points: Vec::new(),
        last_verify: None,
        last_drill: None,
    }))
}

/// What one action of a generated run does.
#[derive(Clone, Debug)]
enum Did {
    Recorded,
    Removed,
    Failed,
    Half,
    Nothing,
}

fn records(run: &[(usize, Did)]) -> Vec<Record> {
    let mut records = Vec::new();
    for (index, (which, did)) in run.iter().enumerate() {
        let action = ActionId(u32::try_from(index).unwrap());
        let address = snapshot(&format!("t{which}"));
        let at = Timestamp::UNIX_EPOCH;
        let verb = Verb::Create;
        records.push(Record::Intent {
            action,
            address: address.clone(),
            verb,
            token: format!("token-{index}"),
            at,
        });
        let failed = |outcome| Record::Failed {
            action,
            address: address.clone(),
            verb,
            message: "no".to_owned(),
            outcome,
            at,
        };
        let done = |outcome| Record::Done {
            action,
            address: address.clone(),
            verb,
            outcome,
            detail: None,
            at,
        };
        match did {
            Did::Recorded => records.push(done(recorded(index))),
            Did::Removed => records.push(done(Outcome::Removed)),
            Did::Failed => records.push(failed(None)),
            Did::Half => records.push(failed(Some(recorded(index)))),
            Did::Nothing => {}
        }
    }
    records
}

/// What the state is after so many records, told apart from the code that replays.
fn expected(records: &[Record]) -> BTreeMap<Address, u64> {
    let mut marks = BTreeMap::new();
    for record in records {
        let (address, outcome) = match record {
            Record::Done {
                address, outcome, ..
            } => (address, outcome),
            Record::Failed {
                address,
                outcome: Some(outcome),
                ..
            } => (address, outcome),
            _ => continue,
        };
        match outcome {
            Outcome::Removed => marks.remove(address),
            Outcome::Recorded(resource) => marks.insert(
                address.clone(),
                resource.attributes["mark"].as_u64().unwrap(),
            ),
        };
    }
    marks
}

fn marks(state: &RecordedState) -> BTreeMap<Address, u64> {
    let mark = |resource: &RecordedResource| resource.attributes["mark"].as_u64().unwrap();
    state
        .resources
        .iter()
        .map(|(address, resource)| (address.clone(), mark(resource)))
        .collect()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
}

fn did() -> impl Strategy<Value = Did> {
    prop_oneof![
        Just(Did::Recorded),
        Just(Did::Removed),
        Just(Did::Failed),
        Just(Did::Half),
        Just(Did::Nothing),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn a_journal_that_is_cut_off_at_any_byte_loses_nothing_that_was_done(
        run in proptest::collection::vec((0usize..3, did()), 1..4),
    ) {
        let site = Site::new(0);
        runtime().block_on(async {
            site.open().await.change(|_| Ok::<_, StateError>(())).unwrap();
        });
        let paths = site.store().paths().clone();
        let state = site.recorded();
        let state_bytes = fs::read(&paths.state).unwrap();
        let records = records(&run);
        let mut writer = JournalWriter::create(&paths.journal, site.directory.path(), &begin(&state)).unwrap();
        writer.append(&records).unwrap();
        let bytes = fs::read(&paths.journal).unwrap();
        for length in 0..=bytes.len() {
            fs::write(&paths.state, &state_bytes).unwrap();
            fs::write(&paths.journal, &bytes[..length]).unwrap();
            let whole = bytes[..length].iter().filter(|byte| **byte == b'\n').count().saturating_sub(1);
            // A line that lacks nothing but its end is believed as well.
            let ends = bytes.get(length) == Some(&b'\n') && length > 0;
            let begun = bytes[..length].contains(&b'\n');
            let believed = &records[..(whole + usize::from(ends && begun)).min(records.len())];
            let unlocked = site.store().read().unwrap();
            prop_assert_eq!(marks(&unlocked.state), expected(believed), "{} bytes", length);
            // Folding syncs, which is slow: at both sides of each line's end, and now and then between.
            let near_an_end = bytes[length.saturating_sub(1)..(length + 1).min(bytes.len())].contains(&b'\n');
            if !near_an_end && length % 97 != 0 {
                continue;
            }
            let session = runtime().block_on(site.open());
            prop_assert_eq!(session.state(), &unlocked.state, "{} bytes", length);
            prop_assert_eq!(session.interrupted(), unlocked.interrupted.as_slice());
            drop(session);
            prop_assert!(!paths.journal.exists());
            let again = runtime().block_on(site.open());
            prop_assert_eq!(again.state(), &unlocked.state, "a second session changes nothing");
            prop_assert!(again.interrupted().is_empty());
        }
        site.store().audit().verify_chain().unwrap();
    }
}

#[tokio::test]
async fn a_kill_between_the_state_and_the_removal_of_the_journal_does_no_harm() {
    let site = Site::new(1);
    let mut session = site.open().await;
    let plan = site.plan(&wanted(1), session.state()).await;
    // The run is stopped with everything done, so that the journal stands in full.
    site.world
        .faults()
        .plan("back_up 2 crash after".parse().unwrap());
    site.world
        .until_crash(site.execute(&plan, &mut session))
        .await;
    drop(session);
    let paths = site.store().paths().clone();
    let journal = fs::read(&paths.journal).unwrap();
    let folded = site.open().await.state().clone();
    let audit = fs::read(&paths.audit).unwrap();

    // Killed before the removal: everything is there already.
    fs::write(&paths.journal, &journal).unwrap();
    assert_eq!(site.recorded(), folded);
    assert_eq!(*site.open().await.state(), folded);
    assert_eq!(
        fs::read(&paths.audit).unwrap(),
        audit,
        "nothing is told twice"
    );

    // Killed in the middle of the audit trail.
    fs::write(&paths.journal, &journal).unwrap();
    fs::write(&paths.audit, &audit[..audit.len() / 2]).unwrap();
    assert_eq!(*site.open().await.state(), folded);
    assert_eq!(
        fs::read(&paths.audit).unwrap(),
        audit,
        "what was torn is told again"
    );
}

#[tokio::test]
async fn a_damaged_line_in_the_middle_and_a_journal_of_another_state_are_errors() {
    let site = Site::new(0);
    site.open()
        .await
        .change(|_| Ok::<_, StateError>(()))
        .unwrap();
    let paths = site.store().paths().clone();
    let state = site.recorded();
    let write = |begin: &Begin| {
        let mut writer =
            JournalWriter::create(&paths.journal, site.directory.path(), begin).unwrap();
        writer
            .append(&records(&[(0, Did::Recorded), (1, Did::Recorded)]))
            .unwrap();
    };
    write(&begin(&state));
    let text = fs::read_to_string(&paths.journal).unwrap();
    fs::write(
        &paths.journal,
        text.replacen("\"record\":\"done\"", "\"record\":\"gone\"", 1),
    )
    .unwrap();
    let error = site.store().read().unwrap_err();
    assert!(
        matches!(error, StateError::JournalDamaged { line: 3, .. }),
        "{error}"
    );

    write(&Begin {
        lineage: "another".to_owned(),
        ..begin(&state)
    });
    let error = site.store().read().unwrap_err();
    assert!(
        matches!(error, StateError::LineageMismatch { .. }),
        "{error}"
    );
    assert!(paths.journal.exists(), "it is left for somebody to look at");
}

#[tokio::test]
async fn a_tail_of_zeros_after_a_power_cut_is_a_torn_line() {
    let site = Site::new(0);
    site.open()
        .await
        .change(|_| Ok::<_, StateError>(()))
        .unwrap();
    let paths = site.store().paths().clone();
    let mut writer = JournalWriter::create(
        &paths.journal,
        site.directory.path(),
        &begin(&site.recorded()),
    )
    .unwrap();
    writer.append(&records(&[(0, Did::Recorded)])).unwrap();
    let mut bytes = fs::read(&paths.journal).unwrap();
    bytes.extend([0; 4096]);
    fs::write(&paths.journal, bytes).unwrap();
    assert_eq!(site.open().await.state().resources.len(), 1);
}

#[tokio::test]
async fn a_state_restored_from_its_backup_still_learns_what_the_journal_tells() {
    let site = Site::new(1);
    site.apply(&wanted(0)).await.unwrap();
    site.world
        .faults()
        .plan("back_up 1 crash after".parse().unwrap());
    site.world.until_crash(site.apply(&wanted(1))).await;
    let paths = site.store().paths().clone();
    let Err(EngineError::State(StateError::Empty { .. })) = ({
        fs::write(&paths.state, "").unwrap();
        site.try_open(lifeboat_model::Span::ZERO).await
    }) else {
        panic!("an empty state is an error, journal or not")
    };
    fs::copy(&paths.backup, &paths.state).unwrap();
    let session = site.open().await;
    assert!(session.state().resources.contains_key(&snapshot("t0")));
    assert!(session.state().serial > 1);
}
