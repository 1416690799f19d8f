use super::holds;

#[test]
fn times() {
    holds(
        r#"
formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z") => "02 Jan 2018 23:12 UTC"
formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01Z") => "Tuesday, 02-Jan-18 23:12:01 UTC"
formatdate("EEE, DD MMM YYYY hh:mm:ss ZZZ", "2018-01-02T23:12:01-08:00") => "Tue, 02 Jan 2018 23:12:01 -0800"
formatdate("MMM DD, YYYY", "2018-01-02T23:12:01Z") => "Jan 02, 2018"
formatdate("HH:mmaa", "2018-01-02T23:12:01Z") => "11:12pm"
formatdate("H AA", "2018-01-02T00:12:01Z") => "12 AM"
formatdate("h'h'mm", "2018-01-02T23:12:01-08:00") => "23h12"
formatdate("H 'o''clock'", "2018-01-02T23:12:01-08:00") => "11 o'clock"
formatdate("ZZZZZ ZZZZ ZZZ Z", "2018-01-02T23:12:01+05:30") => "+05:30 +0530 +0530 +05:30"
formatdate("ZZZZZ ZZZZ ZZZ Z", "2018-01-02T23:12:01Z") => "+00:00 +0000 UTC Z"
formatdate("M/D/YY h:m:s MMMM", "2018-01-02T03:04:05Z") => "1/2/18 3:4:5 January"
formatdate("QQ", "2018-01-02T03:04:05Z") !! `formatdate`: `QQ` is no part of a time; put text that stands for itself in single quotes
formatdate("'x", "2018-01-02T03:04:05Z") !! `formatdate`: a quoted text has no end
timestamp() => "2026-03-01T12:30:00Z"
plantimestamp() => "2026-03-01T12:30:00Z"
timeadd("2017-11-22T00:00:00Z", "10m") => "2017-11-22T00:10:00Z"
timeadd("2017-11-22T00:00:00Z", "-1h30m") => "2017-11-21T22:30:00Z"
timeadd("2017-11-22T00:00:00.5+01:00", "500ms") => "2017-11-22T00:00:01+01:00"
timeadd("2017-11-22T00:00:00Z", "1.5h") => "2017-11-22T01:30:00Z"
timeadd("2017-11-22T00:00:00Z", "1 hour") !! `timeadd`: `1 hour` is not a length of time: expected one such as "10m" or "-1h30m"
timeadd("2017-11-22", "1h") !! `timeadd`: `2017-11-22` is not a time as RFC 3339 has it: expected one such as "2017-11-22T00:00:00Z"
timeadd("9999-12-31T23:59:59Z", "1h") !! `timeadd`: the time would be outside of the years that can be written
timeadd("2017-02-30T00:00:00Z", "1h") !! `timeadd`: `2017-02-30T00:00:00Z` is not a time as RFC 3339 has it: expected one such as "2017-11-22T00:00:00Z"
timecmp("2017-11-22T00:00:00Z", "2017-11-22T00:00:00Z") => 0
timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00Z") => -1
timecmp("2017-11-22T01:00:00Z", "2017-11-22T00:59:00Z") => 1
timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00+01:00") => 0
timecmp("2017-11-22T00:00:00.1Z", "2017-11-22T00:00:00Z") => 1
"#,
    );
}

#[test]
fn units() {
    holds(
        r#"
duration("36h") => 129600
duration("7y") => 220752000
duration("1h30m") => 5400
duration("1500ms") => 1.5
size("1.5TiB") => 1649267441664
size("500MB") => 500000000
size("512") => 512
"#,
    );
}
