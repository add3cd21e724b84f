//! How fast reports are on ten years of ten tables: 10 million events in 600,000 sessions.
//!
//! Run with `cargo bench --bench reports`. It makes the file once (`target/reports-EVENTS.db`; `EVENTS` in the
//! environment changes the size), derives it with `--reindex`, and asks a fresh server for every report: all time, all time
//! with filters, and 30 days; cold (the first time after the start) and warm (the median of 7).
//!
//! The file has what real tables have: most visits under a minute and one in ten very long; a home screen that half of all
//! ways go through; closed nights and Mondays; a child that hammers one spot; palms that touch five times within 50 ms; an
//! echo of a whole session; sessions that nobody stopped; several tables and consumers; daylight-saving days; names that are
//! not ASCII; data that is no object.

#![allow(clippy::unwrap_used, reason = "a panic is how a benchmark fails")]

#[path = "reports/exhibition.rs"]
mod exhibition;
#[path = "../tests/server/harness.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod harness;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use harness::{Server, act};

const ROUNDS: usize = 7;
const REPORTS: [&str; 20] = [
    "days",
    "hours",
    "weekdays",
    "grid",
    "overview",
    "screens",
    "types",
    "choices",
    "dwell",
    "transitions",
    "journeys",
    "pages",
    "targets",
    "actions",
    "stops",
    "media",
    "languages",
    "heatmap",
    "paths",
    "sessions",
];

fn main() {
    let events: u64 = std::env::var("EVENTS").map_or(10_000_000, |text| text.parse().unwrap());
    let folder = Arc::new(tempfile::tempdir_in("target").unwrap());
    let made = PathBuf::from(format!("target/reports-{events}.db"));
    if !made.exists() {
        make(&made, events);
    }
    let database = folder.path().join("microticks.db");
    fs::hard_link(&made, &database).unwrap();
    println!(
        "bytes per event  {:8.1}",
        fs::metadata(&made).unwrap().len() as f64 / events as f64
    );

    let filters = [
        ("all time", "tz=Europe/Oslo"),
        ("a consumer", "tz=Europe/Oslo&consumer=1"),
        ("a device", "tz=Asia/Kolkata&device=table-3"),
        (
            "all but 3",
            "tz=Pacific/Chatham&marked=include&exclude=5,77,1234",
        ),
        ("30 days", "tz=Europe/Oslo&from=2021-03-15&to=2021-04-13"),
    ];
    print!("{:16}", "ms, cold/warm");
    filters.iter().for_each(|(name, _)| print!("{name:>18}"));
    println!();
    let only = std::env::var("ONLY").unwrap_or_default();
    let asked = REPORTS.iter().filter(|name| name.contains(only.as_str()));
    let asked = asked.flat_map(|name| match *name {
        "heatmap" => vec![("heatmap", ""), ("heatmap", "&screen=home")],
        "paths" | "sessions" => vec![(*name, "&limit=100")],
        name => vec![(name, "")],
    });
    for (report, own) in asked {
        print!(
            "{:16}",
            format!("{report}{}", own.split('=').next().unwrap())
        );
        for (_, filter) in filters {
            let server = Server::start_in(&folder, &[]);
            let path = format!("/reports/{report}?{filter}{own}");
            let time = || {
                let begin = Instant::now();
                let reply = server.get(&path);
                assert_eq!(reply.status, 200, "{path}: {}", reply.text());
                begin.elapsed()
            };
            let cold = time();
            let mut warm: Vec<Duration> = (0..ROUNDS).map(|_| time()).collect();
            warm.sort();
            let ms = |time: Duration| time.as_secs_f64() * 1e3;
            print!(
                "{:>18}",
                format!("{:.0} / {:.0}", ms(cold), ms(warm[ROUNDS / 2]))
            );
        }
        println!();
    }
}

/// Makes a file and derives it.
fn make(path: &Path, events: u64) {
    let begin = Instant::now();
    let folder = tempfile::tempdir_in("target").unwrap();
    let database = folder.path().join("microticks.db");
    let connection = Connection::open(&database).unwrap();
    exhibition::fill(&connection, events);
    drop(connection);
    println!("making it        {:8.1} s", begin.elapsed().as_secs_f64());
    let raw = fs::metadata(&database).unwrap().len();
    println!(
        "rows alone       {:8.1} bytes per event",
        raw as f64 / events as f64
    );
    let begin = Instant::now();
    let done = act(folder.path(), &["--reindex"]);
    assert!(done.status.success(), "{done:?}");
    println!("deriving it      {:8.1} s", begin.elapsed().as_secs_f64());
    fs::rename(&database, path).unwrap();
}
