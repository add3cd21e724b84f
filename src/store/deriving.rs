//! When sessions are derived: by the writer, a little at a time between its groups.
//!
//! A commit marks its sessions dirty. They are derived in turns so short that no post waits long, each session at most
//! once a second. A report asks for all that is dirty when it is asked; then nothing is put off. Dirty sessions are taken
//! in the order of their ids, in passes over the table, and who asks is answered at the end of the first pass that began
//! after the question: so everything is derived that was dirty then, however much is written meanwhile.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension};
use tokio::sync::oneshot;

use super::derived::Deriver;
use super::queue::Queue;
use crate::limits;

/// Where reports ask for everything to be derived.
#[derive(Debug)]
pub(super) struct Freshness {
    /// The way to wake the writer.
    queue: Arc<Queue>,
    askers: Mutex<Vec<Asker>>,
    /// Whether anything may be dirty.
    dirty: AtomicBool,
    /// Whether the file as a whole is still being derived.
    backlog: AtomicBool,
}

/// The way to tell a report that everything is derived that was dirty when it asked.
type Asker = oneshot::Sender<()>;

impl Freshness {
    pub(super) fn new(queue: Arc<Queue>) -> Freshness {
        Freshness {
            queue,
            askers: Mutex::default(),
            dirty: AtomicBool::new(true),
            backlog: AtomicBool::new(true),
        }
    }

    fn askers(&self) -> MutexGuard<'_, Vec<Asker>> {
        self.askers
            .lock()
            .expect("nobody panics while holding the list of askers")
    }

    /// Asks for all that is dirty now. `None` if nothing is.
    pub(super) fn ask(&self) -> Option<oneshot::Receiver<()>> {
        if !self.dirty.load(Ordering::Acquire) {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        self.askers().push(sender);
        self.queue.nudge();
        Some(receiver)
    }

    /// Whether the file as a whole may still be being derived.
    pub(super) fn has_backlog(&self) -> bool {
        self.backlog.load(Ordering::Acquire)
    }

    fn is_asked(&self) -> bool {
        !self.askers().is_empty()
    }
}

/// The writer's part.
#[derive(Debug)]
pub(super) struct Deriving {
    deriver: Deriver,
    freshness: Arc<Freshness>,
    /// The pass that is under way.
    pass: Option<Pass>,
    /// When sessions were derived, as long as that puts off the next time.
    recent: HashMap<i64, Recent>,
    /// When the next turn is due, as long as nobody asks.
    due: Option<Instant>,
    /// As long as this, more posts are expected.
    busy_until: Instant,
    /// When the current turn began.
    turn_began: Instant,
    /// When there has been rest enough after the last turn.
    rested: Instant,
    /// While there is trouble, not to be tried before.
    retry: Instant,
}

/// From the beginning of the table of dirty sessions to its end.
#[derive(Debug)]
struct Pass {
    /// Sessions up to here are done.
    after: i64,
    /// The last session when the pass began.
    until: i64,
    /// Who asked before it began, and is answered at its end.
    askers: Vec<Asker>,
    /// When the first session that was put off may be derived.
    put_off: Option<Instant>,
    is_over: bool,
    /// At its end: whether sessions have become dirty meanwhile, or were put off.
    any_left: bool,
}

#[derive(Debug, Clone, Copy)]
struct Recent {
    derived: Instant,
    pause: Duration,
}

impl Deriving {
    pub(super) fn new(freshness: Arc<Freshness>) -> Deriving {
        let now = Instant::now();
        Deriving {
            deriver: Deriver::default(),
            freshness,
            pass: None,
            recent: HashMap::new(),
            due: Some(now),
            busy_until: now,
            turn_began: now,
            rested: now,
            retry: now,
        }
    }

    /// Sessions were marked dirty by a commit. To be called before anybody is told of it.
    pub(super) fn note_dirty(&mut self, now: Instant) {
        self.freshness.dirty.store(true, Ordering::Release);
        self.busy_until = now + limits::DERIVE_REST;
        self.due.get_or_insert(now + limits::DERIVE_PAUSE);
    }

