//! Small configurations from a few choices.

use lifeboat_model::{
    Address, Attributes, Block, Goal, Keep, Mechanism, Objective, OnRemove, Retention, Scope, Span,
};
use serde_json::json;

use crate::configuration::{
    Configuration, Location, ProtectionBlock, RepositoryBlock, TargetBlock,
};

/// The choices of one protection.
#[derive(Clone, Debug, Default)]
pub(super) struct Mechanics {
    pub(super) repository: usize,
    /// 0: none; 1: hourly; 2: daily.
    pub(super) schedule: usize,
    /// 0: keep all; 1: the last 3; 2: the last one; 3: daily and weekly.
    pub(super) retention: usize,
    pub(super) destroy: bool,
    pub(super) tags: usize,
}

/// The choices of one target.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    pub(super) path: usize,
    pub(super) excludes: usize,
    pub(super) first: Option<Mechanics>,
    pub(super) second: Option<Mechanics>,
    /// Copies the first snapshot, where there is one.
    pub(super) copy: Option<Mechanics>,
    /// In this repository.
    pub(super) guard: Option<usize>,
}

/// The choices of one repository.
#[derive(Clone, Debug, Default)]
pub(super) struct Vault {
    pub(super) path: usize,
    pub(super) destroy: bool,
}

/// A whole configuration. Only the repositories that something uses are in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    pub(super) vaults: [Vault; 2],
    pub(super) trees: Vec<Tree>,
}

pub(super) fn provider() -> Address {
    Address::named(Block::Provider, "memory")
}

pub(super) fn vault(index: usize) -> Address {
    Address::of_kind(Block::Repository, "vault", ["near", "far"][index % 2])
}

pub(super) fn tree(index: usize) -> Address {
    Address::of_kind(Block::Target, "tree", format!("t{index}"))
}

const fn on_remove(destroy: bool) -> OnRemove {
    if destroy {
        OnRemove::Destroy
    } else {
        OnRemove::Forget
    }
}

fn attributes<const N: usize>(pairs: [(&str, serde_json::Value); N]) -> Attributes {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn retention(choice: usize) -> Option<Retention> {
    let keep = match choice {
        0 => return None,
        1 => Keep {
            last: Some(3),
            ..Keep::default()
        },
        2 => Keep {
            last: Some(1),
            ..Keep::default()
        },
        _ => Keep {
            daily: Some(7),
            weekly: Some(4),
            ..Keep::default()
        },
    };
    Some(Retention {
        keep,
        ..Retention::default()
    })
}

fn block(target: usize, mechanism: Mechanism, name: &str, choices: &Mechanics) -> ProtectionBlock {
    ProtectionBlock {
        domains: Vec::new(),
        address: Address::of_kind(
            Block::Protection,
            mechanism.as_str(),
            format!("{name}{target}"),
        ),
        mechanism,
        target: tree(target),
        repository: Some(vault(choices.repository)),
        from: None,
        schedule: [None, Some("1h"), Some("1d")][choices.schedule % 3]
            .map(|text| text.parse().unwrap()),
        retention: retention(choices.retention),
        attributes: attributes([("tags", json!(["a", "b"][..choices.tags % 3]))]),
        on_remove: on_remove(choices.destroy),
        depends_on: Vec::new(),
        at: Location::default(),
    }
}

fn blocks(index: usize, tree: &Tree) -> Vec<ProtectionBlock> {
    let mut blocks = Vec::new();
    for (name, choices) in [("first", &tree.first), ("second", &tree.second)] {
        blocks.extend(
            choices
                .iter()
                .map(|it| block(index, Mechanism::Snapshot, name, it)),
        );
    }
    if let (Some(_), Some(choices)) = (&tree.first, &tree.copy) {
        let mut copy = block(index, Mechanism::Copy, "copy", choices);
        copy.from = Some(Address::of_kind(
            Block::Protection,
            "snapshot",
            format!("first{index}"),
        ));
        blocks.push(copy);
    }
    if let Some(repository) = tree.guard {
        let choices = Mechanics {
            repository,
            destroy: tree.excludes == 1,
            ..Mechanics::default()
        };
        let mut guard = block(index, Mechanism::Guard, "guard", &choices);
        guard.attributes.clear();
        blocks.push(guard);
    }
    blocks
}

impl Shape {
    pub(super) fn configuration(&self) -> Configuration {
        let mut configuration = Configuration::default();
        let goal = |rpo, detected_within| Goal {
            rpo: Some(rpo),
            rto: None,
            detected_within,
        };
        let goals = [
            (Scope::Instance, goal(Span::from_hours(4), None)),
            (
                Scope::Corruption,
                goal(Span::from_days(2), Some(Span::from_hours(1))),
            ),
        ];
        let objective = Objective {
            name: "gold".to_owned(),
            goals: goals.into(),
            drill_every: None,
        };
        configuration
            .objectives
            .insert("gold".to_owned(), objective);
        for (index, choices) in self.trees.iter().enumerate() {
            let block = TargetBlock {
                domains: Vec::new(),
                protect: None,
                copies_to: Vec::new(),
                address: tree(index),
                provider: provider(),
                attributes: attributes([
                    ("path", json!(format!("data{}", choices.path))),
                    ("exclude", json!(["*.tmp", "*.log"][..choices.excludes % 3])),
                ]),
                objective: Some("gold".to_owned()),
                retention: None,
                depends_on: Vec::new(),
                at: Location::default(),
            };
            configuration.targets.insert(block.address.clone(), block);
            for block in blocks(index, choices) {
                configuration
                    .protections
                    .insert(block.address.clone(), block);
            }
        }
        for (index, choices) in self.vaults.iter().enumerate() {
            let address = vault(index);
            if !configuration
                .protections
                .values()
                .any(|it| it.repository.as_ref() == Some(&address))
            {
                continue;
            }
            let block = RepositoryBlock {
                domains: Vec::new(),
                escrow: None,
                address: address.clone(),
                provider: provider(),
                attributes: attributes([("path", json!(format!("vault{index}-{}", choices.path)))]),
                on_remove: on_remove(choices.destroy),
                depends_on: Vec::new(),
                at: Location::default(),
            };
            configuration.repositories.insert(address, block);
        }
        configuration
    }
}
