//! Names of snapshots, made of what causes them, so that a repeated call finds what the first one made.
//!
//! A snapshot is called `lifeboat-HASH-SOURCE`; the id of its point is that without the `lifeboat-`, so that the first
//! characters of an id tell one from another. No time stands in the name: the same call made again after a crash would
//! know another one.

use lifeboat_model::{Address, Digest, RecoveryPointId};

/// What the name of every snapshot of ours begins with.
pub(crate) const PREFIX: &str = "lifeboat-";
/// Digits of the hash: 64 bits.
const DIGITS: usize = 16;

/// Returns the name of the snapshot of `source` that a protection makes because of `cause`: a token, or a point to copy.
///
/// At most 89 characters of the 255 that RDS takes: an identifier of a source has 63 at most.
pub(crate) fn snapshot_name(
    configuration: &str,
    protection: &Address,
    source: &str,
    cause: &str,
) -> String {
    let identity = format!("{configuration}\0{protection}\0{cause}");
    let digest = Digest::of_bytes(identity.as_bytes());
    let hash = digest.as_str().get(..DIGITS).unwrap_or_default();
    format!("{PREFIX}{hash}-{}", source.to_ascii_lowercase())
}

/// Returns the id of the point that a snapshot is.
pub(crate) fn id_of(snapshot: &str) -> RecoveryPointId {
    RecoveryPointId(snapshot.strip_prefix(PREFIX).unwrap_or(snapshot).to_owned())
}

/// Returns the id of an end of what a log reaches: it names its protection and the region that it is restored in, and
/// stays the same while its instant moves.
pub(crate) fn moving(end: &str, of: &Address, region: &str) -> RecoveryPointId {
    let digest = Digest::of_bytes(of.to_string().as_bytes());
    let short = digest.as_str().get(..8).unwrap_or_default();
    RecoveryPointId(format!("{short}-{end}-{region}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_rds_and_differs_by_who_makes_it_and_why() {
        let address = |text: &str| text.parse::<Address>().unwrap();
        let daily = address("target.aws_db_instance.orders.snapshot[\"daily\"]");
        let name = snapshot_name("shop", &daily, "Orders-DB", "token");
        insta::assert_snapshot!(name, @"lifeboat-17549d8060800a12-orders-db");
        insta::assert_snapshot!(id_of(&name).short(), @"17549d80");
        let weekly = address("target.aws_db_instance.orders.snapshot[\"weekly\"]");
        let others = [
            snapshot_name("shop", &weekly, "orders-db", "token"),
            snapshot_name("shop", &daily, "orders-db", "other"),
            snapshot_name("bank", &daily, "orders-db", "token"),
        ];
        assert!(!others.contains(&name));
        let longest = snapshot_name("shop", &daily, &"a".repeat(63), "token");
        assert!(longest.len() <= 255 && !longest.contains("--"));
    }
}
