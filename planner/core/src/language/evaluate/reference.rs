//! References to blocks: symbolic, checked against what is declared.

use std::borrow::Cow;
use std::collections::BTreeMap;

use lifeboat_model::{Address, Block, KindRole, Mechanism};

use super::traverse::{Steps, attribute, incomplete};
use super::{Each, Instances, Lent, Place, Scope, World};
use crate::language::Value;
use crate::language::declare::Declared;
use crate::language::failure::{Evaluation, Failure, span_of};
use crate::language::nearest::{listed, suggestion};

/// How many arguments may lead from one block to the next before it is called a cycle.
const LONGEST_CHAIN: usize = 48;

impl World<'_> {
    /// Returns the address that a reference names, and how many steps belong to it.
    pub(super) fn reference<'v>(
        &'v self,
        block: Block,
        place: &Place<'v>,
        steps: Steps<'v>,
        scope: Scope<'v>,
    ) -> Evaluation<(Lent<'v>, usize)> {
        let first = attribute(steps.first());
        let second = attribute(steps.get(1));
        let (address, used) = match (block, first, second) {
            (Block::Provider, Some((kind, _)), Some((alias, _))) => {
                (Address::of_kind(block, kind, alias), 2)
            }
            (_, Some((kind, _)), Some((name, _))) if block.has_kind() => {
                (Address::of_kind(block, kind, name), 2)
            }
            (_, Some((name, _)), _) if !block.has_kind() => (Address::named(block, name), 1),
            _ => {
                let word = block.keyword();
                let labels = if block.has_kind() {
                    "KIND.NAME"
                } else {
                    "NAME"
                };
                return Err(incomplete(place, &format!("{word}.{labels}")));
            }
        };
        let end = steps
            .get(used - 1)
            .map_or(place.span.end, |s| span_of(s).end);
        let whole = scope.place(place.span.start..end);
        self.check_declared(&address, &whole)?;
        Ok((Cow::Owned(Value::Reference(address)), used))
    }

    fn check_declared(&self, address: &Address, place: &Place<'_>) -> Evaluation<()> {
        if self.declarations.blocks.contains_key(address) {
            return Ok(());
        }
        let default_provider = address.block == Block::Provider
            && address.kind.is_none()
            && self.catalog.providers.contains_key(&address.name);
        if default_provider {
            return Ok(());
        }
        if self.declarations.is_misnamed(address) || self.is_of_unknown_kind(address) {
            return Err(Failure::elsewhere());
        }
        let help = self.nearest_block(address);
        Err(place
            .error(
                "language::unknown_reference",
                format!("there is no `{address}`"),
                "",
            )
            .maybe_help(help)
            .into())
    }

    /// Returns whether a block of this name is declared with a kind that does not exist, which is reported there.
    fn is_of_unknown_kind(&self, address: &Address) -> bool {
        let blocks = &self.declarations.blocks;
        address.block.has_kind()
            && self.looks(blocks.len())
            && blocks.keys().any(|other| {
                let kind = other.kind.as_deref().unwrap_or_default();
                let known = match other.block {
                    Block::Protection => kind.parse::<Mechanism>().is_ok(),
                    _ => self.catalog.kind(kind).is_some(),
                };
                other.block == address.block && other.name == address.name && !known
            })
    }

    /// Returns whether so many blocks may still be looked at to explain what is wrong.
    fn looks(&self, blocks: usize) -> bool {
        const MOST: usize = 200_000;
        let looked_at = self.looked_at.get() + blocks;
        if looked_at > MOST {
            return false;
        }
        self.looked_at.set(looked_at);
        true
    }

    /// Returns a hint for an address that is not declared; none once many hints were given for many blocks.
    fn nearest_block(&self, address: &Address) -> Option<String> {
        let blocks = &self.declarations.blocks;
        if !self.looks(blocks.len()) {
            return None;
        }
        let known: Vec<String> = blocks
            .keys()
            .filter(|a| a.block == address.block)
            .map(ToString::to_string)
            .collect();
        suggestion(&address.to_string(), known.iter().map(String::as_str))
    }

    /// Returns the instances of a block; none while they are not known.
    pub(crate) fn instances_of(&self, address: &Address) -> Option<&Instances> {
        self.instances.as_ref()?.get(address)
    }

    /// Returns the address of the instance of a block with this key.
    pub(super) fn instance(
        &self,
        address: &Address,
        key: &str,
        place: &Place<'_>,
    ) -> Evaluation<Address> {
        let keyed = address.clone().keyed(key);
        if address.key.is_some() || !address.block.has_kind() {
            let message = format!("`{address}` has no elements");
            return Err(place.error("language::index", message, "").into());
        }
        match self.instances_of(address) {
            Some(Instances::Single) => Err(place
                .error(
                    "language::not_for_each",
                    format!("`{address}` has no `for_each`, so it has one instance without a key"),
                    "",
                )
                .help(format!("Write `{address}`."))
                .into()),
            Some(Instances::Keyed(keys)) if !keys.contains_key(key) => {
                Err(unknown_key(address, key, keys, place))
            }
            Some(Instances::Failed) => Err(Failure::elsewhere()),
            Some(Instances::Keyed(_)) => Ok(keyed),
            None => {
                let mut unchecked = self.unchecked.borrow_mut();
                unchecked.push((keyed.clone(), place.file.to_owned(), place.span.clone()));
                Ok(keyed)
            }
        }
    }

    /// Checks the keys of the references that were met before the instances were known.
    pub(crate) fn check_keys(&self) -> Vec<crate::diagnostic::Diagnostic> {
        let mut found = Vec::new();
        for (address, file, span) in self.unchecked.take() {
            let place = Place { file: &file, span };
            let (Some(key), block) = (
                &address.key,
                Address {
                    key: None,
                    ..address.clone()
                },
            ) else {
                continue;
            };
            if let Err(Failure(diagnostics)) = self.instance(&block, key, &place) {
                found.extend(diagnostics);
            }
        }
        found
    }

    /// Returns the references to all instances where a reference names a whole block with `for_each`.
    pub(super) fn all_instances<'v>(
        &'v self,
        value: Lent<'v>,
        place: &Place<'v>,
    ) -> Evaluation<Lent<'v>> {
        let Value::Reference(address) = value.as_ref() else {
            return Ok(value);
        };
        if address.key.is_some() || !address.block.has_kind() {
            return Ok(value);
        }
        match self.instances_of(address) {
            Some(Instances::Single) => Ok(value),
            Some(Instances::Failed) => Err(Failure::elsewhere()),
            Some(Instances::Keyed(keys)) => {
                let all = keys.keys().map(|key| Value::Reference(address.clone().keyed(key)));
                Ok(Cow::Owned(Value::List(all.collect())))
            }
            None => Err(place
                .error(
                    "language::too_early",
                    format!("the instances of `{address}` are not known here"),
                    "",
                )
                .help("Use them in a target, repository or protection, not in a `for_each` or a local.")
                .into()),
        }
    }

    /// Checks that a reference names one instance.
    pub(crate) fn one_instance(&self, address: &Address, place: &Place<'_>) -> Evaluation<()> {
        if address.key.is_some() || !address.block.has_kind() {
            return Ok(());
        }
        match self.instances_of(address) {
            Some(Instances::Keyed(keys)) => {
                let names: Vec<String> = keys.keys().map(|key| format!("[\"{key}\"]")).collect();
                let help = match names.first() {
                    Some(first) => format!("Add a key: `{address}{first}`."),
                    None => "Give its `for_each` at least one key.".to_owned(),
                };
                let text = format!("the keys are {}", listed(&names));
                Err(place
                    .error(
                        "language::missing_key",
                        format!("`{address}` has `for_each`, and one of its instances is wanted"),
                        if names.is_empty() {
                            "it has no instances".to_owned()
                        } else {
                            text
                        },
                    )
                    .help(help)
                    .into())
            }
            Some(Instances::Failed) => Err(Failure::elsewhere()),
            _ => Ok(()),
        }
    }

    /// Returns the value of an argument of another block.
    pub(super) fn argument_of(
        &self,
        address: &Address,
        name: &str,
        place: &Place<'_>,
    ) -> Evaluation<Value> {
        let Some(declared) = self
            .declarations
            .blocks
            .get(&Address {
                key: None,
                ..address.clone()
            })
            .filter(|_| matches!(address.block, Block::Target | Block::Repository))
        else {
            let message = format!("arguments of `{address}` cannot be read");
            let text = "only those of targets and repositories can";
            return Err(place
                .error("language::unreadable_argument", message, text)
                .into());
        };
        self.one_instance(address, place)?;
        let key = (address.clone(), name.to_owned());
        if let Some(known) = self.resolved.borrow().get(&key) {
            return known.clone().ok_or_else(Failure::elsewhere);
        }
        self.enter(&key, place)?;
        let value = self.read_argument(declared, address, name, place);
        self.resolving.borrow_mut().pop();
        let kept = value.as_ref().ok().cloned();
        self.resolved.borrow_mut().insert(key, kept);
        value
    }

    /// Notes that an argument is being read, unless that leads back to itself.
    fn enter(&self, key: &(Address, String), place: &Place<'_>) -> Evaluation<()> {
        let mut resolving = self.resolving.borrow_mut();
        let cycle = resolving.contains(key);
        if cycle || resolving.len() >= LONGEST_CHAIN {
            let message = if cycle {
                format!("`{}.{}` depends on itself", key.0, key.1)
            } else {
                format!("more than {LONGEST_CHAIN} arguments lead to this one")
            };
            return Err(place.error("language::cycle", message, "").into());
        }
        resolving.push(key.clone());
        Ok(())
    }

    fn read_argument(
        &self,
        declared: &Declared<'_>,
        address: &Address,
        name: &str,
        place: &Place<'_>,
    ) -> Evaluation<Value> {
        let kind = address.kind.as_deref().and_then(|k| self.catalog.kind(k));
        let spec = kind.and_then(|kind| kind.attribute(name));
        let Some(attribute) = declared.block.body.get_attribute(name) else {
            return match spec {
                Some(spec) if spec.computed => Err(place
                    .error(
                        "language::unreadable_argument",
                        format!("`{name}` of `{address}` is set by its provider, and not known before it is read"),
                        "",
                    )
                    .into()),
                Some(spec) => Ok(spec.default.as_ref().map_or(Value::Null, Value::from)),
                None => {
                    let names = kind.map(|k| k.attributes.iter().map(|a| a.name.as_str()).collect());
                    let names: Vec<&str> = names.unwrap_or_default();
                    Err(place
                        .error(
                            "language::no_such_key",
                            format!("`{address}` has no argument `{name}`"),
                            "",
                        )
                        .maybe_help(suggestion(name, names.iter().copied()))
                        .into())
                }
            };
        };
        let each = match (
            &address.key,
            self.instances_of(&Address {
                key: None,
                ..address.clone()
            }),
        ) {
            (Some(key), Some(Instances::Keyed(keys))) => keys.get_key_value(key),
            (Some(_), _) => {
                let message = format!("arguments of `{address}` are not known here");
                return Err(place.error("language::too_early", message, "").into());
            }
            (None, _) => None,
        };
        let each = each.map(|(key, value)| Each { key, value });
        let scope = Scope::within(declared.file, each);
        let value = self.value(&attribute.value, scope)?;
        let Some(spec) = spec.filter(|_| kind.is_some_and(|k| k.role != KindRole::Setting)) else {
            return Ok(value);
        };
        if value.is_sensitive() {
            return Ok(value);
        }
        let at = scope.place(span_of(&attribute.value));
        let checked = self.checked(spec, value, &at)?;
        Ok(Value::from(&checked))
    }
}

fn unknown_key(
    address: &Address,
    key: &str,
    keys: &BTreeMap<String, Value>,
    place: &Place<'_>,
) -> Failure {
    place
        .error(
            "language::unknown_reference",
            format!("`{address}` has no instance `[\"{key}\"]`"),
            "",
        )
        .maybe_help(suggestion(key, keys.keys().map(String::as_str)))
        .into()
}
