//! The form routes, as frontends of the original service use them.

use crate::harness::{Server, add_consumer};

const TS: &str = "2017-08-25T17:09:19.438Z";

#[test]
fn the_originals_client_is_served_as_before() {
    let (server, key) = Server::with_consumer();
    let started = server.form(
        "/sessions",
        &format!("consumer_key={key}&ts=2017-08-25T17%3A09%3A19.438Z&token="),
    );
    assert_eq!(started.status, 200);
    let token = started.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(token.len(), 32);

    let data = "%7B%22target%22%3A%22some_box%22%2C%22clickX%22%3A10%2C%22clickY%22%3A20%7D";
    let event = server.form(
        "/events",
        &format!("action=click&data={data}&ts=2017-08-25T17%3A09%3A20.000Z&token={token}"),
    );
    assert_eq!(event.text(), "{\"status\":200,\"event_id\":1}");
    let reason = "action=stopSession&data=%7B%22reason%22%3A%22timeout%22%7D&ts=2017-08-25T17%3A10%3A20.000Z";
    assert_eq!(
        server
            .form("/events", &format!("{reason}&token={token}"))
            .json()["event_id"],
        2
    );
    let stopped = server.form(
        "/sessions/stop",
        &format!("ts=2017-08-25T17%3A10%3A20.001Z&token={token}"),
    );
    assert_eq!(stopped.text(), "{\"status\":200}");

    // It sends its previous token along with the next start, and the next visitor is another session.
    let next = server.form(
        "/sessions",
        &format!("consumer_key={key}&ts=2017-08-25T18%3A00%3A00.000Z&token={token}"),
    );
    assert_ne!(next.json()["token"], token.as_str());

    let events = server.get("/events").json();
    assert_eq!(
        (&events["status"], &events["count"]),
        (&200.into(), &2.into())
    );
    assert_eq!(events["events"][0]["data"]["target"], "some_box");
    let sessions = server.get("/sessions").json();
    assert_eq!(sessions["count"], 2);
    assert_eq!(sessions["sessions"][0]["clicks"], 1);
    assert_eq!(
        sessions["sessions"][0]["last_action"],
        "2017-08-25T17:09:20.000Z"
    );
    assert_eq!(
        sessions["sessions"][0]["stopped_at"],
        "2017-08-25T17:10:20.001Z"
    );
    assert_eq!(
        sessions["sessions"][1]["stopped_at"],
        serde_json::Value::Null
    );
}

