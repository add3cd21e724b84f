//! `paths` and `sessions`, which are as long as the file: read in snapshots, each from where the last one ended.

use std::time::Instant;

use rusqlite::{Connection, Row, ToSql};

use super::chosen::{Choice, Context};
use super::range::Range;
use super::{paths, sessions};
use crate::limits;
use crate::model::report::{Question, Report};
use crate::model::table::Cells;
use crate::store::lists::Flow;

/// A listing that is being read.
#[derive(Debug)]
pub struct Listing {
    question: Question,
    /// What the first snapshot has found out.
    prepared: Option<Prepared>,
    /// Rows that are still wanted.
    remaining: u64,
    /// Rows that are still to be passed over.
    skip: u64,
    is_over: bool,
}

#[derive(Debug)]
struct Prepared {
    range: Range,
    choice: Choice,
    /// Start and id of the session of the last row that is done, and the row's position in it.
    after: (i64, i64, i64),
    end_ms: i64,
}

impl Listing {
    /// Begins a listing.
    pub fn new(question: Question) -> Listing {
        Listing {
            remaining: question.limit.unwrap_or(u64::MAX),
            skip: question.offset,
            question,
            prepared: None,
            is_over: false,
        }
    }

    /// Whether there is nothing more to read.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// The question.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Finds out which sessions are meant, and returns both ends of the range.
    pub fn prepare(
        &mut self,
        connection: &Connection,
    ) -> rusqlite::Result<(Option<String>, Option<String>)> {
        let Some(Context {
            range, mut choice, ..
        }) = Context::new(connection, &self.question)?
        else {
            return Ok((None, None));
        };
        choice.with_left_out = self.question.report == Report::Sessions;
        let texts = range.texts();
        let lists_all =
            choice.with_left_out && self.question.from.is_none() && self.question.to.is_none();
        let (begin, end) = if lists_all {
            (i64::MIN, i64::MAX)
        } else {
            range.at_most()
        };
        self.is_over = choice.nothing || self.remaining == 0;
        self.prepared = Some(Prepared {
            range,
            choice,
            after: (begin, i64::MIN, 0),
            end_ms: end,
        });
        Ok(texts)
    }

    /// One snapshot: gives rows until there is enough, or it has lasted long enough, or there are no more.
    pub fn next(
        &mut self,
        connection: &Connection,
        mut each: impl FnMut(&Cells) -> Flow,
    ) -> rusqlite::Result<()> {
        let Some(prepared) = &mut self.prepared else {
            return Ok(());
        };
        let sql = match self.question.report {
            Report::Paths => include_str!("paths.sql"),
            _ => include_str!("sessions.sql"),
        };
        let (after_start, after_session, after_position) = prepared.after;
        let choice = &prepared.choice;
        let values: [(&str, &dyn ToSql); 8] = [
            (":after_start", &after_start),
            (":after_session", &after_session),
            (":after_position", &after_position),
            (":end", &prepared.end_ms),
            (":left_out", &choice.with_left_out),
            (":marked", &choice.marked),
            (":consumer", &choice.consumer),
            (":device", &choice.device),
        ];
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query(&values[..])?;
        let end = Instant::now() + limits::SNAPSHOT_TIME / 2;
        let mut looked_at = 0;
        let mut session: Option<((i64, i64), bool)> = None;
        while let Some(row) = rows.next()? {
            let here = (row.get(0)?, row.get(1)?);
            let is_chosen = match session {
                Some((known, is_chosen)) if known == here => is_chosen,
                _ => is_chosen(&prepared.range, choice, &self.question, here),
            };
            session = Some((here, is_chosen));
            let position: Option<i64> = row.get(2)?;
            prepared.after = (here.0, here.1, position.unwrap_or(i64::MAX));
            let is_meant = is_chosen && position.is_some();
            let mut flow = Flow::Continue(());
            if is_meant && self.skip > 0 {
                self.skip -= 1;
            } else if is_meant {
                flow = each(&cells(connection, &self.question, row)?);
                self.remaining -= 1;
            }
            looked_at += 1;
            if self.remaining == 0 {
                break;
            }
            if flow.is_break() || looked_at >= limits::SNAPSHOT_ROWS || Instant::now() > end {
                return Ok(());
            }
        }
        self.is_over = true;
        Ok(())
    }
}

fn is_chosen(range: &Range, choice: &Choice, question: &Question, session: (i64, i64)) -> bool {
    let (start_ms, session_id) = session;
    let lists_all = choice.with_left_out && question.from.is_none() && question.to.is_none();
    (lists_all || range.holds(start_ms)) && !choice.exclude.contains(&session_id)
}

fn cells(connection: &Connection, question: &Question, row: &Row<'_>) -> rusqlite::Result<Cells> {
    match question.report {
        Report::Paths => paths::row(connection, row),
        _ => sessions::row(connection, row),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::table::Cell;
    use crate::model::zone::Zone;
    use crate::wire::questions;

    /// A file with one more session than a snapshot looks at, of which only the last is of consumer 2; each has a view.
    fn file() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        let schema = concat!(
            include_str!("../store/schema.sql"),
            include_str!("../store/derived.sql")
        );
        connection.execute_batch(schema).unwrap();
        let sql = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n <= ?1) \
                   INSERT INTO session_sums(start_ms, session_id, consumer_id, left_out, marked, touches, views, events, open, \
                   begin_ms, end_ms, span, points, screens) SELECT n, n, 1 + (n > ?1), 0, 0, 0, 1, 1, 0, n, n, 0, 0, 1 FROM n";
        let most = i64::try_from(limits::SNAPSHOT_ROWS).unwrap();
        connection.execute(sql, [most]).unwrap();
        connection
            .execute_batch(
                "INSERT INTO names(id, name) VALUES (1, 'home');
                 INSERT INTO views(session_id, position, screen, time_ms) SELECT session_id, 1, 1, start_ms FROM session_sums",
            )
            .unwrap();
        connection
    }

    #[test]
    fn a_snapshot_ends_among_sessions_that_are_not_chosen() {
        let connection = file();
        let last = i64::try_from(limits::SNAPSHOT_ROWS).unwrap() + 1;
        for report in [Report::Sessions, Report::Paths] {
            let query = "consumer=2&tz=UTC&from=1970-01-01&to=1970-01-01";
            let question = questions::question(report, query, &Zone::utc()).unwrap();
            let mut listing = Listing::new(question);
            listing.prepare(&connection).unwrap();
            let (mut snapshots, mut rows) = (0, Vec::new());
            while !listing.is_over() {
                snapshots += 1;
                let each = |row: &Cells| {
                    rows.push(row[0].clone());
                    Flow::Continue(())
                };
                listing.next(&connection, each).unwrap();
            }
            assert!(snapshots > 1, "{report:?}");
            assert_eq!(rows, [Cell::Number(last)], "{report:?}");
        }
    }
}
