//! From blocks to resources.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{
    Address, Attributes, Catalog, DesiredResource, DesiredState, KindSpec, Notice, OnRemove,
    ProtectionSpec, Schedule, Severity, ValueType,
};
use serde_json::Value;

use super::places::{self, shared};
use super::requires::cycle;
use super::{Design, DesignError, DesignErrors};
use crate::configuration::{Configuration, Location, ProtectionBlock, TargetBlock};

/// The code of a notice that nothing protects a target.
pub(crate) const UNPROTECTED: &str = "plan::unprotected";

/// Compiles a configuration into a design.
///
/// # Errors
/// All that is wrong, not only the first.
pub fn compile(configuration: &Configuration, catalog: &Catalog) -> Result<Design, DesignErrors> {
    let mut compiler = Compiler {
        configuration,
        catalog,
        resources: BTreeMap::new(),
        origins: BTreeMap::new(),
        resource_of: configuration
            .protections
            .values()
            .map(|block| (&block.address, resource_address(block)))
            .collect(),
        notices: Vec::new(),
        errors: Vec::new(),
    };
    compiler.targets();
    compiler.repositories();
    compiler.errors.extend(shared(configuration, catalog));
    for block in configuration.protections.values() {
        compiler.protection(block);
    }
    compiler.unprotected();
    compiler.finish()
}

struct Compiler<'a> {
    configuration: &'a Configuration,
    catalog: &'a Catalog,
    resources: BTreeMap<Address, DesiredResource>,
    /// The block that each resource comes from.
    origins: BTreeMap<Address, (&'a Address, &'a Location)>,
    /// The resource of each protection block.
    resource_of: BTreeMap<&'a Address, Address>,
    notices: Vec<Notice>,
    errors: Vec<DesignError>,
}

/// Returns the name of a block below its target: its label, with the key of the instance after a slash. A block that
/// the planner made is named by its resource.
fn instance_name(block: &ProtectionBlock) -> String {
    let address = &block.address;
    match (&address.part, &address.key) {
        (Some(part), _) => part.key.clone().unwrap_or_else(|| part.role.clone()),
        (None, Some(key)) => format!("{}/{key}", address.name),
        (None, None) => address.name.clone(),
    }
}

fn resource_address(block: &ProtectionBlock) -> Address {
    if block.address.part.is_some() {
        return block.address.clone();
    }
    block
        .target
        .clone()
        .part(block.mechanism.as_str(), Some(instance_name(block)))
}

/// Returns the name of the setting that runs a block: that of the block, with its mechanism before it where the planner
/// has made another scheduled block of the same name before.
fn setting_name(block: &ProtectionBlock, configuration: &Configuration) -> String {
    let name = instance_name(block);
    let others = configuration
        .protections
        .range::<Address, _>(&block.target..&block.address)
        .filter(|_| block.address.part.is_some());
    let taken = others
        .filter(|(_, other)| other.target == block.target && other.schedule.is_some())
        .any(|(_, other)| instance_name(other) == name);
    if taken {
        format!("{}/{name}", block.mechanism)
    } else {
        name
    }
}

/// Puts a value that the planner knows under its name, where the kind has such an attribute.
fn fill(attributes: &mut Attributes, kind: Option<&KindSpec>, name: &str, value: Option<Value>) {
    let known = kind.is_some_and(|kind| kind.attribute(name).is_some());
    if let (true, Some(value)) = (known, value) {
        attributes.insert(name.to_owned(), value);
    }
}

fn text(value: impl ToString) -> Value {
    Value::String(value.to_string())
}

impl<'a> Compiler<'a> {
    fn targets(&mut self) {
        for block in self.configuration.targets.values() {
            let requires = self.dependencies(&block.address, &block.depends_on, &block.at);
            self.add(
                DesiredResource {
                    address: block.address.clone(),
                    kind: block.address.kind.clone().unwrap_or_default(),
                    provider: block.provider.clone(),
                    managed: false,
                    attributes: block.attributes.clone(),
                    requires,
                    target: None,
                    on_remove: OnRemove::Forget,
                },
                &block.address,
                &block.at,
            );
        }
    }

    fn repositories(&mut self) {
        for block in self.configuration.repositories.values() {
            let requires = self.dependencies(&block.address, &block.depends_on, &block.at);
            let kind = block.address.kind.clone().unwrap_or_default();
            let mut attributes = block.attributes.clone();
            // What refers to it from another account or region must know whose credentials reach it.
            let known = self.catalog.kind(&kind);
            fill(
                &mut attributes,
                known,
                "provider",
                Some(text(&block.provider)),
            );
            self.add(
                DesiredResource {
                    address: block.address.clone(),
                    kind,
                    provider: block.provider.clone(),
                    managed: true,
                    attributes,
                    requires,
                    target: None,
                    on_remove: block.on_remove,
                },
                &block.address,
                &block.at,
            );
        }
    }

