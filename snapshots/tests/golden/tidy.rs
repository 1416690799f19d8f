//! The rules of the house that a compiler does not hold: sizes, arrows between crates, purity, forgotten examples.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Lines that no source file exceeds.
const FILE_LINES: usize = 600;
/// Lines of unit tests that may stand beside the code; more move to a file of their own.
const BESIDE_LINES: usize = 150;
/// Lines that no snapshot exceeds.
const SNAPSHOT_LINES: usize = 200;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file of the repository with this extension, but for what is built.
pub(crate) fn files(extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" && !name.starts_with("target.") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| e == extension) {
                let shown = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((shown, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no .{extension} file found");
    found
}

#[test]
fn no_file_is_longer_than_a_person_reads() {
    let mut long = Vec::new();
    for (name, text) in files("rs") {
        let lines = text.lines().count();
        if lines > FILE_LINES {
            long.push(format!("{name}: {lines} lines, at most {FILE_LINES}"));
        }
        let beside = text
            .lines()
            .skip_while(|line| *line != "mod tests {")
            .count();
        if beside > BESIDE_LINES {
            long.push(format!("{name}: {beside} lines of tests beside the code, at most {BESIDE_LINES}: move them to tests.rs"));
        }
    }
    for (name, text) in files("rs")
        .iter()
        .filter(|(name, _)| name.contains("snapshots/"))
    {
        assert!(!text.is_empty(), "{name} is empty");
    }
    let snapshots = root().join("snapshots");
    let mut folders = vec![snapshots];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "snap") {
                let lines = fs::read_to_string(&path).unwrap().lines().count();
                if lines > SNAPSHOT_LINES {
                    long.push(format!(
                        "{}: {lines} lines, at most {SNAPSHOT_LINES}",
                        path.display()
                    ));
                }
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// The lifeboat crates that a manifest depends on, tests aside.
fn arrows(manifest: &str) -> BTreeSet<String> {
    let mut section = "";
    let mut found = BTreeSet::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        } else if section == "[dependencies]" && line.starts_with("lifeboat-") {
            let name = line.split(['.', ' ', '=']).next().unwrap();
            found.insert(name.trim_start_matches("lifeboat-").to_owned());
        }
    }
    found
}

#[test]
fn the_arrows_between_crates_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("planner/model", &[][..]),
        ("planner/core", &["model"]),
        ("providers/contract", &["model"]),
        ("planner/engine", &["model", "contract"]),
        ("providers/memory", &["model", "contract"]),
        ("providers/local", &["model", "contract"]),
        ("providers/aws", &["model", "contract"]),
        (
            "planner/cli",
            &[
                "model", "core", "contract", "engine", "memory", "local", "aws",
            ],
        ),
        ("snapshots", &[]),
    ]);
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let members: Vec<&str> = workspace
        .lines()
        .skip_while(|line| !line.starts_with("members"))
        .skip(1)
        .take_while(|line| *line != "]")
        .map(|line| line.trim().trim_matches([',', '"']))
        .collect();
    assert_eq!(
        members.iter().copied().collect::<BTreeSet<_>>(),
        allowed.keys().copied().collect()
    );
    for (member, permitted) in allowed {
        let manifest = fs::read_to_string(root().join(member).join("Cargo.toml")).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{member} does not inherit the lints"
        );
        for arrow in arrows(&manifest) {
            assert!(
                permitted.contains(&arrow.as_str()),
                "{member} must not depend on lifeboat-{arrow}"
            );
        }
    }
}

#[test]
fn the_planner_reaches_no_clock_no_file_and_no_network() {
    let banned = [
        "tokio",
        "clap",
        "rustix",
        "tempfile",
        "getrandom",
        "hostname",
        "rusqlite",
        "rustic_core",
        "opendal",
        "tracing",
    ];
    for member in ["planner/model", "planner/core"] {
        let manifest = fs::read_to_string(root().join(member).join("Cargo.toml")).unwrap();
        let dependencies: String = manifest
            .lines()
            .skip_while(|l| *l != "[dependencies]")
            .take_while(|l| *l != "[dev-dependencies]")
            .collect();
        for name in banned {
            assert!(
                !dependencies.contains(name),
                "{member} must not depend on {name}"
            );
        }
        assert!(
            root().join(member).join("clippy.toml").exists(),
            "{member} has no clippy.toml of its own"
        );
    }
    for (name, text) in files("rs") {
        if !name.starts_with("planner/model/src") && !name.starts_with("planner/core/src") {
            continue;
        }
        for word in [
            "std::fs",
            "std::env",
            "std::net",
            "std::process",
            "std::thread",
            "Timestamp::now",
            "Instant::now",
            "HashMap",
        ] {
            assert!(
                !text.contains(word),
                "{name} mentions {word}: the planner is pure"
            );
        }
    }
}

/// The folders in `examples/NAME`, sorted.
fn folders(of: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("examples").join(of)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "examples/{of} has no folder");
    folders
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn every_example_is_explained_and_listed() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for folder in folders("") {
        let name = name(&folder);
        for file in ["main.dr.hcl", "README.md"] {
            let whole = name == INCIDENTS && file == "main.dr.hcl";
            assert!(
                whole || folder.join(file).exists(),
                "examples/{name} has no {file}"
            );
        }
        assert!(
            readme.contains(&format!("examples/{name}")),
            "README.md does not mention examples/{name}"
        );
    }
}

/// A folder of examples, one for each incident.
const INCIDENTS: &str = "incidents";

#[test]
fn every_incident_is_explained_changed_and_played() {
    let readme = root().join("examples").join(INCIDENTS).join("README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let played = fs::read_to_string(root().join("snapshots/tests/golden/incidents.rs")).unwrap();
    for folder in folders(INCIDENTS) {
        let name = name(&folder);
        for file in ["main.dr.hcl", "README.md", "fixed/main.dr.hcl"] {
            assert!(
                folder.join(file).exists(),
                "examples/{INCIDENTS}/{name} has no {file}"
            );
        }
        assert!(
            readme.contains(&name),
            "examples/{INCIDENTS}/README.md does not mention {name}"
        );
        assert!(
            played.contains(&format!("\"{name}\"")),
            "no golden plays {name}"
        );
        for file in ["main.dr.hcl", "README.md", "fixed/main.dr.hcl"] {
            let text = fs::read_to_string(folder.join(file)).unwrap();
            let long = text
                .lines()
                .find(|line| line.chars().count() > 80 && !line.contains("https://"));
            assert!(
                long.is_none(),
                "{name}/{file} is wider than 80 columns: {long:?}"
            );
        }
    }
}

#[test]
fn nothing_is_left_open_in_the_code() {
    let open = ["todo!(", "unimplemented!(", "FIXME", "#[allow("];
    for (name, text) in files("rs") {
        if name.ends_with("golden/tidy.rs") {
            continue;
        }
        for word in open {
            assert!(!text.contains(word), "{name} contains {word}");
        }
    }
}
