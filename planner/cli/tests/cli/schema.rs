//! What others need of lifeboat: the permissions that a command takes, and how much it asks.

use crate::sandbox::Sandbox;

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "testing"),
    ("AWS_SECRET_ACCESS_KEY", "testing-secret"),
];

/// Returns the actions that the policy of a command allows.
fn actions(purpose: &str) -> Vec<String> {
    let sandbox = Sandbox::empty();
    let ran = sandbox.run(&["schema", "iam", "--for", purpose]).exits(0);
    let policy: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
    policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|statement| statement["Action"].as_array().unwrap())
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_policy_of_a_plan_reads_and_that_of_an_apply_writes_too() {
    let (plan, apply) = (actions("plan"), actions("apply"));
    let changes = "rds:ModifyDBInstance".to_owned();
    assert!(!plan.contains(&changes) && apply.contains(&changes));
    assert!(plan.iter().all(|action| apply.contains(action)));
}

#[test]
fn a_policy_is_for_the_partition_that_is_asked_for() {
    Sandbox::empty()
        .run(&["schema", "iam", "--for", "apply", "--partition", "aws-cn"])
        .exits(0)
        .says("arn:aws-cn:rds:")
        .never_says("arn:aws:");
}

#[test]
fn a_command_that_has_no_policy_is_an_error_of_the_command_line() {
    Sandbox::empty()
        .run(&["schema", "iam", "--for", "fmt"])
        .exits(64)
        .complains("failover");
}

/// Nobody listens on the endpoint: STS is asked again and again, until the budget is spent.
#[test]
fn requests_are_counted_where_everything_is_shown_and_end_with_their_budget() {
    let sandbox = Sandbox::empty();
    sandbox.write(
        "main.dr.hcl",
        r#"
        provider "aws" {
          region         = "eu-west-1"
          endpoint_url   = "http://127.0.0.1:1"
          request_budget = 3
        }
        target "aws_db_instance" "orders" {
          identifier = "orders"
        }
        "#,
    );
    sandbox
        .run_with(&KEYS, &["plan", "-v"])
        .complains("was not sent: the budget of 3 requests is spent")
        .complains("\naws: 3 requests\n");
    sandbox
        .run_with(&KEYS, &["plan"])
        .complains("was not sent")
        .never_says("\naws: ")
        .never_says("testing-secret");
}
