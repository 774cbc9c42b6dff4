//! Formats days, times of day and timestamps as ISO 8601 text, for any count that a file may hold.
//!
//! Years are of the proleptic Gregorian calendar; outside 0 to 9999 they carry a sign.

use parquet::basic::TimeUnit;

const DAY_SECONDS: i64 = 86_400;

/// `2024-02-29`, from days since 1970.
pub(crate) fn date(days: i64) -> String {
    let (year, month, day) = civil(days);
    if (0..=9999).contains(&year) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:+05}-{month:02}-{day:02}")
    }
}

/// `14:03:09.25`, from units since midnight; a count of more than a day has hours past 23.
pub(crate) fn time(count: i64, unit: TimeUnit) -> String {
    let per_second = per_second(unit);
    let (seconds, rest) = (count.div_euclid(per_second), count.rem_euclid(per_second));
    let (hours, minutes, seconds) = (seconds.div_euclid(3600), seconds.rem_euclid(3600) / 60, seconds.rem_euclid(60));
    let digits = match unit {
        TimeUnit::MILLIS => 3,
        TimeUnit::MICROS => 6,
        TimeUnit::NANOS => 9,
    };
    match rest {
        0 => format!("{hours:02}:{minutes:02}:{seconds:02}"),
        _ => format!("{hours:02}:{minutes:02}:{seconds:02}.{rest:0digits$}"),
    }
}

/// `2024-02-29T14:03:09Z`, from units since 1970; without `Z` where the zone is not known.
pub(crate) fn timestamp(count: i64, unit: TimeUnit, is_utc: bool) -> String {
    let per_day = DAY_SECONDS * per_second(unit);
    on_day(count.div_euclid(per_day), count.rem_euclid(per_day), unit, is_utc)
}

/// Timestamp of the old kind: nanoseconds of a day, and the day as astronomers count.
pub(crate) fn julian(words: &[u32]) -> String {
    const EPOCH: i64 = 2_440_588;
    let word = |at: usize| words.get(at).copied().map_or(0, u64::from);
    let nanoseconds = (word(1) << 32 | word(0)).cast_signed();
    let per_day = DAY_SECONDS * per_second(TimeUnit::NANOS);
    let days = i64::from(word(2) as u32) - EPOCH + nanoseconds.div_euclid(per_day);
    on_day(days, nanoseconds.rem_euclid(per_day), TimeUnit::NANOS, false)
}

fn on_day(days: i64, count: i64, unit: TimeUnit, is_utc: bool) -> String {
    let zone = if is_utc { "Z" } else { "" };
    format!("{}T{}{zone}", date(days), time(count, unit))
}

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => 1_000_000_000,
    }
}

/// Year, month and day of a count of days since 1970, by eras of 400 years that start on 1 March.
fn civil(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + carry, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        let table = [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (19_782, "2024-02-29"),
            (11_016, "2000-02-29"),
            (-719_528, "0000-01-01"),
            (-719_529, "-0001-12-31"),
            (2_932_896, "9999-12-31"),
            (2_932_897, "+10000-01-01"),
        ];
        for (days, expected) in table {
            assert_eq!(date(days), expected);
        }
    }

    #[test]
    fn fractions_have_the_digits_of_their_unit() {
        assert_eq!(timestamp(1_500, TimeUnit::MILLIS, true), "1970-01-01T00:00:01.500Z");
        assert_eq!(timestamp(-1, TimeUnit::NANOS, false), "1969-12-31T23:59:59.999999999");
        assert_eq!(timestamp(60_000_000, TimeUnit::MICROS, false), "1970-01-01T00:01:00");
    }

    #[test]
    fn every_count_has_a_date() {
        for count in [i64::MIN, i64::MAX] {
            assert!(timestamp(count, TimeUnit::MILLIS, true).ends_with('Z'));
            assert!(!time(count, TimeUnit::NANOS).is_empty());
        }
        assert!(!julian(&[u32::MAX; 3]).is_empty());
    }
}
