//! Cron expressions: their five fields as sets, and what periods and systemd make of them.

use std::collections::BTreeSet;

use lifeboat_contract::ProviderError;
use lifeboat_model::{Address, Digest, Schedule, Span};

use crate::error::invalid;

/// The values that one field of an expression matches.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    values: BTreeSet<u8>,
    /// Whether it matches everything. A restricted day of month and a restricted day of week are alternatives.
    any: bool,
}

/// A field's bounds and the words for its values, the first word for the lowest value.
struct Range {
    low: u8,
    high: u8,
    words: &'static [&'static str],
}

const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// As systemd writes them.
const SYSTEMD_DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const RANGES: [Range; 5] = [
    Range {
        low: 0,
        high: 59,
        words: &[],
    },
    Range {
        low: 0,
        high: 23,
        words: &[],
    },
    Range {
        low: 1,
        high: 31,
        words: &[],
    },
    Range {
        low: 1,
        high: 12,
        words: MONTHS,
    },
    Range {
        low: 0,
        high: 7,
        words: DAYS,
    },
];

/// Returns the fields of a nickname.
fn nickname(text: &str) -> Option<&'static str> {
    match text {
        "@hourly" => Some("0 * * * *"),
        "@daily" | "@midnight" => Some("0 0 * * *"),
        "@weekly" => Some("0 0 * * 0"),
        "@monthly" => Some("0 0 1 * *"),
        "@yearly" | "@annually" => Some("0 0 1 1 *"),
        _ => None,
    }
}

/// Returns the expression in the five fields that every cron knows.
///
/// # Errors
/// `invalid` for what is an extension: the last day of a month, the nearest working day, the n-th day of week.
pub(super) fn plain(expression: &str) -> Result<String, ProviderError> {
    let text = nickname(expression).unwrap_or(expression);
    fields(expression)?;
    Ok(text.replace('?', "*"))
}

fn fields(expression: &str) -> Result<Vec<Field>, ProviderError> {
    let text = nickname(expression).unwrap_or(expression);
    let fields: Option<Vec<Field>> = text
        .split_whitespace()
        .zip(&RANGES)
        .map(|(text, range)| field(text, range))
        .collect();
    fields
        .filter(|fields| fields.len() == RANGES.len())
        .ok_or_else(|| {
            invalid(
                format!("the scheduler of this machine cannot express the schedule `{expression}`"),
                "Use numbers, names, lists, ranges and steps in the five fields.",
            )
        })
}

fn field(text: &str, range: &Range) -> Option<Field> {
    let mut values = BTreeSet::new();
    for item in text.split(',') {
        let (span, step) = match item.split_once('/') {
            Some((span, step)) => (
                span,
                Some(step.parse::<u8>().ok().filter(|step| *step > 0)?),
            ),
            None => (item, None),
        };
        let (low, high) = match span {
            "*" | "?" => (range.low, range.high),
            span => match span.split_once('-') {
                Some((low, high)) => (value(low, range)?, value(high, range)?),
                None => {
                    let low = value(span, range)?;
                    (low, if step.is_some() { range.high } else { low })
                }
            },
        };
        if low > high {
            return None;
        }
        values.extend((low..=high).step_by(usize::from(step.unwrap_or(1))));
    }
    // Sunday is 0 and 7.
    if range.high == 7 && values.remove(&7) {
        values.insert(0);
    }
    let any = matches!(text, "*" | "?");
    Some(Field { values, any })
}

fn value(text: &str, range: &Range) -> Option<u8> {
    let number = match text.parse::<u8>() {
        Ok(number) => number,
        Err(_) => {
            let word = text.to_ascii_lowercase();
            let at = range.words.iter().position(|known| *known == word)?;
            range.low + u8::try_from(at).ok()?
        }
    };
    (range.low..=range.high).contains(&number).then_some(number)
}

/// Returns the `OnCalendar=` expressions of a cron expression, in UTC.
///
/// There are two where both days of month and days of week are restricted: cron runs when either matches.
///
/// # Errors
/// `invalid` for an extension, as of [`plain`].
pub(super) fn calendars(expression: &str) -> Result<Vec<String>, ProviderError> {
    let fields = fields(expression)?;
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Ok(Vec::new());
    };
    let date = |day: &Field| format!("*-{}-{}", numbers(month), numbers(day));
    let time = format!("{}:{}:00 UTC", numbers(hour), numbers(minute));
    let every_day = Field {
        values: BTreeSet::new(),
        any: true,
    };
    let names: Vec<&str> = weekday
        .values
        .iter()
        .filter_map(|day| SYSTEMD_DAYS.get(usize::from(*day)).copied())
        .collect();
    let names = names.join(",");
    Ok(match (day.any, weekday.any) {
        (_, true) => vec![format!("{} {time}", date(day))],
        (true, false) => vec![format!("{names} {} {time}", date(&every_day))],
        (false, false) => vec![
            format!("{} {time}", date(day)),
            format!("{names} {} {time}", date(&every_day)),
        ],
    })
}

