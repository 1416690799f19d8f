//! The forms of `formatdate`.

use super::Fault;
use super::date::Moment;

/// Returns the moment in this form.
///
/// A run of one letter stands for a part of the time, text in single quotes for itself (`''` in it for a quote), and
/// what is not a letter for itself.
pub(super) fn written(form: &str, moment: Moment) -> Result<String, Fault> {
    let mut text = String::new();
    let mut rest = form;
    while let Some(first) = rest.chars().next() {
        let length = if first == '\'' {
            quoted(rest, &mut text)?
        } else if first.is_ascii_alphabetic() {
            let run = rest.find(|c| c != first).unwrap_or(rest.len());
            let part = rest.get(..run).unwrap_or_default();
            text.push_str(&written_part(part, moment)?);
            run
        } else {
            text.push(first);
            first.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(text)
}

/// Copies a quoted text and returns its length with the quotes.
fn quoted(form: &str, text: &mut String) -> Result<usize, Fault> {
    let mut length = 1;
    let mut rest = form.chars().skip(1).peekable();
    while let Some(c) = rest.next() {
        length += c.len_utf8();
        if c != '\'' {
            text.push(c);
        } else if rest.next_if_eq(&'\'').is_some() {
            length += 1;
            text.push('\'');
        } else {
            return Ok(length);
        }
    }
    Err(Fault::failed("a quoted text has no end"))
}

fn written_part(part: &str, moment: Moment) -> Result<String, Fault> {
    let local = moment.local;
    let twelve = (local.hour() + 11) % 12 + 1;
    let half = if local.hour() < 12 { "am" } else { "pm" };
    Ok(match part {
        "YYYY" => format!("{:04}", local.year()),
        "YY" => format!("{:02}", local.year() % 100),
        "MMMM" => local.strftime("%B").to_string(),
        "MMM" => local.strftime("%b").to_string(),
        "MM" => format!("{:02}", local.month()),
        "M" => local.month().to_string(),
        "DD" => format!("{:02}", local.day()),
        "D" => local.day().to_string(),
        "EEEE" => local.strftime("%A").to_string(),
        "EEE" => local.strftime("%a").to_string(),
        "hh" => format!("{:02}", local.hour()),
        "h" => local.hour().to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "AA" => half.to_uppercase(),
        "aa" => half.to_owned(),
        "mm" => format!("{:02}", local.minute()),
        "m" => local.minute().to_string(),
        "ss" => format!("{:02}", local.second()),
        "s" => local.second().to_string(),
        "ZZZZZ" => moment.offset_text(":"),
        "ZZZZ" => moment.offset_text(""),
        "ZZZ" if moment.offset == 0 => "UTC".to_owned(),
        "ZZZ" => moment.offset_text(""),
        "Z" if moment.offset == 0 => "Z".to_owned(),
        "Z" => moment.offset_text(":"),
        other => {
            return Err(Fault::Failed(format!(
                "`{other}` is no part of a time; put text that stands for itself in single quotes"
            )));
        }
    })
}
