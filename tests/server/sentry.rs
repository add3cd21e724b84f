//! Errors that are reported to Sentry, as a receiver on this computer sees them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Server, add_consumer, microticks, until};

/// What was reported.
#[derive(Clone, Default)]
struct Reports(Arc<Mutex<Vec<Report>>>);

#[derive(Clone)]
struct Report {
    head: String,
    envelope: String,
    event: Value,
}

impl Reports {
    /// Listens for reports, for as long as the test lasts.
    fn listen() -> (Reports, SocketAddr) {
        let (reports, listener) = (
            Reports::default(),
            TcpListener::bind("127.0.0.1:0").unwrap(),
        );
        let address = listener.local_addr().unwrap();
        let received = reports.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                received.receive(&mut BufReader::new(stream));
            }
        });
        (reports, address)
    }

    fn receive(&self, stream: &mut BufReader<std::net::TcpStream>) {
        while let Some((head, body)) = request(stream) {
            let envelope = String::from_utf8(body).unwrap();
            // An envelope is a line about itself, then a line about each item and the item.
            let mut lines = envelope.lines();
            let about: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
            let item: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
            if item["type"] == "event" {
                let event: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
                let id = about["event_id"].as_str().unwrap().replace('-', "");
                assert_eq!(event["event_id"], id);
                self.0.lock().unwrap().push(Report {
                    head,
                    envelope: envelope.clone(),
                    event,
                });
            }
            // Whoever has its answer may end.
            stream
                .get_mut()
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                .unwrap();
        }
    }

    fn all(&self) -> Vec<Report> {
        self.0.lock().unwrap().clone()
    }

    fn messages(&self) -> Vec<String> {
        let text = |report: &Report| {
            report.event["logentry"]["message"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let message = |report: &Report| match report.event["message"].as_str() {
            Some(message) => message.to_owned(),
            None => text(report),
        };
        self.all().iter().map(message).collect()
    }
}

/// The next request of a connection.
fn request(stream: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let lower = head.to_lowercase();
    let length = lower
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap_or("0").parse().unwrap()];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

fn folder_with_consumer() -> (Arc<TempDir>, String) {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let key = add_consumer(folder.path(), "MyApp");
    (folder, key)
}

/// Locks the file, so that a post is refused.
fn refuse_a_post(server: &Server, key: &str) {
    let other = Connection::open(server.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let body = format!("consumer_key={key}&ts=2026-01-02T03:04:05Z");
    thread::scope(|scope| {
        let posts = [(); 2].map(|()| scope.spawn(|| server.form("/sessions", &body).status));
        for post in posts {
            assert_eq!(post.join().unwrap(), 503);
        }
    });
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(server.form("/sessions", &body).status, 200);
}

#[test]
fn the_first_refusal_of_an_episode_is_reported() {
    let (reports, address) = Reports::listen();
    let (folder, key) = folder_with_consumer();
    let mut command = microticks(folder.path(), &["--bind", "127.0.0.1:0"]);
    command.env(
        "MICROTICKS_SENTRY_DSN",
        format!("http://public@{address}/42"),
    );
    command.env("SENTRY_ENVIRONMENT", "hall-3");
    let server = Server::spawn(&mut command, &folder);
    refuse_a_post(&server, &key);
    until("it is reported", || !reports.all().is_empty());
    assert!(server.stop().success());
    let messages = reports.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(
        messages[0].contains("nothing is stored while the database file is locked"),
        "{messages:?}"
    );
    let Report {
        head,
        envelope,
        event,
    } = &reports.all()[0];
    assert!(head.starts_with("POST /api/42/envelope/ "), "{head}");
    assert!(head.to_lowercase().contains("sentry_key=public"), "{head}");
    assert_eq!(event.get("level"), None, "which is an error");
    assert_eq!(
        event["release"],
        concat!("microticks@", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(event["environment"], "hall-3");
    let computer = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    for secret in [
        key.as_str(),
        "127.0.0.1",
        computer.trim(),
        "consumer_key",
        "2026-01-02",
    ] {
        assert!(!envelope.contains(secret), "{secret}: {envelope}");
    }
}

#[test]
fn a_panic_is_reported_before_the_process_ends() {
    let (reports, address) = Reports::listen();
    let (folder, key) = folder_with_consumer();
    let dsn = format!("http://public@{address}/42");
    let server = Server::start_in(&folder, &["--sentry-dsn", &dsn]);
    let token = server.session(&key);
    crate::faults::let_the_writer_die(&server, &token);
    let (status, log) = server.wait();
    assert_eq!(status.code(), Some(1), "{log}");
    let messages = reports.messages();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(
        messages[0].contains("thread writer panicked at src/store/events.rs"),
        "{messages:?}"
    );
    assert!(
        messages[1].contains("the writer thread died"),
        "{messages:?}"
    );
}

#[test]
fn a_receiver_that_never_answers_keeps_nobody_waiting() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let dsn = format!("http://public@{}/42", silent.local_addr().unwrap());
    let (folder, key) = folder_with_consumer();
    let server = Server::start_in(&folder, &["--sentry-dsn", &dsn]);
    refuse_a_post(&server, &key);
    server.session(&key);
    let stopping = Instant::now();
    assert!(server.stop().success());
    assert!(
        stopping.elapsed() < Duration::from_secs(10),
        "{:?}",
        stopping.elapsed()
    );
}

/// A static binary must not look names up through the C library: that loads the host's name-service modules.
#[test]
fn a_host_is_found_on_a_computer_with_foreign_name_services() {
    let (reports, address) = Reports::listen();
    let (folder, key) = folder_with_consumer();
    let root = folder.path();
    let write = |path: &str, text: &str| fs::write(root.join(path), text).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_microticks"), root.join("microticks")).unwrap();
    for folder in ["etc", "dev"] {
        fs::create_dir(root.join(folder)).unwrap();
    }
    write(
        "etc/nsswitch.conf",
        "hosts: foreign\npasswd: foreign\ngroup: foreign\n",
    );
    write("etc/hosts", "127.0.0.1 errors.museum.example\n");
    write(
        "etc/resolv.conf",
        "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
    );
    let dsn = format!("http://public@errors.museum.example:{}/42", address.port());
    let mut command = in_root(root, &["--bind", "localhost:0", "--sentry-dsn", &dsn]);
    let server = Server::spawn(&mut command, &folder);
    refuse_a_post(&server, &key);
    until("it is reported", || !reports.all().is_empty());
    assert!(server.stop().success());
}

/// A command that runs the server in another root. A user namespace gives the right to it where that is missing.
fn in_root(root: &Path, arguments: &[&str]) -> Command {
    let start = r#"mount --rbind /dev dev && exec chroot . /microticks "$@""#;
    let mut command = Command::new("unshare");
    command.env_clear().current_dir(root);
    command.args(["--map-root-user", "--mount", "sh", "-c", start, "sh"]);
    command.args(arguments);
    command
}