fn numbers(field: &Field) -> String {
    if field.any {
        return "*".to_owned();
    }
    let numbers: Vec<String> = field.values.iter().map(|n| format!("{n:02}")).collect();
    numbers.join(",")
}

/// Returns the cron fields of a schedule.
///
/// A period becomes an expression where one repeats with it: minutes that divide an hour, hours that divide a day, a
/// day, a week. Its phase comes from the address, so that a machine's entries do not all start in one minute.
///
/// # Errors
/// `invalid` for every other period.
pub(super) fn of_schedule(schedule: &Schedule, address: &Address) -> Result<String, ProviderError> {
    let span = match schedule {
        Schedule::Cron(expression) => return plain(expression),
        Schedule::Every(span) => *span,
    };
    let minutes = span.as_millis() / 60_000;
    let whole = Span::from_secs(minutes.saturating_mul(60)) == span;
    let phase = phase(address);
    let fields = match minutes {
        1 => Some("* * * * *".to_owned()),
        2..60 if 60 % minutes == 0 => Some(format!("{}-59/{minutes} * * * *", phase % minutes)),
        60 => Some(format!("{phase} * * * *")),
        61..1_440 if minutes % 60 == 0 && 1_440 % minutes == 0 => {
            Some(format!("{phase} */{} * * *", minutes / 60))
        }
        1_440 => Some(format!("{phase} 0 * * *")),
        10_080 => Some(format!("{phase} 0 * * 0")),
        _ => None,
    };
    fields.filter(|_| whole).ok_or_else(|| {
        invalid(
            format!("cron cannot run `{address}` every {span}"),
            "Choose a number of minutes that divides an hour (1m to 30m), of hours that divides a day (1h, 2h, 3h, \
             4h, 6h, 8h, 12h), 1d or 7d, or give a cron expression.",
        )
    })
}

/// Returns a minute of the hour, always the same for an address.
fn phase(address: &Address) -> u64 {
    let digest = Digest::of_bytes(address.to_string().as_bytes());
    let head = digest.as_str().get(..8).unwrap_or_default();
    u64::from_str_radix(head, 16).unwrap_or(0) % 60
}

/// Returns whether the expression means other instants in another time zone of whole hours: whether it names hours
/// or days.
pub(super) fn depends_on_zone(expression: &str) -> bool {
    !fields(expression).is_ok_and(|fields| fields.iter().skip(1).all(|field| field.any))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        "target.local_directory.docs.schedule[\"d\"]"
            .parse()
            .unwrap()
    }

    #[test]
    fn a_cron_expression_becomes_calendar_events_in_utc() {
        let shown: Vec<String> = [
            "15 2 * * *",
            "*/20 9-17/4 * * mon-fri",
            "0 0 1,15 * 5",
            "5 4 31 jan,JUL *",
            "@weekly",
            "0 0 * * 7",
            "0 0 L * *",
        ]
        .iter()
        .map(|text| match calendars(text) {
            Ok(events) => events.join(" | "),
            Err(error) => error.to_string(),
        })
        .collect();
        insta::assert_snapshot!(shown.join("\n"), @r"
        *-*-* 02:15:00 UTC
        Mon,Tue,Wed,Thu,Fri *-*-* 09,13,17:00,20,40:00 UTC
        *-*-01,15 00:00:00 UTC | Fri *-*-* 00:00:00 UTC
        *-01,07-31 04:05:00 UTC
        Sun *-*-* 00:00:00 UTC
        Sun *-*-* 00:00:00 UTC
        the scheduler of this machine cannot express the schedule `0 0 L * *`
        ");
    }

    #[test]
    fn a_period_that_a_clock_cannot_repeat_is_refused() {
        let shown: Vec<String> = [
            "1m", "15m", "1h", "6h", "1d", "7d", "7h", "45m", "90s", "2d",
        ]
        .iter()
        .map(|text| {
            let schedule: Schedule = text.parse().unwrap();
            of_schedule(&schedule, &address()).unwrap_or_else(|error| error.to_string())
        })
        .collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        * * * * *
        2-59/15 * * * *
        47 * * * *
        47 */6 * * *
        47 0 * * *
        47 0 * * 0
        cron cannot run `target.local_directory.docs.schedule["d"]` every 7h
        cron cannot run `target.local_directory.docs.schedule["d"]` every 45m
        cron cannot run `target.local_directory.docs.schedule["d"]` every 1m30s
        cron cannot run `target.local_directory.docs.schedule["d"]` every 2d
        "#);
    }

    #[test]
    fn an_expression_without_hours_and_days_is_the_same_in_every_zone() {
        assert!(!depends_on_zone("*/15 * * * *"));
        assert!(depends_on_zone("15 2 * * *"));
        assert!(depends_on_zone("0 * * * mon"));
    }
}
