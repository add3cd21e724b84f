//! Sessions that nobody stops.

use serde_json::{Value, json};

use crate::harness::{Server, add_consumer, until};

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn server(timeout: &str) -> (Server, String) {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let key = add_consumer(folder.path(), "MyApp");
    (
        Server::start_in(&folder, &["--session-timeout", timeout]),
        key,
    )
}

fn session(server: &Server) -> Value {
    server.get("/sessions").json()["sessions"][0].clone()
}

fn expired(server: &Server) -> Value {
    until("the session expires", || {
        session(server)["stop_reason"] == "expired"
    });
    session(server)
}

fn event(token: &str, seq: i64, ts: &str) -> String {
    format!("token={token}&action=click&data=&seq={seq}&ts={ts}")
}

#[test]
fn a_session_is_closed_at_its_last_activity() {
    let (server, key) = server("1");
    let token = server.session(&key);
    for (seq, ts) in [
        (1, "2017-08-25T17:10:00Z"),
        (2, "2017-08-25T17:20:00Z"),
        (3, "2017-08-25T17:15:00Z"),
    ] {
        assert_eq!(server.form("/events", &event(&token, seq, ts)).status, 200);
    }
    assert_eq!(expired(&server)["stopped_at"], "2017-08-25T17:20:00.000Z");
    // A late event moves the end on, an earlier one does not move it back, and neither opens so old a session.
    assert_eq!(
        server
            .form("/events", &event(&token, 4, "2017-08-25T17:30:00Z"))
            .status,
        200
    );
    assert_eq!(session(&server)["stopped_at"], "2017-08-25T17:30:00.000Z");
    assert_eq!(
        server
            .form("/events", &event(&token, 5, "2017-08-25T17:25:00Z"))
            .status,
        200
    );
    let after = session(&server);
    assert_eq!(
        (&after["stopped_at"], &after["stop_reason"]),
        (&json!("2017-08-25T17:30:00.000Z"), &json!("expired"))
    );
    // A stop replaces time and reason, and is the page's word: nothing comes after it on the form routes.
    let stop = format!("token={token}&ts=2017-08-25T17:26:00Z&reason=idle");
    assert_eq!(server.form("/sessions/stop", &stop).status, 200);
    let after = session(&server);
    assert_eq!(
        (&after["stopped_at"], &after["stop_reason"]),
        (&json!("2017-08-25T17:26:00.000Z"), &json!("idle"))
    );
    assert_eq!(
        server
            .form("/events", &event(&token, 6, "2017-08-25T17:30:00Z"))
            .code(),
        "session_stopped"
    );
}

#[test]
fn a_session_without_events_is_closed_at_its_start() {
    let (server, key) = server("1");
    server.session(&key);
    assert_eq!(expired(&server)["stopped_at"], "2017-08-25T17:09:19.438Z");
}

#[test]
fn a_recent_event_opens_a_closed_session_again() {
    let (server, key) = server("4");
    let now = || -> String {
        let sql = "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
        server.sql().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let start = json!({"type": "start", "token": A, "ts": now()});
    let batch = |item: &Value| {
        server
            .batch(&json!({"consumer_key": key, "items": [item]}).to_string())
            .json()
    };
    assert_eq!(batch(&start)["stored"], 1);
    expired(&server);
    let event =
        json!({"type": "event", "token": A, "seq": 1, "action": "click", "data": 1, "ts": now()});
    assert_eq!(batch(&event)["stored"], 1);
    assert_eq!(session(&server)["stopped_at"], Value::Null);
    expired(&server);
    assert_eq!(batch(&event)["duplicates"], 1);
}

#[test]
fn what_is_heard_of_stays_open_and_a_restart_counts_anew() {
    let (server, key) = server("4");
    let busy = server.session(&key);
    let idle = server.form(
        "/sessions",
        &format!("consumer_key={key}&ts=2017-08-25T18:00:00Z"),
    );
    assert_eq!(idle.status, 200);
    let mut seq = 0;
    until("the idle session expires", || {
        seq += 1;
        assert_eq!(
            server
                .form("/events", &event(&busy, seq, "2017-08-25T17:10:00Z"))
                .status,
            200
        );
        server.count("SELECT count(*) FROM sessions WHERE stop_reason = 'expired'") == 1
    });
    assert_eq!(
        server.count("SELECT id FROM sessions WHERE stopped_at IS NULL"),
        1
    );
    let folder = server.folder.clone();
    assert!(server.stop().success());
    let again = Server::start_in(&folder, &["--session-timeout", "4"]);
    assert_eq!(
        again.count("SELECT id FROM sessions WHERE stopped_at IS NULL"),
        1
    );
    until("it expires after the restart", || {
        again.count("SELECT count(*) FROM sessions WHERE stop_reason = 'expired'") == 2
    });
}

#[test]
fn many_idle_sessions_are_closed_in_steps() {
    let (server, key) = server("1");
    let items: Vec<Value> = (0..1_300)
        .map(|n| json!({"type": "start", "token": format!("{n:032x}"), "ts": "2026-01-02T03:04:05Z"}))
        .collect();
    assert_eq!(
        server
            .batch(&json!({"consumer_key": key, "items": items}).to_string())
            .json()["stored"],
        1_300
    );
    until("all have expired", || {
        server.count("SELECT count(*) FROM sessions WHERE stopped_at IS NULL") == 0
    });
}

#[test]
fn without_a_time_out_sessions_stay_open() {
    let (server, key) = server("0");
    server.session(&key);
    assert_eq!(
        server.get("/sessions").json()["sessions"][0]["stopped_at"],
        Value::Null
    );
}

#[test]
fn a_clock_that_is_behind_what_was_stored_is_said_at_start_and_expires_nothing_early() {
    let (server, key) = server("3600");
    let token = server.session(&key);
    let event = format!("token={token}&action=click&ts=2026-01-02T03:04:05Z&data=1");
    assert_eq!(server.form("/events", &event).status, 200);
    let folder = server.folder.clone();
    assert!(server.stop().success());
    // As if this start were five years before the last one.
    let file = rusqlite::Connection::open(folder.path().join("microticks.db")).unwrap();
    let sql = "UPDATE events SET received_at = received_at + 157680000000; \
               UPDATE sessions SET received_at = received_at + 157680000000";
    file.execute_batch(sql).unwrap();
    drop(file);
    let server = Server::start_in(&folder, &["--session-timeout", "3600"]);
    assert_eq!(server.form("/events", &event).status, 200);
    assert_eq!(session(&server)["stopped_at"], Value::Null);
    let log = server.log_after_stop();
    let said = log.matches("clock is behind the newest event in the file");
    assert_eq!(said.count(), 1, "{log}");
}
