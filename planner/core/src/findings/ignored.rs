//! Which findings the configuration says not to tell.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lifeboat_model::{Address, Finding, Ignored};

use crate::configuration::IgnoreBlock;

/// Returns why a finding is not told, if an `ignore` block covers it that has not ended.
pub(super) fn ignored(
    finding: &Finding,
    blocks: &[IgnoreBlock],
    as_of: Timestamp,
) -> Option<Ignored> {
    let today = TimeZone::UTC.to_datetime(as_of).date();
    let block = blocks.iter().find(|block| {
        finding.code.strip_prefix("finding::") == Some(block.code.as_str())
            && block
                .until
                .parse::<Date>()
                .is_ok_and(|until| today <= until)
            && (block.of.is_empty() || block.of.iter().any(|of| covers(of, &finding.address)))
    })?;
    Some(Ignored {
        reason: block.reason.clone(),
        until: block.until.clone(),
    })
}

/// Returns whether an address names another or something below it; a block with `for_each` stands for its instances.
fn covers(of: &Address, address: &Address) -> bool {
    of == address
        || *of == address.owner()
        || (of.key.is_none()
            && *of
                == Address {
                    key: None,
                    ..address.owner()
                })
}
