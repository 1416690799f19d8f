//! Guesses what a misspelt name was meant to be.

/// Returns the candidate nearest to `name`, if one is near enough to be meant.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let letters: Vec<char> = name.to_lowercase().chars().collect();
    let limit = match letters.len() {
        0 | 1 => 0,
        length => (length / 3).max(1),
    };
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(letters.len()) <= limit)
        .map(|candidate| (distance(&letters, candidate), candidate))
        .filter(|(far, _)| *far <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many names a reader takes in at once.
const MOST: usize = 20;

/// Returns a help sentence with the nearest candidate, else with all of them if they are few.
pub(crate) fn suggestion<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    if let Some(near) = nearest(name, candidates.clone()) {
        return Some(format!("Did you mean `{near}`?"));
    }
    let mut all: Vec<&str> = candidates.into_iter().take(MOST + 1).collect();
    all.sort_unstable();
    match all.len() {
        0 => None,
        more if more > MOST => None,
        1 => Some(format!("There is only {}.", listed(&all))),
        _ => Some(format!("Choose one of {}.", listed(&all))),
    }
}

/// Returns names in backticks, separated by commas; at most twenty of them.
pub(crate) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    let text = shown.join(", ");
    match names.len().checked_sub(MOST) {
        Some(more) if more > 0 => format!("{text} and {more} more"),
        _ => text,
    }
}

/// Returns the number of letters inserted, deleted, replaced or swapped with their neighbour.
fn distance(a: &[char], candidate: &str) -> usize {
    let b: Vec<char> = candidate.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], k: usize| row.get(k).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&last, j + 1) + 1)
                .min(at(&row, j) + 1)
                .min(at(&last, j) + usize::from(x != y));
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let names = ["local_directory", "local_sqlite", "postgres_cluster"];
        assert_eq!(nearest("local_directroy", names), Some("local_directory"));
        assert_eq!(nearest("local_sqlit", names), Some("local_sqlite"));
        assert_eq!(nearest("LOCAL_SQLITE", names), Some("local_sqlite"));
        assert_eq!(nearest("aws_s3_bucket", names), None);
        assert_eq!(nearest("ab", ["ba"]), Some("ba"));
    }

    #[test]
    fn few_candidates_are_listed() {
        assert_eq!(
            suggestion("zzz", ["b", "a"]).as_deref(),
            Some("Choose one of `a`, `b`.")
        );
        assert_eq!(suggestion("zzz", []), None);
    }
}
