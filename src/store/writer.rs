//! The thread that owns the only writing connection.
//!
//! It sleeps until a request waits, begins a transaction, takes what waits into it, commits, and only then answers:
//! so one sync serves as many requests as came in during the one before, and a lonely request waits for nobody.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::checkpoint::LogKeeper;
use super::deriving::{Deriving, Freshness};
use super::error::{Fatal, OpenError, Severity, StoreError, severity};
use super::file::Identity;
use super::health::warn_of_what_is_odd;
use super::ingest::Ingest;
use super::open::Opened;
use super::queue::{Job, Queue, Wake};
use super::rarely::Rarely;
use super::readers::Readers;
use crate::limits;
use crate::model::{Outcome, Refusal};

/// What the writer works with.
#[derive(Debug)]
pub(super) struct Writer {
    path: PathBuf,
    connection: Connection,
    queue: Arc<Queue>,
    identity: Identity,
    log: LogKeeper,
    ingest: Ingest,
    mistakes: Rarely,
    deriving: Deriving,
    /// How many requests the last group had, and how long it took to store it.
    last_group: (usize, Duration),
}

impl Writer {
    /// Makes or upgrades the file where that is due, and gets ready to write to it.
    pub(super) fn prepare(
        opened: Opened,
        queue: Arc<Queue>,
        readers: Arc<Readers>,
        freshness: Arc<Freshness>,
        ingest: Ingest,
    ) -> Result<Writer, OpenError> {
        let path = opened.path.clone();
        let mut connection = opened.make_current()?;
        let identity = Identity::of(&path);
        let prepared = || {
            connection.busy_timeout(limits::LOCK_WAIT)?;
            warn_of_what_is_odd(&connection, ingest.default_consumer())?;
            LogKeeper::watch(&mut connection, readers)
        };
        match prepared() {
            Ok(log) => Ok(Writer {
                path,
                connection,
                queue,
                identity,
                log,
                ingest,
                mistakes: Rarely::new(limits::MISTAKE_PAUSE),
                deriving: Deriving::new(freshness),
                last_group: (0, Duration::ZERO),
            }),
            Err(error) => Err(OpenError::Sqlite { path, error }),
        }
    }

    /// Serves the queue until it is closed and empty, then empties the log.
    pub(super) fn run(mut self) -> Result<(), Fatal> {
        let ended = self.serve();
        if matches!(ended, Err(Fatal::File { .. })) {
            // Closing would sync again, and after a failed sync the next one lies.
            let dbconfig = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
            if let Err(error) = self.connection.set_db_config(dbconfig, true) {
                log::debug!("the file may be synced once more: {error}");
            }
        }
        ended
    }

    fn serve(&mut self) -> Result<(), Fatal> {
        let mut next_look = self.ingest.next_look(Instant::now());
        loop {
            let next_turn = self.deriving.next_turn(Instant::now());
            let until = next_look.into_iter().chain(next_turn).min();
            match self.queue.wait(until) {
                Wake::Requests => self.commit_group()?,
                Wake::Upkeep => self.keep_log_short()?,
                Wake::Closed => break,
            }
            let now = Instant::now();
            if self.deriving.is_due(now) {
                self.derive(now)?;
            }
            if next_look.is_some_and(|look| look <= now) {
                // Where more sessions are idle than are closed at once, posts come in between.
                next_look = if self.expire(now)? {
                    Some(now)
                } else {
                    self.ingest.next_look(now)
                };
            }
        }
        LogKeeper::finish(&self.connection).or_else(|error| self.leave_log_long(error))
    }

    /// One transaction for all that waits, up to a limit.
    fn commit_group(&mut self) -> Result<(), Fatal> {
        self.identity.check()?;
        // Those who were just answered mostly send again at once. Waiting for half of them, and never longer than storing
        // takes, makes two groups of equal size that take turns, where else a large and a tiny one would.
        let (requests, took) = self.last_group;
        self.queue
            .gather(requests / 2, took.min(limits::GATHER_TIME));
        let begun = Instant::now();
        if let Err(error) = self.begin() {
            let trouble = self.passing(error)?;
            if trouble != StoreError::Locked {
                self.answer_all(self.queue.take(limits::TRANSACTION_ITEMS), trouble);
            }
            // While another process holds the lock they go on waiting, until they withdraw themselves.
            return Ok(());
        }
        let jobs = self.queue.take(limits::TRANSACTION_ITEMS);
        let requests = jobs.len();
        self.commit_jobs(jobs)?;
        self.last_group = (requests, begun.elapsed());
        Ok(())
    }

