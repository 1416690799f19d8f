//! A tree with everything that a file system can hold comes back as it was: through lifeboat, and through restic.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{
    FileExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink,
};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use lifeboat_local::restore::Target;
use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps, XattrFlags, utimensat};
use sha2::{Digest as _, Sha256};

use crate::store::given::{Given, all_passed};

/// Bytes that neither compress nor repeat.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}

fn set_mtime(path: &Path, seconds: i64, nanoseconds: i64) {
    let time = Timespec {
        tv_sec: seconds,
        tv_nsec: nanoseconds,
    };
    let times = Timestamps {
        last_access: time,
        last_modification: time,
    };
    utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn make_nasty(root: &Path) {
    let at = |name: &[u8]| root.join(OsStr::from_bytes(name));
    fs::write(at(b"caf\xe9 latin1"), "not UTF-8").unwrap();
    fs::write(at(b"line\nbreak \\x41 \"quoted\" \t%2C"), "odd name").unwrap();
    fs::create_dir(at(b"d\xff")).unwrap();
    fs::write(at(b"d\xff/\xfe"), "in a directory that is not UTF-8").unwrap();
    fs::write(at(b"empty"), "").unwrap();
    fs::create_dir_all(at(b"empty directories/one/two")).unwrap();
    fs::write(at(b"large"), noise(9_000_000, 1)).unwrap();
    fs::create_dir(at(b"links")).unwrap();
    fs::write(at(b"links/one"), "one inode").unwrap();
    fs::hard_link(at(b"links/one"), at(b"links/two")).unwrap();
    fs::hard_link(at(b"links/one"), at(b"three")).unwrap();
    symlink("links/one", at(b"relative")).unwrap();
    symlink("/nowhere/at all", at(b"dangling")).unwrap();
    symlink("links", at(b"to directory")).unwrap();
    symlink(OsStr::from_bytes(b"raw\xff"), at(b"raw target")).unwrap();
    let sparse = File::create(at(b"sparse")).unwrap();
    sparse.set_len(300_000_000).unwrap();
    sparse.write_all_at(b"island", 123_456_789).unwrap();
    rustix::fs::mknodat(
        CWD,
        at(b"pipe"),
        FileType::Fifo,
        Mode::from_raw_mode(0o620),
        0,
    )
    .unwrap();
    UnixListener::bind(at(b"socket")).unwrap();
    fs::write(at(b"secret"), "owner may not even read").unwrap();
    mode(&at(b"secret"), 0o400);
    fs::write(at(b"setuid"), "setuid").unwrap();
    mode(&at(b"setuid"), 0o4751);
    fs::create_dir(at(b"sticky")).unwrap();
    mode(&at(b"sticky"), 0o1777);
    fs::create_dir(at(b"read only")).unwrap();
    fs::write(
        at(b"read only/file"),
        "in a directory that cannot be written",
    )
    .unwrap();
    fs::write(at(b"tagged"), "with attributes").unwrap();
    // Not every file system has them; then there are none to compare.
    let _ = rustix::fs::setxattr(
        at(b"tagged"),
        "user.lifeboat",
        b"\x00\xffvalue",
        XattrFlags::empty(),
    );
    set_mtime(&at(b"empty"), -86_400, 999_999_999);
    set_mtime(&at(b"large"), 1_700_000_000, 1);
    set_mtime(&at(b"dangling"), 1_600_000_000, 5);
    mode(&at(b"read only"), 0o555);
    set_mtime(&at(b"read only"), 1_500_000_000, 123_456_789);
    mode(root, 0o750);
    set_mtime(root, 1_400_000_000, 42);
}

/// Describes everything below a path, independently of the code under test.
pub(crate) fn describe(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut inodes = BTreeMap::new();
    describe_into(root, root, &mut found, &mut inodes);
    found
}

fn describe_into(
    root: &Path,
    path: &Path,
    found: &mut BTreeMap<PathBuf, String>,
    inodes: &mut BTreeMap<(u64, u64), PathBuf>,
) {
    let metadata = fs::symlink_metadata(path).unwrap();
    let kind = metadata.file_type();
    let relative = path.strip_prefix(root).unwrap().to_owned();
    let mut text = format!(
        "{:o} {}:{} {}.{:09}",
        metadata.mode(),
        metadata.uid(),
        metadata.gid(),
        metadata.mtime(),
        metadata.mtime_nsec()
    );
    if kind.is_file() {
        let hash: [u8; 32] = Sha256::digest(fs::read(path).unwrap()).into();
        text.push_str(&format!(" {} bytes {hash:02x?}", metadata.len()));
        let first = inodes
            .entry((metadata.dev(), metadata.ino()))
            .or_insert(relative.clone());
        text.push_str(&format!(" same as {}", first.display()));
    }
    if kind.is_symlink() {
        text.push_str(&format!(" -> {:?}", fs::read_link(path).unwrap()));
    }
    let mut value = [0u8; 64];
    if let Ok(length) = rustix::fs::lgetxattr(path, "user.lifeboat", &mut value[..]) {
        text.push_str(&format!(" user.lifeboat={:?}", &value[..length]));
    }
    found.insert(relative, text);
    if kind.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            describe_into(root, &entry.unwrap().path(), found, inodes);
        }
    }
}

#[test]
fn a_nasty_tree_comes_back_as_it_was() {
    let given = Given::new();
    make_nasty(&given.source);
    let done = given.back_up("1").unwrap();
    assert!(done.unreadable.is_empty(), "{:?}", done.unreadable);
    let into = given.path("restored");
    let restored = given
        .restore(&done.point.id, Target::Into(into.clone()), false)
        .unwrap();
    assert!(restored.failed.is_empty(), "{:?}", restored.failed);
    assert_eq!(describe(&into), describe(&given.source));
    let sparse = fs::metadata(into.join("sparse")).unwrap();
    assert!(sparse.blocks() * 512 < 20_000_000, "holes stay holes");
    all_passed(&given.verify_restored(&done.point.id, &into));
    let again = given.back_up("2").unwrap();
    assert!(again.added_bytes < 2_000, "nothing changed: {again:?}");
}

#[test]
fn restic_reads_and_restores_what_lifeboat_wrote() {
    let given = Given::new();
    make_nasty(&given.source);
    // Known only to newer restics: a link to what is not UTF-8, and sockets.
    fs::remove_file(given.source.join("raw target")).unwrap();
    fs::remove_file(given.source.join("socket")).unwrap();
    set_mtime(&given.source, 1_400_000_000, 42);
    given.back_up("1").unwrap();
    given.restic(&["check", "--read-data"]);
    let listed = given.restic(&["snapshots"]);
    assert!(listed.contains("lifeboat:address="), "{listed}");
    let into = given.path("by restic");
    given.restic(&["restore", "latest", "--target", into.to_str().unwrap()]);
    let restored = into.join(given.source.strip_prefix("/").unwrap());
    assert_eq!(describe(&restored), describe(&given.source));
    for entry in fs::read_dir(&restored).unwrap() {
        assert!(!entry.unwrap().file_type().unwrap().is_socket());
    }
}

#[test]
fn lifeboat_restores_what_restic_wrote() {
    let given = Given::new();
    given.write("a/b", "from restic");
    given.restic(&["backup", given.source.to_str().unwrap()]);
    let point = given.points().remove(0);
    assert!(!point.ours);
    let into = given.path("restored");
    given
        .restore(&point.id, Target::Into(into.clone()), false)
        .unwrap();
    assert_eq!(describe(&into), describe(&given.source));
    all_passed(&given.verify_restored(&point.id, &into));
}
