//! Places that nobody has named yet: what a proposal writes where only the reader knows the name.

use std::sync::Arc;

use lifeboat_model::Domain;

/// The keys of `domains`, each with the name that a proposal writes there for a place that the reader must find.
///
/// It is no place: what rests on it holds only if there is such a one, apart from the target's.
pub(crate) const UNNAMED: [(&str, &str); 5] = [
    ("instance", "another-machine"),
    ("zone", "another-zone"),
    ("region", "another-region"),
    ("account", "another-account"),
    ("vendor", "another-vendor"),
];

/// Returns the name of a declared domain that a proposal has made up; none where somebody has named it.
///
/// Such a name counts at whatever key it stands: it names nothing there either.
pub(crate) fn unnamed(domain: &Domain) -> Option<&'static str> {
    let (key, name) = domain.id.split_once(':')?;
    let (_, made_up) = UNNAMED.iter().find(|(_, made_up)| *made_up == name)?;
    let known = UNNAMED.iter().any(|(known, _)| *known == key);
    known.then_some(*made_up)
}

/// Returns what is taken for granted where something rests on a name that a proposal has made up.
pub(crate) fn is_real(name: &str) -> Arc<str> {
    format!("`{name}` is a real place: name it").into()
}
