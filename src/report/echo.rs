//! A session that repeats what others of its device say: a second instance of the page.

use rusqlite::Connection;

use crate::limits;

/// Fewer touches than this may be a coincidence.
const LEAST_TOUCHES: i64 = 3;
/// How far apart the same touch may be in two sessions.
const NEAR_MS: i64 = 50;

/// A session, as far as it is asked about.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: i64,
    pub(super) consumer_id: Option<i64>,
    pub(super) device: Option<i64>,
    pub(super) active_from_ms: Option<i64>,
    pub(super) active_ms: Option<i64>,
    /// Its touches with a point.
    pub(super) points: i64,
}

/// A touch with a point.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pointed {
    time_ms: i64,
    x: f64,
    y: f64,
}

/// Whether nine of ten touches repeat touches of other sessions that were active at the same time on the same device, of
/// which it is the longest.
pub(super) fn is_echo(connection: &Connection, session: &Session) -> rusqlite::Result<bool> {
    let (Some(from_ms), Some(active_ms)) = (session.active_from_ms, session.active_ms) else {
        return Ok(false);
    };
    if session.points < LEAST_TOUCHES {
        return Ok(false);
    }
    let others = others(connection, session, from_ms, from_ms + active_ms)?;
    // One that nobody stopped for months must not hold a snapshot for ever.
    if others.is_empty() || others.len() > limits::ECHO_SESSIONS {
        return Ok(false);
    }
    let own = touches(connection, session.id)?;
    let mut repeated = vec![false; own.len()];
    for (id, other_active_ms) in others {
        let hits = repeats(&own, &touches(connection, id)?, &mut repeated);
        if hits && (other_active_ms, id) > (active_ms, session.id) {
            return Ok(false);
        }
    }
    let repeated = repeated.iter().filter(|repeated| **repeated).count();
    Ok(repeated * 10 >= own.len() * 9)
}

/// Notes which touches repeat any of the others', and returns whether any does. Both are in order of time.
fn repeats(own: &[Pointed], others: &[Pointed], repeated: &mut [bool]) -> bool {
    let (Some(earliest), Some(latest)) = (others.first(), others.last()) else {
        return false;
    };
    // A long session has many others beside it, each in a small part of it.
    let begin = own.partition_point(|touch| touch.time_ms < earliest.time_ms - NEAR_MS);
    let end = own.partition_point(|touch| touch.time_ms <= latest.time_ms + NEAR_MS);
    let (mut first, mut any) = (0, false);
    for (touch, repeated) in own[begin..end].iter().zip(&mut repeated[begin..end]) {
        let is_before = |other: &Pointed| other.time_ms < touch.time_ms - NEAR_MS;
        first += others[first..]
            .iter()
            .take_while(|other| is_before(other))
            .count();
        let near = others[first..]
            .iter()
            .take_while(|other| other.time_ms <= touch.time_ms + NEAR_MS);
        let mut same = near.filter(|other| (other.x, other.y) == (touch.x, touch.y));
        if same.next().is_some() {
            (*repeated, any) = (true, true);
        }
    }
    any
}

/// Other sessions of the device that were active at the same time: their ids and active times.
fn others(
    connection: &Connection,
    session: &Session,
    from_ms: i64,
    to_ms: i64,
) -> rusqlite::Result<Vec<(i64, i64)>> {
    let mut others = connection.prepare_cached(include_str!("echo.sql"))?;
    let key = (
        session.id,
        session.consumer_id,
        session.device,
        from_ms,
        to_ms,
    );
    let others = others.query_map(key, |row| Ok((row.get(0)?, row.get(1)?)))?;
    others.collect()
}

fn touches(connection: &Connection, session_id: i64) -> rusqlite::Result<Vec<Pointed>> {
    let sql = "SELECT time_ms, x, y FROM touches WHERE session_id = ?1 AND x IS NOT NULL ORDER BY position";
    let mut touches = connection.prepare_cached(sql)?;
    let touches = touches.query_map([session_id], |row| {
        Ok(Pointed {
            time_ms: row.get(0)?,
            x: row.get(1)?,
            y: row.get(2)?,
        })
    })?;
    touches.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touch_repeats_one_at_the_same_point_within_50_ms() {
        let at = |time_ms, x: f64| Pointed { time_ms, x, y: 0.0 };
        for (own, others, expected) in [
            (vec![at(0, 1.0)], vec![], vec![false]),
            (vec![at(100, 1.0)], vec![at(50, 1.0)], vec![true]),
            (
                vec![at(100, 1.0)],
                vec![at(49, 1.0), at(151, 1.0)],
                vec![false],
            ),
            (
                vec![at(0, 1.0), at(49, 1.0), at(100, 1.0), at(151, 1.0)],
                vec![at(100, 1.0), at(100, 2.0)],
                vec![false, false, true, false],
            ),
            (
                vec![at(100, 1.0), at(110, 1.0)],
                vec![at(150, 1.0)],
                vec![true, true],
            ),
            (
                vec![at(100, 1.0), at(110, 2.0)],
                vec![at(99, 3.0), at(105, 2.0)],
                vec![false, true],
            ),
        ] {
            let mut repeated = vec![false; own.len()];
            let any = repeats(&own, &others, &mut repeated);
            assert_eq!(repeated, expected, "{own:?} {others:?}");
            assert_eq!(any, expected.contains(&true));
        }
    }

    /// A file in which session 1 has the touches of session 2, and so many sessions are active at the same time.
    fn file(others: usize) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(include_str!("../store/derived.sql"))
            .unwrap();
        let sql = "WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n <= ?1) \
                   INSERT INTO session_sums(start_ms, session_id, consumer_id, left_out, marked, touches, views, active_from_ms, \
                   active_ms, events, open, begin_ms, end_ms, span, points, screens) \
                   SELECT 0, n, 1, 0, 0, 3, 0, 0, 100, 3, 0, 0, 100, 7, 3, 0 FROM n";
        let others = i64::try_from(others).unwrap();
        connection.execute(sql, [others]).unwrap();
        let sql = "INSERT INTO touches(session_id, position, x, y, nowhere, in_vain, time_ms) \
                   VALUES (?1, ?2, 5, 5, 0, 0, 20 * ?2)";
        for session_id in [1, 2] {
            for position in 1..=3 {
                connection.execute(sql, (session_id, position)).unwrap();
            }
        }
        connection
    }

    #[test]
    fn a_session_beside_too_many_others_is_compared_with_none() {
        let session = Session {
            id: 1,
            consumer_id: Some(1),
            device: None,
            active_from_ms: Some(0),
            active_ms: Some(1_000),
            points: 3,
        };
        let most = limits::ECHO_SESSIONS;
        for (others, expected) in [(1, true), (most, true), (most + 1, false)] {
            let found = is_echo(&file(others), &session).unwrap();
            assert_eq!(found, expected, "{others}");
        }
    }
}
