//! What was found, for a person.

use std::fmt::Write as _;

use lifeboat_contract::Discovered;
use lifeboat_model::Address;

/// Returns the stores by region, each with what protects it.
pub(super) fn text(found: &[Discovered], known: &[Option<Address>]) -> String {
    let mut text = String::new();
    let mut region = None;
    for (store, target) in found.iter().zip(known) {
        if region != Some(&store.region) {
            let gap = if region.is_none() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{}", store.region);
            region = Some(&store.region);
        }
        let named = target
            .as_ref()
            .map_or_else(String::new, |target| format!("  is {target}"));
        let _ = writeln!(text, "  {} {}{named}", store.kind, store.name);
        let now = if store.protected_by.is_empty() {
            "nothing protects it".to_owned()
        } else {
            store.protected_by.join(", ")
        };
        let _ = writeln!(text, "    {now}");
    }
    let bare = found.iter().filter(|it| it.protected_by.is_empty());
    let new = known.iter().filter(|it| it.is_none());
    let gap = if found.is_empty() { "" } else { "\n" };
    let _ = write!(
        text,
        "{gap}Found: {}, {} of them without protection, {} not in the configuration.",
        count(found.len()),
        bare.count(),
        new.count()
    );
    text
}

fn count(stores: usize) -> String {
    match stores {
        1 => "1 data store".to_owned(),
        stores => format!("{stores} data stores"),
    }
}
