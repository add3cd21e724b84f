//! `GET /sessions` and `GET /events`, and who may read them.

use std::io::{Read, Write};

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::harness::{Server, add_consumer};

/// 30 sessions on three days with 0 to 4 events each, for two consumers and two devices.
fn filled() -> (Server, String) {
    let (server, key) = Server::with_consumer();
    let other = add_consumer(server.folder.path(), "Other");
    for n in 0..30_i64 {
        let token = format!("{n:032x}");
        let day = 25 + n % 3;
        let ts = format!("2017-08-{day}T10:00:{n:02}.000Z");
        let device = if n % 2 == 0 {
            json!("table-1")
        } else {
            Value::Null
        };
        let mut items = vec![json!({"type": "start", "token": token, "ts": ts, "device": device})];
        for seq in 0..n % 5 {
            let action = if seq == 3 { "swipe" } else { "click" };
            let ts = format!("2017-08-{day}T10:01:{seq:02}.000Z");
            items.push(json!({"type": "event", "token": token, "seq": seq, "action": action, "data": {"n": n}, "ts": ts}));
        }
        let key = if n % 10 == 9 { &other } else { &key };
        let reply = server.batch(&json!({"consumer_key": key, "items": items}).to_string());
        assert_eq!(reply.json()["stored"].as_u64().unwrap(), items.len() as u64);
    }
    (server, key)
}

fn column(list: &Value, rows: &str, name: &str) -> Vec<Value> {
    list[rows]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row[name].clone())
        .collect()
}

#[test]
fn every_filter_chooses_its_rows() {
    let (server, _) = filled();
    for (query, count) in [
        ("sessions", 30),
        ("sessions?ip=127.0.0.1", 30),
        ("sessions?ip=10.0.0.1", 0),
        ("sessions?date=2017", 30),
        ("sessions?date=2017-08-25", 10),
        ("sessions?date=2017-08-25T10:00:03", 1),
        ("sessions?date=%25", 0),
        ("sessions?consumer=1", 27),
        ("sessions?consumer=2", 3),
        ("sessions?consumer=two", 0),
        ("sessions?device=table-1", 15),
        ("sessions?device=table", 0),
        ("sessions?action=swipe", 6),
        ("sessions?session=5", 1),
        ("sessions?session=500", 0),
        ("sessions?from=2017-08-26", 20),
        ("sessions?to=2017-08-26", 20),
        ("sessions?from=2017-08-26&to=2017-08-26", 10),
        (
            "sessions?from=2017-08-25T10:00:03Z&to=2017-08-25T10:00:06Z",
            1,
        ),
        ("sessions?from=2017-08-27&to=2017-08-26", 0),
        ("sessions?device=table-1&consumer=1&date=2017-08-25", 5),
        ("sessions?from=&to=&ip=&sort=&limit=&format=&_=123", 30),
        ("events", 60),
        ("events?action=swipe", 6),
        ("events?session=5", 4),
        ("events?session=1", 0),
        ("events?session=5&action=click", 3),
        ("events?date=2017-08-26", 20),
        ("events?consumer=2", 12),
        ("events?device=table-1", 30),
        ("events?from=2017-08-25T10:01:03Z&to=2017-08-25", 2),
        (
            "events?from=2017-08-25T10:01:03Z&to=2017-08-25&sort=time",
            2,
        ),
        ("events?limit=0", 0),
        ("events?limit=7&offset=58", 2),
        ("events?offset=100", 0),
    ] {
        let reply = server.get(&format!("/{query}"));
        assert_eq!(reply.status, 200, "{query}: {}", reply.text());
        assert_eq!(reply.json()["count"], count, "{query}");
    }
}

