//! What broken and hostile clients send.

use std::io::{Read, Write};
use std::net::Shutdown;

use serde_json::json;

use crate::harness::{Server, until};

const TS: &str = "2017-08-25T17:09:19.438Z";
const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn bodies_over_their_limit_are_read_on_and_refused() {
    let (server, key) = Server::with_consumer();
    let token = server.session(&key);
    let event = |bytes: usize| format!("token={token}&action=a&ts={TS}&data={}", "x".repeat(bytes));
    assert_eq!(server.form("/events", &event(256 * 1024)).status, 200);
    let too_long = server.form("/events", &event(256 * 1024 + 1));
    assert_eq!(
        (too_long.status, too_long.code().as_str()),
        (400, "field_too_long")
    );
    let too_large = server.form("/events", &event(1024 * 1024));
    assert_eq!(
        (too_large.status, too_large.code().as_str()),
        (413, "body_too_large")
    );
    assert_eq!(too_large.header("access-control-allow-origin"), Some("*"));
    assert_eq!(too_large.header("connection"), Some("close"));
    assert_eq!(
        server.batch(&" ".repeat(2 * 1024 * 1024 + 1)).code(),
        "body_too_large"
    );
    assert_eq!(
        server.batch(&" ".repeat(2 * 1024 * 1024)).code(),
        "malformed_body"
    );
    // Without an announced length, too.
    let mut request =
        b"POST /events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..20 {
        request.extend_from_slice(b"10000\r\n");
        request.extend_from_slice(&[b'x'; 0x10000]);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    assert!(server.raw(&request).starts_with("HTTP/1.1 413"));
    assert_eq!(server.count("SELECT count(*) FROM events"), 1);
}

#[test]
fn a_body_that_is_not_what_it_says_is_refused() {
    let (server, key) = Server::with_consumer();
    for (content_type, body, status, code) in [
        ("application/json", "", 400, "malformed_body"),
        ("application/json", "{", 400, "malformed_body"),
        ("application/json", "[]", 400, "malformed_body"),
        (
            "application/json",
            "{\"ts\":\"x\"}{}",
            400,
            "malformed_body",
        ),
        ("text/plain", "consumer_key=x", 400, "malformed_body"),
        ("multipart/form-data", "x", 400, "malformed_body"),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nbroken",
            400,
            "malformed_body",
        ),
        ("image/png", "x", 415, "unsupported_media_type"),
        ("application/xml", "<x/>", 415, "unsupported_media_type"),
        (FORM, "", 400, "missing_consumer_key"),
        (FORM, "%%%=%zz&&&=", 400, "missing_consumer_key"),
    ] {
        let reply = server.post("/sessions", content_type, body.as_bytes());
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (status, code),
            "{content_type} {body}: {}",
            reply.text()
        );
    }
    let nested = format!(
        "{{\"consumer_key\":\"{key}\",\"items\":{}}}",
        "[".repeat(100_000)
    );
    assert_eq!(server.batch(&nested).status, 400);
    assert_eq!(server.count("SELECT count(*) FROM sessions"), 0);
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let server = Server::start(&[]);
    for (method, path, allow) in [
        ("PUT", "/sessions", "GET, HEAD, POST, OPTIONS"),
        ("DELETE", "/events", "GET, HEAD, POST, OPTIONS"),
        ("GET", "/sessions/stop", "POST, OPTIONS"),
        ("HEAD", "/batch", "POST, OPTIONS"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/microticks.js", "GET, HEAD"),
        ("PATCH", "/dash", "GET, HEAD"),
    ] {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let reply = server.raw(request.as_bytes());
        assert!(
            reply.starts_with("HTTP/1.1 405"),
            "{method} {path}: {reply}"
        );
        assert!(
            reply.contains(&format!("allow: {allow}\r\n")),
            "{method} {path}: {reply}"
        );
    }
    assert_eq!(server.get("/nothing").code(), "not_found");
    assert_eq!(server.post("/nothing", FORM, b"").code(), "not_found");
}

