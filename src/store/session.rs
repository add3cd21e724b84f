//! One row of `sessions` as the writer works with it.

use std::time::Instant;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};

use crate::model::clock::Sending;
use crate::model::{Device, Moment, Reason, Stamp, Token};

/// What the writer must know of a session to take items for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) id: i64,
    pub(super) consumer_id: i64,
    pub(super) device: Option<Device>,
    /// `None` where the stored text is no time, as in some files of the original service.
    started_at: Option<Moment>,
    /// The start by the page's own clock.
    raw_started_at: Option<Moment>,
    /// Whether the session began with another item, and its start is still to come.
    provisional: bool,
    stop: Stop,
    clock_offset_ms: Option<i64>,
    /// The group of requests in which it was last heard of, by the time at which that began.
    pub(super) heard_in: Option<Instant>,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// It did not.
    Open,
    /// Its page stopped it, at this time; files of the original service do not tell when.
    ByPage(Option<Moment>),
    /// The server closed it, at this last activity.
    ByServer(Option<Moment>),
}

/// When something happened: as it is stored, and by the page's own clock where that differs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timed {
    pub(super) time: Moment,
    pub(super) raw: Option<Moment>,
}

impl Timed {
    /// The form routes take the page's word.
    pub(super) fn as_given(ts: Moment) -> Timed {
        Timed {
            time: ts,
            raw: None,
        }
    }

    fn corrected(stamp: Stamp, sending: Sending, kept_offset_ms: Option<i64>) -> Timed {
        let time = sending.correct(stamp, kept_offset_ms);
        Timed {
            time,
            raw: (time != stamp.ts).then_some(stamp.ts),
        }
    }
}

/// What the first item of a session tells about it.
#[derive(Debug)]
pub(super) struct Beginning<'a> {
    pub(super) token: &'a Token,
    pub(super) ip: &'a str,
    pub(super) consumer_id: i64,
    pub(super) device: Option<&'a Device>,
    pub(super) received_at: Moment,
    pub(super) start: Timed,
    pub(super) clock_offset_ms: Option<i64>,
    pub(super) provisional: bool,
}

fn text(moment: Option<Moment>) -> Option<String> {
    moment.map(|moment| moment.to_string())
}

impl Session {
    /// The session that a token names; of several the latest.
    pub(super) fn find(
        connection: &Connection,
        token: &Token,
    ) -> rusqlite::Result<Option<Session>> {
        let sql = "SELECT id, consumer_id, started_at, raw_started_at, provisional, clock_offset_ms, \
                   stopped_at, stop_reason, stop_time, device FROM sessions WHERE token = ?1 ORDER BY id DESC LIMIT 1";
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement.query_row([token.as_str()], |row| {
            let moment = |at| {
                row.get_ref(at)
                    .map(|value| value.as_str().ok().and_then(Moment::parse))
            };
            let started_at = moment(2)?;
            let stop = match (row.get_ref(6)?, row.get_ref(7)?.as_str()) {
                (ValueRef::Null, _) => Stop::Open,
                (_, Ok(Reason::EXPIRED)) => Stop::ByServer(moment(6)?),
                _ => Stop::ByPage(moment(8)?),
            };
            Ok(Session {
                id: row.get(0)?,
                // In a file of the original service this may be anything.
                consumer_id: row.get_ref(1)?.as_i64().unwrap_or_default(),
                device: row
                    .get_ref(9)?
                    .as_str()
                    .ok()
                    .and_then(|name| Device::parse(name.to_owned()).ok().flatten()),
                started_at,
                raw_started_at: moment(3)?.or(started_at),
                provisional: row.get(4)?,
                stop,
                clock_offset_ms: row.get(5)?,
                heard_in: None,
            })
        });
        found.optional()
    }

    pub(super) fn insert(
        connection: &Connection,
        beginning: &Beginning<'_>,
    ) -> rusqlite::Result<Session> {
        let sql = "INSERT INTO sessions(token, ip, started_at, consumer_id, device, received_at, raw_started_at, \
                   clock_offset_ms, provisional) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let Timed { time, raw } = beginning.start;
        let raw = raw.filter(|_| !beginning.provisional);
        connection.prepare_cached(sql)?.execute(params![
            beginning.token.as_str(),
            beginning.ip,
            time.to_string(),
            beginning.consumer_id,
            beginning.device.map(Device::as_str),
            beginning.received_at.as_ms(),
            text(raw),
            beginning.clock_offset_ms,
            beginning.provisional,
        ])?;
        Ok(Session {
            id: connection.last_insert_rowid(),
            consumer_id: beginning.consumer_id,
            device: beginning.device.cloned(),
            started_at: Some(time),
            raw_started_at: Some(raw.unwrap_or(time)),
            provisional: beginning.provisional,
            stop: Stop::Open,
            clock_offset_ms: beginning.clock_offset_ms,
            heard_in: None,
        })
    }

    /// Whether `POST /sessions` with these values is a repetition of the one that began this session.
    pub(super) fn was_begun_by(&self, consumer_id: i64, ts: Moment) -> bool {
        !self.provisional && self.consumer_id == consumer_id && self.raw_started_at == Some(ts)
    }

