//! A world in memory in which plans are carried out, and things happen behind lifeboat's back.

use jiff::Timestamp;
use lifeboat_model::{
    Action, Address, Block, Catalog, Domain, DrillRecord, InputValue, LiveResource, LiveState,
    Measurement, ModelInput, Plan, PlanOptions, RecordedResource, RecordedState, RecoveryPoint,
    RecoveryPointId, Scope, Span, Verb,
};
use serde_json::json;

use super::catalog::catalog;
use super::shape::Shape;
use crate::design::{Design, compile};
use crate::planning::{PlanError, plan};

#[derive(Clone, Debug)]
pub(super) struct Sandbox {
    pub(super) catalog: Catalog,
    pub(super) live: LiveState,
    pub(super) recorded: RecordedState,
    pub(super) options: PlanOptions,
    points: u32,
    repositories: u32,
}

impl Sandbox {
    pub(super) fn new() -> Self {
        Self {
            catalog: catalog(),
            live: LiveState::default(),
            recorded: RecordedState {
                lineage: "l".to_owned(),
                ..RecordedState::default()
            },
            options: PlanOptions {
                as_of: "2026-03-01T12:00:00Z".parse().unwrap(),
                seed: 7,
                destroy: false,
                targets: Vec::new(),
                lifeboat_version: "0.1.0".to_owned(),
                allow_exposure: Span::ZERO,
            },
            points: 0,
            repositories: 0,
        }
    }

    pub(super) fn design(&self, shape: &Shape) -> Design {
        compile(&shape.configuration(), &self.catalog).unwrap()
    }

    /// Makes the targets exist.
    pub(super) fn with_targets(mut self, shape: &Shape) -> Self {
        for (address, block) in &shape.configuration().targets {
            let resource = LiveResource {
                attributes: block.attributes.clone(),
                domains: domains(address),
                ..LiveResource::default()
            };
            self.live.resources.insert(address.clone(), resource);
        }
        self
    }

    pub(super) fn plan(&self, shape: &Shape) -> Plan {
        self.try_plan(shape).unwrap()
    }

    pub(super) fn try_plan(&self, shape: &Shape) -> Result<Plan, PlanError> {
        let design = self.design(shape);
        plan(
            &design,
            &self.live,
            &self.recorded,
            &self.catalog,
            &self.options,
        )
    }

    /// Plans and applies; the world is then as the configuration says.
    pub(super) fn applied(mut self, shape: &Shape) -> Self {
        self.live
            .resources
            .retain(|address, _| !(address.block == Block::Target && address.part.is_none()));
        self = self.with_targets(shape);
        let plan = self.plan(shape);
        self.apply(&plan);
        self
    }

    pub(super) fn apply(&mut self, plan: &Plan) {
        for action in &plan.actions {
            self.act(action);
        }
        self.recorded.serial += 1;
    }

    pub(super) fn act(&mut self, action: &Action) {
        let address = &action.address;
        self.delete(action);
        match action.verb {
            Verb::Create | Verb::Replace => {
                let mut resource = LiveResource {
                    attributes: action.after.clone().unwrap(),
                    domains: domains(address),
                    ..LiveResource::default()
                };
                if address.block == Block::Repository {
                    self.repositories += 1;
                    let id = json!(format!("id{}", self.repositories));
                    resource.attributes.insert("repository_id".to_owned(), id);
                }
                self.live.resources.insert(address.clone(), resource);
            }
            Verb::Update => {
                let live = self.live.resources.get_mut(address).unwrap();
                live.attributes.extend(action.after.clone().unwrap());
                live.attributes.retain(|name, _| {
                    name == "repository_id" || action.after.as_ref().unwrap().contains_key(name)
                });
            }
            Verb::BackUp => self.back_up(address),
            Verb::Adopt => {}
            Verb::Forget => {
                self.recorded.resources.remove(address);
                return;
            }
            Verb::Delete => {
                self.live.resources.remove(address);
                self.recorded.resources.remove(address);
                return;
            }
        }
        self.record(action);
    }

