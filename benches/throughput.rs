//! How fast touches get to the disk, beside what this machine can do at all.
//!
//! Run with `cargo bench --bench throughput`. Two figures are ratios, each against a reference that runs in turn with
//! it, so that a noisy machine disturbs both alike:
//!
//! - durable `POST /events` over 64 connections, against a bare hyper server that reads the body and answers a
//!   constant;
//! - durable `POST /batch` of 100 events over 16 connections, against bare SQLite inserting the same rows into the same
//!   tables in transactions of 1,024.
//!
//! Beside them stand the CPU time of the server per request, p50 and p99 of a request, the peak memory, and how long
//! the disk takes to sync. `ROUNDS` and `SECONDS` in the environment change how long it runs.

#![allow(clippy::unwrap_used, reason = "a panic is how a benchmark fails")]

#[path = "../tests/server/harness.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod harness;

use std::convert::Infallible;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use harness::{Server, add_consumer};

const REFERENCE: &str = "--reference-server";
const EVENT_CONNECTIONS: usize = 64;
/// Each connection is a kiosk: so many touches make a visit, and so many visits are there before the first is gone on with.
const VISIT_TOUCHES: u64 = 30;
const KIOSK_VISITS: u64 = 256;
const BATCH_CONNECTIONS: usize = 16;
const BATCH_EVENTS: i64 = 100;
const TRANSACTION_ROWS: i64 = 1_024;
const TS: &str = "2026-01-02T03:04:05.678Z";
const DATA: &str = r#"{"target":"map","clickX":812,"clickY":430,"screen":"home","viewWidth":1920,"viewHeight":1080}"#;

fn main() {
    if std::env::args().any(|argument| argument == REFERENCE) {
        return serve_constant();
    }
    let number = |name: &str, default: u64| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let (rounds, length) = (
        number("ROUNDS", 7),
        Duration::from_secs(number("SECONDS", 3)),
    );
    let folder = Arc::new(tempfile::tempdir_in(".").unwrap());
    println!(
        "disk sync        {:8.3} ms",
        sync_time(folder.path()).as_secs_f64() * 1e3
    );
    let key = add_consumer(folder.path(), "Bench");
    let server = Server::start_in(&folder, &[]);
    let reference = Reference::start();
    begin_visits(&server, &key);

    let mut events = Comparison::default();
    let mut batches = Comparison::default();
    let (touches, counter) = (AtomicU64::new(0), AtomicU64::new(1));
    let (event, batch, zeros) = (event_template(), batch_template(&key), token(0));
    let touch = |kiosk: usize| -> Bytes {
        let visit =
            touches.fetch_add(1, Ordering::Relaxed) / (VISIT_TOUCHES * EVENT_CONNECTIONS as u64);
        event
            .replace(&zeros, &visit_token(kiosk as u64, visit % KIOSK_VISITS))
            .into()
    };
    for round in 1..=rounds {
        events.reference.push(measure(
            reference.address,
            reference.pid(),
            EVENT_CONNECTIONS,
            length,
            touch,
        ));
        events.ours.push(measure(
            server.address,
            server.pid(),
            EVENT_CONNECTIONS,
            length,
            touch,
        ));
        batches.reference.push(bare_sqlite(length));
        batches.ours.push(measure(
            server.address,
            server.pid(),
            BATCH_CONNECTIONS,
            length,
            |_| {
                let number = counter.fetch_add(1, Ordering::Relaxed);
                batch.replace(&zeros, &token(number)).into()
            },
        ));
        println!("round {round} of {rounds}");
    }
    println!("\nPOST /events, {EVENT_CONNECTIONS} connections, each event committed");
    events.print("requests/s", "bare hyper", 1.0);
    println!(
        "\nPOST /batch of {BATCH_EVENTS} events, {BATCH_CONNECTIONS} connections, each batch committed"
    );
    batches.print("rows/s", "bare SQLite", BATCH_EVENTS as f64);
    println!(
        "\npeak memory      {:8.1} MB",
        peak_memory_kb(server.pid()) as f64 / 1e3
    );
}

