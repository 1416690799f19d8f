//! Evaluates the locals, each after the ones that it names.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::visit::{Visit, visit_traversal};

use super::evaluate::{Scope, World};
use super::failure::Failure;
use super::graph::order;
use crate::diagnostic::Diagnostic;

/// Collects the names after `local.`.
#[derive(Default)]
struct Uses(BTreeSet<String>);

impl Visit for Uses {
    fn visit_traversal(&mut self, node: &Traversal) {
        if let (Expression::Variable(root), Some(first)) = (&node.expr, node.operators.first())
            && root.as_str() == "local"
            && let TraversalOperator::GetAttr(name) = first.value()
        {
            self.0.insert(name.as_str().to_owned());
        }
        visit_traversal(self, node);
    }
}

/// Gives values to all locals of the world.
pub(crate) fn evaluate(world: &mut World<'_>, problems: &mut Vec<Diagnostic>) {
    let declarations = world.declarations;
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, local) in &declarations.locals {
        world.locals.insert(name, None);
        let mut uses = Uses::default();
        uses.visit_expr(local.expr);
        let known = uses
            .0
            .iter()
            .filter_map(|used| declarations.locals.get_key_value(used.as_str()));
        edges.insert(name, known.map(|(name, _)| *name).collect());
    }
    let order = order(&edges);
    for cycle in &order.cycles {
        problems.push(cyclic(world, cycle));
    }
    for name in order.sorted {
        let Some(local) = declarations.locals.get(name) else {
            continue;
        };
        match world.value(local.expr, Scope::of(local.file)) {
            Ok(value) => {
                world.locals.insert(name, Some(value));
            }
            Err(Failure(reasons)) => problems.extend(reasons),
        }
    }
}

fn cyclic(world: &World<'_>, cycle: &[&str]) -> Diagnostic {
    let mut names: Vec<String> = cycle.iter().map(|name| format!("`local.{name}`")).collect();
    names.extend(names.first().cloned());
    let message = format!("a local depends on itself: {}", names.join(" → "));
    let mut error = Diagnostic::error("language::cycle", message);
    for name in cycle {
        if let Some(local) = world.declarations.locals.get(name) {
            error = error.label(local.file, local.name.clone(), "");
        }
    }
    error
}
