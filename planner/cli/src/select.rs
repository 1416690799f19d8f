//! Which recorded protections an address on the command line means.

use lifeboat_model::{Address, Block, Catalog, RecordedResource, RecordedState};

use crate::failure::Failure;

/// Returns whether `selector` means the resource at `address`.
///
/// A target means all that protects it; `protection.snapshot.daily` means what that block compiled to, in each target
/// and for each key.
pub(crate) fn means(selector: &Address, address: &Address) -> bool {
    if selector.block != Block::Protection {
        return address.selected_by(selector);
    }
    let Some(part) = &address.part else {
        return false;
    };
    let wanted = match &selector.key {
        Some(key) => format!("{}/{key}", selector.name),
        None => selector.name.clone(),
    };
    let key = part.key.as_deref().unwrap_or_default();
    let of_instance = selector.key.is_none()
        && key
            .strip_prefix(&wanted)
            .is_some_and(|rest| rest.starts_with('/'));
    Some(&part.role) == selector.kind.as_ref() && (key == wanted || of_instance)
}

/// Returns the protections that make recovery points and that one of the selectors means; all, without selectors.
///
/// Sources stand before the copies that are made from them.
pub(crate) fn protections(
    state: &RecordedState,
    catalog: &Catalog,
    selectors: &[Address],
) -> Result<Vec<Address>, Failure> {
    let holds_points = |resource: &RecordedResource| {
        catalog
            .protections
            .iter()
            .any(|spec| spec.resource_kind == resource.kind && spec.backs_up)
    };
    let all = || {
        state
            .resources
            .iter()
            .filter(|(_, resource)| holds_points(resource))
    };
    for selector in selectors {
        if !all().any(|(address, _)| means(selector, address)) {
            return Err(nothing(state, selector));
        }
    }
    let chosen = all().filter(|(address, _)| {
        selectors.is_empty() || selectors.iter().any(|selector| means(selector, address))
    });
    let mut chosen: Vec<(bool, Address)> = chosen
        .map(|(address, resource)| (resource.attributes.contains_key("from"), address.clone()))
        .collect();
    chosen.sort();
    Ok(chosen.into_iter().map(|(_, address)| address).collect())
}

/// Says that an address matches nothing, and which one may have been meant.
pub(crate) fn nothing(state: &RecordedState, selector: &Address) -> Failure {
    let failure = Failure::new(
        "cli::no_match",
        format!("nothing that is applied matches `{selector}`"),
    );
    let wanted = selector.to_string();
    let owners = state.resources.keys().map(|address| {
        let owner = address.owner();
        if selector.part.is_some() {
            address.to_string()
        } else {
            owner.to_string()
        }
    });
    match nearest(&wanted, owners) {
        Some(name) => failure.help(format!(
            "Did you mean `{name}`? `lifeboat state list` shows all."
        )),
        None => failure.help("Run `lifeboat apply` first: nothing is applied yet."),
    }
}

/// Returns the name that is the least edits away.
pub(crate) fn nearest(wanted: &str, names: impl Iterator<Item = String>) -> Option<String> {
    names.min_by_key(|name| distance(name, wanted))
}

/// The edit distance between two texts.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn a_protection_means_what_it_compiled_to() {
        let resource = address("target.local_directory.docs.snapshot[\"daily\"]");
        assert!(means(&address("protection.snapshot.daily"), &resource));
        assert!(!means(&address("protection.copy.daily"), &resource));
        assert!(means(&address("target.local_directory.docs"), &resource));
        let keyed = address("target.local_directory.docs.snapshot[\"daily/a\"]");
        assert!(means(&address("protection.snapshot.daily"), &keyed));
        assert!(means(&address("protection.snapshot.daily[\"a\"]"), &keyed));
        assert!(!means(&address("protection.snapshot.daily[\"b\"]"), &keyed));
        assert!(!means(&address("protection.snapshot.dail"), &keyed));
    }

    #[test]
    fn the_distance_counts_edits() {
        assert_eq!(distance("docs", "dox"), 2);
        assert_eq!(distance("", "abc"), 3);
    }
}
