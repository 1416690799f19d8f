//! The file system that a path is on.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::machine::Machine;

/// A mounted file system, and the device of a path on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// The device, major and minor: the block device where the file system has one, else `st_dev`.
    pub(super) device: (u32, u32),
    /// The type: `ext4`.
    pub(super) kind: String,
    /// Where it is mounted.
    pub(super) point: String,
    /// What is mounted: `/dev/sda1`, `server:/export`.
    pub(super) source: String,
}

impl Mount {
    /// Returns the file system of a canonical path that exists; none when the kernel does not tell.
    ///
    /// The mount is the one with the longest mount point above the path, and of these the last, which hides the
    /// others. A file system with an anonymous device (major 0: btrfs, ZFS) is known by what was mounted.
    pub(super) fn of(machine: &Machine, path: &Path) -> Option<Self> {
        let table = fs::read_to_string(machine.proc.join("self/mountinfo")).ok()?;
        let (_, mut mount) = table
            .lines()
            .filter_map(parse)
            .filter(|mount| path.starts_with(&mount.point))
            .map(|mount| (mount.point.len(), mount))
            .max_by_key(|(length, _)| *length)?;
        let st_dev = fs::metadata(path).ok()?.dev();
        mount.device = (rustix::fs::major(st_dev), rustix::fs::minor(st_dev));
        if mount.device.0 == 0
            && let Ok(source) = fs::metadata(&mount.source)
            && source.file_type().is_block_device()
        {
            let device = source.rdev();
            mount.device = (rustix::fs::major(device), rustix::fs::minor(device));
        }
        Some(mount)
    }

    /// Returns whether the data are gone when the machine stops.
    pub(super) fn in_memory(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "tmpfs" | "ramfs" | "devtmpfs" | "hugetlbfs"
        )
    }

    /// Returns the server that a network file system comes from.
    pub(super) fn server(&self) -> Option<&str> {
        match self.kind.as_str() {
            "nfs" | "nfs4" | "ceph" | "glusterfs" | "fuse.glusterfs" | "fuse.sshfs" => {
                let host = self.source.split(":/").next().unwrap_or(&self.source);
                Some(host.rsplit_once('@').map_or(host, |(_, host)| host))
            }
            "cifs" | "smb3" => self.source.trim_start_matches('/').split('/').next(),
            _ => None,
        }
    }
}

/// Reads one line of `mountinfo` (proc(5)): `id parent major:minor root point options [fields] - type source super`.
fn parse(line: &str) -> Option<Mount> {
    let (left, right) = line.split_once(" - ")?;
    let mut left = left.split(' ');
    let device = left.nth(2)?;
    let point = left.nth(1)?;
    let (major, minor) = device.split_once(':')?;
    let mut right = right.split(' ');
    Some(Mount {
        device: (major.parse().ok()?, minor.parse().ok()?),
        kind: right.next()?.to_owned(),
        point: unescape(point).to_string_lossy().into_owned(),
        source: unescape(right.next()?).to_string_lossy().into_owned(),
    })
}

/// Undoes the kernel's octal escapes of blank, tab, line end and backslash.
fn unescape(text: &str) -> PathBuf {
    let mut plain = text.to_owned();
    for (escape, character) in [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ] {
        plain = plain.replace(escape, character);
    }
    PathBuf::from(plain)
}
