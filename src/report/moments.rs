//! Sums by local time, made of quarters of an hour of UTC.
//!
//! A quarter whose moments all have one local hour and lie in the range as a whole, or as a whole outside, is taken as it
//! is. Any other is read from the rows of its sessions: one in which the zone's clocks change, or the range begins or ends.

use rusqlite::ToSql;

use super::chosen::{Context, of_selected};
use crate::model::calendar::{HOUR_MS, QUARTER_MS};

/// What happened at a time. Excluded sessions are taken away again, so any of it may be negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Sessions that began then.
    pub(super) sessions: i64,
    /// Touches of these.
    pub(super) session_touches: i64,
    /// Views of these.
    pub(super) session_views: i64,
    /// Active time of these.
    pub(super) active_ms: i64,
    /// Touches made then.
    pub(super) touches: i64,
    /// Views made then.
    pub(super) views: i64,
}

impl Counts {
    /// Adds others.
    pub(super) fn add(&mut self, others: &Counts) {
        self.sessions += others.sessions;
        self.session_touches += others.session_touches;
        self.session_views += others.session_views;
        self.active_ms += others.active_ms;
        self.touches += others.touches;
        self.views += others.views;
    }

    fn negative(self) -> Counts {
        Counts {
            sessions: -self.sessions,
            session_touches: -self.session_touches,
            session_views: -self.session_views,
            active_ms: -self.active_ms,
            touches: -self.touches,
            views: -self.views,
        }
    }
}

/// Gives everything that happened in the range by the selected sessions, with a local time in ms since 1970 of which only
/// date and hour are right.
pub(super) fn each(
    context: &Context<'_>,
    mut each: impl FnMut(i64, &Counts),
) -> rusqlite::Result<()> {
    let split = each_whole(context, &mut each)?;
    for quarter in split {
        each_single(context, quarter, &mut each)?;
    }
    for session_id in &context.choice.exclude {
        take_away(context, *session_id, &mut each)?;
    }
    Ok(())
}

/// Gives the quarters that are whole, and returns the others in which anything happened.
fn each_whole(
    context: &Context<'_>,
    each: &mut impl FnMut(i64, &Counts),
) -> rusqlite::Result<Vec<i64>> {
    let (begin, end) = context.range.at_most();
    let (first, last) = (begin.div_euclid(QUARTER_MS), end.div_euclid(QUARTER_MS));
    let mut split = Vec::new();
    let mut statement = context
        .connection
        .prepare_cached(include_str!("quarters.sql"))?;
    for scope in context.choice.scopes(context.connection)? {
        for mark in context.choice.marks() {
            let mut rows = statement.query((scope, mark, first, last))?;
            while let Some(row) = rows.next()? {
                let quarter: i64 = row.get(0)?;
                if !is_whole(context, quarter) {
                    split.push(quarter);
                } else if context.range.holds(quarter * QUARTER_MS) {
                    let counts = Counts {
                        sessions: row.get(1)?,
                        session_touches: row.get(2)?,
                        session_views: row.get(3)?,
                        active_ms: row.get(4)?,
                        touches: row.get(5)?,
                        views: row.get(6)?,
                    };
                    each(context.range.clock.local_ms(quarter * QUARTER_MS), &counts);
                }
            }
        }
    }
    split.sort_unstable();
    split.dedup();
    Ok(split)
}

/// Whether all moments of a quarter have one local hour, and none of them is an end of the range.
fn is_whole(context: &Context<'_>, quarter: i64) -> bool {
    let (begin, end) = (quarter * QUARTER_MS, (quarter + 1) * QUARTER_MS);
    let stretch = context.range.clock.stretch(begin);
    let hour = |ms: i64| (ms + stretch.offset_ms).div_euclid(HOUR_MS);
    end <= stretch.end_ms
        && hour(begin) == hour(end - 1)
        && !context.range.is_cut_between(begin, end)
}

/// Gives what single sessions did in a quarter.
fn each_single(
    context: &Context<'_>,
    quarter: i64,
    each: &mut impl FnMut(i64, &Counts),
) -> rusqlite::Result<()> {
    let (begin, end) = (quarter * QUARTER_MS, (quarter + 1) * QUARTER_MS);
    let clock = &context.range.clock;
    let sql = of_selected!("begun.sql");
    context.each_between(sql, begin, end, &[], |row| {
        each(clock.local_ms(row.get(0)?), &begun(row)?);
        Ok(())
    })?;
    let choice = &context.choice;
    let values: [(&str, &dyn ToSql); 5] = [
        (":begin", &begin),
        (":end", &end),
        (":marked", &choice.marked),
        (":consumer", &choice.consumer),
        (":device", &choice.device),
    ];
    for sql in [include_str!("touches_at.sql"), include_str!("views_at.sql")] {
        let is_touch = sql == include_str!("touches_at.sql");
        let mut statement = context.connection.prepare_cached(sql)?;
        let mut rows = statement.query(&values[..])?;
        while let Some(row) = rows.next()? {
            let (session_id, time_ms): (i64, i64) = (row.get(0)?, row.get(1)?);
            if context.range.holds(time_ms) && !choice.exclude.contains(&session_id) {
                each(clock.local_ms(time_ms), &made(is_touch));
            }
        }
    }
    Ok(())
}

/// A session that began, from the columns after its start and id.
fn begun(row: &rusqlite::Row<'_>) -> rusqlite::Result<Counts> {
    Ok(Counts {
        sessions: 1,
        session_touches: row.get(2)?,
        session_views: row.get(3)?,
        active_ms: row.get(4)?,
        ..Counts::default()
    })
}

fn made(is_touch: bool) -> Counts {
    Counts {
        touches: i64::from(is_touch),
        views: i64::from(!is_touch),
        ..Counts::default()
    }
}

/// Takes an excluded session out of the whole quarters.
fn take_away(
    context: &Context<'_>,
    session_id: i64,
    each: &mut impl FnMut(i64, &Counts),
) -> rusqlite::Result<()> {
    let choice = &context.choice;
    let mut take = |time_ms: i64, counts: Counts| {
        let is_counted = is_whole(context, time_ms.div_euclid(QUARTER_MS));
        if is_counted && context.range.holds(time_ms) {
            each(context.range.clock.local_ms(time_ms), &counts.negative());
        }
    };
    let mut session = context
        .connection
        .prepare_cached(include_str!("excluded.sql"))?;
    let key = (session_id, choice.marked, choice.consumer, choice.device);
    let mut rows = session.query(key)?;
    let Some(row) = rows.next()? else {
        return Ok(());
    };
    if choice.nothing {
        return Ok(());
    }
    take(row.get(0)?, begun(row)?);
    for (sql, is_touch) in [
        ("SELECT time_ms FROM touches WHERE session_id = ?1", true),
        ("SELECT time_ms FROM views WHERE session_id = ?1", false),
    ] {
        let mut times = context.connection.prepare_cached(sql)?;
        let mut rows = times.query([session_id])?;
        while let Some(row) = rows.next()? {
            take(row.get(0)?, made(is_touch));
        }
    }
    Ok(())
}
