//! Applies collecting requests inside the writer's transaction.
//!
//! Everything here either changes rows or says why not; a request that is refused has changed nothing. What is
//! remembered between requests is forgotten whenever the file may have changed without it: after a rollback, and when
//! another process has written.

mod batch;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use batch::Batch;

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
    Credential, Device, Event, Moment, Outcome, Reason, Refusal, Request, Token, Work,
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
    /// Sessions that are known to be marked as dirty, and need not be marked again.
    dirty: HashSet<i64>,
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
            dirty: HashSet::new(),
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
        self.dirty.clear();
        self.news.clear();
    }

    /// Sessions were derived, so any of them may not be dirty any more.
    pub(super) fn note_derived(&mut self) {
        self.dirty.clear();
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
        let changed = std::mem::take(&mut self.changed);
        let clean = changed.into_iter().filter(|id| self.dirty.insert(*id));
        derived::mark_dirty(connection, clean)
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
