//! Plain restic reads what lifeboat wrote.

use crate::sandbox::{Sandbox, tree};

#[test]
fn restic_checks_every_byte_and_restores_the_source() {
    let sandbox = Sandbox::two_targets();
    std::fs::remove_file(sandbox.path("data/docs/junk.tmp")).unwrap();
    sandbox.apply();
    for repository in ["backups/near", "backups/second"] {
        sandbox
            .restic(repository, &["check", "--read-data"])
            .exits(0)
            .says("no errors were found");
        let docs = sandbox.path("data/docs");
        let into = sandbox.path("by-restic").join(repository);
        sandbox
            .restic(
                repository,
                &[
                    "restore",
                    "latest",
                    "--path",
                    docs.to_str().unwrap(),
                    "--target",
                    into.to_str().unwrap(),
                ],
            )
            .exits(0);
        assert_eq!(
            tree(&into.join(docs.strip_prefix("/").unwrap())),
            tree(&docs),
            "{repository}"
        );
    }
    let database = sandbox.path("data/app.sqlite");
    let into = sandbox.path("by-restic-db");
    sandbox
        .restic(
            "backups/near",
            &[
                "restore",
                "latest",
                "--path",
                database.to_str().unwrap(),
                "--target",
                into.to_str().unwrap(),
            ],
        )
        .exits(0);
    assert_eq!(
        Sandbox::rows(&into.join(database.strip_prefix("/").unwrap())),
        100
    );
}
