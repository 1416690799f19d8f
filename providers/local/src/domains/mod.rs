//! Failure domains from real facts: which disk a path is on, which machine an endpoint is on.
//!
//! Whoever shares a [`Domain`] at a scope goes down together there. A path stands in the disk below its file system
//! (`instance`), in the machine (`zone`), and with all that the machine's `root` can delete (`account`). Another disk of
//! the same machine is another instance. Where the machine itself stands, and where a server or a service other than
//! Amazon's, no fact tells: that is for the configuration to say.
//!
//! What is not known within the machine is taken for the worst: a file system whose disk cannot be told may be on any
//! disk of it, and so may a repository behind an endpoint that is this machine: loopback, its name, or its own address.

mod disk;
mod mount;

use std::path::{Path, PathBuf};

use lifeboat_model::{Domain, Scope};

use crate::machine::Machine;
use disk::Disk;
use mount::Mount;

/// Returns the failure domains of a path, which need not exist yet: then those of its nearest ancestor that does.
pub(crate) fn of_path(machine: &Machine, path: &Path) -> Vec<Domain> {
    let mut domains: Vec<Domain> = instances(machine, path)
        .into_iter()
        .map(|(id, evidence)| Domain {
            scope: Scope::Instance,
            id,
            evidence,
        })
        .collect();
    let shown = path.display().to_string();
    let mount = Mount::of(machine, &nearest_existing(path));
    match mount.as_ref().and_then(Mount::server) {
        Some(server) => domains.push(deletable(
            machine,
            format!("`{shown}` of the server `{server}` is mounted on this machine"),
        )),
        None => domains.extend(of_this_machine(machine, &shown)),
    }
    domains
}

/// Returns the failure domains of a directory that holds recovery points.
///
/// One in memory is on no disk, and yet survives the loss of none: it is empty once the machine has stopped.
pub(crate) fn of_repository(machine: &Machine, path: &Path) -> Vec<Domain> {
    let mut domains = of_path(machine, path);
    let mount = Mount::of(machine, &nearest_existing(path)).filter(Mount::in_memory);
    if let Some(mount) = mount {
        let evidence = format!(
            "`{}` is in memory ({} at `{}`), and empty once the machine stops",
            path.display(),
            mount.kind,
            mount.point
        );
        domains.extend(disk::all(machine).into_iter().map(|disk| Domain {
            scope: Scope::Instance,
            id: disk.id,
            evidence: evidence.clone(),
        }));
    }
    domains
}

/// Returns the type of the file system that a path is on.
pub(crate) fn file_system(machine: &Machine, path: &Path) -> Option<String> {
    Mount::of(machine, &nearest_existing(path)).map(|mount| mount.kind)
}

/// A bucket behind an S3 endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BucketAt<'a> {
    /// The address of the service.
    pub(crate) endpoint: &'a str,
    /// The region that requests are signed for.
    pub(crate) region: &'a str,
    /// The bucket.
    pub(crate) name: &'a str,
    /// The reference to the access key, for a person: "env:AWS_ACCESS_KEY_ID". Never the key.
    pub(crate) key: &'a str,
}

/// Returns the failure domains of a bucket.
///
/// Whoever holds its key can delete it, and whoever holds this machine, where the key is found, holds the key.
pub(crate) fn of_bucket(machine: &Machine, bucket: BucketAt<'_>) -> Vec<Domain> {
    let BucketAt {
        endpoint,
        region,
        name,
        key,
    } = bucket;
    let host = host_of(endpoint);
    let mut domains = vec![Domain {
        scope: Scope::Instance,
        id: format!("s3:{host}/{name}"),
        evidence: format!("the bucket `{name}` behind `{endpoint}`"),
    }];
    if is_loopback(&host) || machine.is_called(&host) {
        for disk in disk::all(machine) {
            domains.push(Domain {
                scope: Scope::Instance,
                evidence: format!(
                    "`{endpoint}` is this machine, so that the bucket may be on its disk `{}`",
                    disk.name
                ),
                id: disk.id,
            });
        }
        domains.push(zone(machine, endpoint));
    } else if is_amazon(&host) {
        // A bucket is in several zones of its region, and survives the loss of one. The region has the name by which a
        // configuration says where a target stands, so that the two are known to be the same.
        for (scope, id) in [
            (Scope::Zone, format!("s3:{host}/{region}")),
            (Scope::Region, format!("region:{region}")),
        ] {
            domains.push(Domain {
                scope,
                id,
                evidence: format!("`{endpoint}` serves the region `{region}`"),
            });
        }
    }
    domains.push(Domain {
        scope: Scope::Account,
        id: format!("s3:{host}:{key}"),
        evidence: format!("the key in `{key}` can delete it"),
    });
    domains.push(deletable(
        machine,
        format!("its key is on this machine (`{key}`)"),
    ));
    domains
}

