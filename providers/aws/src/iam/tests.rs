//! The table against the code.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

const PURPOSES: [Purpose; 5] = [
    Purpose::Plan,
    Purpose::Apply,
    Purpose::Backup,
    Purpose::Restore,
    Purpose::Failover,
];

/// Returns the actions that the sources under a folder name when a call fails: `failed("service:Action"`.
fn called(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            called(&path, found);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let made_of_parts = ["rds:{", "s3:{", "kms:{", "tag:{"];
            let whole = made_of_parts
                .iter()
                .all(|part| !code.contains(&format!("\"{part}")));
            assert!(
                whole,
                "{name} names an action in parts, which nobody can look up here"
            );
            found.extend(actions_in(code));
        }
    }
}

/// Returns the literals `"service:Action"` of a source; every one of them names an action that a call needs.
fn actions_in(code: &str) -> Vec<String> {
    const SERVICES: [&str; 7] = ["rds", "s3", "kms", "tag", "sts", "iam", "cloudwatch"];
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|literal| {
            literal.split_once(':').is_some_and(|(service, action)| {
                SERVICES.contains(&service)
                    && action.starts_with(|first: char| first.is_ascii_uppercase())
                    && action.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
        })
        .map(str::to_owned)
        .collect()
}

fn code() -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    for folder in std::fs::read_dir(sources).unwrap() {
        let folder = folder.unwrap().path();
        if folder.is_dir() && !folder.ends_with("iam") && !folder.ends_with("error") {
            called(&folder, &mut found);
        }
    }
    found
}

#[test]
fn each_action_that_the_code_calls_has_its_line_and_each_line_its_call() {
    let called = code();
    let listed: BTreeSet<String> = TABLE
        .iter()
        .filter(|action| action.along.is_none())
        .map(|action| action.name)
        .chain(STATE)
        .map(str::to_owned)
        .collect();
    let missing: Vec<_> = called.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "add to providers/aws/src/iam/table.rs: {missing:#?}"
    );
    let unused: Vec<_> = listed.difference(&called).collect();
    assert!(unused.is_empty(), "nothing calls, so take out: {unused:#?}");
    assert!(
        called.contains("sts:GetCallerIdentity"),
        "the sources were not found"
    );
}

#[test]
fn what_aws_asks_for_along_with_an_action_goes_with_one_that_is_called_for_the_same_commands() {
    for action in TABLE {
        let Some(with) = action.along else { continue };
        let called = TABLE
            .iter()
            .find(|other| other.name == with && other.along.is_none())
            .unwrap_or_else(|| {
                panic!("{} goes along with {with}, which is not there", action.name)
            });
        for purpose in action.purposes {
            assert!(called.is_for(*purpose), "{} for {purpose:?}", action.name);
        }
    }
}

#[test]
fn a_plan_needs_leave_for_nothing_that_changes_or_reads_contents() {
    for action in TABLE.iter().filter(|action| action.is_for(Purpose::Plan)) {
        let (_, name) = action.name.split_once(':').unwrap();
        let reads = ["Describe", "List", "Get"]
            .iter()
            .any(|verb| name.starts_with(verb));
        assert!(reads && name != "GetObject", "{}", action.name);
    }
}

#[test]
fn whatever_a_plan_reads_every_other_command_may_read() {
    for action in TABLE.iter().filter(|action| action.is_for(Purpose::Plan)) {
        for purpose in PURPOSES {
            assert!(action.is_for(purpose), "{} for {purpose:?}", action.name);
        }
    }
}

#[test]
fn an_apply_may_do_what_backup_run_does_because_it_makes_first_points_and_lets_old_ones_go() {
    for action in TABLE.iter().filter(|action| action.is_for(Purpose::Backup)) {
        assert!(action.is_for(Purpose::Apply), "{}", action.name);
    }
}

#[test]
fn a_plan_gets_a_policy_that_can_be_pasted() {
    let text = format!("{:#}", policy(Purpose::Plan, Partition::Aws, None));
    assert!(text.contains("\"Version\": \"2012-10-17\""), "{text}");
    assert!(text.contains("rds:DescribeDBInstances"), "{text}");
}

#[test]
fn a_policy_has_the_form_of_iam_and_fits_into_its_limit() {
    for purpose in PURPOSES {
        let policy = policy(purpose, Partition::China, Some("states/lifeboat.json"));
        assert_eq!(policy["Version"], "2012-10-17");
        let mut sids = BTreeSet::new();
        for statement in policy["Statement"].as_array().unwrap() {
            let sid = statement["Sid"].as_str().unwrap();
            assert!(
                sid.bytes().all(|byte| byte.is_ascii_alphanumeric()),
                "{sid}"
            );
            assert!(sids.insert(sid.to_owned()), "{sid} twice");
            assert_eq!(statement["Effect"], "Allow");
            assert!(!statement["Action"].as_array().unwrap().is_empty());
            for arn in statement["Resource"].as_array().unwrap() {
                let arn = arn.as_str().unwrap();
                assert!(arn == "*" || arn.starts_with("arn:aws-cn:"), "{arn}");
            }
        }
        // A managed policy has at most 6,144 characters, white space not counted ("IAM quotas", AWS 2025).
        assert!(policy.to_string().len() <= 6_144, "{purpose:?}");
    }
}
