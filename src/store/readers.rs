//! Reading connections: a few, read-only, on threads that may block.
//!
//! A read is one short snapshot with a deadline. The writer can keep new snapshots out while it empties the log, and
//! cut running ones off.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::{StoreError, read_error};
use super::open;
use crate::limits;

/// How many steps of SQLite's machine run between two looks at the clock: some microseconds' worth.
const STEPS_BETWEEN_LOOKS: i32 = 2_000;

/// The reading connections of one file.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    permits: Semaphore,
    state: Mutex<State>,
    changed: Condvar,
    interrupted: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Connection>,
    active: usize,
    kept_out: bool,
    closed: bool,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Readers {
        Readers {
            path,
            permits: Semaphore::new(limits::READERS),
            state: Mutex::default(),
            changed: Condvar::new(),
            interrupted: Arc::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .expect("nobody panics while holding the readers")
    }

    /// Waits for a turn to read.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, StoreError> {
        let turn = tokio::time::timeout(limits::READER_WAIT, self.permits.acquire()).await;
        turn.map_err(|_| StoreError::Overloaded)?
            .map_err(|_| StoreError::Stopping)
    }

    /// Runs a read on a connection of its own for at most so long. Blocks; call it with a turn in hand.
    pub(super) fn read<T>(
        &self,
        deadline: Duration,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let idle = self.enter()?;
        let _active = Active(self);
        let result = self.connection(idle, deadline).and_then(|connection| {
            let result = read(&connection);
            // The statement is done, so the snapshot ends here, and the connection can serve the next.
            self.state().idle.push(connection);
            result
        });
        result.map_err(|error| read_error(&error))
    }

    fn enter(&self) -> Result<Option<Connection>, StoreError> {
        let waiting_until = Instant::now() + limits::READER_WAIT;
        let mut state = self.state();
        while state.kept_out && !state.closed {
            let patience = waiting_until.saturating_duration_since(Instant::now());
            if patience.is_zero() {
                return Err(StoreError::Overloaded);
            }
            state = self
                .changed
                .wait_timeout(state, patience)
                .expect("nobody panics while holding the readers")
                .0;
        }
        if state.closed {
            return Err(StoreError::Stopping);
        }
        state.active += 1;
        Ok(state.idle.pop())
    }

    fn connection(
        &self,
        idle: Option<Connection>,
        deadline: Duration,
    ) -> rusqlite::Result<Connection> {
        let mut connection = match idle {
            Some(connection) => connection,
            None => open::open_read_only(&self.path)?,
        };
        let (until, interrupted) = (Instant::now() + deadline, Arc::clone(&self.interrupted));
        let over = move || Instant::now() > until || interrupted.load(Ordering::Relaxed);
        connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(over))?;
        Ok(connection)
    }

    /// Lets no new snapshot begin. Returns how many are running.
    pub(super) fn keep_out(&self) -> usize {
        let mut state = self.state();
        state.kept_out = true;
        state.active
    }

    /// Lets snapshots begin again.
    pub(super) fn let_in(&self) {
        let mut state = self.state();
        if state.kept_out {
            state.kept_out = false;
            self.changed.notify_all();
        }
    }

    /// Cuts the running snapshots off.
    pub(super) fn interrupt(&self) {
        if self.state().active > 0 {
            self.interrupted.store(true, Ordering::Relaxed);
        }
    }

    /// Ends all reading: running snapshots are cut off, and every connection is closed.
    pub(super) fn close(&self) {
        self.permits.close();
        let mut state = self.state();
        state.closed = true;
        self.changed.notify_all();
        self.interrupted.store(true, Ordering::Relaxed);
        while state.active > 0 {
            state = self
                .changed
                .wait(state)
                .expect("nobody panics while holding the readers");
        }
        state.idle.clear();
    }
}

/// A running snapshot. It ends in every case, or the writer would wait for it for ever.
struct Active<'a>(&'a Readers);

impl Drop for Active<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.active -= 1;
        if state.active == 0 {
            self.0.interrupted.store(false, Ordering::Relaxed);
            self.0.changed.notify_all();
        }
        if state.closed {
            state.idle.clear();
        }
    }
}
