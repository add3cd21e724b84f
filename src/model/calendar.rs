//! Dates as numbers of days since 1970, without any zone: what reports count in.
//!
//! The calendar is the Gregorian one in both directions without end, so that a time with a zone offset at the end of the
//! year 9999 still has a date.

/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Milliseconds of two weeks.
pub const FORTNIGHT_MS: i64 = 14 * DAY_MS;
/// Milliseconds of a quarter of an hour.
pub const QUARTER_MS: i64 = 15 * 60 * 1000;
/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 60 * 60 * 1000;
/// Days of 400 years, after which dates and weekdays come again.
pub const DAYS_OF_400_YEARS: i64 = 146_097;

/// The day that a moment without a zone falls on.
pub fn day_of(ms: i64) -> i64 {
    ms.div_euclid(DAY_MS)
}

/// 1 is Monday, 7 is Sunday.
pub fn weekday(day: i64) -> i64 {
    // 1970 began with a Thursday.
    (day + 3).rem_euclid(7) + 1
}

/// Year, month and day.
fn civil(day: i64) -> (i64, i64, i64) {
    // Years begin in March here, so that the leap day is their last.
    let shifted = day + 719_468;
    let era = shifted.div_euclid(DAYS_OF_400_YEARS);
    let day_of_era = shifted.rem_euclid(DAYS_OF_400_YEARS);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_month)
}

/// A date as it is written: `2017-08-25`.
pub fn date_text(day: i64) -> String {
    let (year, month, day) = civil(day);
    let sign = if year < 0 { "-" } else { "" };
    format!("{sign}{:04}-{month:02}-{day:02}", year.abs())
}

/// Reads a date like `2017-08-25`.
pub fn read_date(text: &str) -> Option<i64> {
    if text.len() != "2017-08-25".len() {
        return None;
    }
    super::Moment::parse_ms(&format!("{text}T00:00:00Z")).map(day_of)
}

/// A moment in UTC with milliseconds, as times are stored.
pub fn moment_text(ms: i64) -> String {
    let of_day = ms.rem_euclid(DAY_MS);
    let (hour, minute) = (of_day / HOUR_MS, of_day / 60_000 % 60);
    let (second, milli) = (of_day / 1_000 % 60, of_day % 1_000);
    format!(
        "{}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z",
        date_text(day_of(ms))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_they_are_read() {
        for (text, day) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2024-12-31", 20_088),
            ("0000-01-01", -719_528),
            ("9999-12-31", 2_932_896),
        ] {
            assert_eq!(read_date(text), Some(day), "{text}");
            assert_eq!(date_text(day), text);
        }
        assert_eq!(date_text(2_932_897), "10000-01-01");
        for wrong in ["2023-02-29", "2023-1-1", "2023-01-01T", "today", ""] {
            assert_eq!(read_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn moments_are_written_as_they_are_stored() {
        for ms in [0, -1, 1_503_680_959_438, -62_167_219_200_000] {
            let moment = super::super::Moment::saturating(ms);
            assert_eq!(moment_text(ms), moment.to_string());
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!(weekday(0), 4);
        assert_eq!(weekday(-4), 7);
        assert_eq!(weekday(read_date("2026-11-23").unwrap()), 1);
    }
}
