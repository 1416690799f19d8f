//! Numbers.

use std::cmp::Ordering;

use super::{Arguments, Arity, Context, Fault, Function, Outcome, function};
use crate::language::{Number, Value};

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", Arity::exactly(1), abs, "The number without its sign."),
    function("ceil", Arity::exactly(1), ceil, "The nearest whole number that is not smaller."),
    function("floor", Arity::exactly(1), floor, "The nearest whole number that is not larger."),
    function("log", Arity::exactly(2), log, "The logarithm of a number in a base."),
    function("max", Arity::at_least(1), max, "The largest of the numbers."),
    function("min", Arity::at_least(1), min, "The smallest of the numbers."),
    function("parseint", Arity::exactly(2), parseint, "The whole number that a text is in a base of 2 to 62."),
    function("pow", Arity::exactly(2), pow, "A number raised to a power."),
    function("signum", Arity::exactly(1), signum, "-1, 0 or 1, the sign of a number."),
];

fn abs(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let number = args.number(0)?;
    let negative = number.total_order(Number::Int(0)) == Ordering::Less;
    Ok(if negative { number.negated() } else { number }.into())
}

fn ceil(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    rounded(args.number(0)?, f64::ceil)
}

fn floor(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    rounded(args.number(0)?, f64::floor)
}

fn rounded(number: Number, round: fn(f64) -> f64) -> Outcome {
    match number {
        Number::Int(_) => Ok(number.into()),
        Number::Float(float) => finite(round(float)),
    }
}

fn finite(float: f64) -> Outcome {
    Number::from_f64(float)
        .map(Value::from)
        .ok_or_else(|| Fault::failed("the result is not a finite number"))
}

fn log(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (number, base) = (args.number(0)?.as_f64(), args.number(1)?.as_f64());
    if number <= 0.0 || base <= 0.0 || base == 1.0 {
        return Err(Fault::failed(
            "the number and the base must be above 0, and the base not 1",
        ));
    }
    finite(number.ln() / base.ln())
}

fn max(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    extreme(args, Ordering::Greater)
}

fn min(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    extreme(args, Ordering::Less)
}

fn extreme(args: &Arguments<'_>, better: Ordering) -> Outcome {
    let mut best = args.number(0)?;
    for index in 1..args.count() {
        let number = args.number(index)?;
        if number.total_order(best) == better {
            best = number;
        }
    }
    Ok(best.into())
}

fn parseint(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (text, base) = (args.text(0)?, args.int(1)?);
    if !(2..=62).contains(&base) {
        return Err(Fault::failed(
            "the base must be a whole number from 2 to 62",
        ));
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let wrong = || Fault::failed(format!("`{text}` is not a whole number in base {base}"));
    if digits.is_empty() {
        return Err(wrong());
    }
    let base_number = Number::Int(base);
    let mut value = Number::Int(0);
    for digit in digits.chars() {
        let digit = digit_value(digit, base).ok_or_else(wrong)?;
        value = value
            .times(base_number)
            .and_then(|shifted| shifted.plus(Number::Int(digit)))
            .map_err(Fault::failed)?;
    }
    Ok(if negative { value.negated() } else { value }.into())
}

/// Returns what a digit counts: up to base 36 letters of either case are the same, above it capitals come last.
fn digit_value(digit: char, base: i64) -> Option<i64> {
    let value = match digit {
        '0'..='9' => i64::from(u32::from(digit) - u32::from('0')),
        'a'..='z' => i64::from(u32::from(digit) - u32::from('a')) + 10,
        'A'..='Z' if base <= 36 => i64::from(u32::from(digit) - u32::from('A')) + 10,
        'A'..='Z' => i64::from(u32::from(digit) - u32::from('A')) + 36,
        _ => return None,
    };
    (value < base).then_some(value)
}

fn pow(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (number, power) = (args.number(0)?, args.number(1)?);
    if let (Number::Int(base), Some(exponent)) =
        (number, power.as_i64().and_then(|p| u32::try_from(p).ok()))
        && let Some(exact) = base.checked_pow(exponent)
    {
        return Ok(exact.into());
    }
    finite(number.as_f64().powf(power.as_f64()))
}

fn signum(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(match args.number(0)?.total_order(Number::Int(0)) {
        Ordering::Less => -1_i64,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
    .into())
}
