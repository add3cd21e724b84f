//! `--reindex` and `--check`: all that is derived, made anew or compared with what it should be.
//!
//! Both have the file alone: no server runs on it meanwhile.

use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::derived::{self, Deriver};
use super::error::OpenError;
use super::file::{self, FileLock};
use super::open::{self, Content};
use crate::limits;

/// Sessions after which the check forgets what it has gathered.
const FORGET_AFTER: usize = 1_000;

/// A file that this process has alone, opened for writing.
struct Alone {
    connection: Connection,
    path: PathBuf,
    _lock: FileLock,
}

impl Alone {
    fn open(path: &Path, upgrades: bool) -> Result<Alone, OpenError> {
        let path = file::resolve(path).map_err(|error| OpenError::Io {
            path: path.to_owned(),
            error,
        })?;
        if !path.exists() {
            return Err(OpenError::Missing(path));
        }
        let lock = FileLock::acquire(&path, limits::FILE_LOCK_WAIT)?;
        let opened = open::open(&path)?;
        if opened.content == Content::Nothing {
            return Err(OpenError::Foreign(path));
        }
        if opened.content != Content::Current && !upgrades {
            return Err(OpenError::Older(path));
        }
        Ok(Alone {
            connection: opened.make_current()?,
            path,
            _lock: lock,
        })
    }

    fn run<T>(self, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, OpenError> {
        run(&self.connection).map_err(|error| OpenError::Sqlite {
            path: self.path,
            error,
        })
    }
}

/// Derives the whole file anew. Returns how many sessions it has. Cut off, the next start goes on where this ended.
///
/// # Errors
///
/// The file is missing, foreign or in use by a server, or cannot be read or written.
pub fn reindex(path: &Path) -> Result<usize, OpenError> {
    Alone::open(path, true)?.run(|connection| {
        // What is lost by a power cut is derived again, so no commit but the last needs to be synced.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let transaction = connection.unchecked_transaction()?;
        derived::begin_anew(&transaction)?;
        transaction.commit()?;
        let mut deriver = Deriver::default();
        let mut count = 0;
        loop {
            let transaction = connection.unchecked_transaction()?;
            let sessions = next_dirty(&transaction)?;
            for session_id in &sessions {
                deriver.derive(&transaction, *session_id)?;
            }
            deriver.finish(&transaction)?;
            if let Some(last) = sessions.last() {
                let sql = "DELETE FROM dirty_sessions WHERE session_id <= ?1";
                transaction.execute(sql, [last])?;
            } else {
                transaction.execute("UPDATE derivation SET backlog = NULL", [])?;
            }
            transaction.commit()?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            count += sessions.len();
            if sessions.is_empty() {
                return Ok(count);
            }
        }
    })
}

fn next_dirty(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT session_id FROM dirty_sessions ORDER BY session_id LIMIT ?1";
    let mut sessions = connection.prepare_cached(sql)?;
    let sessions = sessions.query_map([limits::REINDEX_SESSIONS], |row| row.get(0))?;
    sessions.collect()
}

/// What is wrong with a file.
#[derive(Debug, Default)]
pub struct Findings {
    /// How many sessions were looked at.
    pub sessions: usize,
    /// How many wait to be derived, and were not.
    pub waiting: i64,
    /// What SQLite says about the file itself.
    pub integrity: Vec<String>,
    /// Sessions of which something derived is not what it should be.
    pub sessions_off: Vec<i64>,
    /// Whether sums over sessions are not what they should be.
    pub sums_off: bool,
}

impl Findings {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.integrity.is_empty() && self.sessions_off.is_empty() && !self.sums_off
    }
}

/// Compares all that is derived with what it should be, and changes nothing. Sessions that wait to be derived are not
/// compared.
///
/// # Errors
///
/// As for [`reindex`]; and the file is of an older version.
pub fn check(path: &Path) -> Result<Findings, OpenError> {
    Alone::open(path, false)?.run(|connection| {
        let mut findings = Findings {
            integrity: integrity(connection)?,
            ..Findings::default()
        };
        let transaction = connection.unchecked_transaction()?;
        let sql = "SELECT id FROM sessions UNION SELECT session_id FROM session_sums \
                   EXCEPT SELECT session_id FROM dirty_sessions";
        let sessions: Vec<i64> = transaction
            .prepare(sql)?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let mut deriver = Deriver::default();
        for (at, session_id) in sessions.iter().enumerate() {
            if at % FORGET_AFTER == 0 {
                // What is gathered for the sums is not wanted here.
                deriver.forget();
            }
            let before = dump(&transaction, *session_id)?;
            transaction.execute_batch("SAVEPOINT session")?;
            deriver.derive(&transaction, *session_id)?;
            let after = dump(&transaction, *session_id)?;
            transaction.execute_batch("ROLLBACK TO session; RELEASE session")?;
            if before != after {
                findings.sessions_off.push(*session_id);
                // Numbers of new names were taken back with the rows.
                deriver.forget();
            }
        }
        findings.sessions = sessions.len();
        let sql = "SELECT count(*) FROM dirty_sessions";
        findings.waiting = transaction.query_row(sql, [], |row| row.get(0))?;
        findings.sums_off = !sums_are_right(&transaction)?;
        transaction.rollback()?;
        Ok(findings)
    })
}

fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA quick_check")?;
    let lines = statement.query_map([], |row| row.get(0))?;
    let lines: Vec<String> = lines.collect::<rusqlite::Result<_>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// All derived rows of a session.
fn dump(connection: &Connection, session_id: i64) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut all = Vec::new();
    for table in derived::TABLES {
        let sql = format!("SELECT * FROM {table} WHERE session_id = ?1");
        let mut statement = connection.prepare_cached(&sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter([session_id]))?;
        while let Some(row) = rows.next()? {
            let values = (0..columns).map(|at| row.get(at));
            all.push(values.collect::<rusqlite::Result<_>>()?);
        }
    }
    Ok(all)
}

/// Whether the sums over sessions are those of the derived rows of the sessions.
fn sums_are_right(connection: &Connection) -> rusqlite::Result<bool> {
    for differences in [
        include_str!("check_scopes.sql"),
        include_str!("check_quarters.sql"),
        include_str!("check_screen_fortnights.sql"),
        include_str!("check_target_fortnights.sql"),
    ] {
        let sql = format!("{}{differences}", include_str!("check_scoped.sql"));
        let mut differences = connection.prepare(&sql)?;
        if differences.exists([])? {
            return Ok(false);
        }
    }
    Ok(true)
}
