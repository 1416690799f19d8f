//! What a journal tells the audit trail.

use lifeboat_model::{Address, Verb};

use super::{Journal, Record};
use crate::audit::Fact;

impl Journal {
    /// Returns what the audit trail is to say about the run: a function of the journal alone, so that a run that is
    /// killed in between says it once.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        let begin = &self.begin;
        let plan = begin
            .plan
            .as_ref()
            .map_or_else(String::new, |digest| format!(", plan {}", digest.short()));
        let mut facts = vec![Fact {
            at: begin.at,
            detail: Some(format!("state serial {}{plan}", begin.serial)),
            ..self.fact("begun", "done")
        }];
        facts.extend(self.records.iter().filter_map(|record| self.told(record)));
        facts.extend(self.interrupted().into_iter().map(|action| Fact {
            at: action.at,
            address: Some(action.address),
            ..self.fact(word(action.verb), "interrupted")
        }));
        let ended = self.records.iter().find_map(|record| match record {
            Record::End { at } => Some(*at),
            _ => None,
        });
        facts.push(Fact {
            at: ended.unwrap_or_else(|| self.last_sign()),
            ..self.fact(
                "ended",
                if ended.is_some() {
                    "done"
                } else {
                    "interrupted"
                },
            )
        });
        facts
    }

    fn fact(&self, event: &str, outcome: &str) -> Fact {
        Fact {
            at: self.begin.at,
            run: self.begin.run.clone(),
            who: self.begin.who.clone(),
            command: self.begin.operation.clone(),
            event: event.to_owned(),
            address: None,
            outcome: outcome.to_owned(),
            detail: None,
        }
    }

    fn told(&self, record: &Record) -> Option<Fact> {
        let (verb, address, at, outcome, detail): (&Verb, &Address, _, _, _) = match record {
            Record::Done {
                verb,
                address,
                at,
                detail,
                ..
            } => (verb, address, at, "done", detail.clone()),
            Record::Failed {
                verb,
                address,
                at,
                message,
                ..
            } => (verb, address, at, "failed", Some(message.clone())),
            Record::Intent { .. } | Record::End { .. } => return None,
        };
        Some(Fact {
            at: *at,
            address: Some(address.clone()),
            detail,
            ..self.fact(word(*verb), outcome)
        })
    }

    fn last_sign(&self) -> jiff::Timestamp {
        self.records
            .last()
            .map_or(self.begin.at, |record| match record {
                Record::Intent { at, .. }
                | Record::Done { at, .. }
                | Record::Failed { at, .. }
                | Record::End { at } => *at,
            })
    }
}

/// Returns the word of a verb in the audit trail.
const fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Replace => "replace",
        Verb::Adopt => "adopt",
        Verb::BackUp => "back_up",
        Verb::Forget => "forget",
        Verb::Delete => "delete",
    }
}
