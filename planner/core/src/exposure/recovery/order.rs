//! The order of services.

use std::collections::BTreeMap;

use lifeboat_model::Address;

/// Returns the services so that each stands after all that it depends on, and those that wait for themselves.
///
/// The language refuses circles; whoever assesses what is left of one takes it for unbounded.
pub fn in_order<'a>(
    services: impl IntoIterator<Item = (&'a Address, &'a [Address])>,
) -> (Vec<&'a Address>, Vec<&'a Address>) {
    let mut waiting: BTreeMap<&'a Address, &'a [Address]> = services.into_iter().collect();
    let mut order = Vec::with_capacity(waiting.len());
    loop {
        let free: Vec<&'a Address> = waiting
            .iter()
            .filter(|(_, needs)| !needs.iter().any(|need| waiting.contains_key(need)))
            .map(|(address, _)| *address)
            .collect();
        if free.is_empty() {
            return (order, waiting.into_keys().collect());
        }
        for address in free {
            waiting.remove(address);
            order.push(address);
        }
    }
}
