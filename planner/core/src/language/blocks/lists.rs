//! Reads arguments that are lists: of references, of words.

use std::collections::BTreeSet;

use hcl_edit::expr::Expression;
use lifeboat_model::{Address, Block};

use super::reader::{Reader, as_reference};
use crate::language::Value;
use crate::language::evaluate::{Instances, Place};
use crate::language::failure::{Collector, Evaluation, span_of};

impl<'v> Reader<'v> {
    /// Returns the elements of a list, each with its own place where the list is written out, else with the list's.
    fn elements(&self, name: &str, expected: &str) -> Evaluation<Option<Vec<(Value, Place<'v>)>>> {
        let Some((value, place)) = self.open(name)? else {
            return Ok(None);
        };
        let Value::List(list) = value else {
            return Err(Self::mistyped(name, expected, &value, &place));
        };
        let attribute = self.declared.block.body.get_attribute(name);
        let written: Vec<_> = match attribute.map(|attribute| &attribute.value) {
            Some(Expression::Array(array)) if array.len() == list.len() => {
                let spans = array.iter().map(span_of);
                spans.map(|span| self.scope.place(span)).collect()
            }
            _ => vec![place; list.len()],
        };
        Ok(Some(list.into_iter().zip(written).collect()))
    }

    /// Returns the blocks that a list names, in address order; a whole block with `for_each` stands for all its
    /// instances. None where the argument is not given.
    pub(super) fn references(
        &self,
        name: &str,
        allowed: &[Block],
    ) -> Evaluation<Option<Vec<(Address, Place<'v>)>>> {
        let Some(elements) = self.elements(name, "a list of references")? else {
            return Ok(None);
        };
        let mut collector = Collector::default();
        let mut named = Vec::new();
        for (value, place) in &elements {
            let items = match value {
                Value::List(nested) => nested.as_slice(),
                item => std::slice::from_ref(item),
            };
            for item in items {
                let Some(address) = collector.take(as_reference(item, name, allowed, place)) else {
                    continue;
                };
                match self.world.instances_of(&address) {
                    Some(Instances::Keyed(keys)) if address.key.is_none() => {
                        let keys = keys.keys().map(|key| address.clone().keyed(key.as_str()));
                        named.extend(keys.map(|address| (address, place.clone())));
                    }
                    _ => named.push((address, place.clone())),
                }
            }
        }
        let mut met = BTreeSet::new();
        named.retain(|(address, _)| met.insert(address.clone()));
        named.sort_by(|a, b| a.0.cmp(&b.0));
        collector.finish(Some(named))
    }

    /// Returns the texts of a list, in its order; nothing where the argument is not given.
    pub(super) fn words(&self, name: &str) -> Evaluation<Vec<(String, Place<'v>)>> {
        let expected = "a list of strings";
        let elements = self.elements(name, expected)?;
        let mut collector = Collector::default();
        let mut words = Vec::new();
        for (value, place) in elements.into_iter().flatten() {
            let word = match value {
                Value::String(text) => Ok((text, place)),
                other => Err(Self::mistyped(name, expected, &other, &place)),
            };
            words.extend(collector.take(word));
        }
        collector.finish(words)
    }
}

/// Returns addresses without their places.
pub(super) fn addresses(named: Option<Vec<(Address, Place<'_>)>>) -> Vec<Address> {
    let named = named.into_iter().flatten();
    named.map(|(address, _)| address).collect()
}
