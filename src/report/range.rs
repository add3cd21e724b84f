//! From where to where a report reaches: dates of a zone, or moments.

use crate::model::calendar::{DAY_MS, FORTNIGHT_MS, date_text};
use crate::model::report::{At, Bound};
use crate::model::zone::LocalClock;

/// No zone is further from UTC than this.
const FURTHEST_MS: i64 = 26 * 60 * 60 * 1000;
/// How many dates next to a bound that is a moment may be touched only partly, or not at all.
const UNSURE_DATES: i64 = 3;

/// A half-open range. Without both ends it holds nothing.
#[derive(Debug)]
pub(super) struct Range {
    pub(super) from: Option<Bound>,
    pub(super) to: Option<Bound>,
    pub(super) clock: LocalClock,
}

/// A bound that nobody gave.
pub(super) fn date_bound(day: i64) -> Bound {
    Bound {
        text: date_text(day),
        at: At::Date(day),
    }
}

impl Range {
    fn ends(&self) -> Option<(At, At)> {
        Some((self.from.as_ref()?.at, self.to.as_ref()?.at))
    }

    /// Both ends as texts.
    pub(super) fn texts(&self) -> (Option<String>, Option<String>) {
        let text = |bound: &Option<Bound>| bound.as_ref().map(|bound| bound.text.clone());
        (text(&self.from), text(&self.to))
    }

    /// Whether a moment lies in it.
    pub(super) fn holds(&self, ms: i64) -> bool {
        let Some((from, to)) = self.ends() else {
            return false;
        };
        let has_begun = match from {
            At::Date(day) => self.clock.date(ms) >= day,
            At::Moment(from_ms) => ms >= from_ms,
        };
        has_begun
            && match to {
                At::Date(day) => self.clock.date(ms) <= day,
                At::Moment(to_ms) => ms < to_ms,
            }
    }

    /// A half-open interval that holds all moments of the range, and maybe some more.
    pub(super) fn at_most(&self) -> (i64, i64) {
        let Some((from, to)) = self.ends() else {
            return (0, 0);
        };
        let begin = match from {
            At::Date(day) => day * DAY_MS - FURTHEST_MS,
            At::Moment(ms) => ms,
        };
        let end = match to {
            At::Date(day) => (day + 1) * DAY_MS + FURTHEST_MS,
            At::Moment(ms) => ms,
        };
        (begin, end.max(begin))
    }

    /// The fortnights of UTC, half-open, of which every moment lies in the range. There may be one more at each end.
    pub(super) fn whole_fortnights(&self) -> (i64, i64) {
        let Some((from, to)) = self.ends() else {
            return (0, 0);
        };
        let begin = match from {
            At::Date(day) => (day + 2) * DAY_MS,
            At::Moment(ms) => ms,
        };
        let end = match to {
            At::Date(day) => (day - 1) * DAY_MS,
            At::Moment(ms) => ms,
        };
        let begin = (begin + FORTNIGHT_MS - 1).div_euclid(FORTNIGHT_MS);
        (begin, end.div_euclid(FORTNIGHT_MS).max(begin))
    }

    /// Whether a bound that is a moment lies between two moments, and not on the first.
    pub(super) fn is_cut_between(&self, begin_ms: i64, end_ms: i64) -> bool {
        let cuts = |at: At| matches!(at, At::Moment(ms) if begin_ms < ms && ms < end_ms);
        self.ends().is_some_and(|(from, to)| cuts(from) || cuts(to))
    }

    /// The first and the last date that it may touch.
    fn outer_dates(&self) -> Option<(i64, i64)> {
        let (from, to) = self.ends()?;
        let first = match from {
            At::Date(day) => day,
            At::Moment(ms) => self.clock.date(ms) - 1,
        };
        let last = match to {
            At::Date(day) => day,
            At::Moment(ms) => self.clock.date(ms) + 1,
        };
        Some((first, last))
    }

    /// The local dates that it touches, partly too.
    pub(super) fn dates(&self) -> impl Iterator<Item = i64> {
        let (first, last) = self.outer_dates().unwrap_or((0, -1));
        (first..=last).filter(move |day| {
            let is_far_inside = first + UNSURE_DATES < *day && *day < last - UNSURE_DATES;
            is_far_inside || self.touches(*day)
        })
    }

