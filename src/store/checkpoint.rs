//! Keeps the write-ahead log short.
//!
//! SQLite's own checkpoints are off, since they hide failed syncs. The writer checkpoints between two groups instead.
//! A checkpoint lets the next commit begin the log anew, unless somebody still reads from it; so when the log has
//! grown, no new reader is let in until it could be emptied, and when it has grown far, running reads are cut off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use rusqlite::Connection;

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
    warned: Option<Instant>,
}

/// What came of a checkpoint.
struct Checkpoint {
    complete: bool,
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
            warned: None,
        })
    }

    /// Checkpoints if it is time; called after each commit, and when the last of the readers that were in the way has
    /// left. An error here is one of the main file or its log.
    pub(super) fn keep_short(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.checkpointed_pages {
            self.checkpointed_pages = 0;
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
        let checkpoint = passive(connection)?;
        let stuck = pages >= limits::LOG_FULL_PAGES
            && (self.checkpointed_pages > 0 || !checkpoint.complete);
        self.checkpointed_pages = pages;
        self.readers.let_in();
        if stuck
            && self
                .warned
                .is_none_or(|warned| warned.elapsed() >= limits::FOREIGN_READER_WARNING)
        {
            self.warned = Some(Instant::now());
            log::warn!(
                "the write-ahead log has grown to {pages} pages because another process keeps reading from the \
                 database file; close that process, or its open query"
            );
        }
        Ok(())
    }

    /// Writes everything into the main file and empties the log, as far as other processes let it.
    pub(super) fn finish(connection: &Connection) -> rusqlite::Result<()> {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    }
}

fn passive(connection: &Connection) -> rusqlite::Result<Checkpoint> {
    connection
        .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?
        .query_row([], |row| {
            let (log, done): (i64, i64) = (row.get(1)?, row.get(2)?);
            Ok(Checkpoint {
                complete: log == done,
            })
        })
}
