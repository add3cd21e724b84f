//! What others do to those who are touching now.
//!
//! Run with `cargo bench --bench company`. Ten kiosks post a touch every 20 ms; how long these wait is measured while
//! they are alone, and then
//!
//! - while twenty kiosks that were without a network come back at the same moment with 5,000 events each, in batches of
//!   500 as the client sends them: in the end every event must be there, once;
//! - with `FILE=target/reports-10000000.db`, which `cargo bench --bench reports` makes: in a copy of that file, while two
//!   people ask for the longest reports of all time, one after the other.

#![allow(clippy::unwrap_used, reason = "a panic is how a benchmark fails")]

#[path = "../tests/server/harness.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod harness;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use harness::{Server, add_consumer};

const KIOSKS: usize = 20;
const BATCHES: usize = 10;
const BATCH_EVENTS: usize = 500;
const LIVE_KIOSKS: usize = 10;
const TOUCH_PAUSE: Duration = Duration::from_millis(20);
const QUIET_TIME: Duration = Duration::from_secs(3);
const TS: &str = "2026-01-02T03:04:05.678Z";
const DATA: &str = r#"{"target":"map","clickX":812,"clickY":430,"screen":"home","viewWidth":1920,"viewHeight":1080}"#;

fn main() {
    let (server, key) = Server::with_consumer();
    let quiet = Live::of(&server, &key, || thread::sleep(QUIET_TIME));
    quiet.print("quiet");
    let backlog = Live::of(&server, &key, || {
        thread::scope(|scope| {
            for kiosk in 0..KIOSKS {
                let (server, key) = (&server, &key);
                scope.spawn(move || deliver(server, key, kiosk));
            }
        });
    });
    backlog.print("a backlog");
    let events = KIOSKS * BATCHES * BATCH_EVENTS;
    println!(
        "{events} events of {KIOSKS} kiosks in {:.2} s",
        backlog.took.as_secs_f64()
    );
    let stored = server.count("SELECT count(*) FROM events");
    let sent = events + quiet.waits.len() + backlog.waits.len();
    assert_eq!(stored, i64::try_from(sent).unwrap(), "each event once");
    if let Some(file) = std::env::var_os("FILE") {
        beside_reports(Path::new(&file));
    }
}

fn beside_reports(file: &Path) {
    let folder = Arc::new(tempfile::tempdir_in("target").unwrap());
    std::fs::copy(file, folder.path().join("microticks.db")).unwrap();
    let key = add_consumer(folder.path(), "Live");
    let server = Server::start_in(&folder, &[]);
    Live::of(&server, &key, || thread::sleep(QUIET_TIME)).print("quiet");
    let live = Live::of(&server, &key, || {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for report in ["overview", "dwell", "transitions", "journeys", "heatmap"] {
                        let reply = server.get(&format!("/reports/{report}?tz=Europe/Oslo"));
                        assert_eq!(reply.status, 200, "{}", reply.text());
                    }
                });
            }
        });
    });
    live.print("reports");
}

/// What kiosks waited for while something else went on.
struct Live {
    waits: Vec<Duration>,
    took: Duration,
}

impl Live {
    fn of(server: &Server, key: &str, meanwhile: impl FnOnce()) -> Live {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let touching: Vec<_> = (0..LIVE_KIOSKS)
                .map(|_| scope.spawn(|| touch(server, key, &over)))
                .collect();
            let begun = Instant::now();
            meanwhile();
            let took = begun.elapsed();
            over.store(true, Ordering::Relaxed);
            let waits = touching.into_iter().flat_map(|kiosk| kiosk.join().unwrap());
            let mut waits: Vec<_> = waits.collect();
            waits.sort_unstable();
            Live { waits, took }
        })
    }

    fn print(&self, meanwhile: &str) {
        let at =
            |percent: usize| self.waits[(self.waits.len() - 1) * percent / 100].as_secs_f64() * 1e3;
        println!(
            "{meanwhile:<16} {} touches: p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms",
            self.waits.len(),
            at(50),
            at(99),
            at(100)
        );
    }
}

/// Touches now and then, and notes how long each took to be on the disk.
fn touch(server: &Server, key: &str, over: &AtomicBool) -> Vec<Duration> {
    let body = format!("token={}&action=click&data=&ts={TS}", server.session(key));
    let mut stream = server.connect();
    stream.set_nodelay(true).unwrap();
    let mut waits = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let asked = Instant::now();
        post(
            &mut stream,
            "/events",
            "application/x-www-form-urlencoded",
            &body,
        );
        waits.push(asked.elapsed());
        thread::sleep(TOUCH_PAUSE);
    }
    waits
}

/// Sends what one kiosk has kept.
fn deliver(server: &Server, key: &str, kiosk: usize) {
    let mut stream = server.connect();
    stream.set_nodelay(true).unwrap();
    for batch in 0..BATCHES {
        let items: Vec<String> = (0..BATCH_EVENTS)
            .map(|n| {
                let seq = batch * BATCH_EVENTS + n;
                format!(r#"{{"type":"event","token":"{kiosk:032x}","seq":{seq},"action":"click","data":{DATA},"ts":"{TS}"}}"#)
            })
            .collect();
        let body = format!(
            r#"{{"consumer_key":"{key}","items":[{}]}}"#,
            items.join(",")
        );
        post(&mut stream, "/batch", "text/plain", &body);
    }
}

fn post(stream: &mut TcpStream, path: &str, content_type: &str, body: &str) {
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut reply = [0; 4096];
    // Replies are short and come in one piece.
    let read = stream.read(&mut reply).unwrap();
    let reply = String::from_utf8_lossy(&reply[..read]);
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
}
