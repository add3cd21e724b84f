//! The database file as the operating system sees it: its lock, and whether it is still the same file.
//!
//! Nothing here opens the database or its log. Closing any descriptor of theirs would drop the locks that SQLite
//! holds for this process, so only SQLite opens them; `stat` needs no descriptor.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::error::{Fatal, OpenError};

/// The lock that a serving process holds on `FILE.lock`, and that whoever makes or upgrades the file holds meanwhile.
///
/// It ends with the process, however that ends. The lock file itself stays, since removing it would let two processes
/// hold two locks.
#[derive(Debug)]
pub(super) struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock, waiting at most so long for another process.
    pub(super) fn acquire(database: &Path, patience: Duration) -> Result<FileLock, OpenError> {
        let path = beside(database, ".lock");
        let failed = |error: io::Error| OpenError::Io {
            path: path.clone(),
            error,
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        let deadline = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(FileLock { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    thread::sleep(Duration::from_millis(50))
                }
                Err(TryLockError::WouldBlock) => return Err(OpenError::InUse(database.to_owned())),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }
}

/// How many links to links are followed, as Linux does.
const MOST_LINKS: usize = 40;

/// The path of a file that belongs to another: `FILE` and an ending.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

/// The absolute path without links, as SQLite uses it to name the log. The file itself need not exist.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    let mut path = std::path::absolute(path)?;
    // A link to a file that does not exist yet leads to where SQLite would make it.
    for _ in 0..MOST_LINKS {
        if let Ok(resolved) = path.canonicalize() {
            return Ok(resolved);
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            break;
        };
        let (folder, name) = (folder.canonicalize()?, name.to_owned());
        match std::fs::read_link(&path) {
            Ok(target) => path = folder.join(target),
            Err(_) => return Ok(folder.join(name)),
        }
    }
    Err(io::Error::other("too many links"))
}

/// The kind of the file system that a file lies on, if a restart of the computer empties it.
///
/// Small computers of museums often run from memory, so that pulling the plug cannot hurt them.
#[cfg(target_os = "linux")]
pub(super) fn volatile_file_system(path: &Path) -> Option<&'static str> {
    // From linux/magic.h
    const RAMFS: u32 = 0x8584_58f6;
    const TMPFS: u32 = 0x0102_1994;
    const OVERLAYFS: u32 = 0x794c_7630;
    match u32::try_from(rustix::fs::statfs(path).ok()?.f_type).ok()? {
        RAMFS => Some("ramfs"),
        TMPFS => Some("tmpfs"),
        OVERLAYFS => Some("overlay"),
        _ => None,
    }
}

/// Only Linux is asked.
#[cfg(not(target_os = "linux"))]
pub(super) fn volatile_file_system(_: &Path) -> Option<&'static str> {
    None
}

/// Whether two paths name one file, also by a hard link.
pub(super) fn is_same_file(a: &Path, b: &Path) -> bool {
    file_id(a).is_some_and(|id| file_id(b) == Some(id))
}

/// Which files the paths of the database named when the writer opened them.
#[derive(Debug)]
pub(super) struct Identity {
    database: Named,
    log: Named,
    /// The memory that all processes with the file open share.
    shared: Named,
}

/// A path, and the file that it named.
#[derive(Debug)]
struct Named {
    path: PathBuf,
    id: Option<FileId>,
}

type FileId = (u64, u64);

impl Named {
    fn now(path: PathBuf) -> Named {
        Named {
            id: file_id(&path),
            path,
        }
    }

    fn check(&self) -> Result<(), Fatal> {
        if self.id.is_some() && file_id(&self.path) != self.id {
            return Err(Fatal::Replaced {
                path: self.path.clone(),
            });
        }
        Ok(())
    }
}

impl Identity {
    /// Remembers the files as they are now.
    pub(super) fn of(database: &Path) -> Identity {
        Identity {
            database: Named::now(database.to_owned()),
            log: Named::now(beside(database, "-wal")),
            shared: Named::now(beside(database, "-shm")),
        }
    }

    /// Fails if one of the files has been removed or replaced: what is written to a file without a name is lost.
    pub(super) fn check(&self) -> Result<(), Fatal> {
        self.database.check()?;
        self.log.check()?;
        self.shared.check()
    }

    /// After a commit the log must be there. The first one remembers it.
    pub(super) fn check_log(&mut self) -> Result<(), Fatal> {
        if self.log.id.is_none() {
            self.log.id = file_id(&self.log.path);
            if cfg!(unix) && self.log.id.is_none() {
                return Err(Fatal::Replaced {
                    path: self.log.path.clone(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
fn file_id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path)
        .ok()
        .map(|metadata| (metadata.dev(), metadata.ino()))
}

/// An open file can be neither removed nor replaced here.
#[cfg(not(unix))]
fn file_id(_: &Path) -> Option<FileId> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_until_the_first_ends() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let first = FileLock::acquire(&database, Duration::ZERO).unwrap();
        assert!(matches!(
            FileLock::acquire(&database, Duration::ZERO),
            Err(OpenError::InUse(_))
        ));
        drop(first);
        assert!(FileLock::acquire(&database, Duration::ZERO).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_removed_or_replaced_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let log = folder.path().join("a.db-wal");
        std::fs::write(&database, "1").unwrap();
        let mut identity = Identity::of(&database);
        assert!(identity.check().is_ok());
        assert!(identity.check_log().is_err(), "a commit leaves a log");
        std::fs::write(&log, "1").unwrap();
        identity.check_log().unwrap();
        assert!(identity.check().is_ok());
        std::fs::rename(&log, folder.path().join("elsewhere")).unwrap();
        assert!(matches!(identity.check(), Err(Fatal::Replaced { path }) if path == log));
        std::fs::rename(folder.path().join("elsewhere"), &log).unwrap();
        assert!(identity.check().is_ok());
        std::fs::rename(&database, folder.path().join("old")).unwrap();
        std::fs::write(&database, "2").unwrap();
        assert!(matches!(identity.check(), Err(Fatal::Replaced { path }) if path == database));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_resolves_to_the_file_it_names() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        std::fs::write(folder.join("real.db"), "").unwrap();
        std::os::unix::fs::symlink("real.db", folder.join("link.db")).unwrap();
        assert_eq!(
            resolve(&folder.join("link.db")).unwrap(),
            folder.join("real.db")
        );
        assert_eq!(
            resolve(&folder.join("new.db")).unwrap(),
            folder.join("new.db")
        );
        assert!(resolve(&folder.join("no/such/folder.db")).is_err());
        std::os::unix::fs::symlink("later.db", folder.join("dangling.db")).unwrap();
        assert_eq!(
            resolve(&folder.join("dangling.db")).unwrap(),
            folder.join("later.db")
        );
        std::os::unix::fs::symlink("loop.db", folder.join("loop.db")).unwrap();
        assert!(resolve(&folder.join("loop.db")).is_err());
    }
}
