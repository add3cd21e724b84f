//! Files of the original service, of other programs, and of other versions.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::harness::{Server, act, add_consumer, until};

/// A file as the original service may have left it: 200 sessions with all that is odd about old files.
fn original(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join("microticks.db")).unwrap();
    connection
        .execute_batch(include_str!("../fixtures/original.sql"))
        .unwrap();
    connection
        .execute_batch(
            "INSERT INTO consumers VALUES (1, 'Bok', 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk', 'not a filter', '2017-01-01 10:00:00', NULL);
             INSERT INTO consumers VALUES (2, 'Gone', 'gggggggggggggggggggggggggggggggg', NULL, '2017-01-01 10:00:00', '');
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200)
             INSERT INTO sessions(id, token, ip, started_at, stopped_at, consumer_id)
             SELECT n, printf('%032x', n), '129.240.0.' || (n % 250), strftime('%Y-%m-%dT%H:%M:%S.000Z', 1500000000 + n * 100, 'unixepoch'),
                    CASE WHEN n % 3 = 0 THEN NULL WHEN n % 3 = 1 THEN '' ELSE '2017-08-01T00:00:00.000Z' END, 1 + n % 2 FROM n;
             UPDATE sessions SET token = 'twin' WHERE id IN (150, 153);
             UPDATE sessions SET started_at = 'garbage' WHERE id = 6;
             UPDATE sessions SET started_at = '' WHERE id = 7;
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
             INSERT INTO events(session_id, time, action, data)
             SELECT 1 + n % 200, strftime('%Y-%m-%dT%H:%M:%S.000Z', 1500000000 + n * 20, 'unixepoch'), 'click',
                    CASE n % 4 WHEN 0 THEN '{\"n\":' || n || '}' WHEN 1 THEN 'book ' || n WHEN 2 THEN NULL ELSE '' END FROM n;
             UPDATE events SET time = '' WHERE id = 10;
             UPDATE events SET time = 'yesterday' WHERE id = 11;
             UPDATE events SET time = '27.02.2017 16:18' WHERE id = 12;
             UPDATE events SET data = CAST(x'ff00fe' AS TEXT) WHERE id = 13;
             UPDATE events SET data = x'00ff' WHERE id = 14;
             UPDATE events SET data = 1e400, action = '' WHERE id = 15;
             INSERT INTO events(session_id, time, action, data) VALUES (9999, '2017-07-14T00:00:00.000Z', 'click', 'orphan'),
                    ('odd', 7, 'click', '{\"a\":1');",
        )
        .unwrap();
    connection
}

fn copies(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut copies: Vec<_> = names.filter(|name| name.contains(".bak")).collect();
    copies.sort();
    copies
}

#[test]
fn a_file_of_the_original_service_is_taken_over_with_every_row() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    drop(original(folder.path()));
    let server = Server::start_in(&folder, &[]);
    until("the file is upgraded", || {
        server.get("/readyz").status == 200
    });
    until("the copy is named", || {
        server.log().contains("microticks.db.v0.bak")
    });

    let events = server.get("/events").json();
    assert_eq!(events["count"], 1002);
    assert_eq!(events["events"][9]["time"], "");
    assert_eq!(events["events"][11]["time"], "27.02.2017 16:18");
    assert_eq!(events["events"][12]["data"], "\u{fffd}\0\u{fffd}");
    assert_eq!(events["events"][1000]["data"], "orphan");
    assert_eq!(
        events["events"][1001]["session_id"],
        serde_json::Value::Null
    );
    assert_eq!(events["events"][0]["received_at"], serde_json::Value::Null);
    assert_eq!(server.get("/sessions").json()["count"], 200);
    assert_eq!(server.get("/sessions?date=2017-07-14").json()["count"], 198);
    for query in [
        "/events?sort=time",
        "/events?sort.desc=time",
        "/events?sort=action&limit=2000",
        "/events?format=csv",
    ] {
        assert_eq!(server.get(query).status, 200, "{query}");
    }
    assert_eq!(server.get("/events?sort=time").json()["count"], 1002);
    assert_eq!(
        server.get("/events?from=2000-01-01").json()["count"],
        998,
        "unreadable times are in no range"
    );
    assert_eq!(
        server.get("/sessions?sort.desc=clicks&limit=1000").json()["count"],
        200
    );

    let ts = "2026-01-02T03:04:05Z";
    let event = |token: &str| {
        server.form(
            "/events",
            &format!("token={token}&action=click&data=new&ts={ts}"),
        )
    };
    assert_eq!(
        event(&format!("{:032x}", 3)).json()["event_id"],
        1003,
        "an open session goes on"
    );
    assert_eq!(
        event(&format!("{:032x}", 6)).status,
        200,
        "even one whose start cannot be read"
    );
    assert_eq!(
        event(&format!("{:032x}", 4)).code(),
        "session_stopped",
        "an empty stopped_at is a stop"
    );
    assert_eq!(event("twin").status, 200);
    assert_eq!(
        server.count("SELECT session_id FROM events ORDER BY id DESC LIMIT 1"),
        153,
        "the highest id answers"
    );
    let stop = server.form("/sessions/stop", &format!("token={:032x}&ts={ts}", 6));
    assert_eq!(stop.status, 200);
    let start = |key: &str| server.form("/sessions", &format!("consumer_key={key}&ts={ts}"));
    assert_eq!(start("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk").status, 200);
    assert_eq!(
        start("gggggggggggggggggggggggggggggggg").code(),
        "consumer_not_active"
    );
    assert!(server.stop().success());

    assert_eq!(copies(folder.path()), ["microticks.db.v0.bak"]);
    let copy = Connection::open(folder.path().join("microticks.db.v0.bak")).unwrap();
    let count: i64 = copy
        .query_row("SELECT count(*) FROM events", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 1002);
    let server = Server::start_in(&folder, &[]);
    assert_eq!(server.get("/events?limit=1").status, 200);
    assert_eq!(
        copies(folder.path()),
        ["microticks.db.v0.bak"],
        "a second start makes no second copy"
    );
}

