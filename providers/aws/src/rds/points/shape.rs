//! What an instance or a cluster was when a point of it was made: what a restore must be told to put it back.
//!
//! RDS restores into the default parameter group and security group of the region ("Restoring to a DB instance", RDS
//! user guide). So the groups, the class and the rest stand in the tags of the snapshot, as words `name=value`, in as
//! many tags of 256 characters as are needed. A word that is longer goes on in a word `name+=rest`.

use std::collections::BTreeMap;

use aws_sdk_rds::types::{DbCluster, DbInstance};

/// What the tags begin with; a number follows, from 1.
const TAG: &str = "lifeboat:restore-";
/// Characters that the value of a tag may have.
const LONGEST: usize = 256;

/// Facts by name, each with one value or several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape(BTreeMap<String, Vec<String>>);

impl Shape {
    /// Returns what an instance is.
    pub(crate) fn of_instance(instance: &DbInstance) -> Self {
        let mut shape = Self::of_arn(instance.db_instance_arn());
        let parameters = instance.db_parameter_groups().first();
        let options = instance.option_group_memberships().first();
        let subnets = instance.db_subnet_group();
        shape.say("class", instance.db_instance_class());
        shape.say("engine", instance.engine());
        shape.say("version", instance.engine_version());
        shape.say("license", instance.license_model());
        shape.say("storage", instance.storage_type());
        shape.say("iops", instance.iops());
        shape.say("throughput", instance.storage_throughput());
        shape.say("max-storage", instance.max_allocated_storage());
        shape.say("multi-az", instance.multi_az());
        shape.say("port", instance.endpoint().and_then(|it| it.port()));
        shape.say("subnets", subnets.and_then(|it| it.db_subnet_group_name()));
        shape.say(
            "parameters",
            parameters.and_then(|it| it.db_parameter_group_name()),
        );
        shape.say("options", options.and_then(|it| it.option_group_name()));
        for group in instance.vpc_security_groups() {
            shape.say("security", group.vpc_security_group_id());
        }
        for log in instance.enabled_cloudwatch_logs_exports() {
            shape.say("logs", Some(log));
        }
        shape.say("public", instance.publicly_accessible());
        shape.say("iam", instance.iam_database_authentication_enabled());
        shape.say("minor-upgrades", instance.auto_minor_version_upgrade());
        shape.say("copy-tags", instance.copy_tags_to_snapshot());
        shape.say("protected", instance.deletion_protection());
        shape.say("retention", instance.backup_retention_period());
        shape.say("window", instance.preferred_backup_window());
        shape.say("maintenance", instance.preferred_maintenance_window());
        shape.say("network", instance.network_type());
        shape
    }

    /// Returns what a cluster is, with the class of one of its members.
    pub(crate) fn of_cluster(cluster: &DbCluster, member: Option<&DbInstance>) -> Self {
        let mut shape = Self::of_arn(cluster.db_cluster_arn());
        shape.say("engine", cluster.engine());
        shape.say("version", cluster.engine_version());
        shape.say("mode", cluster.engine_mode());
        shape.say("cluster-class", cluster.db_cluster_instance_class());
        shape.say("storage", cluster.storage_type());
        shape.say("iops", cluster.iops());
        shape.say("port", cluster.port());
        shape.say("subnets", cluster.db_subnet_group());
        shape.say("parameters", cluster.db_cluster_parameter_group());
        for group in cluster.vpc_security_groups() {
            shape.say("security", group.vpc_security_group_id());
        }
        for log in cluster.enabled_cloudwatch_logs_exports() {
            shape.say("logs", Some(log));
        }
        if let Some(scaling) = cluster.serverless_v2_scaling_configuration() {
            shape.say("scale-min", scaling.min_capacity());
            shape.say("scale-max", scaling.max_capacity());
        }
        shape.say("iam", cluster.iam_database_authentication_enabled());
        shape.say("copy-tags", cluster.copy_tags_to_snapshot());
        shape.say("protected", cluster.deletion_protection());
        shape.say("retention", cluster.backup_retention_period());
        shape.say("window", cluster.preferred_backup_window());
        if let Some(member) = member {
            let parameters = member.db_parameter_groups().first();
            shape.say("class", member.db_instance_class());
            shape.say("public", member.publicly_accessible());
            shape.say(
                "member-parameters",
                parameters.and_then(|it| it.db_parameter_group_name()),
            );
        }
        shape
    }

    /// Returns where something is: `arn:aws:rds:REGION:ACCOUNT:db:orders`.
    fn of_arn(arn: Option<&str>) -> Self {
        let mut shape = Self::default();
        let mut parts = arn.unwrap_or_default().split(':').skip(3);
        shape.say("region", parts.next());
        shape.say("account", parts.next());
        shape
    }

