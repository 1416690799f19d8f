//! How much log has been written since the base that a restore starts from.

use lifeboat_model::{Bound, Retention, Scope, Span};

use super::super::found::Found;
use super::super::graph::{Capture, Copy, CopyGraph};
use super::chain::Lack;
use super::quantity::written;

/// The longest that a calendar period lasts, and the shortest, in hours.
const PERIODS: [(u64, u64); 5] = [(1, 1), (24, 24), (168, 168), (744, 672), (8_784, 8_760)];

/// Returns the most that is written from the base on to the instant that is brought back: `write rate · age + burst`.
///
/// For a failure now it is the worst age of the newest usable base: a base is usable only `hold + prop` after it was
/// begun, and the next ones may fail as often as is tolerated. For corruption and account the instant is in the past,
/// where the bases are thinned out: as far apart as the retention lets them be at the far end of the log, and no
/// further back than the log itself.
pub(super) fn log_since_base(
    graph: &CopyGraph,
    copy: &Copy,
    scope: Scope,
    basis: &mut Found,
) -> Result<u128, Lack> {
    let rate = graph.write_rate.as_ref().ok_or(Lack::WriteRate)?;
    basis.rests_on(&rate.provenance, &rate.source);
    let log = written(base_age(graph, copy, scope, basis)?, rate.value);
    let Capture::Log {
        burst: Some(burst), ..
    } = &copy.capture
    else {
        return Ok(log);
    };
    basis.rests_on(&burst.provenance, &burst.source);
    Ok(log + u128::from(burst.value.0))
}

fn base_age(graph: &CopyGraph, copy: &Copy, scope: Scope, basis: &mut Found) -> Result<Span, Lack> {
    let given = copy.recovery.replay_since;
    let Some(base) = copy.chain else {
        return given.ok_or(Lack::Bases);
    };
    let base = graph.copies.get(base).ok_or(Lack::Chain)?;
    let Capture::Scheduled { shortest, longest } = &base.capture else {
        return given.ok_or(Lack::Bases);
    };
    basis.rests_on(&longest.provenance, &longest.source);
    let runs = u64::from(base.tolerated_failures) + 1;
    let mut apart = longest.value.max(base.prop.value).times(runs);
    let mut usable = Span::ZERO;
    for input in [&base.hold, &base.prop] {
        basis.rests_on(&input.provenance, &input.source);
        usable = usable + input.value;
    }
    if let Some(late) = &base.unnoticed {
        basis.rests_on(&late.provenance, &late.source);
        apart = apart + late.value;
    }
    let newest = given.unwrap_or(Span::ZERO).max(apart + usable);
    if !matches!(scope, Scope::Corruption | Scope::Account) {
        return Ok(newest);
    }
    let window = match &copy.capture {
        Capture::Log { window, .. } => *window,
        _ => None,
    };
    let thinned = thinned(&base.retention, (*shortest, apart), window) + usable;
    Ok(window.map_or(newest.max(thinned), |window| {
        newest.max(thinned.min(window))
    }))
}

/// Returns how far apart the points can be that a policy leaves `back_to` this age: by the finest rule that is sure to
/// reach there, else by the coarsest. One to a period, two that follow each other are at most a period and a gap apart.
fn thinned(policy: &Retention, (shortest, longest): (Span, Span), back_to: Option<Span>) -> Span {
    let keep = &policy.keep;
    if keep.is_empty() {
        return longest;
    }
    let last = keep.last.unwrap_or(0).saturating_sub(1);
    let plain = [
        shortest.times(u64::from(last)),
        keep.within.unwrap_or(Span::ZERO) - longest,
        policy.immutable_for.unwrap_or(Span::ZERO) - longest,
    ];
    let plain = plain.into_iter().map(|reach| (reach, longest));
    let counts = [
        keep.hourly,
        keep.daily,
        keep.weekly,
        keep.monthly,
        keep.yearly,
    ];
    let thinning = PERIODS
        .iter()
        .zip(counts)
        .filter_map(|((most, least), count)| {
            let count = count.filter(|count| *count > 0).map(u64::from)?;
            let by_runs = shortest.times(count - 1);
            let by_periods = Span::from_hours(*least).times(count.saturating_sub(2));
            let most = Span::from_hours(*most);
            let apart = if shortest >= most {
                longest
            } else {
                most + longest
            };
            Some((by_runs.max(by_periods), apart))
        });
    let rules: Vec<(Span, Span)> = plain.chain(thinning).collect();
    let far = back_to.map_or(Bound::Unbounded, Bound::Finite);
    let reaching = rules
        .iter()
        .filter(|(reach, _)| Bound::Finite(*reach) >= far);
    let finest = reaching.map(|(_, apart)| *apart).min();
    let coarsest = rules.iter().map(|(_, apart)| *apart).max();
    finest.or(coarsest).unwrap_or(longest)
}
