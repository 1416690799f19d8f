//! What a conflict says.

use lifeboat_model::{Bound, Goal, Mechanism, Scope, Span, role};

use super::super::model::{Model, address_of};
use super::super::space::{Slot, Space};
use super::filter::Case;
use super::relax::most_often;
use super::{Because, Fact, Member};
use crate::configuration::TargetBlock;
use crate::cost::a_month;
use crate::exposure::graph::CopyGraph;

/// Returns a member in words, for a target. `space` is what may be chosen for its kind at all, `others` the whole set.
pub(crate) fn words(
    member: &Member,
    case: &Case<'_, '_>,
    target: &TargetBlock,
    (space, others): (&Space<'_>, &[Member]),
    model: &mut impl Model,
) -> Because {
    let rules = case.rules;
    let label = target.objective.as_deref().unwrap_or_default();
    let goal = |scope: &Scope| rules.goals.get(scope).cloned().unwrap_or_default();
    let of_objective = |scope: &Scope, says: String| {
        let places = case.configuration.goal_places.get(label);
        Because {
            says: format!("objective `{label}` {says}"),
            at: places.and_then(|places| places.get(scope)).cloned(),
        }
    };
    let here = |says: String| Because {
        says,
        at: Some(target.at.clone()),
    };
    let protect = |says: String| Because {
        says,
        at: target.protect.as_ref().map(|protect| protect.at.clone()),
    };
    let span = |span: Option<Span>| span.unwrap_or_default().to_string();
    match member {
        Member::Loss(scope) => {
            let rpo = span(goal(scope).rpo);
            of_objective(scope, format!("promises an rpo of {rpo} for {scope}"))
        }
        Member::Time(scope) => {
            let rto = span(goal(scope).rto);
            of_objective(scope, format!("promises an rto of {rto} for {scope}"))
        }
        Member::Dwell(scope) => {
            let dwell = span(goal(scope).detected_within);
            of_objective(scope, format!("has {scope} noticed only within {dwell}"))
        }
        Member::Retention => here(format!("`{}` has a retention of its own", target.address)),
        Member::Immutable => here(format!(
            "the retention of `{}` lets nobody delete a point for {}",
            target.address,
            span(rules.immutable_for)
        )),
        Member::Uses(mechanism) => protect(format!("`protect` wants a `{mechanism}`")),
        Member::Forbids(mechanism) => protect(format!("`protect` forbids a `{mechanism}`")),
        Member::Repositories => protect(format!("`protect` allows no other repository than {}", {
            let names = rules.repositories.iter().map(|it| format!("`{it}`"));
            names.collect::<Vec<_>>().join(", ")
        })),
        Member::CopiesTo => here(format!(
            "`copies_to` allows copies at no other place than {}",
            {
                let names = rules.copies_to.iter().map(|it| format!("`{it}`"));
                names.collect::<Vec<_>>().join(", ")
            }
        )),
        Member::MaxCost => protect(format!(
            "`protect` allows it to cost {}",
            a_month(
                rules.max_cost.unwrap_or_default(),
                case.prices.book.currency().unwrap_or_default()
            )
        )),
        Member::Fact(fact) => Facts {
            case,
            target,
            space,
            others,
        }
        .says(fact, model),
    }
}

struct Facts<'a> {
    case: &'a Case<'a, 'a>,
    space: &'a Space<'a>,
    target: &'a TargetBlock,
    others: &'a [Member],
}

