//! Ingest against a plain model: whatever kiosks send, resend, reorder and split differently, with clocks that jump by
//! years and a server that restarts in between, every answer and every row is the model's, and what is derived a little at
//! a time is what would be derived at once.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod model;

use std::path::Path;
use std::time::Duration;

use microticks::model::{Alive, Credential, Item, Moment, Outcome, Request, Stamp, What, Work};
use microticks::store::{Agent, Store, StoreConfig, consumers, rebuild};
use proptest::prelude::*;
use rusqlite::{Connection, OptionalExtension};

use model::{Model, make};

const NOW: i64 = 1_750_000_000_000;
const YEAR: i64 = 365 * 86_400_000;

/// Something that happens.
#[derive(Debug, Clone)]
enum Step {
    Request(Vec<Small>, Sending),
    /// The items of the requests before this one, once more: those of so many, beginning with another one, and so many of
    /// them. So they come in another order and split in another way.
    Again(usize, usize, usize, Sending),
    Restart,
    /// Somebody asks for a report.
    Derive,
    /// A session is marked as a staff test, or that is taken back.
    Mark(i64, bool),
}

/// A request's key, its way and its clocks.
#[derive(Debug, Clone)]
struct Sending {
    key: u8,
    form: bool,
    /// What the page's clock is off by, and whether it says what it shows.
    skew_ms: i64,
    tells: bool,
    /// How long the request was under way.
    latency_ms: i64,
}

/// An item in small numbers.
#[derive(Debug, Clone)]
struct Small {
    kind: u8,
    session: u8,
    seq: u8,
    variant: u8,
    ts_ms: i64,
    age_ms: Option<i64>,
}

fn sending() -> impl Strategy<Value = Sending> {
    let skew = prop_oneof![4 => Just(0), 1 => -90_000_i64..90_000, 1 => Just(-24 * YEAR), 1 => Just(3 * YEAR)];
    (0_u8..3, any::<bool>(), skew, any::<bool>(), 0_i64..70_000).prop_map(
        |(key, form, skew_ms, tells, latency_ms)| Sending {
            key,
            form,
            skew_ms,
            tells,
            latency_ms,
        },
    )
}

