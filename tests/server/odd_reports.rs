//! Reports of files that nobody would make up, and files that were made before there were reports.

use std::sync::Arc;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::{Server, act, microticks, until};

const SCHEMA: &str = include_str!("../../src/store/schema.sql");

/// A file of the version before derived tables, with these sessions and events.
fn old_file(fill: impl FnOnce(&Connection)) -> Arc<tempfile::TempDir> {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let file = folder.path().join("microticks.db");
    let connection = Connection::open(file).unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    connection.execute_batch("BEGIN").unwrap();
    fill(&connection);
    connection
        .execute_batch("PRAGMA user_version = 1; COMMIT")
        .unwrap();
    folder
}

fn session(connection: &Connection, started_at: &str) -> i64 {
    let sql = "INSERT INTO sessions(token, ip, started_at, consumer_id) VALUES (hex(randomblob(16)), '', ?1, 1)";
    connection.execute(sql, [started_at]).unwrap();
    connection.last_insert_rowid()
}

fn event(connection: &Connection, session: i64, time: &str, action: &str, data: &str) {
    let sql = "INSERT INTO events(session_id, time, action, data) VALUES (?1, ?2, ?3, ?4)";
    let mut insert = connection.prepare_cached(sql).unwrap();
    insert.execute((session, time, action, data)).unwrap();
}

/// The rows of a report, once the file is derived.
fn rows(server: &Server, request: &str) -> Vec<Value> {
    until("the file is derived", || {
        server.get("/reports/stops").status == 200
    });
    let reply = server.get(&format!("/reports/{request}"));
    assert_eq!(reply.status, 200, "{request}: {}", reply.text());
    reply.json()["rows"].as_array().unwrap().clone()
}

