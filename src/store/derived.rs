//! Keeps the derived tables in step with sessions and events.
//!
//! What a session is derived to is decided in [`crate::derive`]; here its rows are read, and the result is put in the
//! place of the one before. Sums that span sessions are changed by the difference, all at once before the commit, so that
//! a late item never costs more than its session. Everything here runs inside a transaction of the caller's.

mod deltas;
mod names;
mod rows;
mod stored;

use rusqlite::Connection;

use deltas::{Contribution, Deltas};
use names::KnownNames;

use crate::derive::{derive, moments as moments_of};

/// The tables with rows of single sessions, by their column `session_id`.
pub(super) const TABLES: [&str; 8] = [
    "session_sums",
    "views",
    "touches",
    "session_points",
    "session_screens",
    "session_actions",
    "session_languages",
    "session_media",
];

/// Derives sessions, one after the other.
#[derive(Debug, Default)]
pub(super) struct Deriver {
    names: KnownNames,
    /// What is not yet in the sums.
    deltas: Deltas,
}

impl Deriver {
    /// Derives a session and puts the result in the place of the one before. Returns how many events it has.
    pub(super) fn derive(
        &mut self,
        connection: &Connection,
        session_id: i64,
    ) -> rusqlite::Result<usize> {
        if let Some(before) = stored::take(connection, session_id)? {
            self.count(connection, &before, -1)?;
        }
        let Some(rows) = rows::read(connection, session_id)? else {
            return Ok(0);
        };
        let derived = derive(&rows.session(), &rows.events());
        let names = derived.names.iter();
        let ids: Vec<i64> = names
            .map(|name| self.names.id(connection, name))
            .collect::<rusqlite::Result<_>>()?;
        let device = match &rows.device {
            Some(device) => Some(self.names.id(connection, device)?),
            None => None,
        };
        let owner = stored::Owner {
            session_id,
            consumer_id: rows.consumer_id,
            device,
            marked: rows.marked,
        };
        let contribution = stored::put(connection, &owner, &derived, &ids)?;
        self.count(connection, &contribution, 1)?;
        Ok(rows.count())
    }

    fn count(
        &mut self,
        connection: &Connection,
        contribution: &Contribution,
        sign: i64,
    ) -> rusqlite::Result<()> {
        if contribution.left_out {
            return Ok(());
        }
        let scopes = self.names.scopes(connection, contribution)?;
        self.deltas.add(contribution, &scopes, sign);
        Ok(())
    }

    /// Writes what was gathered for the sums. To be called before the commit.
    pub(super) fn finish(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.deltas.write(connection)
    }

    /// Forgets what it remembers of the file.
    pub(super) fn forget(&mut self) {
        *self = Deriver::default();
    }
}

/// The times of all events of a session, and its start.
pub(crate) fn moments(connection: &Connection, session_id: i64) -> rusqlite::Result<Vec<i64>> {
    let rows = rows::read(connection, session_id)?;
    Ok(rows.map_or(Vec::new(), |rows| {
        moments_of(&rows.session(), &rows.events())
    }))
}

/// Notes that sessions have changed.
pub(super) fn mark_dirty(
    connection: &Connection,
    sessions: impl IntoIterator<Item = i64>,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO dirty_sessions(session_id) VALUES (?1)";
    let mut insert = connection.prepare_cached(sql)?;
    for session_id in sessions {
        insert.execute([session_id])?;
    }
    Ok(())
}

/// Makes the derived tables in the place of earlier ones.
pub(super) fn begin_anew(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(include_str!("derived/drop.sql"))?;
    begin(connection)
}

/// Makes the derived tables. Every session is one that is to be derived then.
pub(super) fn begin(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(include_str!("derived.sql"))?;
    connection.execute_batch(
        "INSERT INTO dirty_sessions SELECT id FROM sessions ORDER BY id;
         UPDATE derivation SET backlog = (SELECT nullif(count(*), 0) FROM dirty_sessions)",
    )
}

/// Marks a session as a staff test, or takes that back. False if there is no such session.
pub(super) fn mark_staff_test(
    connection: &Connection,
    session_id: i64,
    now: Option<&str>,
) -> rusqlite::Result<bool> {
    // A second mark keeps the time of the first.
    let sql = "UPDATE sessions SET excluded_at = CASE WHEN ?2 IS NULL THEN NULL ELSE ifnull(excluded_at, ?2) END \
               WHERE id = ?1";
    let changed = connection.prepare_cached(sql)?.execute((session_id, now))?;
    mark_dirty(connection, (changed > 0).then_some(session_id))?;
    Ok(changed > 0)
}
