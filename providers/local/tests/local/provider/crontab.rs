//! The real crontab command, on a crontab of the test's own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use lifeboat_contract::ChangeKind;
use serde_json::json;

use crate::provider::world::{World, address, object};

const SCHEDULE: &str = "target.local_directory.docs.schedule[\"daily\"]";
const FOREIGN: &[u8] = b"MAILTO=ops\n# keep me\n\n5 4 * * * /bin/true \xc3\xa9\\%\n";

/// A world whose crontab is that of `games` for the superuser, who may write it, and otherwise the user's own, which
/// is put back afterwards. The tests take turns.
struct Crontab {
    world: World,
    user: Vec<&'static str>,
    before: Option<Vec<u8>>,
    _turn: fs::File,
}

impl Crontab {
    fn new() -> Self {
        let turn =
            fs::File::create(std::env::temp_dir().join("lifeboat-test-crontab.lock")).unwrap();
        turn.lock().unwrap();
        let mut world = World::new();
        let user = match rustix::process::geteuid().is_root() {
            true => vec!["-u", "games"],
            false => Vec::new(),
        };
        let wrapper = world.path("crontab");
        fs::write(
            &wrapper,
            format!("#!/bin/sh\nexec crontab {} \"$@\"\n", user.join(" ")),
        )
        .unwrap();
        fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
        world.block = object(json!({ "scheduler": "crontab", "crontab_command": wrapper }));
        world.set(
            SCHEDULE,
            "local_schedule",
            json!({ "protection": crate::provider::world::DAILY, "schedule": "6h" }),
        );
        let mut crontab = Self {
            world,
            user,
            before: None,
            _turn: turn,
        };
        crontab.before = crontab.text();
        crontab
    }

    fn text(&self) -> Option<Vec<u8>> {
        let output = Command::new("crontab")
            .args(&self.user)
            .arg("-l")
            .output()
            .unwrap();
        output.status.success().then_some(output.stdout)
    }

    fn write(&self, text: &[u8]) {
        let mut child = Command::new("crontab")
            .args(&self.user)
            .arg("-")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), text).unwrap();
        assert!(child.wait().unwrap().success());
    }

    fn clear(&self) {
        let _ = Command::new("crontab").args(&self.user).arg("-r").output();
    }

    fn shown(&self) -> String {
        let text = self.text().unwrap_or_else(|| b"no crontab\n".to_vec());
        let root = self.world.root.path().display().to_string();
        String::from_utf8(text).unwrap().replace(&root, "ROOT")
    }

    async fn schedule(&self) -> String {
        let live = self.world.read(&[SCHEDULE]).await;
        live.resources
            .get(&address(SCHEDULE))
            .map_or("absent".to_owned(), |live| {
                let found = |name: &str| {
                    live.attributes
                        .get(name)
                        .unwrap()
                        .as_str()
                        .unwrap()
                        .to_owned()
                };
                format!("{} by {}", found("schedule"), found("mechanism"))
            })
    }
}

impl Drop for Crontab {
    fn drop(&mut self) {
        match &self.before {
            Some(text) => self.write(text),
            None => self.clear(),
        }
    }
}

#[tokio::test]
async fn an_entry_comes_and_goes_and_the_others_stay_byte_for_byte() {
    let crontab = Crontab::new();
    crontab.write(FOREIGN);
    assert_eq!(crontab.schedule().await, "absent");
    for _ in 0..2 {
        crontab.world.create(&[SCHEDULE]).await;
        assert_eq!(crontab.schedule().await, "6h by crontab");
    }
    insta::assert_snapshot!(crontab.shown(), @r#"
    MAILTO=ops
    # keep me

    5 4 * * * /bin/true é\%
    # lifeboat target.local_directory.docs.schedule["daily"] schedule=6h
    57 */6 * * * /usr/bin/lifeboat -C ROOT --lock-timeout 1h backup run 'target.local_directory.docs.snapshot["daily"]'
    "#);
    for _ in 0..2 {
        crontab
            .world
            .change(SCHEDULE, ChangeKind::Delete)
            .await
            .unwrap();
        assert_eq!(crontab.text().unwrap(), FOREIGN);
    }
}

#[tokio::test]
async fn a_crontab_that_only_we_wrote_to_goes_with_the_last_entry() {
    let crontab = Crontab::new();
    crontab.clear();
    crontab.world.create(&[SCHEDULE]).await;
    crontab
        .world
        .change(SCHEDULE, ChangeKind::Delete)
        .await
        .unwrap();
    assert_eq!(crontab.text(), None);
}

#[tokio::test]
async fn what_somebody_does_to_the_line_is_what_is_read() {
    let crontab = Crontab::new();
    crontab.clear();
    crontab.world.create(&[SCHEDULE]).await;
    let text = String::from_utf8(crontab.text().unwrap()).unwrap();
    let line = text.lines().nth(1).unwrap();
    crontab.write(
        text.replace(line, &format!("0 0 * * 0 {}", command(line)))
            .as_bytes(),
    );
    assert_eq!(crontab.schedule().await, "0 0 * * 0 by crontab");
    crontab.write(text.replace(line, &format!("#{line}")).as_bytes());
    assert_eq!(crontab.schedule().await, "absent");
    crontab.world.create(&[SCHEDULE]).await;
    assert_eq!(String::from_utf8(crontab.text().unwrap()).unwrap(), text);
}

fn command(line: &str) -> String {
    line.splitn(6, ' ').nth(5).unwrap().to_owned()
}

#[tokio::test]
async fn a_period_that_cron_cannot_repeat_is_refused_before_anything_is_written() {
    let mut crontab = Crontab::new();
    crontab.clear();
    crontab.world.set(
        SCHEDULE,
        "local_schedule",
        json!({ "protection": crate::provider::world::DAILY, "schedule": "7h" }),
    );
    let error = crontab
        .world
        .change(SCHEDULE, ChangeKind::Create)
        .await
        .unwrap_err();
    insta::assert_snapshot!(format!("{}: {}\n{}", error.class, error.chain(), error.help.unwrap()), @r#"
    invalid: cron cannot run `target.local_directory.docs.schedule["daily"]` every 7h
    Choose a number of minutes that divides an hour (1m to 30m), of hours that divides a day (1h, 2h, 3h, 4h, 6h, 8h, 12h), 1d or 7d, or give a cron expression.
    "#);
    assert_eq!(crontab.text(), None);
}

#[tokio::test]
async fn an_entry_moves_with_the_scheduler_and_is_never_in_two() {
    let mut crontab = Crontab::new();
    crontab.clear();
    crontab.world.create(&[SCHEDULE]).await;
    let wrapper = crontab.world.block.get("crontab_command").unwrap().clone();
    crontab.world.block = object(
        json!({ "scheduler": "systemd", "systemd_unit_dir": "units", "crontab_command": wrapper }),
    );
    assert_eq!(crontab.schedule().await, "absent");
    crontab.world.create(&[SCHEDULE]).await;
    assert_eq!(crontab.schedule().await, "6h by systemd");
    assert_eq!(crontab.text(), None);
    assert_eq!(units(&crontab.world.path("units")), 2);
    crontab.world.block = object(
        json!({ "scheduler": "crontab", "systemd_unit_dir": "units", "crontab_command": wrapper }),
    );
    crontab.world.create(&[SCHEDULE]).await;
    assert_eq!(crontab.schedule().await, "6h by crontab");
    assert_eq!(units(&crontab.world.path("units")), 0);
}

fn units(directory: &Path) -> usize {
    fs::read_dir(directory).unwrap().count()
}
