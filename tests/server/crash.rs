//! The plug is pulled while touches arrive.

use std::collections::HashMap;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::{Server, act, add_consumer, until};

const WRITERS: u64 = 8;

/// A small generator, so that a printed seed repeats a run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[test]
fn a_kill_under_load_loses_nothing_that_was_acknowledged() {
    let kills: u64 = std::env::var("MICROTICKS_TEST_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(20);
    let seed: u64 = std::env::var("MICROTICKS_TEST_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0x5eed);
    println!("{kills} kills, MICROTICKS_TEST_SEED={seed}");
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let key = add_consumer(folder.path(), "MyApp");
    let mut random = Random(seed.max(1));
    let (mut sent, mut acknowledged) = (HashMap::new(), 0);
    for round in 0..kills {
        let server = Server::start_in(&folder, &[]);
        let (sender, receiver) = channel();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (url, key, sender) = (server.url("/batch"), key.clone(), sender.clone());
                thread::spawn(move || {
                    write_until_it_fails(&url, &key, round * WRITERS + writer, &sender)
                })
            })
            .collect();
        drop(sender);
        thread::sleep(Duration::from_millis(20 + random.below(150)));
        server.kill();
        writers
            .into_iter()
            .for_each(|writer| writer.join().unwrap());
        for (token, seq, is_acknowledged) in receiver {
            let known = sent.entry((token, seq)).or_insert(false);
            *known |= is_acknowledged;
            acknowledged += u64::from(is_acknowledged);
        }
    }
    // The last start recovers the file once more.
    let server = Server::start_in(&folder, &[]);
    assert_eq!(server.get("/healthz").status, 200);
    assert!(server.stop().success());
    check(
        &Connection::open(folder.path().join("microticks.db")).unwrap(),
        &sent,
    );
    let derived = act(folder.path(), &["--check"]);
    assert!(derived.status.success(), "{derived:?}");
    println!("{acknowledged} events were acknowledged and are there once");
    assert!(
        acknowledged > kills,
        "the writers must get something done between two kills"
    );
}

/// Sends small batches until the server is gone. Notes each event as sent, and as acknowledged once it is.
fn write_until_it_fails(url: &str, key: &str, writer: u64, noted: &Sender<(String, u64, bool)>) {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(10)));
    let agent: ureq::Agent = config.http_status_as_error(false).build().into();
    let token = format!("{writer:032x}");
    for batch in 0.. {
        let seqs: Vec<u64> = (0..5).map(|n| batch * 5 + n).collect();
        let items: Vec<Value> = seqs
            .iter()
            .map(|seq| {
                json!({"type": "event", "token": token, "seq": seq,
            "action": "click", "data": {"n": seq}, "ts": "2026-01-02T03:04:05Z"})
            })
            .collect();
        for seq in &seqs {
            noted.send((token.clone(), *seq, false)).unwrap();
        }
        let body = json!({"consumer_key": key, "items": items}).to_string();
        let Ok(mut reply) = agent.post(url).send(body) else {
            return;
        };
        let Ok(text) = reply.body_mut().read_to_string() else {
            return;
        };
        assert_eq!(
            text,
            "{\"status\":200,\"stored\":5,\"duplicates\":0,\"rejected\":[]}"
        );
        for seq in seqs {
            noted.send((token.clone(), seq, true)).unwrap();
        }
    }
}

fn check(file: &Connection, sent: &HashMap<(String, u64), bool>) {
    let ok: String = file
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(ok, "ok");
    let mut statement = file
        .prepare("SELECT token, seq FROM events JOIN sessions ON sessions.id = session_id")
        .unwrap();
    let mut stored: HashMap<(String, u64), u64> = HashMap::new();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))
        .unwrap();
    for (token, seq) in rows.map(Result::unwrap) {
        *stored
            .entry((token, u64::try_from(seq).unwrap()))
            .or_default() += 1;
    }
    for (event, is_acknowledged) in sent {
        let times = stored.get(event).copied().unwrap_or(0);
        assert!(times <= 1, "{event:?} is stored {times} times");
        assert!(
            times == 1 || !is_acknowledged,
            "{event:?} was acknowledged and is lost"
        );
    }
    assert!(
        stored.keys().all(|event| sent.contains_key(event)),
        "something is stored that nobody sent"
    );
}

#[test]
fn stopping_under_load_finishes_what_was_begun() {
    let (server, key) = Server::with_consumer();
    let token = server.session(&key);
    let address = server.address;
    let folder = server.folder.clone();
    let senders: Vec<_> = (0..8)
        .map(|_| {
            let token = token.clone();
            thread::spawn(move || {
                let mut acknowledged = 0;
                while let Some(true) = post(address, &token) {
                    acknowledged += 1;
                }
                acknowledged
            })
        })
        .collect();
    until("something is stored", || {
        server.count("SELECT count(*) FROM events") > 100
    });
    assert!(server.stop().success());
    let acknowledged: i64 = senders
        .into_iter()
        .map(|sender| sender.join().unwrap())
        .sum();
    let file = Connection::open(folder.path().join("microticks.db")).unwrap();
    let stored: i64 = file
        .query_row("SELECT count(*) FROM events", [], |row| row.get(0))
        .unwrap();
    assert!(
        stored >= acknowledged && acknowledged > 0,
        "{stored} stored, {acknowledged} acknowledged"
    );
}

/// Whether an event was acknowledged; `None` if there is no server any more.
fn post(address: std::net::SocketAddr, token: &str) -> Option<bool> {
    let mut stream = TcpStream::connect(address).ok()?;
    let body = format!("token={token}&action=a&data=&ts=2026-01-02T03:04:05Z");
    let head = "POST /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded";
    write!(
        stream,
        "{head}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut reply = String::new();
    std::io::Read::read_to_string(&mut stream, &mut reply).ok()?;
    Some(reply.contains("\"event_id\""))
}
