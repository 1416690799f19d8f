//! The actions of a plan, each as a block with its reasons.

use std::collections::BTreeSet;

use lifeboat_model::{
    Action, Address, Attributes, Catalog, Cause, Effect, Mechanism, OnRemove, Verb,
};
use serde_json::Value;

use super::canvas::{Canvas, Line, Tone, wrap};
use super::moment::{count, listed};
use super::value::{Entry, Turn, entries, hidden};

/// Attributes that are shown even when they stay, because they say which thing it is.
const NAMING: [&str; 2] = ["id", "name"];

/// Returns the symbol of a verb, right-aligned in three columns, and its tone.
pub(crate) const fn symbol(verb: Verb) -> (Tone, &'static str) {
    match verb {
        Verb::Create => (Tone::Good, "  +"),
        Verb::Update => (Tone::Warn, "  ~"),
        Verb::Replace => (Tone::Warn, "+/-"),
        Verb::Adopt => (Tone::Calm, "  ="),
        Verb::BackUp => (Tone::Calm, "  !"),
        Verb::Forget => (Tone::Faint, "  ."),
        Verb::Delete => (Tone::Bad, "  -"),
    }
}

/// Returns what the legend says of a verb.
const fn meaning(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Update => "update in-place",
        Verb::Replace => "create replacement beside the old one",
        Verb::Adopt => "import: record what is live as it is",
        Verb::BackUp => "back up now",
        Verb::Forget => "forget: no longer managed, not destroyed",
        Verb::Delete => "destroy",
    }
}

/// Returns what the heading says of a verb. Tools read these words; see Terraform's plan text.
fn sentence(action: &Action) -> &'static str {
    match action.verb {
        Verb::Create => "will be created",
        Verb::Update => "will be updated in-place",
        Verb::Replace => "must be replaced",
        Verb::Adopt if is_import(action) => "will be imported",
        Verb::Adopt => "will be recorded as it is",
        Verb::BackUp => "will back up now",
        Verb::Forget => "will no longer be managed",
        Verb::Delete => "will be destroyed",
    }
}

/// Writes the legend, with the symbols in use only, and every action.
pub(crate) fn actions(canvas: &mut Canvas, actions: &[Action], catalog: Option<&Catalog>) {
    if actions.is_empty() {
        return;
    }
    canvas.gap();
    canvas.paragraph(
        "",
        Tone::Plain,
        "Actions are indicated with the following symbols:",
    );
    let verbs: BTreeSet<Verb> = actions.iter().map(|action| action.verb).collect();
    for verb in verbs {
        let (tone, symbol) = symbol(verb);
        canvas.line(
            Line::default()
                .tone(tone, symbol)
                .plain(" ")
                .plain(meaning(verb)),
        );
    }
    canvas.gap();
    canvas.say(Tone::Plain, "lifeboat will perform the following actions:");
    for action in actions {
        canvas.gap();
        one(canvas, action, catalog);
    }
}

/// Returns whether an adoption takes in what the state does not know, or records anew what it does.
pub(crate) fn is_import(action: &Action) -> bool {
    action.verb == Verb::Adopt && action.causes.contains(&Cause::NotRecorded)
}

fn one(canvas: &mut Canvas, action: &Action, catalog: Option<&Catalog>) {
    canvas.line(Line::indent(2).tone(
        Tone::Strong,
        format!("# {} {}", action.address, sentence(action)),
    ));
    for (tone, reason) in reasons(action) {
        comment(canvas, tone, &format!("({reason})"));
    }
    let (tone, symbol) = symbol(action.verb);
    let head = Line::default().tone(tone, symbol).plain(" ");
    match action.verb {
        Verb::BackUp => canvas.line(head.plain(backup_head(action))),
        Verb::Forget => canvas.line(head.plain(block_head(&action.address))),
        _ => {
            canvas.line(head.plain(format!("{} {{", block_head(&action.address))));
            body(canvas, action, catalog);
            canvas.line(Line::indent(4).plain("}"));
        }
    }
}

