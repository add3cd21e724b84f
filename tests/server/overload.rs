//! More than the server takes: connections, and clients that are slow on purpose.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use crate::harness::{Server, until};

/// As many as the server serves at a time.
const PLACES: usize = 1_024;
/// Whoever makes no progress for so long is let go.
const STALL: Duration = Duration::from_secs(30);
/// What the server may take, whatever is asked of it.
const MEMORY_KB: u64 = 64 * 1024;

/// Each connection of a test is an open file of this process.
fn allow_many_connections() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let wanted = Rlimit {
        current: Some(maximum.unwrap_or(u64::MAX).min(8_192)),
        maximum,
    };
    setrlimit(Resource::Nofile, wanted).unwrap();
}

fn open_sockets(server: &Server) -> usize {
    let files = fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap();
    let links = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    links
        .filter(|link| link.to_string_lossy().starts_with("socket:"))
        .count()
}

fn peak_memory_kb(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn a_connection_too_many_is_told_to_come_again() {
    allow_many_connections();
    let server = Server::start(&[]);
    let idle = open_sockets(&server);
    let mut places: Vec<TcpStream> = (0..PLACES).map(|_| server.connect()).collect();
    until("all places are taken", || {
        open_sockets(&server) == idle + PLACES
    });
    let refused = server.form("/events", &format!("data={}", "x".repeat(100_000)));
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (503, "overloaded")
    );
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
    // Whoever was there is served, and the next as soon as one has left.
    places[0]
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    places[0].read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    until("a place is free", || server.get("/healthz").status == 200);
}

#[test]
fn slow_clients_neither_hold_the_server_nor_stay() {
    allow_many_connections();
    let (server, key) = Server::with_consumer();
    let idle = open_sockets(&server);
    let token = server.session(&key);
    // More than the sockets of a reader hold.
    for seq in 0..80 {
        let event = json!({"type": "event", "token": token, "seq": seq, "action": "a", "ts": "2026-01-02T03:04:05Z",
            "data": "x".repeat(200_000)});
        assert_eq!(
            server
                .batch(&json!({"consumer_key": key, "items": [event]}).to_string())
                .status,
            200
        );
    }
    let begun = Instant::now();
    let slow = [
        "POST /events HTTP/1.1\r\nHos",
        "POST /batch HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
        "POST /batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ];
    let clients: Vec<TcpStream> = (0..400)
        .map(|n| {
            let mut client = server.connect();
            client.write_all(slow[n % slow.len()].as_bytes()).unwrap();
            client
        })
        .collect();
    until("they are all there", || {
        open_sockets(&server) >= idle + clients.len()
    });
    while begun.elapsed() < STALL / 2 {
        let asked = Instant::now();
        server.session(&key);
        assert!(
            asked.elapsed() < Duration::from_secs(5),
            "others wait for slow clients"
        );
        thread::sleep(Duration::from_millis(200));
    }
    // Readers make a little progress at first, so their time begins later.
    let deadline = begun + STALL * 2;
    while open_sockets(&server) > idle {
        assert!(
            Instant::now() < deadline,
            "{} slow clients stay",
            open_sockets(&server) - idle
        );
        thread::sleep(Duration::from_millis(200));
    }
    assert!(begun.elapsed() >= STALL, "they were given their time");
    // One whose body did not come is told so.
    let mut answer = String::new();
    let _ = (&clients[1]).read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    let peak = peak_memory_kb(&server);
    assert!(peak < MEMORY_KB, "{peak} kB");
}

#[test]
fn memory_stays_bounded_under_full_load() {
    let (server, key) = Server::with_consumer();
    let batch = |sender: usize, round: usize| {
        let token = format!("{sender:016x}{round:016x}");
        let items: Vec<_> = (0..5_000)
            .map(|seq| {
                json!({"type": "event", "token": token, "seq": seq, "action": "click", "ts": "2026-01-02T03:04:05Z",
                    "data": {"target": "map", "clickX": seq, "n": "x".repeat(200)}})
            })
            .collect();
        json!({"consumer_key": key, "items": items}).to_string()
    };
    thread::scope(|scope| {
        for sender in 0..12 {
            let (server, batch) = (&server, &batch);
            scope.spawn(move || {
                for round in 0..2 {
                    let body = batch(sender, round);
                    assert!(body.len() < 2 * 1024 * 1024, "{}", body.len());
                    // There is room for a few at a time; the others come again, as clients do.
                    while server.batch(&body).status != 200 {
                        thread::sleep(Duration::from_millis(200));
                    }
                }
            });
        }
    });
    assert_eq!(server.count("SELECT count(*) FROM events"), 12 * 2 * 5_000);
    let peak = peak_memory_kb(&server);
    assert!(peak < MEMORY_KB, "{peak} kB");
}

#[test]
fn batches_of_many_items_in_little_text_take_room_too() {
    let (server, key) = Server::with_consumer();
    // Nothing leaves the queue meanwhile.
    let other = Connection::open(server.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let body = json!({"consumer_key": key, "items": vec![1; 5_000]}).to_string();
    let codes: Vec<String> = thread::scope(|scope| {
        let posts: Vec<_> = (0..12)
            .map(|_| scope.spawn(|| server.batch(&body).code()))
            .collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    });
    for code in ["overloaded", "database_locked"] {
        assert!(codes.iter().any(|found| found == code), "{codes:?}");
    }
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(server.batch(&body).status, 200, "the room is given back");
}
