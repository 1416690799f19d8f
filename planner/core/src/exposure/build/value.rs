//! Values of attributes and of facts, read as inputs of the model.

use lifeboat_model::{Attributes, ByteSize, InputUnit, InputValue, ModelInput, Rate, Span};
use serde_json::Value;

/// Returns a value as what the input is measured in. A number without a unit is bytes, bytes a second, or seconds.
pub(super) fn read(input: ModelInput, value: &Value) -> Option<InputValue> {
    let text = value.as_str();
    let number = value.as_u64();
    match input.unit() {
        InputUnit::Span => text
            .and_then(|text| text.parse::<Span>().ok())
            .or_else(|| number.map(Span::from_secs))
            .map(InputValue::Span),
        InputUnit::Size => text
            .and_then(|text| text.parse::<ByteSize>().ok())
            .or_else(|| number.map(ByteSize))
            .map(InputValue::Size),
        InputUnit::Rate => text
            .and_then(|text| text.parse::<Rate>().ok())
            .or_else(|| number.map(Rate))
            .map(InputValue::Rate),
        InputUnit::Count => number
            .and_then(|number| u32::try_from(number).ok())
            .map(InputValue::Count),
    }
}

/// Returns an attribute that is a length of time.
pub(super) fn span(attributes: &Attributes, name: &str) -> Option<Span> {
    attributes.get(name)?.as_str()?.parse().ok()
}

/// Returns an attribute that is an amount of data.
pub(super) fn size(attributes: &Attributes, name: &str) -> Option<ByteSize> {
    attributes.get(name)?.as_str()?.parse().ok()
}

/// Returns whether a switch is on.
pub(super) fn is_on(attributes: &Attributes, name: &str) -> bool {
    attributes.get(name).and_then(Value::as_bool) == Some(true)
}
