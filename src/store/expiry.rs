//! Sessions that nobody stops: a page that crashed, a kiosk whose plug was pulled.
//!
//! A session of which nothing was heard for the time-out is closed at its last activity. "Heard" is measured by the
//! monotonic clock of this process, counted anew from its start, since wall clocks jump. A session that is closed this
//! way still takes items, and opens again if one of them is recent.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::limits;
use crate::model::Reason;

/// When each open session was last heard of.
#[derive(Debug)]
pub(super) struct Expiry {
    timeout: Duration,
    /// Sessions that were not heard of since count from here.
    began: Instant,
    heard: HashMap<i64, Instant>,
}

impl Expiry {
    /// Begins to count. A time-out of zero is none.
    pub(super) fn new(timeout: Duration, now: Instant) -> Expiry {
        Expiry {
            timeout,
            began: now,
            heard: HashMap::new(),
        }
    }

    /// How young the last activity of an open session may be, in milliseconds.
    pub(super) fn timeout_ms(&self) -> i64 {
        match i64::try_from(self.timeout.as_millis()) {
            Ok(ms) if ms > 0 => ms,
            _ => i64::MAX,
        }
    }

    /// Something of a session has arrived.
    pub(super) fn hear(&mut self, session_id: i64, now: Instant) {
        if self.heard.len() < limits::HEARD_SESSIONS || self.heard.contains_key(&session_id) {
            self.heard.insert(session_id, now);
        }
    }

    /// When to look for idle sessions next, if ever.
    pub(super) fn next_look(&self, now: Instant) -> Option<Instant> {
        if self.timeout.is_zero() {
            return None;
        }
        let pause =
            (self.timeout / 10).clamp(limits::SHORTEST_LOOK_PAUSE, limits::LONGEST_LOOK_PAUSE);
        (self.began.checked_add(self.timeout)).map(|first| first.max(now + pause))
    }

    /// The sessions that are open and were not heard of for the time-out, up to a limit.
    pub(super) fn idle(
        &mut self,
        connection: &Connection,
        now: Instant,
    ) -> rusqlite::Result<Vec<i64>> {
        let is_idle = |heard: Instant| now.duration_since(heard) >= self.timeout;
        self.heard.retain(|_, heard| !is_idle(*heard));
        if !is_idle(self.began) {
            return Ok(Vec::new());
        }
        let mut open = connection
            .prepare_cached("SELECT id FROM sessions WHERE stopped_at IS NULL ORDER BY id")?;
        let mut ids = open.query([])?;
        let mut idle = Vec::new();
        while let Some(row) = ids.next()? {
            let id = row.get(0)?;
            if !self.heard.contains_key(&id) {
                idle.push(id);
            }
            if idle.len() == limits::EXPIRED_AT_ONCE {
                break;
            }
        }
        Ok(idle)
    }
}

/// Closes a session at its last activity: the latest readable time of its events, and never before its start.
pub(super) fn close(connection: &Connection, session_id: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE sessions SET stop_reason = ?2, stopped_at = max(started_at, ifnull((SELECT max(time) \
               FROM events WHERE session_id = sessions.id AND time GLOB '????-??-??[Tt]*'), started_at)) \
               WHERE id = ?1 AND stopped_at IS NULL";
    connection
        .prepare_cached(sql)?
        .execute((session_id, Reason::EXPIRED))
        .map(drop)
}
