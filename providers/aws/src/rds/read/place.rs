//! What things fail with: instances and zones as RDS tells them, the region, the account, keys.
//!
//! Snapshots and automated backups stand in S3, apart from every instance and in at least three zones ("Resilience in
//! Amazon RDS", RDS user guide, 2025-06): they have an instance and a zone of their own here, which no database has.

use lifeboat_model::{Domain, Need, NeedKind, Scope};

use super::database::Database;
use crate::client::Session;

const IN_S3: &str = "RDS keeps backups in S3, in at least three zones of the region";

fn domain(scope: Scope, id: impl Into<String>, evidence: impl Into<String>) -> Domain {
    Domain {
        scope,
        id: id.into(),
        evidence: evidence.into(),
    }
}

/// Returns the region and the account of a session.
pub(crate) fn of_session(session: &Session) -> Vec<Domain> {
    let Session {
        region, account, ..
    } = session;
    vec![
        domain(
            Scope::Region,
            format!("aws:{region}"),
            format!("signed for the region {region}"),
        ),
        domain(
            Scope::Account,
            format!("aws:{account}"),
            format!("GetCallerIdentity: Account = {account}"),
        ),
    ]
}

/// Returns what snapshots and automated backups of a region fail with.
pub(crate) fn of_backups(session: &Session) -> Vec<Domain> {
    let region = &session.region;
    let mut domains = of_session(session);
    domains.push(domain(
        Scope::Instance,
        format!("aws:{region}:rds-backups"),
        IN_S3,
    ));
    domains.push(domain(
        Scope::Zone,
        format!("aws:{region}:rds-backups"),
        IN_S3,
    ));
    domains.sort();
    domains
}

/// Returns a zone, where it is one of the region: a stranger's name tells nothing.
pub(crate) fn zone(session: &Session, zone: Option<&str>, evidence: &str) -> Option<Domain> {
    let zone = zone.filter(|zone| zone.starts_with(&session.region))?;
    let evidence = format!("{evidence} = {zone}");
    Some(domain(Scope::Zone, format!("aws:{zone}"), evidence))
}

/// Returns what an instance, or the instance of a cluster that takes the writes, fails with.
pub(crate) fn of_database(
    session: &Session,
    of: &Database,
    writer: Option<&Database>,
) -> Vec<Domain> {
    let call = if of.is_cluster {
        "DescribeDBClusters: DBClusterArn"
    } else {
        "DescribeDBInstances: DBInstanceArn"
    };
    let mut domains = of_session(session);
    let id = &of.arn;
    domains.push(domain(
        Scope::Instance,
        id.clone(),
        format!("{call} = {id}"),
    ));
    let stands = writer.unwrap_or(of).zone.as_deref();
    domains.extend(zone(
        session,
        stands,
        "DescribeDBInstances: AvailabilityZone",
    ));
    domains.sort();
    domains
}

/// Returns what the standby of an instance fails with; RDS puts it into another zone, always.
pub(crate) fn of_standby(session: &Session, of: &Database) -> Vec<Domain> {
    const PROMISED: &str = "a Multi-AZ standby is always in another zone than its primary (\"Multi-AZ DB instance deployments\", RDS user guide, 2025-06)";
    let mut domains = of_session(session);
    domains.push(domain(
        Scope::Instance,
        format!("{}/standby", of.arn),
        "a Multi-AZ standby is an instance of its own",
    ));
    let second = of.second_zone.as_deref();
    let known = zone(
        session,
        second,
        "DescribeDBInstances: SecondaryAvailabilityZone",
    );
    domains.push(known.unwrap_or_else(|| {
        let other = format!("aws:{}:standby-of:{}", session.region, of.arn);
        domain(Scope::Zone, other, PROMISED)
    }));
    domains.sort();
    domains
}

/// Returns what a replica that is an instance or a cluster of its own will fail with, before there is one.
///
/// Where AWS chooses the zone it may choose that of the target, which is what is taken here.
pub(crate) fn of_replica_to_be(
    session: &Session,
    name: &str,
    chosen: Option<&str>,
    target: Option<&Database>,
) -> Vec<Domain> {
    let mut domains = of_session(session);
    domains.push(domain(
        Scope::Instance,
        format!("aws:{}:{name}", session.region),
        format!("it will be an instance of its own, `{name}`"),
    ));
    let same = target.and_then(|target| target.zone.as_deref());
    let evidence = if chosen.is_some() {
        "its availability_zone"
    } else {
        "AWS may put it into the zone of the target"
    };
    domains.extend(zone(session, chosen.or(same), evidence));
    domains.sort();
    domains
}

/// Returns what using the backups of a region takes: the service there, and the key that they are encrypted with.
pub(crate) fn needs(session: &Session, key: Option<&str>) -> Vec<Need> {
    let region = &session.region;
    let service = Need {
        kind: NeedKind::ControlPlane,
        what: format!("RDS in {region}"),
        domains: vec![domain(
            Scope::Region,
            format!("aws:{region}"),
            format!("a restore calls rds.{region}.amazonaws.com"),
        )],
    };
    let key = key.map(|key| Need {
        kind: NeedKind::Key,
        what: key.to_owned(),
        domains: of_key(session, key),
    });
    let mut needs: Vec<Need> = key.into_iter().chain([service]).collect();
    needs.sort();
    needs
}

/// Returns what a key fails with: the region and the account of its ARN, else those that its name is looked up in.
fn of_key(session: &Session, key: &str) -> Vec<Domain> {
    // arn:aws:kms:REGION:ACCOUNT:key/ID
    let parts: Vec<&str> = key.split(':').collect();
    let (region, account) = match parts.as_slice() {
        ["arn", _, "kms", region, account, ..] => (*region, *account),
        _ => (session.region.as_str(), session.account.as_str()),
    };
    vec![
        domain(
            Scope::Region,
            format!("aws:{region}"),
            format!("the key `{key}` is of the region {region}"),
        ),
        domain(
            Scope::Account,
            format!("aws:{account}"),
            format!("the key `{key}` is of the account {account}"),
        ),
    ]
}
