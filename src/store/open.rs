//! Opens, makes and upgrades the file.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::derived;
use super::error::OpenError;
use super::file::beside;

/// The version of the file that this program makes, kept in SQLite's `user_version`. The original service left 0.
pub(super) const VERSION: i64 = 3;
/// The version before derived tables were added, and the one with earlier ones.
const UNDERIVED: i64 = 1;
const EARLIER: i64 = 2;

const SCHEMA: &str = include_str!("schema.sql");
const UPGRADE_V0: &str = include_str!("upgrade_v0.sql");

/// How long opening waits for another process that has the file locked.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pages that are copied between two looks at the file's lock.
const COPY_PAGES: i32 = 4_096;

/// What a file holds before anything is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// No tables: the file is new, or the first start was cut off.
    Nothing,
    /// The tables of the original service.
    Original,
    /// The tables of this program, but no tables of reports, or earlier ones.
    Underived,
    /// The tables of this program.
    Current,
}

/// A writing connection to a file, and what it holds.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) content: Content,
    pub(super) path: PathBuf,
}

/// Opens a file for writing, making an empty one if there is none. Changes nothing in it.
pub(super) fn open(path: &Path) -> Result<Opened, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = || -> rusqlite::Result<(Connection, Option<Content>, i64)> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(64);
        // The bundled SQLite enforces foreign keys unless told otherwise; files taken over have orphans.
        connection.pragma_update(None, "foreign_keys", false)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // A file that is refused stays as it is: closing it must not empty its log.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        // SQLite's own checkpoints hide failed syncs, so the writer makes them itself.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        let version = version(&connection)?;
        let content = content(&connection, version)?;
        Ok((connection, content, version))
    };
    match opened() {
        Ok((connection, Some(content), _)) => Ok(Opened {
            connection,
            content,
            path: path.to_owned(),
        }),
        Ok((_, None, version)) if version > VERSION => Err(OpenError::Newer {
            path: path.to_owned(),
            version,
            known: VERSION,
        }),
        Ok((_, None, _)) => Err(OpenError::Foreign(path.to_owned())),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            Err(OpenError::Foreign(path.to_owned()))
        }
        Err(error) => Err(OpenError::Sqlite {
            path: path.to_owned(),
            error,
        }),
    }
}

/// Opens an existing file for reading, whatever it holds.
pub(super) fn open_read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(connection)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// `None` if the tables are not those that the version promises.
fn content(connection: &Connection, version: i64) -> rusqlite::Result<Option<Content>> {
    let has = |table: &str, columns: &[&str]| -> rusqlite::Result<bool> {
        let mut found =
            connection.prepare("SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2")?;
        columns.iter().try_fold(true, |all, column| {
            Ok(all && found.query_row([table, column], |row| row.get(0))?)
        })
    };
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if version == 0 && tables == 0 {
        return Ok(Some(Content::Nothing));
    }
    let original = has(
        "consumers",
        &["id", "name", "key", "ip_filter", "created_at", "deleted_at"],
    )? && has(
        "sessions",
        &[
            "id",
            "token",
            "ip",
            "started_at",
            "stopped_at",
            "consumer_id",
        ],
    )? && has("events", &["id", "session_id", "time", "action", "data"])?;
    let devices = has("devices", &["consumer_id", "name", "last_alive_ms"])?;
    Ok(match (version, original, devices) {
        (0, true, false) => Some(Content::Original),
        (VERSION, true, true) if has("session_sums", &["start_ms"])? => Some(Content::Current),
        (UNDERIVED | EARLIER, true, true) => Some(Content::Underived),
        _ => None,
    })
}

impl Opened {
    /// Makes the tables, or upgrades them, or leaves them as they are; then puts the file into WAL mode. Whoever
    /// calls this for a file that is not current holds the lock.
    pub(super) fn make_current(mut self) -> Result<Connection, OpenError> {
        match self.content {
            Content::Nothing => self.make()?,
            Content::Original => self.upgrade()?,
            Content::Underived => self.renew_derived()?,
            Content::Current => {}
        }
        let mode = || -> rusqlite::Result<String> {
            let connection = &self.connection;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        };
        let mode = mode().map_err(|error| self.failed(error))?;
        if mode.eq_ignore_ascii_case("wal") {
            Ok(self.connection)
        } else {
            Err(OpenError::NoLog(self.path))
        }
    }

    fn failed(&self, error: rusqlite::Error) -> OpenError {
        OpenError::Sqlite {
            path: self.path.clone(),
            error,
        }
    }

    fn make(&mut self) -> Result<(), OpenError> {
        let made = || -> rusqlite::Result<()> {
            let transaction = self.connection.unchecked_transaction()?;
            transaction.execute_batch(SCHEMA)?;
            derived::begin(&transaction)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            transaction.commit()
        };
        made().map_err(|error| self.failed(error))
    }