#[test]
fn five_thousand_screens_in_a_session_of_twenty_thousand_events() {
    let folder = old_file(|connection| {
        let id = session(connection, "2024-05-01T10:00:00Z");
        for at in 0..20_000 {
            let time = format!(
                "2024-05-01T1{}:{:02}:{:02}Z",
                at / 3600,
                at / 60 % 60,
                at % 60
            );
            let data = format!(r#"{{"screen":"s{}","x":{},"y":5}}"#, at % 5_000, at % 300);
            event(connection, id, &time, "click", &data);
        }
    });
    let server = Server::start_in(&folder, &[]);
    let overview = &rows(&server, "overview?tz=UTC")[0];
    assert_eq!(
        (&overview[3], &overview[4], &overview[5], &overview[6]),
        (
            &json!(20_000),
            &json!(20_000),
            &json!(20_000),
            &json!(5_000)
        )
    );
    assert_eq!(rows(&server, "screens?tz=UTC").len(), 5_000);
    assert_eq!(rows(&server, "transitions?tz=UTC").len(), 5_000);
    assert_eq!(rows(&server, "paths?tz=UTC").len(), 20_000);
    let page = rows(&server, "paths?tz=UTC&limit=2&offset=19999");
    assert_eq!(
        page,
        [json!([
            1,
            20_000,
            "s4999",
            "2024-05-01T15:33:19.000Z",
            null
        ])]
    );
    let sessions = &rows(&server, "sessions")[0];
    assert_eq!(
        (&sessions[10], &sessions[13]),
        (&json!(5_000), &Value::Null)
    );
}

#[test]
fn an_event_on_the_end_of_a_range_is_outside_of_it() {
    let folder = old_file(|connection| {
        let id = session(connection, "2024-05-01T10:00:00Z");
        event(connection, id, "2024-05-01T10:00:00Z", "tap", "{}");
        event(connection, id, "2024-05-01T11:00:00Z", "tap", "{}");
    });
    let server = Server::start_in(&folder, &[]);
    for (to, touches) in [
        ("2024-05-01T11:00:00Z", 1),
        ("2024-05-01T11:00:00.001Z", 2),
        ("2024-05-01", 2),
    ] {
        let hours = rows(
            &server,
            &format!("hours?tz=UTC&from=2024-05-01T10:00:00Z&to={to}"),
        );
        let sum: i64 = hours.iter().map(|hour| hour[2].as_i64().unwrap()).sum();
        assert_eq!(sum, touches, "{to}");
        assert_eq!(
            hours[10][4], 2,
            "the touches of the session go with its start"
        );
    }
}

#[test]
fn equal_times_wrong_clocks_and_data_that_is_no_object_break_nothing() {
    let folder = old_file(|connection| {
        let id = session(connection, "2024-05-01T10:00:00Z");
        for data in [
            "",
            "[]",
            "{",
            "null",
            "7",
            r#"{"screen":1e400}"#,
            r#"{"x":1e400,"y":1}"#,
        ] {
            event(connection, id, "2024-05-01T10:00:00Z", "click", data);
        }
        event(
            connection,
            id,
            "2024-05-01T10:00:00Z",
            "click",
            r#"{"screen":"a"}"#,
        );
        session(connection, "1999-12-31T23:59:59Z");
        let future = session(connection, "2024-05-01T10:00:00Z");
        event(
            connection,
            future,
            "9999-12-31T23:59:59-23:59",
            "click",
            "{}",
        );
        session(connection, "never");
    });
    let server = Server::start_in(&folder, &[]);
    let overview = &rows(&server, "overview?tz=UTC")[0];
    assert_eq!(
        (&overview[0], &overview[4], &overview[5]),
        (&json!(2), &json!(9), &json!(1))
    );
    let suspects: Vec<_> = (rows(&server, "sessions").iter())
        .map(|row| row[13].clone())
        .collect();
    assert_eq!(
        json!(suspects),
        json!(["clock", "clock", null, null]),
        "in order of the times that were found"
    );
    let last = server.get("/reports/weekdays?tz=Pacific/Chatham").json();
    assert_eq!(last["to"], "10000-01-02", "the calendar goes on");
    assert!(server.stop().success());
    let checked = act(folder.path(), &["--check"]);
    assert!(checked.status.success(), "{checked:?}");
}

#[test]
fn a_file_is_derived_while_collecting_goes_on_and_over_restarts() {
    let folder = old_file(|connection| {
        for visit in 0..6_000 {
            let time = format!(
                "2024-05-{:02}T10:{:02}:{:02}Z",
                visit % 28 + 1,
                visit / 60 % 60,
                visit % 60
            );
            let id = session(connection, &time);
            for _ in 0..5 {
                event(
                    connection,
                    id,
                    &time,
                    "click",
                    r#"{"screen":"a","x":1,"y":2}"#,
                );
            }
        }
    });
    let server = Server::start_in(&folder, &[]);
    until("the server is ready", || {
        server.get("/readyz").status == 200
    });
    let early = server.get("/reports/overview");
    assert_eq!(early.status, 503, "{}", early.text());
    assert_eq!(
        (early.code().as_str(), early.header("retry-after")),
        ("deriving", Some("5"))
    );
    assert!(
        early.text().contains("of 6000 sessions"),
        "{}",
        early.text()
    );
    let post = server.form("/sessions", "consumer_key=unknown&ts=2024-05-01T10:00:00Z");
    assert_eq!(
        post.code(),
        "unknown_consumer",
        "posts are answered meanwhile"
    );
    server.kill();
    let connection = Connection::open(folder.path().join("microticks.db")).unwrap();
    let sql = "SELECT count(*) FROM dirty_sessions";
    let left: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert!(left > 0);
    drop(connection);
    let server = Server::start_in(&folder, &[]);
    assert_eq!(rows(&server, "overview?tz=UTC")[0][0], 6_000);
    assert!(server.stop().success());
    assert!(act(folder.path(), &["--check"]).status.success());
}

#[test]
fn what_is_derived_can_be_checked_and_made_anew() {
    let folder = old_file(|connection| {
        let id = session(connection, "2024-05-01T10:00:00Z");
        event(
            connection,
            id,
            "2024-05-01T10:00:00Z",
            "click",
            r#"{"screen":"a"}"#,
        );
    });
    let run = |flag: &str| {
        let output = act(folder.path(), &[flag]);
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    assert_eq!(
        run("--reindex"),
        (Some(0), "Derived 1 sessions anew.\n".to_owned())
    );
    assert_eq!(
        run("--check"),
        (Some(0), "Looked at 1 sessions. All is well.\n".to_owned())
    );
    let connection = Connection::open(folder.path().join("microticks.db")).unwrap();
    connection
        .execute("UPDATE views SET dwell_ms = 5", [])
        .unwrap();
    connection
        .execute("UPDATE quarter_sums SET touches = 2", [])
        .unwrap();
    drop(connection);
    let (code, text) = run("--check");
    assert_eq!(code, Some(1));
    assert!(
        text.contains("Session 1:") && text.contains("Sums over sessions differ"),
        "{text}"
    );
    assert_eq!(run("--reindex").0, Some(0));
    assert_eq!(run("--check").0, Some(0));
    // Without its scope nothing would be said of a consumer.
    let connection = Connection::open(folder.path().join("microticks.db")).unwrap();
    connection
        .execute_batch(
            "DELETE FROM scopes WHERE id > 0; DELETE FROM quarter_sums WHERE scope > 0;
             DELETE FROM screen_fortnights WHERE scope > 0; DELETE FROM target_fortnights WHERE scope > 0",
        )
        .unwrap();
    drop(connection);
    assert_eq!(run("--check").0, Some(1));
}

#[test]
fn a_session_that_somebody_deleted_breaks_no_list() {
    let folder = old_file(|connection| {
        session(connection, "2024-05-01T10:00:00Z");
        session(connection, "2024-05-02T10:00:00Z");
    });
    assert!(act(folder.path(), &["--reindex"]).status.success());
    let connection = Connection::open(folder.path().join("microticks.db")).unwrap();
    connection
        .execute("DELETE FROM sessions WHERE id = 1", [])
        .unwrap();
    drop(connection);
    let server = Server::start_in(&folder, &[]);
    let sessions = rows(&server, "sessions?tz=UTC");
    assert_eq!(sessions.len(), 2);
    assert_eq!(
        (&sessions[0][0], &sessions[0][3]),
        (&json!(1), &Value::Null)
    );
    assert_eq!(sessions[1][3], "2024-05-02T10:00:00Z");
}

#[test]
fn a_file_of_an_older_version_is_not_upgraded_by_a_look_at_it() {
    let folder = old_file(|connection| {
        session(connection, "2024-05-01T10:00:00Z");
    });
    let file = folder.path().join("microticks.db");
    let before = std::fs::read(&file).unwrap();
    let output = act(folder.path(), &["--check"]);
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("an older version"), "{said}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_rebuild_that_is_cut_off_is_finished_by_the_server() {
    let folder = old_file(|connection| {
        for _ in 0..8_000 {
            let id = session(connection, "2024-05-01T10:00:00Z");
            event(connection, id, "2024-05-01T10:00:00Z", "click", "{}");
        }
    });
    let mut rebuild = microticks(folder.path(), &["--reindex"]).spawn().unwrap();
    let connection = Connection::open(folder.path().join("microticks.db")).unwrap();
    until("a part is done", || {
        let sql = "SELECT count(*) FROM session_sums";
        let done = connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        done.is_ok_and(|done| done > 0)
    });
    rebuild.kill().unwrap();
    rebuild.wait().unwrap();
    let sql = "SELECT count(*) FROM dirty_sessions";
    let left: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert!(left > 0);
    drop(connection);
    let server = Server::start_in(&folder, &[]);
    assert_eq!(rows(&server, "overview?tz=UTC")[0][0], 8_000);
    assert!(server.stop().success());
    assert!(act(folder.path(), &["--check"]).status.success());
}

#[test]
fn a_report_that_cannot_be_made_true_in_time_is_refused() {
    let (server, key) = Server::with_consumer();
    let token = server.session(&key);
    let other = Connection::open(server.folder.path().join("microticks.db")).unwrap();
    let event = format!("token={token}&action=click&ts=2024-05-01T10:00:00Z&data=");
    // Nothing can be written then, so the session stays as it was derived before its last event.
    let mut events = 0;
    until("the session is not derived yet", || {
        assert_eq!(server.form("/events", &event).status, 200);
        events += 1;
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let sql = "SELECT count(*) FROM dirty_sessions";
        let dirty: i64 = other.query_row(sql, [], |row| row.get(0)).unwrap();
        if dirty == 0 {
            other.execute_batch("ROLLBACK").unwrap();
        }
        dirty > 0
    });
    let reply = server.get("/reports/overview");
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert!(reply.header("retry-after").is_some());
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(rows(&server, "overview?tz=UTC")[0][4], events);
}

#[test]
fn what_waits_to_be_derived_is_said_by_the_check() {
    let folder = old_file(|connection| {
        session(connection, "2024-05-01T10:00:00Z");
    });
    assert!(act(folder.path(), &["--reindex"]).status.success());
    let connection = Connection::open(folder.path().join("microticks.db")).unwrap();
    connection
        .execute("INSERT INTO dirty_sessions VALUES (1)", [])
        .unwrap();
    drop(connection);
    let output = act(folder.path(), &["--check"]);
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "Looked at 0 sessions. All is well.\n1 more wait to be derived, which the server does.\n"
    );
}

#[test]
fn a_file_that_was_derived_by_other_definitions_is_derived_anew() {
    let folder = old_file(|connection| {
        let id = session(connection, "2024-05-01T10:00:00Z");
        event(connection, id, "2024-05-01T10:00:00Z", "click", "{}");
    });
    assert!(act(folder.path(), &["--reindex"]).status.success());
    let connection = Connection::open(folder.path().join("microticks.db")).unwrap();
    connection
        .execute_batch(
            "UPDATE session_sums SET touches = 7; UPDATE quarter_sums SET touches = 7; PRAGMA user_version = 2",
        )
        .unwrap();
    drop(connection);
    assert!(!act(folder.path(), &["--check"]).status.success());
    let server = Server::start_in(&folder, &[]);
    assert_eq!(rows(&server, "overview?tz=UTC")[0][4], 1);
    assert!(server.stop().success());
    assert!(act(folder.path(), &["--check"]).status.success());
}

#[test]
fn of_a_session_that_is_never_stopped_the_first_fifty_thousand_events_are_derived() {
    let folder = old_file(|connection| {
        let id = session(connection, "2024-05-01T10:00:00Z");
        for _ in 0..50_001 {
            event(connection, id, "2024-05-01T10:00:00Z", "click", "{}");
        }
    });
    let server = Server::start_in(&folder, &[]);
    assert_eq!(rows(&server, "overview?tz=UTC")[0][4], 50_000);
    let last = server.get("/events?session=1&sort.desc=id&limit=1").json();
    assert_eq!(last["events"][0]["id"], 50_001);
}
