//! `GET /snapshot`: a copy of the file, made while it is written to.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rusqlite::{Connection, OpenFlags};
use serde_json::json;

use crate::harness::{Reply, Server, add_consumer, until};

/// Events of each session that is posted here, in one batch.
const EVENTS: i64 = 3;
/// Where SQLite writes that a file has a write-ahead log, and what it writes where there is none.
const VERSIONS: std::ops::Range<usize> = 18..20;
const NO_LOG: [u8; 2] = [1, 1];

/// Posts a whole session, and returns whether it was stored.
fn post_session(server: &Server, key: &str, number: usize) -> bool {
    let (token, ts) = (token(number), "2026-01-02T03:04:05Z");
    let mut items = vec![json!({"type": "start", "token": token, "ts": ts})];
    items.extend((0..EVENTS).map(
        |seq| json!({"type": "event", "token": token, "seq": seq, "action": "click", "data": "x".repeat(2_000), "ts": ts}),
    ));
    items.push(json!({"type": "stop", "token": token, "ts": ts, "reason": "idle"}));
    let reply = server.batch(&json!({"consumer_key": key, "items": items}).to_string());
    reply.status == 200
}

fn token(number: usize) -> String {
    format!("{number:032x}")
}

/// A server whose file has at least so many bytes.
fn with_large_file(bytes: u32) -> (Server, String) {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let key = add_consumer(folder.path(), "MyApp");
    let file = Connection::open(folder.path().join("microticks.db")).unwrap();
    let sql = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
               INSERT INTO events(session_id, time, action, data)
               SELECT 0, '2026-01-02T03:04:05.000Z', 'orphan', printf('%.*c', 100000, 'x') FROM n";
    file.execute(sql, [bytes / 100_000 + 1]).unwrap();
    drop(file);
    (Server::start_in(&folder, &[]), key)
}

fn copy_of(server: &Server) -> PathBuf {
    server
        .folder
        .path()
        .join("microticks.db.snapshot.unfinished")
}

/// What lies beside the database that is not always there.
fn leftovers(server: &Server) -> Vec<String> {
    let files = fs::read_dir(server.folder.path()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("snapshot")).collect()
}

/// Opens a snapshot as somebody would who has nothing else.
fn open(folder: &Path, reply: &Reply) -> Connection {
    assert_eq!(
        reply.status,
        200,
        "{}",
        String::from_utf8_lossy(&reply.body)
    );
    let length = reply.header("content-length").unwrap();
    assert_eq!(length.parse(), Ok(reply.body.len()));
    assert_eq!(reply.body[VERSIONS], NO_LOG);
    let file = folder.join("copy.db");
    fs::write(&file, &reply.body).unwrap();
    let copy = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let check: String = copy
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
    copy
}

fn tokens(copy: &Connection) -> BTreeSet<String> {
    let mut sessions = copy.prepare("SELECT token FROM sessions").unwrap();
    let tokens = sessions.query_map([], |row| row.get(0)).unwrap();
    tokens.map(Result::unwrap).collect()
}

#[test]
fn a_snapshot_holds_all_that_was_acknowledged_and_each_session_is_whole() {
    let (server, key) = with_large_file(20_000_000);
    let acknowledged = Mutex::new(BTreeSet::new());
    let ends = AtomicBool::new(false);
    let folder = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for poster in 0..4 {
            let (server, key, acknowledged, ends) = (&server, &key, &acknowledged, &ends);
            scope.spawn(move || {
                for number in (poster..).step_by(4) {
                    if ends.load(Ordering::Relaxed) {
                        break;
                    }
                    assert!(post_session(server, key, number));
                    acknowledged.lock().unwrap().insert(token(number));
                }
            });
        }
        for _ in 0..5 {
            let before = acknowledged.lock().unwrap().clone();
            let reply = server.get("/snapshot");
            let copy = open(folder.path(), &reply);
            let missing: Vec<_> = before.difference(&tokens(&copy)).cloned().collect();
            assert!(missing.is_empty(), "{missing:?}");
            let sql = "SELECT count(*) FROM sessions s WHERE s.stop_reason IS NULL OR \
                       (SELECT count(*) FROM events e WHERE e.session_id = s.id) != ?1";
            let torn: i64 = copy.query_row(sql, [EVENTS], |row| row.get(0)).unwrap();
            assert_eq!(torn, 0);
        }
        ends.store(true, Ordering::Relaxed);
    });
    assert!(!acknowledged.lock().unwrap().is_empty());
    assert_eq!(leftovers(&server), [""; 0]);
}