    /// Makes the tables of reports anew. They are filled later, while the server serves; nothing else changes, so no copy
    /// is made.
    fn renew_derived(&self) -> Result<(), OpenError> {
        let renewed = || -> rusqlite::Result<()> {
            let behavior = TransactionBehavior::Exclusive;
            let transaction = rusqlite::Transaction::new_unchecked(&self.connection, behavior)?;
            match version(&transaction)? {
                UNDERIVED => derived::begin(&transaction)?,
                EARLIER => derived::begin_anew(&transaction)?,
                _ => return Ok(()),
            }
            transaction.pragma_update(None, "user_version", VERSION)?;
            transaction.commit()
        };
        renewed().map_err(|error| self.failed(error))
    }

    /// Copies the file of the original service, then upgrades it in one transaction.
    fn upgrade(&mut self) -> Result<(), OpenError> {
        let copy = self.back_up()?;
        log::info!(
            "copied {} to {} before upgrading it",
            self.path.display(),
            copy.display()
        );
        let upgraded = self.upgrade_like(&copy);
        if upgraded.is_err()
            && let Err(error) = fs::remove_file(&copy)
        {
            log::warn!(
                "nothing was upgraded, and {} is left over: {error}",
                copy.display()
            );
        }
        upgraded
    }

    /// Upgrades the file in one transaction, if it still is as its copy says.
    fn upgrade_like(&self, copy: &Path) -> Result<(), OpenError> {
        let copied = open_read_only(copy)
            .and_then(|copy| rows(&copy))
            .map_err(|error| self.failed(error))?;
        let unchanged = || -> rusqlite::Result<bool> {
            let behavior = TransactionBehavior::Exclusive;
            let transaction = rusqlite::Transaction::new_unchecked(&self.connection, behavior)?;
            if version(&transaction)? != 0 || rows(&transaction)? != copied {
                return Ok(false);
            }
            transaction.execute_batch(UPGRADE_V0)?;
            derived::begin(&transaction)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            transaction.commit()?;
            Ok(true)
        };
        match unchanged() {
            Ok(true) => Ok(()),
            Ok(false) => Err(OpenError::Changed(self.path.clone())),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Copies the file to `FILE.v0.bak`, or to the first such name that is free.
    fn back_up(&self) -> Result<PathBuf, OpenError> {
        let io_failed = |error: io::Error| OpenError::Io {
            path: self.path.clone(),
            error,
        };
        let size = fs::metadata(&self.path).map_err(io_failed)?.len();
        // The copy, and the indexes that the upgrade adds.
        let needed = size + size / 2;
        let available = fs4::available_space(&self.path).map_err(io_failed)?;
        if available < needed {
            return Err(OpenError::NoRoom {
                path: self.path.clone(),
                available,
                needed,
            });
        }
        let unfinished = beside(&self.path, ".v0.bak.unfinished");
        if unfinished.exists() {
            fs::remove_file(&unfinished).map_err(io_failed)?;
        }
        let copied = || -> rusqlite::Result<()> {
            let mut copy = Connection::open(&unfinished)?;
            Backup::new(&self.connection, &mut copy)?.run_to_completion(
                COPY_PAGES,
                Duration::ZERO,
                None,
            )
        };
        copied().map_err(|error| self.failed(error))?;
        let name = (1..)
            .map(|number| match number {
                1 => beside(&self.path, ".v0.bak"),
                _ => beside(&self.path, &format!(".v0.bak.{number}")),
            })
            .find(|name| !name.exists())
            .expect("some number is free");
        File::options()
            .write(true)
            .open(&unfinished)
            .and_then(|file| file.sync_all())
            .map_err(io_failed)?;
        fs::rename(&unfinished, &name).map_err(io_failed)?;
        sync_folder_of(&name).map_err(io_failed)?;
        Ok(name)
    }
}

/// The numbers of rows that an upgrade must find again.
fn rows(connection: &Connection) -> rusqlite::Result<[i64; 3]> {
    let sql = "SELECT (SELECT count(*) FROM consumers), (SELECT count(*) FROM sessions), (SELECT count(*) FROM events)";
    connection.query_row(sql, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))
}

/// Makes a new name in a folder survive a power cut. Windows does so by itself and cannot open folders.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables as the original service made them.
    const ORIGINAL: &str = include_str!("../../tests/fixtures/original.sql");

    type Column = (String, String, bool, Option<String>, bool);

