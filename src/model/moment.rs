//! A moment in time: milliseconds in UTC, as the file and the replies write it.

use std::fmt;
use std::time::SystemTime;

use jiff::SignedDuration;
use jiff::civil::DateTime;

/// A moment from the year 0000 to the year 9999, in milliseconds since 1970.
///
/// Written as `2017-08-25T17:09:19.438Z`, so that moments sort as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// 0000-01-01T00:00:00.000Z
    const FIRST_MS: i64 = -62_167_219_200_000;
    /// 9999-12-31T23:59:59.999Z
    const LAST_MS: i64 = 253_402_300_799_999;
    const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

    /// The server's clock.
    pub fn now() -> Moment {
        let now = SystemTime::now();
        let since_epoch = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Moment::saturating(i64::try_from(since_epoch.as_millis()).unwrap_or(Moment::LAST_MS))
    }

    /// The moment so many milliseconds after 1970, or the nearest that can be written.
    pub fn saturating(ms: i64) -> Moment {
        Moment(ms.clamp(Moment::FIRST_MS, Moment::LAST_MS))
    }

    /// Milliseconds since 1970.
    pub fn as_ms(self) -> i64 {
        self.0
    }

    /// This moment, so many milliseconds later.
    pub fn plus_ms(self, ms: i64) -> Moment {
        Moment::saturating(self.0.saturating_add(ms))
    }

    /// Reads an RFC 3339 time (<https://www.rfc-editor.org/rfc/rfc3339#section-5.6>).
    ///
    /// Fractions beyond milliseconds are cut, a leap second is the one before it, and a space before the zone offset
    /// is read as the `+` that a form encoder made it from.
    pub fn parse(text: &str) -> Option<Moment> {
        let ms = Moment::parse_ms(text)?;
        (Moment::FIRST_MS..=Moment::LAST_MS)
            .contains(&ms)
            .then_some(Moment(ms))
    }

    /// Like [`Moment::parse`], in milliseconds since 1970. Its zone offset may take a time out of the years that can
    /// be written.
    pub fn parse_ms(text: &str) -> Option<i64> {
        let bytes = text.as_bytes();
        let (time, rest) = bytes.split_at_checked("2017-08-25T17:09:19".len())?;
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if !separators
            .iter()
            .all(|&(at, byte)| time[at].to_ascii_uppercase() == byte)
        {
            return None;
        }
        let field = |from: usize, to: usize| number(&time[from..to]);
        let date_time = DateTime::new(
            field(0, 4)?,
            i8::try_from(field(5, 7)?).ok()?,
            i8::try_from(field(8, 10)?).ok()?,
            i8::try_from(field(11, 13)?).ok()?,
            i8::try_from(field(14, 16)?).ok()?,
            i8::try_from(if field(17, 19)? == 60 {
                59
            } else {
                field(17, 19)?
            })
            .ok()?,
            0,
        )
        .ok()?;
        let (fraction_ms, zone) = split_fraction(rest)?;
        let local_ms = i64::try_from(date_time.duration_since(Moment::EPOCH).as_millis()).ok()?;
        Some(local_ms + fraction_ms - offset_ms(zone)?)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = Moment::EPOCH
            .checked_add(SignedDuration::from_millis(self.0))
            .expect("a moment is within jiff's years");
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let fields = [
            (0, 4, i32::from(utc.year())),
            (5, 2, i32::from(utc.month())),
            (8, 2, i32::from(utc.day())),
            (11, 2, i32::from(utc.hour())),
            (14, 2, i32::from(utc.minute())),
            (17, 2, i32::from(utc.second())),
            (20, 3, i32::from(utc.millisecond())),
        ];
        for (at, width, number) in fields {
            write_digits(&mut text[at..at + width], number.unsigned_abs());
        }
        f.write_str(std::str::from_utf8(&text).expect("digits are ASCII"))
    }
}

/// Fills a field with the last digits of a number.
fn write_digits(field: &mut [u8], mut number: u32) {
    for byte in field.iter_mut().rev() {
        *byte = b'0' + u8::try_from(number % 10).expect("a digit is small");
        number /= 10;
    }
}

/// Decimal digits and nothing else.
fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |sum: i16, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + i16::from(byte - b'0'))
    })
}

