//! Promises that a dependency cannot let be kept.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Bound, Scope, Span};

/// What a service promises in a scope, and what it is sure of.
#[derive(Clone, Debug)]
pub struct Promise<'a> {
    /// The service.
    pub service: &'a Address,
    /// The scope.
    pub scope: Scope,
    /// How long it may be down.
    pub goal: Option<Span>,
    /// How long it is down at worst.
    pub bound: Bound<Span>,
    /// The services that must be back before it can be.
    pub needs: &'a [Address],
}

/// A service that promises to be back before something is that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inversion {
    /// The service.
    pub service: Address,
    /// The scope.
    pub scope: Scope,
    /// Its goal.
    pub goal: Span,
    /// What it needs.
    pub needs: Address,
    /// How long that is down at worst: more than the goal.
    pub bound: Bound<Span>,
    /// What that one waits for in turn, each beyond the goal too, down to the one that is the cause.
    pub through: Vec<Address>,
}

impl std::fmt::Display for Inversion {
    /// Writes both, and the cause.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (service, goal, scope) = (&self.service, self.goal, self.scope);
        write!(
            f,
            "`{service}` shall be back within {goal} ({scope}), but `{}`, which it needs, ",
            self.needs
        )?;
        match self.bound {
            Bound::Finite(bound) => write!(f, "may take {}", bound.rounded())?,
            Bound::Unbounded => f.write_str("may take for ever")?,
        }
        match self.through.last() {
            Some(cause) => write!(f, " because of `{cause}`"),
            None => Ok(()),
        }
    }
}

/// Returns every promise whose goal is below the bound of something that it needs directly.
///
/// What is needed through others shows as the cause: the bound of a service is never below that of what it waits for.
pub fn inversions(promises: &[Promise<'_>]) -> Vec<Inversion> {
    let known: BTreeMap<(&Address, Scope), &Promise<'_>> = promises
        .iter()
        .map(|promise| ((promise.service, promise.scope), promise))
        .collect();
    let mut found = Vec::new();
    for promise in promises {
        let Some(goal) = promise.goal else { continue };
        let above = |address: &Address| {
            let needed = known.get(&(address, promise.scope))?;
            (needed.bound > Bound::Finite(goal)).then_some(*needed)
        };
        for needed in promise.needs.iter().filter_map(above) {
            found.push(Inversion {
                service: promise.service.clone(),
                scope: promise.scope,
                goal,
                needs: needed.service.clone(),
                bound: needed.bound,
                through: through(needed, above, promises.len()),
            });
        }
    }
    found
}

/// Follows what is above the goal, the slowest each time, for at most `left` steps: a circle ends there.
fn through<'a>(
    from: &'a Promise<'a>,
    above: impl Fn(&Address) -> Option<&'a Promise<'a>>,
    left: usize,
) -> Vec<Address> {
    let mut way = Vec::new();
    let mut at = from;
    for _ in 0..left {
        let next = at.needs.iter().filter_map(&above);
        let Some(next) = next.max_by_key(|next| next.bound) else {
            break;
        };
        way.push(next.service.clone());
        at = next;
    }
    way
}
