//! Reports over HTTP: a small exhibition worked out by hand, the same data sent in four ways, and odd files.

use std::sync::Arc;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::{Server, act, until};

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const C: &str = "cccccccccccccccccccccccccccccccc";

/// One item of a batch. Times are on 2024-03-30 and 31, the night in which Oslo loses an hour.
fn item(token: &str, kind: &str, time: &str, more: Value) -> Value {
    let mut item = json!({"type": kind, "token": token, "ts": time});
    for (name, value) in more.as_object().unwrap() {
        item[name] = value.clone();
    }
    item
}

/// Three sessions with 20 events.
///
/// | session | table | what happens |
/// |---|---|---|
/// | A | 1 | Saturday 10:00 (9:00 UTC): home, a book, two pages; goes idle |
/// | B | 1 | Saturday 23:30 to Sunday 00:10: home, a film, home again, three touches on one spot in vain |
/// | C | 2 | Sunday 3:30, just after the lost hour: one swipe and a passive event, never stopped |
fn exhibition() -> Vec<Value> {
    let mut seq = 0;
    let mut event = |token: &str, time: &str, action: &str, data: Value| {
        seq += 1;
        item(
            token,
            "event",
            time,
            json!({"seq": seq, "action": action, "data": data}),
        )
    };
    let touch = |screen: &str, x: i64| json!({"screen": screen, "target": "next", "clickX": x, "clickY": 540, "viewWidth": 1920, "viewHeight": 1080});
    vec![
        item(
            A,
            "start",
            "2024-03-30T09:00:00.000Z",
            json!({"device": "table-1"}),
        ),
        event(
            A,
            "2024-03-30T09:00:00.000Z",
            "screen",
            json!({"screen": "home", "lang": "nb"}),
        ),
        event(A, "2024-03-30T09:00:01.000Z", "click", touch("home", 100)),
        event(
            A,
            "2024-03-30T09:00:01.200Z",
            "screen",
            json!({"screen": "book:sea", "lang": "nb"}),
        ),
        event(
            A,
            "2024-03-30T09:00:05.000Z",
            "tap",
            touch("book:sea", 1900),
        ),
        event(
            A,
            "2024-03-30T09:00:05.500Z",
            "pageChange",
            json!({"screen": "book:sea", "currentPage": 1}),
        ),
        event(
            A,
            "2024-03-30T09:00:09.000Z",
            "tap",
            touch("book:sea", 1900),
        ),
        event(
            A,
            "2024-03-30T09:00:09.500Z",
            "pageChange",
            json!({"screen": "book:sea", "currentPage": 2}),
        ),
        event(
            A,
            "2024-03-30T09:01:09.000Z",
            "screen",
            json!({"screen": "home", "auto": true}),
        ),
        item(
            A,
            "stop",
            "2024-03-30T09:01:09.000Z",
            json!({"reason": "idle"}),
        ),
        item(
            B,
            "start",
            "2024-03-30T22:30:00.000Z",
            json!({"device": "table-1"}),
        ),
        event(B, "2024-03-30T22:30:00.000Z", "click", touch("home", 100)),
        event(
            B,
            "2024-03-30T22:30:00.300Z",
            "screen",
            json!({"screen": "film:whale", "lang": "en"}),
        ),
        event(
            B,
            "2024-03-30T22:30:01.000Z",
            "media",
            json!({"target": "whale.mp4", "state": "play", "position_s": 0}),
        ),
        event(
            B,
            "2024-03-30T22:45:01.500Z",
            "media",
            json!({"target": "whale.mp4", "state": "ended", "position_s": 900.5}),
        ),
        event(
            B,
            "2024-03-30T23:10:00.000Z",
            "click",
            touch("film:whale", 960),
        ),
        event(
            B,
            "2024-03-30T23:10:00.100Z",
            "screen",
            json!({"screen": "home", "lang": "en"}),
        ),
        event(B, "2024-03-30T23:10:02.000Z", "click", touch("home", 960)),
        event(B, "2024-03-30T23:10:02.100Z", "click", touch("home", 960)),
        event(B, "2024-03-30T23:10:02.200Z", "click", touch("home", 960)),
        event(
            B,
            "2024-03-30T23:10:03.500Z",
            "stopSession",
            json!({"reason": "reset"}),
        ),
        item(B, "stop", "2024-03-30T23:10:03.500Z", json!({})),
        item(
            C,
            "start",
            "2024-03-31T01:30:00.000Z",
            json!({"device": "table-2"}),
        ),
        event(
            C,
            "2024-03-31T01:30:00.000Z",
            "swipe",
            json!({"screen": "home", "lang": "nb"}),
        ),
        event(
            C,
            "2024-03-31T01:40:00.000Z",
            "tick",
            json!({"passive": true}),
        ),
    ]
}

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

