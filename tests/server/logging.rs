//! What the log says, and that nobody waits for it.

use std::io::{Read, Write};
use std::sync::Arc;

use serde_json::json;

use crate::harness::{Server, add_consumer, microticks, until};

/// Makes the server write a line if it logs what it is to trace.
fn say_nonsense(server: &Server) {
    let mut stream = server.connect();
    stream.write_all(b"NONSENSE\r\n\r\n").unwrap();
    let _ = stream.read_to_end(&mut Vec::new());
}

#[test]
fn a_log_that_nobody_reads_keeps_nobody_waiting() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let key = add_consumer(folder.path(), "MyApp");
    let mut command = microticks(folder.path(), &["--bind", "127.0.0.1:0", "--log", "trace"]);
    let (server, mut log) = Server::spawn_unheard(&mut command, &folder);
    // A pipe holds less than half of these, and the queue in front of it as much again.
    for _ in 0..4_000 {
        say_nonsense(&server);
    }
    for _ in 0..20 {
        server.session(&key);
    }
    assert_eq!(server.count("SELECT count(*) FROM sessions"), 20);
    assert!(server.stop().success(), "it ends in time as well");
    let mut lines = String::new();
    log.read_to_string(&mut lines).unwrap();
    assert!(lines.contains("a connection ended early"), "{lines}");
}

#[test]
fn the_log_says_as_much_as_it_is_told_to() {
    for (level, says_start, says_nonsense) in [
        ("error", false, false),
        ("info", true, false),
        ("debug", true, true),
    ] {
        let server = Server::start(&["--log", level]);
        say_nonsense(&server);
        let log = server.log_after_stop();
        assert_eq!(log.contains("database file"), says_start, "{level}: {log}");
        assert_eq!(
            log.contains("a connection ended early"),
            says_nonsense,
            "{level}: {log}"
        );
    }
}

#[test]
fn neither_keys_nor_what_clients_send_are_logged() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let key = add_consumer(folder.path(), "MyApp");
    let arguments = [
        "--log",
        "trace",
        "--key",
        "reading-key",
        "--trusted-proxy",
        "127.0.0.1",
    ];
    let server = Server::start_in(&folder, &arguments);
    let forwarded = [
        ("X-Forwarded-For", "203.0.113.9"),
        ("Content-Type", "text/plain"),
    ];
    let event = json!({"type": "event", "token": "a".repeat(32), "seq": 1, "action": "secret-action",
        "data": "secret-data", "ts": "2026-01-02T03:04:05Z"});
    let batch = json!({"consumer_key": key, "items": [event, {"type": "secret-type"}]}).to_string();
    assert_eq!(
        server
            .post_with("/batch", &forwarded, batch.as_bytes())
            .status,
        200
    );
    assert_eq!(
        server
            .post_with("/batch", &forwarded, b"secret-nonsense")
            .status,
        400
    );
    assert_eq!(server.get("/sessions?key=reading-key").status, 200);
    assert_eq!(server.get("/sessions?key=secret-wrong").status, 401);
    say_nonsense(&server);
    until("it is said", || {
        server.log().contains("a connection ended early")
    });
    let log = server.log_after_stop();
    for word in [key.as_str(), "reading-key", "secret", "203.0.113.9"] {
        assert!(!log.contains(word), "{word}: {log}");
    }
}
