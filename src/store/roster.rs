//! Who sends: the rows of `consumers` and `devices`.

use rusqlite::Connection;

use super::columns::text;
use crate::limits;
use crate::model::Moment;
use crate::model::roster::{ConsumerRow, DeviceRow, Devices};

/// All consumers, removed ones too, in order of id.
pub(super) fn consumers(connection: &Connection) -> rusqlite::Result<Vec<ConsumerRow>> {
    let mut statement = connection.prepare_cached(include_str!("roster.sql"))?;
    let rows = statement.query_map([], |row| {
        Ok(ConsumerRow {
            id: row.get(0)?,
            name: text(row, 1)?.unwrap_or_default(),
            key: text(row, 2)?.unwrap_or_default(),
            ip_filter: text(row, 3)?,
            created_at: text(row, 4)?.unwrap_or_default(),
            deleted_at: text(row, 5)?,
            last_event: row.get::<_, Option<i64>>(6)?.map(Moment::saturating),
        })
    });
    rows?.collect()
}

/// The devices that have given a sign of life, the latest ones if there are very many, in order of consumer and name; and
/// the names that sessions have.
pub(super) fn devices(connection: &Connection) -> rusqlite::Result<Devices> {
    let sql =
        "SELECT DISTINCT name FROM scopes JOIN names ON names.id = device ORDER BY name LIMIT ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let named = statement.query_map([limits::DEVICES], |row| row.get(0))?;
    Ok(Devices {
        alive: alive(connection)?,
        named: named.collect::<Result<_, _>>()?,
    })
}

fn alive(connection: &Connection) -> rusqlite::Result<Vec<DeviceRow>> {
    let sql = "SELECT consumer_id, name, last_alive_ms, queued, dropped, version, width, height \
               FROM (SELECT * FROM devices ORDER BY last_alive_ms DESC LIMIT ?1) ORDER BY consumer_id, name";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([limits::DEVICES], |row| {
        Ok(DeviceRow {
            consumer_id: row.get(0)?,
            name: row.get(1)?,
            last_alive: Moment::saturating(row.get(2)?),
            queued: row.get(3)?,
            dropped: row.get(4)?,
            version: row.get(5)?,
            width: row.get(6)?,
            height: row.get(7)?,
        })
    });
    rows?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consumer_is_heard_of_last_when_a_session_of_its_own_ended() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(include_str!("schema.sql"))
            .unwrap();
        connection
            .execute_batch(include_str!("derived.sql"))
            .unwrap();
        connection
            .execute_batch(
                "INSERT INTO consumers(id, name, key, created_at) VALUES (1, 'A', 'a', ''), (2, 'B', 'b', ''), (3, 'C', x'ff', 7);
                 INSERT INTO scopes(id, consumer_id) VALUES (1, 1), (2, 2);
                 INSERT INTO quarter_sums VALUES (1, 0, 1, 1, 0, 0, 0, 0, 0, 1), (1, 1, 2, 1, 0, 0, 0, 0, 0, 1),
                   (1, 0, 3, 1, 0, 0, 0, 0, 0, 0), (2, 0, 2, 2, 0, 0, 0, 0, 0, 2);",
            )
            .unwrap();
        let sql = "INSERT INTO session_sums(start_ms, session_id, consumer_id, left_out, marked, touches, views, events, open, \
                   begin_ms, end_ms, span, points, screens) VALUES (?3, ?1, ?2, 0, 0, 0, 0, 0, 0, ?3, ?3, 0, 0, 0)";
        for (session, consumer, end_ms) in [
            (1, 1, 900_001),
            (2, 1, 1_800_005),
            (3, 2, 1_800_009),
            (4, 2, 1_800_007),
        ] {
            connection
                .execute(sql, (session, consumer, end_ms))
                .unwrap();
        }
        let rows = consumers(&connection).unwrap();
        let heard: Vec<_> = rows
            .iter()
            .map(|row| row.last_event.map(Moment::as_ms))
            .collect();
        assert_eq!(heard, [Some(1_800_005), Some(1_800_009), None]);
        assert_eq!(
            (rows[2].key.as_str(), rows[2].created_at.as_str()),
            ("\u{fffd}", "7")
        );
    }
}
