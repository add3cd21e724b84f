//! Everything that touches the SQLite file.
//!
//! One thread, the [writer], owns the only writing connection and commits in groups; a request is answered
//! when the transaction that holds its rows is on the disk. Reads run on a few read-only connections in short
//! snapshots. Nothing outside this module knows SQL.

mod checkpoint;
pub(crate) mod columns;
pub mod consumers;
mod copying;
pub(crate) mod derived;
mod deriving;
mod error;
mod events;
mod expiry;
mod file;
mod health;
mod ingest;
pub mod lists;
mod live;
mod open;
mod queue;
mod rarely;
mod readers;
pub mod rebuild;
mod roster;
mod session;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{Semaphore, broadcast, oneshot, watch};

use copying::Copying;
pub use copying::FileCopy;
use deriving::Freshness;
pub use error::{Fatal, OpenError, StoreError};
use file::FileLock;
use ingest::Ingest;
use lists::{Flow, Scan};
use live::Live;
use open::Content;
use queue::Queue;
use readers::Readers;
use writer::Writer;

use crate::limits;
use crate::model::list::{EventRow, SessionRow, Whose};
use crate::model::live::{News, Visit};
use crate::model::roster::{ConsumerRow, Devices};
use crate::model::{Outcome, Refusal, Request};

/// What a store is opened with.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The database file.
    pub path: PathBuf,
    /// The name of the consumer that requests without a key count for; else the oldest.
    pub default_consumer: Option<String>,
    /// How long nothing is heard of a session before it is closed; zero is for ever.
    pub session_timeout: Duration,
}

/// Whether the store can be used yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Opening,
    Ready,
}

/// Whether a file is a database, its log or its shared memory, also by a hard link.
pub fn belongs_to(database: &Path, file: &Path) -> bool {
    let parts = ["", "-wal", "-shm"].map(|ending| file::beside(database, ending));
    parts.iter().any(|part| file::is_same_file(part, file))
}

/// The absolute path of a database file, free of links. The file itself need not exist.
pub fn resolve(path: &Path) -> std::io::Result<PathBuf> {
    file::resolve(path)
}

/// A handle to the file, for as many users as like.
#[derive(Debug, Clone)]
pub struct Store {
    queue: Arc<Queue>,
    readers: Arc<Readers>,
    freshness: Arc<Freshness>,
    copying: Arc<Copying>,
    live: Arc<Live>,
    report_turns: Arc<Semaphore>,
    phase: watch::Receiver<Phase>,
    volatile: Option<&'static str>,
}

/// The writer's thread, for the one who must know when it ends.
#[derive(Debug)]
pub struct Agent {
    ended: oneshot::Receiver<Result<(), Fatal>>,
    path: PathBuf,
    /// Held until the writer has ended.
    _lock: FileLock,
}

impl Store {
    /// Opens the file, making it if there is none, and starts the writer.
    ///
    /// A file of the original service is upgraded by the writer, so that the caller can serve pages meanwhile; until
    /// that is done, [`Store::ingest`] and reads wait.
    pub fn open(config: &StoreConfig) -> Result<(Store, Agent), OpenError> {
        let path = file::resolve(&config.path).map_err(|error| OpenError::Io {
            path: config.path.clone(),
            error,
        })?;
        let lock = FileLock::acquire(&path, limits::SERVER_LOCK_WAIT)?;
        copying::remove_leftover(&path);
        let opened = open::open(&path)?;
        let must_upgrade = matches!(opened.content, Content::Original | Content::Underived);
        let queue = Arc::new(Queue::default());
        let readers = Arc::new(Readers::new(path.clone(), Arc::clone(&queue)));
        let freshness = Arc::new(Freshness::new(Arc::clone(&queue)));
        let copying = Arc::new(Copying::new(Arc::clone(&queue)));
        let live = Arc::new(Live::default());
        let (phase_sender, phase) = watch::channel(Phase::Opening);
        let store = Store {
            queue: Arc::clone(&queue),
            readers: Arc::clone(&readers),
            freshness: Arc::clone(&freshness),
            copying: Arc::clone(&copying),
            live: Arc::clone(&live),
            report_turns: Arc::new(Semaphore::new(limits::report_turns())),
            phase,
            volatile: file::volatile_file_system(&path),
        };
        if let Some(kind) = store.volatile {
            log::warn!(
                "the database lies on a file system of the kind {kind}, which a restart of this computer may empty"
            );
        }
        let StoreConfig {
            default_consumer,
            session_timeout,
            ..
        } = config.clone();
        let prepare = move || {
            Writer::prepare(
                opened,
                queue,
                readers,
                freshness,
                copying,
                Ingest::new(default_consumer, session_timeout, live),
            )
        };
        let get_ready = move || {
            let ready = prepare()?;
            phase_sender.send_replace(Phase::Ready);
            Ok::<_, OpenError>(ready)
        };
        let ended = if must_upgrade {
            spawn_writer(move || {
                let (connection, writer) = get_ready()?;
                writer.run(&connection)
            })
        } else {
            let (connection, writer) = get_ready()?;
            spawn_writer(move || writer.run(&connection))
        };
        let ended = ended.map_err(|error| OpenError::Io {
            path: path.clone(),
            error,
        })?;
        Ok((
            store,
            Agent {
                ended,
                path,
                _lock: lock,
            },
        ))
    }

