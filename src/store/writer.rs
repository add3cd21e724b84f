//! The thread that owns the only writing connection.
//!
//! It sleeps until a request waits, begins a transaction, takes what waits into it, commits, and only then answers:
//! so one sync serves as many requests as came in during the one before, and a lonely request waits for nobody.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;

use super::checkpoint::LogKeeper;
use super::copying::{CopyError, Copying, Order, Target};
use super::deriving::{Deriving, Freshness};
use super::error::{Fatal, OpenError, Severity, StoreError, is_of_copy, severity};
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
    queue: Arc<Queue>,
    identity: Identity,
    log: LogKeeper,
    ingest: Ingest,
    mistakes: Rarely,
    deriving: Deriving,
    copying: Arc<Copying>,
    /// When idle sessions are looked for again, if ever.
    next_look: Option<Instant>,
    /// How many requests the last group had, and how long it took to store it.
    last_group: (usize, Duration),
}

impl Writer {
    /// Makes or upgrades the file where that is due, and gets ready to write to it by the connection that is returned.
    pub(super) fn prepare(
        opened: Opened,
        queue: Arc<Queue>,
        readers: Arc<Readers>,
        freshness: Arc<Freshness>,
        copying: Arc<Copying>,
        ingest: Ingest,
    ) -> Result<(Connection, Writer), OpenError> {
        let path = opened.path.clone();
        let mut connection = opened.make_current()?;
        let identity = Identity::of(&path);
        let prepared = || {
            connection.busy_timeout(limits::LOCK_WAIT)?;
            warn_of_what_is_odd(&connection, ingest.default_consumer())?;
            LogKeeper::watch(&mut connection, readers)
        };
        match prepared() {
            Ok(log) => {
                let writer = Writer {
                    path,
                    queue,
                    identity,
                    log,
                    next_look: ingest.next_look(Instant::now()),
                    ingest,
                    mistakes: Rarely::new(limits::MISTAKE_PAUSE),
                    deriving: Deriving::new(freshness),
                    copying,
                    last_group: (0, Duration::ZERO),
                };
                Ok((connection, writer))
            }
            Err(error) => Err(OpenError::Sqlite { path, error }),
        }
    }

    /// Serves the queue until it is closed and empty, then empties the log.
    pub(super) fn run(mut self, connection: &Connection) -> Result<(), Fatal> {
        let ended = self.serve(connection);
        if matches!(ended, Err(Fatal::File { .. })) {
            // Closing would sync again, and after a failed sync the next one lies.
            let dbconfig = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
            if let Err(error) = connection.set_db_config(dbconfig, true) {
                log::debug!("the file may be synced once more: {error}");
            }
        }
        ended
    }

    fn serve(&mut self, connection: &Connection) -> Result<(), Fatal> {
        loop {
            let next_turn = self.deriving.next_turn(Instant::now());
            let until = self.next_look.into_iter().chain(next_turn).min();
            if self.round(connection, until)? == Wake::Closed {
                break;
            }
            if let Some(order) = self.copying.take() {
                self.copy(connection, order)?;
            }
        }
        LogKeeper::finish(connection).or_else(|error| self.leave_log_long(error))
    }

    /// Waits for something to do, and does what is due. Returns why it woke.
    fn round(&mut self, connection: &Connection, until: Option<Instant>) -> Result<Wake, Fatal> {
        let wake = self.queue.wait(until);
        match wake {
            Wake::Requests => self.commit_group(connection)?,
            Wake::Upkeep => self.keep_log_short(connection)?,
            Wake::Closed => return Ok(wake),
        }
        let now = Instant::now();
        if self.deriving.is_due(now) {
            self.derive(connection, now)?;
        }
        if self.next_look.is_some_and(|look| look <= now) {
            // Where more sessions are idle than are closed at once, posts come in between.
            self.next_look = if self.expire(connection, now)? {
                Some(now)
            } else {
                self.ingest.next_look(now)
            };
        }
        Ok(wake)
    }

    /// Copies the file, and does all other work meanwhile. Whatever is wrong with the copy is told to whoever asked for
    /// it.
    fn copy(&mut self, connection: &Connection, order: Order) -> Result<(), Fatal> {
        let made = match Target::begin(&self.path, connection) {
            Ok(mut target) => self
                .fill(connection, &mut target, &order)?
                .and_then(|()| target.finish()),
            Err(error) => Err(error),
        };
        order.answer(made);
        Ok(())
    }

    fn fill(
        &mut self,
        connection: &Connection,
        target: &mut Target,
        order: &Order,
    ) -> Result<Result<(), CopyError>, Fatal> {
        let backup = match Backup::new(connection, target.connection()) {
            Ok(backup) => backup,
            Err(error) => return Ok(Err(error.into())),
        };
        loop {
            match backup.step(limits::COPY_PAGES) {
                Ok(StepResult::Done) => return Ok(Ok(())),
                // Where another process has locked the file, the next step tries again.
                Ok(_) => {}
                Err(error) if !is_of_copy(&error) && severity(&error) == Severity::Fatal => {
                    return Err(self.fatal(error));
                }
                Err(error) => return Ok(Err(error.into())),
            }
            let wake = self.round(connection, Some(Instant::now()))?;
            let wanted = if wake == Wake::Closed {
                Err(CopyError::GivenUp)
            } else {
                order.check()
            };
            if wanted.is_err() {
                return Ok(wanted);
            }
        }
    }