/// Returns what takes everything on this machine, whatever disk it is on.
fn of_this_machine(machine: &Machine, place: &str) -> [Domain; 2] {
    let evidence = format!("root of this machine can delete `{place}`");
    [zone(machine, place), deletable(machine, evidence)]
}

fn zone(machine: &Machine, place: &str) -> Domain {
    Domain {
        scope: Scope::Zone,
        id: format!("host:{}", machine.id()),
        evidence: format!("`{place}` is on this machine"),
    }
}

/// Returns what goes when somebody takes over this machine.
fn deletable(machine: &Machine, evidence: String) -> Domain {
    Domain {
        scope: Scope::Account,
        id: format!("user:root@host:{}", machine.id()),
        evidence,
    }
}

fn is_amazon(host: &str) -> bool {
    host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn")
}

/// Returns the ids of the instances that a path stands in, each with its evidence.
fn instances(machine: &Machine, path: &Path) -> Vec<(String, String)> {
    let shown = path.display();
    let existing = nearest_existing(path);
    let Some(mount) = Mount::of(machine, &existing) else {
        return anywhere(
            machine,
            &format!("the file system of `{shown}` is not known"),
        );
    };
    if mount.in_memory() {
        let id = format!("host:{}:memory", machine.id());
        return vec![(
            id,
            format!(
                "`{shown}` is in memory ({} at `{}`)",
                mount.kind, mount.point
            ),
        )];
    }
    if let Some(server) = mount.server() {
        return vec![(
            format!("server:{server}"),
            format!(
                "`{shown}` is on the server `{server}` ({} at `{}`)",
                mount.kind, mount.point
            ),
        )];
    }
    let (major, minor) = mount.device;
    let disks = disk::below(machine, mount.device);
    if disks.is_empty() {
        let what = format!(
            "`{shown}` is on {} at `{}` (st_dev {major}:{minor}), whose disk is not known",
            mount.kind, mount.point
        );
        let mut all = anywhere(machine, &what);
        let id = format!("host:{}:dev:{major}:{minor}", machine.id());
        all.insert(0, (id, what));
        return all;
    }
    disks
        .into_iter()
        .map(|Disk { name, id }| {
            (
                id,
                format!("`{shown}` is on disk /dev/{name} (st_dev {major}:{minor})"),
            )
        })
        .collect()
}

/// Returns every disk of the machine: it is on one of them.
fn anywhere(machine: &Machine, why: &str) -> Vec<(String, String)> {
    disk::all(machine)
        .into_iter()
        .map(|disk| (disk.id, format!("{why}; it may be on /dev/{}", disk.name)))
        .collect()
}

fn nearest_existing(path: &Path) -> PathBuf {
    path.ancestors()
        .find_map(|ancestor| ancestor.canonicalize().ok())
        .unwrap_or_else(|| PathBuf::from("/"))
}

/// Returns the host of an endpoint without scheme, user, port and path.
pub(crate) fn host_of(endpoint: &str) -> String {
    let rest = endpoint
        .split_once("://")
        .map_or(endpoint, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or(bracketed),
        None => host.split(':').next().unwrap_or(host),
    };
    host.to_ascii_lowercase()
}

fn is_loopback(host: &str) -> bool {
    match host.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback() || address.is_unspecified(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests;
