//! What the planner must know about local files, SQLite databases and their repositories, as data.

mod exposure;

use lifeboat_model::{
    AttributeSpec, Attributes, Catalog, KindRole, KindSpec, Mechanism, ProtectionSpec, Strength,
    ValueType,
};
use serde_json::{Value, json};

/// The provider's name: the label of its block.
pub const PROVIDER: &str = "local";
/// The kind of a directory tree.
pub const LOCAL_DIRECTORY: &str = "local_directory";
/// The kind of a SQLite database.
pub const LOCAL_SQLITE: &str = "local_sqlite";
/// The kind of a repository in a directory.
pub const DIRECTORY: &str = "directory";
/// The kind of a repository in an S3 bucket.
pub const S3: &str = "s3";
/// The kind of a protection that captures its target.
pub const LOCAL_SNAPSHOT: &str = "local_snapshot";
/// The kind of a protection that copies the points of another one.
pub const LOCAL_COPY: &str = "local_copy";
/// The kind of a protection that refuses deletions.
pub const LOCAL_GUARD: &str = "local_guard";
/// The kind of the setting that runs a protection.
pub const LOCAL_SCHEDULE: &str = "local_schedule";

/// Who runs schedules on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheduling {
    /// lifeboat installs an entry in a scheduler.
    Installed {
        /// Why nothing runs the entry at present, if nothing does.
        unscheduled: Option<String>,
    },
    /// Somebody outside of lifeboat, as the configuration declares.
    External,
    /// Nobody, for this reason.
    Nobody(String),
}

/// Returns what is known before the provider is configured: that schedules are installed, wherever they then go.
pub fn catalog() -> Catalog {
    catalog_of(&Scheduling::Installed { unscheduled: None })
}

/// Returns what holds for a configured provider on whatever machine it will run: that its schedules are run there,
/// unless the block says that nobody or somebody else does.
pub fn catalog_elsewhere(block: &Attributes) -> Catalog {
    let scheduling = match text(block, "scheduler") {
        Some("external") => Scheduling::External,
        Some("none") => Scheduling::Nobody(NOBODY.to_owned()),
        _ => Scheduling::Installed { unscheduled: None },
    };
    catalog_of(&scheduling)
}

/// Why nothing runs a schedule where the configuration wants it so.
pub(crate) const NOBODY: &str = "the provider's block says `scheduler = \"none\"`";

/// Returns the catalog of a machine whose schedules are run like this.
pub fn catalog_of(scheduling: &Scheduling) -> Catalog {
    let kinds = [
        local_directory(),
        local_sqlite(),
        directory(),
        s3(),
        local_snapshot(),
        local_copy(),
        local_guard(),
        local_schedule(),
    ];
    Catalog {
        prices: exposure::prices(),
        kinds: kinds
            .into_iter()
            .map(|kind| (kind.name.clone(), kind))
            .collect(),
        protections: protections(scheduling),
        providers: [(PROVIDER.to_owned(), provider_block())].into(),
    }
}

/// Returns a copy of `attributes` in which what is missing has the default of its kind.
pub(crate) fn with_defaults(kind: &str, attributes: &Attributes) -> Attributes {
    let mut filled = attributes.clone();
    let specs = match kind {
        LOCAL_DIRECTORY => local_directory(),
        LOCAL_SQLITE => local_sqlite(),
        DIRECTORY => directory(),
        S3 => s3(),
        LOCAL_SNAPSHOT => local_snapshot(),
        LOCAL_COPY => local_copy(),
        LOCAL_GUARD => local_guard(),
        LOCAL_SCHEDULE => local_schedule(),
        _ => return filled,
    };
    for spec in specs.attributes {
        if let Some(default) = spec.default {
            filled.entry(spec.name).or_insert(default);
        }
    }
    filled
}

fn kind(name: &str, role: KindRole, description: &str, attributes: Vec<AttributeSpec>) -> KindSpec {
    KindSpec {
        inputs: match role {
            KindRole::Target => exposure::of_target(),
            KindRole::Repository => exposure::of_repository(),
            KindRole::Protection | KindRole::Setting => Vec::new(),
        },
        name: name.to_owned(),
        provider: PROVIDER.to_owned(),
        role,
        description: description.to_owned(),
        attributes,
    }
}

fn optional(name: &str, value_type: ValueType, description: &str) -> AttributeSpec {
    AttributeSpec::optional(name, value_type, description)
}

fn required(name: &str, value_type: ValueType, description: &str) -> AttributeSpec {
    AttributeSpec::required(name, value_type, description)
}

fn strings() -> ValueType {
    ValueType::List(Box::new(ValueType::String))
}

