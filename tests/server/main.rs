//! Tests of the real binary over real sockets.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod batch;
mod binary;
mod cli;
mod consumers;
mod crash;
mod demo;
mod docs;
mod exhibition;
mod expiry;
#[cfg(target_os = "linux")]
mod faults;
mod forms;
mod harness;
mod hostile;
mod live;
mod logging;
mod login;
mod odd_reports;
mod oracle;
#[cfg(target_os = "linux")]
mod overload;
mod pages;
#[cfg(target_os = "linux")]
mod proxy;
mod reading;
mod reports;
mod roster;
#[cfg(target_os = "linux")]
mod sentry;
mod snapshot;
mod takeover;
mod workbooks;
mod www;
