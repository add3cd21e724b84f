//! `GET /live`: what happens right now.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::{PATIENCE, Server};

/// Somebody who watches.
struct Watcher {
    lines: BufReader<TcpStream>,
}

impl Watcher {
    fn new(server: &Server, query: &str) -> Watcher {
        use std::io::Write;
        let mut stream = server.connect();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!(
            "GET /live{query} HTTP/1.1\r\nHost: {}\r\n\r\n",
            server.address
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut watcher = Watcher {
            lines: BufReader::new(stream),
        };
        assert!(watcher.line().starts_with("HTTP/1.1 200"));
        let mut is_events = false;
        loop {
            let line = watcher.line();
            is_events |= line == "content-type: text/event-stream";
            if line.is_empty() {
                break;
            }
        }
        assert!(is_events);
        watcher
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The next event and its data. Lines of the chunked transfer are passed over.
    fn next_or_tick(&mut self) -> (String, Value) {
        loop {
            let line = self.line();
            if let Some(name) = line.strip_prefix("event: ") {
                let data = self.line();
                let data = data.strip_prefix("data: ").unwrap();
                return (name.to_owned(), serde_json::from_str(data).unwrap());
            }
        }
    }

    /// The next event that tells more than the time.
    fn next(&mut self) -> (String, Value) {
        loop {
            let event = self.next_or_tick();
            if event.0 != "tick" {
                return event;
            }
        }
    }

    fn ends(mut self) {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap_or(0) == 0 {
                break;
            }
        }
    }
}

fn batch(server: &Server, key: &str, items: &Value) {
    let reply = server.batch(&json!({"consumer_key": key, "items": items}).to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[test]
fn what_is_stored_is_told_in_order_and_once() {
    let (server, key) = Server::with_consumer();
    let mut watcher = Watcher::new(&server, "");
    let (name, data) = watcher.next();
    assert_eq!((name.as_str(), &data["visits"]), ("now", &json!([])));

    let token = "0123456789abcdef0123456789abcdef";
    let ts = "2026-01-01T10:00:00.000Z";
    let touch = json!({"type": "event", "token": token, "seq": 1, "action": "click", "ts": ts,
        "data": {"target": "button", "screen": "map", "prevScreen": "home"}});
    let items = json!([
        {"type": "start", "token": token, "ts": ts, "device": "table-2"},
        touch,
        touch,
        {"type": "event", "token": token, "seq": 2, "action": "screen", "ts": ts, "data": {"screen": "map"}},
        {"type": "alive", "device": "table-2", "queued": 4, "dropped": 0},
        {"type": "stop", "token": token, "ts": ts, "reason": "idle"},
    ]);
    batch(&server, &key, &items);
    batch(&server, &key, &items);
    let form = format!("consumer_key={key}&ts={ts}&token=");
    assert_eq!(server.form("/sessions", &form).status, 200);

    let names: Vec<_> = (0..6).map(|_| watcher.next()).collect();
    let whose = |data: &Value| (data["consumer_id"].clone(), data["device"].clone());
    assert!(
        names[..5]
            .iter()
            .all(|(_, data)| whose(data) == (json!(1), json!("table-2"))),
        "{names:?}"
    );
    let only: Vec<_> = names.iter().map(|(name, _)| name.as_str()).collect();
    // The sign of life that came with the second batch is a new one.
    assert_eq!(only, ["start", "touch", "alive", "stop", "alive", "start"]);
    let touch = &names[1].1;
    assert_eq!(
        (
            &touch["action"],
            &touch["target"],
            &touch["screen"],
            &touch["session_id"]
        ),
        (&json!("click"), &json!("button"), &json!("home"), &json!(1))
    );
    assert_eq!(
        (&names[2].1["queued"], &names[3].1["reason"]),
        (&json!(4), &json!("idle"))
    );
}

#[test]
fn it_begins_with_what_is_under_way_and_can_be_narrowed() {
    let (server, key) = Server::with_consumer();
    let ts = "2026-01-01T10:00:00.000Z";
    for (n, device) in ["left", "right"].iter().enumerate() {
        let token = format!("{n:032}");
        let items = json!([
            {"type": "start", "token": token, "ts": ts, "device": device},
            {"type": "event", "token": token, "seq": 1, "action": "tap", "ts": ts, "data": ""},
        ]);
        batch(&server, &key, &items);
    }
    let mut watcher = Watcher::new(&server, "?device=left&consumer=1");
    let (_, data) = watcher.next();
    let visits = data["visits"].as_array().unwrap();
    assert_eq!(visits.len(), 1);
    assert_eq!(
        (&visits[0]["device"], &visits[0]["touches"]),
        (&json!("left"), &json!(1))
    );
    batch(
        &server,
        &key,
        &json!([
            {"type": "alive", "device": "right"},
            {"type": "alive", "device": "left"},
        ]),
    );
    assert_eq!(watcher.next().1["device"], "left");
    let (_, data) = Watcher::new(&server, "?consumer=2").next();
    assert_eq!(data["visits"], json!([]));
}

#[test]
fn a_session_that_nobody_stops_ends_before_everybodys_eyes() {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let key = crate::harness::add_consumer(folder.path(), "MyApp");
    let server = Server::start_in(&folder, &["--session-timeout", "1"]);
    let mut watcher = Watcher::new(&server, "");
    server.session(&key);
    let seen: Vec<_> = (0..3).map(|_| watcher.next()).collect();
    assert_eq!((seen[1].0.as_str(), seen[2].0.as_str()), ("start", "stop"));
    assert_eq!(seen[2].1["reason"], "expired");
}

#[test]
fn who_watches_keeps_nobody_from_stopping_and_cannot_be_too_many() {
    let (server, _) = Server::with_consumer();
    let mut watchers: Vec<_> = (0..32).map(|_| Watcher::new(&server, "")).collect();
    assert_eq!(server.get("/live").code(), "overloaded");
    watchers.truncate(1);
    // The places of those who are gone are free again once the server has noticed.
    let server_url = server.url("/live");
    crate::harness::until("a place is free", || {
        let mut stream = server.connect();
        use std::io::{Read, Write};
        stream
            .write_all(
                format!(
                    "GET {server_url} HTTP/1.1\r\nHost: {}\r\n\r\n",
                    server.address
                )
                .as_bytes(),
            )
            .unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        thread::sleep(Duration::from_millis(100));
        &status[9..] == b"200"
    });
    assert!(server.stop().success());
    watchers.pop().unwrap().ends();
}

#[test]
fn watching_asks_for_the_key() {
    let server = Server::start(&["--key", "k"]);
    assert_eq!(server.get("/live").code(), "missing_key");
}

#[test]
fn who_watches_is_told_the_time_whether_much_happens_or_nothing() {
    let (server, key) = Server::with_consumer();
    let mut quiet = Watcher::new(&server, "?device=quiet");
    let mut busy = Watcher::new(&server, "");
    assert_eq!(quiet.next().0, "now");
    let heard = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !heard.load(Ordering::Relaxed) {
                batch(&server, &key, &json!([{"type": "alive", "device": "busy"}]));
                thread::sleep(Duration::from_millis(20));
            }
        });
        for watcher in [&mut quiet, &mut busy] {
            let told = loop {
                let (name, data) = watcher.next_or_tick();
                if name == "tick" {
                    break data["time"].as_str().unwrap().to_owned();
                }
            };
            let time: Timestamp = told.parse().unwrap();
            let age = Timestamp::now().duration_since(time);
            assert!(age.abs().unsigned_abs() < PATIENCE, "{told}");
        }
        heard.store(true, Ordering::Relaxed);
    });
}

