//! Reports over HTTP: a small exhibition worked out by hand, the same data sent in four ways, and odd files.

use std::sync::Arc;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::exhibition::{self, C, GRID, HOURS};
use crate::harness::{Server, act, until};

/// Closes session C while no server runs, as the server itself does after a while.
fn never_stop_c(server: Server) -> Server {
    let folder = Arc::clone(&server.folder);
    let database = server.database();
    assert!(server.stop().success());
    let connection = Connection::open(database).unwrap();
    let sql =
        "UPDATE sessions SET stopped_at = started_at, stop_reason = 'expired' WHERE token = ?1";
    connection.execute(sql, [C]).unwrap();
    let sql = "INSERT OR IGNORE INTO dirty_sessions SELECT id FROM sessions WHERE token = ?1";
    connection.execute(sql, [C]).unwrap();
    Server::start_in(&folder, &[])
}

fn send(server: &Server, key: &str, items: &[Value]) {
    let reply = server.batch(&json!({"consumer_key": key, "items": items}).to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["rejected"], json!([]));
}

fn report(server: &Server, request: &str) -> Value {
    let mut reply = None;
    until("the report is there", || {
        let answer = server.get(&format!("/reports/{request}"));
        let is_there = answer.status != 503;
        reply = Some(answer);
        is_there
    });
    let reply = reply.unwrap();
    assert_eq!(reply.status, 200, "{request}: {}", reply.text());
    reply.json()
}

fn rows(server: &Server, request: &str) -> Value {
    report(server, request)["rows"].take()
}

/// A question about the exhibition, in the time of its place.
fn in_oslo(request: &str) -> String {
    let mark = if request.contains('?') { '&' } else { '?' };
    format!("{request}{mark}tz=Europe/Oslo")
}

fn assert_by_hand(server: &Server) {
    for (request, expected) in exhibition::reports() {
        let found = rows(server, &in_oslo(&request));
        assert_eq!(found, Value::from(expected), "{request}");
    }
    assert_hours_and_grid(server);
}

fn assert_hours_and_grid(server: &Server) {
    let mut hours: Vec<_> = (0..24).map(|hour| json!([hour, 0, 0, 0, 0])).collect();
    for row in HOURS {
        hours[usize::try_from(row[0]).unwrap()] = json!(row);
    }
    assert_eq!(rows(server, "hours?tz=Europe/Oslo"), Value::from(hours));
    let mut grid = Vec::new();
    for (weekday, hour) in (1..=7).flat_map(|weekday| (0..24).map(move |hour| (weekday, hour))) {
        let busy = GRID.iter().find(|row| row[..2] == [weekday, hour]);
        let (sessions, touches) = busy.map_or((0, 0), |row| (row[2], row[3]));
        let dates = i64::from(weekday >= 6);
        grid.push(json!([weekday, hour, sessions, touches, dates]));
    }
    assert_eq!(rows(server, "grid?tz=Europe/Oslo"), Value::from(grid));
}

#[test]
fn a_small_exhibition_is_as_worked_out_by_hand() {
    let (server, key) = Server::with_consumer();
    send(&server, &key, &exhibition::items());
    let server = never_stop_c(server);
    assert_by_hand(&server);
    let range = report(&server, "days?tz=Europe/Oslo");
    assert_eq!(
        (&range["from"], &range["to"]),
        (&json!("2024-03-30"), &json!("2024-03-31"))
    );
    assert_eq!(
        range["columns"],
        json!(["date", "sessions", "touches", "views", "active_s"])
    );
    let csv = server.get("/reports/journeys?format=csv&tz=UTC&n=2").text();
    assert_eq!(
        csv,
        "path,sessions,active_s_median,stopped_idle\r\nhome,1,0,0\r\nhome > book:sea,1,9.5,1\r\n"
    );
}