    /// When the writer should give a turn, if ever. While posts come, deriving takes only a part of its time, unless a
    /// report waits.
    pub(super) fn next_turn(&self, now: Instant) -> Option<Instant> {
        let is_asked = self.freshness.is_asked()
            || self
                .pass
                .as_ref()
                .is_some_and(|pass| !pass.askers.is_empty());
        let due = if is_asked || self.pass.is_some() {
            Some(now)
        } else {
            self.due
        };
        let is_free = is_asked || self.busy_until <= now;
        let rested = if is_free { now } else { self.rested };
        due.map(|due| due.max(rested).max(self.retry))
    }

    /// Whether to give a turn now.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.next_turn(now).is_some_and(|due| due <= now)
    }

    /// Derives for a little while, within a transaction. Once that is committed, [`Deriving::end_turn`] follows, else
    /// [`Deriving::forget`].
    pub(super) fn turn(&mut self, connection: &Connection, now: Instant) -> rusqlite::Result<()> {
        self.turn_began = now;
        let mut pass = match self.pass.take() {
            Some(pass) => pass,
            None => self.begin_pass(connection)?,
        };
        let went_on = self.go_on(connection, &mut pass, now);
        self.pass = Some(pass);
        went_on
    }

    fn go_on(
        &mut self,
        connection: &Connection,
        pass: &mut Pass,
        now: Instant,
    ) -> rusqlite::Result<()> {
        // To write what it adds to the sums takes about as long again.
        let end = Instant::now() + limits::DERIVE_TURN / 2;
        let sql = "SELECT session_id FROM dirty_sessions WHERE session_id > ?1 AND session_id <= ?2 \
                   ORDER BY session_id LIMIT 1";
        let mut next = connection.prepare_cached(sql)?;
        let mut clean =
            connection.prepare_cached("DELETE FROM dirty_sessions WHERE session_id = ?1")?;
        let mut any = false;
        while !any || Instant::now() < end {
            let next = next.query_row((pass.after, pass.until), |row| row.get(0));
            let Some(session_id) = next.optional()? else {
                pass.is_over = true;
                break;
            };
            pass.after = session_id;
            if let Some(free) = self.put_off_until(session_id, now)
                && pass.askers.is_empty()
            {
                pass.put_off = Some(pass.put_off.map_or(free, |before| before.min(free)));
                continue;
            }
            let began = Instant::now();
            let events = self.deriver.derive(connection, session_id)?;
            clean.execute([session_id])?;
            self.remember(session_id, events, began.elapsed());
            any = true;
        }
        self.deriver.finish(connection)?;
        if pass.is_over {
            // A pass takes all there is, so at its end the file as a whole is derived.
            let sql = "UPDATE derivation SET backlog = NULL WHERE backlog IS NOT NULL";
            connection.prepare_cached(sql)?.execute([])?;
            pass.any_left = is_any_dirty(connection)?;
        }
        Ok(())
    }

    /// After the commit of a turn: if a pass is over, tells those who asked, and plans the next.
    pub(super) fn end_turn(&mut self) {
        let now = Instant::now();
        let took = now.duration_since(self.turn_began);
        self.rested = now + limits::DERIVE_REST.max(took * limits::DERIVE_REST_SHARE);
        let Some(pass) = self.pass.take_if(|pass| pass.is_over) else {
            return;
        };
        self.freshness.backlog.store(false, Ordering::Release);
        self.freshness.dirty.store(pass.any_left, Ordering::Release);
        let next = pass.put_off.unwrap_or(now + limits::DERIVE_PAUSE);
        self.due = pass.any_left.then_some(next);
        for asker in pass.askers {
            // Whoever has given up is not told.
            let _ = asker.send(());
        }
    }

    fn begin_pass(&mut self, connection: &Connection) -> rusqlite::Result<Pass> {
        // Who asks after this is answered by the next pass.
        let askers = std::mem::take(&mut *self.freshness.askers());
        let sql = "SELECT ifnull(max(session_id), 0) FROM dirty_sessions";
        let mut last = connection.prepare_cached(sql)?;
        match last.query_row([], |row| row.get(0)) {
            Ok(until) => Ok(Pass {
                after: i64::MIN,
                until,
                askers,
                put_off: None,
                is_over: false,
                any_left: false,
            }),
            Err(error) => {
                self.freshness.askers().extend(askers);
                Err(error)
            }
        }
    }

    /// A session is not derived again at once, and a long one not for a while.
    fn put_off_until(&self, session_id: i64, now: Instant) -> Option<Instant> {
        let Recent { derived, pause } = self.recent.get(&session_id)?;
        Some(*derived + *pause).filter(|free| *free > now)
    }

    fn remember(&mut self, session_id: i64, events: usize, took: Duration) {
        let now = Instant::now();
        if self.recent.len() >= limits::RECENTLY_DERIVED {
            self.recent
                .retain(|_, recent| recent.derived + recent.pause > now);
        }
        let pause = if events > limits::LONG_SESSION_EVENTS {
            limits::LONG_SESSION_PAUSE
        } else {
            limits::DERIVE_PAUSE
        };
        // A session that somebody writes to for ever must not take all of the writer's time.
        let pause = pause.max(took * limits::DERIVE_SHARE);
        if self.recent.len() < limits::RECENTLY_DERIVED {
            let derived = now;
            self.recent.insert(session_id, Recent { derived, pause });
        }
    }

    /// After a rollback: forgets what the file does not say. Those who asked go on waiting.
    pub(super) fn forget(&mut self) {
        self.deriver.forget();
        self.recent.clear();
        if let Some(pass) = self.pass.take() {
            self.freshness.askers().extend(pass.askers);
        }
        self.retry = Instant::now() + limits::DERIVE_PAUSE;
        self.due = Some(self.retry);
    }

    /// Whether anything is dirty. If not, those who asked are told so at once.
    pub(super) fn has_work(&mut self, connection: &Connection) -> rusqlite::Result<bool> {
        let askers = std::mem::take(&mut *self.freshness.askers());
        let is_dirty = is_any_dirty(connection);
        if !matches!(is_dirty, Ok(false)) || self.pass.is_some() {
            self.freshness.askers().extend(askers);
            return is_dirty.map(|_| true);
        }
        self.freshness.backlog.store(false, Ordering::Release);
        self.freshness.dirty.store(false, Ordering::Release);
        self.due = None;
        for asker in askers {
            let _ = asker.send(());
        }
        Ok(false)
    }
}