    /// Applies requests in the transaction that was begun, commits, and answers them.
    fn commit_jobs(&mut self, jobs: Vec<Job>) -> Result<(), Fatal> {
        match self.apply_and_commit(&jobs) {
            Ok(outcomes) => {
                // Before anybody is told: what is in a log without a name is lost.
                self.identity.check_log()?;
                self.end_trouble();
                self.ingest.tell_news();
                self.deriving.note_dirty(Instant::now());
                self.queue
                    .answer(jobs.into_iter().zip(outcomes.into_iter().map(Ok)).collect());
                self.keep_log_short()
            }
            Err(error) => match self.passing(error)? {
                // One request that brings a mistake of ours to light must not fail all that came with it.
                StoreError::Internal if jobs.len() > 1 => {
                    jobs.into_iter().try_for_each(|job| match self.begin() {
                        Ok(()) => self.commit_jobs(vec![job]),
                        Err(error) => {
                            let trouble = self.passing(error)?;
                            self.answer_all(vec![job], trouble);
                            Ok(())
                        }
                    })
                }
                trouble => {
                    self.answer_all(jobs, trouble);
                    Ok(())
                }
            },
        }
    }

    /// Closes sessions that nobody stops; true if there may be more. While there is trouble they stay open.
    fn expire(&mut self, now: Instant) -> Result<bool, Fatal> {
        self.identity.check()?;
        let expired = self.begin().and_then(|()| {
            self.ingest.begin(&self.connection, now)?;
            let more = self.ingest.expire(&self.connection, now)?;
            self.commit()?;
            Ok(more)
        });
        match expired {
            Ok(more) => {
                self.end_trouble();
                self.ingest.tell_news();
                self.deriving.note_dirty(now);
                Ok(more)
            }
            Err(error) => self.passing(error).map(|_| false),
        }
    }

    /// Derives some of the sessions that have changed. While there is trouble they stay dirty.
    fn derive(&mut self, now: Instant) -> Result<(), Fatal> {
        self.identity.check()?;
        match self.deriving.has_work(&self.connection) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => return self.passing(error).map(drop),
        }
        let turn = self.begin().and_then(|()| {
            self.deriving.turn(&self.connection, now)?;
            self.commit()
        });
        match turn {
            Ok(()) => {
                self.identity.check_log()?;
                self.end_trouble();
                self.deriving.end_turn();
                self.keep_log_short()
            }
            Err(error) => self.passing(error).map(drop),
        }
    }

    fn keep_log_short(&mut self) -> Result<(), Fatal> {
        let kept = self.log.keep_short(&self.connection);
        kept.or_else(|error| self.leave_log_long(error))
    }

    /// A checkpoint that did not succeed loses nothing: what is in the log stays there.
    fn leave_log_long(&mut self, error: rusqlite::Error) -> Result<(), Fatal> {
        match severity(&error) {
            Severity::Passing(trouble) => self
                .log
                .warn(&format!("cannot be emptied while {trouble}: {error}")),
            Severity::Fatal => return Err(self.fatal(error)),
        }
        Ok(())
    }

    fn begin(&self) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("BEGIN IMMEDIATE")?
            .execute([])
            .map(drop)
    }

    fn apply_and_commit(
        &mut self,
        jobs: &[Job],
    ) -> rusqlite::Result<Vec<Result<Outcome, Refusal>>> {
        self.ingest.begin(&self.connection, Instant::now())?;
        let requests = jobs.iter().map(|job| &job.request);
        let outcomes = self.ingest.apply_all(&self.connection, requests)?;
        self.ingest.finish(&self.connection)?;
        self.commit()?;
        Ok(outcomes)
    }

    fn commit(&self) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("COMMIT")?
            .execute([])
            .map(drop)
    }

    /// Rolls back after an error that leaves the file as it was, and says what to tell those who wait.
    fn passing(&mut self, error: rusqlite::Error) -> Result<StoreError, Fatal> {
        let Severity::Passing(trouble) = severity(&error) else {
            return Err(self.fatal(error));
        };
        if !self.connection.is_autocommit() {
            self.connection
                .execute_batch("ROLLBACK")
                .map_err(|error| self.fatal(error))?;
        }
        self.ingest.forget();
        self.deriving.forget();
        if trouble == StoreError::Internal {
            // It is the request, and not a time of trouble.
            if self.mistakes.is_due() {
                log::error!("a request could not be stored: {error}");
            }
        } else if self.queue.note_trouble(Some(trouble)) != Some(trouble) {
            // An episode is logged once.
            log::error!("nothing is stored while {trouble}: {error}");
        }
        Ok(trouble)
    }

    fn answer_all(&self, jobs: Vec<Job>, error: StoreError) {
        (self.queue).answer(jobs.into_iter().map(|job| (job, Err(error))).collect());
    }

    fn end_trouble(&mut self) {
        if let Some(trouble) = self.queue.note_trouble(None) {
            log::info!("storing again; no longer: {trouble}");
        }
    }

    fn fatal(&self, error: rusqlite::Error) -> Fatal {
        Fatal::File {
            path: self.path.clone(),
            error,
        }
    }
}
