//! What an operator should know about the file when the server starts.

use rusqlite::Connection;

use super::consumers::Consumers;
use crate::limits;
use crate::model::Moment;

/// How many of the last events are looked at for the newest: they arrive nearly in order.
const LAST_EVENTS: u32 = 1_000;

/// Logs a warning for each thing in the file that is not as it should be.
pub(super) fn warn_of_what_is_odd(
    connection: &Connection,
    default_consumer: Option<&str>,
) -> rusqlite::Result<()> {
    let consumers = Consumers::load(connection)?;
    consumers.warn_of_missing_default(default_consumer);
    consumers.warn_of_unreadable_filters();
    let sql = "SELECT max(received_at) FROM (SELECT received_at FROM events ORDER BY id DESC LIMIT ?1) \
               WHERE typeof(received_at) = 'integer'";
    let newest: Option<i64> = connection.query_row(sql, [LAST_EVENTS], |row| row.get(0))?;
    if let Some(newest) = newest.map(Moment::saturating)
        && newest > Moment::now().plus_ms(limits::CLOCK_TOLERANCE_MS)
    {
        log::warn!(
            "this computer's clock is behind the newest event in the file, received at {newest}; is it right?"
        );
    }
    Ok(())
}
