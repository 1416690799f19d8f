//! What vendors publish about their own thinning comes out of the engine.

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use lifeboat_model::{Keep, Retention, Schedule, Span, Tier};

use super::history::History;
use super::thinning_curve;

fn utc(at: DateTime) -> Timestamp {
    TimeZone::UTC.to_timestamp(at).unwrap()
}

fn keeping(keep: Keep) -> Retention {
    Retention {
        keep,
        ..Retention::default()
    }
}

/// Returns what is kept when the policy runs after each point.
fn kept(points: &[Timestamp], retention: &Retention) -> Vec<Timestamp> {
    let mut history = History::new(retention, points[0]);
    points.iter().for_each(|point| history.run(*point));
    history.points()
}

/// Returns what is kept when the policy runs once, after all of them.
fn kept_at_once(points: &[Timestamp], retention: &Retention, as_of: Timestamp) -> Vec<Timestamp> {
    let fates = retention.fates(points, as_of);
    let kept = points.iter().zip(fates).filter(|(_, fate)| fate.is_kept());
    kept.map(|(point, _)| *point).collect()
}

fn days(points: &[Timestamp]) -> Vec<String> {
    let day = |point: &Timestamp| point.strftime("%F").to_string();
    points.iter().map(day).collect()
}

/// restic, doc/060_forget.rst: "Suppose you have only made one backup every Sunday for 12 weeks … Then `forget
/// --keep-daily 4` will keep the last four snapshots, for the last four Sundays, and remove the other snapshots".
#[test]
fn restic_keep_daily_4_of_twelve_sundays_keeps_the_last_four_sundays() {
    let first = date(2019, 9, 1).at(11, 0, 0, 0);
    let sundays: Vec<_> = (0..12).map(|week| utc(first + week.weeks())).collect();
    let policy = keeping(Keep {
        daily: Some(4),
        ..Keep::default()
    });
    let documented = ["2019-10-27", "2019-11-03", "2019-11-10", "2019-11-17"];
    assert_eq!(days(&kept(&sundays, &policy)), documented);
    let at_once = kept_at_once(&sundays, &policy, sundays[11]);
    assert_eq!(days(&at_once), documented);
}