#[test]
fn every_order_holds_and_pages_do_not_overlap() {
    let (server, _) = filled();
    for (list, columns) in [
        ("events", &["id", "time", "action", "session_id"][..]),
        (
            "sessions",
            &[
                "id",
                "started_at",
                "stopped_at",
                "clicks",
                "last_action",
                "consumer_id",
                "ip",
            ],
        ),
    ] {
        for name in columns {
            for direction in ["sort", "sort.desc"] {
                let page = |offset: usize| {
                    let reply = server.get(&format!(
                        "/{list}?{direction}={name}&limit=7&offset={offset}"
                    ));
                    assert_eq!(reply.status, 200, "{}", reply.text());
                    reply.json()
                };
                let whole = server
                    .get(&format!("/{list}?{direction}={name}&limit=1000"))
                    .json();
                let mut keys: Vec<_> = column(&whole, list, name)
                    .into_iter()
                    .zip(column(&whole, list, "id"))
                    .map(|(key, id)| (key.as_i64(), key.as_str().map(str::to_owned), id.as_i64()))
                    .collect();
                if direction == "sort.desc" {
                    keys.reverse();
                }
                assert!(keys.is_sorted(), "{list} {direction}={name}: {keys:?}");
                let total = keys.len();
                let paged: Vec<_> = (0..total)
                    .step_by(7)
                    .flat_map(|offset| column(&page(offset), list, "id"))
                    .collect();
                assert_eq!(
                    paged,
                    column(&whole, list, "id"),
                    "{list} {direction}={name}"
                );
            }
        }
    }
}

#[test]
fn wrong_parameters_are_refused() {
    let (server, _) = Server::with_consumer();
    for query in [
        "sort=data",
        "sort.desc=token",
        "sort=id&sort.desc=id",
        "limit=-1",
        "limit=1.5",
        "limit=x",
        "offset=-1",
        "session=x",
        "from=x",
        "to=2017-02-30",
        "format=xml",
        "sort=action",
        "sort=action&limit=10001",
    ] {
        let reply = server.get(&format!("/events?{query}"));
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "invalid_parameter"),
            "{query}: {}",
            reply.text()
        );
    }
    assert_eq!(server.get("/sessions?sort=clicks").status, 400);
    assert_eq!(server.get("/sessions?session=x").status, 400);
}

#[test]
fn csv_has_the_same_rows() {
    let (server, _) = filled();
    for list in ["events", "sessions"] {
        let json = server.get(&format!("/{list}")).json();
        let csv = server.get(&format!("/{list}?format=csv"));
        assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
        let mut reader = csv::Reader::from_reader(&csv.body[..]);
        let names = reader.headers().unwrap().clone();
        for (record, row) in reader.records().zip(json[list].as_array().unwrap()) {
            for (name, cell) in names.iter().zip(&record.unwrap()) {
                let expected = match &row[name] {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                assert_eq!(cell, expected, "{list} {name}");
            }
        }
    }
}

#[test]
fn head_answers_like_get_without_a_body() {
    let (server, _) = filled();
    for path in [
        "/events",
        "/sessions?format=csv",
        "/healthz",
        "/readyz",
        "/",
        "/microticks.js",
        "/dash",
    ] {
        let ask = |method: &str| {
            server.raw(
                format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .as_bytes(),
            )
        };
        let (head, get) = (ask("HEAD"), ask("GET"));
        let (get_head, body) = get.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"),
            "{path}: {head}"
        );
        assert!(!body.is_empty(), "{path}");
        let type_of = |head: &str| {
            head.lines()
                .find(|line| line.starts_with("content-type"))
                .unwrap()
                .to_owned()
        };
        assert_eq!(type_of(&head), type_of(get_head));
    }
}

#[test]
fn a_long_list_is_streamed_and_a_reader_that_leaves_harms_nobody() {
    let (server, key) = Server::with_consumer();
    let data = "x".repeat(2_000);
    for batch in 0..40 {
        let items: Vec<Value> = (0..500)
            .map(|n| {
                json!({"type": "event", "token": format!("{batch:032x}"), "seq": n,
            "action": "a", "data": data, "ts": "2026-01-02T03:04:05Z"})
            })
            .collect();
        assert_eq!(
            server
                .batch(&json!({"consumer_key": key, "items": items}).to_string())
                .status,
            200
        );
    }
    let memory = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap()
            .to_owned();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    let before = memory();
    for order in [
        "",
        "?sort=time",
        "?sort.desc=time",
        "?sort.desc=session_id&limit=10000",
    ] {
        let list = server.get(&format!("/events{order}")).json();
        let count = if order.contains("limit") {
            10_000
        } else {
            20_000
        };
        assert_eq!(list["count"], count, "{order}");
        let mut ids: Vec<_> = column(&list, "events", "id")
            .iter()
            .map(|id| id.as_i64().unwrap())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{order}");
    }
    // 40 MB went out; what one list holds at a time is a few chunks.
    assert!(
        memory() < before + 20_000,
        "{} kB after {before} kB",
        memory()
    );
    for _ in 0..8 {
        let mut stream = server.connect();
        stream
            .write_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        let mut some = [0; 1000];
        stream.read_exact(&mut some).unwrap();
    }
    assert_eq!(server.get("/events?limit=1").json()["count"], 1);
    assert_eq!(server.get("/events?action=none").json()["count"], 0);
}

