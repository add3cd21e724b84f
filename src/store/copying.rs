//! A copy of the whole file, made by the writer beside its other work.
//!
//! SQLite's backup copies some pages at a time, and between them the writer commits, derives and checkpoints as ever.
//! What it changes in pages that were copied already, SQLite changes in the copy, too, because both go through one
//! connection; from any other, each commit would begin the copy anew. So the copy is the file as it is at the end, and
//! holds all that was acknowledged until then. It lies beside the file, and has no name any more once it can be read.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use rusqlite::{Connection, OpenFlags};
use tokio::io::AsyncReadExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, oneshot};

use super::error::{StoreError, read_error};
use super::file::beside;
use super::queue::Queue;
use crate::limits;

/// What the name of the copy adds to that of the file.
const ENDING: &str = ".snapshot.unfinished";

/// Where copies are asked for, one at a time.
#[derive(Debug)]
pub(super) struct Copying {
    /// The way to wake the writer.
    queue: Arc<Queue>,
    /// The one place, kept until the copy is sent, so that the disk never holds two. Closed when the server stops.
    place: Arc<Semaphore>,
    order: Mutex<Option<Order>>,
}

/// A copy that is asked for.
#[derive(Debug)]
pub(super) struct Order {
    answer: oneshot::Sender<Result<FileCopy, StoreError>>,
    place: OwnedSemaphorePermit,
    until: Instant,
}

/// Why there is no copy. None of it endangers the file that is copied.
#[derive(Debug, thiserror::Error)]
pub(super) enum CopyError {
    /// The disk has no room for it.
    #[error("the disk has {available} of {needed} bytes free")]
    NoRoom {
        /// Free bytes.
        available: u64,
        /// Bytes that the copy takes, and those that must stay free.
        needed: u64,
    },
    /// The server is stopping, or nobody waits for it any more.
    #[error("it was given up")]
    GivenUp,
    /// It was begun anew too often.
    #[error("another process has written to the file all the time")]
    TooSlow,
    /// SQLite refuses.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The operating system refuses.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<&CopyError> for StoreError {
    fn from(error: &CopyError) -> StoreError {
        match error {
            CopyError::NoRoom { .. } => StoreError::NoRoom,
            CopyError::GivenUp => StoreError::Stopping,
            CopyError::TooSlow => StoreError::Interrupted,
            CopyError::Sqlite(error) => match read_error(error) {
                StoreError::DiskFull => StoreError::NoRoom,
                error => error,
            },
            CopyError::Io(error) if error.kind() == io::ErrorKind::StorageFull => {
                StoreError::NoRoom
            }
            CopyError::Io(_) => StoreError::Internal,
        }
    }
}

impl Copying {
    pub(super) fn new(queue: Arc<Queue>) -> Copying {
        Copying {
            queue,
            place: Arc::new(Semaphore::new(1)),
            order: Mutex::default(),
        }
    }

    fn order(&self) -> MutexGuard<'_, Option<Order>> {
        self.order
            .lock()
            .expect("nobody panics while holding the order")
    }

    /// Asks for a copy, if there is none that is being made or sent.
    pub(super) fn ask(
        &self,
    ) -> Result<oneshot::Receiver<Result<FileCopy, StoreError>>, StoreError> {
        let mut order = self.order();
        let place = Arc::clone(&self.place).try_acquire_owned();
        let place = place.map_err(|error| match error {
            TryAcquireError::NoPermits => StoreError::Copying,
            TryAcquireError::Closed => StoreError::Stopping,
        })?;
        let (answer, receiver) = oneshot::channel();
        *order = Some(Order {
            answer,
            place,
            until: Instant::now() + limits::COPY_TIME,
        });
        drop(order);
        self.queue.nudge();
        Ok(receiver)
    }

    /// What the writer is to do, if anything.
    pub(super) fn take(&self) -> Option<Order> {
        self.order().take()
    }

    /// Gives up the copy that is being made or sent, and takes no more orders.
    pub(super) fn close(&self) {
        let mut order = self.order();
        self.place.close();
        *order = None;
    }
}

