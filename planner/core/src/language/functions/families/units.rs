//! Our own: lengths of time and amounts of data, as numbers.

use lifeboat_model::{ByteSize, Span};

use super::{Arguments, Arity, Context, Fault, Function, Outcome, function};
use crate::language::Number;

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    function("duration", Arity::exactly(1), duration, "The seconds of a length of time such as \"36h\"."),
    function("size", Arity::exactly(1), size, "The bytes of an amount of data such as \"1.5TiB\"."),
];

fn duration(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let span: Span = args.text(0)?.parse().map_err(Fault::failed)?;
    number(span.as_millis())?
        .divided_by(Number::Int(1_000))
        .map(Into::into)
        .map_err(Fault::failed)
}

fn size(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let size: ByteSize = args.text(0)?.parse().map_err(Fault::failed)?;
    number(size.0).map(Into::into)
}

fn number(count: u64) -> Result<Number, Fault> {
    i64::try_from(count)
        .ok()
        .map(Number::Int)
        .or_else(|| Number::from_f64(count as f64))
        .ok_or_else(|| Fault::failed("too large a number"))
}
