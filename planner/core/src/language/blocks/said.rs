//! Reads arguments that a person must have thought about: a reason, a date, an amount of money.

use jiff::civil::Date;
use lifeboat_model::Money;

use super::reader::Reader;
use crate::language::evaluate::Place;
use crate::language::failure::Evaluation;

impl<'v> Reader<'v> {
    /// Returns a text that must be there and say something.
    pub(super) fn said(&self, name: &str) -> Evaluation<String> {
        self.said_if_given(name)?.ok_or_else(|| self.missing(name))
    }

    /// Returns a text that says something where it is given.
    pub(super) fn said_if_given(&self, name: &str) -> Evaluation<Option<String>> {
        let Some((text, place)) = self.text(name)? else {
            return Ok(None);
        };
        if text.trim().is_empty() {
            let message = format!("`{name}` says nothing");
            return Err(place.error("language::argument_value", message, "").into());
        }
        Ok(Some(text.trim().to_owned()))
    }

    /// Returns a day, written `2027-01-31`, that must be given.
    pub(super) fn day(&self, name: &str) -> Evaluation<(Date, Place<'v>)> {
        let (text, place) = self.text(name)?.ok_or_else(|| self.missing(name))?;
        let day = Date::strptime("%Y-%m-%d", &text).ok();
        match day.filter(|day| day.to_string() == text) {
            Some(day) => Ok((day, place)),
            None => Err(place
                .error(
                    "language::argument_value",
                    format!("`{text}` is not a date"),
                    "expected a day, such as \"2027-01-31\"",
                )
                .into()),
        }
    }

    /// Returns an amount of money, with its currency where that is written behind it.
    pub(super) fn money(
        &self,
        name: &str,
    ) -> Evaluation<Option<(Money, Option<String>, Place<'v>)>> {
        let Some((text, place)) = self.text(name)? else {
            return Ok(None);
        };
        let (number, currency) = match text.trim().split_once(' ') {
            Some((number, currency)) => (number, Some(currency.trim())),
            None => (text.trim(), None),
        };
        let known = currency.is_none_or(is_currency);
        match amount(number).filter(|_| known) {
            Some(money) => Ok(Some((money, currency.map(str::to_owned), place))),
            None => Err(place
                .error(
                    "language::argument_value",
                    format!("`{text}` is not an amount of money"),
                    "expected a number of at most six decimals, such as 0.023 or \"40 USD\"",
                )
                .into()),
        }
    }
}

/// Returns whether a text is the code of a currency: three capital letters.
pub(super) fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.chars().all(|c| c.is_ascii_uppercase())
}

/// Reads a number of at most six decimals as millionths.
fn amount(text: &str) -> Option<Money> {
    const DECIMALS: usize = 6;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || fraction.len() > DECIMALS || !digits(whole) || !digits(fraction) {
        return None;
    }
    let millionths = format!("{whole}{fraction:0<DECIMALS$}");
    millionths.parse().ok().map(Money)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_exact_to_the_millionth() {
        let read = |text: &str| amount(text).map(|money| money.0);
        assert_eq!(read("40"), Some(40_000_000));
        assert_eq!(read("0.023"), Some(23_000));
        assert_eq!(read("0.000001"), Some(1));
        for text in ["", ".5", "-1", "1e3", "0.0000001", "1,5", "99999999999999"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
