//! What time an item really happened, on kiosks whose clocks are wrong.
//!
//! A page says two things about an item: `ts` by its wall clock, which may be years off, and its age by the
//! monotonic clock, which is right but does not survive a reload. The request says what the wall clock showed when it
//! was sent. From these and the server's own clock the true time is worked out.

use super::{Moment, Stamp};
use crate::limits::{CLOCK_TOLERANCE_MS, MAX_AGE_MS};

/// What the server knows about a request's clock: when it arrived, and what the page's wall clock said as it left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sending {
    /// When the head of the request was read.
    pub received_at: Moment,
    /// The page's wall clock; `None` if missing or unreadable.
    pub sent_at: Option<Moment>,
}

impl Sending {
    /// The offset that a session keeps after this request, in milliseconds to add to its page's wall clock: that of
    /// its first request, until one differs by a minute or more.
    pub fn offset_to_keep(&self, kept_ms: Option<i64>) -> Option<i64> {
        let seen_ms = self
            .sent_at
            .map(|sent_at| self.received_at.as_ms() - sent_at.as_ms());
        match (kept_ms, seen_ms) {
            (Some(kept), Some(seen)) if (seen - kept).abs() < CLOCK_TOLERANCE_MS => Some(kept),
            (kept, seen) => seen.or(kept),
        }
    }

    /// When an item happened, given the offset that its session keeps.
    pub fn correct(&self, stamp: Stamp, kept_ms: Option<i64>) -> Moment {
        let offset_ms = match (self.sent_at, kept_ms) {
            (Some(_), Some(kept)) if kept.abs() > CLOCK_TOLERANCE_MS => kept,
            _ => 0,
        };
        let wall = stamp.ts.plus_ms(offset_ms);
        let age_ms = stamp.age_ms.filter(|age| (0..=MAX_AGE_MS).contains(age));
        match age_ms.map(|age| self.received_at.plus_ms(-age)) {
            Some(mono) if (wall.as_ms() - mono.as_ms()).abs() > CLOCK_TOLERANCE_MS => mono,
            _ => wall,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1000;
    const NOW: i64 = 1_500_000_000_000;

    fn sending(sent_at: Option<i64>) -> Sending {
        Sending {
            received_at: Moment::saturating(NOW),
            sent_at: sent_at.map(Moment::saturating),
        }
    }

    #[test]
    fn the_first_offset_is_kept_until_one_differs_by_a_minute() {
        for (kept, sent_at, expected) in [
            (None, None, None),
            (None, Some(NOW - 10), Some(10)),
            (Some(10), Some(NOW - 59_000), Some(10)),
            (Some(10), Some(NOW - 60_009), Some(10)),
            (Some(10), Some(NOW - 60_010), Some(60_010)),
            (Some(DAY), Some(NOW), Some(0)),
            (Some(DAY), Some(NOW - DAY - 30_000), Some(DAY)),
            (Some(DAY), None, Some(DAY)),
        ] {
            assert_eq!(
                sending(sent_at).offset_to_keep(kept),
                expected,
                "kept {kept:?}, sent at {sent_at:?}"
            );
        }
    }

    #[test]
    fn a_time_is_corrected_by_the_offset_or_by_the_age() {
        for (what, sent_at, kept, ts, age, expected) in [
            (
                "a right clock",
                Some(NOW),
                Some(5),
                NOW - 100,
                Some(100),
                NOW - 100,
            ),
            (
                "a small offset is none",
                Some(NOW),
                Some(60_000),
                NOW - 100,
                None,
                NOW - 100,
            ),
            (
                "a clock a day behind",
                Some(NOW - DAY),
                Some(DAY),
                NOW - DAY - 100,
                None,
                NOW - 100,
            ),
            (
                "a clock a day ahead",
                Some(NOW + DAY),
                Some(-DAY),
                NOW + DAY - 100,
                None,
                NOW - 100,
            ),
            (
                "no sent_at, no offset",
                None,
                Some(DAY),
                NOW - DAY,
                None,
                NOW - DAY,
            ),
            (
                "the age wins when the clock was set in between",
                Some(NOW),
                Some(0),
                NOW - DAY,
                Some(100),
                NOW - 100,
            ),
            (
                "the wall wins while they agree",
                Some(NOW),
                Some(0),
                NOW - 50_000,
                Some(100),
                NOW - 50_000,
            ),
            (
                "the age helps without sent_at",
                None,
                None,
                NOW - DAY,
                Some(100),
                NOW - 100,
            ),
            (
                "a negative age is none",
                Some(NOW),
                Some(0),
                NOW - DAY,
                Some(-1),
                NOW - DAY,
            ),
            (
                "400 days is an age",
                Some(NOW),
                Some(0),
                NOW,
                Some(MAX_AGE_MS),
                NOW - MAX_AGE_MS,
            ),
            (
                "more is none",
                Some(NOW),
                Some(0),
                NOW,
                Some(MAX_AGE_MS + 1),
                NOW,
            ),
        ] {
            let stamp = Stamp {
                ts: Moment::saturating(ts),
                age_ms: age,
            };
            assert_eq!(
                sending(sent_at).correct(stamp, kept).as_ms(),
                expected,
                "{what}"
            );
        }
    }
}