#[test]
fn an_action_upgrades_the_file_and_listing_does_not() {
    let folder = tempfile::tempdir().unwrap();
    drop(original(folder.path()));
    let listed = String::from_utf8(act(folder.path(), &["--list-consumers"]).stdout).unwrap();
    assert!(
        listed.contains("Bok") && listed.contains("Gone"),
        "{listed}"
    );
    assert!(copies(folder.path()).is_empty());
    let removed = act(folder.path(), &["--remove-consumer", "Bok"]);
    assert!(removed.status.success());
    assert_eq!(copies(folder.path()), ["microticks.db.v0.bak"]);
}

#[test]
fn a_file_that_another_process_writes_to_is_waited_for() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let other = original(folder.path());
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let waiting = std::thread::spawn({
        let folder = Arc::clone(&folder);
        move || Server::start_in(&folder, &[])
    });
    std::thread::sleep(std::time::Duration::from_millis(300));
    other.execute_batch("COMMIT").unwrap();
    drop(other);
    let server = waiting.join().unwrap();
    until("the file is upgraded", || {
        server.get("/readyz").status == 200
    });
}

#[test]
fn files_of_a_newer_version_and_of_other_programs_are_refused_untouched() {
    for (sql, message) in [
        (
            "CREATE TABLE consumers(id); PRAGMA user_version = 99",
            "made by a newer microticks",
        ),
        ("CREATE TABLE poems(id)", "is not a Microticks file"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("microticks.db");
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let before = fs::read(&path).unwrap();
        for arguments in [&[][..], &["--add-consumer", "A"]] {
            let output = act(folder.path(), arguments);
            assert_eq!(output.status.code(), Some(1));
            let log = String::from_utf8(output.stderr).unwrap();
            assert!(log.contains(message), "{log}");
        }
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_second_server_on_the_same_file_is_refused() {
    let (server, key) = Server::with_consumer();
    for path in ["microticks.db", "link.db"] {
        if path == "link.db" {
            std::os::unix::fs::symlink("microticks.db", server.folder.path().join("link.db"))
                .unwrap();
        }
        let second = act(
            server.folder.path(),
            &["--db", path, "--bind", "127.0.0.1:0"],
        );
        assert_eq!(second.status.code(), Some(1));
        assert!(
            String::from_utf8(second.stderr)
                .unwrap()
                .contains("in use by another microticks process")
        );
    }
    server.session(&key);
}

#[test]
fn a_file_that_is_replaced_or_removed_ends_the_server_and_swallows_nothing() {
    for act in [
        "remove",
        "replace",
        "remove the log",
        "remove the log before the first commit",
    ] {
        let (server, key) = Server::with_consumer();
        let early = act.contains("before");
        let token = if early {
            "0".repeat(32)
        } else {
            server.session(&key)
        };
        let (database, log) = (
            server.database(),
            server.folder.path().join("microticks.db-wal"),
        );
        match act {
            "remove" => fs::remove_file(&database).unwrap(),
            "replace" => fs::rename(
                fs::canonicalize(copy_of(&server.folder)).unwrap(),
                &database,
            )
            .unwrap(),
            _ => fs::remove_file(&log).unwrap(),
        }
        let body =
            format!("consumer_key={key}&token={token}&action=a&data=lost&ts=2026-01-02T03:04:05Z");
        let path = if early { "/sessions" } else { "/events" };
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        assert_eq!(
            server.raw(request.as_bytes()),
            "",
            "{act}: nobody is told that it was stored"
        );
        let (status, log) = server.wait();
        assert_eq!(status.code(), Some(1), "{act}");
        assert!(log.contains("was removed or replaced"), "{act}: {log}");
    }
}

#[test]
fn a_link_to_a_file_that_is_not_there_yet_is_the_file_it_leads_to() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    std::os::unix::fs::symlink("real.db", folder.path().join("link.db")).unwrap();
    let server = Server::start_in(&folder, &["--db", "link.db"]);
    let path = folder.path().canonicalize().unwrap().join("real.db");
    until("the path is logged", || {
        server.log().contains(&path.display().to_string())
    });
    let second = act(folder.path(), &["--db", "link.db", "--bind", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
}

#[test]
fn a_server_and_a_command_that_start_together_both_succeed() {
    for _ in 0..5 {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let command = std::thread::spawn({
            let folder = Arc::clone(&folder);
            move || add_consumer(folder.path(), "MyApp")
        });
        let server = Server::start_in(&folder, &[]);
        let key = command.join().unwrap();
        server.session(&key);
    }
}

#[test]
fn broken_text_as_time_can_be_ordered_by() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let old = original(folder.path());
    old.execute_batch("UPDATE events SET time = CAST(x'ff32' AS TEXT) WHERE id IN (20, 21); UPDATE sessions SET started_at = x'ff32' WHERE id < 5")
        .unwrap();
    drop(old);
    let server = Server::start_in(&folder, &[]);
    for query in ["/events?sort=time", "/events?sort.desc=time"] {
        assert_eq!(server.get(query).json()["count"], 1002, "{query}");
    }
    assert_eq!(server.get("/sessions?sort=started_at").json()["count"], 200);
}

fn copy_of(folder: &TempDir) -> std::path::PathBuf {
    let copy = folder.path().join("copy.db");
    fs::copy(folder.path().join("microticks.db"), &copy).unwrap();
    copy
}