/// Writes a comment under a heading, broken at the width.
pub(crate) fn comment(canvas: &mut Canvas, tone: Tone, text: &str) {
    let room = canvas.style.width.saturating_sub(5).max(20);
    for (i, part) in wrap(text, room).into_iter().enumerate() {
        let lead = if i == 0 { "# " } else { "#  " };
        canvas.line(Line::indent(2).plain(lead).tone(tone, part));
    }
}

/// Returns the head of a block as the configuration would write it.
pub(crate) fn block_head(address: &Address) -> String {
    let instance = match &address.key {
        Some(key) => format!("{}[{}]", address.name, Value::from(key.as_str())),
        None => address.name.clone(),
    };
    let owner = match &address.kind {
        Some(kind) => format!("{kind}.{instance}"),
        None => instance.clone(),
    };
    match (&address.part, &address.kind) {
        (Some(part), _) => {
            let name = part.key.clone().unwrap_or(owner);
            if part.role.parse::<Mechanism>().is_ok() {
                format!("protection {} {}", quoted(&part.role), quoted(&name))
            } else {
                format!("{} {}", part.role, quoted(&name))
            }
        }
        (None, Some(kind)) => {
            let keyword = address.block.keyword();
            format!("{keyword} {} {}", quoted(kind), quoted(&instance))
        }
        (None, None) => format!("{} {}", address.block.keyword(), quoted(&instance)),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn backup_head(action: &Action) -> String {
    let what = action.target.as_ref().unwrap_or(&action.address);
    let place = action
        .after
        .as_ref()
        .or(action.before.as_ref())
        .and_then(|attributes| attributes.get("repository"))
        .and_then(Value::as_str);
    match place {
        Some(place) => format!("backup of {what} to {place}"),
        None => format!("backup of {what}"),
    }
}

/// Returns why an action is planned, most important first.
pub(crate) fn reasons(action: &Action) -> Vec<(Tone, String)> {
    let mut reasons: Vec<(Tone, String)> = action
        .causes
        .iter()
        .filter_map(|cause| because(action, cause))
        .map(|reason| (Tone::Plain, reason))
        .collect();
    match (action.verb, action.on_remove) {
        (Verb::Replace, OnRemove::Forget) => {
            reasons.push((
                Tone::Plain,
                "the old one is forgotten, not destroyed".to_owned(),
            ));
        }
        (Verb::Replace, OnRemove::Destroy) => {
            reasons.push((
                Tone::Bad,
                "the old one is destroyed afterwards: on_remove = \"destroy\"".to_owned(),
            ));
        }
        (Verb::Forget, _) if !action.causes.contains(&Cause::DeletedOutside) => {
            reasons.push((
                Tone::Plain,
                "it is not destroyed, and what it holds stays".to_owned(),
            ));
        }
        _ => {}
    }
    if !action.deletes.is_empty() {
        let points = count(action.deletes.len(), "recovery point");
        reasons.push((Tone::Bad, format!("deletes {points}, named above")));
    }
    if action.effect == Effect::Weakens {
        let weakens = match &action.target {
            Some(target) => format!("this weakens the protection of {target}"),
            None => format!("this weakens every protection in {}", action.address),
        };
        reasons.push((Tone::Bad, weakens));
    }
    reasons
}

fn because(action: &Action, cause: &Cause) -> Option<String> {
    Some(match cause {
        Cause::NotLive => return None,
        Cause::DeletedOutside => "it was deleted outside of lifeboat".to_owned(),
        Cause::Configuration(names) if names.is_empty() => return None,
        Cause::Configuration(names) => format!("the configuration changes {}", listed(names)),
        Cause::Drifted(names) if names.is_empty() => {
            "it was changed outside of lifeboat".to_owned()
        }
        Cause::Drifted(names) => format!("changed outside of lifeboat: {}", listed(names)),
        Cause::CannotUpdate(names) if names.is_empty() => {
            "it cannot be changed in place".to_owned()
        }
        Cause::CannotUpdate(names) => format!("cannot be changed in place: {}", listed(names)),
        Cause::NotRecorded => "it is live, and not in the state yet".to_owned(),
        Cause::NoRecoveryPoint => "it holds no recovery point yet".to_owned(),
        Cause::NotInConfiguration => {
            let block = configured(&action.address);
            format!("because {block} is not in configuration")
        }
        Cause::Destroy => "because destroy was asked for".to_owned(),
        Cause::Follows(address) => format!("it follows {address}"),
        Cause::Chosen(reason) => reason.clone(),
    })
}

/// Returns the block of the configuration that asks for a resource: a mechanism's key names its protection block.
fn configured(address: &Address) -> String {
    match &address.part {
        Some(part) if part.role.parse::<Mechanism>().is_ok() => match &part.key {
            Some(key) => format!("protection.{}.{key}", part.role),
            None => address.to_string(),
        },
        _ => address.to_string(),
    }
}

fn body(canvas: &mut Canvas, action: &Action, catalog: Option<&Catalog>) {
    let turns = turns(action, catalog);
    let all = canvas.style.verbose || action.verb == Verb::Create || is_import(action);
    let mut kept = 0;
    let mut shown = Vec::new();
    for (name, turn) in turns {
        if turn.is_same() && !all && !NAMING.contains(&name) {
            kept += 1;
        } else {
            shown.push(Entry {
                name: Some(name),
                turn,
                forces: forces(action, name),
            });
        }
    }
    entries(canvas, 6, &shown);
    hidden(canvas, 6, kept, "attribute");
}

/// Returns what happens to each attribute, in the order of their names.
///
/// An attribute that is live and not planned is one that the provider computes, unless a cause names it: then the
/// configuration drops it. A new object has its computed attributes after the apply only.
pub(crate) fn turns<'a>(
    action: &'a Action,
    catalog: Option<&'a Catalog>,
) -> Vec<(&'a str, Turn<'a>)> {
    let given = |side: &'a Option<Attributes>| side.iter().flat_map(|attributes| attributes.keys());
    let computed = catalog
        .and_then(|catalog| catalog.kind(&action.kind))
        .into_iter()
        .flat_map(|kind| &kind.attributes)
        .filter(|spec| spec.computed)
        .map(|spec| spec.name.as_str());
    let names: BTreeSet<&str> = given(&action.before)
        .chain(given(&action.after))
        .map(String::as_str)
        .chain(computed)
        .collect();
    names
        .into_iter()
        .filter_map(|name| Some((name, turn(action, name)?)))
        .collect()
}

fn turn<'a>(action: &'a Action, name: &str) -> Option<Turn<'a>> {
    let value = |side: &'a Option<Attributes>| {
        let value = side.as_ref().and_then(|attributes| attributes.get(name));
        value.filter(|value| !value.is_null())
    };
    let (before, after) = (value(&action.before), value(&action.after));
    let planned = action
        .after
        .as_ref()
        .is_some_and(|after| after.contains_key(name));
    match (action.verb, before, after) {
        (Verb::Create | Verb::Replace, old, None)
            if !planned && !named_by_a_cause(action, name) =>
        {
            Some(Turn::Unknown(old))
        }
        (Verb::Update | Verb::Adopt, Some(old), None) if !named_by_a_cause(action, name) => {
            Some(Turn::Same(old))
        }
        (Verb::Adopt, None, Some(new)) => Some(Turn::Same(new)),
        _ => Turn::between(before, after),
    }
}

fn named_by_a_cause(action: &Action, name: &str) -> bool {
    action.causes.iter().any(|cause| match cause {
        Cause::Configuration(names) | Cause::Drifted(names) | Cause::CannotUpdate(names) => {
            names.iter().any(|n| top(n) == name)
        }
        _ => false,
    })
}

fn forces(action: &Action, name: &str) -> bool {
    action.verb == Verb::Replace
        && action.causes.iter().any(
            |cause| matches!(cause, Cause::CannotUpdate(names) if names.iter().any(|n| top(n) == name)),
        )
}

/// Returns the attribute that a dotted path begins with.
fn top(path: &str) -> &str {
    path.split_once('.').map_or(path, |(top, _)| top)
}