#[test]
fn without_a_key_only_this_computer_reads() {
    let (server, _) = Server::with_consumer();
    for list in ["/sessions", "/events", "/snapshot"] {
        assert_eq!(server.get(list).header("access-control-allow-origin"), None);
        for headers in [
            ("Host", "museum.example"),
            ("X-Forwarded-For", "10.0.0.1"),
            ("Forwarded", "for=10.0.0.1"),
            ("Via", "1.1 x"),
            ("X-Real-IP", "10.0.0.1"),
            ("Origin", "http://museum.example"),
            ("Origin", "null"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ] {
            let reply = server.get_with(list, &[headers]);
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (403, "key_required"),
                "{headers:?}"
            );
            assert!(reply.text().contains("--key"));
            assert_eq!(reply.header("access-control-allow-origin"), None);
        }
        assert!(
            server
                .raw(format!("GET {list} HTTP/1.0\r\nHost: localhost\r\n\r\n").as_bytes())
                .contains(" 403 ")
        );
    }
    assert_eq!(
        server
            .get_with("/dash", &[("Host", "museum.example")])
            .status,
        403
    );
    for open in [
        "/",
        "/docs",
        "/example/",
        "/microticks.js",
        "/healthz",
        "/readyz",
    ] {
        assert_eq!(
            server
                .get_with(open, &[("Host", "museum.example"), ("Via", "x")])
                .status,
            200,
            "{open}"
        );
    }
}

#[test]
fn with_a_key_whoever_has_it_reads() {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    add_consumer(folder.path(), "MyApp");
    let mut command = crate::harness::microticks(folder.path(), &["--bind", "127.0.0.1:0"]);
    let server = Server::spawn(command.env("MICROTICKS_KEY", "gå inn"), &folder);
    let elsewhere = ("Host", "museum.example");
    for list in ["/sessions", "/events", "/snapshot"] {
        assert_eq!(server.get(list).code(), "missing_key");
        let asked = std::time::Instant::now();
        let wrong = server.get(&format!("{list}?key=guess"));
        assert!(
            asked.elapsed() >= std::time::Duration::from_millis(250),
            "a guess costs time"
        );
        assert_eq!((wrong.status, wrong.code().as_str()), (401, "wrong_key"));
        assert_eq!(wrong.header("access-control-allow-origin"), Some("*"));
        let right = server.get_with(
            &format!("{list}?key=g%C3%A5+inn"),
            &[elsewhere, ("Origin", "http://x")],
        );
        assert_eq!(right.status, 200);
        assert_eq!(right.header("access-control-allow-origin"), Some("*"));
        assert_eq!(right.header("access-control-allow-credentials"), None);
    }
    assert_eq!(server.get("/dash").status, 401);
    assert!(
        server
            .get("/dash")
            .header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    assert_eq!(server.get("/dash?key=g%C3%A5+inn").status, 401);
}

#[test]
fn who_takes_gzip_gets_the_same_figures_packed() {
    let (server, key) = Server::with_consumer();
    let token = server.session(&key);
    for at in 0..200 {
        let event = format!("token={token}&action=click&ts=2024-05-01T10:00:00Z&data={at}");
        assert_eq!(server.form("/events", &event).status, 200);
    }
    for path in ["/events", "/reports", "/reports/grid?tz=UTC"] {
        let plain = server.get_with(path, &[("Accept-Encoding", "br")]);
        assert_eq!(plain.header("content-encoding"), None, "{path}");
        assert_eq!(plain.header("vary"), Some("accept-encoding"), "{path}");
        let packed = server.get_with(path, &[("Accept-Encoding", "gzip, br")]);
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{path}");
        let mut text = String::new();
        GzDecoder::new(&packed.body[..])
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, plain.text(), "{path}");
        assert!(packed.body.len() < text.len() / 2, "{path}");
    }
    for path in ["/events?format=csv", "/reports/stops?tz=UTC", "/readyz"] {
        let reply = server.get_with(path, &[("Accept-Encoding", "gzip")]);
        assert_eq!(reply.header("content-encoding"), None, "{path}");
    }
}
