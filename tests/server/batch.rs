//! `POST /batch`: how our own client sends.

use serde_json::{Value, json};

use crate::harness::{Server, add_consumer};

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const TS: &str = "2026-01-02T03:04:05.000Z";

fn start(token: &str, ts: &str) -> Value {
    json!({"type": "start", "token": token, "ts": ts, "device": "table-2"})
}

fn event(token: &str, seq: i64, ts: &str) -> Value {
    json!({"type": "event", "token": token, "seq": seq, "action": "click", "data": {"n": seq}, "ts": ts})
}

fn stop(token: &str, ts: &str) -> Value {
    json!({"type": "stop", "token": token, "ts": ts, "reason": "idle"})
}

fn send(server: &Server, key: &str, items: &[Value]) -> Value {
    let reply = server.batch(&json!({"consumer_key": key, "items": items}).to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
    let json = reply.json();
    let count = |name: &str| usize::try_from(json[name].as_u64().unwrap()).unwrap();
    assert_eq!(
        count("stored") + count("duplicates") + json["rejected"].as_array().unwrap().len(),
        items.len()
    );
    json
}

/// Everything in the file, to be compared.
fn rows(server: &Server) -> Vec<String> {
    let connection = server.sql();
    let mut all = Vec::new();
    for table in ["sessions", "events", "devices"] {
        let mut statement = connection
            .prepare(&format!("SELECT * FROM {table}"))
            .unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            all.push(
                (0..columns)
                    .map(|at| format!("{:?}|", row.get_ref(at).unwrap()))
                    .collect(),
            );
        }
    }
    all
}

#[test]
fn a_batch_sent_twice_gives_the_same_rows() {
    let (server, key) = Server::with_consumer();
    let items = [start(A, TS), event(A, 1, TS), event(A, 2, TS), stop(A, TS)];
    assert_eq!(send(&server, &key, &items)["stored"], 4);
    let before = rows(&server);
    assert_eq!(send(&server, &key, &items)["duplicates"], 4);
    let far_off =
        json!({"consumer_key": key, "sent_at": "2001-01-01T00:00:00Z", "items": items}).to_string();
    assert_eq!(server.batch(&far_off).json()["duplicates"], 4);
    assert_eq!(rows(&server), before);
}