fn small() -> impl Strategy<Value = Small> {
    let age = prop_oneof![
        Just(None),
        (0_i64..200_000).prop_map(Some),
        Just(Some(-5)),
        Just(Some(2 * YEAR))
    ];
    (0_u8..8, 0_u8..4, 0_u8..5, 0_u8..3, 0_i64..20, age).prop_map(
        |(kind, session, seq, variant, ts, age_ms)| Small {
            kind,
            session,
            seq,
            variant,
            ts_ms: ts * 10_000,
            age_ms,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (prop::collection::vec(small(), 1..8), sending()).prop_map(|(items, sending)| Step::Request(items, sending)),
        4 => (1_usize..6, 0_usize..20, 1_usize..30, sending())
            .prop_map(|(back, turn, most, sending)| Step::Again(back, turn, most, sending)),
        1 => Just(Step::Restart),
        4 => Just(Step::Derive),
        1 => (1_i64..5, any::<bool>()).prop_map(|(session_id, excluded)| Step::Mark(session_id, excluded)),
    ]
}

impl Small {
    fn item(&self, skew_ms: i64) -> Option<Item> {
        let what = match self.kind {
            0 => What::Start(make::device(self.variant)),
            1 => What::Stop(make::reason(self.variant)),
            2 => {
                return Some(Item::Alive(Alive {
                    device: make::device(self.variant),
                    ..Alive::default()
                }));
            }
            3 if self.variant == 0 => return None,
            _ => What::Event(make::event(self.seq, self.variant)),
        };
        let at = Stamp {
            ts: Moment::saturating(NOW + self.ts_ms + skew_ms),
            age_ms: self.age_ms,
        };
        Some(Item::Session {
            token: make::token(self.session),
            at,
            what,
        })
    }

    fn form(&self, credential: Credential) -> Work {
        let (token, ts) = (
            make::token(self.session),
            Moment::saturating(NOW + self.ts_ms),
        );
        match self.kind {
            0 => Work::StartSession {
                credential,
                ts,
                token: Some(token),
                device: make::device(self.variant),
            },
            1 => Work::StopSession {
                token,
                ts,
                reason: make::reason(self.variant),
            },
            _ => Work::StoreEvent {
                token,
                ts,
                event: make::event(self.seq, self.variant),
            },
        }
    }
}

fn request(items: &[Small], sending: &Sending, keys: &[String]) -> Request {
    let credential = match keys.get(usize::from(sending.key)) {
        Some(key) => Credential::Key(key.clone()),
        None => Credential::SameOrigin,
    };
    let sent = NOW + 500_000;
    let work = if sending.form {
        items[0].form(credential)
    } else {
        Work::Batch {
            credential,
            sent_at: sending
                .tells
                .then(|| Moment::saturating(sent + sending.skew_ms)),
            items: items
                .iter()
                .map(|item| item.item(sending.skew_ms).ok_or_else(make::rejection))
                .collect(),
        }
    };
    Request {
        received_at: Moment::saturating(sent + sending.latency_ms),
        ip: [127, 0, 0, 1].into(),
        work,
    }
}

fn mark(session_id: i64, excluded: bool) -> Request {
    Request {
        received_at: Moment::saturating(NOW),
        ip: [127, 0, 0, 1].into(),
        work: Work::Mark {
            session_id,
            excluded,
        },
    }
}

fn open(path: &Path) -> (Store, Agent) {
    let config = StoreConfig {
        path: path.to_owned(),
        default_consumer: None,
        session_timeout: Duration::ZERO,
    };
    Store::open(&config).unwrap()
}

async fn close((store, mut agent): (Store, Agent)) {
    store.stop_reading();
    store.close();
    agent.ended().await.unwrap();
}

/// Plays the steps on both sides and compares each answer, then the rows.
async fn play(steps: &[Step]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut model = Model::default();
    for name in ["one", "two"] {
        model
            .keys
            .push(consumers::add(&path, name, None).unwrap().consumer.key);
    }
    let mut running = open(&path);
    let mut sent: Vec<Vec<Small>> = Vec::new();
    for step in steps {
        let (items, sending) = match step {
            Step::Restart => {
                close(running).await;
                running = open(&path);
                continue;
            }
            Step::Derive => {
                running.0.derive_what_changed().await.unwrap();
                continue;
            }
            Step::Mark(session_id, excluded) => {
                let _unless_unknown = running.0.ingest(mark(*session_id, *excluded)).await;
                continue;
            }
            Step::Request(items, sending) => (items.clone(), sending),
            Step::Again(back, turn, most, sending) => {
                let skipped = sent.len().saturating_sub(*back);
                let mut items = sent[skipped..].concat();
                let turn = turn % items.len().max(1);
                items.rotate_left(turn);
                items.truncate(*most);
                (items, sending)
            }
        };
        if items.is_empty() {
            continue;
        }
        let request = request(&items, sending, &model.keys);
        let expected = model.apply(&request);
        let answer = running.0.ingest(request).await.unwrap();
        match (&answer, &expected) {
            (Ok(Outcome::Stored { .. } | Outcome::Started { .. }), Ok(None)) => {}
            (Ok(answer), Ok(Some(expected))) => prop_assert_eq!(answer, expected),
            (Err(refusal), Err(expected)) => prop_assert_eq!(refusal, expected),
            _ => prop_assert!(false, "{:?} instead of {:?}", answer, expected),
        }
        if let (Ok(Outcome::Started { token }), Ok(None)) = (&answer, &expected) {
            // A session of its own, which nothing else in the test writes to.
            prop_assert!((0..4).all(|number| make::token(number) != *token));
        }
        sent.push(items);
    }
    running.0.derive_what_changed().await.unwrap();
    close(running).await;
    compare(&model, &Connection::open(&path).unwrap())?;
    let findings = rebuild::check(&path).unwrap();
    prop_assert!(findings.is_good(), "{:?}", findings);
    // Starts with another's token have made sessions of their own.
    prop_assert!(findings.sessions >= model.sessions.len());
    prop_assert_eq!(findings.waiting, 0);
    Ok(())
}

fn compare(model: &Model, file: &Connection) -> Result<(), TestCaseError> {
    let text = |ms: i64| Moment::saturating(ms).to_string();
    for (token, expected) in &model.sessions {
        let sql = "SELECT id, consumer_id, device, started_at, raw_started_at, provisional, stopped_at, stop_time, \
                   raw_stop_time, stop_reason, clock_offset_ms, clicks, last_action FROM sessions WHERE token = ?1";
        let clicks: Vec<_> = expected
            .events
            .values()
            .filter(|event| event.action == "click")
            .collect();
        let stop = expected.stop.clone();
        let row = (
            expected.consumer_id,
            expected.device.clone(),
            text(expected.started_at),
            expected.raw_started_at.map(text),
            expected.provisional,
            expected.stopped_at().map(text),
            stop.as_ref().map(|(time, ..)| text(*time)),
            stop.as_ref().and_then(|(_, raw, _)| raw.map(text)),
            stop.and_then(|(.., reason)| reason),
            expected.clock_offset_ms,
            i64::try_from(clicks.len()).unwrap(),
            clicks.iter().map(|event| event.time).max().map(text),
        );
        let found = file.query_row(sql, [token], |found| {
            let row = (
                found.get(1)?,
                found.get(2)?,
                found.get(3)?,
                found.get(4)?,
                found.get(5)?,
                found.get(6)?,
                found.get(7)?,
                found.get(8)?,
                found.get(9)?,
                found.get(10)?,
                found.get(11)?,
                found.get(12)?,
            );
            Ok((found.get::<_, i64>(0)?, row))
        });
        let (id, found) = found
            .optional()
            .unwrap()
            .ok_or_else(|| TestCaseError::fail("a session is missing"))?;
        prop_assert_eq!(found, row, "session {}", token);
        let sql = "SELECT seq, time, ifnull(raw_time, time), action, data FROM events WHERE session_id = ?1 ORDER BY seq";
        let mut events = file.prepare(sql).unwrap();
        let events = events.query_map([id], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        });
        let found: Vec<(i64, String, String, String, String)> =
            events.unwrap().map(Result::unwrap).collect();
        let expected = expected.events.iter().map(|(seq, event)| {
            (
                *seq,
                text(event.time),
                text(event.ts),
                event.action.clone(),
                event.data.clone(),
            )
        });
        prop_assert_eq!(found, expected.collect::<Vec<_>>(), "events of {}", token);
    }
    let count = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let events: usize = model
        .sessions
        .values()
        .map(|session| session.events.len())
        .sum();
    prop_assert_eq!(
        count("SELECT count(*) FROM events"),
        i64::try_from(events).unwrap()
    );
    prop_assert_eq!(
        count("SELECT count(*) FROM devices"),
        i64::try_from(model.devices.len()).unwrap()
    );
    for ((consumer_id, name), alive) in &model.devices {
        let sql = "SELECT last_alive_ms FROM devices WHERE consumer_id = ?1 AND name = ?2";
        let found: i64 = file
            .query_row(sql, (consumer_id, name), |row| row.get(0))
            .unwrap();
        prop_assert_eq!(found, *alive);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_and_every_row_is_the_models(steps in prop::collection::vec(step(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(&steps))?;
    }
}