/// Every report of the exhibition by hand, in the time of Oslo.
fn by_hand() -> Vec<(&'static str, Value)> {
    vec![
        (
            "overview",
            json!([[
                // sessions, touched, open, events, touches, views, screens, of one view
                3, 3, 0, 20, 9, 6, 3, 1, // touches a session: 3, 5, 1; views: 2, 3, 1
                3, 3, 2, 2, // active: 9.5 s, 2402.2 s, 0 s; p90 is 9.5 + 0.8 * 2392.7
                803.9, 9.5, 1923.66,
                // table 1 on Saturday from 10:00 to 00:10:02.2; used for 9.5 + 2402.2 s of 51002.2 s
                0.047286
            ]]),
        ),
        (
            "days",
            json!([["2024-03-30", 2, 8, 5, 2411.7], ["2024-03-31", 1, 1, 1, 0]]),
        ),
        (
            "weekdays",
            json!([
                [1, 0, 0, null, 0],
                [2, 0, 0, null, 0],
                [3, 0, 0, null, 0],
                [4, 0, 0, null, 0],
                [5, 0, 0, null, 0],
                [6, 1, 2, 2, 8],
                [7, 1, 1, 1, 1]
            ]),
        ),
        (
            "screens",
            json!([
                // B's last three touches led nowhere, the third in vain; so did C's, of which nothing else is known
                ["home", "home", 5, 6, 4, 4, 4, 3, 2],
                ["book:sea", "book", 3, 2, 2, 0, 1, 1, 1],
                ["film:whale", "film", 1, 1, 0, 0, 1, 1, 0]
            ]),
        ),
        (
            "types",
            json!([["home", 1, 5, 4], ["book", 1, 3, 1], ["film", 1, 1, 1]]),
        ),
        (
            "choices",
            json!([
                [1, "home", 3],
                [2, "book:sea", 1],
                [2, "film:whale", 1],
                [3, "home", 1]
            ]),
        ),
        (
            "dwell",
            json!([
                ["home", 4, 2, 1.5, 0.3, 0.75, 0.75, 1.11, 1.2],
                ["book:sea", 1, 0, 0, null, null, null, null, null],
                [
                    "film:whale",
                    1,
                    1,
                    2399.8,
                    2399.8,
                    2399.8,
                    2399.8,
                    2399.8,
                    2399.8
                ]
            ]),
        ),
        (
            "transitions",
            json!([
                ["film:whale", "home", 1],
                ["home", "book:sea", 1],
                ["home", "film:whale", 1]
            ]),
        ),
        (
            "journeys",
            json!([
                [["home"], 1, 0, 0],
                [["home", "book:sea"], 1, 9.5, 1],
                [["home", "film:whale", "home"], 1, 2402.2, 0]
            ]),
        ),
        (
            "paths",
            json!([
                [1, 1, "home", "2024-03-30T09:00:00.000Z", 1.2],
                [1, 2, "book:sea", "2024-03-30T09:00:01.200Z", null],
                [2, 1, "home", "2024-03-30T22:30:00.000Z", 0.3],
                [2, 2, "film:whale", "2024-03-30T22:30:00.300Z", 2399.8],
                [2, 3, "home", "2024-03-30T23:10:00.100Z", null],
                [3, 1, "home", "2024-03-31T01:30:00.000Z", null]
            ]),
        ),
        (
            "heatmap?cols=2&rows=2",
            json!([[1, 1, 6, 5, 3, 2], [0, 1, 2, 0, 0, 2]]),
        ),
        ("heatmap?screen=book:sea", json!([[15, 4, 2, 2, 0, 1]])),
        ("pages", json!([["book:sea", 1, 2, 5, 5]])),
        (
            "targets",
            json!([
                ["home", "next", 5, 2],
                ["book:sea", "next", 2, 1],
                ["film:whale", "next", 1, 1]
            ]),
        ),
        (
            "actions",
            json!([
                ["click", 6, 2],
                ["screen", 5, 2],
                ["media", 2, 1],
                ["pageChange", 2, 1],
                ["tap", 2, 1],
                ["stopSession", 1, 1],
                ["swipe", 1, 1],
                ["tick", 1, 1]
            ]),
        ),
        ("stops", json!([["expired", 1], ["idle", 1], ["reset", 1]])),
        ("media", json!([["whale.mp4", 1, 1, 1, 900.5, 900.5]])),
        (
            "languages",
            json!([["nb", 2, 4], ["en", 1, 4], [null, 0, 1]]),
        ),
        (
            "sessions",
            json!([
                [
                    1,
                    1,
                    "table-1",
                    "2024-03-30T09:00:00.000Z",
                    "2024-03-30T09:01:09.000Z",
                    "idle",
                    9.5,
                    8,
                    3,
                    2,
                    2,
                    "home",
                    "book:sea",
                    null
                ],
                [
                    2,
                    1,
                    "table-1",
                    "2024-03-30T22:30:00.000Z",
                    "2024-03-30T23:10:03.500Z",
                    "reset",
                    2402.2,
                    10,
                    5,
                    3,
                    2,
                    "home",
                    "home",
                    null
                ],
                [
                    3,
                    1,
                    "table-2",
                    "2024-03-31T01:30:00.000Z",
                    "2024-03-31T01:30:00.000Z",
                    "expired",
                    0,
                    2,
                    1,
                    1,
                    1,
                    "home",
                    "home",
                    "never_stopped"
                ]
            ]),
        ),
    ]
}