    /// Returns the same with one fact said otherwise.
    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.insert(name.to_owned(), vec![value.to_string()]);
        self
    }

    fn say(&mut self, name: &str, value: Option<impl ToString>) {
        let value = value.map(|value| value.to_string());
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.0.entry(name.to_owned()).or_default().push(value);
        }
    }

    /// Returns the fact with this name.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(String::as_str)
    }

    /// Returns every value of the fact with this name.
    pub(crate) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// Returns every value of a fact, none where it is not recorded.
    pub(crate) fn several(&self, name: &str) -> Option<Vec<String>> {
        self.0.get(name).cloned()
    }

    /// Returns a fact as the SDK takes it.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.one(name).map(str::to_owned)
    }

    /// Returns a fact that is a number or a truth value.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.one(name)?.parse().ok()
    }

    /// Returns whether nothing is recorded.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the same without these facts.
    pub(crate) fn without(&self, names: &[&str]) -> Self {
        let mut shape = self.clone();
        shape.0.retain(|name, _| !names.contains(&name.as_str()));
        shape
    }

    /// Returns the tags that hold it.
    pub(crate) fn tags(&self) -> BTreeMap<String, String> {
        let words = self.0.iter().flat_map(|(name, values)| {
            values
                .iter()
                .flat_map(|value| words_of(name, &written(value)))
        });
        let mut lines: Vec<String> = Vec::new();
        for word in words {
            match lines.last_mut() {
                Some(line) if line.len() + 1 + word.len() <= LONGEST => {
                    line.push(' ');
                    line.push_str(&word);
                }
                _ => lines.push(word),
            }
        }
        let numbered = lines.into_iter().zip(1..);
        numbered
            .map(|(line, number)| (format!("{TAG}{number}"), line))
            .collect()
    }

    /// Returns what tags hold.
    pub(crate) fn of_tags(tags: &BTreeMap<String, String>) -> Self {
        let mut lines: Vec<(u32, &str)> = tags
            .iter()
            .filter_map(|(key, line)| Some((key.strip_prefix(TAG)?.parse().ok()?, line.as_str())))
            .collect();
        lines.sort_unstable();
        let mut raw: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for word in lines.iter().flat_map(|(_, line)| line.split(' ')) {
            let Some((name, value)) = word.split_once('=') else {
                continue;
            };
            match name.strip_suffix('+') {
                None => raw
                    .entry(name.to_owned())
                    .or_default()
                    .push(value.to_owned()),
                Some(name) => {
                    if let Some(last) = raw.get_mut(name).and_then(|values| values.last_mut()) {
                        last.push_str(value);
                    }
                }
            }
        }
        let read = |values: Vec<String>| values.iter().map(|it| read(it)).collect();
        Self(raw.into_iter().map(|(name, it)| (name, read(it))).collect())
    }
}

/// Returns the words that say a value: one, or as many as 256 characters each need.
fn words_of(name: &str, value: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut mark = format!("{name}=");
    let mut word = mark.clone();
    for c in value.chars() {
        if word.len() + c.len_utf8() > LONGEST {
            words.push(word);
            mark = format!("{name}+=");
            word = mark.clone();
        }
        word.push(c);
    }
    words.push(word);
    words
}

/// Returns a value in the characters that a tag may have, without spaces: others as `@` and hexadecimal digits.
fn written(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.:/=+-".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("@{byte:02X}"));
        }
    }
    text
}

fn read(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let escaped = rest.get(1..3).filter(|_| c == '@');
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = rest.get(3..).unwrap_or_default();
            }
            None => {
                let (this, after) = rest.split_at(c.len_utf8());
                bytes.extend_from_slice(this.as_bytes());
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use aws_sdk_rds::types::{
        DbParameterGroupStatus, DbSubnetGroup, OptionGroupMembership, VpcSecurityGroupMembership,
    };
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_groups_of_an_instance_stand_in_its_tags() {
        let group = |id: &str| {
            VpcSecurityGroupMembership::builder()
                .vpc_security_group_id(id)
                .build()
        };
        let instance = DbInstance::builder()
            .db_instance_class("db.r6g.large")
            .engine("postgres")
            .engine_version("16.3")
            .multi_az(true)
            .db_parameter_groups(
                DbParameterGroupStatus::builder()
                    .db_parameter_group_name("orders-16")
                    .build(),
            )
            .option_group_memberships(
                OptionGroupMembership::builder()
                    .option_group_name("default:postgres-16")
                    .build(),
            )
            .db_subnet_group(
                DbSubnetGroup::builder()
                    .db_subnet_group_name("the private ones")
                    .build(),
            )
            .vpc_security_groups(group("sg-0a1b2c3d4e5f60718"))
            .vpc_security_groups(group("sg-0a1b2c3d4e5f60719"))
            .build();
        let tags = Shape::of_instance(&instance).tags();
        insta::assert_debug_snapshot!(tags, @r#"
        {
            "lifeboat:restore-1": "class=db.r6g.large engine=postgres multi-az=true options=default:postgres-16 parameters=orders-16 security=sg-0a1b2c3d4e5f60718 security=sg-0a1b2c3d4e5f60719 subnets=the@20private@20ones version=16.3",
        }
        "#);
        assert_eq!(Shape::of_tags(&tags), Shape::of_instance(&instance));
    }

    proptest! {
        #[test]
        fn whatever_is_recorded_is_read_back_from_tags_that_aws_takes(
            facts in proptest::collection::btree_map(
                "[a-z][a-z-]{0,12}",
                proptest::collection::vec(".{1,300}", 1..4),
                0..6,
            ),
        ) {
            let shape = Shape(facts);
            let tags = shape.tags();
            for value in tags.values() {
                prop_assert!(value.len() <= LONGEST, "{value}");
                let fits = |c: char| c.is_ascii_alphanumeric() || " _.:/=+-@".contains(c);
                prop_assert!(value.chars().all(fits), "{value}");
                prop_assert_eq!(value.trim(), value);
            }
            prop_assert_eq!(Shape::of_tags(&tags), shape);
        }
    }
}
