use super::*;

const FOREIGN: &[u8] = b"MAILTO=ops\n# keep me \xff\n\n5 4 * * * /bin/true";

fn address(name: &str) -> Address {
    Address::of_kind(lifeboat_model::Block::Target, "local_directory", name)
        .part("schedule", Some("d".to_owned()))
}

fn entry(name: &str, schedule: &str) -> Entry {
    let address = address(name);
    Entry {
        protection: address.owner().part("snapshot", Some("d".to_owned())),
        address,
        schedule: schedule.parse().unwrap(),
    }
}

fn crontab(utc: bool) -> Crontab {
    let settings = LocalSettings::new(
        "/etc/lifeboat".into(),
        "/usr/bin/lifeboat".into(),
        "/cache".into(),
        "/scratch".into(),
    );
    Crontab {
        utc,
        ..Crontab::new("crontab", &settings)
    }
}

fn installed(crontab: &Crontab, text: &[u8], entry: &Entry) -> Vec<u8> {
    let fields = crontab.fields(entry).unwrap();
    let command = crontab.command.for_cron(&entry.protection);
    let lines = format!("{}\n{fields} {command}\n", marker(entry));
    with_block(text, &entry.address, &lines)
}

#[test]
fn an_entry_is_two_lines_and_leaves_the_others_as_they_are() {
    let crontab = crontab(true);
    let one = installed(&crontab, FOREIGN, &entry("docs", "15 2 * * *"));
    let two = installed(&crontab, &one, &entry("mail", "6h"));
    let changed = installed(&crontab, &two, &entry("docs", "30 3 * * *"));
    insta::assert_snapshot!(String::from_utf8_lossy(&changed), @r#"
    MAILTO=ops
    # keep me �

    5 4 * * * /bin/true
    # lifeboat target.local_directory.docs.schedule["d"] schedule=30 3 * * *
    30 3 * * * /usr/bin/lifeboat -C /etc/lifeboat --lock-timeout 1h backup run 'target.local_directory.docs.snapshot["d"]'
    # lifeboat target.local_directory.mail.schedule["d"] schedule=6h
    13 */6 * * * /usr/bin/lifeboat -C /etc/lifeboat --lock-timeout 1h backup run 'target.local_directory.mail.snapshot["d"]'
    "#);
    assert_eq!(
        installed(&crontab, &changed, &entry("docs", "30 3 * * *")),
        changed
    );
    let gone = with_block(&changed, &address("docs"), "");
    let gone = with_block(&gone, &address("mail"), "");
    assert_eq!(gone, [FOREIGN, b"\n"].concat());
}

#[test]
fn a_line_edited_by_hand_says_what_it_runs_now() {
    let crontab = crontab(true);
    let text = installed(&crontab, b"", &entry("docs", "6h"));
    let text = String::from_utf8(text).unwrap();
    let line = text.lines().nth(1).unwrap().to_owned();
    let live = |line: &str| {
        let edited = text.replace(text.lines().nth(1).unwrap(), line);
        let blocks = blocks(edited.as_bytes());
        let block = blocks.first().unwrap();
        let live = block
            .line
            .and_then(|line| crontab.live(&block.address, block.applied, line));
        live.map_or("nothing".to_owned(), |live| {
            format!("{} at {}", live.protection, live.schedule)
        })
    };
    let (_, command) = line.split_once(" * * * ").unwrap();
    let shown = [
        live(&line),
        live(&format!("0 5\t* * *  {command}")),
        live(&format!("@daily {command}")),
        live(&line.replace("/usr/bin/", "/opt/")),
        live(&line.replace("/etc/lifeboat", "/tmp")),
        live(&line.replace(command, "/bin/true")),
        live(&format!("#{line}")),
        live(""),
    ];
    insta::assert_snapshot!(shown.join("\n"), @r#"
    target.local_directory.docs.snapshot["d"] at 6h
    target.local_directory.docs.snapshot["d"] at 0 5 * * *
    target.local_directory.docs.snapshot["d"] at @daily
    target.local_directory.docs.snapshot["d"] at 6h
    /usr/bin/lifeboat -C /tmp --lock-timeout 1h backup run 'target.local_directory.docs.snapshot["d"]' at 6h
    /bin/true at 6h
    nothing
    nothing
    "#);
}

#[test]
fn a_time_of_day_is_refused_where_the_machine_does_not_keep_utc() {
    let crontab = crontab(false);
    assert!(crontab.fields(&entry("docs", "*/5 * * * *")).is_ok());
    assert!(crontab.fields(&entry("docs", "6h")).is_ok());
    let error = crontab.fields(&entry("docs", "15 2 * * *")).unwrap_err();
    insta::assert_snapshot!(error, @r#"cron would run `target.local_directory.docs.snapshot["d"]` at `15 2 * * *` of this machine's time zone, which is not UTC"#);
}
