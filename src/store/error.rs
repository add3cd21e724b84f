//! SQLite's errors, by what must be done about them.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;
use rusqlite::ffi;

/// Why a request to the store is not answered with a result. In every case nothing was stored and nothing will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too much waits already, or the request has waited too long.
    #[error("the server is overloaded")]
    Overloaded,
    /// The file is still being opened or upgraded.
    #[error("the server is starting")]
    Starting,
    /// The file as a whole is still being derived.
    #[error("{done} of {total} sessions are derived")]
    Deriving {
        /// Sessions that are.
        done: i64,
        /// All that are to be.
        total: i64,
    },
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
    /// Another process has locked the file.
    #[error("the database file is locked by another process")]
    Locked,
    /// There is no room on the disk.
    #[error("the disk is full")]
    DiskFull,
    /// There is no room on the disk for a copy of the file.
    #[error("the disk has no room for a copy")]
    NoRoom,
    /// A copy of the file is being made or sent already.
    #[error("a copy is being made already")]
    Copying,
    /// A read took longer than it may.
    #[error("the request took too long")]
    Interrupted,
    /// Something that should not happen; the log has the details.
    #[error("internal error")]
    Internal,
}

/// Why the writer gives up. Nobody who waits is answered, since nobody knows what is on the disk; a new process finds
/// out by opening the file again.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    /// Reading or writing the file failed in a way that leaves its state unknown.
    #[error("the database file {path} failed: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        error: rusqlite::Error,
    },
    /// The file at the path is not the one that was opened.
    #[error(
        "{path} was removed or replaced while the server ran; what is written now would be lost"
    )]
    Replaced {
        /// The file that is gone.
        path: PathBuf,
    },
    /// An old file could not be taken over.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The writer panicked.
    #[error("the writer thread died; see the message above")]
    Panicked,
}

/// Why a file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process serves or makes the file.
    #[error(
        "{0} is in use by another microticks process; stop that one, or name another file with --db"
    )]
    InUse(PathBuf),
    /// The file was made by a later version.
    #[error(
        "{path} has version {version}, made by a newer microticks; this one knows versions up to {known}"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The file is of an older version, and what was asked for changes nothing.
    #[error("{0} was made by an older version; start the server once, which upgrades it")]
    Older(PathBuf),
    /// The file is something else.
    #[error("{0} is not a Microticks file")]
    Foreign(PathBuf),
    /// There is no file, and what was asked for does not make one.
    #[error("there is no file {0}; run this where the server was started, or name its --db")]
    Missing(PathBuf),
    /// There is no room for the copy that is made before an upgrade.
    #[error(
        "{path} must be copied before it is upgraded, and the disk has {available} of {needed} bytes free"
    )]
    NoRoom {
        /// The file.
        path: PathBuf,
        /// Free bytes.
        available: u64,
        /// Bytes that the copy and the upgrade need.
        needed: u64,
    },
    /// Somebody wrote to the file while it was copied.
    #[error(
        "{0} was changed by another process while it was copied; stop that process and start again"
    )]
    Changed(PathBuf),
    /// The file system does not allow the write-ahead log.
    #[error("{0} cannot be put into WAL mode; is it on a network drive?")]
    NoLog(PathBuf),
    /// SQLite refuses.
    #[error("cannot open {path}: {error}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        error: rusqlite::Error,
    },
    /// The operating system refuses.
    #[error(
        "cannot open {path}: {error}; start where this user may write, or name a file with --db"
    )]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// What an SQLite error means for whoever holds the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    /// Roll back, tell the callers, go on.
    Passing(StoreError),
    /// The state of the file is unknown: end the process.
    Fatal,
}

/// Classifies an error of the writing connection.
pub(super) fn severity(error: &rusqlite::Error) -> Severity {
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return Severity::Passing(StoreError::Internal);
    };
    match (failure.code, failure.extended_code) {
        (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => {
            Severity::Passing(StoreError::DiskFull)
        }
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => {
            Severity::Passing(StoreError::Locked)
        }
        (ErrorCode::OperationInterrupted, _) => Severity::Passing(StoreError::Interrupted),
        (
            ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OutOfMemory,
            _,
        ) => Severity::Fatal,
        _ => Severity::Passing(StoreError::Internal),
    }
}

/// Whether an error of a step of SQLite's backup is one of the copy: of the file itself, a step only reads.
pub(super) fn is_of_copy(error: &rusqlite::Error) -> bool {
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return false;
    };
    failure.code == ErrorCode::DiskFull
        || matches!(
            failure.extended_code,
            ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_TRUNCATE
        )
}

/// Classifies an error of a reading connection, which never endangers what is stored.
pub(super) fn read_error(error: &rusqlite::Error) -> StoreError {
    match severity(error) {
        Severity::Passing(error) => error,
        Severity::Fatal => StoreError::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_that_leave_the_file_as_it_was_are_survived() {
        for (code, expected) in [
            (ffi::SQLITE_FULL, Severity::Passing(StoreError::DiskFull)),
            (
                ffi::SQLITE_IOERR_SHMSIZE,
                Severity::Passing(StoreError::DiskFull),
            ),
            (ffi::SQLITE_BUSY, Severity::Passing(StoreError::Locked)),
            (
                ffi::SQLITE_BUSY_SNAPSHOT,
                Severity::Passing(StoreError::Locked),
            ),
            (
                ffi::SQLITE_CONSTRAINT,
                Severity::Passing(StoreError::Internal),
            ),
            (ffi::SQLITE_IOERR_FSYNC, Severity::Fatal),
            (ffi::SQLITE_IOERR_WRITE, Severity::Fatal),
            (ffi::SQLITE_CORRUPT, Severity::Fatal),
            (ffi::SQLITE_NOTADB, Severity::Fatal),
            (ffi::SQLITE_READONLY, Severity::Fatal),
            (ffi::SQLITE_READONLY_DBMOVED, Severity::Fatal),
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            assert_eq!(severity(&error), expected, "{error}");
        }
    }

    #[test]
    fn only_errors_of_writing_are_those_of_a_copy() {
        for (code, expected) in [
            (ffi::SQLITE_FULL, true),
            (ffi::SQLITE_IOERR_WRITE, true),
            (ffi::SQLITE_IOERR_TRUNCATE, true),
            (ffi::SQLITE_IOERR_READ, false),
            (ffi::SQLITE_IOERR_SHMSIZE, false),
            (ffi::SQLITE_CORRUPT, false),
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            assert_eq!(is_of_copy(&error), expected, "{error}");
        }
    }
}
