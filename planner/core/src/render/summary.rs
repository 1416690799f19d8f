//! What a plan comes to: the lines that people and tools read first.

use std::collections::BTreeSet;

use lifeboat_model::{Action, Address, Effect, OnRemove, Plan, Severity, Verb};
use serde::Serialize;

use super::canvas::{Canvas, Line, Tone};
use super::cost;
use super::measure::Objectives;
use super::moment::count;

/// How many actions of each sort a plan has, as Terraform counts: a replacement adds one and takes one away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// What is made.
    pub add: usize,
    /// What is changed in place.
    pub change: usize,
    /// What is destroyed.
    pub destroy: usize,
    /// What is live and taken over.
    pub import: usize,
    /// What stays and is no longer managed.
    pub forget: usize,
    /// What a protection is asked to do once: back up now.
    pub invoke: usize,
}

impl Summary {
    /// Counts the actions.
    pub fn of(actions: &[Action]) -> Self {
        let mut all = Self::default();
        for action in actions {
            match (action.verb, action.on_remove) {
                (Verb::Create, _) => all.add += 1,
                (Verb::Update, _) => all.change += 1,
                (Verb::Replace, OnRemove::Destroy) => {
                    all.add += 1;
                    all.destroy += 1;
                }
                (Verb::Replace, OnRemove::Forget) => {
                    all.add += 1;
                    all.forget += 1;
                }
                (Verb::Adopt, _) => all.import += 1,
                (Verb::BackUp, _) => all.invoke += 1,
                (Verb::Forget, _) => all.forget += 1,
                (Verb::Delete, _) => all.destroy += 1,
            }
        }
        all
    }

    /// Returns the counts after `Plan: `, in the words of Terraform and OpenTofu.
    pub fn sentence(self) -> String {
        let mut text = String::new();
        if self.import > 0 {
            text.push_str(&format!("{} to import, ", self.import));
        }
        text.push_str(&format!(
            "{} to add, {} to change, {} to destroy",
            self.add, self.change, self.destroy
        ));
        if self.forget > 0 {
            text.push_str(&format!(", {} to forget", self.forget));
        }
        text.push('.');
        if self.invoke > 0 {
            text.push_str(&format!(" Actions: {} to invoke.", self.invoke));
        }
        text
    }
}

/// Returns what an apply came to, in Terraform's words; `done` counts the actions that succeeded.
pub fn applied_text(done: Summary, destroy: bool) -> String {
    if destroy {
        let forgotten = match done.forget {
            0 => String::new(),
            n => format!(", {n} forgotten"),
        };
        return format!(
            "Destroy complete! Resources: {} destroyed{forgotten}.",
            done.destroy
        );
    }
    let mut text = "Apply complete! Resources: ".to_owned();
    if done.import > 0 {
        text.push_str(&format!("{} imported, ", done.import));
    }
    text.push_str(&format!(
        "{} added, {} changed, {} destroyed",
        done.add, done.change, done.destroy
    ));
    if done.forget > 0 {
        text.push_str(&format!(", {} forgotten", done.forget));
    }
    text.push('.');
    if done.invoke > 0 {
        text.push_str(&format!(" Actions: {} invoked.", done.invoke));
    }
    text
}

/// Returns what the plan leaves less protected: targets, or only repositories that hold nothing of one.
fn weakened(plan: &Plan) -> Option<String> {
    let weaker = plan
        .actions
        .iter()
        .filter(|it| it.effect == Effect::Weakens);
    let targets: BTreeSet<&Address> = weaker.clone().filter_map(|it| it.target.as_ref()).collect();
    match (targets.len(), weaker.count()) {
        (0, 0) => None,
        (0, others) => Some(count(others, "resource")),
        (targets, _) => Some(count(targets, "target")),
    }
}

/// Returns what apply asks leave for, or none when it asks for nothing.
pub(crate) fn leave(plan: &Plan) -> Option<String> {
    let points = plan.losses.len();
    let what = match (points, weakened(plan)) {
        (0, None) => return None,
        (0, Some(weaker)) => format!("makes {weaker} less protected than now"),
        (n, None) => format!("deletes {}", count(n, "recovery point")),
        (n, Some(weaker)) => format!(
            "deletes {} and makes {weaker} less protected than now",
            count(n, "recovery point"),
        ),
    };
    Some(what)
}