impl Order {
    /// Whether to go on.
    pub(super) fn check(&self) -> Result<(), CopyError> {
        if self.answer.is_closed() || self.place.semaphore().is_closed() {
            Err(CopyError::GivenUp)
        } else if Instant::now() > self.until {
            Err(CopyError::TooSlow)
        } else {
            Ok(())
        }
    }

    /// Hands the copy over, or says why there is none.
    pub(super) fn answer(self, made: Result<File, CopyError>) {
        let copy = made.and_then(|file| {
            let bytes = file.metadata()?.len();
            Ok((file, bytes))
        });
        let answer = match copy {
            Ok((file, bytes)) => Ok(FileCopy {
                file: file.into(),
                bytes,
                left: bytes,
                place: self.place,
            }),
            Err(error) => {
                match error {
                    CopyError::GivenUp => log::debug!("a copy of the file was given up"),
                    _ => log::error!("the file could not be copied: {error}"),
                }
                Err(StoreError::from(&error))
            }
        };
        // Whoever is not there any more gets none, and with the last handle it is gone.
        let _ = self.answer.send(answer);
    }
}

/// A copy of the file, to be read once. It has no name, and is gone when this is dropped.
#[derive(Debug)]
pub struct FileCopy {
    file: tokio::fs::File,
    bytes: u64,
    left: u64,
    /// The next copy is not made before this one is gone.
    place: OwnedSemaphorePermit,
}

impl FileCopy {
    /// Its length in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether all of it was read.
    pub fn is_over(&self) -> bool {
        self.left == 0
    }

    /// The next piece, of at most [`limits::CHUNK_BYTES`]; an error where the copy cannot be read.
    pub async fn next(&mut self) -> Result<Bytes, StoreError> {
        if self.place.semaphore().is_closed() {
            return Err(StoreError::Stopping);
        }
        let mut buffer = BytesMut::with_capacity(limits::CHUNK_BYTES);
        let read = match self.file.read_buf(&mut buffer).await {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            read => read,
        };
        match read {
            Ok(read) => {
                self.left = self.left.saturating_sub(read as u64);
                Ok(buffer.freeze())
            }
            Err(error) => {
                log::error!("a copy of the file cannot be read: {error}");
                Err(StoreError::Internal)
            }
        }
    }
}

/// A copy that is being made.
#[derive(Debug)]
pub(super) struct Target {
    connection: Connection,
    /// Dropped after the connection.
    files: Files,
}

/// The name of a copy, and of what SQLite may put beside it. Dropping it removes them; an opened copy stays readable.
#[derive(Debug)]
struct Files(PathBuf);

impl Drop for Files {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.0) {
            log::warn!("a copy of the file is left over: {error}");
        }
    }
}

fn remove(copy: &Path) -> io::Result<()> {
    ["", "-journal", "-wal"].iter().try_for_each(|ending| {
        match fs::remove_file(beside(copy, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    })
}

/// Removes what a crash has left of a copy. To be called with the lock of the database in hand.
pub(super) fn remove_leftover(database: &Path) {
    drop(Files(beside(database, ENDING)));
}

impl Target {
    /// Begins an empty copy beside the file, if there is room.
    pub(super) fn begin(database: &Path, source: &Connection) -> Result<Target, CopyError> {
        let path = beside(database, ENDING);
        remove(&path)?;
        let needed = bytes_in(source)? + limits::COPY_SPARE_BYTES;
        let available = fs4::available_space(database)?;
        if available < needed {
            return Err(CopyError::NoRoom { available, needed });
        }
        let empty = File::create_new(&path)?;
        let files = Files(path);
        // Whoever may not read the file may not read its copy.
        empty.set_permissions(fs::metadata(database)?.permissions())?;
        drop(empty);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&files.0, flags)?;
        // Nobody needs what is there of it after a crash, and nobody else opens it, so it needs no shared memory either.
        connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF",
        )?;
        Ok(Target { connection, files })
    }

    /// Where SQLite writes it.
    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Makes one file of it that opens anywhere, without a log beside it, and takes its name away.
    pub(super) fn finish(self) -> Result<File, CopyError> {
        let Target { connection, files } = self;
        connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(File::open(&files.0)?)
    }
}

/// The size of a database with all that is in its log.
fn bytes_in(connection: &Connection) -> rusqlite::Result<u64> {
    let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    let bytes: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(bytes.unsigned_abs())
}
