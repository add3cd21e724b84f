//! `--demo`: what a newcomer reads from the figures of the made-up exhibition.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::harness::{Server, act, microticks, until};

/// A demo whose temporary files lie in the server's folder.
fn start() -> Server {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let mut command = microticks(folder.path(), &["--demo", "--bind", "127.0.0.1:0"]);
    // Systems differ in which of these they ask for a place of temporary files.
    command
        .env("TMPDIR", folder.path())
        .env("TZ", "Europe/Oslo");
    Server::spawn(&mut command, &folder)
}

/// The rows of a report.
fn rows(server: &Server, report: &str) -> Vec<Value> {
    let reply = server.get(&format!("/reports/{report}"));
    assert_eq!(reply.status, 200, "{report}: {}", reply.text());
    reply.json()["rows"].as_array().unwrap().clone()
}

/// A range that ends before those visitors come who come at any hour.
fn until_yesterday(server: &Server) -> String {
    let days = server.get("/reports/days").json();
    let dates = days["rows"].as_array().unwrap();
    let [from, to] = [0, dates.len() - 2].map(|at| dates[at][0].as_str().unwrap());
    format!("from={from}&to={to}")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn a_newcomer_sees_half_a_year_and_visitors_and_nothing_stays() {
    let server = start();
    the_figures_answer_what_people_ask(&server);
    every_report_has_something_to_show(&server);
    tables_are_alive_or_silent_and_visitors_come(&server);
    every_screen_has_a_picture(&server);

    let folder = Arc::clone(&server.folder);
    let log = server.log_after_stop();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{log}");
    assert!(log.contains("made up"), "{log}");
    assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
}

fn every_screen_has_a_picture(server: &Server) {
    let screens = server.get("/screens").json()["screens"]
        .as_array()
        .unwrap()
        .clone();
    let mut viewed: Vec<Value> = rows(server, "screens")
        .iter()
        .map(|row| row[0].clone())
        .collect();
    viewed.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    assert_eq!(screens, viewed);
    for screen in &screens {
        let picture = server.get(&format!("/screens/{}", screen.as_str().unwrap()));
        assert_eq!(
            (picture.status, picture.header("content-type")),
            (200, Some("image/svg+xml")),
            "{screen}"
        );
    }
}

fn the_figures_answer_what_people_ask(server: &Server) {
    let range = until_yesterday(server);
    let report = |name: &str| rows(server, &format!("{name}?{range}"));

    // Which day is busiest? Saturday, by far; Monday is closed.
    let weekdays = report("weekdays");
    let per_date: Vec<f64> = weekdays.iter().map(|row| number(&row[3])).collect();
    assert_eq!(per_date[0], 0.0);
    for other in [1, 2, 3, 4, 6] {
        assert!(per_date[5] > 1.2 * per_date[other], "{per_date:?}");
    }
    let hours = report("hours");
    for hour in (0..10).chain(20..24) {
        assert_eq!(hours[hour][1], 0, "nobody comes at {hour}");
    }

    // Which screen holds people longest? The logbook.
    let dwell = report("dwell");
    let median = |screen: &str| {
        let row = dwell.iter().find(|row| row[0] == screen).unwrap();
        number(&row[4])
    };
    for row in &dwell {
        let screen = row[0].as_str().unwrap();
        assert!(
            screen == "book:logbook" || median("book:logbook") > 1.3 * median(screen),
            "{dwell:?}"
        );
    }

    // What do most open first? The map, and then the film.
    let sessions = number(&report("overview")[0][0]);
    let choices = report("choices");
    assert_eq!(choices[0][1], "map");
    assert!(number(&choices[0][2]) > 0.5 * sessions, "{choices:?}");

    // Where do they tap in vain? On one button of the boats.
    let screens = report("screens");
    let worst = screens.iter().max_by_key(|row| row[5].as_i64()).unwrap();
    assert_eq!(worst[0], "boats");
    let cells =
        report("heatmap").len() + rows(server, &format!("heatmap?{range}&screen=boats")).len();
    assert!(cells > 20);
    let mut boats = rows(server, &format!("heatmap?{range}&screen=boats"));
    boats.sort_by_key(|row| -row[4].as_i64().unwrap());
    let in_vain: f64 = boats.iter().map(|row| number(&row[4])).sum();
    let at_the_button: f64 = boats[..4].iter().map(|row| number(&row[4])).sum();
    assert!(at_the_button > 0.6 * in_vain, "{boats:?}");
    for cell in &boats[..2] {
        let (column, row) = (cell[0].as_i64().unwrap(), cell[1].as_i64().unwrap());
        assert!(
            (10..=13).contains(&column) && (5..=6).contains(&row),
            "{cell}"
        );
    }
}

fn every_report_has_something_to_show(server: &Server) {
    let rows = |report: &str| rows(server, report);
    let names = |report: &str| -> Vec<String> {
        let names = rows(report)
            .into_iter()
            .map(|row| row[0].as_str().unwrap_or("").to_owned());
        names.collect()
    };
    let days = rows("days").len();
    assert!((176..=185).contains(&days), "{days} days");
    assert_eq!(rows("screens").len(), 8);
    assert_eq!(names("stops")[..2], ["idle", "restart"]);
    assert_eq!(names("languages"), ["nb", "en"]);
    assert!(!rows("pages").is_empty());
    let media = rows("media");
    let film = media
        .iter()
        .find(|row| row[0] == "herring-rush.mp4")
        .unwrap();
    let (plays, completions) = (number(&film[2]), number(&film[3]));
    assert!(
        completions > 0.1 * plays && completions < 0.5 * plays,
        "{film}"
    );
    let actions = names("actions");
    for action in [
        "click",
        "swipe",
        "pinch",
        "longpress",
        "screen",
        "media",
        "pageChange",
    ] {
        assert!(actions.contains(&action.to_owned()), "{actions:?}");
    }
    let suspects: Vec<_> = rows("sessions")
        .into_iter()
        .filter(|row| !row[13].is_null())
        .collect();
    let of_kind = |kind: &str| suspects.iter().filter(|row| row[13] == kind).count();
    assert_eq!(
        (of_kind("echo"), of_kind("stuck"), suspects.len()),
        (1, 1, 2),
        "{suspects:?}"
    );
    assert_eq!(number(&rows("overview?marked=only")[0][0]), 1.0);
}

fn tables_are_alive_or_silent_and_visitors_come(server: &Server) {
    let path = PathBuf::from(server.log().lines().find_map(path_of_file).unwrap());
    let sql = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let count = |text: &str| -> i64 { sql.query_row(text, [], |row| row.get(0)).unwrap() };
    let ago = |table: &str| {
        let sql_text = format!(
            "SELECT unixepoch() - last_alive_ms / 1000 FROM devices WHERE name = '{table}'"
        );
        sql.query_row(&sql_text, [], |row| row.get::<_, i64>(0))
            .ok()
    };
    until("two tables are alive", || {
        ["table-1", "table-2"]
            .iter()
            .all(|table| ago(table).is_some_and(|ago| ago < 90))
    });
    assert!((3_500..4_200).contains(&ago("table-3").unwrap()));
    until("somebody comes", || {
        count("SELECT count(*) FROM sessions WHERE stopped_at IS NULL") > 0
    });
    let events = count("SELECT max(id) FROM events");
    until("somebody goes on", || {
        count("SELECT max(id) FROM events") > events
    });
}

/// What a line of the log says about where the file is.
fn path_of_file(line: &str) -> Option<&str> {
    Some(line.split_once("database file ")?.1)
}

#[test]
fn a_demo_takes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["--demo", "--db", "a.db"][..], &["--demo", "--check"]] {
        assert_eq!(
            act(folder.path(), arguments).status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_demo_that_is_still_being_made_up_can_be_stopped() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let mut command = microticks(folder.path(), &["--demo", "--bind", "127.0.0.1:0"]);
    let mut demo = command
        .env("TMPDIR", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = BufReader::new(demo.stderr.take().unwrap());
    let mut lines = log.lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("making up")));
    let pid = Pid::from_raw(demo.id().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    assert!(demo.wait().unwrap().success());
    assert!(!lines.any(|line| line.contains("dashboard:")));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
