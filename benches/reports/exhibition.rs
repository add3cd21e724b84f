//! Makes up ten years of ten tables.

use std::fmt::Write;

use rusqlite::{Connection, Statement, params};

const SCHEMA: &str = include_str!("../../src/store/schema.sql");
/// 2015-01-01T00:00:00Z, a Thursday.
const BEGIN_MS: i64 = 1_420_070_400_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const DAYS: i64 = 3_652;
/// So many events a session has on average.
const EVENTS_PER_SESSION: u64 = 17;
const SCREENS: u64 = 150;
const LANGUAGES: [&str; 3] = ["nb", "en", "日本語"];

/// Data of touches that a page should not send.
const ODD: [&str; 5] = [
    r#"{"target":"<script>alert(1)</script>","clickX":-5e300,"clickY":1e308,"screen":"\u202Eemoh","viewWidth":5e-324,"viewHeight":1}"#,
    r#"{"target":"x","clickX":1e400,"clickY":{"deep":[[[[[[[[]]]]]]]]},"screen":{"home":1}}"#,
    r#"{"target":"\ud800","screen":"=1+1","x":"3","y":null}"#,
    r#"{"target":" ","screen":"home","x":812.5,"y":-0.0}"#,
    "[1, 2,",
];

/// A small random generator (xorshift), so that the same file comes out each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn ms(&mut self, limit: i64) -> i64 {
        i64::try_from(self.below(u64::try_from(limit).unwrap())).unwrap()
    }
}

/// What is being written.
struct Writing<'c> {
    random: Random,
    session: Statement<'c>,
    event: Statement<'c>,
    sessions: i64,
    events: u64,
}

