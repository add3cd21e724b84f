//! What the program takes before it does anything: size, memory when idle, time from start to the first answer.
//!
//! Run with `cargo bench --bench footprint`. Times are medians of several starts, beside the time that starting the
//! same binary for `--version` takes on this machine.

#![allow(clippy::unwrap_used, reason = "a panic is how a benchmark fails")]

#[path = "../tests/server/harness.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod harness;

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use harness::{Server, act};

const ROUNDS: usize = 15;

fn main() {
    let binary = env!("CARGO_BIN_EXE_microticks");
    let size = std::fs::metadata(binary).unwrap().len();
    println!("binary           {:8.2} MB", size as f64 / 1e6);
    let ldd = Command::new("ldd")
        .arg(binary)
        .output()
        .map(|output| output.stdout)
        .unwrap_or_default();
    println!("ldd              {}", String::from_utf8_lossy(&ldd).trim());

    let folder = Arc::new(tempfile::tempdir().unwrap());
    let mut starts = Vec::new();
    let mut references = Vec::new();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        assert!(act(folder.path(), &["--version"]).status.success());
        references.push(begin.elapsed());
        let begin = Instant::now();
        let server = Server::start_in(&folder, &[]);
        assert_eq!(server.get("/healthz").status, 200);
        starts.push(begin.elapsed());
        assert!(server.stop().success());
    }
    let (start, reference) = (median(starts), median(references));
    println!("first answer     {:8.2} ms", start.as_secs_f64() * 1e3);
    println!(
        "  --version      {:8.2} ms, {:.1} times less",
        reference.as_secs_f64() * 1e3,
        start.div_duration_f64(reference)
    );

    let server = Server::start_in(&folder, &[]);
    assert_eq!(server.get("/readyz").status, 200);
    println!(
        "memory, idle     {:8.2} MB",
        memory_kb(&server) as f64 / 1e3
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Resident memory. Linux alone tells it this way.
fn memory_kb(server: &Server) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS"))
        .unwrap_or("VmRSS: 0");
    line.split_whitespace()
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}