    /// Stores what a request asks for. Returns after the transaction is on the disk, or with the reason why nothing
    /// was stored. If the writer fails for good this never returns, since nobody knows what is on the disk.
    pub async fn ingest(&self, request: Request) -> Result<Result<Outcome, Refusal>, StoreError> {
        let (number, mut answer) = self.queue.push(request)?;
        let answered = match tokio::time::timeout(limits::QUEUE_TIME, &mut answer).await {
            Ok(answered) => answered,
            Err(_) => match self.queue.withdraw(number) {
                Some(reason) => {
                    return Err(if self.is_ready() {
                        reason
                    } else {
                        StoreError::Starting
                    });
                }
                None => answer.await,
            },
        };
        match answered {
            Ok(answer) => answer,
            Err(_) => std::future::pending().await,
        }
    }

    /// The kind of the file system that the file lies on, if a restart of the computer may empty it.
    pub fn volatile_file_system(&self) -> Option<&'static str> {
        self.volatile
    }

    /// Whether the file is open and requests are served.
    pub fn is_ready(&self) -> bool {
        *self.phase.borrow() == Phase::Ready
    }

    /// Reads on in a list of events and gives each to `sink`, until the list is over or the sink has enough for now.
    ///
    /// # Errors
    ///
    /// As for every read: [`StoreError::Starting`] and [`StoreError::Overloaded`] after 5 s, [`StoreError::Stopping`],
    /// [`StoreError::Interrupted`] past the deadline, [`StoreError::Internal`].
    pub async fn next_events<S: Send + 'static>(
        &self,
        scan: Scan,
        sink: S,
        each: fn(&mut S, &EventRow<'_>) -> Flow,
    ) -> Result<(Scan, S), StoreError> {
        self.next_rows(scan, sink, move |scan, connection, sink| {
            scan.next_events(connection, |row| each(sink, row))
        })
        .await
    }

    /// Reads on in a list of sessions, like [`Store::next_events`].
    pub async fn next_sessions<S: Send + 'static>(
        &self,
        scan: Scan,
        sink: S,
        each: fn(&mut S, &SessionRow<'_>) -> Flow,
    ) -> Result<(Scan, S), StoreError> {
        self.next_rows(scan, sink, move |scan, connection, sink| {
            scan.next_sessions(connection, |row| each(sink, row))
        })
        .await
    }

    async fn next_rows<S: Send + 'static>(
        &self,
        mut scan: Scan,
        mut sink: S,
        next: impl FnOnce(&mut Scan, &Connection, &mut S) -> rusqlite::Result<()> + Send + 'static,
    ) -> Result<(Scan, S), StoreError> {
        if scan.must_sort() {
            let sort = move |connection: &Connection| scan.sort(connection).map(|()| scan);
            scan = self.read(limits::READ_DEADLINE, sort).await?;
        }
        let read = move |connection: &Connection| {
            next(&mut scan, connection, &mut sink).map(|()| (scan, sink))
        };
        self.read(limits::SNAPSHOT_TIME, read).await
    }

    /// Whether there is a consumer, and whether there is an event.
    pub async fn has_consumer_and_event(&self) -> Result<(bool, bool), StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM consumers WHERE deleted_at IS NULL), EXISTS (SELECT 1 FROM events)";
        let look = |connection: &Connection| {
            connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        };
        self.read(limits::SNAPSHOT_TIME, look).await
    }

    /// All consumers, removed ones too.
    pub async fn consumers(&self) -> Result<Vec<ConsumerRow>, StoreError> {
        self.read(limits::SNAPSHOT_TIME, roster::consumers).await
    }

    /// The devices that have given a sign of life, and the names of all.
    pub async fn devices(&self) -> Result<Devices, StoreError> {
        self.read(limits::SNAPSHOT_TIME, roster::devices).await
    }

    /// Has the writer derive every session that is dirty now, so that a report is never partial.
    ///
    /// # Errors
    ///
    /// [`StoreError::Deriving`] while the file as a whole is derived, with how far that is; [`StoreError::Overloaded`]
    /// where it takes longer than 10 s; those of every read.
    pub async fn derive_what_changed(&self) -> Result<(), StoreError> {
        self.wait_until_ready().await?;
        if self.freshness.has_backlog()
            && let Some((done, total)) = self.read(limits::SNAPSHOT_TIME, deriving::backlog).await?
        {
            return Err(StoreError::Deriving { done, total });
        }
        let Some(derived) = self.freshness.ask() else {
            return Ok(());
        };
        match tokio::time::timeout(limits::REPORT_DEADLINE, derived).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(StoreError::Stopping),
            Err(_) => Err(StoreError::Overloaded),
        }
    }

    /// Runs one read of a report. There are never more of them than cores, so that reading cannot hurt collecting.
    ///
    /// # Errors
    ///
    /// [`StoreError::Overloaded`] after 10 s without a turn; those of every read.
    pub async fn read_report<T: Send + 'static>(
        &self,
        deadline: Duration,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = tokio::time::timeout(limits::REPORT_DEADLINE, self.report_turns.acquire());
        let _turn = turn.await.map_err(|_| StoreError::Overloaded)?;
        self.read(deadline, read).await
    }

    /// Has the writer make a copy of the whole file, which holds at least all that was acknowledged before. There is
    /// never more than one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Copying`] while there is another, [`StoreError::NoRoom`] on a disk that cannot hold it,
    /// [`StoreError::Stopping`], [`StoreError::Internal`].
    pub async fn copy(&self) -> Result<FileCopy, StoreError> {
        self.wait_until_ready().await?;
        let made = self.copying.ask()?;
        made.await.unwrap_or(Err(StoreError::Stopping))
    }

    async fn wait_until_ready(&self) -> Result<(), StoreError> {
        let mut phase = self.phase.clone();
        let ready = phase.wait_for(|phase| *phase == Phase::Ready);
        match tokio::time::timeout(limits::READER_WAIT, ready).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(StoreError::Starting),
        }
    }

    /// Runs one read off the async threads.
    async fn read<T: Send + 'static>(
        &self,
        deadline: Duration,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.wait_until_ready().await?;
        let turn = self.readers.turn().await?;
        let readers = Arc::clone(&self.readers);
        let done = tokio::task::spawn_blocking(move || readers.read(deadline, read)).await;
        drop(turn);
        done.unwrap_or(Err(StoreError::Internal))
    }

    /// Everything that is stored from now on; `None` when the server is stopping.
    pub fn watch(&self) -> Option<broadcast::Receiver<News>> {
        self.live.watch()
    }

    /// The latest sessions that are under way, the latest first.
    pub async fn visits(&self, whose: Whose) -> Result<Vec<Visit>, StoreError> {
        let visits = move |connection: &Connection| live::visits(connection, &whose);
        self.read(limits::SNAPSHOT_TIME, visits).await
    }

    /// Ends all reading. Lists and a copy that are being sent are broken off.
    pub fn stop_reading(&self) {
        self.live.close();
        self.copying.close();
        self.readers.close();
    }

    /// Takes no more requests and lets the writer commit what waits, empty the log and end.
    pub fn close(&self) {
        self.queue.close();
    }
}

/// Runs the writer on a thread of its own. What it ends with arrives at the receiver; a panic closes it.
fn spawn_writer(
    run: impl FnOnce() -> Result<(), Fatal> + Send + 'static,
) -> std::io::Result<oneshot::Receiver<Result<(), Fatal>>> {
    let (sender, ended) = oneshot::channel();
    let thread = thread::Builder::new().name("writer".to_owned());
    // Nobody listens any more when the whole process is ending.
    thread.spawn(move || drop(sender.send(run())))?;
    Ok(ended)
}

impl Agent {
    /// The absolute path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until the writer has ended: well, after [`Store::close`], or with the error that it gave up on.
    pub async fn ended(&mut self) -> Result<(), Fatal> {
        (&mut self.ended).await.unwrap_or(Err(Fatal::Panicked))
    }
}