    /// Whether a moment of a date lies in it. Between two dates every date does, also one that the zone has skipped.
    fn touches(&self, day: i64) -> bool {
        let (begin, end) = match self.ends() {
            None => return false,
            Some((At::Date(first), At::Date(last))) => return (first..=last).contains(&day),
            Some((from, to)) => (
                match from {
                    At::Moment(ms) => ms,
                    At::Date(_) => i64::MIN,
                },
                match to {
                    At::Moment(ms) => ms,
                    At::Date(_) => i64::MAX,
                },
            ),
        };
        // A clock that is put back may show a date twice, so that it has several pieces.
        let mut at = day * DAY_MS - FURTHEST_MS;
        while at < (day + 1) * DAY_MS + FURTHEST_MS {
            let stretch = self.clock.stretch(at);
            let piece_begin = (day * DAY_MS - stretch.offset_ms).max(stretch.begin_ms);
            let piece_end = ((day + 1) * DAY_MS - stretch.offset_ms).min(stretch.end_ms);
            if piece_begin.max(begin) < piece_end.min(end) {
                return true;
            }
            at = stretch.end_ms;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Moment;
    use crate::model::calendar::read_date;
    use crate::model::zone::Zone;

    fn bound(text: &str) -> Bound {
        let date = read_date(text).map(At::Date);
        let at = date.or_else(|| Moment::parse_ms(text).map(At::Moment));
        Bound {
            text: text.to_owned(),
            at: at.unwrap(),
        }
    }

    fn range(zone: &str, from: &str, to: &str) -> Range {
        Range {
            from: Some(bound(from)),
            to: Some(bound(to)),
            clock: LocalClock::new(Zone::find(zone).unwrap()),
        }
    }

    #[test]
    fn a_range_touches_the_dates_of_its_moments() {
        for (zone, from, to, expected) in [
            (
                "UTC",
                "2024-03-30",
                "2024-04-01",
                "2024-03-30 2024-03-31 2024-04-01",
            ),
            ("UTC", "2024-03-30", "2024-03-29", ""),
            (
                "UTC",
                "2024-03-30T12:00:00Z",
                "2024-03-31T00:00:00Z",
                "2024-03-30",
            ),
            (
                "UTC",
                "2024-03-30T12:00:00Z",
                "2024-03-31T00:00:00.001Z",
                "2024-03-30 2024-03-31",
            ),
            ("UTC", "2024-03-30T12:00:00Z", "2024-03-30T12:00:00Z", ""),
            (
                "Europe/Oslo",
                "2024-03-30T23:00:00Z",
                "2024-03-31",
                "2024-03-31",
            ),
            // The clocks went back from one minute past midnight.
            (
                "America/St_Johns",
                "2010-11-07T02:30:00Z",
                "2010-11-07T02:31:00Z",
                "2010-11-07",
            ),
            (
                "America/St_Johns",
                "2010-11-07T02:30:00Z",
                "2010-11-07T02:32:00Z",
                "2010-11-06 2010-11-07",
            ),
            // This zone skipped the 30th.
            (
                "Pacific/Apia",
                "2011-12-29",
                "2011-12-31",
                "2011-12-29 2011-12-30 2011-12-31",
            ),
            (
                "Pacific/Apia",
                "2011-12-29T12:00:00Z",
                "2011-12-31T12:00:00Z",
                "2011-12-29 2011-12-31 2012-01-01",
            ),
        ] {
            let dates: Vec<_> = range(zone, from, to).dates().map(date_text).collect();
            assert_eq!(dates.join(" "), expected, "{zone} {from} {to}");
        }
    }

    #[test]
    fn an_interval_around_the_range_holds_all_of_it_and_whole_fortnights_lie_inside() {
        for zone in ["UTC", "Pacific/Chatham", "America/St_Johns"] {
            for (from, to) in [
                ("2010-10-01", "2010-12-20"),
                ("2010-10-01T10:00:00Z", "2010-12-20"),
                ("2010-10-01", "2010-12-20T00:00:00Z"),
            ] {
                let range = range(zone, from, to);
                let (begin, end) = range.at_most();
                assert!(!range.holds(begin - 1) && !range.holds(end));
                let (first, last) = range.whole_fortnights();
                let mut ms = first * FORTNIGHT_MS;
                while ms < last * FORTNIGHT_MS {
                    assert!(range.holds(ms));
                    ms += 60_000;
                }
                assert!(last - first >= 4);
            }
        }
    }
}
