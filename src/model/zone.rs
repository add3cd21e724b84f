//! Time zones: which local date and hour a moment falls on, whatever the zone has done to its clocks.

use std::cell::{Cell, RefCell};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::calendar::{DAY_MS, DAYS_OF_400_YEARS, day_of};

/// The last moment that jiff is asked about; a later one is looked up 400 years before, where the rules are the same.
const LAST_ASKED_MS: i64 = 253_370_000_000_000;
const MS_OF_400_YEARS: i64 = DAYS_OF_400_YEARS * DAY_MS;

/// A time zone by its IANA name.
#[derive(Debug, Clone)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

impl Zone {
    /// The zone of this name in the bundled database.
    pub fn find(name: &str) -> Option<Zone> {
        let rules = jiff::tz::db().get(name).ok()?;
        Some(Zone {
            name: name.to_owned(),
            rules,
        })
    }

    /// The zone of this computer, if it says one that the database knows.
    pub fn of_this_computer() -> Option<Zone> {
        let rules = TimeZone::try_system().ok()?;
        let name = rules.iana_name()?.to_owned();
        Some(Zone { name, rules })
    }

    /// No offset at all.
    pub fn utc() -> Zone {
        Zone {
            name: "UTC".to_owned(),
            rules: TimeZone::UTC,
        }
    }

    /// Its name, as it was asked for.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A stretch of time in which a zone's clocks were not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first moment.
    pub begin_ms: i64,
    /// The first moment after it.
    pub end_ms: i64,
    /// To be added to UTC.
    pub offset_ms: i64,
}

impl Stretch {
    fn holds(&self, ms: i64) -> bool {
        self.begin_ms <= ms && ms < self.end_ms
    }
}

/// A zone's clock, which remembers the stretches that it was asked about.
#[derive(Debug)]
pub struct LocalClock {
    zone: Zone,
    /// In order of time.
    known: RefCell<Vec<Stretch>>,
    /// Where the last answer was found.
    last: Cell<Option<Stretch>>,
}

impl LocalClock {
    /// Reads a zone's clock.
    pub fn new(zone: Zone) -> LocalClock {
        LocalClock {
            zone,
            known: RefCell::default(),
            last: Cell::new(None),
        }
    }

    /// The zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// What a clock on the wall shows, as milliseconds since 1970.
    pub fn local_ms(&self, ms: i64) -> i64 {
        ms + self.stretch(ms).offset_ms
    }

    /// The local date.
    pub fn date(&self, ms: i64) -> i64 {
        day_of(self.local_ms(ms))
    }

    /// The stretch that a moment lies in.
    pub fn stretch(&self, ms: i64) -> Stretch {
        if let Some(last) = self.last.get().filter(|last| last.holds(ms)) {
            return last;
        }
        let mut known = self.known.borrow_mut();
        let after = known.partition_point(|stretch| stretch.begin_ms <= ms);
        let found = match after.checked_sub(1).map(|at| known[at]) {
            Some(stretch) if stretch.holds(ms) => stretch,
            _ => {
                let stretch = self.look_up(ms);
                known.insert(after, stretch);
                stretch
            }
        };
        self.last.set(Some(found));
        found
    }

    fn look_up(&self, ms: i64) -> Stretch {
        let shift = match ms - LAST_ASKED_MS {
            beyond if beyond > 0 => (beyond / MS_OF_400_YEARS + 1) * MS_OF_400_YEARS,
            _ => 0,
        };
        let asked = Timestamp::from_millisecond(ms - shift).unwrap_or(Timestamp::MIN);
        let rules = &self.zone.rules;
        // The transition at a moment itself counts as before it.
        let just_after = asked
            .checked_add(jiff::SignedDuration::from_nanos(1))
            .unwrap_or(asked);
        let begin = rules.preceding(just_after).next();
        let end = rules.following(asked).next();
        Stretch {
            begin_ms: begin.map_or(i64::MIN, |at| at.timestamp().as_millisecond() + shift),
            end_ms: end.map_or(i64::MAX, |at| at.timestamp().as_millisecond() + shift),
            offset_ms: i64::from(rules.to_offset(asked).seconds()) * 1000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Moment;
    use super::super::calendar::{date_text, moment_text};
    use super::*;

    #[test]
    fn local_times_are_those_of_the_zone() {
        for (zone, utc, local) in [
            (
                "UTC",
                "2024-03-31T00:59:59.999Z",
                "2024-03-31T00:59:59.999Z",
            ),
            (
                "Europe/Oslo",
                "2024-03-31T00:59:59.999Z",
                "2024-03-31T01:59:59.999Z",
            ),
            (
                "Europe/Oslo",
                "2024-03-31T01:00:00.000Z",
                "2024-03-31T03:00:00.000Z",
            ),
            (
                "Europe/Oslo",
                "2024-10-27T00:59:59.999Z",
                "2024-10-27T02:59:59.999Z",
            ),
            (
                "Europe/Oslo",
                "2024-10-27T01:00:00.000Z",
                "2024-10-27T02:00:00.000Z",
            ),
            (
                "Asia/Kolkata",
                "2024-01-01T18:30:00.000Z",
                "2024-01-02T00:00:00.000Z",
            ),
            (
                "Australia/Lord_Howe",
                "2024-04-06T15:00:00.000Z",
                "2024-04-07T01:30:00.000Z",
            ),
            // The clocks went back at one minute past midnight.
            (
                "America/St_Johns",
                "2010-11-07T02:30:59.999Z",
                "2010-11-07T00:00:59.999Z",
            ),
            (
                "America/St_Johns",
                "2010-11-07T02:31:00.000Z",
                "2010-11-06T23:01:00.000Z",
            ),
            (
                "Pacific/Chatham",
                "2062-06-15T12:00:00.000Z",
                "2062-06-16T00:45:00.000Z",
            ),
            (
                "Pacific/Chatham",
                "9998-06-15T12:00:00.000Z",
                "9998-06-16T00:45:00.000Z",
            ),
            (
                "Pacific/Chatham",
                "9999-12-31T23:00:00.000Z",
                "10000-01-01T12:45:00.000Z",
            ),
        ] {
            let clock = LocalClock::new(Zone::find(zone).unwrap());
            for _ in 0..2 {
                let ms = clock.local_ms(Moment::parse_ms(utc).unwrap());
                assert_eq!(moment_text(ms), local, "{zone} {utc}");
                assert_eq!(date_text(day_of(ms)), local.split('T').next().unwrap());
            }
        }
    }

    #[test]
    fn a_stretch_begins_and_ends_where_the_clocks_change() {
        let clock = LocalClock::new(Zone::find("Europe/Oslo").unwrap());
        let stretch = clock.stretch(Moment::parse_ms("2024-06-01T00:00:00Z").unwrap());
        assert_eq!(moment_text(stretch.begin_ms), "2024-03-31T01:00:00.000Z");
        assert_eq!(moment_text(stretch.end_ms), "2024-10-27T01:00:00.000Z");
        assert_eq!(clock.stretch(stretch.begin_ms), stretch);
        assert_ne!(clock.stretch(stretch.end_ms), stretch);
        assert_ne!(clock.stretch(stretch.begin_ms - 1), stretch);
    }

    #[test]
    fn an_unknown_name_is_no_zone() {
        for name in ["Europe/Nowhere", "", "+02:00", "CET-1CEST"] {
            assert!(Zone::find(name).is_none(), "{name}");
        }
    }
}
