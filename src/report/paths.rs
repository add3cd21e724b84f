//! `paths`: every view of every session.

use rusqlite::{Connection, Row};

use super::names::Names;
use crate::model::calendar::moment_text;
use crate::model::table::{Cell, Cells};

pub(super) fn row(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<Cells> {
    let screen: i64 = row.get(3)?;
    let dwell_ms: Option<i64> = row.get(5)?;
    Ok(vec![
        Cell::Number(row.get(1)?),
        Cell::Number(row.get(2)?),
        Names::read(connection, [screen])?.cell(Some(screen)),
        Cell::Text(moment_text(row.get(4)?)),
        dwell_ms.map_or(Cell::Nothing, Cell::seconds),
    ])
}