/// Fills an empty file with a version without derived tables.
pub fn fill(connection: &Connection, events: u64) {
    let pragmas =
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN";
    connection.execute_batch(pragmas).unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    let consumers = "INSERT INTO consumers(name, key, created_at) VALUES ('Museum', 'a', '2015'), ('Ærfuglen', 'b', '2015')";
    connection.execute_batch(consumers).unwrap();
    let mut writing = Writing {
        random: Random(0x2545_F491_4F6C_DD1D),
        session: connection
            .prepare("INSERT INTO sessions(token, ip, started_at, stopped_at, consumer_id, device, stop_reason, received_at, excluded_at) VALUES (?1, '10.0.0.7', ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
            .unwrap(),
        event: connection
            .prepare("INSERT INTO events(session_id, time, action, data, seq, received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .unwrap(),
        sessions: 0,
        events: 0,
    };
    let total = events / EVENTS_PER_SESSION;
    let mut number = 0;
    while writing.events < events {
        // In order of time, as they arrive; nearly all in opening hours, and bursts when a class comes.
        let day = i64::try_from(number * u64::try_from(DAYS).unwrap() / total.max(1)).unwrap();
        number += 1;
        let is_monday = day % 7 == 4;
        if is_monday && writing.random.below(50) > 0 {
            continue;
        }
        let hour = if writing.random.below(3) == 0 {
            11
        } else {
            8 + writing.random.ms(9)
        };
        let start = BEGIN_MS + day * DAY_MS + hour * 3_600_000 + writing.random.ms(3_600_000);
        let echo = writing.random.below(2_000) == 0;
        let seed = writing.random.0;
        writing.visit(start, events);
        if echo {
            writing.random.0 = seed;
            writing.visit(start, events);
        }
    }
    drop(writing);
    connection
        .execute_batch("PRAGMA user_version = 1; COMMIT")
        .unwrap();
}

impl Writing<'_> {
    /// One session with its events.
    fn visit(&mut self, start: i64, most: u64) {
        let table = self.random.below(10);
        let (device, consumer) = (format!("table-{table}"), if table == 9 { 2 } else { 1 });
        self.sessions += 1;
        let kind = self.random.below(1_000);
        let touches = match kind {
            0 => 400,
            1..100 => 25 + self.random.below(40),
            _ => 2 + self.random.below(11),
        };
        let pause = if (1..100).contains(&kind) {
            45_000
        } else {
            6_000
        };
        let (mut now, mut screen, mut seq) =
            (start, "home".to_owned(), self.random.below(1 << 33) << 20);
        let lang = LANGUAGES[usize::try_from(self.random.below(3)).unwrap()];
        for _ in 0..touches {
            if self.events >= most {
                break;
            }
            now += if kind == 0 {
                150
            } else {
                300 + self.random.ms(pause)
            };
            let palm = self.random.below(200) == 0;
            let (x, y) = if kind == 0 {
                (812, 430)
            } else {
                (self.random.below(1920), self.random.below(1080))
            };
            for finger in 0..if palm { 5 } else { 1 } {
                let target = self.random.below(12);
                let data = format!(
                    r#"{{"target":"t{target}","clickX":{x},"clickY":{y},"screen":"{screen}","viewWidth":1920,"viewHeight":1080,"lang":"{lang}"}}"#
                );
                self.event(now + finger * 10, "click", &data, &mut seq);
            }
            if kind > 0 && self.random.below(100) < 45 {
                screen = if self.random.below(2) == 0 {
                    "home".to_owned()
                } else {
                    self.screen()
                };
                let data = format!(r#"{{"screen":"{screen}","lang":"{lang}"}}"#);
                self.event(now + 40, "screen", &data, &mut seq);
            }
            match self.random.below(400) {
                0..8 => self.page(now + 300, &screen, &mut seq),
                8..12 => self.film(now + 500, &mut seq),
                12 => self.event(now + 1, "note", "no object", &mut seq),
                13 => self.odd(now + 1, &mut seq),
                _ => {}
            }
        }
        if self.random.below(3) == 0 {
            self.event(
                now + 60_000,
                "screen",
                r#"{"screen":"home","auto":true}"#,
                &mut seq,
            );
        }
        let reason = match self.random.below(100) {
            0..6 => "expired",
            6..20 => "reset",
            _ => "idle",
        };
        let is_open = self.random.below(5_000) == 0;
        let excluded = (self.random.below(300) == 0).then(|| time(start));
        let token = format!(
            "{:032x}",
            u128::from(self.random.0) << 64 | u128::from(self.sessions.unsigned_abs())
        );
        let values = params![
            token,
            time(start),
            (!is_open).then(|| time(now + 60_000)),
            consumer,
            device,
            (!is_open).then_some(reason),
            start + 90,
            excluded
        ];
        self.session.execute(values).unwrap();
    }

    fn screen(&mut self) -> String {
        let number = self.random.below(SCREENS).min(self.random.below(SCREENS));
        let kind = ["book", "film", "kart", "spørsmål"][usize::try_from(number % 4).unwrap()];
        format!("{kind}:{number}")
    }

    fn page(&mut self, now: i64, screen: &str, seq: &mut u64) {
        let page = self.random.below(12);
        self.event(
            now,
            "pageChange",
            &format!(r#"{{"screen":"{screen}","currentPage":{page}}}"#),
            seq,
        );
    }

    /// A touch as nobody should send it: absurd, hostile, or with a target that is called otherwise each time.
    fn odd(&mut self, now: i64, seq: &mut u64) {
        let odd = self.random.below(6);
        let data = match ODD.get(usize::try_from(odd).unwrap()) {
            Some(data) => (*data).to_owned(),
            None => format!(r#"{{"target":"ember{seq}","clickX":3,"clickY":5,"screen":"home"}}"#),
        };
        self.event(now, "click", &data, seq);
    }

    fn film(&mut self, now: i64, seq: &mut u64) {
        let target = self.random.below(20);
        for (after, state) in [(0, "play"), (9_000, "pause")] {
            let mut data = format!(r#"{{"target":"film{target}.mp4","state":"{state}","#);
            write!(data, r#""position_s":{}.25}}"#, after / 1000).unwrap();
            self.event(now + after, "media", &data, seq);
        }
    }

    fn event(&mut self, now: i64, action: &str, data: &str, seq: &mut u64) {
        *seq += 1;
        let seq = i64::try_from(*seq).unwrap();
        self.event
            .execute((self.sessions, time(now), action, data, seq, now + 500))
            .unwrap();
        self.events += 1;
    }
}

/// A moment as it is stored.
fn time(ms: i64) -> String {
    microticks::model::calendar::moment_text(ms)
}