/// What one round showed.
struct Measured {
    /// Requests per second; for bare SQLite, batches' worth of rows per second.
    rate: f64,
    cpu_per_request: Duration,
    latencies: Vec<Duration>,
}

#[derive(Default)]
struct Comparison {
    ours: Vec<Measured>,
    reference: Vec<Measured>,
}

impl Comparison {
    fn print(&self, unit: &str, reference: &str, per_request: f64) {
        let rate = |rounds: &[Measured]| {
            median(
                rounds
                    .iter()
                    .map(|round| round.rate * per_request)
                    .collect(),
            )
        };
        let cpu = |rounds: &[Measured]| {
            median(
                rounds
                    .iter()
                    .map(|round| round.cpu_per_request.as_secs_f64() * 1e6)
                    .collect(),
            )
        };
        let ratios = self
            .ours
            .iter()
            .zip(&self.reference)
            .map(|(ours, reference)| ours.rate / reference.rate);
        println!(
            "ratio            {:8.1} %",
            median(ratios.collect()) * 100.0
        );
        println!(
            "ours             {:8.0} {unit}, {:.1} µs of CPU per request",
            rate(&self.ours),
            cpu(&self.ours)
        );
        println!(
            "{reference:<16} {:8.0} {unit}, {:.1} µs of CPU per request",
            rate(&self.reference),
            cpu(&self.reference)
        );
        let mut latencies: Vec<Duration> = self
            .ours
            .iter()
            .flat_map(|round| round.latencies.clone())
            .collect();
        latencies.sort_unstable();
        let at =
            |percent: usize| latencies[(latencies.len() - 1) * percent / 100].as_secs_f64() * 1e3;
        println!("p50, p99         {:8.2} ms, {:.2} ms", at(50), at(99));
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Median time of writing a page to a file and syncing it.
fn sync_time(folder: &Path) -> Duration {
    let mut file = fs::File::create(folder.join("sync")).unwrap();
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            file.write_all(&[0; 4096]).unwrap();
            let begin = Instant::now();
            file.sync_data().unwrap();
            begin.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn request(path: &str, content_type: &str, body: &str) -> Bytes {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}").into()
}

/// Begins all visits, in the order in which they take place.
fn begin_visits(server: &Server, key: &str) {
    for visit in 0..KIOSK_VISITS {
        let starts: Vec<String> = (0..EVENT_CONNECTIONS as u64)
            .map(|kiosk| {
                let token = visit_token(kiosk, visit);
                format!(
                    r#"{{"type":"start","token":"{token}","ts":"{TS}","device":"kiosk {kiosk}"}}"#
                )
            })
            .collect();
        let starts = starts.join(",");
        let reply = server.batch(&format!(r#"{{"consumer_key":"{key}","items":[{starts}]}}"#));
        assert_eq!(reply.json()["stored"], EVENT_CONNECTIONS);
    }
}

/// The tokens of visits and of batches differ in their first digit.
fn visit_token(kiosk: u64, visit: u64) -> String {
    format!("f{:031x}", kiosk * KIOSK_VISITS + visit)
}

/// A touch whose token is all zeros, to be replaced.
fn event_template() -> String {
    let (token, data) = (
        token(0),
        form_urlencoded::byte_serialize(DATA.as_bytes()).collect::<String>(),
    );
    let body = format!("token={token}&action=click&ts={TS}&data={data}");
    let request = request("/events", "application/x-www-form-urlencoded", &body);
    String::from_utf8(request.to_vec()).unwrap()
}

/// A batch whose token is all zeros, to be replaced: making the text anew would cost more than sending it.
fn batch_template(key: &str) -> String {
    let token = token(0);
    let items: Vec<String> = (0..BATCH_EVENTS)
        .map(|seq| {
            format!(r#"{{"type":"event","token":"{token}","seq":{seq},"action":"click","data":{DATA},"ts":"{TS}","age_ms":20}}"#)
        })
        .collect();
    let body = format!(
        r#"{{"consumer_key":"{key}","items":[{}]}}"#,
        items.join(",")
    );
    String::from_utf8(request("/batch", "text/plain;charset=UTF-8", &body).to_vec()).unwrap()
}

fn token(number: u64) -> String {
    format!("{number:032x}")
}

/// Sends requests over so many connections for so long, each connection one after the other.
fn measure(
    address: SocketAddr,
    pid: u32,
    connections: usize,
    length: Duration,
    next: impl Fn(usize) -> Bytes + Sync,
) -> Measured {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (begin, cpu) = (Instant::now(), cpu_time(pid));
    let end = begin + length;
    let latencies = runtime.block_on(async {
        let senders = (0..connections).map(|number| {
            let next = &next;
            async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let (mut latencies, mut reply) = (Vec::new(), vec![0; 4096]);
                while Instant::now() < end {
                    let request = next(number);
                    let sent = Instant::now();
                    stream.write_all(&request).await.unwrap();
                    // Replies are short and come in one piece.
                    let read = stream.read(&mut reply).await.unwrap();
                    assert!(
                        reply[..read].starts_with(b"HTTP/1.1 200"),
                        "{}",
                        String::from_utf8_lossy(&reply[..read])
                    );
                    latencies.push(sent.elapsed());
                }
                latencies
            }
        });
        futures_util::future::join_all(senders).await.concat()
    });
    let requests = latencies.len();
    Measured {
        rate: requests as f64 / begin.elapsed().as_secs_f64(),
        cpu_per_request: (cpu_time(pid) - cpu) / u32::try_from(requests).unwrap(),
        latencies,
    }
}

/// Rows like those of the batches, inserted by nobody but SQLite.
fn bare_sqlite(length: Duration) -> Measured {
    let folder: TempDir = tempfile::tempdir_in(".").unwrap();
    let file = Connection::open(folder.path().join("bare.db")).unwrap();
    file.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        .unwrap();
    file.execute_batch(include_str!("../src/store/schema.sql"))
        .unwrap();
    let sql = "INSERT INTO events(session_id, time, action, data, seq, received_at) VALUES (?1, ?2, 'click', ?3, ?4, 0)";
    let mut insert = file.prepare(sql).unwrap();
    let (begin, cpu) = (Instant::now(), cpu_time(std::process::id()));
    let mut rows = 0;
    while begin.elapsed() < length {
        file.execute_batch("BEGIN IMMEDIATE").unwrap();
        for _ in 0..TRANSACTION_ROWS {
            insert
                .execute((rows / BATCH_EVENTS, TS, DATA, rows % BATCH_EVENTS))
                .unwrap();
            rows += 1;
        }
        file.execute_batch("COMMIT").unwrap();
    }
    let batches = rows / BATCH_EVENTS;
    Measured {
        rate: batches as f64 / begin.elapsed().as_secs_f64(),
        cpu_per_request: (cpu_time(std::process::id()) - cpu) / u32::try_from(batches).unwrap(),
        latencies: Vec::new(),
    }
}

/// CPU time that a process has used, in ticks of 10 ms as Linux counts them.
fn cpu_time(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

fn peak_memory_kb(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The bare hyper server, in a process of its own as ours is.
struct Reference {
    child: Child,
    address: SocketAddr,
}

impl Reference {
    fn start() -> Reference {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command
            .arg(REFERENCE)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Reference {
            child,
            address: line.trim().parse().unwrap(),
        }
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn serve_constant() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                let answer = service_fn(|request: hyper::Request<hyper::body::Incoming>| async {
                    let _ = request.into_body().collect().await;
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(
                        b"{\"status\":200}",
                    ))))
                });
                let _ = http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), answer)
                    .await;
            });
        }
    });
}