fn provider_block() -> Vec<AttributeSpec> {
    vec![
        optional(
            "scheduler",
            ValueType::String,
            "What runs schedules: the machine's own choice, one named here, somebody else, or nobody.",
        )
        .default_value("auto")
        .one_of(&["auto", "systemd", "crontab", "external", "none"]),
        optional(
            "systemd_unit_dir",
            ValueType::Path,
            "Where systemd units are written; by default the system's directory for root, the user's otherwise.",
        ),
        optional(
            "crontab_command",
            ValueType::String,
            "The command that reads and writes the crontab.",
        )
        .default_value("crontab"),
    ]
}

fn local_directory() -> KindSpec {
    kind(
        LOCAL_DIRECTORY,
        KindRole::Target,
        "A directory tree on this machine.",
        vec![
            required("path", ValueType::Path, "The root of the tree."),
            optional(
                "include",
                strings(),
                "Globs below the root; with any, only what matches one is saved.",
            )
            .default_value(json!([])),
            optional(
                "exclude",
                strings(),
                "Globs below the root; what matches one is left out.",
            )
            .default_value(json!([]))
            .strength(Strength::Exclusion),
            optional(
                "one_file_system",
                ValueType::Bool,
                "Whether other file systems mounted below the root are left out.",
            )
            .default_value(false),
        ],
    )
}

fn local_sqlite() -> KindSpec {
    kind(
        LOCAL_SQLITE,
        KindRole::Target,
        "A SQLite database file on this machine, in use or not.",
        vec![required("path", ValueType::Path, "The database file.")],
    )
}

/// The attributes that repositories of both kinds have, after what says where they are.
fn repository_attributes(mut place: Vec<AttributeSpec>) -> Vec<AttributeSpec> {
    place.push(required(
        "password",
        ValueType::Secret,
        "Where the repository's password is found.",
    ));
    place.push(
        optional(
            "compression",
            ValueType::String,
            "How hard new data is compressed; what is stored already stays as it is.",
        )
        .default_value("auto")
        .one_of(&["auto", "off", "max"]),
    );
    place.push(AttributeSpec::computed(
        "repository_id",
        ValueType::String,
        "The identity that the repository got when it was made.",
    ));
    place
}

fn directory() -> KindSpec {
    kind(
        DIRECTORY,
        KindRole::Repository,
        "A repository in restic's format, in a directory.",
        repository_attributes(vec![
            required("path", ValueType::Path, "The directory.").forcing_replacement(),
        ]),
    )
}

fn s3() -> KindSpec {
    let credential = |name: &str, variable: &str, description: &str| {
        optional(name, ValueType::Secret, description).default_value(json!({ "env": variable }))
    };
    kind(
        S3,
        KindRole::Repository,
        "A repository in restic's format, in an S3 bucket or below a prefix of it.",
        repository_attributes(vec![
            required(
                "endpoint",
                ValueType::String,
                "The address of the S3 service: `https://s3.eu-west-1.amazonaws.com`.",
            )
            .forcing_replacement(),
            required("bucket", ValueType::String, "The bucket.").forcing_replacement(),
            optional("prefix", ValueType::String, "The prefix of every key.")
                .default_value("")
                .forcing_replacement(),
            optional("region", ValueType::String, "The region to sign for.")
                .default_value("us-east-1"),
            credential(
                "access_key",
                "AWS_ACCESS_KEY_ID",
                "Where the access key is found.",
            ),
            credential(
                "secret_key",
                "AWS_SECRET_ACCESS_KEY",
                "Where the secret key is found.",
            ),
        ]),
    )
}

fn target_attribute() -> AttributeSpec {
    required(
        "target",
        ValueType::Address,
        "The target that is protected.",
    )
}

fn repository_attribute() -> AttributeSpec {
    required(
        "repository",
        ValueType::Address,
        "The repository that holds the points.",
    )
}

fn schedule_attribute() -> AttributeSpec {
    optional(
        "schedule",
        ValueType::Schedule,
        "When it runs, in UTC; none means when asked.",
    )
    .strength(Strength::LowerIsStronger)
}

fn retention_attribute() -> AttributeSpec {
    optional(
        "retention",
        ValueType::Retention,
        "Which points are kept; none means all.",
    )
    .strength(Strength::Retention)
}

fn tags_attribute() -> AttributeSpec {
    optional(
        "tags",
        strings(),
        "Tags on every new point, beside lifeboat's own.",
    )
    .default_value(json!([]))
}

fn local_snapshot() -> KindSpec {
    kind(
        LOCAL_SNAPSHOT,
        KindRole::Protection,
        "Captures a target into a repository.",
        vec![
            target_attribute(),
            required(
                "source",
                ValueType::Map(Box::new(ValueType::String)),
                "The attributes of the target as captured.",
            ),
            repository_attribute(),
            schedule_attribute(),
            retention_attribute(),
            tags_attribute(),
        ],
    )
}

fn local_copy() -> KindSpec {
    kind(
        LOCAL_COPY,
        KindRole::Protection,
        "Copies the points of another protection into a second repository, each with the tags that it has.",
        vec![
            target_attribute(),
            required(
                "from",
                ValueType::Address,
                "The protection whose points are copied.",
            ),
            repository_attribute(),
            schedule_attribute(),
            retention_attribute(),
        ],
    )
}

