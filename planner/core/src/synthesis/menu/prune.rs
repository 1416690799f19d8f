//! Drops what another choice of the same place beats in everything, whatever the size of the data.

use std::collections::BTreeMap;

use lifeboat_model::{Mechanism, Retention, Span, role};

use super::super::search::NodeId;
use super::judge::Given;
use super::node::{Menu, Node, Way};
use crate::cost::{Held, full_every};

/// What a node uses, in numbers of which none is better when it is greater, and each of which costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Use {
    runs: u64,
    points: u64,
    reach: Span,
    /// How often everything is stored anew.
    fulls: u64,
}

impl Use {
    fn is_at_most(self, other: Self) -> bool {
        self.runs <= other.runs
            && self.points <= other.points
            && self.reach <= other.reach
            && self.fulls <= other.fulls
    }

    /// Returns whether it weighs less whatever the prices.
    fn is_less(self, other: Self) -> bool {
        self.is_at_most(other) && (self.points < other.points || self.runs < other.runs)
    }
}

/// All that a node gives and takes: itself and what is made from it.
#[derive(Debug)]
struct Profile {
    /// With each lock, by the lock: what it covers and how fast it comes back.
    gives: Vec<Given>,
    takes: Use,
    /// What is made from it, by the choice of the slot.
    children: Vec<(usize, usize, NodeId)>,
}

/// Drops nodes that a lighter one of the same place and source equals or beats, together with what is made from them.
///
/// Exact: in any design that has the one, the other can stand instead; so can what is made from it. The design then
/// weighs no more, and stands first where it weighs the same. What stands today is never dropped.
pub(super) fn prune(menu: &mut Menu<'_>) {
    let profiles: Vec<Profile> = profiles(menu);
    let mut dropped = vec![false; menu.nodes.len()];
    let mut groups: BTreeMap<(Option<NodeId>, usize), Vec<NodeId>> = BTreeMap::new();
    for (index, node) in menu.nodes.iter().enumerate() {
        let group = groups.entry((node.parent, node.slot)).or_default();
        group.push(index);
    }
    // What is made from others first: a source is compared with what is left below it.
    for group in groups.values().rev() {
        for node in group {
            let beaten = group.iter().any(|other| {
                other != node
                    && dropped.get(*other) == Some(&false)
                    && beats(menu, &profiles, &dropped, *other, *node)
            });
            if beaten && let Some(it) = dropped.get_mut(*node) {
                *it = true;
            }
        }
    }
    for node in 0..menu.nodes.len() {
        let parent = menu.nodes.get(node).and_then(|it| it.parent);
        let gone = parent.is_some_and(|parent| dropped.get(parent) == Some(&true));
        if gone && let Some(it) = dropped.get_mut(node) {
            *it = true;
        }
    }
    sweep(menu, &dropped);
}

/// Returns the choices of a slot that no other beats, of those that nothing is made from; `gives` is what each gives,
/// `every` how often it runs. What stands today is among them.
///
/// Exact: which beat which is the same as for nodes, and an order; so what [`prune`] would leave of all is what it leaves
/// of these.
pub(super) fn worth(
    menu: &Menu<'_>,
    slot: usize,
    every: impl Fn(usize) -> Option<Span>,
    gives: &[Vec<Given>],
) -> Vec<usize> {
    let profiles = gives.iter().enumerate().map(|(choice, gives)| Profile {
        gives: gives.clone(),
        takes: takes(
            menu,
            &Node {
                slot,
                choice,
                parent: None,
                today: false,
                every: every(choice),
            },
        ),
        children: Vec::new(),
    });
    let profiles: Vec<Profile> = profiles.collect();
    let of_slot = menu.space.slots.get(slot);
    let today = of_slot.and_then(|slot| slot.today.as_ref()).map(|it| it.0);
    let beats = |(one, by): (usize, &Profile), (other, of): (usize, &Profile)| {
        one != other && is_no_worse(by, of) && (by.takes.is_less(of.takes) || one < other)
    };
    let all = || profiles.iter().enumerate();
    all()
        .filter(|of| Some(of.0) == today || !all().any(|by| beats(by, *of)))
        .map(|(choice, _)| choice)
        .collect()
}

