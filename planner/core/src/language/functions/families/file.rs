//! Paths, and files that the caller has read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{Arguments, Arity, Context, Fault, Function, Outcome, function, hash};
use crate::language::Value;

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    function("basename", Arity::exactly(1), basename, "The last part of a path."),
    function("dirname", Arity::exactly(1), dirname, "A path without its last part."),
    function("file", Arity::exactly(1), file, "The text in a file."),
    function("filebase64", Arity::exactly(1), filebase64, "The contents of a file, in base64."),
    function("filebase64sha256", Arity::exactly(1), filebase64sha256, "The SHA-256 digest of a file, in base64."),
    function("filebase64sha512", Arity::exactly(1), filebase64sha512, "The SHA-512 digest of a file, in base64."),
    function("fileexists", Arity::exactly(1), fileexists, "Whether there is such a file."),
    function("filemd5", Arity::exactly(1), filemd5, "The MD5 digest of a file, in hexadecimal."),
    function("filesha1", Arity::exactly(1), filesha1, "The SHA-1 digest of a file, in hexadecimal."),
    function("filesha256", Arity::exactly(1), filesha256, "The SHA-256 digest of a file, in hexadecimal."),
    function("filesha512", Arity::exactly(1), filesha512, "The SHA-512 digest of a file, in hexadecimal."),
];

/// Returns the path from the base directory on, without `./` at its start.
fn located(path: &str, context: &Context<'_>) -> String {
    let mut path = path;
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    let base = context.base_dir.trim_end_matches('/');
    match base {
        _ if path.starts_with('/') => path.to_owned(),
        "" if context.base_dir.is_empty() => path.to_owned(),
        "." => path.to_owned(),
        base => format!("{base}/{path}"),
    }
}

fn contents<'a>(args: &Arguments<'_>, context: &Context<'a>) -> Result<Option<&'a [u8]>, Fault> {
    let path = located(&args.text(0)?, context);
    match context.loaded.get(&path) {
        Some(contents) => Ok(contents.as_deref()),
        None => Err(Fault::NeedsFile(path)),
    }
}

fn bytes<'a>(args: &Arguments<'_>, context: &Context<'a>) -> Result<&'a [u8], Fault> {
    contents(args, context)?.ok_or_else(|| {
        let path = args.text(0).map(|path| located(&path, context));
        Fault::Failed(format!("there is no file `{}`", path.unwrap_or_default()))
    })
}

fn basename(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let path = args.text(0)?;
    let trimmed = path.trim_end_matches('/');
    Ok(match (path.is_empty(), trimmed) {
        (true, _) => ".",
        (false, "") => "/",
        (false, trimmed) => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
    .into())
}

fn dirname(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let path = args.text(0)?;
    Ok(match path.rsplit_once('/') {
        Some((directory, _)) => cleaned(directory, path.starts_with('/')),
        None => ".".to_owned(),
    }
    .into())
}

/// Resolves `.`, `..` and doubled slashes by the letter, as Go's `filepath.Clean`.
fn cleaned(path: &str, absolute: bool) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    match (absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

fn file(args: &Arguments<'_>, context: &Context<'_>) -> Outcome {
    std::str::from_utf8(bytes(args, context)?)
        .map(Value::from)
        .map_err(|_| Fault::failed("the file is not UTF-8 text; read it with `filebase64`"))
}

fn filebase64(args: &Arguments<'_>, context: &Context<'_>) -> Outcome {
    Ok(STANDARD.encode(bytes(args, context)?).into())
}

fn filebase64sha256(args: &Arguments<'_>, context: &Context<'_>) -> Outcome {
    Ok(hash::base64::<Sha256>(bytes(args, context)?))
}

fn filebase64sha512(args: &Arguments<'_>, context: &Context<'_>) -> Outcome {
    Ok(hash::base64::<Sha512>(bytes(args, context)?))
}

fn fileexists(args: &Arguments<'_>, context: &Context<'_>) -> Outcome {
    Ok(contents(args, context)?.is_some().into())
}

fn filemd5(args: &Arguments<'_>, context: &Context<'_>) -> Outcome {
    Ok(hash::hex::<Md5>(bytes(args, context)?))
}

fn filesha1(args: &Arguments<'_>, context: &Context<'_>) -> Outcome {
    Ok(hash::hex::<Sha1>(bytes(args, context)?))
}

fn filesha256(args: &Arguments<'_>, context: &Context<'_>) -> Outcome {
    Ok(hash::hex::<Sha256>(bytes(args, context)?))
}

fn filesha512(args: &Arguments<'_>, context: &Context<'_>) -> Outcome {
    Ok(hash::hex::<Sha512>(bytes(args, context)?))
}
