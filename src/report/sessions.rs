//! `sessions`: every session, with those that look like no visitor.

use rusqlite::{Connection, OptionalExtension, Row};

use super::echo;
use super::names::Names;
use crate::model::table::{Cell, Cells};
use crate::store::columns::text;

/// Suspects that come before an echo: an echo is found out only for those that are neither.
const BEFORE_ECHO: [&str; 2] = ["clock", "stuck"];

pub(super) fn row(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<Cells> {
    let (device, reason): (Option<i64>, Option<i64>) = (row.get(4)?, row.get(5)?);
    let (first, last): (Option<i64>, Option<i64>) = (row.get(11)?, row.get(12)?);
    let ids = [device, reason, first, last];
    let names = Names::read(connection, ids.into_iter().flatten())?;
    let active_ms: Option<i64> = row.get(6)?;
    let sql = "SELECT started_at, stopped_at FROM sessions WHERE id = ?1";
    let mut stored = connection.prepare_cached(sql)?;
    let stored = stored.query_row([row.get::<_, i64>(1)?], |row| {
        Ok([Cell::text(text(row, 0)?), Cell::text(text(row, 1)?)])
    });
    // Whoever deletes sessions leaves what was derived from them.
    let [started_at, stopped_at] = stored.optional()?.unwrap_or([Cell::Nothing, Cell::Nothing]);
    let number = |at: usize| row.get(at).map(Cell::Number);
    Ok(vec![
        number(1)?,
        row.get::<_, Option<i64>>(3)?
            .map_or(Cell::Nothing, Cell::Number),
        names.cell(device),
        started_at,
        stopped_at,
        names.cell(reason),
        active_ms.map_or(Cell::Nothing, Cell::seconds),
        number(7)?,
        number(8)?,
        number(9)?,
        number(10)?,
        names.cell(first),
        names.cell(last),
        Cell::text(suspect(connection, row)?),
    ])
}

fn suspect(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<Option<String>> {
    let stored: Option<String> = row.get(13)?;
    let is_decided = stored
        .as_deref()
        .is_some_and(|reason| BEFORE_ECHO.contains(&reason));
    let session = echo::Session {
        id: row.get(1)?,
        consumer_id: row.get(3)?,
        device: row.get(4)?,
        active_from_ms: row.get(14)?,
        active_ms: row.get(6)?,
        points: row.get(15)?,
    };
    if !is_decided && echo::is_echo(connection, &session)? {
        return Ok(Some("echo".to_owned()));
    }
    Ok(stored)
}