    fn record(&mut self, action: &Action) {
        let live = &self.live.resources[&action.address];
        let resource = RecordedResource {
            measured: self
                .history(action)
                .map(|it| it.measured.clone())
                .unwrap_or_default(),
            kind: action.kind.clone(),
            provider: action.provider.clone(),
            attributes: live.attributes.clone(),
            requires: action.requires.clone(),
            target: action.target.clone(),
            on_remove: action.on_remove,
            applied_at: self.options.as_of,
            recovery_points: live.recovery_points.clone(),
            last_verify: None,
            last_drill: self.history(action).and_then(|it| it.last_drill.clone()),
        };
        self.recorded
            .resources
            .insert(action.address.clone(), resource);
    }

    /// Returns what is recorded of the same object: a replacement is another one.
    fn history(&self, action: &Action) -> Option<&RecordedResource> {
        let known = self.recorded.resources.get(&action.address);
        known.filter(|_| action.verb != Verb::Replace)
    }

    fn delete(&mut self, action: &Action) {
        for resource in self.live.resources.values_mut() {
            resource
                .recovery_points
                .retain(|point| !action.deletes.contains(&point.id));
        }
    }

    fn back_up(&mut self, address: &Address) {
        let from = self.live.resources[address].attributes.get("from").cloned();
        let sources = match from {
            None => vec![None],
            Some(from) => {
                let source: Address = from.as_str().unwrap().parse().unwrap();
                let points = self
                    .live
                    .resources
                    .get(&source)
                    .map(|it| it.recovery_points.clone());
                points.unwrap_or_default().into_iter().map(Some).collect()
            }
        };
        for source in sources {
            let time = source.as_ref().map_or(self.options.as_of, |it| it.time);
            self.add_point(address, time, source.map(|it| it.id));
        }
    }

    pub(super) fn add_point(
        &mut self,
        address: &Address,
        time: Timestamp,
        copy_of: Option<RecoveryPointId>,
    ) {
        self.points += 1;
        let point = RecoveryPoint {
            id: RecoveryPointId(format!("p{}", self.points)),
            time,
            size_bytes: None,
            locked_until: None,
            token: None,
            copy_of,
        };
        let live = self.live.resources.get_mut(address).unwrap();
        live.recovery_points.push(point);
        live.recovery_points.sort_by_key(|point| point.time);
    }

    /// Measures a restore and a run of a protection; one restore in four fails.
    pub(super) fn drill(&mut self, address: &Address, salt: usize) {
        let Some(recorded) = self.recorded.resources.get_mut(address) else {
            return;
        };
        let minutes = 1 + u64::try_from(salt).unwrap();
        recorded.last_drill = Some(DrillRecord {
            at: self.options.as_of,
            point: RecoveryPointId("p".to_owned()),
            point_age: Span::ZERO,
            took: Span::from_secs(60 * minutes),
            restored_bytes: 1_000_000,
            passed: !salt.is_multiple_of(4),
            summary: String::new(),
        });
        let took = InputValue::Span(Span::from_secs(minutes));
        let run = Measurement::first(took, self.options.as_of);
        recorded.measured.insert(ModelInput::RunTime, run);
    }

    /// Adds a point an hour for the last `hours`, and records them as a scheduled run does.
    pub(super) fn age(&mut self, hours: i64) {
        let addresses: Vec<Address> = self
            .live
            .resources
            .keys()
            .filter(|it| {
                it.part
                    .as_ref()
                    .is_some_and(|part| part.role == "snapshot" || part.role == "copy")
            })
            .cloned()
            .collect();
        for address in addresses {
            for hour in 1..=hours {
                let time = Span::from_hours(hour.unsigned_abs()).before(self.options.as_of);
                self.add_point(&address, time, None);
            }
            let points = self.live.resources[&address].recovery_points.clone();
            if let Some(recorded) = self.recorded.resources.get_mut(&address) {
                recorded.recovery_points = points;
            }
        }
    }
}

/// Targets stand on disk a, the near vault too, the far one on disk b.
pub(super) fn domains(address: &Address) -> Vec<Domain> {
    let disk = if address.name == "far" {
        "disk:b"
    } else {
        "disk:a"
    };
    if address.part.is_some() {
        return Vec::new();
    }
    vec![Domain {
        scope: Scope::Instance,
        id: disk.to_owned(),
        evidence: format!("on {disk}"),
    }]
}
