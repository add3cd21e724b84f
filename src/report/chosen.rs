//! Which sessions a report is about, and the one loop over their rows.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, ToSql};

use super::defaults;
use super::range::Range;
use crate::model::list::Wanted;
use crate::model::report::{Marked, Question, Selected};

/// What a report is made from.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) connection: &'a Connection,
    pub(super) question: &'a Question,
    pub(super) range: Range,
    pub(super) choice: Choice,
}

/// The parameters that select sessions, with the numbers of the file for names.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// Nothing is selected: a consumer or a device does not exist.
    pub(super) nothing: bool,
    pub(super) consumer: Option<i64>,
    pub(super) device: Option<i64>,
    /// Only these, or only others than these; `None` is both.
    pub(super) marked: Option<bool>,
    pub(super) exclude: HashSet<i64>,
    /// Whether sessions are chosen that reports leave out.
    pub(super) with_left_out: bool,
}

impl Choice {
    fn read(connection: &Connection, selected: &Selected) -> rusqlite::Result<Choice> {
        let mut choice = Choice {
            exclude: selected.exclude.iter().copied().collect(),
            marked: match selected.marked {
                Marked::LeftOut => Some(false),
                Marked::Included => None,
                Marked::Only => Some(true),
            },
            ..Choice::default()
        };
        match selected.consumer {
            Some(Wanted::Id(id)) => choice.consumer = Some(id),
            Some(Wanted::Nothing) => choice.nothing = true,
            None => {}
        }
        if let Some(device) = &selected.device {
            choice.device = find_name(connection, device)?;
            choice.nothing |= choice.device.is_none();
        }
        Ok(choice)
    }

    /// The scopes whose sums are those of the selected sessions. Nothing is excluded from them yet.
    pub(super) fn scopes(&self, connection: &Connection) -> rusqlite::Result<Vec<i64>> {
        if self.nothing {
            return Ok(Vec::new());
        }
        let sql = include_str!("scopes.sql");
        let mut scopes = connection.prepare_cached(sql)?;
        let scopes = scopes.query_map((self.consumer, self.device), |row| row.get(0))?;
        scopes.collect()
    }

    /// The values of the column `marked` that are selected.
    pub(super) fn marks(&self) -> &'static [bool] {
        match self.marked {
            None => &[false, true],
            Some(false) => &[false],
            Some(true) => &[true],
        }
    }
}

/// The number of a name, if it was ever met.
pub(super) fn find_name(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT id FROM names WHERE name = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row([name], |row| row.get(0)).optional()
}

/// Puts the condition for selected sessions behind a report's own SQL, in which they are `s`.
macro_rules! of_selected {
    ($file:literal) => {
        concat!(include_str!($file), include_str!("selected.sql"))
    };
}
pub(super) use of_selected;

impl<'a> Context<'a> {
    /// Finds out which sessions are meant. `None` if the range has too many dates.
    pub(super) fn new(
        connection: &'a Connection,
        question: &'a Question,
    ) -> rusqlite::Result<Option<Context<'a>>> {
        let choice = Choice::read(connection, &question.selected)?;
        let Some(range) = defaults::range(connection, question, &choice)? else {
            return Ok(None);
        };
        Ok(Some(Context {
            connection,
            question,
            range,
            choice,
        }))
    }

    /// Gives the rows of the sessions of the range, in their order. The first two columns are start and id of the session,
    /// and `of_selected!` is the end of the SQL.
    pub(super) fn each(
        &self,
        sql: &str,
        each: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let (begin, end) = self.range.at_most();
        self.each_between(sql, begin, end, &[], each)
    }

    /// Like `each`, for the sessions of the range that begin in an interval; with parameters of the SQL's own.
    pub(super) fn each_between(
        &self,
        sql: &str,
        begin: i64,
        end: i64,
        own: &[(&str, &dyn ToSql)],
        mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        if self.choice.nothing {
            return Ok(());
        }
        let mut statement = self.connection.prepare_cached(sql)?;
        let Choice {
            consumer,
            device,
            marked,
            with_left_out,
            ..
        } = &self.choice;
        let mut values: Vec<(&str, &dyn ToSql)> = vec![
            (":begin", &begin),
            (":end", &end),
            (":left_out", with_left_out),
            (":marked", marked),
            (":consumer", consumer),
            (":device", device),
        ];
        values.extend_from_slice(own);
        let mut rows = statement.query(values.as_slice())?;
        let (mut last, mut is_meant) = (None, false);
        while let Some(row) = rows.next()? {
            let session_id: i64 = row.get(1)?;
            if last != Some(session_id) {
                last = Some(session_id);
                let is_excluded = self.choice.exclude.contains(&session_id);
                is_meant = !is_excluded && self.range.holds(row.get(0)?);
            }
            if is_meant {
                each(row)?;
            }
        }
        Ok(())
    }
}
