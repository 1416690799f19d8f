//! How the data come back from a copy.

use std::sync::Arc;

use lifeboat_model::{
    Bound, DrillRecord, InputValue, Measurement, Mechanism, ModelInput, Provenance, Span,
    VerifyRecord,
};

use super::builder::Builder;
use super::capture::interval;
use super::place::Places;
use super::proposal::Site;
use crate::exposure::graph::{CopyGraph, Hop, Input, Recovery};

impl Builder<'_> {
    pub(super) fn recovery(
        &mut self,
        graph: &CopyGraph,
        site: &Site<'_>,
        places: &Places<'_>,
        base: Option<usize>,
    ) -> Recovery {
        let is_replica = site.mechanism == Mechanism::Replica;
        let drill = site
            .recorded
            .and_then(|recorded| recorded.last_drill.as_ref());
        let verified = site
            .recorded
            .and_then(|recorded| recorded.last_verify.as_ref());
        let ready = Input {
            value: Span::ZERO,
            provenance: Provenance::Assumed,
            source: self.words.ready.clone(),
        };
        let provision = if is_replica { self.no_step() } else { ready };
        let repoint = self.step(ModelInput::Repoint, places, !is_replica);
        Recovery {
            refuted: refusal(site, drill, verified),
            whole: self.whole(site, places, drill.filter(|drill| drill.passed)),
            provision: self
                .span(ModelInput::Provision, places)
                .or_else(|| (!places.has(ModelInput::Provision)).then_some(provision)),
            unarchive: self.step(ModelInput::Unarchive, places, true),
            hops: if is_replica {
                Vec::new()
            } else {
                vec![self.hop(site, places)]
            },
            pipelined: false,
            replay_since: base
                .filter(|_| site.mechanism == Mechanism::Log)
                .and_then(|base| Some((base, graph.copies.get(base)?)))
                .map(|(base, copy)| {
                    interval(graph, Some(base)) + copy.hold.value + copy.prop.value
                }),
            replay_rate: self.rate(ModelInput::ReplayRate, places),
            promote: self.step(ModelInput::Promote, places, !is_replica),
            repoint: repoint.map(|input| Input {
                value: Bound::Finite(input.value),
                provenance: input.provenance,
                source: input.source,
            }),
            warm: self.step(ModelInput::Warm, places, true),
            verify: self.step(ModelInput::Verify, places, true),
        }
    }

    /// Returns how long a step takes; no time where no mechanism or kind has it and it is `optional`.
    fn step(
        &mut self,
        input: ModelInput,
        places: &Places<'_>,
        optional: bool,
    ) -> Option<Input<Span>> {
        self.span(input, places)
            .or_else(|| (optional && !places.has(input)).then(|| self.no_step()))
    }

    /// Returns how long a whole restore takes: as declared, or as in the last drill of a state that kept no others.
    ///
    /// A replica is promoted, not restored: what is declared of its target is not about it.
    fn whole(
        &mut self,
        site: &Site<'_>,
        places: &Places<'_>,
        drill: Option<&DrillRecord>,
    ) -> Option<Input<Span>> {
        let mut places = places.clone();
        if site.mechanism == Mechanism::Replica {
            places.nearest_first.truncate(1);
            places.providers.clear();
        }
        let measured =
            drill.map(|drill| Measurement::first(InputValue::Span(drill.took), drill.at));
        let own = places.nearest_first.first_mut();
        let map = measured.map(|it| [(ModelInput::RestoreTime, it)].into());
        if let (Some(own), Some(map)) = (own, &map) {
            let kept = own
                .measured
                .is_some_and(|it| it.contains_key(&ModelInput::RestoreTime));
            debug_assert_eq!(own.address, site.address);
            if !kept {
                own.measured = Some(map);
            }
        }
        self.span(ModelInput::RestoreTime, &places)
    }

    fn hop(&mut self, site: &Site<'_>, places: &Places<'_>) -> Hop {
        let link: Arc<str> = match &site.vault {
            Some(vault) => vault.facts.link.clone(),
            None => site.address.to_string().into(),
        };
        Hop {
            link,
            rate: self.rate(ModelInput::RestoreBandwidth, places),
            delay: self.span(ModelInput::TransferDelay, places),
        }
    }
}

/// Returns what shows that nothing comes back from it: its last drill failed, or its last verification did.
fn refusal(
    site: &Site<'_>,
    drill: Option<&DrillRecord>,
    verified: Option<&VerifyRecord>,
) -> Option<Arc<str>> {
    let address = site.address;
    if let Some(drill) = drill.filter(|drill| !drill.passed) {
        let day = drill.at.strftime("%Y-%m-%d");
        return Some(format!("the drill of {day} from `{address}` failed (measured)").into());
    }
    let failed = verified.filter(|verified| !verified.passed)?;
    let day = failed.at.strftime("%Y-%m-%d");
    Some(format!("the verification of {day} of `{address}` failed (measured)").into())
}
