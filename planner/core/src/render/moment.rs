//! Times, ages, sizes and counts, as a person reads them.

use jiff::Timestamp;
use lifeboat_model::{ByteSize, Span};

/// Returns an instant in UTC to the second: `2026-11-22 16:30:05Z`.
pub(crate) fn utc(instant: Timestamp) -> String {
    instant
        .to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%Y-%m-%d %H:%M:%SZ")
        .to_string()
}

/// Returns a span in its two largest units, no finer than seconds once it has any.
pub(crate) fn brief(span: Span) -> String {
    let span = if span >= Span::from_secs(1) {
        Span::from_secs(span.as_secs())
    } else {
        span
    };
    span.rounded().to_string()
}

/// Returns how old an instant is; `in 3h` for a coming one.
pub(crate) fn age(instant: Timestamp, as_of: Timestamp) -> String {
    if instant > as_of {
        format!("in {}", brief(Span::between(as_of, instant)))
    } else {
        brief(Span::between(instant, as_of))
    }
}

/// Returns how long ago an instant was, as a phrase.
pub(crate) fn ago(instant: Timestamp, as_of: Timestamp) -> String {
    if instant > as_of {
        age(instant, as_of)
    } else {
        format!("{} ago", age(instant, as_of))
    }
}

/// Returns an amount of data in powers of 1024, or `-` where nobody knows.
pub(crate) fn size(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "-".to_owned(), |bytes| ByteSize(bytes).to_string())
}

/// Returns a count with its noun: `1 recovery point`, `3 recovery points`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else if let Some(stem) = noun.strip_suffix("ry") {
        format!("{n} {stem}ries")
    } else {
        format!("{n} {noun}s")
    }
}

/// Returns words as a list: `a`, `a and b`, `a, b and c`.
pub(crate) fn listed<T: AsRef<str>>(words: &[T]) -> String {
    match words {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => format!(
            "{} and {}",
            first
                .iter()
                .map(AsRef::as_ref)
                .collect::<Vec<_>>()
                .join(", "),
            last.as_ref()
        ),
    }
}
