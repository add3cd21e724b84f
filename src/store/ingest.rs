//! Applies collecting requests inside the writer's transaction.
//!
//! Everything here either changes rows or says why not; a request that is refused has changed nothing. What is
//! remembered between requests is forgotten whenever the file may have changed without it: after a rollback, and when
//! another process has written.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use super::consumers::Consumers;
use super::derived;
use super::events::{self, Inserter, Stored};
use super::expiry::{self, Expiry};
use super::live::{self, Live};
use super::session::{Beginning, Session, Timed};
use crate::derive;
use crate::limits;
use crate::model::clock::Sending;
use crate::model::live::{Happened, News};
use crate::model::{
    Alive, Applied, Credential, Device, Event, Item, Moment, Outcome, Reason, Refusal, Rejection,
    Request, Stamp, Token, What, Work,
};

/// The part of the writer that knows what requests mean.
#[derive(Debug)]
pub(super) struct Ingest {
    default_consumer: Option<String>,
    consumers: Option<Consumers>,
    sessions: HashMap<Token, Session>,
    /// Clicks of this transaction that are not yet in their sessions' rows.
    clicks: HashMap<i64, Clicks>,
    /// Sessions that this transaction may have changed.
    changed: BTreeSet<i64>,
    data_version: i64,
    expiry: Expiry,
    /// When the group that is being applied began.
    now: Instant,
    live: Arc<Live>,
    /// What this transaction has stored, if anybody watches.
    news: Vec<News>,
    is_watched: bool,
}

/// The action that the original's lists count.
const CLICK: &str = "click";

/// Clicks of a session.
#[derive(Debug)]
struct Clicks {
    count: i64,
    last: Moment,
}

/// What came of an item of a batch.
enum Fate {
    Stored,
    Duplicate,
}

impl Ingest {
    pub(super) fn new(
        default_consumer: Option<String>,
        session_timeout: Duration,
        live: Arc<Live>,
    ) -> Ingest {
        let now = Instant::now();
        Ingest {
            default_consumer,
            consumers: None,
            sessions: HashMap::new(),
            clicks: HashMap::new(),
            changed: BTreeSet::new(),
            data_version: 0,
            expiry: Expiry::new(session_timeout, now),
            now,
            live,
            news: Vec::new(),
            is_watched: false,
        }
    }

    /// The name of the consumer that requests without a key count for, if one is named.
    pub(super) fn default_consumer(&self) -> Option<&str> {
        self.default_consumer.as_deref()
    }

    /// When to look for sessions that nobody stops, if ever.
    pub(super) fn next_look(&self, now: Instant) -> Option<Instant> {
        self.expiry.next_look(now)
    }

    /// Closes sessions that nobody stops. Called within a transaction; true if there may be more.
    pub(super) fn expire(
        &mut self,
        connection: &Connection,
        now: Instant,
    ) -> rusqlite::Result<bool> {
        let idle = self.expiry.idle(connection, now)?;
        for id in &idle {
            expiry::close(connection, *id)?;
            if self.is_watched {
                self.news.extend(live::ended(connection, *id)?);
            }
        }
        derived::mark_dirty(connection, idle.iter().copied())?;
        if !idle.is_empty() {
            self.sessions.clear();
        }
        Ok(idle.len() == limits::EXPIRED_AT_ONCE)
    }

    /// Forgets what it remembers of the file.
    pub(super) fn forget(&mut self) {
        self.consumers = None;
        self.sessions.clear();
        self.clicks.clear();
        self.changed.clear();
        self.news.clear();
    }

    /// Tells those who watch what was committed.
    pub(super) fn tell_news(&mut self) {
        self.live.tell(self.news.drain(..));
    }

    /// Keeps in mind what those who watch are told once it is committed.
    fn note(&mut self, token: &Token, time: Moment, what: impl FnOnce(i64) -> Option<Happened>) {
        if self.is_watched
            && let Some(session) = self.sessions.get(token)
            && let Some(what) = what(session.id)
        {
            self.news.push(News {
                consumer_id: session.consumer_id,
                device: session.device.clone(),
                time,
                what,
            });
        }
    }

    fn note_stop(&mut self, token: &Token, time: Moment, reason: Option<&Reason>) {
        let reason = || reason.map(|reason| reason.as_str().to_owned());
        self.note(token, time, |session_id| {
            Some(Happened::Stopped {
                session_id,
                reason: reason(),
            })
        });
    }

