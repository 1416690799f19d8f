//! A configuration with the world that it describes, as if applied some days ago.

use std::collections::BTreeMap;

use lifeboat_core::configuration::Configuration;
use lifeboat_core::diagnostic::Diagnostics;
use lifeboat_core::language::{Inputs, Outcome, SourceFile, VariableSource, evaluate};
use lifeboat_core::{design, planning};
use lifeboat_model::{
    Block, Catalog, Domain, LiveResource, LiveState, Plan, PlanOptions, RecordedResource,
    RecordedState, RecoveryPoint, RecoveryPointId, Scope, Span,
};
use serde_json::json;

/// The instant of every plan.
pub(crate) fn as_of() -> jiff::Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

/// What the language reads: files, and variables from the command line.
pub(crate) fn inputs(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Inputs {
    Inputs {
        files: files
            .iter()
            .map(|(name, text)| SourceFile {
                name: (*name).to_owned(),
                text: (*text).to_owned(),
            })
            .collect(),
        variables: variables
            .iter()
            .map(|(name, text)| VariableSource::Argument {
                name: (*name).to_owned(),
                text: (*text).to_owned(),
            })
            .collect(),
        loaded: BTreeMap::new(),
        as_of: as_of(),
        lifeboat_version: "0.1.0".to_owned(),
        base_dir: "/srv/app".to_owned(),
    }
}

/// Reads a configuration that reads no other file; the warnings beside it.
pub(crate) fn read(inputs: &Inputs) -> Result<(Configuration, Diagnostics), Diagnostics> {
    match evaluate(inputs, &catalog())? {
        Outcome::Complete(evaluated) => Ok((evaluated.configuration, evaluated.warnings)),
        Outcome::NeedsFiles(files) => panic!("asks for {files:?}"),
    }
}

/// What the provider of the examples knows.
pub(crate) fn catalog() -> Catalog {
    lifeboat_local::catalog()
}

/// The three snapshots of a plan but for the desired one, and its options.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) live: LiveState,
    pub(crate) recorded: RecordedState,
    pub(crate) options: PlanOptions,
}

impl World {
    /// The targets exist, and nothing else.
    pub(crate) fn before(configuration: &Configuration) -> Self {
        let targets = configuration.targets.values().map(|target| {
            let live = LiveResource {
                attributes: target.attributes.clone(),
                domains: disk("sda"),
                ..LiveResource::default()
            };
            (target.address.clone(), live)
        });
        Self {
            live: LiveState {
                resources: targets.collect(),
                ..LiveState::default()
            },
            recorded: RecordedState::default(),
            options: PlanOptions {
                as_of: as_of(),
                seed: 1,
                destroy: false,
                targets: Vec::new(),
                lifeboat_version: "0.1.0".to_owned(),
                allow_exposure: Span::ZERO,
            },
        }
    }

    /// Everything stands as the configuration says, with a recovery point an hour for the last `hours`.
    pub(crate) fn after(configuration: &Configuration, hours: u64) -> Self {
        let mut world = Self::before(configuration);
        let design = design::compile(configuration, &catalog()).unwrap();
        world.recorded.lineage = "golden".to_owned();
        for resource in design.desired.resources.values().filter(|it| it.managed) {
            let mut live = LiveResource {
                attributes: resource.attributes.clone(),
                ..LiveResource::default()
            };
            if resource.address.block == Block::Repository {
                live.attributes
                    .insert("repository_id".to_owned(), json!("5f1c"));
                live.domains = disk("sdb");
            }
            let role = resource
                .address
                .part
                .as_ref()
                .map(|part| part.role.as_str());
            if matches!(role, Some("snapshot" | "copy")) {
                live.recovery_points = (1..=hours).rev().map(point).collect();
            }
            let recorded = RecordedResource {
                measured: std::collections::BTreeMap::new(),
                kind: resource.kind.clone(),
                provider: resource.provider.clone(),
                attributes: live.attributes.clone(),
                requires: resource.requires.clone(),
                target: resource.target.clone(),
                on_remove: resource.on_remove,
                applied_at: Span::from_hours(hours + 1).before(as_of()),
                recovery_points: live.recovery_points.clone(),
                last_verify: None,
                last_drill: None,
            };
            let address = resource.address.clone();
            world.recorded.resources.insert(address.clone(), recorded);
            world.live.resources.insert(address, live);
        }
        world
    }

    /// Plans twice; the bytes are the same.
    pub(crate) fn plan(&self, configuration: &Configuration) -> Plan {
        let catalog = catalog();
        let design = design::compile(configuration, &catalog).unwrap();
        let plan = || {
            planning::plan(&design, &self.live, &self.recorded, &catalog, &self.options).unwrap()
        };
        let (one, two) = (plan(), plan());
        assert_eq!(
            serde_json::to_string(&one).unwrap(),
            serde_json::to_string(&two).unwrap(),
            "planned twice, other bytes"
        );
        one
    }
}

fn disk(name: &str) -> Vec<Domain> {
    vec![Domain {
        scope: Scope::Instance,
        id: format!("disk:{name}"),
        evidence: format!("on disk /dev/{name}"),
    }]
}

fn point(hour: u64) -> RecoveryPoint {
    RecoveryPoint {
        id: RecoveryPointId(format!("{hour:08x}")),
        time: Span::from_hours(hour).before(as_of()),
        size_bytes: Some(31 << 20),
        locked_until: None,
        token: None,
        copy_of: None,
    }
}
