//! `format=xlsx`: every report as a workbook, read by an independent reader and compared with its JSON.

use std::io::{Cursor, Read};
use std::sync::Arc;

use calamine::{Data, Range, Reader, Xlsx};
use rusqlite::Connection;
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::exhibition;
use crate::harness::{Reply, Server, add_consumer, until};

const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Excel's number of 1970-01-01.
const EPOCH: f64 = 25_569.0;
const DAY_MS: f64 = 86_400_000.0;

fn send(server: &Server, key: &str, items: &[Value]) {
    let reply = server.batch(&json!({"consumer_key": key, "items": items}).to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
}

fn sheet(reply: Reply, name: &str) -> Range<Data> {
    assert_eq!(
        reply.status,
        200,
        "{name}: {}",
        String::from_utf8_lossy(&reply.body)
    );
    assert_eq!(reply.header("content-type"), Some(TYPE));
    let disposition = reply.header("content-disposition").unwrap();
    assert!(
        disposition.starts_with(&format!("attachment; filename={name}")),
        "{disposition}"
    );
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(reply.body)).unwrap();
    assert_eq!(workbook.sheet_names(), [name]);
    workbook.worksheet_range(name).unwrap()
}

fn part(body: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(body)).unwrap();
    let mut text = String::new();
    let mut part = archive.by_name(name).unwrap();
    part.read_to_string(&mut text).unwrap();
    text
}

/// What a cell must hold for a value of the JSON.
fn assert_same(cell: Option<&Data>, value: &Value, column: &str) {
    match (cell, value) {
        (None | Some(Data::Empty), Value::Null) => {}
        (Some(Data::Float(found)), Value::Number(number)) => {
            assert_eq!(number.as_f64(), Some(*found), "{column}");
        }
        (Some(Data::DateTime(found)), Value::String(date)) if column == "date" => {
            let day = date_ms(date) / DAY_MS + EPOCH;
            assert!(
                (found.as_f64() - day).abs() < f64::EPSILON,
                "{date}: {found}"
            );
        }
        (Some(Data::String(found)), Value::String(text)) if column != "date" => {
            assert_eq!(found, text, "{column}");
        }
        (Some(Data::String(found)), Value::Array(names)) => {
            let names: Vec<_> = names.iter().map(|name| name.as_str().unwrap()).collect();
            assert_eq!(*found, names.join(" > "), "{column}");
        }
        _ => panic!("{column}: {cell:?} is not {value}"),
    }
}

fn date_ms(date: &str) -> f64 {
    let sql = "SELECT unixepoch(?1) * 1000.0";
    let memory = Connection::open_in_memory().unwrap();
    memory.query_row(sql, [date], |row| row.get(0)).unwrap()
}

fn assert_same_table(server: &Server, name: &str, query: &str) {
    let json = server.get(&format!("/reports/{name}?{query}")).json();
    let sheet = sheet(
        server.get(&format!("/reports/{name}?{query}&format=xlsx")),
        name,
    );
    let columns = json["columns"].as_array().unwrap();
    let rows = json["rows"].as_array().unwrap();
    let cell = |row: usize, column: usize| {
        sheet.get_value((row.try_into().unwrap(), column.try_into().unwrap()))
    };
    let last = sheet.end().map(|(row, _)| row as usize);
    assert_eq!(last, Some(rows.len()), "{name}");
    for (at, column) in columns.iter().enumerate() {
        assert_same(cell(0, at), column, "header");
        for (number, row) in rows.iter().enumerate() {
            assert_same(cell(number + 1, at), &row[at], column.as_str().unwrap());
        }
    }
}

#[test]
fn every_report_is_the_same_as_a_workbook() {
    let (server, key) = Server::with_consumer();
    let names = || {
        let reports = server.get("/reports").json()["reports"].take();
        let reports = reports.as_array().unwrap().clone();
        reports
            .into_iter()
            .map(|report| report["name"].as_str().unwrap().to_owned())
    };
    for name in names() {
        assert_same_table(&server, &name, "tz=UTC");
    }
    send(&server, &key, &exhibition::items());
    for name in names() {
        assert_same_table(&server, &name, "tz=Europe/Oslo");
    }
    assert_same_table(&server, "paths", "tz=UTC&limit=2&offset=1");
}