#[test]
fn preflights_are_answered_and_replies_carry_cors_headers() {
    let (server, _) = Server::with_consumer();
    for path in [
        "/sessions",
        "/events",
        "/sessions/stop",
        "/batch",
        "//batch",
    ] {
        let request = format!(
            "OPTIONS {path} HTTP/1.1\r\nHost: x\r\nOrigin: null\r\nConnection: close\r\n\
            Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n\
            Access-Control-Request-Private-Network: true\r\n\r\n"
        );
        let reply = server.raw(request.as_bytes());
        assert!(reply.starts_with("HTTP/1.1 204"), "{reply}");
        for header in [
            "access-control-allow-origin: *",
            "access-control-allow-methods: GET, HEAD, POST, OPTIONS",
            "access-control-allow-headers: Authorization, Content-Type",
            "access-control-allow-private-network: true",
            "vary: origin",
            "access-control-expose-headers: Retry-After",
        ] {
            assert!(reply.contains(header), "{header}: {reply}");
        }
    }
    let reply = server.form("/sessions/stop", "");
    assert_eq!(reply.header("vary"), Some("origin"));
    assert_eq!(reply.header("access-control-allow-credentials"), None);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let (server, key) = Server::with_consumer();
    let token = server.session(&key);
    let mut requests = String::new();
    for n in 0..50 {
        let body = format!("token={token}&action=a&data={n}&ts={TS}");
        let close = if n == 49 { "Connection: close\r\n" } else { "" };
        requests += &format!(
            "POST /events HTTP/1.1\r\nHost: x\r\n{close}Content-Type: {FORM}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
    }
    let reply = server.raw(requests.as_bytes());
    let ids: Vec<usize> = reply
        .match_indices("\"event_id\":")
        .map(|(at, name)| {
            let rest = &reply[at + name.len()..];
            rest[..rest.find('}').unwrap()].parse().unwrap()
        })
        .collect();
    assert_eq!(ids, (1..=50).collect::<Vec<_>>());
    let in_order = "SELECT count(*) FROM events WHERE CAST(data AS INTEGER) = id - 1";
    assert_eq!(server.count(in_order), 50);
}

#[test]
fn a_client_that_closes_its_half_still_gets_its_answer() {
    let (server, key) = Server::with_consumer();
    let body = format!("consumer_key={key}&ts={TS}");
    let mut stream = server.connect();
    write!(stream, "POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
}

#[test]
fn a_body_that_is_cut_off_stores_nothing() {
    let (server, key) = Server::with_consumer();
    let token = server.session(&key);
    let body = format!("token={token}&action=a&data=whole&ts={TS}");
    for cut in [0, 1, body.len() / 2, body.len() - 1] {
        let mut stream = server.connect();
        write!(stream, "POST /events HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {}\r\n\r\n{}", body.len(), &body[..cut]).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut reply = String::new();
        let _ = stream.read_to_string(&mut reply);
        assert!(!reply.contains("200 OK"), "{reply}");
    }
    assert_eq!(server.form("/events", &body).status, 200);
    assert_eq!(server.count("SELECT count(*) FROM events"), 1);
}

#[test]
fn what_is_no_request_ends_the_connection_and_nothing_else() {
    let (server, key) = Server::with_consumer();
    let headers = |count: usize| {
        let lines: String = (0..count).map(|n| format!("X-{n}: 1\r\n")).collect();
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n")
    };
    let long_line = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(100_000));
    for (request, expected) in [
        (headers(10), "HTTP/1.1 200"),
        (headers(10_000), "HTTP/1.1 431"),
        (long_line, "HTTP/1.1 4"),
        ("\r\n\r\n".to_owned(), ""),
        ("GARBAGE\r\n\r\n".to_owned(), "HTTP/1.1 400"),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), "HTTP/1.1 400"),
        (
            "POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".to_owned(),
            "HTTP/1.1 400",
        ),
        (
            "POST /events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
                .to_owned(),
            "HTTP/1.1 400",
        ),
        (
            "POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
                .to_owned(),
            "HTTP/1.1 400",
        ),
    ] {
        let mut stream = server.connect();
        let _ = stream.write_all(request.as_bytes());
        let _ = stream.shutdown(Shutdown::Write);
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        let reply = String::from_utf8_lossy(&reply);
        assert!(
            reply.starts_with(expected),
            "{}: {reply}",
            &request[..request.len().min(60)]
        );
    }
    server.session(&key);
}