/// Returns whether one node beats another: same place, same source, and in nothing worse.
fn beats(
    menu: &Menu<'_>,
    profiles: &[Profile],
    dropped: &[bool],
    one: NodeId,
    other: NodeId,
) -> bool {
    let (Some(a), Some(b)) = (menu.nodes.get(one), menu.nodes.get(other)) else {
        return false;
    };
    let is_lock = menu
        .slot(a)
        .is_some_and(|slot| slot.spec.mechanism == Mechanism::Lock);
    if a.slot != b.slot || a.parent != b.parent || b.today || is_lock {
        return false;
    }
    let (Some(by), Some(of)) = (profiles.get(one), profiles.get(other)) else {
        return false;
    };
    if !is_no_worse(by, of) || (!by.takes.is_less(of.takes) && one > other) {
        return false;
    }
    of.children
        .iter()
        .filter(|(.., child)| dropped.get(*child) == Some(&false))
        .all(|(slot, choice, child)| {
            let Some(beaten) = profiles.get(*child) else {
                return false;
            };
            if menu.nodes.get(*child).is_some_and(|it| it.today) {
                return false;
            }
            by.children.iter().any(|(own_slot, own_choice, own)| {
                // The order of nodes decides where two weigh the same, so a choice is answered by itself or an
                // earlier one.
                own_slot == slot
                    && own_choice <= choice
                    && dropped.get(*own) == Some(&false)
                    && profiles
                        .get(*own)
                        .is_some_and(|own| is_no_worse(own, beaten))
            })
        })
}

fn is_no_worse(by: &Profile, of: &Profile) -> bool {
    by.takes.is_at_most(of.takes)
        && of.gives.iter().all(|(lock, covers, pace)| {
            by.gives.iter().any(|(own_lock, own_covers, own_pace)| {
                (own_lock == lock || own_lock.is_none())
                    && covers & !own_covers == 0
                    && pace == own_pace
            })
        })
}

fn profiles(menu: &Menu<'_>) -> Vec<Profile> {
    let mut profiles: Vec<Profile> = menu
        .nodes
        .iter()
        .map(|node| Profile {
            gives: Vec::new(),
            takes: takes(menu, node),
            children: Vec::new(),
        })
        .collect();
    for Way {
        node,
        lock,
        covers,
        pace,
    } in &menu.ways
    {
        if let Some(profile) = profiles.get_mut(*node) {
            profile.gives.push((*lock, *covers, *pace));
        }
    }
    for (index, node) in menu.nodes.iter().enumerate() {
        let parent = node.parent.and_then(|parent| profiles.get_mut(parent));
        if let Some(parent) = parent {
            parent.children.push((node.slot, node.choice, index));
        }
    }
    profiles
}

fn takes(menu: &Menu<'_>, node: &Node) -> Use {
    let (Some(slot), Some(choice)) = (menu.slot(node), menu.choice(node)) else {
        return Use {
            runs: u64::MAX,
            points: u64::MAX,
            reach: Span::ZERO,
            fulls: u64::MAX,
        };
    };
    let none = Retention::default();
    let retention = choice.retention.as_ref().or(menu.retention.as_ref());
    let retention = retention.map_or(&none, |it| it.as_ref());
    let held = node.every.and_then(|every| Held::of(retention, every));
    let fulls = full_every(&choice.attributes).filter(|n| *n > 0);
    let window = choice.span(role::WINDOW);
    let is_log = slot.spec.mechanism == Mechanism::Log;
    Use {
        runs: node
            .every
            .map_or(0, |every| u64::MAX / every.as_millis().max(1)),
        points: held.map_or(0, |held| held.points),
        reach: window
            .filter(|_| is_log)
            .or(held.map(|held| held.reach))
            .unwrap_or_default(),
        fulls: fulls.map_or(0, |n| u64::MAX / u64::from(n)),
    }
}

/// Removes dropped nodes and their ways, and numbers the others anew.
fn sweep(menu: &mut Menu<'_>, dropped: &[bool]) {
    let is_kept = |node: NodeId| dropped.get(node) == Some(&false);
    let mut places = Vec::with_capacity(dropped.len());
    let mut next = 0;
    for gone in dropped {
        places.push(next);
        next += usize::from(!gone);
    }
    let place = |node: NodeId| places.get(node).copied().unwrap_or(node);
    let old = std::mem::take(&mut menu.nodes);
    menu.nodes = old
        .into_iter()
        .enumerate()
        .filter(|(index, _)| is_kept(*index))
        .map(|(_, node)| Node {
            parent: node.parent.map(place),
            ..node
        })
        .collect();
    let graphs = std::mem::take(&mut menu.graphs);
    menu.graphs = graphs
        .into_iter()
        .enumerate()
        .filter(|(index, _)| is_kept(*index))
        .map(|(_, graph)| graph)
        .collect();
    menu.ways
        .retain(|way| is_kept(way.node) && way.lock.is_none_or(is_kept));
    for way in &mut menu.ways {
        way.node = place(way.node);
        way.lock = way.lock.map(place);
    }
    menu.today = menu
        .today
        .take()
        .map(|nodes| nodes.into_iter().map(place).collect());
}
