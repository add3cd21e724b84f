//! What an operator should know about the file when the server starts.

use rusqlite::{Connection, OptionalExtension};

use super::consumers::Consumers;
use crate::limits;
use crate::model::Moment;

/// Logs a warning for each thing in the file that is not as it should be.
pub(super) fn warn_of_what_is_odd(connection: &Connection) -> rusqlite::Result<()> {
    Consumers::load(connection)?.warn_of_unreadable_filters();
    let sql = "SELECT received_at FROM events ORDER BY id DESC LIMIT 1";
    let newest: Option<Option<i64>> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    if let Some(newest) = newest.flatten().map(Moment::saturating)
        && newest > Moment::now().plus_ms(limits::CLOCK_TOLERANCE_MS)
    {
        log::warn!(
            "this computer's clock is behind the newest event in the file, received at {newest}; is it right?"
        );
    }
    Ok(())
}
