//! The state as text: what it names, and one resource of it.

use jiff::Timestamp;
use lifeboat_model::{Address, OnRemove, RecordedResource, RecordedState};
use serde_json::Value;

use super::Style;
use super::action::block_head;
use super::canvas::{Canvas, Line, Tone};
use super::moment::{ago, brief, utc};
use super::points::points_rows;
use super::value::{Entry, Turn, entries};

/// Returns the addresses of the state, one a line, those that any of the selectors names; all without selectors.
pub fn state_list(state: &RecordedState, selectors: &[Address]) -> String {
    state
        .resources
        .keys()
        .filter(|address| {
            selectors.is_empty() || selectors.iter().any(|one| address.selected_by(one))
        })
        .map(|address| format!("{}\n", super::canvas::shown(&address.to_string())))
        .collect()
}

/// Returns one recorded resource as text.
pub fn state_show(
    address: &Address,
    resource: &RecordedResource,
    as_of: Timestamp,
    style: Style,
) -> String {
    let mut canvas = Canvas::new(style);
    one(&mut canvas, address, resource, as_of);
    canvas.finish()
}

/// Returns the whole state as text: `lifeboat show` without a plan.
pub fn state_text(state: &RecordedState, as_of: Timestamp, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    if state.resources.is_empty() {
        canvas.say(
            Tone::Plain,
            "The state is empty. No resources are represented.",
        );
    }
    for (address, resource) in &state.resources {
        canvas.gap();
        one(&mut canvas, address, resource, as_of);
    }
    canvas.finish()
}

fn one(canvas: &mut Canvas, address: &Address, resource: &RecordedResource, as_of: Timestamp) {
    canvas.say(Tone::Strong, format!("# {address}:"));
    canvas.line(Line::default().plain(format!("{} {{", block_head(address))));
    let facts = facts(address, resource);
    let shown: Vec<Entry<'_>> = resource
        .attributes
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| Entry {
            name: Some(name.as_str()),
            turn: Turn::Same(value),
            forces: false,
        })
        .collect();
    entries(canvas, 2, &shown);
    if !facts.is_empty() {
        canvas.gap();
    }
    for (name, value) in facts {
        canvas.line(Line::indent(4).tone(Tone::Faint, format!("# {name}: {value}")));
    }
    canvas.line(Line::default().plain("}"));
    if !resource.recovery_points.is_empty() {
        canvas.say(Tone::Plain, "# recovery points, newest first:");
        points_rows(canvas, 2, &resource.recovery_points, as_of);
    }
    if let Some(verify) = &resource.last_verify {
        let mark = canvas.style.mark(verify.passed);
        let text = format!(
            "# verified {} {mark} {}",
            ago(verify.at, as_of),
            verify.summary
        );
        canvas.paragraph("", Tone::Plain, &text);
    }
    if let Some(drill) = &resource.last_drill {
        let mark = canvas.style.mark(drill.passed);
        let (took, age) = (brief(drill.took), brief(drill.point_age));
        let when = ago(drill.at, as_of);
        let text = format!(
            "# drilled {when} {mark} in {took}, the point was {age} old; {}",
            drill.summary
        );
        canvas.paragraph("", Tone::Plain, &text);
    }
}

fn facts(address: &Address, resource: &RecordedResource) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("kind", resource.kind.clone()),
        ("provider", resource.provider.to_string()),
    ];
    if let Some(target) = resource
        .target
        .as_ref()
        .filter(|target| **target != address.owner())
    {
        facts.push(("target", target.to_string()));
    }
    if !resource.requires.is_empty() {
        let names: Vec<String> = resource.requires.iter().map(ToString::to_string).collect();
        facts.push(("requires", names.join(", ")));
    }
    if resource.on_remove == OnRemove::Destroy {
        facts.push(("on_remove", Value::from("destroy").to_string()));
    }
    facts.push(("applied", utc(resource.applied_at)));
    facts
}