#[test]
fn every_kind_of_body_is_understood() {
    let (server, key) = Server::with_consumer();
    let json = format!(
        r#"{{"consumer_key":"{key}","ts":"{TS}","ts":"x","device":"table-2","unknown":[1]}}"#
    );
    let multipart = format!(
        "--b\r\nContent-Disposition: form-data; name=\"consumer_key\"\r\n\r\n{key}\r\n\
         --b\r\nContent-Disposition: form-data; name=\"ts\"\r\n\r\n{TS}\r\n\
         --b\r\nContent-Disposition: form-data; name=\"device\"; filename=\"x\"\r\n\r\ntable-2\r\n--b--\r\n"
    );
    for (content_type, body) in [
        (
            "application/x-www-form-urlencoded",
            format!("consumer_key={key}&ts={TS}&ts=x&device=table-2"),
        ),
        ("application/json", json.clone()),
        ("application/json; charset=utf-8", json.clone()),
        ("text/plain;charset=UTF-8", json),
        ("multipart/form-data; boundary=b", multipart),
    ] {
        let reply = server.post("/sessions", content_type, body.as_bytes());
        assert_eq!(reply.status, 200, "{content_type}: {}", reply.text());
    }
    assert_eq!(
        server.count("SELECT count(*) FROM sessions WHERE device = 'table-2'"),
        5
    );
    let reply = server.raw(
        format!("POST /sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\nconsumer_key={key}&ts={TS}",
            13 + key.len() + 4 + TS.len()).as_bytes(),
    );
    assert!(
        reply.starts_with("HTTP/1.1 200"),
        "without a content type it is a form: {reply}"
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn what_is_wrong_is_said_and_nothing_is_stored() {
    let (server, key) = Server::with_consumer();
    let token = server.session(&key);
    let long = "x".repeat(257);
    let event = |rest: &str| format!("token={token}&{rest}");
    for (path, body, code, text) in [
        (
            "/sessions",
            format!("ts={TS}"),
            "missing_consumer_key",
            "No \"consumer_key\" parameter provided",
        ),
        (
            "/sessions",
            format!("consumer_key=&ts={TS}"),
            "missing_consumer_key",
            "No \"consumer_key\" parameter provided",
        ),
        (
            "/sessions",
            format!("consumer_key={key}"),
            "missing_field",
            "No \"ts\" parameter provided",
        ),
        (
            "/sessions",
            format!("consumer_key={key}&ts="),
            "invalid_ts",
            "RFC 3339",
        ),
        (
            "/sessions",
            format!("consumer_key={key}&ts=yesterday"),
            "invalid_ts",
            "RFC 3339",
        ),
        (
            "/sessions",
            format!("consumer_key=wrong&ts={TS}"),
            "unknown_consumer",
            "Invalid consumer_key",
        ),
        (
            "/sessions",
            format!("consumer_key={key}&ts={TS}&device={long}"),
            "field_too_long",
            "128",
        ),
        (
            "/events",
            format!("action=a&data=&ts={TS}"),
            "missing_field",
            "No \"token\" parameter provided",
        ),
        (
            "/events",
            event(&format!("data=&ts={TS}")),
            "missing_field",
            "No \"action\" parameter provided",
        ),
        (
            "/events",
            event(&format!("action=a&ts={TS}")),
            "missing_field",
            "No \"data\" parameter provided",
        ),
        (
            "/events",
            event("action=a&data="),
            "missing_field",
            "No \"ts\" parameter provided",
        ),
        (
            "/events",
            event(&format!("action=&data=&ts={TS}")),
            "empty_action",
            "empty",
        ),
        (
            "/events",
            event("action=a&data=&ts=2017-02-30T00:00:00Z"),
            "invalid_ts",
            "RFC 3339",
        ),
        (
            "/events",
            event(&format!("action={long}&data=&ts={TS}")),
            "field_too_long",
            "256",
        ),
        (
            "/events",
            event(&format!("action=a&data=&ts={TS}&seq=x")),
            "invalid_seq",
            "seq",
        ),
        (
            "/events",
            format!("token=nobody&action=a&data=&ts={TS}"),
            "unknown_token",
            "Could not find session",
        ),
        (
            "/events",
            format!("token=&action=a&data=&ts={TS}"),
            "unknown_token",
            "Could not find session",
        ),
        (
            "/sessions/stop",
            format!("token={token}"),
            "missing_field",
            "No \"ts\" parameter provided",
        ),
        (
            "/sessions/stop",
            format!("ts={TS}"),
            "missing_field",
            "No \"token\" parameter provided",
        ),
        (
            "/sessions/stop",
            format!("ts={TS}&token=nobody"),
            "unknown_token",
            "Could not find session",
        ),
        (
            "/sessions/stop",
            format!("ts={TS}&token={token}&reason={long}"),
            "field_too_long",
            "128",
        ),
    ] {
        let reply = server.form(path, &body);
        let json = reply.json();
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, code),
            "{path} {body}"
        );
        assert_eq!(json["status"], 400);
        assert!(
            json["error"].as_str().unwrap().contains(text),
            "{path} {body}: {json}"
        );
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    }
    assert_eq!(
        server.count("SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM events)"),
        1
    );
}

#[test]
fn session_and_key_errors_repeat_their_text_as_the_original_did() {
    let (server, _) = Server::with_consumer();
    for (path, body) in [
        ("/sessions", format!("consumer_key=wrong&ts={TS}")),
        ("/events", format!("token=nobody&action=a&data=&ts={TS}")),
    ] {
        let json = server.form(path, &body).json();
        assert_eq!(json["description"], json["error"], "{path}");
    }
}

