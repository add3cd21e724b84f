//! Keeps the write-ahead log short.
//!
//! SQLite's own checkpoints are off, since they hide failed syncs. The writer checkpoints between two groups instead.
//! A checkpoint lets the next commit begin the log anew, unless somebody still reads from it; so when the log has
//! grown, no new reader is let in until it could be emptied, and when it has grown far, running reads are cut off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::Connection;

use super::rarely::Rarely;
use super::readers::Readers;
use crate::limits;

/// What the writer knows about its log.
#[derive(Debug)]
pub(super) struct LogKeeper {
    readers: Arc<Readers>,
    /// Pages in the log after the last commit, as SQLite reports them.
    pages: Arc<AtomicU32>,
    /// Pages in the log when it was last checkpointed; 0 once it has begun anew.
    checkpointed_pages: u32,
    warning: Rarely,
}

impl LogKeeper {
    /// Begins to watch the commits of a connection.
    pub(super) fn watch(
        connection: &mut Connection,
        readers: Arc<Readers>,
    ) -> rusqlite::Result<LogKeeper> {
        let pages = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&pages);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count| {
            seen.store(u32::try_from(count).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(LogKeeper {
            readers,
            pages,
            checkpointed_pages: 0,
            warning: Rarely::new(limits::LOG_WARNING_PAUSE),
        })
    }

    /// Checkpoints if it is time; called after each commit, and when the last of the readers that were in the way has
    /// left. An error here is one of the main file or its log.
    pub(super) fn keep_short(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.checkpointed_pages {
            self.checkpointed_pages = 0;
        }
        if pages < limits::LOG_FULL_PAGES {
            self.readers.let_in();
        }
        if pages
            < self
                .checkpointed_pages
                .saturating_add(limits::CHECKPOINT_PAGES)
        {
            return Ok(());
        }
        if pages >= limits::LOG_OVERFULL_PAGES {
            self.readers.interrupt();
        }
        if pages >= limits::LOG_FULL_PAGES && self.readers.keep_out() > 0 {
            return Ok(());
        }
        // Our own readers are out. If the log goes on growing after this, it is somebody else who reads from it.
        let went_on_growing = self.checkpointed_pages >= limits::LOG_FULL_PAGES;
        let checkpoint = passive(connection);
        self.readers.let_in();
        // Also after an error: the next try is not due before the log has grown again.
        self.checkpointed_pages = pages;
        let complete = checkpoint?;
        let stuck = pages >= limits::LOG_FULL_PAGES && (went_on_growing || !complete);
        if stuck {
            self.warn(&format!(
                "has grown to {pages} pages because another process keeps reading from the database file; close that \
                 process, or its open query"
            ));
        }
        Ok(())
    }

    /// Says what is wrong with the log, now and then.
    pub(super) fn warn(&mut self, what: &str) {
        if self.warning.is_due() {
            log::warn!("the write-ahead log {what}");
        }
    }

    /// Writes everything into the main file and empties the log, as far as other processes let it.
    pub(super) fn finish(connection: &Connection) -> rusqlite::Result<()> {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    }
}

/// Writes what is in the log into the main file, as far as readers let it. Returns whether all of it was written.
fn passive(connection: &Connection) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?;
    statement.query_row([], |row| {
        let (busy, log, written): (bool, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(!busy && log == written)
    })
}