    /// Whether the start of the session is known, so that another one changes nothing.
    pub(super) fn has_start(&self) -> bool {
        !self.provisional
    }

    /// Whether its page has stopped it.
    pub(super) fn is_stopped(&self) -> bool {
        matches!(self.stop, Stop::ByPage(_))
    }

    /// When an item of this session happened, and the clock offset to keep if the item is stored.
    pub(super) fn time(&self, stamp: Stamp, sending: Sending) -> (Timed, Option<i64>) {
        let offset_ms = sending.offset_to_keep(self.clock_offset_ms);
        (Timed::corrected(stamp, sending, offset_ms), offset_ms)
    }

    /// When the first item of a session happened, and the clock offset to begin with.
    pub(super) fn first_time(stamp: Stamp, sending: Sending) -> (Timed, Option<i64>) {
        let offset_ms = sending.offset_to_keep(None);
        (Timed::corrected(stamp, sending, offset_ms), offset_ms)
    }

    /// Keeps a clock offset if it is not the one that is kept.
    pub(super) fn keep_offset(
        &mut self,
        connection: &Connection,
        offset_ms: Option<i64>,
    ) -> rusqlite::Result<()> {
        if self.clock_offset_ms == offset_ms {
            return Ok(());
        }
        self.clock_offset_ms = offset_ms;
        let sql = "UPDATE sessions SET clock_offset_ms = ?2 WHERE id = ?1";
        connection
            .prepare_cached(sql)?
            .execute((self.id, offset_ms))
            .map(drop)
    }

    /// Takes the start of a session that began with another item.
    pub(super) fn begin(
        &mut self,
        connection: &Connection,
        start: Timed,
        device: Option<&Device>,
    ) -> rusqlite::Result<()> {
        self.provisional = false;
        self.device = device.cloned();
        self.started_at = Some(start.time);
        self.raw_started_at = Some(start.raw.unwrap_or(start.time));
        let sql = "UPDATE sessions SET started_at = ?2, raw_started_at = ?3, device = ?4, provisional = 0 WHERE id = ?1";
        let values = (
            self.id,
            start.time.to_string(),
            text(start.raw),
            device.map(Device::as_str),
        );
        connection.prepare_cached(sql)?.execute(values)?;
        self.write_stop(connection)
    }

    /// Moves the start of a provisional session to an item that happened earlier.
    pub(super) fn reach_back(
        &mut self,
        connection: &Connection,
        time: Moment,
    ) -> rusqlite::Result<()> {
        if !self.provisional || self.started_at.is_some_and(|started_at| started_at <= time) {
            return Ok(());
        }
        self.started_at = Some(time);
        let sql = "UPDATE sessions SET started_at = ?2 WHERE id = ?1";
        connection
            .prepare_cached(sql)?
            .execute((self.id, time.to_string()))?;
        self.write_stop(connection)
    }

    pub(super) fn stop(
        &mut self,
        connection: &Connection,
        stop: Timed,
        reason: Option<&Reason>,
    ) -> rusqlite::Result<()> {
        self.stop = Stop::ByPage(Some(stop.time));
        let sql = "UPDATE sessions SET stop_time = ?2, raw_stop_time = ?3, stop_reason = ?4 WHERE id = ?1";
        let values = (
            self.id,
            stop.time.to_string(),
            text(stop.raw),
            reason.map(Reason::as_str),
        );
        connection.prepare_cached(sql)?.execute(values)?;
        self.write_stop(connection)
    }

    /// Takes an event of a session that the server has closed: it ends later, or it is open again if the event is
    /// younger than the time-out.
    pub(super) fn revive(
        &mut self,
        connection: &Connection,
        time: Moment,
        received_at: Moment,
        timeout_ms: i64,
    ) -> rusqlite::Result<()> {
        let Stop::ByServer(ended) = self.stop else {
            return Ok(());
        };
        let last_activity = ended.map_or(time, |ended| ended.max(time));
        if received_at.as_ms() - last_activity.as_ms() < timeout_ms {
            self.stop = Stop::Open;
            let sql = "UPDATE sessions SET stopped_at = NULL, stop_reason = NULL WHERE id = ?1";
            return connection.prepare_cached(sql)?.execute([self.id]).map(drop);
        }
        self.stop = Stop::ByServer(Some(last_activity));
        self.write_stop(connection)
    }

    /// `stopped_at` is the stop's own time or the last activity, but never before the start.
    fn write_stop(&self, connection: &Connection) -> rusqlite::Result<()> {
        let (Stop::ByPage(Some(end)) | Stop::ByServer(Some(end))) = self.stop else {
            return Ok(());
        };
        let stopped_at = self
            .started_at
            .map_or(end, |started_at| started_at.max(end));
        let sql = "UPDATE sessions SET stopped_at = ?2 WHERE id = ?1";
        connection
            .prepare_cached(sql)?
            .execute((self.id, stopped_at.to_string()))
            .map(drop)
    }
}
