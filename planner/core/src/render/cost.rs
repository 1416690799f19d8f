//! What the protections cost, at the end of a plan.

use lifeboat_model::{Cost, Money};

use super::canvas::{Canvas, Line, Tone};
use super::moment::listed;

/// What has no price and is named, unless the style is verbose.
const NAMED: usize = 3;

/// Writes the cost a month: the change if there is one, and what is not in it.
pub(crate) fn cost(canvas: &mut Canvas, cost: &Cost) {
    if let Some(says) = sentence(cost) {
        canvas.line(
            Line::default()
                .tone(Tone::Strong, "Cost: ")
                .plain(format!("{says}.")),
        );
    }
    if let Some(text) = unpriced(cost, canvas.style.verbose) {
        canvas.paragraph("", Tone::Faint, &text);
    }
}

/// Returns the cost in words: `+212.40 USD a month (price book 2026-10)`; none where nothing is priced.
pub(crate) fn sentence(cost: &Cost) -> Option<String> {
    let currency = &cost.currency;
    let says = match (cost.now, cost.planned) {
        (None, None) => return None,
        (Some(now), None) => format!("not known after the plan, {now} {currency} a month now"),
        (None, Some(planned)) => format!("{planned} {currency} a month"),
        (Some(now), Some(planned)) => match difference(now, planned) {
            None => format!("{planned} {currency} a month, as before"),
            Some(change) if now.0 == 0 => format!("{change} {currency} a month"),
            Some(change) => format!("{change} {currency} a month, {planned} in all"),
        },
    };
    let month = cost.as_of.get(..7).unwrap_or(&cost.as_of);
    Some(if month.is_empty() {
        says
    } else {
        format!("{says} (price book {month})")
    })
}

/// Returns the change with its sign; none where a person would read the same amount twice.
pub(super) fn difference(now: Money, planned: Money) -> Option<String> {
    let (sign, by) = if planned >= now {
        ('+', Money(planned.0 - now.0))
    } else {
        ('-', Money(now.0 - planned.0))
    };
    (now.to_string() != planned.to_string()).then(|| format!("{sign}{by}"))
}

/// Returns what is not in the sum; none where everything is.
pub(crate) fn unpriced(cost: &Cost, verbose: bool) -> Option<String> {
    let all = cost.unpriced.as_slice();
    if all.is_empty() {
        return None;
    }
    let most = if verbose { all.len() } else { NAMED };
    let mut named: Vec<String> = all.iter().take(most).cloned().collect();
    if let Some(left @ 1..) = all.len().checked_sub(most) {
        named.push(format!("{left} more"));
    }
    let named = listed(&named);
    Some(if cost.now.is_none() && cost.planned.is_none() {
        format!("Cost: not known, for want of a price or a size: {named}.")
    } else {
        format!("Not in the cost, for want of a price or a size: {named}.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(now: Option<u64>, planned: Option<u64>) -> Cost {
        Cost {
            now: now.map(|cents| Money(cents * 10_000)),
            planned: planned.map(|cents| Money(cents * 10_000)),
            currency: "USD".to_owned(),
            as_of: "2026-10-01".to_owned(),
            unpriced: Vec::new(),
        }
    }

    #[test]
    fn the_change_has_a_sign_and_the_book_its_month() {
        let text = |now, planned| sentence(&cost(now, planned)).unwrap_or_default();
        let all = [
            text(Some(0), Some(21_240)),
            text(Some(1_000), Some(22_240)),
            text(Some(22_240), Some(1_000)),
            text(Some(500), Some(500)),
            text(None, Some(500)),
            text(Some(500), None),
            text(None, None),
        ];
        insta::assert_snapshot!(all.join("\n"), @"
        +212.40 USD a month (price book 2026-10)
        +212.40 USD a month, 222.40 in all (price book 2026-10)
        -212.40 USD a month, 10.00 in all (price book 2026-10)
        5.00 USD a month, as before (price book 2026-10)
        5.00 USD a month (price book 2026-10)
        not known after the plan, 5.00 USD a month now (price book 2026-10)
        ");
    }

    #[test]
    fn what_has_no_price_is_named_and_counted() {
        let mut cost = cost(Some(0), Some(100));
        cost.unpriced = (1..=5).map(|n| format!("repository.s3.r{n}")).collect();
        insta::assert_snapshot!(unpriced(&cost, false).unwrap(), @"Not in the cost, for want of a price or a size: repository.s3.r1, repository.s3.r2, repository.s3.r3 and 2 more.");
        (cost.now, cost.planned) = (None, None);
        cost.unpriced.truncate(1);
        insta::assert_snapshot!(unpriced(&cost, false).unwrap(), @"Cost: not known, for want of a price or a size: repository.s3.r1.");
    }
}