/// Hours by hand: (hour, sessions, touches made, views made, touches of sessions).
const HOURS: [(usize, [i64; 4]); 4] = [
    (0, [0, 4, 1, 0]),
    (3, [1, 1, 1, 1]),
    (10, [1, 3, 2, 3]),
    (23, [1, 1, 2, 5]),
];

fn assert_by_hand(server: &Server) {
    for (request, expected) in by_hand() {
        let mark = if request.contains('?') { '&' } else { '?' };
        let found = rows(server, &format!("{request}{mark}tz=Europe/Oslo"));
        assert_eq!(found, expected, "{request}");
    }
    let mut hours = vec![[0; 4]; 24];
    for (hour, counts) in HOURS {
        hours[hour] = counts;
    }
    let expected: Vec<_> = (0..24)
        .map(|hour| {
            json!([
                hour,
                hours[hour][0],
                hours[hour][1],
                hours[hour][2],
                hours[hour][3]
            ])
        })
        .collect();
    assert_eq!(rows(server, "hours?tz=Europe/Oslo"), Value::from(expected));
    let grid = rows(server, "grid?tz=Europe/Oslo");
    assert_eq!(grid.as_array().unwrap().len(), 168);
    for (weekday, hour, expected) in [
        (6, 10, json!([6, 10, 1, 3, 1])),
        (6, 23, json!([6, 23, 1, 1, 1])),
        (7, 0, json!([7, 0, 0, 4, 1])),
        (7, 3, json!([7, 3, 1, 1, 1])),
        (1, 3, json!([1, 3, 0, 0, 0])),
    ] {
        assert_eq!(grid[(weekday - 1) * 24 + hour], expected);
    }
}

#[test]
fn a_small_exhibition_is_as_worked_out_by_hand() {
    let (server, key) = Server::with_consumer();
    send(&server, &key, &exhibition());
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
    let items = exhibition();
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
        let ids = "SELECT group_concat(id) FROM sessions ORDER BY started_at";
        let in_order: String = server.sql().query_row(ids, [], |row| row.get(0)).unwrap();
        eprintln!("{what}: {in_order}");
        for (request, expected) in by_hand() {
            // Ids follow the order of arrival.
            if !["paths", "sessions"].contains(&request) {
                let mark = if request.contains('?') { '&' } else { '?' };
                let found = rows(&server, &format!("{request}{mark}tz=Europe/Oslo"));
                assert_eq!(found, expected, "{what}: {request}");
            }
        }
        let folder = Arc::clone(&server.folder);
        assert!(server.stop().success());
        assert!(act(folder.path(), &["--check"]).status.success(), "{what}");
    }
}

#[test]
fn an_empty_file_has_empty_reports() {
    let server = Server::start(&[]);
    let list = server.get("/reports").json();
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
    send(&server, &key, &exhibition());
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
