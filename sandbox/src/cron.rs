//! When a schedule runs next.
//!
//! This file owns the reading of GitLab's five fields and of its names for time zones. It looks at no
//! clock.

mod zones;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The first time after `after` at which the fields match in the time zone.
///
/// There is none for fields that never match, such as the thirtieth of February.
pub(crate) fn next(fields: &str, zone: &str, after: Timestamp) -> Option<Timestamp> {
    let local = after.to_zoned(time_zone(zone)?);
    Some(parse(fields)?.find_next_occurrence(&local, false).ok()?.timestamp())
}

/// Whether these are five fields that can be read.
pub(crate) fn is_valid(fields: &str) -> bool {
    parse(fields).is_some()
}

/// Whether this is a time zone, by its name in the database of time zones or by that in Rails.
pub(crate) fn is_time_zone(name: &str) -> bool {
    time_zone(name).is_some()
}

fn parse(fields: &str) -> Option<Cron> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(fields).ok()
}

fn time_zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(zones::database_name(name).unwrap_or(name)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_noon(fields: &str, zone: &str) -> Option<String> {
        let noon: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
        next(fields, zone, noon).map(|time| time.to_string())
    }

    #[test]
    fn the_next_time_is_found_in_its_zone() {
        for (fields, zone, expected) in [
            ("15 2 * * *", "UTC", "2026-03-03T02:15:00Z"),
            ("0 12 * * *", "UTC", "2026-03-03T12:00:00Z"),
            ("*/20 * * * *", "UTC", "2026-03-02T12:20:00Z"),
            ("0 9 * * 1-5", "Europe/Berlin", "2026-03-03T08:00:00Z"),
            ("0 9 * * mon", "Eastern Time (US & Canada)", "2026-03-02T14:00:00Z"),
            ("0 0 1 jan *", "Tokyo", "2026-12-31T15:00:00Z"),
            // The first of a month, or a Friday: whichever comes first.
            ("0 0 1 * 5", "UTC", "2026-03-06T00:00:00Z"),
            ("@daily", "UTC", "2026-03-03T00:00:00Z"),
        ] {
            assert_eq!(after_noon(fields, zone).as_deref(), Some(expected), "{fields} {zone}");
        }
    }

    #[test]
    fn a_time_that_summer_takes_away_is_made_up_for() {
        let before: Timestamp = "2026-03-28T12:00:00Z".parse().unwrap();
        let found = next("30 2 29 3 *", "Europe/Berlin", before).unwrap();
        assert_eq!(found.strftime("%Y-%m-%d").to_string(), "2026-03-29");
    }

    #[test]
    fn what_is_no_time_is_told() {
        for wrong in ["", "daily", "* * * *", "* * * * * *", "60 * * * *", "0 24 * * *", "a b c d e"] {
            assert!(!is_valid(wrong), "{wrong}");
        }
        for wrong in ["", "Mars", "Europe/Nowhere"] {
            assert!(!is_time_zone(wrong), "{wrong}");
        }
        assert!(is_time_zone("America/New_York") && is_time_zone("Berlin") && is_time_zone("UTC"));
        assert_eq!(after_noon("0 0 30 2 *", "UTC"), None);
    }
}