#[test]
fn items_fail_alone_and_are_named_by_their_index() {
    let (server, key) = Server::with_consumer();
    let items = [
        json!({}),
        start(A, TS),
        json!({"type": "event", "token": A, "action": "x", "data": 1, "ts": TS}),
        event(A, 1, "yesterday"),
        event(A, 1, TS),
        json!(null),
        event("short", 1, TS),
        json!({"type": "event", "token": A, "seq": 1, "action": "swipe", "data": {"n": 1}, "ts": TS}),
        json!({"type": "event", "token": A, "seq": 1.5, "action": "x", "data": 1, "ts": TS}),
        json!({"type": "event", "token": A, "seq": 9, "action": "", "data": 1, "ts": TS}),
        json!({"type": "stop", "token": A, "ts": TS, "reason": "x".repeat(129)}),
    ];
    let reply = send(&server, &key, &items);
    assert_eq!(
        (&reply["stored"], &reply["duplicates"]),
        (&2.into(), &0.into())
    );
    let rejected: Vec<_> = reply["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["index"].as_u64().unwrap(),
                item["code"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let expected = [
        (0, "missing_field"),
        (2, "missing_field"),
        (3, "invalid_ts"),
        (5, "invalid_item"),
        (6, "unknown_token"),
        (7, "seq_conflict"),
        (8, "invalid_seq"),
        (9, "empty_action"),
        (10, "field_too_long"),
    ];
    assert_eq!(
        rejected,
        expected.map(|(index, code)| (index, code.to_owned()))
    );
    assert_eq!(server.count("SELECT count(*) FROM events"), 1);
}

#[test]
fn a_session_that_begins_with_another_item_is_provisional_until_its_start() {
    let (server, key) = Server::with_consumer();
    let started = || server.get("/sessions").json()["sessions"][0].clone();
    send(
        &server,
        &key,
        &[
            event(A, 2, "2026-01-02T03:04:07Z"),
            stop(A, "2026-01-02T03:04:01Z"),
        ],
    );
    assert_eq!(started()["started_at"], "2026-01-02T03:04:01.000Z");
    send(&server, &key, &[event(A, 1, "2026-01-02T03:04:00Z")]);
    assert_eq!(started()["started_at"], "2026-01-02T03:04:00.000Z");
    assert_eq!(started()["device"], Value::Null);
    assert_eq!(
        send(&server, &key, &[start(A, "2026-01-02T03:04:05Z")])["stored"],
        1
    );
    let session = started();
    assert_eq!(session["started_at"], "2026-01-02T03:04:05.000Z");
    assert_eq!(session["device"], "table-2");
    assert_eq!(
        session["stopped_at"], "2026-01-02T03:04:05.000Z",
        "a stop is never before the start"
    );
    assert_eq!(
        send(&server, &key, &[start(A, "2026-01-02T03:04:09Z")])["duplicates"],
        1
    );
    assert_eq!(started(), session);
}

#[test]
fn a_form_stop_of_a_provisional_session_counts_for_its_start() {
    let (server, key) = Server::with_consumer();
    send(&server, &key, &[event(A, 1, "2026-01-02T03:04:07Z")]);
    let stop = format!("token={A}&ts=2026-01-02T03:04:05Z");
    assert_eq!(server.form("/sessions/stop", &stop).status, 200);
    let session = server.get("/sessions").json()["sessions"][0].clone();
    assert_eq!(session["started_at"], "2026-01-02T03:04:05.000Z");
    assert_eq!(session["stopped_at"], "2026-01-02T03:04:05.000Z");
}

#[test]
fn a_stopped_session_still_takes_what_its_page_has_put_there() {
    let (server, key) = Server::with_consumer();
    send(
        &server,
        &key,
        &[start(A, TS), stop(A, "2026-01-02T03:05:00Z")],
    );
    assert_eq!(
        send(&server, &key, &[event(A, 1, "2026-01-02T03:06:00Z")])["stored"],
        1
    );
    assert_eq!(
        server.get("/sessions").json()["sessions"][0]["stopped_at"],
        "2026-01-02T03:05:00.000Z"
    );
}

#[test]
fn a_known_token_decides_the_consumer() {
    let (server, key) = Server::with_consumer();
    let other = add_consumer(server.folder.path(), "Other");
    send(&server, &key, &[start(A, TS)]);
    let reply = send(&server, &other, &[event(A, 1, TS), start(B, TS)]);
    assert_eq!(reply["stored"], 2);
    assert_eq!(
        server.count("SELECT consumer_id FROM sessions JOIN events ON session_id = sessions.id"),
        1
    );
    assert_eq!(
        server.count(&format!(
            "SELECT consumer_id FROM sessions WHERE token = '{B}'"
        )),
        2
    );
}

#[test]
fn set_up_errors_come_before_any_item() {
    let (server, _) = Server::with_consumer();
    for (key, code) in [
        (json!("wrong"), "unknown_consumer"),
        (json!(""), "missing_consumer_key"),
        (json!(7), "invalid_envelope"),
    ] {
        let reply =
            server.batch(&json!({"consumer_key": key, "items": [start(A, TS), {}]}).to_string());
        assert_eq!((reply.status, reply.code().as_str()), (400, code));
    }
    assert_eq!(server.count("SELECT count(*) FROM sessions"), 0);
}

#[test]
fn a_broken_envelope_is_refused_whole() {
    let (server, key) = Server::with_consumer();
    let many = vec![1; 5_001];
    for (body, status, code) in [
        (String::new(), 400, "malformed_body"),
        ("[]".to_owned(), 400, "invalid_envelope"),
        (
            format!("{{\"consumer_key\":\"{key}\",\"items\":["),
            400,
            "malformed_body",
        ),
        (
            json!({"consumer_key": key}).to_string(),
            400,
            "invalid_envelope",
        ),
        (
            json!({"consumer_key": key, "items": {}}).to_string(),
            400,
            "invalid_envelope",
        ),
        (
            json!({"consumer_key": key, "items": many}).to_string(),
            413,
            "too_many_items",
        ),
    ] {
        let reply = server.batch(&body);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (status, code),
            "{}",
            &body[..body.len().min(80)]
        );
    }
    assert_eq!(
        server
            .batch(&json!({"consumer_key": key, "items": []}).to_string())
            .json()["stored"],
        0
    );
}

#[test]
fn a_sign_of_life_keeps_one_row_for_each_device() {
    let (server, key) = Server::with_consumer();
    let alive = |device: &str, dropped: i64| {
        json!({"type": "alive", "device": device, "queued": 3, "dropped": dropped,
        "version": "1.0.0", "width": 1920, "height": 1080})
    };
    send(
        &server,
        &key,
        &[alive("a", 1), alive("b", 0), json!({"type": "alive"})],
    );
    assert_eq!(send(&server, &key, &[alive("a", 2)])["stored"], 1);
    let seen = "SELECT group_concat(name || ':' || ifnull(dropped, '-'), ' ') FROM (SELECT * FROM devices ORDER BY name)";
    let devices: String = server.sql().query_row(seen, [], |row| row.get(0)).unwrap();
    assert_eq!(devices, ":- a:2 b:0");
    assert_eq!(
        server.count("SELECT count(*) FROM devices WHERE last_alive_ms > 1700000000000"),
        3
    );
    assert_eq!(
        server.count("SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM events)"),
        0
    );
}

#[test]
fn a_kiosk_that_lives_in_2001_is_set_right() {
    let (server, key) = Server::with_consumer();
    let old = "2001-01-01T00:00:00.000Z";
    let mut aged = event(A, 1, old);
    aged["age_ms"] = json!(1000);
    let body = json!({"consumer_key": key, "sent_at": "2001-01-01T00:00:01.000Z", "items": [start(A, old), aged, event(A, 2, old)]});
    assert_eq!(server.batch(&body.to_string()).json()["stored"], 3);
    let right =
        "abs(unixepoch(time) - unixepoch('now')) < 60 AND raw_time = '2001-01-01T00:00:00.000Z'";
    assert_eq!(
        server.count(&format!("SELECT count(*) FROM events WHERE {right}")),
        2
    );
    let session = "abs(unixepoch(started_at) - unixepoch('now')) < 60 AND raw_started_at = '2001-01-01T00:00:00.000Z'";
    assert_eq!(
        server.count(&format!(
            "SELECT count(*) FROM sessions WHERE {session} AND clock_offset_ms > 60000"
        )),
        1
    );
    // The same items again are the same, whatever the clock says by now.
    let again = json!({"consumer_key": key, "sent_at": "2026-01-01T00:00:01.000Z", "items": [event(A, 1, old), event(A, 2, old)]});
    assert_eq!(server.batch(&again.to_string()).json()["duplicates"], 2);
    assert_eq!(
        send(&server, &key, &[event(A, 2, "2001-01-01T00:00:00.001Z")])["rejected"][0]["code"],
        "seq_conflict"
    );
}

#[test]
fn data_of_an_item_is_its_exact_source_text() {
    let (server, key) = Server::with_consumer();
    let values = [
        "{\"a\":  1e400}",
        "[\"\\ud800\"]",
        "null",
        "1.50",
        "\"\\ud800\"",
        "\"\"",
    ];
    let items: Vec<String> = values.iter().enumerate().map(|(seq, data)| {
        format!(r#"{{"type":"event","token":"{A}","seq":{seq},"action":"a","data":{data},"ts":"{TS}"}}"#)
    }).collect();
    let reply = server.batch(&format!(
        "{{\"items\":[{}],\"consumer_key\":\"{key}\"}}",
        items.join(",")
    ));
    assert_eq!(reply.json()["stored"], 6, "{}", reply.text());
    let stored = server
        .sql()
        .prepare("SELECT data FROM events ORDER BY seq")
        .unwrap()
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .map(Result::unwrap)
        .collect::<Vec<_>>();
    assert_eq!(
        stored,
        [
            "{\"a\":  1e400}",
            "[\"\\ud800\"]",
            "null",
            "1.50",
            "\u{fffd}",
            ""
        ]
    );
}
