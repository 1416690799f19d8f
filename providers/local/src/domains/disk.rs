//! The disks below a block device, from `/sys/dev/block`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::machine::{Machine, trimmed};

/// A disk: what fails as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Disk {
    /// The kernel's name: `vda`.
    pub(super) name: String,
    /// The domain's id: by serial number, else by machine and name.
    pub(super) id: String,
}

/// Returns the disks that a block device is made of: itself, its parent where it is a partition, its members where
/// it is assembled (LVM, RAID, dm-crypt), the disks below its file where it is a loop device.
pub(super) fn below(machine: &Machine, (major, minor): (u32, u32)) -> Vec<Disk> {
    let entry = machine.sys.join(format!("dev/block/{major}:{minor}"));
    let mut disks = BTreeSet::new();
    if let Ok(device) = entry.canonicalize() {
        collect(machine, &device, &mut disks, 8);
    }
    disks.into_iter().collect()
}

/// Returns every disk of the machine that is not made of others or of memory.
pub(super) fn all(machine: &Machine) -> Vec<Disk> {
    let Ok(entries) = fs::read_dir(machine.sys.join("block")) else {
        return Vec::new();
    };
    let disks: BTreeSet<Disk> = entries
        .filter_map(|entry| entry.ok()?.path().canonicalize().ok())
        .filter(|device| device.join("device").exists())
        .filter_map(|device| disk(machine, &device))
        .collect();
    disks.into_iter().collect()
}

/// Adds the disks of one device; `depth` stops at a cycle, which no real stack has.
fn collect(machine: &Machine, device: &Path, disks: &mut BTreeSet<Disk>, depth: u8) {
    if depth == 0 {
        return;
    }
    if device.join("partition").exists()
        && let Some(parent) = device.parent()
    {
        return collect(machine, parent, disks, depth - 1);
    }
    if let Some(file) = trimmed(&device.join("loop/backing_file")) {
        if let Some(mount) = super::Mount::of(machine, Path::new(&file)) {
            disks.extend(below(machine, mount.device));
        }
        return;
    }
    let members = members(device);
    for member in &members {
        collect(machine, member, disks, depth - 1);
    }
    if members.is_empty() {
        disks.extend(disk(machine, device));
    }
}

fn members(device: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(device.join("slaves")) else {
        return Vec::new();
    };
    let mut members: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok()?.path().canonicalize().ok())
        .collect();
    members.sort();
    members
}

fn disk(machine: &Machine, device: &Path) -> Option<Disk> {
    let name = device.file_name()?.to_string_lossy().into_owned();
    let serial = ["serial", "device/serial", "wwid", "device/wwid"]
        .iter()
        .find_map(|file| trimmed(&device.join(file)).filter(|serial| !serial.is_empty()));
    let id = match serial {
        Some(serial) => format!("disk:{}", serial.replace(char::is_whitespace, "_")),
        None => format!("disk:{}:{name}", machine.id()),
    };
    Some(Disk { name, id })
}