#[test]
fn a_stopped_session_takes_nothing_but_repetitions() {
    let (server, key) = Server::with_consumer();
    let token = server.session(&key);
    let event = format!("token={token}&action=click&data=1&ts={TS}&seq=7");
    assert_eq!(server.form("/events", &event).json()["event_id"], 1);
    assert_eq!(server.form("/events", &event).json()["event_id"], 1);
    let stop = format!("token={token}&ts=2017-08-25T17:00:00Z&reason=idle");
    assert_eq!(server.form("/sessions/stop", &stop).status, 200);
    assert_eq!(
        server.form("/sessions/stop", &stop).code(),
        "session_stopped"
    );
    assert_eq!(server.form("/events", &event).json()["event_id"], 1);
    assert_eq!(
        server
            .form("/events", &event.replace("data=1", "data=2"))
            .code(),
        "seq_conflict"
    );
    assert_eq!(
        server
            .form("/events", &event.replace("seq=7", "seq=8"))
            .code(),
        "session_stopped"
    );
    assert_eq!(
        server.form("/events", &event.replace("&seq=7", "")).code(),
        "session_stopped"
    );
    assert_eq!(server.count("SELECT count(*) FROM events"), 1);
    // It stopped before it started, by its own clock; the row says otherwise and keeps the word.
    let times = "SELECT stopped_at = started_at AND stop_time = '2017-08-25T17:00:00.000Z' AND stop_reason = 'idle'";
    assert_eq!(server.count(&format!("{times} FROM sessions")), 1);
}

#[test]
fn a_start_that_is_sent_again_is_the_same_session() {
    let (server, key) = Server::with_consumer();
    let own = "0123456789abcdef0123456789abcdef";
    let start = |ts: &str, token: &str| {
        let reply = server.form(
            "/sessions",
            &format!("consumer_key={key}&ts={ts}&token={token}"),
        );
        reply.json()["token"].as_str().unwrap().to_owned()
    };
    assert_eq!(start(TS, own), own);
    assert_eq!(start(TS, own), own);
    assert_eq!(start("2017-08-25T19:09:19.438%2B02:00", own), own);
    assert_ne!(start("2017-08-25T17:09:19.439Z", own), own);
    for ignored in ["", "undefined", "0123456789ABCDEF0123456789ABCDEF"] {
        assert_ne!(start(TS, ignored), ignored);
    }
    let other = add_consumer(server.folder.path(), "Other");
    let reply = server.form(
        "/sessions",
        &format!("consumer_key={other}&ts={TS}&token={own}"),
    );
    assert_ne!(reply.json()["token"], own);
}

#[test]
fn data_goes_in_and_comes_out_whatever_it_is() {
    let (server, key) = Server::with_consumer();
    let token = server.session(&key);
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let values: [Vec<u8>; 24] = [
        b"".to_vec(),
        b" ".to_vec(),
        b"text".to_vec(),
        b"{\"a\": 1.0,  \"b\":\"\\u00e5\"}".to_vec(),
        b"{\"a\":1,\"a\":2}".to_vec(),
        b"1e400".to_vec(),
        b"-0".to_vec(),
        b"123456789012345678901234567890".to_vec(),
        b"NaN".to_vec(),
        b"Infinity".to_vec(),
        b"null".to_vec(),
        b"true".to_vec(),
        b"\"string\"".to_vec(),
        b"[\"\\ud800\"]".to_vec(),
        b"\"\\udc00\\ud800\"".to_vec(),
        b"\0".to_vec(),
        b"a\0b\n\t\r".to_vec(),
        b"\xff\xfe broken \xc3".to_vec(),
        "\u{feff}{}".into(),
        "<script>alert('å')</script> \u{202e}\u{1f600}".into(),
        deep(128).into(),
        deep(129).into(),
        deep(2_000).into(),
        "[".repeat(100_000).into(),
    ];
    for value in &values {
        let mut body = format!("token={token}&action=a&ts={TS}&data=").into_bytes();
        body.extend(
            percent_encoding::percent_encode(value, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
                .bytes(),
        );
        let reply = server.post("/events", "application/x-www-form-urlencoded", &body);
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let stored = server
        .sql()
        .prepare("SELECT data FROM events ORDER BY id")
        .unwrap()
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .map(Result::unwrap)
        .collect::<Vec<_>>();
    for (stored, value) in stored.iter().zip(&values) {
        assert_eq!(*stored, String::from_utf8_lossy(value));
    }
    let text = server.get("/events").text();
    serde_json::from_str::<serde::de::IgnoredAny>(&text).unwrap();
    for part in [
        "\"data\":1e400,",
        "\"data\":\"NaN\",",
        "\"data\":[\"\\ufffd\"],",
        "\"data\":\"\\u0000\",",
        "\"data\":\"\",",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(text.contains(&format!("\"data\":{},", deep(128))));
    assert!(text.contains(&format!("\"data\":\"{}\",", deep(129))));
    let csv = server.get("/events?format=csv");
    assert_eq!(
        csv::Reader::from_reader(&csv.body[..])
            .records()
            .map(Result::unwrap)
            .count(),
        values.len()
    );
}
