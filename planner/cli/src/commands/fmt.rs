//! `lifeboat fmt`

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use lifeboat_core::language::format;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::load;
use crate::terminal;

/// Arguments of `fmt`.
#[derive(Debug, clap::Args)]
pub(crate) struct FmtArguments {
    /// Files or directories; `-` reads stdin and writes stdout. Without any: the directory of the configuration.
    paths: Vec<PathBuf>,
    /// Write nothing; exit 1 if a file is not laid out canonically.
    #[arg(long)]
    check: bool,
    /// Show what changes.
    #[arg(long)]
    diff: bool,
}

/// Lays files out.
pub(crate) fn run(arguments: &FmtArguments) -> Result<Exit, Failure> {
    if arguments.paths.iter().any(|path| path.as_os_str() == "-") {
        if arguments.paths.len() > 1 {
            return Err(Failure::usage("`-` stands alone: stdin is one text"));
        }
        return stdin(arguments);
    }
    let mut files = Vec::new();
    let here = [PathBuf::from(".")];
    let paths = if arguments.paths.is_empty() {
        &here[..]
    } else {
        &arguments.paths
    };
    for path in paths {
        files.extend(below(path)?);
    }
    let mut ragged = false;
    let mut broken = None;
    for path in files {
        match file(&path, arguments) {
            Ok(changed) => ragged |= changed,
            Err(failure) => broken = broken.or(Some(failure)),
        }
    }
    match broken {
        Some(failure) => Err(failure),
        None if ragged && arguments.check => Ok(Exit::Error),
        None => Ok(Exit::Fine),
    }
}

fn below(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut names = load::names(path, load::ENDING)?;
    names.extend(load::names(path, ".vars.hcl")?);
    names.sort();
    Ok(names
        .into_iter()
        .map(|name| {
            if path == Path::new(".") {
                PathBuf::from(name)
            } else {
                path.join(name)
            }
        })
        .collect())
}

fn laid_out(name: &str, text: &str) -> Result<String, Failure> {
    let unmarked = text.strip_prefix('\u{feff}').unwrap_or(text);
    format::format(unmarked).map_err(|error| {
        Failure::from_error("cli::fmt", &error).help(format!(
            "Mend the syntax of `{name}` first; nothing was changed."
        ))
    })
}

fn stdin(arguments: &FmtArguments) -> Result<Exit, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| {
            Failure::new("cli::unreadable_file", "stdin cannot be read").because(error)
        })?;
    let after = laid_out("stdin", &text)?;
    let changed = after != text;
    if arguments.diff && changed {
        terminal::result(&format::diff("stdin", &text, &after));
    } else if !arguments.check && !arguments.diff {
        terminal::result(&after);
    }
    Ok(if changed && arguments.check {
        Exit::Error
    } else {
        Exit::Fine
    })
}

fn file(path: &Path, arguments: &FmtArguments) -> Result<bool, Failure> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::new("cli::unreadable_file", format!("`{name}` cannot be read")).because(error)
    })?;
    let after = laid_out(&name, &text)?;
    if after == text {
        return Ok(false);
    }
    if arguments.diff {
        terminal::result(&format::diff(&name, &text, &after));
    } else {
        terminal::result(&name);
    }
    if !arguments.check {
        replace(path, &after).map_err(|error| {
            Failure::new(
                "cli::unwritable_file",
                format!("`{name}` cannot be written"),
            )
            .because(error)
        })?;
    }
    Ok(true)
}

/// Writes beside and renames, so that a crash leaves the old text or the new one; keeps the permissions.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let real = fs::canonicalize(path)?;
    let mut name = real.as_os_str().to_owned();
    name.push(".fmt-new");
    let beside = PathBuf::from(name);
    fs::write(&beside, text)?;
    fs::set_permissions(&beside, fs::metadata(&real)?.permissions())?;
    fs::File::open(&beside)?.sync_all()?;
    fs::rename(&beside, &real)
}
