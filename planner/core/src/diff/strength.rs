//! Which way a change of attributes moves the protection.

use lifeboat_model::{
    AttributeSpec, Attributes, ByteSize, Effect, Keep, KindSpec, Rate, Retention, Span, Strength,
    ValueType,
};
use serde_json::Value;

use super::values::{given, policy};
use crate::exposure::Gaps;

/// Returns the worse of two effects: one weakening outweighs every strengthening.
fn combined(a: Effect, b: Effect) -> Effect {
    match (a, b) {
        (Effect::Weakens, _) | (_, Effect::Weakens) => Effect::Weakens,
        (Effect::Strengthens, _) | (_, Effect::Strengthens) => Effect::Strengthens,
        (Effect::Neutral, Effect::Neutral) => Effect::Neutral,
    }
}

/// Returns which way these changed attributes move the protection.
///
/// The `source` of a protection is judged by the attributes of its target, whose kind is `source_kind`: a longer
/// list of exclusions protects less. A copy that goes over to another source weakens until that source is known to be
/// as good: it comes after all that strengthens.
pub(super) fn effect(
    kind: Option<&KindSpec>,
    source_kind: Option<&KindSpec>,
    changed: &[String],
    (before, after): (&Attributes, &Attributes),
    gaps: &mut Gaps,
) -> Effect {
    let mut total = Effect::Neutral;
    for name in changed {
        let (old, new) = (given(before, name), given(after, name));
        let spec = kind.and_then(|kind| kind.attribute(name));
        let one = match (name.as_str(), source_kind) {
            ("from", _) => Effect::Weakens,
            ("source", Some(source_kind)) => source_effect(source_kind, old, new, gaps),
            _ => spec.map_or(Effect::Neutral, |spec| of_attribute(spec, old, new, gaps)),
        };
        total = combined(total, one);
    }
    total
}

fn source_effect(
    kind: &KindSpec,
    old: Option<&Value>,
    new: Option<&Value>,
    gaps: &mut Gaps,
) -> Effect {
    kind.attributes
        .iter()
        .map(|spec| {
            let member =
                |value: Option<&'_ Value>| value.and_then(|it| it.get(&spec.name)).cloned();
            let (old, new) = (member(old), member(new));
            if old == new {
                Effect::Neutral
            } else {
                of_attribute(spec, old.as_ref(), new.as_ref(), gaps)
            }
        })
        .fold(Effect::Neutral, combined)
}

fn of_attribute(
    spec: &AttributeSpec,
    old: Option<&Value>,
    new: Option<&Value>,
    gaps: &mut Gaps,
) -> Effect {
    let mut amount =
        |value: Option<&Value>| value.and_then(|it| amount(&spec.value_type, it, gaps));
    match spec.strength {
        Strength::Neutral => Effect::Neutral,
        Strength::HigherIsStronger => moved(amount(old), amount(new), false),
        Strength::LowerIsStronger => moved(amount(old), amount(new), true),
        Strength::OnIsStronger => {
            let on = |value: Option<&Value>| value.and_then(Value::as_bool).unwrap_or(false);
            match (on(old), on(new)) {
                (false, true) => Effect::Strengthens,
                (true, false) => Effect::Weakens,
                _ => Effect::Neutral,
            }
        }
        Strength::LaterIsStronger => {
            let place = |value: Option<&Value>| {
                let text = value.and_then(Value::as_str)?;
                let found = spec.one_of.iter().position(|known| known == text)?;
                u32::try_from(found).ok().map(f64::from)
            };
            moved(place(old), place(new), false)
        }
        Strength::Exclusion => {
            let left_out = |value: Option<&Value>| -> Vec<Value> {
                value.and_then(Value::as_array).cloned().unwrap_or_default()
            };
            let (old, new) = (left_out(old), left_out(new));
            if new.iter().any(|glob| !old.contains(glob)) {
                Effect::Weakens
            } else if old.iter().any(|glob| !new.contains(glob)) {
                Effect::Strengthens
            } else {
                Effect::Neutral
            }
        }
        Strength::Retention => {
            let read = |value: Option<&Value>| value.and_then(policy).unwrap_or_default();
            retention_effect(&read(old), &read(new))
        }
    }
}

/// Returns the effect of a change of an amount; giving one at all protects more than giving none.
fn moved(old: Option<f64>, new: Option<f64>, lower_is_stronger: bool) -> Effect {
    let (old, new) = match (old, new) {
        (None, None) => return Effect::Neutral,
        (None, Some(_)) => return Effect::Strengthens,
        (Some(_), None) => return Effect::Weakens,
        (Some(old), Some(new)) if lower_is_stronger => (new, old),
        (Some(old), Some(new)) => (old, new),
    };
    if new > old {
        Effect::Strengthens
    } else if new < old {
        Effect::Weakens
    } else {
        Effect::Neutral
    }
}

/// Returns a value as a number that can be compared; a schedule by its worst gap.
fn amount(value_type: &ValueType, value: &Value, gaps: &mut Gaps) -> Option<f64> {
    let text = value.as_str();
    match value_type {
        ValueType::Duration => Some(text?.parse::<Span>().ok()?.as_millis() as f64),
        ValueType::Size => Some(text?.parse::<ByteSize>().ok()?.0 as f64),
        ValueType::Rate => Some(text?.parse::<Rate>().ok()?.0 as f64),
        ValueType::Schedule => {
            let longest = gaps.of(text?).map(|(_, longest)| longest);
            Some(longest.map_or(f64::INFINITY, |gap| gap.as_millis() as f64))
        }
        _ => value.as_f64(),
    }
}

/// Returns which way a new retention policy moves the protection, rule by rule.
///
/// Weakens when any rule keeps less, whatever the others do: a point may live by that rule alone.
fn retention_effect(old: &Retention, new: &Retention) -> Effect {
    let kept_until = |limit: Option<Span>| limit.map_or(u64::MAX, Span::as_millis);
    let locked = |lock: Option<Span>| lock.unwrap_or_default().as_millis();
    let mut pairs = vec![
        (kept_until(old.delete_after), kept_until(new.delete_after)),
        (locked(old.immutable_for), locked(new.immutable_for)),
    ];
    pairs.extend(rules(&old.keep).into_iter().zip(rules(&new.keep)));
    if pairs.iter().any(|(old, new)| new < old) {
        Effect::Weakens
    } else if pairs.iter().any(|(old, new)| new > old) {
        Effect::Strengthens
    } else {
        Effect::Neutral
    }
}

/// Returns how much each rule keeps; no rule at all keeps everything.
fn rules(keep: &Keep) -> [u64; 7] {
    if keep.is_empty() {
        return [u64::MAX; 7];
    }
    let count = |rule: Option<u32>| u64::from(rule.unwrap_or(0));
    [
        count(keep.last),
        count(keep.hourly),
        count(keep.daily),
        count(keep.weekly),
        count(keep.monthly),
        count(keep.yearly),
        keep.within.unwrap_or_default().as_millis(),
    ]
}