/// Returns whether apply refuses the plan, because something is wrong with what it rests on.
pub(crate) fn refused(plan: &Plan) -> bool {
    let mut notices = plan.notices.iter();
    notices.any(|notice| notice.severity == Severity::Error)
}

/// Returns how many targets are less protected for a while, because something of theirs is replaced, and whether the
/// one who plans has agreed to it.
pub(crate) fn exposed(plan: &Plan) -> Option<(usize, bool)> {
    let notices = plan.notices.iter();
    let exposed = notices.filter(|notice| notice.code == "plan::exposed");
    let agreed = exposed.clone().all(|it| it.severity != Severity::Error);
    let targets: BTreeSet<_> = exposed.map(|it| &it.address).collect();
    (!targets.is_empty()).then_some((targets.len(), agreed))
}

/// Writes the counts, the objectives, the cost, and whether anything is ever less protected.
pub(crate) fn summary(canvas: &mut Canvas, plan: &Plan) {
    canvas.gap();
    canvas.line(
        Line::default()
            .tone(Tone::Strong, "Plan:")
            .plain(format!(" {}", Summary::of(&plan.actions).sentence())),
    );
    objectives(canvas, plan);
    if let Some(cost) = &plan.cost {
        cost::cost(canvas, cost);
    }
    safety(canvas, plan);
}

/// Writes whether anything is ever less protected, and what apply asks leave for.
pub(crate) fn safety(canvas: &mut Canvas, plan: &Plan) {
    if refused(plan) {
        canvas.say(Tone::Bad, "Apply refuses this plan: see the error above.");
    }
    let exposed = exposed(plan);
    if let Some((targets, agreed)) = exposed {
        let leave = if agreed {
            "agreed with --allow-exposure"
        } else {
            "that needs --allow-exposure DURATION"
        };
        let text = format!(
            "While it is applied, {} {} less protected than now, until the first backup after the change ends: {leave}.",
            count(targets, "target"),
            if targets == 1 { "is" } else { "are" },
        );
        canvas.paragraph("", Tone::Bad, &text);
    }
    match leave(plan) {
        None if exposed.is_some() => {}
        None if !plan.weakened.is_empty() => canvas.paragraph("", Tone::Bad, &on_the_way(plan)),
        None => canvas.say(
            Tone::Plain,
            "At no step is any target less protected than now.",
        ),
        Some(what) => canvas.paragraph(
            "",
            Tone::Bad,
            &format!("This plan {what}: apply needs --allow-loss."),
        ),
    }
}

/// Returns which targets are less protected than now although no action by itself asks leave for it.
fn on_the_way(plan: &Plan) -> String {
    let targets = plan.weakened.len();
    let named: Vec<String> = plan
        .weakened
        .iter()
        .take(3)
        .map(ToString::to_string)
        .collect();
    let rest = if targets > named.len() { ", …" } else { "" };
    format!(
        "{} {} less protected than now while it is applied or afterwards: {}{rest}.",
        count(targets, "target"),
        if targets == 1 { "is" } else { "are" },
        named.join(", ")
    )
}

/// Writes how many goals hold, now and after the plan.
pub(crate) fn objectives(canvas: &mut Canvas, plan: &Plan) {
    let all = Objectives::of(&plan.exposure);
    if all.total == 0 {
        return;
    }
    let mut notes = if all.met == all.met_before {
        "as before".to_owned()
    } else {
        format!("{} before", all.met_before)
    };
    if all.assuming > 0 {
        notes.push_str(&format!(", {} on assumptions", all.assuming));
    }
    goals_line(canvas, all, &notes);
}

/// Writes how many goals hold.
pub(crate) fn goals_line(canvas: &mut Canvas, all: Objectives, notes: &str) {
    let tone = if all.all_met() { Tone::Good } else { Tone::Bad };
    let notes = if notes.is_empty() {
        ".".to_owned()
    } else {
        format!(" ({notes}).")
    };
    canvas.line(
        Line::default()
            .tone(Tone::Strong, "Objectives: ")
            .tone(tone, format!("{} of {} met", all.met, all.total))
            .plain(notes),
    );
}
