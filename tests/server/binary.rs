//! The binary itself.

use std::process::Command;

use crate::harness::{Server, microticks, until};

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn the_binary_is_static() {
    let output = Command::new("ldd")
        .arg(env!("CARGO_BIN_EXE_microticks"))
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(
        text.contains("statically linked") || text.contains("not a dynamic executable"),
        "{text}"
    );
}

#[test]
fn an_empty_environment_and_a_read_only_folder_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let output = microticks(folder.path(), &["--db", "/proc/microticks.db"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("/proc/microticks.db")
    );
}

#[test]
fn the_log_of_the_file_stays_short_whoever_reads() {
    let (server, key) = Server::with_consumer();
    let data = "x".repeat(10_000);
    let fill = |rounds: std::ops::Range<usize>| {
        for round in rounds {
            let items: Vec<_> = (0..100)
                .map(|seq| serde_json::json!({"type": "event", "token": format!("{round:032x}"), "seq": seq,
                    "action": "a", "data": data, "ts": "2026-01-02T03:04:05Z"}))
                .collect();
            let body = serde_json::json!({"consumer_key": key, "items": items}).to_string();
            assert_eq!(server.batch(&body).status, 200);
        }
    };
    let log_bytes = || {
        std::fs::metadata(server.folder.path().join("microticks.db-wal"))
            .unwrap()
            .len()
    };
    fill(0..40);
    assert!(log_bytes() < 8_000_000, "{} bytes after 40 MB", log_bytes());

    // A foreign reader holds it; collecting goes on, and the operator is told.
    let foreign = server.sql();
    foreign
        .execute_batch("BEGIN; SELECT count(*) FROM events")
        .unwrap();
    fill(40..70);
    assert!(log_bytes() > 20_000_000);
    until("the reader is told of", || {
        server.log().contains("another process keeps reading")
    });
    assert_eq!(server.get("/events?limit=1").status, 200);
    foreign.execute_batch("COMMIT").unwrap();
    let before = log_bytes();
    fill(70..100);
    let grown = log_bytes() - before;
    assert!(
        grown < 8_000_000,
        "the log did not begin anew: {grown} bytes"
    );
    assert_eq!(server.count("SELECT count(*) FROM events"), 10_000);
}
