//! Evaluates every `for_each`: the keys of all instances are known before any block is read.

use std::collections::BTreeMap;

use lifeboat_model::Block;

use super::Value;
use super::declare::Declared;
use super::evaluate::{Instances, Scope, World};
use super::failure::{Evaluation, Failure, span_of};
use crate::diagnostic::Diagnostic;

/// Gives all blocks of the world their instances.
pub(crate) fn evaluate(world: &mut World<'_>, problems: &mut Vec<Diagnostic>) {
    let mut all = BTreeMap::new();
    for (address, declared) in &world.declarations.blocks {
        if !matches!(
            address.block,
            Block::Repository | Block::Target | Block::Protection
        ) {
            continue;
        }
        let instances = instances(world, declared).unwrap_or_else(|Failure(reasons)| {
            problems.extend(reasons);
            Instances::Failed
        });
        all.insert(address.clone(), instances);
    }
    world.instances = Some(all);
    problems.extend(world.check_keys());
}

fn instances(world: &World<'_>, declared: &Declared<'_>) -> Evaluation<Instances> {
    let Some(attribute) = declared.block.body.get_attribute("for_each") else {
        return Ok(Instances::Single);
    };
    let scope = Scope::of(declared.file);
    let place = scope.place(span_of(&attribute.value));
    let value = world.value(&attribute.value, scope)?;
    let error = |message: &str, text: &str| -> Failure {
        place
            .error("language::for_each", message, text)
            .help("Give it a map, or a list of different strings.")
            .into()
    };
    match value {
        Value::Sensitive(_) => Err(error(
            "the keys of instances are shown, and this is sensitive",
            "",
        )),
        Value::Object(map) => Ok(Instances::Keyed(map)),
        Value::List(list) => {
            let mut map = BTreeMap::new();
            for item in list {
                let Value::String(key) = &item else {
                    let text = match &item {
                        Value::Sensitive(_) => "an element is sensitive".to_owned(),
                        item => format!("an element is {}", item.type_name()),
                    };
                    return Err(error("`for_each` takes a map or a list of strings", &text));
                };
                let key = key.clone();
                if map.contains_key(&key) {
                    let message = format!("`for_each` has the key `{key}` twice");
                    return Err(error(&message, ""));
                }
                map.insert(key, item);
            }
            Ok(Instances::Keyed(map))
        }
        other => Err(error(
            "`for_each` takes a map or a list of strings",
            &format!("this is {}", other.type_name()),
        )),
    }
}
