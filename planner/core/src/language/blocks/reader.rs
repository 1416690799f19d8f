//! Reads the arguments of one block.

use std::str::FromStr;

use hcl_edit::structure::{Attribute, Structure};
use lifeboat_model::{Address, Block, OnRemove, Schedule};

use crate::diagnostic::Diagnostic;
use crate::language::Value;
use crate::language::declare::{Declared, header};
use crate::language::evaluate::{Place, Scope, World, opened};
use crate::language::failure::{Collector, Evaluation, Failure, span_of};
use crate::language::nearest::suggestion;

use super::lists::addresses;

/// One block, or one instance of it.
pub(crate) struct Reader<'v> {
    pub(crate) world: &'v World<'v>,
    pub(crate) declared: &'v Declared<'v>,
    pub(crate) scope: Scope<'v>,
}

impl<'v> Reader<'v> {
    /// Returns the reader of a block whose expressions stand in `scope`.
    pub(crate) const fn new(
        world: &'v World<'v>,
        declared: &'v Declared<'v>,
        scope: Scope<'v>,
    ) -> Self {
        Self {
            world,
            declared,
            scope,
        }
    }

    /// Returns the place of the header.
    pub(crate) fn header(&self) -> Place<'v> {
        self.scope.place(self.declared.header())
    }

    /// Returns the place of the value of an argument, else that of the header.
    pub(super) fn place_of(&self, name: &str) -> Place<'v> {
        match self.declared.block.body.get_attribute(name) {
            Some(attribute) => self.scope.place(span_of(&attribute.value)),
            None => self.header(),
        }
    }

    /// Checks that the block has no other attributes and blocks than these.
    pub(crate) fn shape(&self, attributes: &[&str], blocks: &[&str]) -> Evaluation<()> {
        let mut collector = Collector::default();
        for structure in &self.declared.block.body {
            let (name, span, known) = match structure {
                Structure::Attribute(attribute) => (
                    attribute.key.as_str(),
                    span_of(&attribute.key),
                    attributes.contains(&attribute.key.as_str()),
                ),
                Structure::Block(block) => (
                    block.ident.as_str(),
                    header(block),
                    blocks.contains(&block.ident.as_str()),
                ),
            };
            if !known {
                collector.push(self.unknown(name, span, structure.is_block(), attributes, blocks));
            }
        }
        collector.finish(())
    }

    fn unknown(
        &self,
        name: &str,
        span: std::ops::Range<usize>,
        is_block: bool,
        attributes: &[&str],
        blocks: &[&str],
    ) -> Diagnostic {
        let word = self.declared.block.ident.as_str();
        let place = self.scope.place(span);
        let (what, code, fitting, other) = if is_block {
            ("block", "language::unknown_block", blocks, attributes)
        } else {
            ("argument", "language::unknown_argument", attributes, blocks)
        };
        let help = if other.contains(&name) {
            let form = if is_block {
                format!("Write `{name} = …`.")
            } else {
                format!("Write `{name} {{ … }}`.")
            };
            Some(form)
        } else {
            suggestion(name, fitting.iter().copied())
        };
        place
            .error(code, format!("`{word}` has no {what} `{name}`"), "")
            .maybe_help(help)
    }

    /// Returns an attribute that must be there.
    pub(crate) fn required(&self, name: &str) -> Evaluation<&'v Attribute> {
        self.declared
            .block
            .body
            .get_attribute(name)
            .ok_or_else(|| self.missing(name))
    }

    /// Returns the failure of an argument that is not there.
    pub(crate) fn missing(&self, name: &str) -> Failure {
        let word = self.declared.block.ident.as_str();
        self.header()
            .error(
                "language::missing_argument",
                format!("`{word}` needs the argument `{name}`"),
                "",
            )
            .into()
    }

    /// Returns the value of an argument; none where it is not given or null.
    pub(crate) fn value(&self, name: &str) -> Evaluation<Option<(Value, Place<'v>)>> {
        let Some(attribute) = self.declared.block.body.get_attribute(name) else {
            return Ok(None);
        };
        let value = self.world.value(&attribute.value, self.scope)?;
        let place = self.scope.place(span_of(&attribute.value));
        Ok((!value.is_null()).then_some((value, place)))
    }

    /// Returns the value of an argument that must not be sensitive.
    pub(super) fn open(&self, name: &str) -> Evaluation<Option<(Value, Place<'v>)>> {
        let Some((value, place)) = self.value(name)? else {
            return Ok(None);
        };
        if value.is_sensitive() {
            let message = format!("`{name}` is shown and stored, and this value is sensitive");
            return Err(place.error("language::sensitive", message, "").into());
        }
        Ok(Some((value, place)))
    }

    /// Returns the failure of a value of the wrong type.
    pub(super) fn mistyped(
        name: &str,
        expected: &str,
        value: &Value,
        place: &Place<'_>,
    ) -> Failure {
        let text = format!("this is {}", value.type_name());
        let message = format!("`{name}` must be {expected}");
        place.error("language::argument_type", message, text).into()
    }

    /// Returns the text of an argument.
    pub(crate) fn text(&self, name: &str) -> Evaluation<Option<(String, Place<'v>)>> {
        let Some((value, place)) = self.open(name)? else {
            return Ok(None);
        };
        match value.to_text() {
            Some(text) => Ok(Some((text, place))),
            None => Err(Self::mistyped(name, "a string", &value, &place)),
        }
    }

    /// Returns an argument that is written as text: a duration, a schedule.
    pub(crate) fn parsed<T>(&self, name: &str) -> Evaluation<Option<T>>
    where
        T: FromStr,
        T::Err: ToString,
    {
        let Some((text, place)) = self.text(name)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|error: T::Err| {
            place
                .error("language::argument_value", error.to_string(), "")
                .into()
        })
    }

    /// Returns a schedule.
    pub(crate) fn schedule(&self, name: &str) -> Evaluation<Option<Schedule>> {
        self.parsed(name)
    }

    /// Returns an argument that is true or false.
    pub(crate) fn flag(&self, name: &str) -> Evaluation<Option<bool>> {
        let Some((value, place)) = self.open(name)? else {
            return Ok(None);
        };
        match value.to_bool() {
            Some(flag) => Ok(Some(flag)),
            None => Err(Self::mistyped(name, "true or false", &value, &place)),
        }
    }

    /// Returns an argument that counts something.
    pub(crate) fn count(&self, name: &str) -> Evaluation<Option<u32>> {
        let Some((value, place)) = self.open(name)? else {
            return Ok(None);
        };
        let count = value.to_number().and_then(|number| number.as_i64());
        match count.and_then(|count| u32::try_from(count).ok()) {
            Some(count) => Ok(Some(count)),
            None => Err(Self::mistyped(
                name,
                "a whole number, 0 or more",
                &value,
                &place,
            )),
        }
    }

    /// Returns the instance that an argument refers to.
    pub(crate) fn reference(
        &self,
        name: &str,
        block: Block,
    ) -> Evaluation<Option<(Address, Place<'v>)>> {
        let Some((value, place)) = self.value(name)? else {
            return Ok(None);
        };
        let address = as_reference(&value, name, &[block], &place)?;
        self.world.one_instance(&address, &place)?;
        Ok(Some((address, place)))
    }

    /// Returns what `depends_on` names; a whole block with `for_each` stands for all its instances.
    pub(crate) fn depends_on(&self) -> Evaluation<Vec<Address>> {
        let allowed = [Block::Repository, Block::Target, Block::Protection];
        self.references("depends_on", &allowed).map(addresses)
    }

    /// Returns what `on_remove` says.
    pub(crate) fn on_remove(&self) -> Evaluation<OnRemove> {
        match self.text("on_remove")? {
            None => Ok(OnRemove::Forget),
            Some((text, place)) => match text.as_str() {
                "forget" => Ok(OnRemove::Forget),
                "destroy" => Ok(OnRemove::Destroy),
                other => Err(place
                    .error(
                        "language::argument_value",
                        format!("`on_remove` cannot be `{other}`"),
                        "",
                    )
                    .maybe_help(suggestion(other, ["forget", "destroy"]))
                    .into()),
            },
        }
    }

    /// Returns the provider configuration of a block of this kind, given or the default one.
    pub(crate) fn provider(&self, owner: &str) -> Evaluation<Address> {
        let Some((address, place)) = self.reference("provider", Block::Provider)? else {
            return Ok(Address::named(Block::Provider, owner));
        };
        is_of(&address, owner, &place)?;
        Ok(address)
    }
}