fn is_any_dirty(connection: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM dirty_sessions)";
    connection
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))
}

/// How far the deriving of the whole file has come: how many sessions of how many are done. `None` when it is over.
pub(super) fn backlog(connection: &Connection) -> rusqlite::Result<Option<(i64, i64)>> {
    let sql = "SELECT backlog, (SELECT count(*) FROM dirty_sessions) FROM derivation WHERE backlog IS NOT NULL";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([], |row| {
        let (total, left): (i64, i64) = (row.get(0)?, row.get(1)?);
        Ok(((total - left).max(0), total))
    });
    found.optional()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::derived::{self, mark_dirty};

    /// A file with so many sessions of so many events, all of them dirty.
    fn file(sessions: i64, events: i64) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(include_str!("schema.sql"))
            .unwrap();
        let time = "2024-05-01T10:00:00.000Z";
        for id in 1..=sessions {
            let sql = "INSERT INTO sessions(id, token, ip, started_at, consumer_id) VALUES (?1, '', '', ?2, 1)";
            connection.execute(sql, (id, time)).unwrap();
            let sql = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2) \
                       INSERT INTO events(session_id, time, action, data) SELECT ?1, ?3, 'click', '{}' FROM n";
            connection.execute(sql, (id, events, time)).unwrap();
        }
        derived::begin(&connection).unwrap();
        connection
    }

    fn count(connection: &Connection, sql: &str) -> i64 {
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn dirty(connection: &Connection) -> i64 {
        count(connection, "SELECT count(*) FROM dirty_sessions")
    }

    fn deriving() -> (Deriving, Arc<Freshness>) {
        let freshness = Arc::new(Freshness::new(Arc::new(Queue::default())));
        (Deriving::new(Arc::clone(&freshness)), freshness)
    }

    impl Deriving {
        /// Gives turns as long as they are due at a moment, and says how many.
        fn go(&mut self, connection: &Connection, at: Instant) -> usize {
            let mut turns = 0;
            while self.is_due(at) {
                self.turn(connection, at).unwrap();
                self.end_turn();
                turns += 1;
            }
            turns
        }

        fn change(&mut self, connection: &Connection, session_id: i64, at: Instant) {
            mark_dirty(connection, [session_id]).unwrap();
            self.note_dirty(at);
        }
    }

    #[test]
    fn a_session_is_derived_at_most_once_a_second_unless_a_report_asks() {
        let connection = file(2, 1);
        let (mut deriving, freshness) = deriving();
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        // Whatever the machine does in between, the sessions are derived about now.
        assert!(deriving.go(&connection, at(60_000)) > 0);
        assert_eq!(dirty(&connection), 0);
        deriving.change(&connection, 1, at(0));
        assert_eq!(deriving.go(&connection, at(900)), 0, "not due yet");
        deriving.pass = None;
        deriving.due = Some(at(0));
        deriving.go(&connection, at(500));
        assert_eq!(dirty(&connection), 1, "put off");
        let mut asked = freshness.ask().unwrap();
        deriving.go(&connection, at(500));
        assert_eq!(dirty(&connection), 0, "a report asks");
        assert_eq!(asked.try_recv(), Ok(()));
        deriving.change(&connection, 1, at(0));
        deriving.go(&connection, at(60_000));
        assert_eq!(dirty(&connection), 0, "after a while");
        assert!(freshness.ask().is_none(), "nothing is dirty");
    }

    #[test]
    fn a_long_session_is_derived_every_ten_seconds() {
        let connection = file(1, 2_001);
        let (mut deriving, _) = deriving();
        let start = Instant::now();
        deriving.go(&connection, start + Duration::from_secs(60));
        assert_eq!(dirty(&connection), 0);
        deriving.change(&connection, 1, start);
        for (seconds, expected) in [(2, 1), (9, 1), (60, 0)] {
            deriving.go(&connection, start + Duration::from_secs(seconds));
            assert_eq!(dirty(&connection), expected, "{seconds} s");
        }
    }

    #[test]
    fn a_turn_is_short_and_leaves_the_rest_to_the_next_one() {
        let connection = file(3_000, 5);
        let (mut deriving, freshness) = deriving();
        deriving.turn(&connection, Instant::now()).unwrap();
        deriving.end_turn();
        let left = dirty(&connection);
        assert!(0 < left && left < 3_000, "{left}");
        assert!(freshness.has_backlog());
        assert_eq!(backlog(&connection).unwrap(), Some((3_000 - left, 3_000)));
        deriving.go(&connection, Instant::now() + Duration::from_secs(60));
        assert_eq!(dirty(&connection), 0);
        assert!(!freshness.has_backlog());
        assert_eq!(backlog(&connection).unwrap(), None);
    }

    #[test]
    fn while_posts_come_there_is_rest_between_two_turns_unless_a_report_waits() {
        let connection = file(3_000, 5);
        let (mut deriving, freshness) = deriving();
        deriving.turn(&connection, Instant::now()).unwrap();
        deriving.end_turn();
        let now = Instant::now();
        deriving.note_dirty(now);
        assert!(deriving.rested >= deriving.turn_began + limits::DERIVE_REST);
        assert!(deriving.next_turn(now).unwrap() >= deriving.rested);
        let _asked = freshness.ask().unwrap();
        assert_eq!(deriving.next_turn(now), Some(now));
    }
}