#[test]
fn what_is_under_way_in_an_odd_file_is_told() {
    let (server, _) = Server::with_consumer();
    let sql = "INSERT INTO sessions(token, ip, started_at, consumer_id, device) VALUES ('odd', '', x'ff', 1, x'fe')";
    let connection = Connection::open(server.database()).unwrap();
    connection.execute(sql, []).unwrap();
    let (name, data) = Watcher::new(&server, "").next();
    assert_eq!(
        (name.as_str(), &data["visits"][0]["device"]),
        ("now", &json!("\u{fffd}"))
    );
}

#[test]
fn where_more_comes_at_once_than_is_kept_the_whole_picture_comes_again() {
    let (server, key) = Server::with_consumer();
    let mut watcher = Watcher::new(&server, "");
    assert_eq!(watcher.next().0, "now");
    let token = "0123456789abcdef0123456789abcdef";
    let ts = "2026-01-01T10:00:00.000Z";
    let touches = 4_999;
    let mut items = vec![json!({"type": "start", "token": token, "ts": ts})];
    items.extend((1..=touches).map(
        |seq| json!({"type": "event", "token": token, "seq": seq, "action": "click", "ts": ts, "data": {}}),
    ));
    batch(&server, &key, &json!(items));
    let mut heard = 0;
    while heard < touches {
        match watcher.next() {
            (name, _) if name == "touch" => heard += 1,
            (name, data) if name == "now" => heard = data["visits"][0]["touches"].as_u64().unwrap(),
            _ => {}
        }
    }
    assert_eq!(heard, touches);
}

#[test]
fn who_watches_one_device_sees_its_visit_however_many_others_there_are() {
    let (server, key) = Server::with_consumer();
    let start = |index: usize, device: &str| json!({"type": "start", "token": format!("{index:032x}"), "ts": "2026-01-01T10:00:00Z", "device": device});
    let mut items = vec![start(0, "left")];
    items.extend((1..=100).map(|index| start(index, "right")));
    batch(&server, &key, &json!(items));
    let visits = |query: &str| {
        Watcher::new(&server, query).next().1["visits"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((visits("?device=left"), visits("?device=right")), (1, 100));
}