/// restic, doc/060_forget.rst: "suppose you make one backup every day for 100 years. Then `forget --keep-daily 7
/// --keep-weekly 5 --keep-monthly 12 --keep-yearly 75` would keep the most recent 7 daily snapshots and 4
/// last-day-of-the-week ones (since the 7 dailies already include 1 weekly). Additionally, 12 or 11
/// last-day-of-the-month snapshots will be kept (depending on whether one of them ends up being the same as a daily
/// or weekly). And finally 75 or 74 last-day-of-the-year snapshots are kept, depending on whether one of them ends up
/// being the same as an already kept snapshot. All other snapshots are removed."
///
/// The hundred years end on Sunday, 31 December 2119, the last of its week, its month and its year: it is the one that
/// is the same as a daily, so 11 and 74 come on top.
#[test]
fn restic_daily_for_100_years_keeps_7_daily_4_weekly_11_monthly_74_yearly() {
    let first = date(2020, 1, 1).at(12, 0, 0, 0);
    let points: Vec<_> = (0..36_524).map(|day| utc(first + day.days())).collect();
    let last = *points.last().unwrap();
    assert_eq!(last.strftime("%A %F").to_string(), "Sunday 2119-12-31");
    let policy = keeping(Keep {
        daily: Some(7),
        weekly: Some(5),
        monthly: Some(12),
        yearly: Some(75),
        ..Keep::default()
    });
    let mut kept = kept_at_once(&points, &policy, last);
    let mut take = |named: &str, is_one: &dyn Fn(DateTime) -> bool| {
        let count = kept.len();
        kept.retain(|point| !is_one(TimeZone::UTC.to_datetime(*point)));
        format!("{} {named}", count - kept.len())
    };
    let ends = TimeZone::UTC.to_datetime(last);
    let summary = [
        take("of the most recent 7 days", &|at| at > ends - 7.days()),
        take("more last days of a week", &|at| {
            at.weekday() == jiff::civil::Weekday::Sunday && at > ends - 5.weeks()
        }),
        take("more last days of a month", &|at| {
            at.date() == at.date().last_of_month() && at > ends - 12.months()
        }),
        take("more last days of a year", &|at| {
            at.date() == at.date().last_of_year() && at > ends - 75.years()
        }),
        take("others", &|_| true),
    ];
    insta::assert_snapshot!(summary.join("\n"), @"
    7 of the most recent 7 days
    4 more last days of a week
    11 more last days of a month
    74 more last days of a year
    0 others
    ");
}

/// restic, doc/060_forget.rst: "`2y5m7d3h` will keep all snapshots made in the two years, five months, seven days and
/// three hours before the latest (most recent) snapshot."
#[test]
fn restic_keep_within_counts_back_from_the_latest_snapshot() {
    let latest = date(2026, 11, 22).at(15, 0, 0, 0);
    let border = latest - 2.years().months(5).days(7).hours(3);
    let policy = keeping(Keep {
        within: Some(Span::between(utc(border), utc(latest))),
        ..Keep::default()
    });
    let points = [
        border - 400.days(),
        border - 1.hours(),
        border + 1.hours(),
        border + 400.days(),
        latest,
    ]
    .map(utc);
    let documented = &points[2..];
    assert_eq!(kept(&points, &policy), documented);
    // Relative to the latest snapshot, not to when `forget` runs.
    let years_later = utc(latest + 5.years());
    assert_eq!(kept_at_once(&points, &policy, years_later), documented);
}

/// restic, doc/060_forget.rst, on calendar boundaries: "Weeks are Monday 00:00 to Sunday 23:59, days 00:00 to 23:59,
/// hours :00 to :59, etc. They also only count hours/days/weeks/etc which have one or more snapshots."
#[test]
fn restic_counts_periods_on_natural_boundaries_and_only_those_with_a_snapshot() {
    let keep_two = |keep: Keep, points: &[DateTime]| {
        let points: Vec<_> = points.iter().copied().map(utc).collect();
        let kept = kept(&points, &keeping(keep));
        kept.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let weekly = Keep {
        weekly: Some(2),
        ..Keep::default()
    };
    // 2019-09-01 is a Sunday, 2019-09-02 the Monday after.
    let weeks = [
        date(2019, 8, 1).at(0, 0, 0, 0),
        date(2019, 8, 26).at(0, 0, 0, 0),
        date(2019, 9, 1).at(23, 59, 0, 0),
        date(2019, 9, 2).at(0, 0, 0, 0),
    ];
    let kept = keep_two(weekly, &weeks);
    assert_eq!(kept, ["2019-09-01T23:59:00Z", "2019-09-02T00:00:00Z"]);
    let hourly = Keep {
        hourly: Some(2),
        ..Keep::default()
    };
    let hours = [
        date(2019, 9, 1).at(7, 59, 0, 0),
        date(2019, 9, 1).at(8, 0, 0, 0),
        date(2019, 9, 1).at(8, 59, 0, 0),
        date(2019, 9, 1).at(11, 0, 0, 0),
    ];
    let kept = keep_two(hourly, &hours);
    assert_eq!(kept, ["2019-09-01T08:59:00Z", "2019-09-01T11:00:00Z"]);
}

/// restic, doc/060_forget.rst, on append-only repositories: "if the `forget` policy is to keep three weekly snapshots,
/// and the attacker adds an empty snapshot for each of the last three weeks, all with a timestamp slightly more recent
/// than the existing snapshots (but still within the target week) … the legitimate snapshots will be removed";
/// `--keep-within` "will keep not only the attacker's snapshots but also the legitimate ones", unless "`forget
/// --keep-within 7d` is run 8 days after the last good snapshot".
#[test]
fn restic_counts_can_be_flooded_and_keep_within_cannot_until_it_has_passed() {
    let good: Vec<_> = (0..3i64)
        .map(|week| utc(date(2019, 11, 3).at(11, 0, 0, 0) + week.weeks()))
        .collect();
    let minute = Span::from_secs(60);
    let garbage: Vec<_> = good.iter().map(|point| minute.after(*point)).collect();
    let both = [good.clone(), garbage.clone()].concat();
    let weekly = keeping(Keep {
        weekly: Some(3),
        ..Keep::default()
    });
    let as_of = Span::from_hours(2).after(good[2]);
    assert_eq!(kept_at_once(&both, &weekly, as_of), garbage);

    let within = keeping(Keep {
        within: Some(Span::from_days(15)),
        ..Keep::default()
    });
    assert_eq!(kept_at_once(&both, &within, as_of), both);

    let within = keeping(Keep {
        within: Some(Span::from_days(7)),
        ..Keep::default()
    });
    let late = Span::from_days(8).after(good[2]);
    assert_eq!(kept_at_once(&[good[2], late], &within, late), [late]);
}

/// Returns the policy of Azure Site Recovery for a retention period in days, as its documentation gives it
/// (azure-to-azure-common-questions.md of 2025-07-25): crash-consistent points every five minutes; "beyond the last two
/// hours" one an hour (1 day), one per two hours (2 to 7 days), or one per two hours for seven days and "post that, one
/// recovery point saved per four hours" (8 to 15 days); 0 days: "you can fail over only to the latest point". Old
/// points are only replaced by new ones, so ages count from the newest.
fn azure_site_recovery(days: u64) -> Retention {
    let tier = |within, every| Tier {
        within,
        every: Span::from_hours(every),
    };
    let recent = tier(Span::from_hours(2), 0);
    let tiers = match days {
        0 => Vec::new(),
        1 => vec![recent, tier(Span::from_days(1), 1)],
        2..=7 => vec![recent, tier(Span::from_days(days), 2)],
        _ => vec![
            recent,
            tier(Span::from_days(7), 2),
            tier(Span::from_days(days), 4),
        ],
    };
    keeping(Keep {
        last: Some(1),
        tiers,
        ..Keep::default()
    })
}

#[test]
fn azure_site_recovery_thins_out_as_published() {
    let every_five_minutes: Schedule = "5m".parse().unwrap();
    let mut table = String::new();
    for days in [0, 1, 2, 7, 8, 15] {
        let policy = azure_site_recovery(days);
        let curve = thinning_curve(&every_five_minutes, &policy, Span::from_days(30)).unwrap();
        assert!(!curve.is_sampled());
        table.push_str(&format!("{days} days\n{curve}\n"));
    }
    insta::assert_snapshot!(table, @"
    0 days
    until 0s: 5m apart
    1 days
    until 2h: 5m apart
    until 23h5m: 1h apart
    2 days
    until 2h: 5m apart
    until 1d22h5m: 2h apart
    7 days
    until 2h: 5m apart
    until 6d22h5m: 2h apart
    8 days
    until 2h: 5m apart
    until 6d22h5m: 2h apart
    until 7d20h5m: 4h apart
    15 days
    until 2h: 5m apart
    until 6d22h5m: 2h apart
    until 14d20h5m: 4h apart
    ");
}

/// The published table itself: how far a point that is kept is from the next younger one, by the age of the older.
#[test]
fn azure_site_recovery_keeps_the_published_distances() {
    let two_hours = Span::from_hours(2);
    let seven_days = Span::from_days(7);
    let published = [
        (1, vec![(two_hours, "5m"), (Span::from_days(1), "1h")]),
        (4, vec![(two_hours, "5m"), (Span::from_days(4), "2h")]),
        (
            10,
            vec![
                (two_hours, "5m"),
                (seven_days, "2h"),
                (Span::from_days(10), "4h"),
            ],
        ),
    ];
    let five_minutes = Span::from_secs(300);
    let first = utc(date(2025, 7, 25).at(0, 0, 0, 0));
    for (days, tiers) in published {
        let policy = azure_site_recovery(days);
        let runs = |from: u64, to: u64| (from..to).map(move |i| five_minutes.times(i).after(first));
        let mut history = History::new(&policy, first);
        runs(0, 288 * (days + 1)).for_each(|run| history.run(run));
        let mut widest = vec![Span::ZERO; tiers.len()];
        for now in runs(288 * (days + 1), 288 * (days + 1) + 48) {
            history.run(now);
            let held = history.points();
            for (older, younger) in held.iter().zip(&held[1..]) {
                let age = Span::between(*older, now);
                let tier = tiers.iter().position(|(until, _)| age <= *until);
                let widest = &mut widest[tier.expect("nothing older is kept")];
                *widest = Span::between(*older, *younger).max(*widest);
            }
        }
        let widest: Vec<_> = widest.iter().map(Span::to_string).collect();
        let spacing: Vec<_> = tiers.iter().map(|(_, spacing)| *spacing).collect();
        assert_eq!(widest, spacing, "{days} days");
    }
}

/// "So, for the recent two hours, you can choose from 24 crash-consistent points."
#[test]
fn azure_site_recovery_offers_24_points_for_the_recent_two_hours() {
    let first = utc(date(2025, 7, 25).at(0, 0, 0, 0));
    let five_minutes = Span::from_secs(300);
    let points: Vec<_> = (0..400)
        .map(|i| five_minutes.times(i).after(first))
        .collect();
    let now = *points.last().unwrap();
    let kept = kept(&points, &azure_site_recovery(1));
    let recent = |point: &&Timestamp| Span::between(**point, now) < Span::from_hours(2);
    assert_eq!(kept.iter().filter(recent).count(), 24);
}
