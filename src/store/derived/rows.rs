//! The rows of a session as they are stored: what is derived from.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::derive::{EventRow, SessionRow};
use crate::limits;
use crate::store::columns::text;

/// A session and its events. Files of the original service hold any type and broken text.
#[derive(Debug)]
pub(super) struct StoredRows {
    started_at: String,
    received_at: Option<i64>,
    is_open: bool,
    stop_reason: Option<String>,
    pub(super) consumer_id: Option<i64>,
    pub(super) device: Option<String>,
    pub(super) marked: bool,
    events: Vec<StoredEvent>,
}

#[derive(Debug)]
struct StoredEvent {
    id: i64,
    time: String,
    action: String,
    data: Option<String>,
    seq: Option<i64>,
    received_at: Option<i64>,
}

/// The first events of a session, in the order of their ids. Only the ids are sorted: with their data, those of a long
/// session would be sorted on disk.
const EVENTS: &str = "SELECT id, time, action, CASE typeof(data) WHEN 'text' THEN data END, seq, received_at FROM events \
                      WHERE id IN (SELECT id FROM events WHERE session_id = ?1 ORDER BY id LIMIT ?2) ORDER BY id";

/// Reads a session, if there is one, with as many of its events as are derived.
pub(super) fn read(
    connection: &Connection,
    session_id: i64,
) -> rusqlite::Result<Option<StoredRows>> {
    let sql = "SELECT started_at, received_at, stopped_at IS NULL, stop_reason, consumer_id, device, \
               excluded_at IS NOT NULL FROM sessions WHERE id = ?1";
    let mut session = connection.prepare_cached(sql)?;
    let found = session.query_row([session_id], |row| {
        Ok(StoredRows {
            started_at: text(row, 0)?.unwrap_or_default(),
            received_at: number(row, 1)?,
            is_open: row.get(2)?,
            stop_reason: text(row, 3)?,
            consumer_id: number(row, 4)?,
            device: text(row, 5)?.filter(|device| !device.is_empty()),
            marked: row.get(6)?,
            events: Vec::new(),
        })
    });
    let Some(mut rows) = found.optional()? else {
        return Ok(None);
    };
    let mut events = connection.prepare_cached(EVENTS)?;
    let mut events = events.query((session_id, limits::DERIVED_EVENTS + 1))?;
    let mut bytes = 0;
    while let Some(row) = events.next()? {
        let event = StoredEvent {
            id: row.get(0)?,
            time: text(row, 1)?.unwrap_or_default(),
            action: text(row, 2)?.unwrap_or_default(),
            data: text(row, 3)?,
            seq: number(row, 4)?,
            received_at: number(row, 5)?,
        };
        bytes += event.time.len() + event.action.len() + event.data.as_ref().map_or(0, String::len);
        if rows.events.len() >= limits::DERIVED_EVENTS as usize || bytes > limits::DERIVED_BYTES {
            log::debug!(
                "only the first {} events of session {session_id} are derived",
                rows.count()
            );
            break;
        }
        rows.events.push(event);
    }
    Ok(Some(rows))
}

impl StoredRows {
    /// How many events there are.
    pub(super) fn count(&self) -> usize {
        self.events.len()
    }

    /// The session as it is derived from.
    pub(super) fn session(&self) -> SessionRow<'_> {
        SessionRow {
            started_at: &self.started_at,
            received_at: self.received_at,
            is_open: self.is_open,
            stop_reason: self.stop_reason.as_deref(),
        }
    }

    /// Its events as they are derived from, in the order of their ids.
    pub(super) fn events(&self) -> Vec<EventRow<'_>> {
        self.events.iter().map(StoredEvent::as_row).collect()
    }
}

impl StoredEvent {
    fn as_row(&self) -> EventRow<'_> {
        EventRow {
            id: self.id,
            time: &self.time,
            action: &self.action,
            data: self.data.as_deref(),
            seq: self.seq,
            received_at: self.received_at,
        }
    }
}

fn number(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<i64>> {
    Ok(row.get_ref(at)?.as_i64().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_events_hold_is_not_sorted() {
        let connection = Connection::open_in_memory().unwrap();
        let schema = include_str!("../schema.sql");
        connection.execute_batch(schema).unwrap();
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {EVENTS}"))
            .unwrap();
        let steps = plan.query_map([1, 1], |row| row.get::<_, String>(3));
        let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
        let [rows, _, ids, sorted] = &steps[..] else {
            panic!("{steps:?}");
        };
        assert!(
            rows.starts_with("SEARCH events USING INTEGER PRIMARY KEY"),
            "{rows}"
        );
        assert!(
            ids.starts_with("SEARCH events USING COVERING INDEX"),
            "{ids}"
        );
        assert!(sorted.starts_with("USE TEMP B-TREE"), "{sorted}");
    }
}
