//! One input, from the first that gives it.

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{
    Address, ByteSize, InputSpec, InputValue, Measurement, ModelInput, Provenance, Rate, Span,
};

use super::builder::Builder;
use super::place::{Place, Places};
use super::value::read;
use crate::exposure::graph::Input;

/// What was measured of an input, and is worse than what is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contradiction {
    /// The resource that was measured.
    pub(crate) address: Address,
    /// The input.
    pub(crate) input: ModelInput,
    /// What is declared.
    pub(crate) declared: InputValue,
    /// By what: the reason of an `assumptions` block, or the attribute.
    pub(crate) declared_by: Arc<str>,
    /// What was measured.
    pub(crate) measured: InputValue,
    /// When, the last time.
    pub(crate) at: Timestamp,
    /// How often.
    pub(crate) n: u32,
}

/// A value that somebody observed.
struct Observed<'p> {
    address: &'p Address,
    value: InputValue,
    at: Timestamp,
    n: u32,
    /// Whether it is a fact of the live resource, and not measured by a backup or a drill.
    is_fact: bool,
}

impl Builder<'_> {
    /// Returns an input from the first that gives it; none where nobody does.
    pub(super) fn resolve(
        &mut self,
        input: ModelInput,
        places: &Places<'_>,
    ) -> Option<Input<InputValue>> {
        let declared = self.declared(input, places);
        let observed = self.observed(input, places);
        match (declared, observed) {
            (Some(declared), None) => Some(declared),
            (Some(declared), Some(seen)) if input.is_worse(seen.value, declared.value) => {
                let (address, value) = (seen.address.clone(), seen.value);
                self.contradictions.insert(
                    (address.clone(), input),
                    Contradiction {
                        address,
                        input,
                        declared: declared.value,
                        declared_by: declared.source,
                        measured: value,
                        at: seen.at,
                        n: seen.n,
                    },
                );
                Some(measured(input, &seen))
            }
            (Some(declared), Some(_)) => Some(declared),
            (None, Some(seen)) => Some(measured(input, &seen)),
            (None, None) => places
                .specs(input)
                .find_map(|(place, spec)| otherwise(place, spec)),
        }
    }

    /// Returns what an `assumptions` block or an attribute says.
    fn declared(&self, input: ModelInput, places: &Places<'_>) -> Option<Input<InputValue>> {
        if let Some((value, reason)) = self.assumptions.find(input, places.addresses()) {
            return Some(Input {
                value: *value,
                provenance: Provenance::Declared,
                source: reason.clone(),
            });
        }
        places.specs(input).find_map(|(place, spec)| {
            let name = spec.attribute.as_deref()?;
            let value = read(input, place.attributes.get(name)?)?;
            Some(Input {
                value,
                provenance: Provenance::Declared,
                source: format!("`{name}` of `{}`", place.address).into(),
            })
        })
    }

    /// Returns what backups and drills measured, else what was read as a fact.
    fn observed<'p>(&self, input: ModelInput, places: &Places<'p>) -> Option<Observed<'p>> {
        let measured = places.nearest_first.iter().find_map(|place| {
            let Measurement { worst, at, n, .. } = place.measured?.get(&input)?;
            Some(Observed {
                address: place.address,
                value: *worst,
                at: *at,
                n: *n,
                is_fact: false,
            })
        });
        measured.or_else(|| {
            places.specs(input).find_map(|(place, spec)| {
                let fact = place.facts?.get(spec.fact.as_deref()?)?;
                Some(Observed {
                    address: place.address,
                    value: read(input, fact)?,
                    at: self.as_of,
                    n: 1,
                    is_fact: true,
                })
            })
        })
    }

    /// Returns an input that is a length of time.
    pub(super) fn span(&mut self, input: ModelInput, places: &Places<'_>) -> Option<Input<Span>> {
        narrowed(self.resolve(input, places)?, |value| match value {
            InputValue::Span(span) => Some(span),
            _ => None,
        })
    }

    /// Returns an input that is a rate.
    pub(super) fn rate(&mut self, input: ModelInput, places: &Places<'_>) -> Option<Input<Rate>> {
        narrowed(self.resolve(input, places)?, |value| match value {
            InputValue::Rate(rate) => Some(rate),
            _ => None,
        })
    }

    /// Returns an input that is an amount of data.
    pub(super) fn size(
        &mut self,
        input: ModelInput,
        places: &Places<'_>,
    ) -> Option<Input<ByteSize>> {
        narrowed(self.resolve(input, places)?, |value| match value {
            InputValue::Size(size) => Some(size),
            _ => None,
        })
    }

    /// Returns an input that is a number.
    pub(super) fn count(&mut self, input: ModelInput, places: &Places<'_>) -> Option<u32> {
        match self.resolve(input, places)?.value {
            InputValue::Count(count) => Some(count),
            _ => None,
        }
    }
}

fn narrowed<T>(
    input: Input<InputValue>,
    narrow: impl FnOnce(InputValue) -> Option<T>,
) -> Option<Input<T>> {
    Some(Input {
        value: narrow(input.value)?,
        provenance: input.provenance,
        source: input.source,
    })
}

/// Returns what was observed; its source is what is taken for granted when a bound rests on it.
fn measured(input: ModelInput, seen: &Observed<'_>) -> Input<InputValue> {
    let (address, day) = (seen.address, seen.at.strftime("%Y-%m-%d"));
    let source = match input {
        ModelInput::Size => format!("`{address}` does not outgrow {}", seen.value),
        _ if seen.is_fact => format!("the `{input}` of `{address}` stays as it was read"),
        ModelInput::RunTime => {
            format!("a run of `{address}` takes no longer than was measured until {day}")
        }
        ModelInput::RestoreTime if seen.n == 1 => {
            format!("a restore from `{address}` takes no longer than in the drill of {day}")
        }
        ModelInput::RestoreTime => {
            format!("a restore from `{address}` takes no longer than in the drills until {day}")
        }
        ModelInput::RestoreBandwidth => {
            format!("a restore from `{address}` is as fast as in the drill of {day}")
        }
        _ => format!("the `{input}` of `{address}` is no worse than was measured until {day}"),
    };
    Input {
        value: seen.value,
        provenance: Provenance::Measured {
            when: seen.at,
            n: seen.n,
        },
        source: source.into(),
    }
}

/// Returns the catalog's own value, unless a switch takes it back.
fn otherwise(place: &Place<'_>, spec: &InputSpec) -> Option<Input<InputValue>> {
    if is_switched_off(place, spec) {
        return None;
    }
    let (value, provenance) = spec.otherwise.clone()?;
    let source = match provenance {
        Provenance::Hard | Provenance::Declared | Provenance::Assumed => spec.source.clone(),
        _ => format!(
            "the `{}` of `{}` is {value}, by {} ({provenance})",
            spec.input, place.address, spec.source
        ),
    };
    Some(Input {
        value,
        provenance,
        source: source.into(),
    })
}

/// Returns whether the attribute of an input is a switch that is off.
pub(super) fn is_switched_off(place: &Place<'_>, spec: &InputSpec) -> bool {
    let attribute = spec.attribute.as_deref();
    attribute.and_then(|name| place.attributes.get(name)?.as_bool()) == Some(false)
}
