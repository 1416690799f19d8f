//! A saved plan: a file that describes itself, and that nobody edits unnoticed.

use std::path::{Path, PathBuf};

use lifeboat_model::{Digest, Plan};
use serde::{Deserialize, Serialize};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::write_private;

/// The major version of the shape of a plan that this lifeboat reads.
const MAJOR: &str = "1";

#[derive(Serialize, Deserialize)]
struct Document<P> {
    /// Tells the file from any other JSON.
    kind: String,
    /// Of everything below.
    digest: Digest,
    made_for: MadeFor,
    plan: P,
}

/// What a plan was made for. The paths in a plan mean something in one directory only, and so does its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MadeFor {
    /// The directory of the configuration, absolute.
    pub(crate) directory: PathBuf,
    /// The state file, absolute.
    pub(crate) state: PathBuf,
}

impl MadeFor {
    /// Refuses to be applied here, if it was made for another place.
    pub(crate) fn check(&self, here: &Self) -> Result<(), Failure> {
        let (what, made, is) = if self.directory != here.directory {
            ("directory", &self.directory, &here.directory)
        } else if self.state != here.state {
            ("state", &self.state, &here.state)
        } else {
            return Ok(());
        };
        Err(Failure::new(
            "plan::elsewhere",
            format!(
                "the plan was made for the {what} `{}`, and this is `{}`",
                made.display(),
                is.display()
            ),
        )
        .help("Apply it where it was made, or plan again here; nothing was applied.")
        .exit(Exit::Stale))
    }
}

/// A plan that was read back.
pub(crate) struct Saved {
    /// The plan.
    pub(crate) plan: Plan,
    /// What it was made for.
    pub(crate) made_for: MadeFor,
}

const KIND: &str = "lifeboat plan";

/// Writes a plan, for its owner only.
pub(crate) fn write(path: &Path, plan: &Plan, made_for: MadeFor) -> Result<(), Failure> {
    let no_json = |error| Failure::bug("a plan has no JSON form").because(error);
    let document = Document {
        kind: KIND.to_owned(),
        digest: digest(plan, &made_for).map_err(no_json)?,
        made_for,
        plan,
    };
    let text = serde_json::to_string(&document).map_err(no_json)?;
    write_private(&path.to_owned(), &text)
}

fn digest(plan: &Plan, made_for: &MadeFor) -> Result<Digest, serde_json::Error> {
    let whole = serde_json::json!([plan.digest()?, serde_json::to_value(made_for)?]);
    Ok(Digest::of_canonical(&whole))
}

/// Reads a plan back; one that is not as it was written is refused.
pub(crate) fn read(path: &Path) -> Result<Saved, Failure> {
    let name = path.display();
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::new(
            "plan::unreadable",
            format!("plan file `{name}` cannot be read"),
        )
        .because(error)
    })?;
    let foreign = || {
        Failure::new(
            "plan::foreign",
            format!("`{name}` is not a saved plan of this lifeboat"),
        )
        .help("Make one with `lifeboat plan --out FILE`.")
    };
    let document: Document<Plan> =
        serde_json::from_slice(&bytes).map_err(|error| foreign().because(error))?;
    let major = document.plan.format_version.split('.').next();
    if document.kind != KIND || major != Some(MAJOR) {
        return Err(foreign());
    }
    let digest =
        digest(&document.plan, &document.made_for).map_err(|error| foreign().because(error))?;
    if digest != document.digest {
        return Err(Failure::new(
            "plan::altered",
            format!("plan file `{name}` was altered after it was made"),
        )
        .help("Plan again; nothing was applied."));
    }
    Ok(Saved {
        plan: document.plan,
        made_for: document.made_for,
    })
}