impl Facts<'_> {
    fn says(&self, fact: &Fact, model: &mut impl Model) -> Because {
        let kind = self.case.kind;
        let space = self.space;
        let at = match fact {
            Fact::Place(Some(repository)) | Fact::Comes(Some(repository)) => self
                .case
                .configuration
                .repositories
                .get(repository)
                .map(|block| block.at.clone()),
            Fact::Target => Some(self.target.at.clone()),
            _ => None,
        };
        let says = match fact {
            Fact::Alarm => {
                let base = self.case.base;
                let takes = base.detect.value + base.decide.value;
                format!("it takes {takes} until a failure is noticed and its recovery decided")
            }
            Fact::Follows => "a `replica` follows wrong writes".to_owned(),
            Fact::Locks => longest_lock(space, kind),
            Fact::Target => format!("it is not known where `{}` stands", self.target.address),
            Fact::Takes(mechanism) => format!("a run of a `{mechanism}` takes its time{}", {
                let takes = self.takes(space, *mechanism, model);
                takes.map_or_else(String::new, |takes| format!(": up to {takes}"))
            }),
            Fact::Often(mechanism) => often(space, *mechanism, kind),
            Fact::Place(repository) | Fact::Comes(repository) => {
                // What a copy gives depends on its source, which is not here.
                let mut slots = space.slots.iter().filter(|slot| {
                    let mechanism = slot.spec.mechanism;
                    slot.repository == repository.as_ref()
                        && matches!(
                            mechanism,
                            Mechanism::Snapshot | Mechanism::Replica | Mechanism::Log
                        )
                });
                let is_place = matches!(fact, Fact::Place(_));
                slots
                    .find_map(|slot| self.why(slot, is_place, model))
                    .unwrap_or_else(|| format!("what `{kind}` can be restored from is too slow"))
            }
            Fact::Offer => self.offer(space),
        };
        Because { says, at }
    }

    /// Returns what the model says of the first choice of a slot, in the first scope of the conflict.
    fn why(&self, slot: &Slot<'_>, is_place: bool, model: &mut impl Model) -> Option<String> {
        let (scope, goal) = self.scope(is_place);
        let graph = self.graph(slot, model)?;
        let mut graph = graph;
        graph.size = self.case.prices.size.cloned();
        let place = graph.copies.len().checked_sub(1)?;
        let (loss, time) = model.why(&graph, place, scope, &goal);
        let takes = model.recovery(&graph, place, scope);
        let slow = || match takes {
            Bound::Finite(takes) => {
                let address = address_of(&self.target.address, slot);
                let others = model.shared(&graph, place, scope);
                let others = others.map_or_else(String::new, |(link, count)| match count {
                    1 => format!(" while another one restores over {link}"),
                    _ => format!(" while {count} others restore over {link}"),
                });
                let takes = takes.rounded();
                format!("a recovery from `{address}` takes {takes}{others}")
            }
            Bound::Unbounded => time,
        };
        let says = if is_place { loss } else { slow() };
        (!says.is_empty()).then_some(says)
    }

    fn takes(
        &self,
        space: &Space<'_>,
        mechanism: Mechanism,
        model: &mut impl Model,
    ) -> Option<Span> {
        let mut slots = space.slots.iter();
        let slot = slots.find(|slot| slot.spec.mechanism == mechanism)?;
        let graph = self.graph(slot, model)?;
        let copy = graph.copies.last()?;
        Some((copy.hold.value + copy.prop.value).rounded())
    }

    /// Returns the graph of the most frequent choice of a slot alone.
    fn graph(&self, slot: &Slot<'_>, model: &mut impl Model) -> Option<CopyGraph> {
        let choice = slot
            .choices
            .iter()
            .min_by_key(|choice| (choice.every.is_none(), choice.every))?;
        let mut graph = self.case.base.clone();
        let copy = model.copy(&graph, slot, choice, self.case.rules, None, None);
        graph.copies.push(copy);
        Some(graph)
    }

    /// Returns the scope that the conflict is about, and its goal.
    fn scope(&self, is_place: bool) -> (Scope, Goal) {
        let time = self.others.iter().find_map(|member| match member {
            Member::Time(scope) if !is_place => Some(*scope),
            _ => None,
        });
        let any = self.others.iter().find_map(|member| match member {
            Member::Loss(scope) | Member::Time(scope) | Member::Dwell(scope) => Some(*scope),
            _ => None,
        });
        let scope = time.or(any).unwrap_or(Scope::Instance);
        let goal = self.case.rules.goals.get(&scope).cloned();
        (scope, goal.unwrap_or_default())
    }

    fn offer(&self, space: &Space<'_>) -> String {
        let kind = self.case.kind;
        let wanted = self.others.iter().find_map(|member| match member {
            Member::Uses(mechanism) => Some(*mechanism),
            _ => None,
        });
        match wanted {
            Some(mechanism) => format!("no `{mechanism}` of a `{kind}` can be chosen here"),
            None if space.slots.is_empty() => format!(
                "the configuration has no repository that can hold what protects a `{kind}`"
            ),
            None => format!("nothing else is offered for a `{kind}`"),
        }
    }
}

fn often(space: &Space<'_>, mechanism: Mechanism, kind: &str) -> String {
    let mut slots = space.slots.iter();
    let of = slots.find(|slot| slot.spec.mechanism == mechanism);
    let unscheduled = of.and_then(|slot| {
        slot.spec
            .unscheduled
            .as_ref()
            .filter(|_| !slot.spec.externally_scheduled)
    });
    match (unscheduled, most_often(&space.slots, mechanism)) {
        (Some(reason), _) => format!("nothing runs a `{mechanism}`: {reason}"),
        (None, Some(every)) if mechanism == Mechanism::Log => {
            format!("log of a `{kind}` can be archived every {every} at the most often")
        }
        (None, Some(every)) => {
            format!("a `{mechanism}` of a `{kind}` can be made every {every} at the most often")
        }
        (None, None) => format!("a `{mechanism}` of a `{kind}` is as far behind as it is"),
    }
}

fn longest_lock(space: &Space<'_>, kind: &str) -> String {
    let choices = space.slots.iter().flat_map(|slot| &slot.choices);
    match choices
        .filter_map(|choice| choice.span(role::LOCK_FOR))
        .max()
    {
        Some(longest) => format!("no lock of a `{kind}` can last longer than {longest}"),
        None => format!("nothing that protects a `{kind}` can be locked"),
    }
}