    /// One transaction for all that waits, up to a limit.
    fn commit_group(&mut self, connection: &Connection) -> Result<(), Fatal> {
        self.identity.check()?;
        // Those who were just answered mostly send again at once. Waiting for half of them, and never longer than storing
        // takes, makes two groups of equal size that take turns, where else a large and a tiny one would.
        let (requests, took) = self.last_group;
        self.queue
            .gather(requests / 2, took.min(limits::GATHER_TIME));
        let begun = Instant::now();
        if let Err(error) = begin(connection) {
            let trouble = self.passing(connection, error)?;
            if trouble != StoreError::Locked {
                self.answer_all(self.queue.take(limits::TRANSACTION_ITEMS), trouble);
            }
            // While another process holds the lock they go on waiting, until they withdraw themselves.
            return Ok(());
        }
        let jobs = self.queue.take(limits::TRANSACTION_ITEMS);
        let requests = jobs.len();
        self.commit_jobs(connection, jobs)?;
        self.last_group = (requests, begun.elapsed());
        Ok(())
    }

    /// Applies requests in the transaction that was begun, commits, and answers them.
    fn commit_jobs(&mut self, connection: &Connection, jobs: Vec<Job>) -> Result<(), Fatal> {
        match self.apply_and_commit(connection, &jobs) {
            Ok(outcomes) => {
                // Before anybody is told: what is in a log without a name is lost.
                self.identity.check_log()?;
                self.end_trouble();
                self.ingest.tell_news();
                self.deriving.note_dirty(Instant::now());
                self.queue
                    .answer(jobs.into_iter().zip(outcomes.into_iter().map(Ok)).collect());
                self.keep_log_short(connection)
            }
            Err(error) => match self.passing(connection, error)? {
                // One request that brings a mistake of ours to light must not fail all that came with it.
                StoreError::Internal if jobs.len() > 1 => {
                    jobs.into_iter()
                        .try_for_each(|job| match begin(connection) {
                            Ok(()) => self.commit_jobs(connection, vec![job]),
                            Err(error) => {
                                let trouble = self.passing(connection, error)?;
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
    fn expire(&mut self, connection: &Connection, now: Instant) -> Result<bool, Fatal> {
        self.identity.check()?;
        let expired = begin(connection).and_then(|()| {
            self.ingest.begin(connection, now)?;
            let more = self.ingest.expire(connection, now)?;
            commit(connection)?;
            Ok(more)
        });
        match expired {
            Ok(more) => {
                self.end_trouble();
                self.ingest.tell_news();
                self.deriving.note_dirty(now);
                Ok(more)
            }
            Err(error) => self.passing(connection, error).map(|_| false),
        }
    }

    /// Derives some of the sessions that have changed. While there is trouble they stay dirty.
    fn derive(&mut self, connection: &Connection, now: Instant) -> Result<(), Fatal> {
        self.identity.check()?;
        match self.deriving.has_work(connection) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => return self.passing(connection, error).map(drop),
        }
        let turn = begin(connection).and_then(|()| {
            self.deriving.turn(connection, now)?;
            commit(connection)
        });
        match turn {
            Ok(()) => {
                self.identity.check_log()?;
                self.end_trouble();
                self.deriving.end_turn();
                self.ingest.note_derived();
                self.keep_log_short(connection)
            }
            Err(error) => self.passing(connection, error).map(drop),
        }
    }

    fn keep_log_short(&mut self, connection: &Connection) -> Result<(), Fatal> {
        let kept = self.log.keep_short(connection);
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

    fn apply_and_commit(
        &mut self,
        connection: &Connection,
        jobs: &[Job],
    ) -> rusqlite::Result<Vec<Result<Outcome, Refusal>>> {
        self.ingest.begin(connection, Instant::now())?;
        let requests = jobs.iter().map(|job| &job.request);
        let outcomes = self.ingest.apply_all(connection, requests)?;
        self.ingest.finish(connection)?;
        commit(connection)?;
        Ok(outcomes)
    }

    /// Rolls back after an error that leaves the file as it was, and says what to tell those who wait.
    fn passing(
        &mut self,
        connection: &Connection,
        error: rusqlite::Error,
    ) -> Result<StoreError, Fatal> {
        let Severity::Passing(trouble) = severity(&error) else {
            return Err(self.fatal(error));
        };
        if !connection.is_autocommit() {
            connection
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

fn begin(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .prepare_cached("BEGIN IMMEDIATE")?
        .execute([])
        .map(drop)
}

fn commit(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("COMMIT")?.execute([]).map(drop)
}
