//! The groups of an instance or a cluster in a region: what of the recorded ones can be put back there, and what was.

use std::collections::BTreeSet;

use lifeboat_contract::{ErrorClass, ProviderError};

use crate::client::Session;
use crate::error::Failed as _;
use crate::rds::points::shape::Shape;
use crate::rds::points::source::Engine;

/// What a change after the restore can put right, and what is compared at the end.
pub(super) const SETTLED: [&str; 6] = [
    "parameters",
    "security",
    "multi-az",
    "protected",
    "iam",
    "retention",
];

/// What can be put back, and what not, with the reason of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fitting {
    pub(super) shape: Shape,
    pub(super) left_out: Vec<(String, String)>,
}

/// Returns what of a recorded shape can be put back in the region and the account of a session.
///
/// Security groups and option groups belong to one region. Parameter and subnet groups, too; but others of the same
/// names may have been made there for this very case, and are taken.
///
/// # Errors
/// When RDS cannot be asked.
pub(super) async fn fitting(
    session: &Session,
    engine: Engine,
    shape: &Shape,
) -> Result<Fitting, ProviderError> {
    let there = |name: &str, is: &str| shape.one(name).is_none_or(|it| it == is);
    let mut fitting = Fitting {
        shape: without_defaults(shape),
        left_out: Vec::new(),
    };
    if there("region", &session.region) && there("account", &session.account) {
        return Ok(fitting);
    }
    let region = &session.region;
    let mut left_out = vec!["options", "logs"];
    if shape.one("security").is_some() {
        left_out.push("security");
        let groups = shape.all("security").join(", ");
        let why = format!("{groups} are not of {region}; it has the default one");
        fitting.left_out.push(("security groups".to_owned(), why));
    }
    for (name, noun) in [
        ("parameters", "parameter group"),
        ("member-parameters", "parameter group of the member"),
        ("subnets", "subnet group"),
    ] {
        let Some(group) = fitting.shape.one(name) else {
            continue;
        };
        if !stands(session, engine, name, group).await? {
            left_out.push(name);
            let why = format!("there is no `{group}` in {region}; it has the default one");
            fitting.left_out.push((noun.to_owned(), why));
        }
    }
    fitting.shape = fitting.shape.without(&left_out);
    Ok(fitting)
}

/// Returns whether a region has a group of this name.
async fn stands(
    session: &Session,
    engine: Engine,
    name: &str,
    group: &str,
) -> Result<bool, ProviderError> {
    let rds = &session.rds;
    let said = match (name, engine) {
        ("subnets", _) => {
            let said = rds.describe_db_subnet_groups().db_subnet_group_name(group);
            let said = said.send().await.map(|it| it.db_subnet_groups().len());
            said.map_err(|error| error.failed("rds:DescribeDBSubnetGroups", group))
        }
        ("parameters", Engine::Cluster) => {
            let said = rds.describe_db_cluster_parameter_groups();
            let said = said.db_cluster_parameter_group_name(group).send().await;
            let said = said.map(|it| it.db_cluster_parameter_groups().len());
            said.map_err(|error| error.failed("rds:DescribeDBClusterParameterGroups", group))
        }
        _ => {
            let said = rds
                .describe_db_parameter_groups()
                .db_parameter_group_name(group);
            let said = said.send().await.map(|it| it.db_parameter_groups().len());
            said.map_err(|error| error.failed("rds:DescribeDBParameterGroups", group))
        }
    };
    match said {
        Ok(found) => Ok(found > 0),
        Err(error) if error.class == ErrorClass::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Returns a shape without groups that RDS makes and gives by itself: they need not be there before they are needed.
fn without_defaults(shape: &Shape) -> Shape {
    let default = |name: &str| {
        let group = shape.one(name).unwrap_or_default();
        group.starts_with("default.") || group.starts_with("default:")
    };
    let mut names = vec!["region", "account"];
    names.extend(
        ["parameters", "member-parameters", "options"]
            .into_iter()
            .filter(|it| default(it)),
    );
    shape.without(&names)
}

/// Returns the names of what is wanted and is otherwise.
pub(super) fn otherwise(wanted: &Shape, found: &Shape) -> Vec<&'static str> {
    let differs = |name: &str| wanted.one(name).is_some() && set(wanted, name) != set(found, name);
    SETTLED.into_iter().filter(|name| differs(name)).collect()
}

fn set<'a>(shape: &'a Shape, name: &str) -> BTreeSet<&'a str> {
    shape.all(name).iter().map(String::as_str).collect()
}
