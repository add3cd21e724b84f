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
use super::queue::Queue;
use super::rarely::Rarely;
use crate::limits;

/// How many steps of SQLite's machine run between two looks at the clock: some microseconds' worth.
const STEPS_BETWEEN_LOOKS: i32 = 2_000;

/// The reading connections of one file.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    /// The way to tell the writer that the last reader has left.
    queue: Arc<Queue>,
    permits: Semaphore,
    state: Mutex<State>,
    changed: Condvar,
    interrupted: Arc<AtomicBool>,
}

#[derive(Debug)]
struct State {
    idle: Vec<Connection>,
    active: usize,
    kept_out: bool,
    closed: bool,
    mistakes: Rarely,
}

impl Readers {
    pub(super) fn new(path: PathBuf, queue: Arc<Queue>) -> Readers {
        Readers {
            path,
            queue,
            permits: Semaphore::new(limits::READERS),
            state: Mutex::new(State {
                idle: Vec::new(),
                active: 0,
                kept_out: false,
                closed: false,
                mistakes: Rarely::new(limits::MISTAKE_PAUSE),
            }),
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
            // All that is read is one state of the file. The snapshot ends here, and the connection can serve the next.
            let result = connection
                .unchecked_transaction()
                .and_then(|snapshot| read(&snapshot));
            self.state().idle.push(connection);
            result
        });
        result.map_err(|error| {
            let told = read_error(&error);
            if told == StoreError::Internal && self.state().mistakes.is_due() {
                log::error!("a read failed: {error}");
            }
            told
        })
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
        // Whoever reads last lifts it, and must not do so before.
        let state = self.state();
        if state.active > 0 {
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
            if state.kept_out {
                self.0.queue.nudge();
            }
        }
        if state.closed {
            state.idle.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread::{self, JoinHandle};

    use super::super::queue::Wake;
    use super::*;

    /// Readers of a file, the queue they nudge, and the folder that must outlive them.
    fn readers() -> (Arc<Readers>, Arc<Queue>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        drop(open::open(&path).unwrap().make_current().unwrap());
        let queue = Arc::new(Queue::default());
        (
            Arc::new(Readers::new(path, Arc::clone(&queue))),
            queue,
            folder,
        )
    }

    const ENDLESS: &str =
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n";

    fn endless(connection: &Connection) -> rusqlite::Result<i64> {
        connection.query_row(ENDLESS, [], |row| row.get(0))
    }

    /// A read that runs until it is cut off.
    fn begin_endless(readers: &Arc<Readers>) -> JoinHandle<Result<i64, StoreError>> {
        let (began, has_began) = channel();
        let readers = Arc::clone(readers);
        let running = thread::spawn(move || {
            readers.read(Duration::from_secs(60), |connection| {
                began.send(()).unwrap();
                endless(connection)
            })
        });
        has_began.recv().unwrap();
        running
    }

    #[test]
    fn a_read_that_takes_too_long_is_cut_off_and_its_connection_used_again() {
        let (readers, _queue, _folder) = readers();
        let result = readers.read(Duration::from_millis(20), endless);
        assert_eq!(result, Err(StoreError::Interrupted));
        let one = |connection: &Connection| connection.query_row("SELECT 1", [], |row| row.get(0));
        assert_eq!(readers.read(Duration::from_secs(20), one), Ok(1));
        assert_eq!(readers.state().idle.len(), 1);
    }

    #[test]
    fn all_that_is_read_at_a_time_is_one_state_of_the_file() {
        let (readers, _queue, folder) = readers();
        let writer = Connection::open(folder.path().join("a.db")).unwrap();
        let count = |connection: &Connection| {
            let sql = "SELECT count(*) FROM consumers";
            connection.query_row(sql, [], |row| row.get::<_, i64>(0))
        };
        let counts = |read_on: &Connection| {
            let before = count(read_on)?;
            let sql = "INSERT INTO consumers(name, key, created_at) VALUES ('a', 'b', 'c')";
            writer.execute(sql, [])?;
            Ok((before, count(read_on)?))
        };
        assert_eq!(readers.read(Duration::from_secs(60), counts), Ok((0, 0)));
        assert_eq!(readers.read(Duration::from_secs(60), count), Ok(1));
    }

    #[test]
    fn the_writer_keeps_readers_out_until_the_last_one_has_left() {
        let (readers, queue, _folder) = readers();
        let running = begin_endless(&readers);
        assert_eq!(readers.keep_out(), 1);
        let waiting = thread::spawn({
            let readers = Arc::clone(&readers);
            move || readers.read(Duration::from_secs(60), |_| Ok(()))
        });
        readers.interrupt();
        assert_eq!(running.join().unwrap(), Err(StoreError::Interrupted));
        assert_eq!(queue.wait(None), Wake::Upkeep);
        assert_eq!(readers.keep_out(), 0);
        assert!(!waiting.is_finished());
        readers.let_in();
        assert_eq!(waiting.join().unwrap(), Ok(()));
    }

    #[test]
    fn closing_ends_every_read() {
        let (readers, _queue, _folder) = readers();
        let running = begin_endless(&readers);
        readers.close();
        assert_eq!(running.join().unwrap(), Err(StoreError::Interrupted));
        assert_eq!(
            readers.read(Duration::from_secs(1), |_| Ok(())),
            Err(StoreError::Stopping)
        );
        assert!(readers.state().idle.is_empty());
    }
}
