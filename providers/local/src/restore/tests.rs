//! Points that somebody made to break out of the destination.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lifeboat_contract::{Cancel, ErrorClass, Progress, Silent};
use lifeboat_model::RecoveryPointId;
use rustic_core::repofile::{Metadata, Node, NodeType, SnapshotFile};
use rustic_core::{
    BackupOptions, ReadSource, ReadSourceEntry, ReadSourceOpen, RusticResult, SnapshotOptions,
};

use super::{RestoreRequest, Target};
use crate::store::{InitOptions, Place, Secret, Vault, init};

#[derive(Debug)]
struct Text;

impl ReadSourceOpen for Text {
    type Reader = Cursor<&'static str>;

    fn open(self) -> RusticResult<Self::Reader> {
        Ok(Cursor::new("evil"))
    }
}

/// A source that says whatever its author wants.
struct Hostile(Vec<(PathBuf, NodeType)>);

impl ReadSource for Hostile {
    type Open = Text;
    type Iter = std::vec::IntoIter<RusticResult<ReadSourceEntry<Text>>>;

    fn size(&self) -> RusticResult<Option<u64>> {
        Ok(None)
    }

    fn entries(&self) -> Self::Iter {
        let entry = |(path, kind): &(PathBuf, NodeType)| {
            let meta = Metadata {
                size: 4,
                ..Metadata::default()
            };
            Ok(ReadSourceEntry {
                path: path.clone(),
                node: Node::new_node(path.file_name().unwrap_or_default(), kind.clone(), meta),
                open: Some(Text),
            })
        };
        self.0.iter().map(entry).collect::<Vec<_>>().into_iter()
    }
}

fn hostile_point(vault: &Vault, entries: Vec<(PathBuf, NodeType)>) -> RecoveryPointId {
    let silent: Arc<dyn Progress> = Arc::new(Silent);
    let session = vault.session(&silent, &Cancel::default()).unwrap();
    let repository = session.repository.to_indexed_ids().unwrap();
    let snapshot: SnapshotFile = SnapshotOptions::default().to_snapshot().unwrap();
    let options = BackupOptions::default();
    let paths = [PathBuf::from("/data")];
    let saved = repository
        .archive(&options, &Hostile(entries), snapshot, &paths)
        .unwrap();
    RecoveryPointId(saved.id.to_hex().to_string())
}

#[test]
fn a_link_and_a_directory_of_one_name_do_not_lead_out_of_the_destination() {
    let root = tempfile::tempdir().unwrap();
    let place = Place::Directory {
        path: root.path().join("repository"),
    };
    let password = Secret::new("word");
    init(&place, &password, InitOptions::default()).unwrap();
    let vault = Vault::open(&place, &password, None).unwrap();
    let outside = root.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), "theirs").unwrap();
    let link = NodeType::from_link(&outside);
    let point = hostile_point(
        &vault,
        vec![
            (PathBuf::from("/data"), NodeType::Dir),
            (PathBuf::from("/data/a"), link),
            (PathBuf::from("/data/a"), NodeType::Dir),
            (PathBuf::from("/data/a/file"), NodeType::File),
        ],
    );
    let request = RestoreRequest {
        point: &point,
        target: Target::Into(root.path().join("restored")),
        paths: &[],
        overwrite: true,
    };
    let silent: Arc<dyn Progress> = Arc::new(Silent);
    let error = vault
        .restore(&request, &silent, &Cancel::default())
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Corrupt, "{}", error.chain());
    assert_eq!(fs::read(outside.join("file")).unwrap(), b"theirs");
    assert!(!Path::new(&root.path().join("restored")).exists());
}