/// Splits `.438Z` into its milliseconds and what follows the digits.
fn split_fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some(fraction) = rest.strip_prefix(b".") else {
        return Some((0, rest));
    };
    let digits = fraction
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 0 {
        return None;
    }
    let ms = (0..3).fold(0, |sum, at| {
        sum * 10
            + if at < digits {
                i64::from(fraction[at] - b'0')
            } else {
                0
            }
    });
    Some((ms, &fraction[digits..]))
}

/// Reads `Z` or `+02:00`.
fn offset_ms(zone: &[u8]) -> Option<i64> {
    let sign = match zone {
        b"Z" | b"z" => return Some(0),
        [b'+' | b' ', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    if zone.len() != 6 || zone[3] != b':' {
        return None;
    }
    let (hours, minutes) = (number(&zone[1..3])?, number(&zone[4..6])?);
    (hours < 24 && minutes < 60)
        .then(|| sign * (i64::from(hours) * 60 + i64::from(minutes)) * 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rfc_3339_times_are_read_and_nothing_else() {
        for (text, expected) in [
            ("2017-08-25T17:09:19.438Z", Some("2017-08-25T17:09:19.438Z")),
            ("2017-08-25t17:09:19z", Some("2017-08-25T17:09:19.000Z")),
            (
                "2017-08-25T19:09:19.438+02:00",
                Some("2017-08-25T17:09:19.438Z"),
            ),
            (
                "2017-08-25T19:09:19.438 02:00",
                Some("2017-08-25T17:09:19.438Z"),
            ),
            (
                "2017-08-25T12:09:19.4-05:00",
                Some("2017-08-25T17:09:19.400Z"),
            ),
            (
                "2017-08-25T17:09:19.43899999Z",
                Some("2017-08-25T17:09:19.438Z"),
            ),
            ("2016-12-31T23:59:60Z", Some("2016-12-31T23:59:59.000Z")),
            (
                "2016-02-29T00:00:00-00:00",
                Some("2016-02-29T00:00:00.000Z"),
            ),
            ("0000-01-01T00:00:00Z", Some("0000-01-01T00:00:00.000Z")),
            (
                "9999-12-31T23:59:59.9999Z",
                Some("9999-12-31T23:59:59.999Z"),
            ),
            ("0000-01-01T00:00:00+00:01", None),
            ("9999-12-31T23:59:59-00:01", None),
            ("2017-02-29T00:00:00Z", None),
            ("2017-13-01T00:00:00Z", None),
            ("2017-08-25T24:00:00Z", None),
            ("2017-08-25T17:60:00Z", None),
            ("2017-08-25T17:09:61Z", None),
            ("2017-08-25 17:09:19Z", None),
            ("2017-08-25T17:09:19", None),
            ("2017-08-25T17:09Z", None),
            ("2017-08-25", None),
            ("2017-08-25T17:09:19.Z", None),
            ("2017-08-25T17:09:19,5Z", None),
            ("2017-08-25T17:09:19+0200", None),
            ("2017-08-25T17:09:19+24:00", None),
            ("2017-08-25T17:09:19+02:60", None),
            ("2017-08-25T17:09:19Z ", None),
            (" 2017-08-25T17:09:19Z", None),
            ("2017-08-25T17:09:19ZZ", None),
            ("+017-08-25T17:09:19Z", None),
            ("20１7-08-25T17:09:19Z", None),
            ("1503680959438", None),
            ("garbage", None),
            ("", None),
        ] {
            assert_eq!(
                Moment::parse(text)
                    .map(|moment| moment.to_string())
                    .as_deref(),
                expected,
                "{text:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_moment_is_read_back_as_it_was_written(ms in Moment::FIRST_MS..=Moment::LAST_MS) {
            let moment = Moment(ms);
            prop_assert_eq!(Moment::parse(&moment.to_string()), Some(moment));
            prop_assert_eq!(moment.to_string().len(), 24);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC*") {
            let _ = Moment::parse(&text);
        }

        #[test]
        fn moments_sort_as_their_text(a in Moment::FIRST_MS..=Moment::LAST_MS, b in Moment::FIRST_MS..=Moment::LAST_MS) {
            prop_assert_eq!(Moment(a).cmp(&Moment(b)), Moment(a).to_string().cmp(&Moment(b).to_string()));
        }
    }
}