#[test]
fn however_it_is_sent_the_reports_are_the_same() {
    let items = exhibition::items();
    let shuffled: Vec<_> = (0..items.len())
        .map(|at| items[at * 7 % items.len()].clone())
        .collect();
    let late: Vec<_> = items.iter().rev().cloned().collect();
    for (what, sendings) in [
        ("shuffled", vec![&shuffled[..]]),
        ("twice", vec![&items[..], &items[..]]),
        ("late items after the stop", vec![&late[..12], &late[12..]]),
    ] {
        let (mut server, key) = Server::with_consumer();
        for items in sendings {
            send(&server, &key, items);
            // Whatever is known so far is derived, so that the rest has to change it.
            rows(&server, "overview");
            let folder = Arc::clone(&server.folder);
            assert!(server.stop().success());
            server = Server::start_in(&folder, &[]);
        }
        let server = never_stop_c(server);
        for (request, expected) in exhibition::reports() {
            // Ids follow the order of arrival.
            if !["paths", "sessions"].contains(&request.as_str()) {
                let found = rows(&server, &in_oslo(&request));
                assert_eq!(found, Value::from(expected), "{what}: {request}");
            }
        }
        assert_hours_and_grid(&server);
        let folder = Arc::clone(&server.folder);
        assert!(server.stop().success());
        assert!(act(folder.path(), &["--check"]).status.success(), "{what}");
    }
}

#[test]
fn an_empty_file_has_empty_reports() {
    let server = Server::start(&[]);
    let list = server.get("/reports").json();
    assert_eq!(list["formats"], json!(["json", "csv", "xlsx"]));
    for about in list["reports"].as_array().unwrap() {
        let name = about["name"].as_str().unwrap();
        let report = report(&server, name);
        assert_eq!(
            (&report["from"], &report["to"]),
            (&Value::Null, &Value::Null),
            "{name}"
        );
        assert_eq!(report["columns"], about["columns"]);
        let expected = match name {
            "overview" => 1,
            "hours" => 24,
            "grid" => 168,
            "weekdays" => 7,
            _ => 0,
        };
        assert_eq!(report["rows"].as_array().unwrap().len(), expected, "{name}");
    }
    let overview = rows(&server, "overview");
    assert_eq!(overview[0][0], 0);
    assert_eq!(overview[0][15], Value::Null);
}

#[test]
fn a_staff_test_is_marked_and_taken_back() {
    let (server, key) = Server::with_consumer();
    send(&server, &key, &exhibition::items());
    let sessions = |query: &str| rows(&server, &format!("overview?{query}"))[0][0].clone();
    let host = server.address.to_string();
    let origin = format!("http://{host}");
    let mark = |path: &str, headers: &[(&str, &str)]| server.post_with(path, headers, b"").status;
    let same = [("Origin", origin.as_str())];
    assert_eq!(mark("/sessions/2/exclude", &same), 200);
    assert_eq!(
        (
            sessions(""),
            sessions("marked=include"),
            sessions("marked=only")
        ),
        (json!(2), json!(3), json!(1))
    );
    assert_eq!(mark("/sessions/2/include", &same), 200);
    assert_eq!(
        (sessions(""), sessions("marked=only")),
        (json!(3), json!(0))
    );
    assert_eq!(mark("/sessions/99/exclude", &same), 404);
    assert_eq!(
        mark("/sessions/2/exclude", &[("Origin", "http://elsewhere")]),
        403
    );
    assert_eq!(mark("/sessions/2/exclude", &[]), 403);
    assert_eq!(server.get("/sessions/2/exclude").status, 405);
    assert_eq!(sessions(""), 3);
}

#[test]
fn wrong_questions_are_told_what_is_wrong() {
    let server = Server::start(&[]);
    let unknown = server.get("/reports/hour");
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (404, "unknown_report")
    );
    assert!(unknown.text().contains("hours"));
    for request in [
        "hours?limit=1",
        "hours?tz=Europe/Nowhere",
        "days?from=2001-01-01&to=2020-01-01",
        "choices?n=0",
    ] {
        let reply = server.get(&format!("/reports/{request}"));
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "invalid_parameter"),
            "{request}"
        );
    }
    let with_key = Server::start(&["--key", "secret"]);
    assert_eq!(with_key.get("/reports").status, 401);
    assert_eq!(with_key.get("/reports/hours").status, 401);
    assert_eq!(with_key.get("/reports/hours?key=secret").status, 200);
}
