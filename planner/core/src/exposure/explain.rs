//! The derivation of a figure, for a person who asks why.

use jiff::Timestamp;
use lifeboat_model::{
    Action, Address, Block, Catalog, Goal, LiveState, PlanOptions, RecordedState, Scope, Span, Step,
};

use super::assessor::explain_copy;
use super::build::Builder;
use super::rows::{targets, worlds};
use super::scene::Scene;
use super::trace::Tree;
use crate::design::Design;
use crate::diff::Snapshots;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// All protections of all targets.
    pub design: &'a Design,
    /// What is live.
    pub live: &'a LiveState,
    /// What was applied.
    pub recorded: &'a RecordedState,
    /// What the providers know.
    pub catalog: &'a Catalog,
    /// When live was read.
    pub as_of: Timestamp,
    /// The actions of a plan, whose outcome is asked about once schedules and retention have run for long enough; none
    /// means what is live now.
    pub actions: Option<&'a [Action]>,
    /// A target, a service, a protection block or the resource of one.
    pub subject: &'a Address,
    /// The failure.
    pub scope: Scope,
}

/// Returns how the exposure of the subject comes about: every copy with the numbers of its formulas, the rejected
/// ones with the reason. Nothing for a subject that nobody knows.
pub fn derive(question: &Question<'_>) -> Vec<Step> {
    let Question {
        design,
        live,
        recorded,
        catalog,
        as_of,
        actions,
        subject,
        scope,
    } = *question;
    let options = PlanOptions {
        as_of,
        seed: 0,
        destroy: false,
        targets: Vec::new(),
        lifeboat_version: String::new(),
        allow_exposure: Span::ZERO,
    };
    let snapshots = Snapshots {
        design,
        live,
        recorded,
        catalog,
        options: &options,
    };
    let (now, planned) = worlds(&snapshots, actions.unwrap_or_default());
    let world = if actions.is_some() { planned } else { now };
    let mut builder = Builder::new(catalog, live, recorded, design, as_of);
    let scene = Scene::new(&mut builder, &world, &targets(design, &world));
    let mut tree = Tree::default();
    let resource = design.protections.get(subject).unwrap_or(subject);
    let target = resource.owner();
    let objective = design.objective(&target);
    let goal: Goal = objective
        .and_then(|objective| objective.goals.get(&scope))
        .cloned()
        .unwrap_or_default();
    if subject.block == Block::Service {
        scene.services(scope, Some(subject), &mut tree);
    } else if resource.part.is_none() {
        scene.target(&target, scope, &goal, &mut tree);
    } else if let Some((place, graph)) = scene.graph(&target) {
        let copy = graph.copies.iter().position(|it| it.address == *resource);
        if let Some(copy) = copy {
            let load = scene.together.load(scope, place);
            explain_copy(graph, copy, (scope, &goal), load, as_of, &mut tree);
        }
    }
    tree.steps()
}