/// Checks that a provider block configures this provider.
pub(super) fn is_of(address: &Address, owner: &str, place: &Place<'_>) -> Evaluation<()> {
    let kind = address.kind.as_deref().unwrap_or(&address.name);
    if kind == owner {
        return Ok(());
    }
    Err(place
        .error(
            "language::wrong_provider",
            format!("`{address}` is of the wrong provider"),
            format!("expected one of `{owner}`"),
        )
        .into())
}

/// Returns the address that a value refers to, which must be a block of one of these sorts.
pub(crate) fn as_reference(
    value: &Value,
    name: &str,
    allowed: &[Block],
    place: &Place<'_>,
) -> Evaluation<Address> {
    let words: Vec<&str> = allowed.iter().map(|block| block.keyword()).collect();
    let expected = words.join(", ");
    let article = if expected.starts_with('o') { "an" } else { "a" };
    match opened(value).0 {
        Value::Reference(address) if allowed.contains(&address.block) => Ok(address.clone()),
        other => {
            let text = match other {
                Value::Reference(address) => format!("this refers to `{address}`"),
                other => format!("this is {}", other.type_name()),
            };
            let first = words.first().copied().unwrap_or_default();
            let labels = match allowed.first() {
                Some(block) if block.has_kind() => "KIND.NAME",
                _ => "NAME",
            };
            Err(place
                .error(
                    "language::argument_type",
                    format!("`{name}` must refer to {article} {expected}"),
                    text,
                )
                .help(format!("Write `{first}.{labels}`, without quotes."))
                .into())
        }
    }
}