#[test]
fn slow_senders_do_not_keep_others_waiting() {
    let (server, key) = Server::with_consumer();
    let mut slow: Vec<_> = (0..200).map(|_| server.connect()).collect();
    for (n, stream) in slow.iter_mut().enumerate() {
        let head = if n % 2 == 0 {
            "POST /events HTTP/1.1\r\nHos"
        } else {
            "POST /batch HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
        };
        stream.write_all(head.as_bytes()).unwrap();
    }
    for _ in 0..10 {
        server.session(&key);
    }
}

#[test]
fn parameters_never_reach_sql_as_text() {
    let (server, key) = Server::with_consumer();
    server.session(&key);
    for hostile in [
        "1'",
        "1;DROP TABLE sessions",
        "1 OR 1=1",
        "%27",
        "x%27%20OR%20%271%27=%271",
        "\"",
        "id--",
        "%00",
    ] {
        for name in [
            "ip", "date", "consumer", "device", "action", "session", "from", "sort", "limit",
            "offset", "format",
        ] {
            for list in ["sessions", "events"] {
                let reply = server.raw(format!("GET /{list}?{name}={} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", hostile.replace(' ', "%20")).as_bytes());
                let fine = reply.contains("\"count\":0") || reply.starts_with("HTTP/1.1 400");
                assert!(fine, "{list} {name} {hostile}: {reply}");
            }
        }
    }
    assert_eq!(server.count("SELECT count(*) FROM sessions"), 1);
}

#[test]
fn many_bodies_at_once_are_bounded() {
    let (server, key) = Server::with_consumer();
    // Eight senders fill the room of 16 MiB to a few bytes, and announce one byte more.
    let head = b"POST /batch HTTP/1.1\r\nHost: x\r\nContent-Length: 2097152\r\n\r\n";
    let most = vec![b' '; 2_097_151];
    let mut waiting: Vec<_> = (0..8).map(|_| server.connect()).collect();
    for stream in &mut waiting {
        stream.write_all(head).unwrap();
        stream.write_all(&most).unwrap();
    }
    let empty = json!({"consumer_key": key, "items": []}).to_string();
    until("the room is taken", || {
        let reply = server.batch(&empty);
        if reply.status == 503 {
            assert_eq!(
                (reply.code().as_str(), reply.header("retry-after")),
                ("overloaded", Some("5"))
            );
        }
        reply.status == 503
    });
    drop(waiting);
    until("the room is free", || server.batch(&empty).status == 200);
}

#[test]
fn a_promise_to_send_much_takes_no_room() {
    let (server, key) = Server::with_consumer();
    let mut waiting: Vec<_> = (0..20).map(|_| server.connect()).collect();
    for stream in &mut waiting {
        stream
            .write_all(b"POST /batch HTTP/1.1\r\nHost: x\r\nContent-Length: 2097152\r\n\r\n{")
            .unwrap();
    }
    for _ in 0..5 {
        server.session(&key);
    }
}

#[test]
fn a_request_that_cannot_be_stored_fails_alone() {
    let (server, key) = Server::with_consumer();
    let token = server.session(&key);
    let trigger = "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN NEW.action = 'boom' BEGIN SELECT RAISE(ABORT, 'no'); END";
    rusqlite::Connection::open(server.database())
        .unwrap()
        .execute_batch(trigger)
        .unwrap();
    let post = |action: &str| {
        server
            .form(
                "/events",
                &format!("token={token}&action={action}&data=&ts={TS}"),
            )
            .status
    };
    std::thread::scope(|scope| {
        let bad = scope.spawn(|| (0..50).for_each(|_| assert_eq!(post("boom"), 500)));
        let good: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| (0..50).for_each(|_| assert_eq!(post("click"), 200))))
            .collect();
        bad.join().unwrap();
        good.into_iter().for_each(|good| good.join().unwrap());
    });
    assert_eq!(server.count("SELECT count(*) FROM events"), 300);
    assert_eq!(server.count("SELECT clicks FROM sessions"), 300);
}