#[test]
fn posts_are_answered_while_a_large_file_is_copied() {
    let (server, key) = with_large_file(200_000_000);
    let copying = copy_of(&server);
    let answered = thread::scope(|scope| {
        let snapshot = scope.spawn(|| server.get("/snapshot"));
        let mut meanwhile = 0;
        let mut posted = 0;
        while !snapshot.is_finished() {
            let began = copying.exists();
            assert!(post_session(&server, &key, posted));
            posted += 1;
            meanwhile += usize::from(began && copying.exists());
        }
        let folder = tempfile::tempdir().unwrap();
        let copy = open(folder.path(), &snapshot.join().unwrap());
        assert!(tokens(&copy).len() >= meanwhile);
        meanwhile
    });
    assert!(answered > 0);
}

#[test]
fn there_is_one_snapshot_at_a_time() {
    // More than the sockets of a reader hold.
    let (server, _) = with_large_file(50_000_000);
    let mut slow = server.connect();
    slow.write_all(b"GET /snapshot HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut head = [0; 12];
    slow.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    assert_eq!(
        leftovers(&server),
        [""; 0],
        "it has no name while it is sent"
    );
    let refused = server.get("/snapshot");
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (503, "snapshot_in_progress")
    );
    assert_eq!(refused.header("retry-after"), Some("5"));
    drop(slow);
    until("the place is free", || {
        server.get("/snapshot").status == 200
    });
}

#[test]
fn a_server_that_stops_gives_a_snapshot_up() {
    let (server, _) = with_large_file(200_000_000);
    let (copying, folder) = (copy_of(&server), Arc::clone(&server.folder));
    let mut asking = server.connect();
    asking
        .write_all(b"GET /snapshot HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    until("the copy is being made", || copying.exists());
    assert!(server.stop().success());
    // It was refused or broken off, or had arrived as a whole.
    let _ = asking.read_to_end(&mut Vec::new());
    assert!(!copying.exists());
    assert!(folder.path().join("microticks.db").exists());
}

#[test]
fn the_name_says_the_day_and_a_head_makes_no_copy() {
    let (server, _) = Server::with_consumer();
    let reply = server.get("/snapshot");
    assert_eq!(
        reply.header("content-type"),
        Some("application/vnd.sqlite3")
    );
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let name = reply.header("content-disposition").unwrap();
    let date = name
        .strip_prefix("attachment; filename=microticks-")
        .and_then(|rest| rest.strip_suffix(".db"))
        .unwrap();
    assert!(date.len() == "2026-11-25".len() && date.starts_with("20"));
    let head =
        server.raw(b"HEAD /snapshot HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains(name), "{head}");
    assert!(!head.contains("content-length"), "{head}");
}

#[test]
fn what_a_crash_has_left_of_a_copy_is_removed() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let of_the_operator = "microticks.db.snapshot";
    fs::write(folder.path().join(of_the_operator), "a copy").unwrap();
    for ending in ["", "-wal"] {
        let name = format!("microticks.db.snapshot.unfinished{ending}");
        fs::write(folder.path().join(name), "half a copy").unwrap();
    }
    let server = Server::start_in(&folder, &[]);
    assert_eq!(leftovers(&server), [of_the_operator]);
    fs::write(copy_of(&server), "half a copy").unwrap();
    assert_eq!(server.get("/snapshot").status, 200);
    assert_eq!(leftovers(&server), [of_the_operator]);
}

#[cfg(unix)]
#[test]
fn who_may_not_read_the_file_may_not_read_the_copy_while_it_is_made() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let (server, _) = with_large_file(50_000_000);
    fs::set_permissions(server.database(), fs::Permissions::from_mode(0o600)).unwrap();
    let copying = copy_of(&server);
    thread::scope(|scope| {
        let snapshot = scope.spawn(|| server.get("/snapshot"));
        let mut mode = None;
        while !snapshot.is_finished() {
            // As long as it is empty there is nothing to hide.
            mode = (copying.metadata().ok().filter(|copy| copy.len() > 0))
                .map(|copy| copy.mode())
                .or(mode);
        }
        assert_eq!(mode.map(|mode| mode & 0o777), Some(0o600));
    });
}