    fn protection(&mut self, block: &'a ProtectionBlock) {
        let Some(target) = self.configuration.targets.get(&block.target) else {
            self.errors.push(DesignError::UnknownTarget {
                protection: block.address.clone(),
                target: block.target.clone(),
                at: block.at.clone(),
            });
            return;
        };
        let target_kind = target.address.kind.clone().unwrap_or_default();
        let Some(spec) = self.catalog.protection(&target_kind, block.mechanism) else {
            self.errors.push(DesignError::UnknownMechanism {
                protection: block.address.clone(),
                mechanism: block.mechanism,
                target_kind,
                at: block.at.clone(),
            });
            return;
        };
        let source = self.source(block);
        let mut requires: BTreeSet<Address> = self
            .dependencies(&block.address, &block.depends_on, &block.at)
            .into_iter()
            .collect();
        requires.extend(block.repository.clone());
        requires.extend(source.clone());
        let mut attributes = self.protection_attributes(block, target, spec, source.as_ref());
        requires.extend(self.resolve(&mut attributes, spec));
        let address = resource_address(block);
        self.add(
            DesiredResource {
                address: address.clone(),
                kind: spec.resource_kind.clone(),
                provider: target.provider.clone(),
                managed: true,
                attributes,
                requires: requires.into_iter().collect(),
                target: Some(block.target.clone()),
                on_remove: block.on_remove,
            },
            &block.address,
            &block.at,
        );
        if let Some(schedule) = &block.schedule {
            self.schedule(block, target, spec, &address, schedule);
        }
    }

    /// Puts the resource of a protection where an argument names its block, such as the base of a log, and returns
    /// these resources.
    fn resolve(&self, attributes: &mut Attributes, spec: &ProtectionSpec) -> Vec<Address> {
        let kind = self.catalog.kind(&spec.resource_kind);
        let specs = kind.map_or(&[][..], |kind| &kind.attributes);
        let mut resources = Vec::new();
        for spec in specs
            .iter()
            .filter(|it| it.value_type == ValueType::Address)
        {
            let value = attributes.get_mut(&spec.name);
            let block = value
                .as_ref()
                .and_then(|value| value.as_str()?.parse().ok());
            let resource = block.and_then(|block: Address| self.resource_of.get(&block));
            if let (Some(value), Some(resource)) = (value, resource) {
                *value = text(resource);
                resources.push(resource.clone());
            }
        }
        resources
    }

    /// Returns the resource of the protection that a copy copies.
    fn source(&mut self, block: &ProtectionBlock) -> Option<Address> {
        let from = block.from.as_ref()?;
        let source = self.resource_of.get(from).cloned();
        if source.is_none() {
            self.errors.push(DesignError::UnknownSource {
                protection: block.address.clone(),
                from: from.clone(),
                at: block.at.clone(),
            });
        }
        source
    }

    fn protection_attributes(
        &self,
        block: &ProtectionBlock,
        target: &TargetBlock,
        spec: &ProtectionSpec,
        source: Option<&Address>,
    ) -> Attributes {
        let kind = self.catalog.kind(&spec.resource_kind);
        let retention = block.retention.as_ref().or(target.retention.as_ref());
        let data = target.attributes.clone().into_iter().collect();
        let mut attributes = block.attributes.clone();
        for (name, value) in [
            ("target", Some(text(&block.target))),
            ("source", Some(Value::Object(data))),
            ("repository", block.repository.as_ref().map(text)),
            ("from", source.map(text)),
            ("schedule", block.schedule.as_ref().map(text)),
            (
                "retention",
                retention.and_then(|policy| serde_json::to_value(policy).ok()),
            ),
        ] {
            fill(&mut attributes, kind, name, value);
        }
        attributes
    }

