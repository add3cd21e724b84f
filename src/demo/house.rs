//! The made-up museum: when it is open, how full it is, and who comes to which table.
//!
//! What happens on a date depends on that date alone, so that yesterday's visits are the same tomorrow.

use fastrand::Rng;

use super::screens::{HEIGHT, WIDTH};
use super::visit::{self, Manner, Visit};
use crate::model::calendar::{self, HOUR_MS};
use crate::model::zone::LocalClock;
use crate::model::{Alive, Device, Item};

/// Another number makes up another museum.
const SEED: u64 = 1910;
const MINUTE_MS: i64 = 60 * 1000;

/// How likely somebody comes to a free table within a minute, on an ordinary day.
const CROWD: f64 = 0.023;

/// A touch table.
#[derive(Debug)]
pub(super) struct Table {
    /// The name of its device.
    pub(super) name: &'static str,
    /// How many come, beside the others.
    crowd: f64,
    /// How likely somebody goes on after a touch.
    patience: f64,
}

/// By the entrance many try it in passing.
pub(super) static ENTRANCE: Table = Table {
    name: "table-1",
    crowd: 1.25,
    patience: 0.85,
};

/// In the hall it is what people came for.
pub(super) static HALL: Table = Table {
    name: "table-2",
    crowd: 1.0,
    patience: 0.89,
};

/// To the café few come, who sit and have time. An hour ago somebody needed its socket.
pub(super) static CAFE: Table = Table {
    name: "table-3",
    crowd: 0.65,
    patience: 0.91,
};

/// A day on which the museum is open.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenDay {
    /// The date as a number of days.
    pub(super) date: i64,
    pub(super) opens_ms: i64,
    pub(super) closes_ms: i64,
    /// How many come, beside an ordinary day.
    crowd: f64,
    /// When a school class leaves, if one comes: it is there from the opening on.
    class_leaves_ms: i64,
    english: f64,
}

impl OpenDay {
    /// The day of this local date. `None` on Mondays.
    pub(super) fn new(clock: &LocalClock, date: i64) -> Option<OpenDay> {
        // Thursday has a long evening. Saturday is for families, Sunday for those who came too late on Saturday.
        let (closing_hour, crowd) = match calendar::weekday(date) {
            1 => return None,
            4 => (20, 0.9),
            6 => (17, 2.6),
            7 => (17, 1.6),
            _ => (17, 1.0),
        };
        let mut rng = seeded(date, 0);
        let text = calendar::date_text(date);
        let month_and_day = &text[text.len() - "06-20".len()..];
        let is_summer = ("06-20".."08-16").contains(&month_and_day);
        let is_weekend = calendar::weekday(date) >= 6;
        let weather = 0.85 + 0.3 * rng.f64();
        let has_class = !is_summer && !is_weekend && rng.u8(0..100) < 45;
        let opens_ms = moment_ms(clock, date, 10);
        let class_ms = if has_class {
            rng.i64(50..80) * MINUTE_MS
        } else {
            0
        };
        Some(OpenDay {
            date,
            opens_ms,
            closes_ms: moment_ms(clock, date, closing_hour),
            crowd: crowd * weather * if is_summer { 1.5 } else { 1.0 },
            class_leaves_ms: opens_ms + class_ms,
            english: if is_summer { 0.45 } else { 0.22 },
        })
    }

    /// The visits of the day that are over at these times, at the tables with a plug and at the one without, in order
    /// of their starts.
    pub(super) fn visits(&self, now_ms: i64, unplugged_ms: i64) -> Vec<Visit> {
        let mut visits = Vec::new();
        let tables = [(&ENTRANCE, now_ms), (&HALL, now_ms), (&CAFE, unplugged_ms)];
        for ((table, until_ms), number) in tables.into_iter().zip(1..) {
            let all = self.visits_to(table, &mut seeded(self.date, number));
            visits.extend(all.into_iter().filter(|visit| visit.end_ms() <= until_ms));
        }
        visits.sort_by_key(Visit::begin_ms);
        visits
    }

    /// The visits to one table, one after the other.
    fn visits_to(&self, table: &Table, rng: &mut Rng) -> Vec<Visit> {
        let mut visits = Vec::new();
        let mut now_ms = self.opens_ms;
        // Nobody begins in the last minute.
        while now_ms < self.closes_ms - MINUTE_MS {
            if rng.f64() < self.chance(table, now_ms) {
                let begin_ms = now_ms + rng.i64(0..MINUTE_MS);
                let visit = visit::visit(rng, table.name, begin_ms, self.manner(table, begin_ms));
                now_ms = visit.end_ms();
                visits.push(visit);
            } else {
                now_ms += MINUTE_MS;
            }
        }
        visits
    }

    /// How likely somebody comes within a minute.
    fn chance(&self, table: &Table, now_ms: i64) -> f64 {
        // It takes a while to fill, is fullest after lunch, and empties towards the end.
        let hour = match (now_ms - self.opens_ms) / HOUR_MS {
            0 => 0.6,
            1 | 2 => 1.0,
            3 | 4 => 1.3,
            5 => 1.1,
            6 => 0.7,
            _ => 0.5,
        };
        let class = if now_ms < self.class_leaves_ms {
            7.0
        } else {
            1.0
        };
        CROWD * self.crowd * table.crowd * hour * class
    }

    fn manner(&self, table: &Table, now_ms: i64) -> Manner {
        let is_class = now_ms < self.class_leaves_ms;
        Manner {
            patience: if is_class { 0.8 } else { table.patience },
            english: if is_class { 0.0 } else { self.english },
        }
    }
}

impl Table {
    /// How people are at this table who come just now.
    pub(super) fn manner(&self) -> Manner {
        Manner {
            patience: self.patience,
            english: 0.3,
        }
    }

    /// What its page says once a minute.
    pub(super) fn sign_of_life(&self) -> Item {
        Item::Alive(Alive {
            device: Device::parse(self.name.to_owned()).expect("names of tables are short"),
            queued: Some(0),
            dropped: Some(0),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            width: Some(WIDTH),
            height: Some(HEIGHT),
        })
    }
}

/// Chance, the same for each date and purpose.
pub(super) fn seeded(date: i64, purpose: u64) -> Rng {
    Rng::with_seed(SEED ^ (date.unsigned_abs() << 8) ^ purpose)
}

/// When a clock on the museum's wall shows this full hour.
fn moment_ms(clock: &LocalClock, date: i64, hour: i64) -> i64 {
    let local_ms = date * calendar::DAY_MS + hour * HOUR_MS;
    let nearly_ms = local_ms - clock.stretch(local_ms).offset_ms;
    local_ms - clock.stretch(nearly_ms).offset_ms
}
