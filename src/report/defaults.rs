//! The range where none is given: from the first local date on which a session begins to the last on which one begins or
//! has an event.

use rusqlite::{Connection, ToSql};

use super::chosen::Choice;
use super::range::{Range, date_bound};
use crate::limits;
use crate::model::calendar::{DAY_MS, QUARTER_MS};
use crate::model::report::{Question, Report};
use crate::model::zone::LocalClock;
use crate::store::derived;

/// Dates need not come in the order of moments where a clock is put back, but never by more than this.
const PUT_BACK_MS: i64 = DAY_MS + 2 * 60 * 60 * 1000;

/// The range of a question, with defaults for what it does not say. `None` if it has too many dates for its report.
pub(super) fn range(
    connection: &Connection,
    question: &Question,
    choice: &Choice,
) -> rusqlite::Result<Option<Range>> {
    let clock = LocalClock::new(question.zone.clone());
    let (mut from, mut to) = (question.from.clone(), question.to.clone());
    let lists_all = question.report == Report::Sessions && from.is_none() && to.is_none();
    if !lists_all && !choice.nothing {
        let seeker = Seeker {
            connection,
            choice,
            clock: &clock,
            scopes: choice.scopes(connection)?,
        };
        if from.is_none() {
            from = seeker.first_date()?.map(date_bound);
        }
        if to.is_none() {
            to = seeker.last_date()?.map(date_bound);
        }
    }
    let mut range = Range { from, to, clock };
    if question.report == Report::Days {
        let dates = range.dates().count();
        if dates > limits::REPORT_DATES && question.from.is_some() {
            return Ok(None);
        }
        if dates > limits::REPORT_DATES {
            let first = range.dates().nth(dates - limits::REPORT_DATES);
            range.from = first.map(date_bound);
        }
    }
    Ok(Some(range))
}

/// Looks for the first and the last of the selected sessions.
struct Seeker<'a> {
    connection: &'a Connection,
    choice: &'a Choice,
    clock: &'a LocalClock,
    scopes: Vec<i64>,
}

/// A session as it is looked for.
struct Found {
    session_id: i64,
    /// Its start where the first is looked for, its end where the last is.
    at_ms: i64,
}

impl Seeker<'_> {
    fn first_date(&self) -> rusqlite::Result<Option<i64>> {
        let quarters = include_str!("first_quarters.sql");
        let sessions = include_str!("starts.sql");
        let Some(first) = self.extreme(quarters, sessions, false)? else {
            return Ok(None);
        };
        let near = self.sessions(sessions, first, first + PUT_BACK_MS)?;
        Ok(near.iter().map(|found| self.clock.date(found.at_ms)).min())
    }

    fn last_date(&self) -> rusqlite::Result<Option<i64>> {
        let quarters = include_str!("last_quarters.sql");
        let sessions = include_str!("ends.sql");
        let Some(last) = self.extreme(quarters, sessions, true)? else {
            return Ok(None);
        };
        let date = self.clock.date(last);
        let first_put_back = last - PUT_BACK_MS;
        if self.clock.stretch(first_put_back) == self.clock.stretch(last) {
            return Ok(Some(date));
        }
        // The clocks were changed shortly before: maybe they were put back over a midnight.
        let mut latest = date;
        for found in self.sessions(sessions, first_put_back, last + 1)? {
            for ms in derived::moments(self.connection, found.session_id)? {
                latest = latest.max(self.clock.date(ms));
            }
        }
        Ok(Some(latest))
    }

    /// The first start, or the last end, of a session that is not excluded.
    fn extreme(&self, quarters: &str, sessions: &str, last: bool) -> rusqlite::Result<Option<i64>> {
        let mut extreme: Option<i64> = None;
        let mut statement = self.connection.prepare_cached(quarters)?;
        for scope in &self.scopes {
            for mark in self.choice.marks() {
                let mut rows = statement.query((scope, mark))?;
                while let Some(row) = rows.next()? {
                    let quarter: i64 = row.get(0)?;
                    let begin = quarter * QUARTER_MS;
                    let found = self.sessions(sessions, begin, begin + QUARTER_MS)?;
                    let moments = found.iter().map(|found| found.at_ms);
                    let best = if last { moments.max() } else { moments.min() };
                    if let Some(best) = best {
                        extreme = Some(match extreme {
                            Some(before) if last => before.max(best),
                            Some(before) => before.min(best),
                            None => best,
                        });
                        break;
                    }
                }
            }
        }
        Ok(extreme)
    }

    /// The selected sessions with a start, or an end, in an interval.
    fn sessions(&self, sql: &str, begin: i64, end: i64) -> rusqlite::Result<Vec<Found>> {
        let Choice {
            consumer,
            device,
            marked,
            exclude,
            ..
        } = self.choice;
        let values: [(&str, &dyn ToSql); 5] = [
            (":begin", &begin),
            (":end", &end),
            (":marked", marked),
            (":consumer", consumer),
            (":device", device),
        ];
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_map(&values[..], |row| {
            Ok(Found {
                session_id: row.get(0)?,
                at_ms: row.get(1)?,
            })
        })?;
        let meant = |found: &rusqlite::Result<Found>| !matches!(found, Ok(found) if exclude.contains(&found.session_id));
        found.filter(meant).collect()
    }
}
