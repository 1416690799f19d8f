//! Numbers: whole ones exactly, all others as the nearest double; never infinite, never not a number.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A number: whole where it can be, so that counts stay exact.
///
/// Invariant: a `Float` is finite, and not a whole number that an `Int` can hold. [`Number::from_f64`] keeps it.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Any other finite number.
    Float(f64),
}

/// Why a calculation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArithmeticError {
    /// Division, or remainder of a division, by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// The result is beyond the largest number, about 1.8e308.
    #[error("the result is too large a number")]
    TooLarge,
}

/// Doubles from here on, and below its negative, do not fit an `i64`.
const INT_LIMIT: f64 = 9_223_372_036_854_775_808.0;

impl Number {
    /// Returns the number, whole if it can be; `None` for an infinite one and for not-a-number.
    pub fn from_f64(float: f64) -> Option<Self> {
        if !float.is_finite() {
            None
        } else if float.fract() == 0.0 && (-INT_LIMIT..INT_LIMIT).contains(&float) {
            let int = float as i64;
            Some(Self::Int(int))
        } else {
            Some(Self::Float(float))
        }
    }

    /// Returns the number as a double, rounded to the nearest one if it is a large whole number.
    pub const fn as_f64(self) -> f64 {
        match self {
            Self::Int(int) => int as f64,
            Self::Float(float) => float,
        }
    }

    /// Returns the whole number, if it is one that 64 bits hold.
    pub const fn as_i64(self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(int),
            Self::Float(_) => None,
        }
    }

    /// Tells whether the number is zero.
    pub const fn is_zero(self) -> bool {
        matches!(self, Self::Int(0))
    }

    /// Returns the order of two numbers by value.
    pub fn total_order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(&b),
            (a, b) => a.as_f64().total_cmp(&b.as_f64()),
        }
    }

    /// Returns the sum.
    pub fn plus(self, other: Self) -> Result<Self, ArithmeticError> {
        self.calculate(other, i64::checked_add, |a, b| a + b)
    }

    /// Returns the difference.
    pub fn minus(self, other: Self) -> Result<Self, ArithmeticError> {
        self.calculate(other, i64::checked_sub, |a, b| a - b)
    }

    /// Returns the product.
    pub fn times(self, other: Self) -> Result<Self, ArithmeticError> {
        self.calculate(other, i64::checked_mul, |a, b| a * b)
    }

    /// Returns the quotient, which has a fraction where it must.
    pub fn divided_by(self, other: Self) -> Result<Self, ArithmeticError> {
        if other.is_zero() {
            return Err(ArithmeticError::DivisionByZero);
        }
        let whole = |a: i64, b: i64| match a.checked_rem(b) {
            Some(0) => a.checked_div(b),
            _ => None,
        };
        self.calculate(other, whole, |a, b| a / b)
    }

    /// Returns what is left of a division; it has the sign of the dividend.
    pub fn remainder(self, other: Self) -> Result<Self, ArithmeticError> {
        if other.is_zero() {
            return Err(ArithmeticError::DivisionByZero);
        }
        self.calculate(other, i64::checked_rem, |a, b| a % b)
    }

    /// Returns the number with its sign turned.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Int(int) => int.checked_neg().map_or(Self::Float(INT_LIMIT), Self::Int),
            Self::Float(float) => Self::from_f64(-float).unwrap_or(self),
        }
    }

    fn calculate(
        self,
        other: Self,
        whole: impl Fn(i64, i64) -> Option<i64>,
        float: impl Fn(f64, f64) -> f64,
    ) -> Result<Self, ArithmeticError> {
        if let (Self::Int(a), Self::Int(b)) = (self, other)
            && let Some(int) = whole(a, b)
        {
            return Ok(Self::Int(int));
        }
        Self::from_f64(float(self.as_f64(), other.as_f64())).ok_or(ArithmeticError::TooLarge)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            _ => false,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.total_order(*other))
    }
}

/// In decimal digits, without an exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(int) => int.fmt(f),
            Self::Float(float) => float.fmt(f),
        }
    }
}

/// A text that is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a number")]
pub struct NotANumber;

/// Decimal digits with an optional sign, fraction and exponent; nothing around them.
impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        if let Ok(int) = text.parse::<i64>()
            && !text.starts_with('+')
        {
            return Ok(Self::Int(int));
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = digits.starts_with(|c: char| c.is_ascii_digit())
            && digits
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
        if !plain {
            return Err(NotANumber);
        }
        text.parse::<f64>()
            .ok()
            .and_then(Self::from_f64)
            .ok_or(NotANumber)
    }
}

impl From<i64> for Number {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<usize> for Number {
    fn from(count: usize) -> Self {
        i64::try_from(count).map_or(Self::Float(INT_LIMIT), Self::Int)
    }
}
