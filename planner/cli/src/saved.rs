//! A saved plan: a file that describes itself, and that nobody edits unnoticed.

use std::path::Path;

use lifeboat_model::{Digest, Plan};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::session::write_private;

/// The major version of the shape of a plan that this lifeboat reads.
const MAJOR: &str = "1";

#[derive(Serialize, Deserialize)]
struct Document<P> {
    /// Tells the file from any other JSON.
    kind: String,
    /// Of the plan below.
    digest: Digest,
    plan: P,
}

const KIND: &str = "lifeboat plan";

/// Writes a plan, for its owner only.
pub(crate) fn write(path: &Path, plan: &Plan) -> Result<(), Failure> {
    let no_json = |error| Failure::bug("a plan has no JSON form").because(error);
    let document = Document {
        kind: KIND.to_owned(),
        digest: plan.digest().map_err(no_json)?,
        plan,
    };
    let text = serde_json::to_string(&document).map_err(no_json)?;
    write_private(&path.to_owned(), &text)
}

/// Reads a plan back; one that is not as it was written is refused.
pub(crate) fn read(path: &Path) -> Result<Plan, Failure> {
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
    let digest = document
        .plan
        .digest()
        .map_err(|error| foreign().because(error))?;
    if digest != document.digest {
        return Err(Failure::new(
            "plan::altered",
            format!("plan file `{name}` was altered after it was made"),
        )
        .help("Plan again; nothing was applied."));
    }
    Ok(document.plan)
}