    fn shape(connection: &Connection) -> Vec<(String, Vec<Column>)> {
        let mut tables = connection
            .prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
            .unwrap();
        let names = tables
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect::<Vec<String>>();
        let columns = |name: &str| -> Vec<Column> {
            let sql = "SELECT name, type, [notnull], dflt_value, pk FROM pragma_table_info(?1)
                       UNION ALL SELECT name, '', 0, NULL, 0 FROM pragma_index_info(?1)";
            let mut info = connection.prepare(sql).unwrap();
            let rows = info.query_map([name], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get::<_, i64>(4)? > 0,
                ))
            });
            rows.unwrap().map(Result::unwrap).collect()
        };
        names
            .into_iter()
            .map(|name| (name.clone(), columns(&name)))
            .collect()
    }

    #[test]
    fn an_upgraded_file_has_the_shape_of_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let fresh = open(&folder.path().join("fresh.db")).unwrap();
        assert_eq!(fresh.content, Content::Nothing);
        let fresh = fresh.make_current().unwrap();

        let old = folder.path().join("old.db");
        Connection::open(&old)
            .unwrap()
            .execute_batch(ORIGINAL)
            .unwrap();
        let opened = open(&old).unwrap();
        assert_eq!(opened.content, Content::Original);
        let upgraded = opened.make_current().unwrap();
        assert_eq!(shape(&upgraded), shape(&fresh));
        assert!(folder.path().join("old.db.v0.bak").exists());
        drop(upgraded);
        assert_eq!(open(&old).unwrap().content, Content::Current);
    }

    #[test]
    fn a_file_without_the_tables_of_reports_or_with_earlier_ones_is_given_them() {
        let folder = tempfile::tempdir().unwrap();
        let fresh = open(&folder.path().join("fresh.db")).unwrap();
        let fresh = fresh.make_current().unwrap();
        let earlier = "CREATE TABLE session_sums(start_ms, session_id); CREATE TABLE names(name);
                       INSERT INTO session_sums VALUES (7, 1); PRAGMA user_version = 2";
        for (name, version) in [("1.db", "PRAGMA user_version = 1"), ("2.db", earlier)] {
            let old = folder.path().join(name);
            let connection = Connection::open(&old).unwrap();
            connection.execute_batch(SCHEMA).unwrap();
            let row =
                "INSERT INTO sessions(token, ip, started_at, consumer_id) VALUES ('', '', '', 1)";
            connection.execute_batch(row).unwrap();
            connection.execute_batch(version).unwrap();
            drop(connection);
            let opened = open(&old).unwrap();
            assert_eq!(opened.content, Content::Underived);
            let upgraded = opened.make_current().unwrap();
            assert_eq!(shape(&upgraded), shape(&fresh));
            let sql = "SELECT backlog, (SELECT count(*) FROM dirty_sessions), (SELECT count(*) FROM session_sums) \
                       FROM derivation";
            let todo =
                upgraded.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
            assert_eq!(todo, Ok((1, 1, 0)));
            drop(upgraded);
            assert_eq!(open(&old).unwrap().content, Content::Current);
        }
    }

    #[test]
    fn an_existing_copy_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old.db");
        Connection::open(&old)
            .unwrap()
            .execute_batch(ORIGINAL)
            .unwrap();
        fs::write(folder.path().join("old.db.v0.bak"), "precious").unwrap();
        open(&old).unwrap().make_current().unwrap();
        assert_eq!(
            fs::read_to_string(folder.path().join("old.db.v0.bak")).unwrap(),
            "precious"
        );
        let copy = open_read_only(&folder.path().join("old.db.v0.bak.2")).unwrap();
        assert_eq!(version(&copy).unwrap(), 0);
        assert!(!folder.path().join("old.db.v0.bak.unfinished").exists());
    }

    #[test]
    fn an_upgrade_that_fails_leaves_file_and_folder_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old.db");
        let connection = Connection::open(&old).unwrap();
        connection.execute_batch(ORIGINAL).unwrap();
        connection
            .execute_batch("ALTER TABLE sessions ADD COLUMN device TEXT")
            .unwrap();
        drop(connection);
        let before = fs::read(&old).unwrap();
        assert!(matches!(
            open(&old).unwrap().make_current(),
            Err(OpenError::Sqlite { .. })
        ));
        assert_eq!(fs::read(&old).unwrap(), before);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn newer_and_foreign_files_are_refused_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let newer = folder.path().join("newer.db");
        let connection = Connection::open(&newer).unwrap();
        connection
            .execute_batch("CREATE TABLE consumers(id); PRAGMA user_version = 4")
            .unwrap();
        drop(connection);
        let before = fs::read(&newer).unwrap();
        assert!(matches!(
            open(&newer),
            Err(OpenError::Newer { version: 4, .. })
        ));
        assert_eq!(fs::read(&newer).unwrap(), before);

        let foreign = folder.path().join("foreign.db");
        Connection::open(&foreign)
            .unwrap()
            .execute_batch("CREATE TABLE poems(id)")
            .unwrap();
        assert!(matches!(open(&foreign), Err(OpenError::Foreign(_))));

        let text = folder.path().join("text.db");
        fs::write(
            &text,
            "This is no database, but a text that is long enough to look at. ".repeat(20),
        )
        .unwrap();
        assert!(matches!(open(&text), Err(OpenError::Foreign(_))));
    }
}
