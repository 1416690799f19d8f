//! One verb of `format`: `%-8.2f` and the like.

use crate::language::{Number, Value};

use super::encoding::json;
use super::{Fault, graphemes};

/// A verb of a format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Verb {
    /// The letter.
    pub(super) letter: char,
    /// Which argument, from 0, if it says so itself.
    pub(super) argument: Option<usize>,
    /// Least width, in characters.
    pub(super) width: usize,
    /// Digits after the point; least digits of a whole number; most characters of a text.
    pub(super) precision: Option<usize>,
    /// `-`: fills on the right.
    pub(super) left: bool,
    /// `+`: a sign before a positive number too.
    pub(super) plus: bool,
    /// ` `: a space where a positive number would have its sign.
    pub(super) space: bool,
    /// `0`: fills with zeros, after the sign.
    pub(super) zero: bool,
    /// `#`: the other form.
    pub(super) sharp: bool,
}

impl Verb {
    /// Formats one value.
    pub(super) fn apply(&self, value: &Value) -> Result<String, Fault> {
        let plain = match self.letter {
            'v' if self.sharp => json(value)?,
            'v' => match value {
                Value::Null => "null".to_owned(),
                other => other.to_text().map_or_else(|| json(value), Ok)?,
            },
            _ if value.is_null() => return Err(self.unfit("a value", value)),
            't' => value
                .to_bool()
                .ok_or_else(|| self.unfit("a bool", value))?
                .to_string(),
            's' | 'q' => self.text(value)?,
            'b' | 'd' | 'o' | 'x' | 'X' => return self.whole(self.number(value)?, value),
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                let float = self.number(value)?.as_f64();
                return Ok(self.signed(float.is_sign_negative(), "", &self.float(float.abs())));
            }
            other => return Err(Fault::Failed(format!("`%{other}` is no verb of a format"))),
        };
        Ok(self.filled(plain))
    }

    fn unfit(&self, expected: &str, value: &Value) -> Fault {
        Fault::Failed(format!(
            "`%{}` needs {expected}, not {}",
            self.letter,
            value.type_name()
        ))
    }

    fn number(&self, value: &Value) -> Result<Number, Fault> {
        value
            .to_number()
            .ok_or_else(|| self.unfit("a number", value))
    }

    fn text(&self, value: &Value) -> Result<String, Fault> {
        let text = value
            .to_text()
            .ok_or_else(|| self.unfit("a string", value))?;
        let cut = match self.precision {
            Some(most) => graphemes(&text).into_iter().take(most).collect(),
            None => text,
        };
        if self.letter == 'q' {
            json(&cut.into())
        } else {
            Ok(cut)
        }
    }

    fn whole(&self, number: Number, value: &Value) -> Result<String, Fault> {
        let int = match number {
            Number::Int(int) => i128::from(int),
            // Doubles from 1e38 on do not fit, and have no digits that a reader could use.
            Number::Float(float) if float.fract() == 0.0 && float.abs() < 1e38 => float as i128,
            Number::Float(_) => return Err(self.unfit("a whole number", value)),
        };
        let size = int.unsigned_abs();
        let (prefix, digits) = match self.letter {
            'b' => ("0b", format!("{size:b}")),
            'o' => ("0", format!("{size:o}")),
            'x' => ("0x", format!("{size:x}")),
            'X' => ("0X", format!("{size:X}")),
            _ => ("", size.to_string()),
        };
        let least = self.precision.unwrap_or(0);
        let digits = format!("{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
        Ok(self.signed(int < 0, if self.sharp { prefix } else { "" }, &digits))
    }

    fn float(&self, size: f64) -> String {
        match self.letter {
            'f' | 'F' => format!("{size:.*}", self.precision.unwrap_or(6)),
            'e' | 'E' => {
                let text = format!("{size:.*e}", self.precision.unwrap_or(6));
                self.exponent(&text)
            }
            _ => self.shortest(size),
        }
    }

    /// `%g`: an exponent only for the very small and for what has more whole digits than the precision.
    fn shortest(&self, size: f64) -> String {
        let text = match self.precision {
            Some(digits) => format!("{size:.*e}", digits.max(1) - 1),
            None => format!("{size:e}"),
        };
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i64 = exponent.parse().unwrap_or(0);
        let digits = if digits.contains('.') {
            digits.trim_end_matches('0').trim_end_matches('.')
        } else {
            digits
        };
        let limit = self
            .precision
            .map_or(6, |digits| i64::try_from(digits.max(1)).unwrap_or(i64::MAX));
        if exponent < -4 || exponent >= limit {
            return self.exponent(&format!("{digits}e{exponent}"));
        }
        let count = i64::try_from(digits.len()).unwrap_or(0) - i64::from(digits.contains('.'));
        let fraction = usize::try_from(count - 1 - exponent).unwrap_or(0);
        format!("{size:.fraction$}")
    }

    /// Writes the exponent as `e+06`.
    fn exponent(&self, text: &str) -> String {
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(size) => ('-', size),
            None => ('+', exponent),
        };
        let letter = if self.letter.is_ascii_uppercase() {
            'E'
        } else {
            'e'
        };
        format!("{digits}{letter}{sign}{exponent:0>2}")
    }

    fn signed(&self, negative: bool, prefix: &str, digits: &str) -> String {
        let sign = match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        };
        let length = sign.len() + prefix.len() + digits.len();
        let zeros = if self.zero && !self.left {
            self.width.saturating_sub(length)
        } else {
            0
        };
        self.filled(format!("{sign}{prefix}{}{digits}", "0".repeat(zeros)))
    }

    fn filled(&self, text: String) -> String {
        let fill = self.width.saturating_sub(graphemes(&text).len());
        let fill = if self.zero && !self.left { "0" } else { " " }.repeat(fill);
        if self.left {
            text + &fill
        } else {
            fill + &text
        }
    }
}
