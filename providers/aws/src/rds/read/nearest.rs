//! Names that somebody may have meant.

/// So many are told.
const TOLD: usize = 3;

/// Returns the names that are nearest to one that is not there, the nearest first; none that is more than half other.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let most = name.chars().count().div_ceil(2);
    let mut near: Vec<(usize, &str)> = names
        .map(|other| (distance(name, other), other.as_str()))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort_unstable();
    near.into_iter().take(TOLD).map(|(_, name)| name).collect()
}

/// Returns how many letters must be changed, added or taken away (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        let cells = row.windows(2).zip(&b);
        for (pair, y) in cells {
            if let [diagonal, above] = pair {
                let left = next.last().copied().unwrap_or_default();
                let least = (above + 1).min(left + 1);
                next.push(least.min(diagonal + usize::from(x != *y)));
            }
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first_and_strangers_do_not() {
        let names = ["orders", "orders-eu", "order", "billing", "ordres"].map(str::to_owned);
        let near = nearest("orderz", names.iter());
        assert_eq!(near, ["order", "orders", "ordres"]);
        assert!(nearest("x", names.iter()).is_empty());
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
