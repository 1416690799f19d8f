//! Policies that keep the newest points without thinning them out: closed forms for a period.

use lifeboat_model::{Bound, Keep, Retention, Span};

use super::Curve;

/// Returns the curve of points that are `every` apart under a policy that keeps the newest ones, whatever the
/// calendar; none when the policy thins out.
///
/// What is kept right after a run is a run of the newest points, so the oldest is a whole number of periods old:
/// `n − 1` of them by count, as many as there are in a time by age.
pub(super) fn curve(every: Span, retention: &Retention) -> Option<Curve> {
    let Keep { last, within, .. } = retention.keep;
    let newest_only = Keep {
        last,
        within,
        ..Keep::default()
    };
    let periods_in = |time: Span| time.as_millis().checked_div(every.as_millis());
    if retention.keep != newest_only {
        return None;
    }
    let mut periods = if retention.keep.is_empty() {
        u64::MAX
    } else {
        let counted = u64::from(last.unwrap_or(0)).saturating_sub(1);
        counted.max(within.map_or(Some(0), periods_in)?)
    };
    if let Some(limit) = retention.delete_after {
        periods = periods.min(periods_in(limit)?);
    }
    if let Some(lock) = retention.immutable_for {
        // Strictly younger than the lock.
        periods = periods.max(periods_in(lock - Span::from_millis(1))?);
    }
    let reaches = match periods {
        u64::MAX => Bound::Unbounded,
        periods => Bound::Finite(every.times(periods)),
    };
    Some(Curve::level(every, reaches))
}
