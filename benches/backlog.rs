//! What a backlog does to those who are touching now.
//!
//! Run with `cargo bench --bench backlog`. Twenty kiosks were without a network and come back at the same moment with
//! 5,000 events each, in batches of 500 as the client sends them. Beside them ten kiosks post a touch every 20 ms; how
//! long these wait is measured before and meanwhile. In the end every event must be there, once.

#![allow(clippy::unwrap_used, reason = "a panic is how a benchmark fails")]

#[path = "../tests/server/harness.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod harness;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use harness::Server;

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
    let over = AtomicBool::new(false);
    let (quiet, busy, backlog) = thread::scope(|scope| {
        let live = |until: Instant| {
            let touching: Vec<_> = (0..LIVE_KIOSKS)
                .map(|_| scope.spawn(|| touch(&server, &key, &over)))
                .collect();
            thread::sleep(until.saturating_duration_since(Instant::now()));
            touching
        };
        let waits = |touching: Vec<thread::ScopedJoinHandle<'_, Vec<Duration>>>| {
            over.store(true, Ordering::Relaxed);
            let waits = touching.into_iter().flat_map(|kiosk| kiosk.join().unwrap());
            let waits: Vec<_> = waits.collect();
            over.store(false, Ordering::Relaxed);
            waits
        };
        let quiet = waits(live(Instant::now() + QUIET_TIME));
        let touching = live(Instant::now());
        let begun = Instant::now();
        let kiosks: Vec<_> = (0..KIOSKS)
            .map(|kiosk| {
                scope.spawn({
                    let (server, key) = (&server, &key);
                    move || deliver(server, key, kiosk)
                })
            })
            .collect();
        kiosks.into_iter().for_each(|kiosk| kiosk.join().unwrap());
        let backlog = begun.elapsed();
        (quiet, waits(touching), backlog)
    });
    let events = KIOSKS * BATCHES * BATCH_EVENTS;
    let stored = server.count("SELECT count(*) FROM events");
    assert_eq!(
        stored,
        i64::try_from(events + quiet.len() + busy.len()).unwrap(),
        "each event once"
    );
    println!(
        "backlog          {events} events of {KIOSKS} kiosks in {:.2} s",
        backlog.as_secs_f64()
    );
    print("quiet", quiet);
    print("meanwhile", busy);
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

fn print(when: &str, mut waits: Vec<Duration>) {
    waits.sort_unstable();
    let at = |percent: usize| waits[(waits.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    println!(
        "{when:<16} {} touches: p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms",
        waits.len(),
        at(50),
        at(99),
        at(100)
    );
}
