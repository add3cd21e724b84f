//! Applies the items of a batch, each of which is stored or refused alone.

use rusqlite::{Connection, params};

use super::Ingest;
use crate::model::clock::Sending;
use crate::model::live::{Happened, News};
use crate::model::{Alive, Applied, Device, Item, Refusal, Rejection, Stamp, Token, What};
use crate::store::events::{Inserter, Stored};
use crate::store::session::{Beginning, Session};

/// What came of an item of a batch.
enum Fate {
    Stored,
    Duplicate,
}

/// A batch that is being applied.
pub(super) struct Batch<'a, 'c> {
    pub(super) ingest: &'a mut Ingest,
    pub(super) connection: &'a Connection,
    pub(super) events: &'a mut Inserter<'c>,
    pub(super) consumer_id: i64,
    pub(super) sending: Sending,
    pub(super) ip: String,
}

impl Batch<'_, '_> {
    pub(super) fn apply(&mut self, items: &[Result<Item, Rejection>]) -> rusqlite::Result<Applied> {
        let mut applied = Applied::default();
        for (index, item) in items.iter().enumerate() {
            let item = match item {
                Ok(item) => item,
                Err(rejection) => {
                    applied.rejected.push((index, rejection.clone()));
                    continue;
                }
            };
            match self.item(item)? {
                Ok(Fate::Stored) => applied.stored += 1,
                Ok(Fate::Duplicate) => applied.duplicates += 1,
                Err(refusal) => applied.rejected.push((index, refusal.into())),
            }
        }
        Ok(applied)
    }

    fn item(&mut self, item: &Item) -> rusqlite::Result<Result<Fate, Refusal>> {
        let (token, at, what) = match item {
            Item::Session { token, at, what } => (token, *at, what),
            Item::Alive(alive) => return self.alive(alive).map(|()| Ok(Fate::Stored)),
        };
        let (connection, sending) = (self.connection, self.sending);
        let timeout_ms = self.ingest.expiry.timeout_ms();
        let session = match self.ingest.session(connection, token)? {
            Some(session) => session,
            None if !token.is_well_formed() => return Ok(Err(Refusal::UnknownToken)),
            None => {
                let begun = self.begin(token, at, what)?;
                let (started, _) = Session::first_time(at, sending);
                self.ingest.remember(token, begun);
                self.ingest.note(token, started.time, |session_id| {
                    Some(Happened::Started { session_id })
                });
                if matches!(what, What::Start(_)) {
                    return Ok(Ok(Fate::Stored));
                }
                let session = self.ingest.sessions.get_mut(token);
                session.expect("it is remembered")
            }
        };
        let (timed, offset_ms) = session.time(at, sending);
        match what {
            What::Start(_) if session.has_start() => return Ok(Ok(Fate::Duplicate)),
            What::Stop(_) if session.is_stopped() => return Ok(Ok(Fate::Duplicate)),
            What::Start(device) => session.begin(connection, timed, device.as_ref())?,
            What::Stop(reason) => session.stop(connection, timed, reason.as_ref())?,
            What::Event(event) => {
                match (self.events).insert(session.id, timed, event, sending.received_at)? {
                    Stored::New(_) => {
                        session.revive(connection, timed.time, sending.received_at, timeout_ms)?
                    }
                    Stored::Before(_) => return Ok(Ok(Fate::Duplicate)),
                    Stored::Conflict => return Ok(Err(Refusal::SeqConflict)),
                }
            }
        }
        session.reach_back(connection, timed.time)?;
        session.keep_offset(connection, offset_ms)?;
        let session_id = session.id;
        match what {
            What::Start(_) => {}
            What::Event(event) => self.ingest.note_event(session_id, token, event, timed.time),
            What::Stop(reason) => self.ingest.note_stop(token, timed.time, reason.as_ref()),
        }
        Ok(Ok(Fate::Stored))
    }

    /// Begins the session of an unknown token, provisionally unless the item is its start.
    fn begin(&self, token: &Token, at: Stamp, what: &What) -> rusqlite::Result<Session> {
        let (start, clock_offset_ms) = Session::first_time(at, self.sending);
        let device = match what {
            What::Start(device) => device.as_ref(),
            What::Event(_) | What::Stop(_) => None,
        };
        let beginning = Beginning {
            token,
            ip: &self.ip,
            consumer_id: self.consumer_id,
            device,
            received_at: self.sending.received_at,
            start,
            clock_offset_ms,
            provisional: !matches!(what, What::Start(_)),
        };
        Session::insert(self.connection, &beginning)
    }

    fn alive(&mut self, alive: &Alive) -> rusqlite::Result<()> {
        let sql = "INSERT INTO devices(consumer_id, name, last_alive_ms, queued, dropped, version, width, height) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(consumer_id, name) DO UPDATE SET \
                   last_alive_ms = excluded.last_alive_ms, queued = excluded.queued, dropped = excluded.dropped, \
                   version = excluded.version, width = excluded.width, height = excluded.height";
        let values = params![
            self.consumer_id,
            alive.device.as_ref().map_or("", Device::as_str),
            self.sending.received_at.as_ms(),
            alive.queued,
            alive.dropped,
            alive.version,
            alive.width,
            alive.height,
        ];
        self.connection.prepare_cached(sql)?.execute(values)?;
        if self.ingest.is_watched {
            self.ingest.news.push(News {
                consumer_id: self.consumer_id,
                device: alive.device.clone(),
                time: self.sending.received_at,
                what: Happened::Alive {
                    queued: alive.queued,
                    dropped: alive.dropped,
                },
            });
        }
        Ok(())
    }
}