#[test]
fn a_file_is_called_by_its_report_and_dates() {
    let server = Server::start(&[]);
    for (query, name) in [
        ("days?format=csv", "days.csv"),
        (
            "stops?format=csv&from=2024-01-01&to=2024-01-31",
            "stops-2024-01-01-2024-01-31.csv",
        ),
        (
            "paths?format=xlsx&from=2024-01-01&to=2024-01-31",
            "paths-2024-01-01-2024-01-31.xlsx",
        ),
        (
            "stops?format=xlsx&from=2024-01-01T00:00:00Z&to=2024-01-31",
            "stops.xlsx",
        ),
    ] {
        let reply = server.get(&format!("/reports/{query}"));
        let disposition = format!("attachment; filename={name}");
        assert_eq!(reply.header("content-disposition"), Some(&disposition[..]));
    }
}

#[test]
fn names_stay_texts_and_the_header_stays_in_sight() {
    let (server, key) = Server::with_consumer();
    let names = [
        "=1+1",
        "+1",
        "-2",
        "@x",
        "Å <&> \"'",
        " 12 ",
        "1e5",
        "TRUE",
        "2024-01-01",
        "a\tb\nc\rd\u{7}",
        "_x0041_",
        "\u{202e}x",
    ];
    let (token, ts) = ("a".repeat(32), "2024-03-30T09:00:00.000Z");
    let mut items = vec![json!({"type": "start", "token": token, "ts": ts, "device": "=cmd"})];
    items.extend((1..).zip(names).map(|(seq, name)| {
        json!({"type": "event", "token": token, "seq": seq, "action": name, "data": {}, "ts": ts})
    }));
    send(&server, &key, &items);
    assert_same_table(&server, "actions", "tz=UTC");
    assert_same_table(&server, "sessions", "tz=UTC");
    let body = server.get("/reports/actions?format=xlsx").body;
    let xml = part(&body, "xl/worksheets/sheet1.xml");
    assert!(xml.contains(
        "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>"
    ));
    assert!(xml.contains("<col min=\"1\" max=\"1\" width="));
    assert!(xml.contains("<c r=\"A1\" s=\"1\" t=\"inlineStr\">"));
    assert!(!xml.contains("<f>"), "nothing is a formula");
    let styles = part(&body, "xl/styles.xml");
    assert!(styles.contains("<font><b/>"));
}

#[test]
fn more_rows_than_a_sheet_has_are_refused_with_words_that_help() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    add_consumer(folder.path(), "MyApp");
    let file = Connection::open(folder.path().join("microticks.db")).unwrap();
    let sql = "BEGIN;
      WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n <= 1048575)
      INSERT INTO sessions(id, token, ip, started_at, stopped_at, consumer_id)
      SELECT n, n, '', '2024-01-01T00:00:00.000Z', '2024-01-01T00:00:00.000Z', 1 FROM n;
      INSERT INTO session_sums(start_ms, session_id, left_out, marked, touches, views, events, open, begin_ms, end_ms,
        span, points, screens)
      SELECT 1704067200000, id, 0, 0, 0, 0, 0, 0, 1704067200000, 1704067200000, 0, 0, 0 FROM sessions;
      COMMIT";
    file.execute_batch(sql).unwrap();
    drop(file);
    let server = Server::start_in(&folder, &[]);
    until("the file is ready", || {
        server.get("/reports/stops").status == 200
    });
    let refused = server.get("/reports/sessions?format=xlsx");
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (400, "invalid_parameter")
    );
    assert!(refused.text().contains("format=csv"), "{}", refused.text());
    let last = sheet(
        server.get("/reports/sessions?format=xlsx&limit=3&offset=1048570"),
        "sessions",
    );
    assert_eq!(last.height(), 4);
    let head = |query: &str| {
        let request = format!("HEAD /reports/sessions?format=xlsx{query} HTTP/1.1");
        server.raw(format!("{request}\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())
    };
    assert!(head("").starts_with("HTTP/1.1 400"));
    assert!(
        head("&exclude=7").starts_with("HTTP/1.1 200"),
        "one row less fits"
    );
    assert!(head("&offset=1").starts_with("HTTP/1.1 200"));
}
