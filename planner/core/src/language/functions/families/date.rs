//! Points in time, as RFC 3339 texts.

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::{Arguments, Arity, Context, Fault, Function, Outcome, function};
use super::{go_duration, pattern_of_date};

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    function("formatdate", Arity::exactly(2), formatdate, "A time in another form, such as \"DD MMM YYYY hh:mm\"."),
    function("plantimestamp", Arity::exactly(0), timestamp, "The time of the run."),
    function("timeadd", Arity::exactly(2), timeadd, "A time so much later, such as \"10m\", or earlier, \"-1h30m\"."),
    function("timecmp", Arity::exactly(2), timecmp, "-1, 0 or 1: whether the first time is before, at or after the second."),
    function("timestamp", Arity::exactly(0), timestamp, "The time of the run."),
];

/// A time as a clock on a wall shows it, and how far that clock is ahead of UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// What the clock shows.
    pub(super) local: DateTime,
    /// Minutes that it is ahead.
    pub(super) offset: i64,
}

impl Moment {
    /// Reads `2017-11-22T00:00:00Z` or the like with a fraction of a second or an offset such as `+01:00`.
    fn parse(text: &str) -> Option<Self> {
        let local = text.get(..19)?;
        let shape = local.bytes().zip(*b"0000-00-00T00:00:00").all(|(c, like)| {
            if like == b'0' {
                c.is_ascii_digit()
            } else {
                c == like
            }
        });
        let mut rest = text.get(19..)?;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if rest.len() == fraction.len() {
                return None;
            }
        }
        let fraction = text.get(19..text.len() - rest.len())?;
        let fraction = fraction.get(..10).unwrap_or(fraction);
        let local = shape.then(|| format!("{local}{fraction}").parse().ok())??;
        let offset = match rest {
            "Z" => 0,
            rest => offset(rest)?,
        };
        Some(Self { local, offset })
    }

    /// Returns the seconds and nanoseconds from 1970 on; the order of moments.
    fn instant(self) -> SignedDuration {
        let since = self
            .local
            .duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
        since.saturating_sub(SignedDuration::from_secs(self.offset * 60))
    }

    /// Returns the offset as `+01:00`.
    pub(super) fn offset_text(self, colon: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let size = self.offset.abs();
        format!("{sign}{:02}{colon}{:02}", size / 60, size % 60)
    }

    fn rfc3339(self) -> String {
        let text = self.local.strftime("%Y-%m-%dT%H:%M:%S");
        if self.offset == 0 {
            format!("{text}Z")
        } else {
            format!("{text}{}", self.offset_text(":"))
        }
    }
}

fn offset(text: &str) -> Option<i64> {
    let (sign, size) = match text.split_at_checked(1)? {
        ("+", size) => (1, size),
        ("-", size) => (-1, size),
        _ => return None,
    };
    let (hours, minutes) = size.split_once(':')?;
    let number = |digits: &str| {
        let plain = digits.len() == 2 && digits.bytes().all(|c| c.is_ascii_digit());
        plain.then(|| digits.parse::<i64>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn moment(args: &Arguments<'_>, index: usize) -> Result<Moment, Fault> {
    let text = args.text(index)?;
    Moment::parse(&text).ok_or_else(|| {
        Fault::Failed(format!(
            "`{text}` is not a time as RFC 3339 has it: expected one such as \"2017-11-22T00:00:00Z\""
        ))
    })
}

fn formatdate(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    pattern_of_date::written(&args.text(0)?, moment(args, 1)?).map(Into::into)
}

fn timestamp(_: &Arguments<'_>, context: &Context<'_>) -> Outcome {
    let local = jiff::tz::Offset::UTC.to_datetime(context.as_of);
    Ok(Moment { local, offset: 0 }.rfc3339().into())
}

fn timeadd(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (start, text) = (moment(args, 0)?, args.text(1)?);
    let added = go_duration::parse(&text).ok_or_else(|| {
        Fault::Failed(format!(
            "`{text}` is not a length of time: expected one such as \"10m\" or \"-1h30m\""
        ))
    })?;
    let local = start
        .local
        .checked_add(added)
        .map_err(|_| Fault::failed("the time would be outside of the years that can be written"))?;
    if local.year() < 0 {
        return Err(Fault::failed("the time would be before the year 0"));
    }
    Ok(Moment { local, ..start }.rfc3339().into())
}

fn timecmp(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (first, second) = (moment(args, 0)?.instant(), moment(args, 1)?.instant());
    Ok((first.cmp(&second) as i64).into())
}
