//! Digests, and identifiers made of them.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{Arguments, Arity, Context, Fault, Function, Outcome, function};
use crate::language::Value;

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    function("base64sha256", Arity::exactly(1), base64sha256, "The SHA-256 digest of the text, in base64."),
    function("base64sha512", Arity::exactly(1), base64sha512, "The SHA-512 digest of the text, in base64."),
    function("md5", Arity::exactly(1), md5, "The MD5 digest of the text, in hexadecimal."),
    function("sha1", Arity::exactly(1), sha1, "The SHA-1 digest of the text, in hexadecimal."),
    function("sha256", Arity::exactly(1), sha256, "The SHA-256 digest of the text, in hexadecimal."),
    function("sha512", Arity::exactly(1), sha512, "The SHA-512 digest of the text, in hexadecimal."),
    function("uuidv5", Arity::exactly(2), uuidv5, "The version 5 UUID of a name in a namespace: `dns`, `url`, `oid`, `x500` or a UUID."),
];

/// Returns the digest in hexadecimal.
pub(super) fn hex<D: Digest>(bytes: &[u8]) -> Value {
    hexadecimal(&D::digest(bytes)).into()
}

/// Returns the digest in base64.
pub(super) fn base64<D: Digest>(bytes: &[u8]) -> Value {
    STANDARD.encode(D::digest(bytes)).into()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn base64sha256(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(base64::<Sha256>(args.text(0)?.as_bytes()))
}

fn base64sha512(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(base64::<Sha512>(args.text(0)?.as_bytes()))
}

fn md5(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(hex::<Md5>(args.text(0)?.as_bytes()))
}

fn sha1(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(hex::<Sha1>(args.text(0)?.as_bytes()))
}

fn sha256(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(hex::<Sha256>(args.text(0)?.as_bytes()))
}

fn sha512(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(hex::<Sha512>(args.text(0)?.as_bytes()))
}

/// RFC 9562, section 5.5; the namespaces are those of its section 6.6.
fn uuidv5(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (namespace, name) = (args.text(0)?, args.text(1)?);
    let namespace = match &*namespace {
        "dns" => 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8,
        "url" => 0x6ba7_b811_9dad_11d1_80b4_00c0_4fd4_30c8,
        "oid" => 0x6ba7_b812_9dad_11d1_80b4_00c0_4fd4_30c8,
        "x500" => 0x6ba7_b814_9dad_11d1_80b4_00c0_4fd4_30c8,
        other => uuid(other).ok_or_else(|| {
            Fault::Failed(format!(
                "`{other}` is not a namespace: expected `dns`, `url`, `oid`, `x500` or a UUID"
            ))
        })?,
    };
    let digest = Sha1::new()
        .chain_update(namespace.to_be_bytes())
        .chain_update(name.as_bytes())
        .finalize();
    let digits = hexadecimal(&digest);
    let bits =
        u128::from_str_radix(digits.get(..32).unwrap_or_default(), 16).map_err(Fault::failed)?;
    let bits = bits & !(0xf << 76) & !(0b11 << 62) | (5 << 76) | (0b10 << 62);
    let text = format!("{bits:032x}");
    let parts =
        [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| text.get(part).unwrap_or_default());
    Ok(parts.join("-").into())
}

fn uuid(text: &str) -> Option<u128> {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    let plain = text.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
    (plain && lengths == [8, 4, 4, 4, 12])
        .then(|| u128::from_str_radix(&text.replace('-', ""), 16).ok())
        .flatten()
}
