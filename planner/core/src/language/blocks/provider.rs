//! `provider` blocks, and the default ones of providers that are used without a block.

use lifeboat_model::{Address, Attributes};

use crate::configuration::{Configuration, ProviderBlock};
use crate::diagnostic::Diagnostic;
use crate::language::declare::Declared;
use crate::language::evaluate::{Scope, World};
use crate::language::failure::{Collector, Evaluation};
use crate::language::nearest::suggestion;

use super::domains::{DOMAINS, without_domains};
use super::location::location;
use super::reader::Reader;

/// Reads one provider configuration.
pub(super) fn read(
    world: &World<'_>,
    address: &Address,
    declared: &Declared<'_>,
    configuration: &mut Configuration,
) -> Evaluation<()> {
    let kind = declared.label(0);
    let Some(specs) = world.catalog.providers.get(kind) else {
        let names = world.catalog.providers.keys().map(String::as_str);
        let place = Scope::of(declared.file).place(declared.label_span(0));
        return Err(place
            .error(
                "language::unknown_kind",
                format!("there is no provider `{kind}`"),
                "",
            )
            .maybe_help(suggestion(kind, names))
            .into());
    };
    let reader = Reader::new(world, declared, Scope::of(declared.file));
    let own = without_domains(specs);
    let mut collector = Collector::default();
    collector.take(reader.check_arguments(&own, &["alias", DOMAINS], &[]));
    let mut attributes = collector.take(reader.attributes(&own)).unwrap_or_default();
    let domains = collector.take(reader.domains(specs, Some(&mut attributes)));
    let attributes = collector.finish(attributes)?;
    let block = ProviderBlock {
        domains: domains.unwrap_or_default(),
        address: address.clone(),
        kind: kind.to_owned(),
        attributes,
        at: declared.location(),
    };
    configuration.providers.insert(address.clone(), block);
    Ok(())
}

/// Adds the default configuration of each provider that is used without one.
pub(super) fn add_defaults(
    world: &World<'_>,
    configuration: &mut Configuration,
    problems: &mut Vec<Diagnostic>,
) {
    let repositories = configuration
        .repositories
        .values()
        .map(|b| (&b.provider, &b.at));
    let targets = configuration.targets.values().map(|b| (&b.provider, &b.at));
    let places = configuration.targets.values();
    let places = places.flat_map(|b| b.copies_to.iter().map(move |it| (it, &b.at)));
    let protections = configuration.protections.values();
    let locations: Vec<_> = protections
        .filter_map(|b| Some((location(Some(&b.attributes))?, &b.at)))
        .collect();
    let locations = locations.iter().map(|(provider, at)| (provider, *at));
    let mut missing = Vec::new();
    for (provider, at) in repositories.chain(targets).chain(places).chain(locations) {
        let known = configuration.providers.contains_key(provider)
            || world.declarations.blocks.contains_key(provider)
            || missing.iter().any(|(known, _)| known == provider);
        if !known {
            missing.push((provider.clone(), at.clone()));
        }
    }
    for (address, at) in missing {
        let specs = world.catalog.providers.get(&address.name);
        let mut attributes = Attributes::new();
        for spec in specs.into_iter().flatten() {
            if spec.required {
                let message = format!(
                    "`{address}` needs a block: its argument `{}` has no default",
                    spec.name
                );
                problems.push(
                    Diagnostic::error("language::missing_argument", message)
                        .label(&at.file, at.span.clone(), "used here")
                        .help(format!("Add `provider \"{}\" {{ … }}`.", address.name)),
                );
            }
            if let Some(default) = &spec.default {
                attributes.insert(spec.name.clone(), default.clone());
            }
        }
        let block = ProviderBlock {
            domains: Vec::new(),
            kind: address.name.clone(),
            address: address.clone(),
            attributes,
            at,
        };
        configuration.providers.insert(address, block);
    }
}
