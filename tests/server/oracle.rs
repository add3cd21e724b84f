//! The server's reports beside those of a second, plain implementation, on made-up files with all that real ones hold.
//!
//! `tests/oracle` was written from the definitions alone. `ORACLE_FILES` in the environment says on how many files; 24 take
//! a minute.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde_json::Value;

use crate::harness::{Server, act, until};

const USUAL_FILES: u64 = 24;

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/oracle")
        .join(name)
}

/// Makes a file up, and returns requests that are worth comparing.
fn make(seed: u64, file: &Path) -> String {
    let made = Command::new("python3")
        .arg(script("make_data.py"))
        .arg(seed.to_string())
        .arg(file)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout).unwrap()
}

/// What the oracle answers, one reply a line.
fn ask_oracle(file: &Path, requests: &str) -> Vec<Value> {
    let mut oracle = Command::new("python3")
        .arg(script("oracle.py"))
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = oracle.stdin.take().unwrap();
    let asked = requests.to_owned();
    let asking = thread::spawn(move || stdin.write_all(asked.as_bytes()).unwrap());
    let output = oracle.wait_with_output().unwrap();
    asking.join().unwrap();
    let replies = String::from_utf8(output.stdout).unwrap();
    replies
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Makes `2` and `2.0` equal.
fn as_doubles(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64().unwrap()),
        Value::Array(values) => values.into_iter().map(as_doubles).collect(),
        Value::Object(fields) => {
            let fields = fields
                .into_iter()
                .map(|(name, value)| (name, as_doubles(value)));
            Value::Object(fields.collect())
        }
        other => other,
    }
}

/// Compares every reply. What differs is a panic that says where.
fn compare(seed: u64) {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let file = folder.path().join("microticks.db");
    let requests = make(seed, &file);
    let copy = folder.path().join("copy.db");
    std::fs::copy(&file, &copy).unwrap();
    let expected = ask_oracle(&copy, &requests);
    assert_eq!(expected.len(), requests.lines().count());
    let server = Server::start_in(&folder, &[]);
    until("the file is derived", || {
        server.get("/reports/stops?tz=UTC").status == 200
    });
    for (request, expected) in requests.lines().zip(expected) {
        let reply = server.get(&format!("/reports/{request}"));
        if expected["status"] != 200 {
            assert_eq!(expected["status"], reply.status, "seed {seed}: {request}");
            continue;
        }
        let (found, expected) = (as_doubles(reply.json()), as_doubles(expected));
        assert_eq!(found, expected, "seed {seed}: {request}");
    }
    assert!(server.stop().success());
    let checked = act(folder.path(), &["--check"]);
    assert!(checked.status.success(), "seed {seed}: {checked:?}");
}

#[test]
fn every_report_is_that_of_the_oracle() {
    let files = std::env::var("ORACLE_FILES").map_or(USUAL_FILES, |text| text.parse().unwrap());
    let next = AtomicU64::new(1);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > files {
                        break;
                    }
                    compare(seed);
                }
            });
        }
    });
}
