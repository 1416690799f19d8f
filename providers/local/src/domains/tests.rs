use std::fs;
use std::os::unix::fs::symlink;

use super::*;

/// A sysfs of the shape that the kernel makes: `sda` with a partition, `sdb`, and a volume over both.
fn machine(root: &Path) -> Machine {
    let sys = root.join("sys");
    let devices = sys.join("devices/pci/block");
    for device in ["sda/sda1", "sdb", "dm-0/slaves", "sda/device", "sdb/device"] {
        fs::create_dir_all(devices.join(device)).unwrap();
    }
    fs::write(devices.join("sda/sda1/partition"), "1\n").unwrap();
    fs::write(devices.join("sda/device/serial"), "S4EV 17\n").unwrap();
    for member in ["sda/sda1", "sdb"] {
        let name = member.rsplit('/').next().unwrap();
        symlink(devices.join(member), devices.join("dm-0/slaves").join(name)).unwrap();
    }
    fs::create_dir_all(sys.join("dev/block")).unwrap();
    fs::create_dir_all(sys.join("block")).unwrap();
    for (number, device) in [("8:1", "sda/sda1"), ("8:16", "sdb"), ("253:0", "dm-0")] {
        symlink(devices.join(device), sys.join("dev/block").join(number)).unwrap();
    }
    for disk in ["sda", "sdb", "dm-0"] {
        symlink(devices.join(disk), sys.join("block").join(disk)).unwrap();
    }
    fs::create_dir_all(root.join("etc")).unwrap();
    fs::write(root.join("etc/machine-id"), "4d3\n").unwrap();
    Machine {
        sys,
        etc: root.join("etc"),
        ..Machine::default()
    }
}

fn ids(disks: &[Disk]) -> Vec<&str> {
    disks.iter().map(|disk| disk.id.as_str()).collect()
}

#[test]
fn a_partition_and_a_volume_stand_on_the_disks_below_them() {
    let root = tempfile::tempdir().unwrap();
    let machine = machine(root.path());
    assert_eq!(ids(&disk::below(&machine, (8, 1))), ["disk:S4EV_17"]);
    assert_eq!(ids(&disk::below(&machine, (8, 16))), ["disk:4d3:sdb"]);
    assert_eq!(
        ids(&disk::below(&machine, (253, 0))),
        ["disk:S4EV_17", "disk:4d3:sdb"]
    );
    assert_eq!(ids(&disk::below(&machine, (9, 9))), Vec::<&str>::new());
    assert_eq!(ids(&disk::all(&machine)), ["disk:S4EV_17", "disk:4d3:sdb"]);
}

