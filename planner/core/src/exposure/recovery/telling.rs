//! The derivation of a service.

use lifeboat_model::{Bound, Span};

use super::super::trace::Trace;
use super::service::{Plan, Service, work};
use super::told;

/// Tells what is lost.
pub(super) fn tell_loss<T: Trace>(it: &Service<'_>, plan: &Plan<'_, '_>, trace: &mut T) {
    trace.open();
    for (member, offer) in &plan.chosen {
        trace.tell(|| {
            let bound = shown(offer.rpo.bound);
            let says = format!("`{}` from `{}`: {bound}", member.target, offer.uses);
            told(says, &offer.rpo)
        });
    }
    trace.close(|| {
        let says = match plan.rpo.bound {
            Bound::Finite(loss) => format!(
                "`{}` loses at most {}{}",
                it.address,
                loss.rounded(),
                cut(it)
            ),
            Bound::Unbounded => format!("nothing limits the loss: {}", plan.rpo.reason),
        };
        told(says, &plan.rpo)
    });
}

/// Tells how long it takes.
pub(super) fn tell_time<T: Trace>(it: &Service<'_>, plan: &Plan<'_, '_>, trace: &mut T) {
    trace.open();
    for needed in &it.dependencies {
        trace.tell(|| {
            let bound = shown(needed.rto.bound);
            told(
                format!("after `{}`, which is back in {bound}", needed.address),
                &needed.rto,
            )
        });
    }
    for (member, offer) in &plan.chosen {
        trace.tell(|| {
            let bound = shown(offer.restore.bound);
            let says = format!("`{}` from `{}`: {bound}", member.target, offer.uses);
            told(says, &offer.restore)
        });
    }
    if let Some(workers) = it.workers {
        trace.tell(|| {
            let formula = match workers {
                1 => String::new(),
                _ => format!(": their sum / {workers} + (1 − 1/{workers}) · the longest"),
            };
            let work = work(it, &plan.chosen);
            let bound = shown(work.bound);
            told(
                format!("{workers} at a time, in any order, all are back after {bound}{formula}"),
                &work,
            )
        });
    }
    trace.close(|| {
        let says = match plan.rto.bound {
            Bound::Finite(time) => {
                format!("`{}` is back within {}", it.address, time.rounded())
            }
            Bound::Unbounded => format!("nothing limits the time: {}", plan.rto.reason),
        };
        told(says, &plan.rto)
    });
}

fn shown(bound: Bound<Span>) -> Bound<Span> {
    bound.map(Span::rounded)
}

/// Returns how near to each other the instants of its members are.
fn cut(it: &Service<'_>) -> String {
    match (it.members.len(), it.consistent_within) {
        (0 | 1, _) => String::new(),
        (_, None | Some(Span::ZERO)) => ": all its members go back to one instant".to_owned(),
        (_, Some(within)) => {
            format!(": its members go back to instants at most {within} apart")
        }
    }
}