fn local_guard() -> KindSpec {
    kind(
        LOCAL_GUARD,
        KindRole::Protection,
        "Makes lifeboat refuse to delete points of a target in a repository, whoever asks and from any state.",
        vec![
            target_attribute(),
            repository_attribute(),
            optional(
                "reason",
                ValueType::String,
                "Why, shown to whoever is refused.",
            ),
        ],
    )
}

fn local_schedule() -> KindSpec {
    kind(
        LOCAL_SCHEDULE,
        KindRole::Setting,
        "An entry in the machine's scheduler that backs up one protection.",
        vec![
            required(
                "protection",
                ValueType::Address,
                "The protection that is run.",
            )
            .forcing_replacement(),
            required("schedule", ValueType::Schedule, "When, in UTC.")
                .strength(Strength::LowerIsStronger),
            AttributeSpec::computed(
                "mechanism",
                ValueType::String,
                "What runs it: `systemd` or `crontab`.",
            ),
        ],
    )
}

fn protections(scheduling: &Scheduling) -> Vec<ProtectionSpec> {
    let mut specs = Vec::new();
    for target_kind in [LOCAL_DIRECTORY, LOCAL_SQLITE] {
        specs.push(runs(
            target_kind,
            Mechanism::Snapshot,
            LOCAL_SNAPSHOT,
            scheduling,
        ));
        specs.push(runs(target_kind, Mechanism::Copy, LOCAL_COPY, scheduling));
        specs.push(stands(target_kind, Mechanism::Guard, LOCAL_GUARD));
    }
    specs
}

/// Returns a mechanism that takes no schedule and makes no points.
fn stands(target_kind: &str, mechanism: Mechanism, resource_kind: &str) -> ProtectionSpec {
    ProtectionSpec {
        target_kind: target_kind.to_owned(),
        mechanism,
        resource_kind: resource_kind.to_owned(),
        repository_kinds: vec![DIRECTORY.to_owned(), S3.to_owned()],
        schedule_kind: None,
        unscheduled: None,
        externally_scheduled: false,
        backs_up: false,
        inputs: Vec::new(),
        offer: None,
    }
}

/// Returns a mechanism that makes points when it runs.
fn runs(
    target_kind: &str,
    mechanism: Mechanism,
    resource_kind: &str,
    scheduling: &Scheduling,
) -> ProtectionSpec {
    let installed = matches!(scheduling, Scheduling::Installed { .. });
    let unscheduled = match scheduling {
        Scheduling::Installed { unscheduled } => unscheduled.clone(),
        Scheduling::External => None,
        Scheduling::Nobody(reason) => Some(reason.clone()),
    };
    ProtectionSpec {
        schedule_kind: installed.then(|| LOCAL_SCHEDULE.to_owned()),
        unscheduled,
        externally_scheduled: *scheduling == Scheduling::External,
        backs_up: true,
        inputs: exposure::of_runs(),
        offer: exposure::offer(mechanism),
        ..stands(target_kind, mechanism, resource_kind)
    }
}

/// Returns the value of a text attribute.
pub(crate) fn text<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.get(name).and_then(Value::as_str)
}

/// Returns the texts of a list attribute; none where it is missing.
pub(crate) fn texts(attributes: &Attributes, name: &str) -> Vec<String> {
    attributes
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mechanism_compiles_to_a_kind_of_the_catalog() {
        let catalog = catalog();
        for spec in &catalog.protections {
            let kind = catalog.kind(&spec.resource_kind).unwrap();
            assert_eq!(kind.role, KindRole::Protection);
            assert!(
                spec.repository_kinds
                    .iter()
                    .all(|name| { catalog.kind(name).unwrap().role == KindRole::Repository })
            );
            assert_eq!(spec.schedule_kind.is_some(), spec.backs_up);
        }
    }

    #[test]
    fn a_machine_without_a_scheduler_says_so_where_a_schedule_would_run() {
        let catalog = catalog_of(&Scheduling::Nobody("nobody runs it".to_owned()));
        let snapshot = catalog
            .protection(LOCAL_DIRECTORY, Mechanism::Snapshot)
            .unwrap();
        assert_eq!(snapshot.schedule_kind, None);
        assert_eq!(snapshot.unscheduled.as_deref(), Some("nobody runs it"));
        let guard = catalog
            .protection(LOCAL_DIRECTORY, Mechanism::Guard)
            .unwrap();
        assert_eq!(guard.unscheduled, None);
    }

    #[test]
    fn defaults_fill_what_the_configuration_leaves_out() {
        let attributes = [("path".to_owned(), json!("docs"))].into();
        let filled = with_defaults(LOCAL_DIRECTORY, &attributes);
        assert_eq!(
            serde_json::to_string(&filled).unwrap(),
            r#"{"exclude":[],"include":[],"one_file_system":false,"path":"docs"}"#
        );
    }
}
