//! Rows of `events`, each (session, seq) at most once.

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::session::Timed;
use crate::model::{Event, Moment, Seq};

/// What came of storing an event.
pub(super) enum Stored {
    /// It is new, and this its id.
    New(i64),
    /// The same event was stored before under this id.
    Before(i64),
    /// Another event has its number.
    Conflict,
}

/// Inserts events, many with one statement.
pub(super) struct Inserter<'c> {
    connection: &'c Connection,
    statement: CachedStatement<'c>,
}

impl<'c> Inserter<'c> {
    pub(super) fn new(connection: &'c Connection) -> rusqlite::Result<Inserter<'c>> {
        let sql = "INSERT INTO events(session_id, time, action, data, seq, received_at, raw_time) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(session_id, seq) DO NOTHING";
        Ok(Inserter {
            connection,
            statement: connection.prepare_cached(sql)?,
        })
    }

    /// Inserts an event unless its number is taken. Without a number it is always new.
    pub(super) fn insert(
        &mut self,
        session_id: i64,
        timed: Timed,
        event: &Event,
        received_at: Moment,
    ) -> rusqlite::Result<Stored> {
        let inserted = self.statement.execute(params![
            session_id,
            timed.time.to_string(),
            event.action.as_str(),
            event.data.as_str(),
            event.seq.map(Seq::get),
            received_at.as_ms(),
            timed.raw.map(|raw| raw.to_string()),
        ])?;
        if inserted == 1 {
            return Ok(Stored::New(self.connection.last_insert_rowid()));
        }
        let ts = timed.raw.unwrap_or(timed.time);
        let stored = find(self.connection, session_id, ts, event)?;
        Ok(stored.expect("an event that was not inserted is there"))
    }
}

/// Looks for the number of an event, and whether it is the same event.
pub(super) fn find(
    connection: &Connection,
    session_id: i64,
    ts: Moment,
    event: &Event,
) -> rusqlite::Result<Option<Stored>> {
    let Some(seq) = event.seq else {
        return Ok(None);
    };
    let sql = "SELECT id, ifnull(raw_time, time), action, data FROM events WHERE session_id = ?1 AND seq = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row((session_id, seq.get()), |row| {
        let same = row
            .get_ref(1)?
            .as_str()
            .is_ok_and(|stored| stored == ts.to_string())
            && row
                .get_ref(2)?
                .as_str()
                .is_ok_and(|stored| stored == event.action.as_str())
            && row
                .get_ref(3)?
                .as_str()
                .is_ok_and(|stored| stored == event.data.as_str());
        let id = row.get(0)?;
        Ok(if same {
            Stored::Before(id)
        } else {
            Stored::Conflict
        })
    });
    found.optional()
}
