//! Addresses of networks and of hosts in them.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::fmt;

use super::{Arguments, Arity, Context, Fault, Function, Outcome, function};
use crate::language::Value;

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    function("cidrhost", Arity::exactly(2), cidrhost, "The address with this number in a network; negative numbers count from its end."),
    function("cidrnetmask", Arity::exactly(1), cidrnetmask, "The mask of an IPv4 network, as an address."),
    function("cidrsubnet", Arity::exactly(3), cidrsubnet, "The part with this number of a network, by so many more bits."),
    function("cidrsubnets", Arity::at_least(1), cidrsubnets, "Parts of a network one after another, each by so many more bits."),
];

/// A network: its first address and how many bits all its addresses share.
#[derive(Clone, Copy)]
struct Network {
    first: u128,
    prefix: u32,
    /// 32 or 128.
    width: u32,
}

impl Network {
    fn parse(args: &Arguments<'_>) -> Result<Self, Fault> {
        let text = args.text(0)?;
        Self::read(&text).ok_or_else(|| {
            Fault::Failed(format!(
                "`{text}` is not a network: expected one such as \"10.0.0.0/16\" or \"fd00::/48\""
            ))
        })
    }

    fn read(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let plain = prefix.bytes().all(|c| c.is_ascii_digit());
        let (address, width) = match address.parse().ok()? {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
            IpAddr::V6(v6) => (v6.to_bits(), 128),
        };
        let prefix: u32 = prefix.parse().ok().filter(|bits| plain && *bits <= width)?;
        Some(Self::around(address, prefix, width))
    }

    /// Returns the network of this size that has the address in it.
    fn around(address: u128, prefix: u32, width: u32) -> Self {
        let free = width - prefix;
        let first = address.checked_shr(free).unwrap_or(0);
        Self {
            first: first.checked_shl(free).unwrap_or(0),
            prefix,
            width,
        }
    }

    fn last(self) -> u128 {
        self.first | self.ones()
    }

    /// Returns the bits in which its addresses differ.
    fn ones(self) -> u128 {
        u128::MAX
            .checked_shr(128 - (self.width - self.prefix))
            .unwrap_or(0)
    }

    /// Returns the size of a part by so many more bits.
    fn longer(self, bits: usize) -> Result<u32, Fault> {
        u32::try_from(bits)
            .ok()
            .and_then(|bits| self.prefix.checked_add(bits))
            .filter(|prefix| *prefix <= self.width)
            .ok_or_else(|| {
                Fault::Failed(format!(
                    "a prefix of {} bits cannot be longer by {bits}, at most {} in all",
                    self.prefix, self.width
                ))
            })
    }

    fn address(self, bits: u128) -> IpAddr {
        match u32::try_from(bits) {
            Ok(bits) if self.width == 32 => Ipv4Addr::from_bits(bits).into(),
            _ => Ipv6Addr::from_bits(bits).into(),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address(self.first), self.prefix)
    }
}

fn cidrhost(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (network, number) = (Network::parse(args)?, args.int(1)?);
    let size = u128::from(number.unsigned_abs());
    let outside = || {
        Fault::Failed(format!(
            "`{network}` has no address with the number {number}"
        ))
    };
    let offset = if number >= 0 {
        size
    } else {
        network.ones().checked_sub(size - 1).ok_or_else(outside)?
    };
    if offset > network.ones() {
        return Err(outside());
    }
    Ok(network.address(network.first | offset).to_string().into())
}

fn cidrnetmask(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let network = Network::parse(args)?;
    if network.width != 32 {
        return Err(Fault::failed(
            "an IPv6 network has no mask that is written as an address",
        ));
    }
    let mask = u128::from(u32::MAX) & !network.ones();
    Ok(network.address(mask).to_string().into())
}

fn cidrsubnet(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (network, number) = (Network::parse(args)?, args.size(2)?);
    let bits = args.size(1)?;
    let prefix = network.longer(bits)?;
    let parts = prefix - network.prefix;
    let number = number as u128;
    if number.checked_shr(parts).unwrap_or(0) > 0 {
        return Err(Fault::Failed(format!(
            "{bits} more bits cannot hold the number {number}"
        )));
    }
    let offset = number.checked_shl(network.width - prefix).unwrap_or(0);
    let part = Network::around(network.first | offset, prefix, network.width);
    Ok(part.to_string().into())
}

fn cidrsubnets(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let network = Network::parse(args)?;
    let mut parts: Vec<Value> = Vec::new();
    let mut next = Some(network.first);
    for index in 1..args.count() {
        let prefix = network.longer(args.size(index)?)?;
        // A part starts at a multiple of its size: the first one that does not overlap the one before.
        let part = next
            .map(|from| (from, Network::around(from, prefix, network.width)))
            .and_then(|(from, part)| {
                if part.first == from {
                    return Some(part);
                }
                let first = part.last().checked_add(1)?;
                Some(Network::around(first, prefix, network.width))
            })
            .filter(|part| part.last() <= network.last())
            .ok_or_else(|| Fault::Failed(format!("`{network}` has no room for part {index}")))?;
        next = part.last().checked_add(1);
        parts.push(part.to_string().into());
    }
    Ok(Value::List(parts))
}