#[test]
fn a_bucket_behind_loopback_may_be_on_any_disk_of_this_machine() {
    let root = tempfile::tempdir().unwrap();
    let machine = machine(root.path());
    let shown = |endpoint: &str| {
        let bucket = BucketAt {
            endpoint,
            region: "eu-west-1",
            name: "dr",
            key: "env:KEY",
        };
        of_bucket(&machine, bucket)
            .iter()
            .map(|domain| format!("{} {}: {}", domain.scope, domain.id, domain.evidence))
            .collect::<Vec<_>>()
            .join("\n")
    };
    insta::assert_snapshot!(shown("http://127.0.0.1:9000/x"), @"
    instance s3:127.0.0.1/dr: the bucket `dr` behind `http://127.0.0.1:9000/x`
    instance disk:S4EV_17: `http://127.0.0.1:9000/x` is this machine, so that the bucket may be on its disk `sda`
    instance disk:4d3:sdb: `http://127.0.0.1:9000/x` is this machine, so that the bucket may be on its disk `sdb`
    zone host:4d3: `http://127.0.0.1:9000/x` is on this machine
    account s3:127.0.0.1:env:KEY: the key in `env:KEY` can delete it
    account user:root@host:4d3: its key is on this machine (`env:KEY`)
    ");
    insta::assert_snapshot!(shown("https://minio.example.org"), @"
    instance s3:minio.example.org/dr: the bucket `dr` behind `https://minio.example.org`
    account s3:minio.example.org:env:KEY: the key in `env:KEY` can delete it
    account user:root@host:4d3: its key is on this machine (`env:KEY`)
    ");
    insta::assert_snapshot!(shown("https://s3.eu-west-1.amazonaws.com"), @"
    instance s3:s3.eu-west-1.amazonaws.com/dr: the bucket `dr` behind `https://s3.eu-west-1.amazonaws.com`
    zone s3:s3.eu-west-1.amazonaws.com/eu-west-1: `https://s3.eu-west-1.amazonaws.com` serves the region `eu-west-1`
    region region:eu-west-1: `https://s3.eu-west-1.amazonaws.com` serves the region `eu-west-1`
    account s3:s3.eu-west-1.amazonaws.com:env:KEY: the key in `env:KEY` can delete it
    account user:root@host:4d3: its key is on this machine (`env:KEY`)
    ");
}

#[test]
fn two_directories_of_one_file_system_share_an_instance_and_the_memory_is_another() {
    let machine = Machine::default();
    let instances = |path: &Path| -> Vec<String> {
        instances(&machine, path)
            .into_iter()
            .map(|(id, _)| id)
            .collect()
    };
    let root = tempfile::tempdir().unwrap();
    let here = instances(root.path());
    assert_eq!(here, instances(&root.path().join("not/there/yet")));
    assert!(!here.is_empty());
    if fs::read_to_string("/proc/self/mountinfo")
        .unwrap()
        .contains(" /dev/shm ")
    {
        let memory = format!("host:{}:memory", machine.id());
        assert_eq!(instances(Path::new("/dev/shm/not-there")), [memory]);
        let kept: Vec<String> = of_repository(&machine, Path::new("/dev/shm/not-there"))
            .into_iter()
            .map(|domain| domain.id)
            .collect();
        for disk in disk::all(&machine) {
            assert!(kept.contains(&disk.id), "memory survives no disk: {kept:?}");
        }
    }
}

#[test]
fn the_host_of_an_endpoint_has_no_scheme_port_or_path() {
    for (endpoint, host) in [
        ("http://127.0.0.1:9000", "127.0.0.1"),
        ("https://[::1]:9000/dr", "::1"),
        ("https://S3.example.org", "s3.example.org"),
        ("minio:9000", "minio"),
    ] {
        assert_eq!(host_of(endpoint), host);
    }
}

#[test]
fn a_bucket_behind_the_name_or_an_address_of_this_machine_is_on_this_machine() {
    let root = tempfile::tempdir().unwrap();
    let machine = Machine {
        proc: root.path().join("proc"),
        ..machine(root.path())
    };
    for (path, text) in [
        ("proc/sys/kernel/hostname", "db1\n"),
        (
            "proc/net/fib_trie",
            "Local:\n  |-- 10.0.0.7\n     /32 host LOCAL\n  |-- 10.0.0.9\n     /32 link UNICAST\n",
        ),
        (
            "proc/net/if_inet6",
            "fd000000000000000000000000000007 02 40 00 80 eth0\n",
        ),
        ("etc/hosts", "10.0.0.7 store minio # ours\n10.0.0.9 other\n"),
    ] {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let is_here = |endpoint: &str| {
        let bucket = BucketAt {
            endpoint,
            region: "eu-west-1",
            name: "dr",
            key: "env:KEY",
        };
        let domains = of_bucket(&machine, bucket);
        let disk = domains.iter().any(|domain| domain.id == "disk:S4EV_17");
        let zone = domains.iter().any(|domain| domain.id == "host:4d3");
        assert_eq!(disk, zone);
        disk
    };
    for here in [
        "http://db1:9000",
        "http://db1.example.org",
        "https://10.0.0.7",
        "http://[fd00::7]:9000",
        "http://MinIO:9000",
    ] {
        assert!(is_here(here), "{here}");
    }
    for elsewhere in [
        "http://db2:9000",
        "https://10.0.0.9",
        "http://[fd00::8]:9000",
        "http://other",
        "https://s3.eu-west-1.amazonaws.com",
    ] {
        assert!(!is_here(elsewhere), "{elsewhere}");
    }
}
