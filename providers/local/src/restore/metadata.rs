//! Permissions, owners, times and extended attributes, and the things that are neither files nor directories.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, lchown, symlink};
use std::path::Path;

use jiff::Timestamp;
use rustic_core::repofile::{Node, NodeType};
use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps, XattrFlags, utimensat};

/// Go's bits for what a mode says beyond `rwx`, as restic stores them.
const GO_SETUID: u32 = 1 << 23;
const GO_SETGID: u32 = 1 << 22;
const GO_STICKY: u32 = 1 << 20;

/// Returns the permission bits of a node, with set-user-id, set-group-id and sticky.
pub(crate) fn mode_of(node: &Node) -> Option<u32> {
    let mode = node.meta.mode?;
    let bit = |go: u32, unix: u32| if mode & go == 0 { 0 } else { unix };
    Some((mode & 0o777) | bit(GO_SETUID, 0o4000) | bit(GO_SETGID, 0o2000) | bit(GO_STICKY, 0o1000))
}

/// Makes a link, pipe, socket or device where there is nothing.
pub(super) fn make_special(path: &Path, node: &Node) -> io::Result<()> {
    let make = |kind: FileType, device: u64| {
        rustix::fs::mknodat(CWD, path, kind, Mode::from_raw_mode(0o600), device)
            .map_err(io::Error::from)
    };
    match &node.node_type {
        NodeType::Symlink { .. } => symlink(node.node_type.to_link(), path),
        NodeType::Fifo => make(FileType::Fifo, 0),
        NodeType::Socket => make(FileType::Socket, 0),
        NodeType::Dev { device } => make(FileType::BlockDevice, *device),
        NodeType::Chardev { device } => make(FileType::CharacterDevice, *device),
        NodeType::File | NodeType::Dir => Ok(()),
    }
}

/// Sets owner, permissions, extended attributes and times, in the order in which none undoes another.
pub(crate) fn apply(path: &Path, node: &Node) -> io::Result<()> {
    let owned = own(path, node);
    if !node.is_symlink()
        && let Some(mode) = mode_of(node)
    {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    attributes(path, node)?;
    times(path, node)?;
    owned
}

fn own(path: &Path, node: &Node) -> io::Result<()> {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root || (node.meta.uid.is_none() && node.meta.gid.is_none()) {
        return Ok(());
    }
    let now = fs::symlink_metadata(path)?;
    let differs = node.meta.uid.is_some_and(|uid| uid != now.uid())
        || node.meta.gid.is_some_and(|gid| gid != now.gid());
    if differs {
        lchown(path, node.meta.uid, node.meta.gid)?;
    }
    Ok(())
}

fn attributes(path: &Path, node: &Node) -> io::Result<()> {
    for attribute in &node.meta.extended_attributes {
        let value = attribute.value.as_deref().unwrap_or_default();
        rustix::fs::lsetxattr(path, attribute.name.as_str(), value, XattrFlags::empty())?;
    }
    Ok(())
}

fn times(path: &Path, node: &Node) -> io::Result<()> {
    let Some(mtime) = node.meta.mtime else {
        return Ok(());
    };
    let stamps = Timestamps {
        last_access: timespec(node.meta.atime.unwrap_or(mtime)),
        last_modification: timespec(mtime),
    };
    utimensat(CWD, path, &stamps, AtFlags::SYMLINK_NOFOLLOW).map_err(io::Error::from)
}

/// Returns an instant as the system counts it: nanoseconds are never negative.
fn timespec(time: Timestamp) -> Timespec {
    let nanos = time.as_nanosecond();
    Timespec {
        tv_sec: i64::try_from(nanos.div_euclid(1_000_000_000)).unwrap_or(0),
        tv_nsec: i64::try_from(nanos.rem_euclid(1_000_000_000)).unwrap_or(0),
    }
}

/// Returns what differs between a path and the node that it was restored from, content apart; none if nothing does.
///
/// Owners are compared for the superuser only, others cannot set them.
pub(crate) fn difference(path: &Path, node: &Node) -> io::Result<Option<String>> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Some("is missing".to_owned()));
        }
        Err(error) => return Err(error),
    };
    let kind = kind_of(found.mode());
    if kind != word_of(node) {
        return Ok(Some(format!("is a {kind}, not a {}", word_of(node))));
    }
    if node.is_symlink() {
        let target = fs::read_link(path)?;
        if target.as_os_str().as_bytes() != node.node_type.to_link().as_os_str().as_bytes() {
            return Ok(Some(format!("points to `{}`", target.display())));
        }
    } else if let Some(mode) = mode_of(node)
        && found.mode() & 0o7777 != mode
    {
        let have = found.mode() & 0o7777;
        return Ok(Some(format!("has mode {have:04o}, not {mode:04o}")));
    }
    if rustix::process::geteuid().is_root() {
        let (uid, gid) = (node.meta.uid, node.meta.gid);
        if uid.is_some_and(|uid| uid != found.uid()) || gid.is_some_and(|gid| gid != found.gid()) {
            return Ok(Some(format!("belongs to {}:{}", found.uid(), found.gid())));
        }
    }
    if let Some(mtime) = node.meta.mtime {
        let have = i128::from(found.mtime()) * 1_000_000_000 + i128::from(found.mtime_nsec());
        if have != mtime.as_nanosecond() {
            return Ok(Some(format!("was not modified at {mtime}")));
        }
    }
    Ok(None)
}

fn kind_of(mode: u32) -> &'static str {
    match FileType::from_raw_mode(mode) {
        FileType::RegularFile => "file",
        FileType::Directory => "directory",
        FileType::Symlink => "symbolic link",
        FileType::Fifo => "pipe",
        FileType::Socket => "socket",
        FileType::CharacterDevice => "character device",
        FileType::BlockDevice => "block device",
        FileType::Unknown => "thing of unknown kind",
    }
}

fn word_of(node: &Node) -> &'static str {
    match node.node_type {
        NodeType::File => "file",
        NodeType::Dir => "directory",
        NodeType::Symlink { .. } => "symbolic link",
        NodeType::Dev { .. } => "block device",
        NodeType::Chardev { .. } => "character device",
        NodeType::Fifo => "pipe",
        NodeType::Socket => "socket",
    }
}