    /// Adds the setting that runs a protection, or says why nothing does.
    ///
    /// The setting goes when its protection goes, whatever becomes of the recovery points: it is lifeboat's own, holds
    /// nothing, and would only fail from then on.
    fn schedule(
        &mut self,
        block: &'a ProtectionBlock,
        target: &TargetBlock,
        spec: &ProtectionSpec,
        protection: &Address,
        schedule: &Schedule,
    ) {
        if let Some(reason) = &spec.unscheduled {
            self.notices.push(Notice {
                severity: Severity::Warning,
                code: "plan::unscheduled".to_owned(),
                address: Some(protection.clone()),
                // Without the address, so that many are shown as one.
                message: format!("nothing runs the schedule `{schedule}`: {reason}"),
                help: Some(
                    "Run `lifeboat backup run ADDRESS` on that schedule by other means, and say so with \
                     `scheduler = \"external\"`."
                        .to_owned(),
                ),
            });
        }
        let Some(kind) = &spec.schedule_kind else {
            return;
        };
        let mut attributes = Attributes::new();
        let known = self.catalog.kind(kind);
        fill(&mut attributes, known, "protection", Some(text(protection)));
        fill(&mut attributes, known, "schedule", Some(text(schedule)));
        self.add(
            DesiredResource {
                address: block
                    .target
                    .clone()
                    .part("schedule", Some(setting_name(block, self.configuration))),
                kind: kind.clone(),
                provider: target.provider.clone(),
                managed: true,
                attributes,
                requires: vec![protection.clone()],
                target: Some(block.target.clone()),
                on_remove: OnRemove::Destroy,
            },
            &block.address,
            &block.at,
        );
    }

    /// Returns the resources of what a block waits for, without doubles, in address order.
    fn dependencies(
        &mut self,
        block: &Address,
        depends_on: &[Address],
        at: &Location,
    ) -> Vec<Address> {
        let mut resources = BTreeSet::new();
        for on in depends_on {
            let known = self.configuration.targets.contains_key(on)
                || self.configuration.repositories.contains_key(on);
            if known {
                resources.insert(on.clone());
            } else if let Some(resource) = self.resource_of.get(on) {
                resources.insert(resource.clone());
            } else {
                self.errors.push(DesignError::UnknownDependency {
                    block: block.clone(),
                    on: on.clone(),
                    at: at.clone(),
                });
            }
        }
        resources.into_iter().collect()
    }

    fn add(&mut self, resource: DesiredResource, block: &'a Address, at: &'a Location) {
        if let Some((other, _)) = self.origins.get(&resource.address) {
            self.errors.push(DesignError::SameResource {
                protection: block.clone(),
                other: (*other).clone(),
                resource: resource.address,
                at: at.clone(),
            });
            return;
        }
        self.origins.insert(resource.address.clone(), (block, at));
        self.resources.insert(resource.address.clone(), resource);
    }

    /// Says which targets nothing protects.
    fn unprotected(&mut self) {
        let protected: BTreeSet<&Address> = self
            .configuration
            .protections
            .values()
            .map(|block| &block.target)
            .collect();
        for block in self.configuration.targets.values() {
            if protected.contains(&block.address) {
                continue;
            }
            let (severity, message) = match &block.objective {
                Some(objective) => (
                    Severity::Warning,
                    format!(
                        "`{}` has the objective `{objective}` and no protection",
                        block.address
                    ),
                ),
                None => (
                    Severity::Note,
                    format!("`{}` has no protection", block.address),
                ),
            };
            self.notices.push(Notice {
                severity,
                code: UNPROTECTED.to_owned(),
                address: Some(block.address.clone()),
                message,
                help: Some("Add a protection block for it.".to_owned()),
            });
        }
    }

    fn finish(mut self) -> Result<Design, DesignErrors> {
        let desired = DesiredState {
            resources: self.resources,
        };
        if let Some(path) = cycle(&desired) {
            let at = path
                .first()
                .and_then(|address| self.origins.get(address))
                .map(|(_, at)| (*at).clone())
                .unwrap_or_default();
            self.errors.push(DesignError::Cycle { path, at });
        }
        if !self.errors.is_empty() {
            return Err(DesignErrors(self.errors));
        }
        let configuration = self.configuration;
        Ok(Design {
            desired,
            domains: places::domains(configuration, &self.resource_of),
            escrows: configuration
                .repositories
                .values()
                .filter_map(|block| Some((block.address.clone(), block.escrow.clone()?)))
                .collect(),
            protects: configuration
                .targets
                .values()
                .filter_map(|block| Some((block.address.clone(), block.protect.clone()?)))
                .collect(),
            services: configuration.services.clone(),
            assumptions: configuration.assumptions.clone(),
            prices: configuration.prices.clone(),
            ignores: configuration.ignores.clone(),
            objectives: configuration.objectives.clone(),
            targets: configuration
                .targets
                .values()
                .map(|block| (block.address.clone(), block.objective.clone()))
                .collect(),
            protections: self
                .resource_of
                .into_iter()
                .map(|(block, resource)| (block.clone(), resource))
                .collect(),
            reasons: BTreeMap::new(),
            outputs: configuration
                .outputs
                .iter()
                .map(|(name, output)| {
                    let value = if output.sensitive {
                        Value::Null
                    } else {
                        output.value.clone()
                    };
                    (name.clone(), value)
                })
                .collect(),
            notices: self.notices,
        })
    }
}