    /// Notes an event if it is a touch, and counts it if it is a click.
    fn note_event(&mut self, session_id: i64, token: &Token, event: &Event, time: Moment) {
        self.count_click(session_id, event, time);
        self.note(token, time, |session_id| {
            let touched = derive::touched(event.action.as_str(), event.data.as_str())?;
            Some(Happened::Touched {
                session_id,
                action: event.action.as_str().to_owned(),
                target: touched.target.map(live::shortened),
                screen: touched.place.map(live::shortened),
            })
        });
    }

    /// Begins a transaction: forgets everything if another process has written since the last one.
    pub(super) fn begin(&mut self, connection: &Connection, now: Instant) -> rusqlite::Result<()> {
        self.now = now;
        self.is_watched = self.live.is_watched();
        let mut statement = connection.prepare_cached("PRAGMA data_version")?;
        let version = statement.query_row([], |row| row.get(0))?;
        if version != self.data_version {
            self.data_version = version;
            self.forget();
        }
        Ok(())
    }

    /// Ends a transaction: writes what was gathered for the sessions' rows.
    pub(super) fn finish(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let sql = "UPDATE sessions SET clicks = clicks + ?2, last_action = max(ifnull(last_action, ?3), ?3) WHERE id = ?1";
        let mut update = connection.prepare_cached(sql)?;
        for (session_id, Clicks { count, last }) in self.clicks.drain() {
            update.execute((session_id, count, last.to_string()))?;
        }
        derived::mark_dirty(connection, std::mem::take(&mut self.changed))
    }

    fn count_click(&mut self, session_id: i64, event: &Event, time: Moment) {
        if event.action.as_str() == CLICK {
            let clicks = self.clicks.entry(session_id).or_insert(Clicks {
                count: 0,
                last: time,
            });
            clicks.count += 1;
            clicks.last = clicks.last.max(time);
        }
    }

