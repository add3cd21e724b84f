//! What is stored right now, for those who watch. Where nobody does, it costs nothing.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension};
use tokio::sync::broadcast;

use super::columns::text;
use crate::limits;
use crate::model::list::Whose;
use crate::model::live::{Happened, News, Visit};
use crate::model::{Device, Moment, Reason};

/// Hands on what was committed. Who is too slow misses some of it, and is told so.
#[derive(Debug)]
pub(super) struct Live(Mutex<Option<broadcast::Sender<News>>>);

impl Default for Live {
    fn default() -> Live {
        Live(Mutex::new(Some(broadcast::Sender::new(limits::LIVE_NEWS))))
    }
}

impl Live {
    fn sender(&self) -> MutexGuard<'_, Option<broadcast::Sender<News>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anybody watches.
    pub(super) fn is_watched(&self) -> bool {
        self.sender()
            .as_ref()
            .is_some_and(|sender| sender.receiver_count() > 0)
    }

    /// Hands on what was committed.
    pub(super) fn tell(&self, news: impl IntoIterator<Item = News>) {
        if let Some(sender) = &*self.sender() {
            for news in news {
                // Nobody may watch any more.
                let _ = sender.send(news);
            }
        }
    }

    /// Everything from now on; `None` when the server is stopping.
    pub(super) fn watch(&self) -> Option<broadcast::Receiver<News>> {
        self.sender().as_ref().map(broadcast::Sender::subscribe)
    }

    /// There will be nothing more.
    pub(super) fn close(&self) {
        self.sender().take();
    }
}

/// The latest sessions that are under way, the latest first.
pub(super) fn visits(connection: &Connection, whose: &Whose) -> rusqlite::Result<Vec<Visit>> {
    let sql = "SELECT sessions.id, sessions.consumer_id, sessions.device, started_at, end_ms, ifnull(touches, 0) FROM sessions \
               LEFT JOIN session_sums ON session_id = sessions.id WHERE stopped_at IS NULL ORDER BY sessions.id DESC";
    let mut statement = connection.prepare_cached(sql)?;
    let visits = statement.query_map([], |row| {
        let started_at = text(row, 3)?.unwrap_or_default();
        let start = || Moment::parse(&started_at).unwrap_or(Moment::saturating(0));
        Ok(Visit {
            session_id: row.get(0)?,
            consumer_id: row.get_ref(1)?.as_i64().unwrap_or_default(),
            device: text(row, 2)?,
            last_active: row
                .get::<_, Option<i64>>(4)?
                .map_or_else(start, Moment::saturating),
            started_at,
            touches: row.get(5)?,
        })
    })?;
    let is_wanted = |visit: &rusqlite::Result<Visit>| match visit {
        Ok(visit) => whose.is(visit.consumer_id, visit.device.as_deref()),
        Err(_) => true,
    };
    visits.filter(is_wanted).take(limits::LIVE_VISITS).collect()
}

/// The end of a session that the server has closed.
pub(super) fn ended(connection: &Connection, session_id: i64) -> rusqlite::Result<Option<News>> {
    let sql = "SELECT consumer_id, device, stopped_at FROM sessions WHERE id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let ended = statement.query_row([session_id], |row| {
        let (device, time) = (row.get_ref(1)?.as_str(), row.get_ref(2)?.as_str());
        let device = device
            .ok()
            .and_then(|name| Device::parse(name.to_owned()).ok().flatten());
        Ok(News {
            consumer_id: row.get_ref(0)?.as_i64().unwrap_or_default(),
            device,
            time: time
                .ok()
                .and_then(Moment::parse)
                .unwrap_or_else(Moment::now),
            what: Happened::Stopped {
                session_id,
                reason: Some(Reason::EXPIRED.to_owned()),
            },
        })
    });
    ended.optional()
}

/// A name as it is told: many news are kept, and a name may be as long as an event's data.
pub(super) fn shortened(name: Cow<'_, str>) -> String {
    name[..name.floor_char_boundary(limits::LIVE_NAME_BYTES)].to_owned()
}
