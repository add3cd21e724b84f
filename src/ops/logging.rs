//! The log on stderr, which never keeps anybody waiting.
//!
//! Whoever logs hands a line over and goes on. A thread writes the lines; where stderr does not take them (a pipe that
//! nobody reads, a Windows console that a click has frozen) they are counted instead, and the count is written once
//! there is room again. Lines hold no addresses of visitors, no keys and nothing that a client sent.

use std::io::{self, Write};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use log::{LevelFilter, Log};

use super::sentry;
use crate::limits;

/// What a thread of its own writes to stderr.
enum Message {
    Line(Vec<u8>),
    /// Answered once all lines before it are written.
    Flush(SyncSender<()>),
}

/// Takes lines, and never waits.
struct Lines {
    sender: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(TrySendError::Full(_)) = self.sender.try_send(Message::Line(line.to_vec())) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Lets the last lines be written before the process ends.
#[derive(Debug)]
pub struct LogGuard {
    sender: SyncSender<Message>,
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        let (written, all_written) = sync_channel(1);
        // A log that is full or does not come to an end is left as it is.
        if self.sender.try_send(Message::Flush(written)).is_ok() {
            let _ = all_written.recv_timeout(limits::LOG_FLUSH_TIME);
        }
    }
}

/// Starts the log. Errors go to Sentry as well, where that is started.
///
/// # Panics
///
/// If it is called twice.
pub fn start(level: LevelFilter) -> LogGuard {
    let (sender, receiver) = sync_channel(limits::LOG_LINES);
    let lost = Arc::new(AtomicU64::new(0));
    let lines = Lines {
        sender: sender.clone(),
        lost: Arc::clone(&lost),
    };
    let thread = thread::Builder::new().name("log".to_owned());
    thread
        .spawn(move || write(&receiver, &lost, io::stderr()))
        .expect("a starting process can have another thread");
    let logger = env_logger::Builder::new()
        // Of the libraries only what is wrong, for they name addresses.
        .filter_level(level.min(LevelFilter::Warn))
        .filter_module(env!("CARGO_CRATE_NAME"), level)
        .format_target(false)
        .target(env_logger::Target::Pipe(Box::new(lines)))
        .build();
    log::set_max_level(logger.filter());
    let logger: Box<dyn Log> = Box::new(sentry::with_errors(logger));
    log::set_boxed_logger(logger).expect("the log is started once");
    panic::set_hook(Box::new(|panic| log::error!("{}", describe(panic))));
    LogGuard { sender }
}

fn write(receiver: &Receiver<Message>, lost: &AtomicU64, mut stderr: impl Write) {
    for message in receiver {
        match message {
            // There is nobody to tell that stderr is closed.
            Message::Line(line) => drop(stderr.write_all(&line)),
            Message::Flush(written) => drop(written.send(())),
        }
        let lost = lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let _ = writeln!(
                stderr,
                "[{lost} lines of the log are missing here, since nobody took them]"
            );
        }
    }
}

/// Where a panic happened, and why if that is a text of ours: one that was put together may hold what a client sent.
fn describe(panic: &panic::PanicHookInfo<'_>) -> String {
    let place = panic.location().map(ToString::to_string);
    let place = place.unwrap_or_else(|| "somewhere".to_owned());
    let thread = thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    match panic.payload().downcast_ref::<&'static str>() {
        Some(why) => {
            format!("a mistake in the program: thread {thread} panicked at {place}: {why}")
        }
        None => format!("a mistake in the program: thread {thread} panicked at {place}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_nobody_takes_are_counted_and_the_rest_is_written() {
        let (sender, receiver) = sync_channel(2);
        let lost = Arc::new(AtomicU64::new(0));
        let mut lines = Lines {
            sender,
            lost: Arc::clone(&lost),
        };
        for line in ["one\n", "two\n", "three\n", "four\n"] {
            lines.write_all(line.as_bytes()).unwrap();
        }
        drop(lines);
        let mut written = Vec::new();
        write(&receiver, &lost, &mut written);
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "one\n[2 lines of the log are missing here, since nobody took them]\ntwo\n"
        );
    }
}
