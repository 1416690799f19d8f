//! What each command needs leave for, as a policy of IAM.
//!
//! `table` lists every action that the code calls, and those that AWS asks for along with one of them; `place` the
//! resources that leave is given on. A test holds the table to the code: no call without its line, no line without its
//! call.

mod place;
mod table;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::place::Place;
use self::table::{Action, STATE, TABLE};

/// A command that a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Everything that only reads settings: `plan`, `drift`, `status`.
    Plan,
    /// `apply`, `destroy`, `import`.
    Apply,
    /// `backup run`.
    Backup,
    /// `restore`, `drill` and `verify`.
    Restore,
    /// Going over to the other region.
    Failover,
}

/// A partition of AWS: accounts of one see nothing of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partition {
    /// The usual one.
    Aws,
    /// China.
    China,
    /// GovCloud of the United States.
    UsGov,
}

impl Partition {
    const fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::UsGov => "aws-us-gov",
        }
    }
}

/// Returns the smallest policy that a command runs with, in the form of IAM's policy documents, version 2012-10-17.
///
/// One statement for each set of resources; what only lists stands in one of its own, because lists have no resource.
/// `state` is where the state lies, where that is S3: `BUCKET/KEY`, whose locks and trail begin alike.
pub fn policy(purpose: Purpose, partition: Partition, state: Option<&str>) -> Value {
    let mut actions: BTreeMap<&[Place], Vec<&str>> = BTreeMap::new();
    for action in TABLE.iter().filter(|action| action.is_for(purpose)) {
        actions.entry(action.on).or_default().push(action.name);
    }
    let mut statements: Vec<Value> = actions
        .into_iter()
        .map(|(places, names)| {
            let sids: Vec<&str> = places.iter().map(|place| place.sid()).collect();
            let arns = places.iter().flat_map(|place| place.arns(partition.name()));
            json!({
                "Sid": sids.concat(),
                "Effect": "Allow",
                "Action": names,
                "Resource": arns.collect::<Vec<_>>(),
            })
        })
        .collect();
    if let Some(state) = state {
        let written = if purpose == Purpose::Plan {
            1
        } else {
            STATE.len()
        };
        let names: Vec<&str> = STATE.iter().take(written).copied().collect();
        statements.push(json!({
            "Sid": "State",
            "Effect": "Allow",
            "Action": names,
            "Resource": [format!("arn:{}:s3:::{state}*", partition.name())],
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

impl Action {
    fn is_for(&self, purpose: Purpose) -> bool {
        self.purposes.contains(&purpose)
    }
}

#[cfg(test)]
mod tests;
