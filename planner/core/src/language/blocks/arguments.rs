//! Checks the arguments of a block against the catalog.

use hcl_edit::structure::{Block as HclBlock, Structure};
use lifeboat_model::{
    Address, AttributeSpec, Attributes, Block, KindRole, KindSpec, Retention, ValueType,
};

use crate::language::Value;
use crate::language::declare::{Declared, header};
use crate::language::evaluate::Instances;
use crate::language::failure::{Collector, Evaluation, Failure, span_of};
use crate::language::nearest::suggestion;

use super::reader::Reader;

impl<'v> Reader<'v> {
    /// Returns the kind that the first label names, which must be of this role.
    pub(super) fn kind(&self, role: KindRole) -> Evaluation<&'v KindSpec> {
        let word = self.declared.label(0);
        let catalog = self.world.catalog;
        if let Some(kind) = catalog.kind(word).filter(|kind| kind.role == role) {
            return Ok(kind);
        }
        let names = catalog.kinds.values().filter(|kind| kind.role == role);
        let names: Vec<&str> = names.map(|kind| kind.name.as_str()).collect();
        let keyword = self.declared.block.ident.as_str();
        let place = self.scope.place(self.declared.label_span(0));
        Err(place
            .error(
                "language::unknown_kind",
                format!("there is no {keyword} of kind `{word}`"),
                "",
            )
            .maybe_help(suggestion(word, names.iter().copied()))
            .into())
    }

    /// Returns whether this is the first instance of its block: what all share is checked once.
    pub(super) fn is_first(&self, address: &Address) -> bool {
        let Some(key) = &address.key else {
            return true;
        };
        let block = Address {
            key: None,
            ..address.clone()
        };
        match self.world.instances_of(&block) {
            Some(Instances::Keyed(keys)) => keys.keys().next() == Some(key),
            _ => true,
        }
    }

    /// Checks the names of all arguments and of all nested blocks, and that no argument is missing.
    pub(super) fn check_arguments(
        &self,
        specs: &[&AttributeSpec],
        meta: &[&str],
        nested: &[&str],
    ) -> Evaluation<()> {
        let mut collector = Collector::default();
        let settable = || specs.iter().filter(|spec| !spec.computed);
        let mut attributes: Vec<&str> = settable().map(|spec| spec.name.as_str()).collect();
        attributes.extend(meta);
        let mut blocks: Vec<&str> = settable()
            .filter(|spec| takes_blocks(&spec.value_type))
            .map(|spec| spec.name.as_str())
            .collect();
        blocks.extend(nested);
        let body = &self.declared.block.body;
        for structure in body {
            if let Structure::Attribute(attribute) = structure {
                let name = attribute.key.as_str();
                if specs.iter().any(|spec| spec.computed && spec.name == name) {
                    let place = self.scope.place(span_of(&attribute.key));
                    let message = format!("`{name}` is set by the provider");
                    collector.push(
                        place
                            .error("language::computed_argument", message, "")
                            .help("Remove the argument."),
                    );
                    attributes.push(name);
                }
            }
        }
        collector.take(self.shape(&attributes, &blocks));
        for spec in settable() {
            let attribute = body.has_attribute(&spec.name);
            let mut nested = body.get_blocks(&spec.name);
            let first = nested.next();
            let second = nested
                .next()
                .filter(|_| !matches!(spec.value_type, ValueType::List(_)));
            if let Some(extra) = second.or(first.filter(|_| attribute)) {
                let message = format!("`{}` is given twice", spec.name);
                let place = self.scope.place(header(extra));
                collector.push(place.error("language::duplicate", message, ""));
            }
            if spec.required && !attribute && first.is_none() {
                let Failure(reasons) = self.missing(&spec.name);
                for reason in reasons {
                    collector.push(reason.help(format!("Add it: {}", lower(&spec.description))));
                }
            }
        }
        collector.finish(())
    }

    /// Returns the values of all arguments that are not computed, defaults filled in.
    pub(super) fn attributes(&self, specs: &[&AttributeSpec]) -> Evaluation<Attributes> {
        let mut collector = Collector::default();
        let mut attributes = Attributes::new();
        for spec in specs.iter().filter(|spec| !spec.computed) {
            let given = self.value(&spec.name).and_then(|given| match given {
                Some((value, place)) => self.world.checked(spec, value, &place).map(Some),
                None => self.nested(spec),
            });
            let Some(given) = collector.take(given) else {
                continue;
            };
            if given.is_none()
                && spec.required
                && self.declared.block.body.has_attribute(&spec.name)
            {
                let place = self.scope.place(self.declared.header());
                let message = format!("`{}` must not be null", spec.name);
                collector.push(place.error("language::missing_argument", message, ""));
            }
            if let Some(value) = given.or_else(|| spec.default.clone()) {
                attributes.insert(spec.name.clone(), value);
            }
        }
        collector.finish(attributes)
    }

    /// Returns the value of an argument that is written as blocks.
    fn nested(&self, spec: &AttributeSpec) -> Evaluation<Option<serde_json::Value>> {
        if !takes_blocks(&spec.value_type) {
            return Ok(None);
        }
        let mut collector = Collector::default();
        let mut objects = Vec::new();
        let mut place = None;
        for block in self.declared.block.body.get_blocks(&spec.name) {
            place.get_or_insert_with(|| self.scope.place(header(block)));
            objects.extend(collector.take(self.block_value(block)));
        }
        let (objects, Some(place)) = (collector.finish(objects)?, place) else {
            return Ok(None);
        };
        let value = match &spec.value_type {
            ValueType::List(_) => Value::List(objects),
            _ => objects.into_iter().next().unwrap_or(Value::Null),
        };
        self.world.checked(spec, value, &place).map(Some)
    }

    fn block_value(&self, block: &'v HclBlock) -> Evaluation<Value> {
        let nested = Declared {
            file: self.declared.file,
            block,
        };
        let names: Vec<&str> = block.body.attributes().map(|a| a.key.as_str()).collect();
        Reader::new(self.world, &nested, self.scope).shape(&names, &[])?;
        let mut collector = Collector::default();
        let mut map = std::collections::BTreeMap::new();
        for attribute in block.body.attributes() {
            if let Some(value) = collector.take(self.world.value(&attribute.value, self.scope)) {
                map.insert(attribute.key.as_str().to_owned(), value);
            }
        }
        collector.finish(Value::Object(map))
    }

    /// Returns the policy that `retention` refers to.
    pub(super) fn retention(&self) -> Evaluation<Option<Retention>> {
        let Some((address, _)) = self.reference("retention", Block::Retention)? else {
            return Ok(None);
        };
        self.world
            .policy_of(&address)
            .map(|policy| Some(policy.clone()))
    }
}

fn takes_blocks(ty: &ValueType) -> bool {
    match ty {
        ValueType::Secret | ValueType::Map(_) => true,
        ValueType::List(element) => matches!(**element, ValueType::Map(_)),
        _ => false,
    }
}

/// Returns a description as the rest of a sentence.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_lowercase().to_string());
    format!("{}{}", first.unwrap_or_default(), chars.as_str())
}