    /// Applies requests, one after the other.
    pub(super) fn apply_all<'r>(
        &mut self,
        connection: &Connection,
        requests: impl Iterator<Item = &'r Request>,
    ) -> rusqlite::Result<Vec<Result<Outcome, Refusal>>> {
        let mut events = Inserter::new(connection)?;
        requests
            .map(|request| self.apply(connection, &mut events, request))
            .collect()
    }

    fn apply(
        &mut self,
        connection: &Connection,
        events: &mut Inserter<'_>,
        request: &Request,
    ) -> rusqlite::Result<Result<Outcome, Refusal>> {
        match &request.work {
            Work::StartSession {
                credential,
                ts,
                token,
                device,
            } => self.start_session(
                connection,
                request,
                credential,
                *ts,
                token.as_ref(),
                device.as_ref(),
            ),
            Work::StoreEvent { token, ts, event } => {
                self.store_event(connection, events, request, token, *ts, event)
            }
            Work::StopSession { token, ts, reason } => {
                let Some(session) = self.session(connection, token)? else {
                    return Ok(Err(Refusal::UnknownToken));
                };
                if session.is_stopped() {
                    return Ok(Err(Refusal::SessionStopped));
                }
                session.reach_back(connection, *ts)?;
                session.stop(connection, Timed::as_given(*ts), reason.as_ref())?;
                self.note_stop(token, *ts, reason.as_ref());
                Ok(Ok(Outcome::Stopped))
            }
            Work::Mark {
                session_id,
                excluded,
            } => {
                let now = excluded.then(|| request.received_at.to_string());
                let found = derived::mark_staff_test(connection, *session_id, now.as_deref())?;
                Ok(if found {
                    Ok(Outcome::Marked)
                } else {
                    Err(Refusal::UnknownSession)
                })
            }
            Work::Batch {
                credential,
                sent_at,
                items,
            } => {
                let consumer_id = match self.consumer(connection, credential, request)? {
                    Ok(id) => id,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let sending = Sending {
                    received_at: request.received_at,
                    sent_at: *sent_at,
                };
                let mut batch = Batch {
                    ingest: self,
                    connection,
                    events,
                    consumer_id,
                    sending,
                    ip: request.ip.to_string(),
                };
                Ok(Ok(Outcome::Applied(batch.apply(items)?)))
            }
        }
    }

    fn consumer(
        &mut self,
        connection: &Connection,
        credential: &Credential,
        request: &Request,
    ) -> rusqlite::Result<Result<i64, Refusal>> {
        let consumers = match &mut self.consumers {
            Some(consumers) => consumers,
            unknown => unknown.insert(Consumers::load(connection)?),
        };
        Ok(consumers.find(credential, self.default_consumer.as_deref(), request.ip))
    }

    /// The session that a token names, from memory or from the file.
    fn session(
        &mut self,
        connection: &Connection,
        token: &Token,
    ) -> rusqlite::Result<Option<&mut Session>> {
        if !self.sessions.contains_key(token) {
            match Session::find(connection, token)? {
                Some(session) => drop(self.remember(token, session)),
                None => return Ok(None),
            }
        }
        let mut session = self.sessions.get_mut(token);
        if let Some(session) = &mut session
            && session.heard_in != Some(self.now)
        {
            session.heard_in = Some(self.now);
            self.expiry.hear(session.id, self.now);
            self.changed.insert(session.id);
        }
        Ok(session)
    }

    fn remember(&mut self, token: &Token, session: Session) -> &mut Session {
        if self.sessions.len() >= limits::REMEMBERED_SESSIONS {
            self.sessions.clear();
        }
        self.expiry.hear(session.id, self.now);
        self.changed.insert(session.id);
        self.sessions
            .entry(token.clone())
            .insert_entry(session)
            .into_mut()
    }

    fn start_session(
        &mut self,
        connection: &Connection,
        request: &Request,
        credential: &Credential,
        ts: Moment,
        token: Option<&Token>,
        device: Option<&Device>,
    ) -> rusqlite::Result<Result<Outcome, Refusal>> {
        let consumer_id = match self.consumer(connection, credential, request)? {
            Ok(id) => id,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut known = None;
        if let Some(token) = token {
            known = self
                .session(connection, token)?
                .map(|session| session.was_begun_by(consumer_id, ts));
        }
        let token = match (token, known) {
            (Some(token), Some(true)) => {
                return Ok(Ok(Outcome::Started {
                    token: token.clone(),
                }));
            }
            (Some(token), None) => token.clone(),
            // The original's client sends its previous token along, and two visitors must not become one.
            (Some(_), Some(false)) | (None, _) => Token::random(),
        };
        let session = Session::insert(
            connection,
            &Beginning {
                token: &token,
                ip: &request.ip.to_string(),
                consumer_id,
                device,
                received_at: request.received_at,
                start: Timed::as_given(ts),
                clock_offset_ms: None,
                provisional: false,
            },
        )?;
        self.remember(&token, session);
        self.note(&token, ts, |session_id| {
            Some(Happened::Started { session_id })
        });
        Ok(Ok(Outcome::Started { token }))
    }

    fn store_event(
        &mut self,
        connection: &Connection,
        events: &mut Inserter<'_>,
        request: &Request,
        token: &Token,
        ts: Moment,
        event: &Event,
    ) -> rusqlite::Result<Result<Outcome, Refusal>> {
        let timeout_ms = self.expiry.timeout_ms();
        let Some(session) = self.session(connection, token)? else {
            return Ok(Err(Refusal::UnknownToken));
        };
        let stored = if session.is_stopped() {
            // A repeated event is recognised before it is refused.
            match events::find(connection, session.id, ts, event)? {
                Some(stored) => stored,
                None => return Ok(Err(Refusal::SessionStopped)),
            }
        } else {
            events.insert(session.id, Timed::as_given(ts), event, request.received_at)?
        };
        match stored {
            Stored::New(event_id) => {
                session.reach_back(connection, ts)?;
                session.revive(connection, ts, request.received_at, timeout_ms)?;
                let session_id = session.id;
                self.note_event(session_id, token, event, ts);
                Ok(Ok(Outcome::Stored { event_id }))
            }
            Stored::Before(event_id) => Ok(Ok(Outcome::Stored { event_id })),
            Stored::Conflict => Ok(Err(Refusal::SeqConflict)),
        }
    }
}

/// A batch that is being applied.
struct Batch<'a, 'c> {
    ingest: &'a mut Ingest,
    connection: &'a Connection,
    events: &'a mut Inserter<'c>,
    consumer_id: i64,
    sending: Sending,
    ip: String,
}

impl Batch<'_, '_> {
    fn apply(&mut self, items: &[Result<Item, Rejection>]) -> rusqlite::Result<Applied> {
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
