//! Lists of sessions and events, read in snapshots that are short whatever the list's length.
//!
//! In order of id or time a snapshot looks at a bounded number of rows from where the last one ended. What the filters
//! do not choose is passed over in the same loop, so a rare action in a huge file costs many short snapshots and not
//! one long one. In any other order the ids are found first, in one read under a deadline, and are few.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::time::Instant;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Row, ToSql, params_from_iter};

use crate::limits;
use crate::model::Moment;
use crate::model::list::{EventColumn, EventRow, Filter, List, SessionColumn, SessionRow, Wanted};

/// What a list does with a row: go on, or end the snapshot here because enough is gathered.
pub type Flow = ControlFlow<()>;

/// A list that is being read.
#[derive(Debug)]
pub struct Scan {
    table: &'static Table,
    conditions: Conditions,
    order: Order,
    descending: bool,
    position: Position,
    /// Rows that are still wanted.
    remaining: u64,
    /// Chosen rows that are still to be passed over.
    skip: u64,
}

/// How the rows of a list come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Id,
    Time,
    /// By this expression; equal ones by id.
    By(&'static str),
}

/// Where the next snapshot begins.
#[derive(Debug)]
enum Position {
    Start,
    /// After the row with this id.
    Id(i64),
    /// After the row with this time and id.
    Time(Key, i64),
    /// These rows, in this order.
    Rows(VecDeque<i64>),
    End,
}

/// A stored time, as it is: files of the original service hold any type and broken text.
#[derive(Debug, Clone)]
enum Key {
    Null,
    Integer(i64),
    Real(f64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

impl From<ValueRef<'_>> for Key {
    fn from(value: ValueRef<'_>) -> Key {
        match value {
            ValueRef::Null => Key::Null,
            ValueRef::Integer(number) => Key::Integer(number),
            ValueRef::Real(number) => Key::Real(number),
            ValueRef::Text(bytes) => Key::Text(bytes.to_vec()),
            ValueRef::Blob(bytes) => Key::Blob(bytes.to_vec()),
        }
    }
}

impl ToSql for Key {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Key::Null => ValueRef::Null,
            Key::Integer(number) => ValueRef::Integer(*number),
            Key::Real(number) => ValueRef::Real(*number),
            Key::Text(bytes) => ValueRef::Text(bytes),
            Key::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A table as lists see it.
#[derive(Debug)]
struct Table {
    /// Selects id, time, and what the rows are read from.
    select: &'static str,
    from: &'static str,
    id: &'static str,
    time: &'static str,
    /// The session of a row.
    session: &'static str,
    /// Whether a row has the wanted action.
    action: &'static str,
}

const EVENTS: Table = Table {
    select: "SELECT e.id, e.time, e.session_id, e.action, e.data, e.seq, e.received_at",
    from: "FROM events e LEFT JOIN sessions s ON s.id = e.session_id",
    id: "e.id",
    time: "e.time",
    session: "e.session_id",
    action: "e.action = ?",
};

const SESSIONS: Table = Table {
    select: "SELECT s.id, s.started_at, s.consumer_id, s.stopped_at, s.clicks, s.last_action, s.ip, s.device, s.stop_reason, s.received_at, \
             s.excluded_at",
    from: "FROM sessions s",
    id: "s.id",
    time: "s.started_at",
    session: "s.id",
    action: "EXISTS (SELECT 1 FROM events e WHERE e.session_id = s.id AND e.action = ?)",
};

/// Filters as SQL. Values are bound, never written into the text.
#[derive(Debug, Default)]
struct Conditions {
    /// What an index finds.
    indexed: Vec<String>,
    indexed_values: Vec<Value>,
    /// What is looked at row by row.
    chosen: Vec<String>,
    chosen_values: Vec<Value>,
}

impl Conditions {
    fn indexed(&mut self, sql: String, value: impl Into<Value>) {
        self.indexed.push(sql);
        self.indexed_values.push(value.into());
    }

    fn chosen(&mut self, sql: String, value: impl Into<Value>) {
        self.chosen.push(sql);
        self.chosen_values.push(value.into());
    }

    fn new(table: &Table, filter: &Filter, order: Order) -> Conditions {
        let mut all = Conditions::default();
        if let Some(session) = filter.session {
            all.indexed(format!("{} = ?", table.session), session);
        }
        if let Some(range) = filter.range {
            // '0' and ':' enclose all that begins with a digit; the pattern leaves out what else begins so.
            let from = range.from.map_or("0".to_owned(), |from| from.to_string());
            let to = range.to.map_or(":".to_owned(), |to| to.to_string());
            let add = if order == Order::Time {
                Conditions::indexed
            } else {
                Conditions::chosen
            };
            add(&mut all, format!("{} >= ?", table.time), from);
            add(&mut all, format!("{} < ?", table.time), to);
            all.chosen(
                format!("{} GLOB ?", table.time),
                "????-??-??[Tt]*".to_owned(),
            );
        }
        match filter.consumer {
            Some(Wanted::Id(id)) => all.chosen("s.consumer_id = ?".to_owned(), id),
            Some(Wanted::Nothing) => all.indexed("?".to_owned(), 0),
            None => {}
        }
        if let Some(date) = &filter.date {
            let length = i64::try_from(date.chars().count()).unwrap_or(i64::MAX);
            all.chosen(
                format!("substr(s.started_at, 1, {length}) = ?"),
                date.clone(),
            );
        }
        for (sql, value) in [
            ("s.ip = ?", &filter.ip),
            ("s.device = ?", &filter.device),
            (table.action, &filter.action),
        ] {
            if let Some(value) = value {
                all.chosen(sql.to_owned(), value.clone());
            }
        }
        all
    }

    /// An expression that is true for chosen rows.
    fn choice(&self) -> String {
        if self.chosen.is_empty() {
            "1".to_owned()
        } else {
            self.chosen.join(" AND ")
        }
    }
}

impl Scan {
    /// A list of events.
    pub fn events(list: &List<EventColumn>) -> Scan {
        // No index has the events of one session in these orders, so they are ordered once, and not for each snapshot.
        let of_one = list.filter.session.is_some();
        let order = match list.column {
            EventColumn::Id if of_one => Order::By("e.id"),
            EventColumn::Time if of_one => Order::By("e.time"),
            EventColumn::Id => Order::Id,
            EventColumn::Time => Order::Time,
            EventColumn::Action => Order::By("e.action"),
            EventColumn::SessionId => Order::By("e.session_id"),
        };
        Scan::new(&EVENTS, list, order)
    }

    /// A list of sessions.
    pub fn sessions(list: &List<SessionColumn>) -> Scan {
        let order = match list.column {
            SessionColumn::Id => Order::Id,
            SessionColumn::StartedAt => Order::Time,
            SessionColumn::StoppedAt => Order::By("s.stopped_at"),
            SessionColumn::Clicks => Order::By("s.clicks"),
            SessionColumn::LastAction => Order::By("s.last_action"),
            SessionColumn::ConsumerId => Order::By("s.consumer_id"),
            SessionColumn::Ip => Order::By("s.ip"),
        };
        Scan::new(&SESSIONS, list, order)
    }

    fn new<C>(table: &'static Table, list: &List<C>, order: Order) -> Scan {
        Scan {
            table,
            conditions: Conditions::new(table, &list.filter, order),
            order,
            descending: list.descending,
            position: Position::Start,
            remaining: list.limit.unwrap_or(u64::MAX),
            skip: list.offset,
        }
    }

    /// Whether there is nothing more to read.
    pub fn is_over(&self) -> bool {
        matches!(self.position, Position::End)
    }

    /// Whether the next step is the one that orders all rows.
    pub(super) fn must_sort(&self) -> bool {
        matches!(
            (&self.position, self.order),
            (Position::Start, Order::By(_))
        )
    }

    fn direction(&self) -> (&'static str, &'static str) {
        if self.descending {
            ("DESC", "<")
        } else {
            ("ASC", ">")
        }
    }

    /// Finds the rows of a list that must be ordered as a whole.
    pub(super) fn sort(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let Order::By(expression) = self.order else {
            return Ok(());
        };
        let Table { from, id, .. } = self.table;
        let Conditions {
            indexed,
            indexed_values,
            chosen_values,
            ..
        } = &self.conditions;
        let mut filter = self.conditions.choice();
        for condition in indexed {
            filter = format!("{filter} AND {condition}");
        }
        let (direction, _) = self.direction();
        let sql = format!(
            "SELECT {id} {from} WHERE {filter} ORDER BY {expression} {direction}, {id} {direction} LIMIT ? OFFSET ?"
        );
        let page = [self.remaining, self.skip]
            .map(|number| Value::from(i64::try_from(number).unwrap_or(i64::MAX)));
        let values = chosen_values.iter().chain(indexed_values).chain(&page);
        let mut statement = connection.prepare(&sql)?;
        let ids = statement.query_map(params_from_iter(values), |row| row.get(0))?;
        self.position = Position::Rows(ids.collect::<rusqlite::Result<_>>()?);
        self.skip = 0;
        Ok(())
    }

    /// One snapshot of events.
    pub(super) fn next_events(
        &mut self,
        connection: &Connection,
        mut each: impl FnMut(&EventRow<'_>) -> Flow,
    ) -> rusqlite::Result<()> {
        self.snapshot(connection, |row| {
            Ok(each(&EventRow {
                id: row.get(0)?,
                time: text(row, 1)?,
                session_id: number(row, 2)?,
                action: text(row, 3)?,
                data: text(row, 4)?,
                seq: number(row, 5)?,
                received_at: moment(row, 6)?,
            }))
        })
    }

    /// One snapshot of sessions.
    pub(super) fn next_sessions(
        &mut self,
        connection: &Connection,
        mut each: impl FnMut(&SessionRow<'_>) -> Flow,
    ) -> rusqlite::Result<()> {
        self.snapshot(connection, |row| {
            Ok(each(&SessionRow {
                id: row.get(0)?,
                started_at: text(row, 1)?,
                consumer_id: number(row, 2)?,
                stopped_at: text(row, 3)?,
                clicks: number(row, 4)?.unwrap_or_default(),
                last_action: text(row, 5)?,
                ip: text(row, 6)?,
                device: text(row, 7)?,
                stop_reason: text(row, 8)?,
                received_at: moment(row, 9)?,
                excluded_at: text(row, 10)?,
            }))
        })
    }

    fn snapshot(
        &mut self,
        connection: &Connection,
        mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<Flow>,
    ) -> rusqlite::Result<()> {
        if self.remaining == 0 {
            self.position = Position::End;
        }
        match &self.position {
            Position::End => Ok(()),
            Position::Rows(_) => self.rows_by_id(connection, each),
            Position::Start => self.range(connection, None, &[], &mut each).map(drop),
            Position::Id(after) => {
                let after = *after;
                let (_, beyond) = self.direction();
                let condition = format!("{} {beyond} ?", self.table.id);
                self.range(connection, Some(condition), &[&after], &mut each)
                    .map(drop)
            }
            Position::Time(time, id) => {
                // Two ranges, since SQLite cannot search an index for a pair: the rest of the same time, then the rest.
                let (key, id) = (time.clone(), *id);
                let (_, beyond) = self.direction();
                let Table {
                    time,
                    id: id_column,
                    ..
                } = self.table;
                let same = format!("{time} IS ? AND {id_column} {beyond} ?");
                let other = match (&key, self.descending) {
                    (Key::Null, false) => format!("{time} IS NOT ?"),
                    _ => format!("{time} {beyond} ?"),
                };
                if self.range(connection, Some(same), &[&key, &id], &mut each)? {
                    self.range(connection, Some(other), &[&key], &mut each)?;
                }
                Ok(())
            }
        }
    }

    /// Reads on from where the last snapshot ended. True if the range is exhausted.
    fn range(
        &mut self,
        connection: &Connection,
        beginning: Option<String>,
        beginning_values: &[&dyn ToSql],
        each: &mut impl FnMut(&Row<'_>) -> rusqlite::Result<Flow>,
    ) -> rusqlite::Result<bool> {
        let Table {
            select,
            from,
            id,
            time,
            ..
        } = self.table;
        let (direction, _) = self.direction();
        let Conditions {
            indexed,
            indexed_values,
            chosen_values,
            ..
        } = &self.conditions;
        let filter: Vec<&str> = indexed
            .iter()
            .chain(&beginning)
            .map(String::as_str)
            .collect();
        let filter = if filter.is_empty() {
            String::new()
        } else {
            format!("WHERE {}", filter.join(" AND "))
        };
        let order = match self.order {
            Order::Time => format!("{time} {direction}, {id} {direction}"),
            Order::Id | Order::By(_) => format!("{id} {direction}"),
        };
        let sql = format!(
            "{select}, {} AS chosen {from} {filter} ORDER BY {order}",
            self.conditions.choice()
        );
        let filter_values = chosen_values
            .iter()
            .chain(indexed_values)
            .map(|value| value as &dyn ToSql);
        let values = filter_values.chain(beginning_values.iter().copied());
        let mut statement = connection.prepare_cached(&sql)?;
        let chosen_at = statement.column_count() - 1;
        let mut rows = statement.query(params_from_iter(values))?;
        let end = Instant::now() + limits::SNAPSHOT_TIME / 2;
        let mut looked_at = 0;
        while let Some(row) = rows.next()? {
            let here: i64 = row.get(0)?;
            self.position = match self.order {
                Order::Time => Position::Time(Key::from(row.get_ref(1)?), here),
                Order::Id | Order::By(_) => Position::Id(here),
            };
            let chosen: Option<bool> = row.get(chosen_at)?;
            let mut flow = Flow::Continue(());
            if chosen == Some(true) && self.skip > 0 {
                self.skip -= 1;
            } else if chosen == Some(true) {
                flow = each(row)?;
                self.remaining -= 1;
            }
            looked_at += 1;
            if self.remaining == 0 {
                self.position = Position::End;
                return Ok(false);
            }
            if flow.is_break() || looked_at >= limits::SNAPSHOT_ROWS || Instant::now() > end {
                return Ok(false);
            }
        }
        self.position = Position::End;
        Ok(true)
    }

    fn rows_by_id(
        &mut self,
        connection: &Connection,
        mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<Flow>,
    ) -> rusqlite::Result<()> {
        let Table {
            select, from, id, ..
        } = self.table;
        let mut statement =
            connection.prepare_cached(&format!("{select} {from} WHERE {id} = ?"))?;
        let Position::Rows(ids) = &mut self.position else {
            return Ok(());
        };
        while let Some(id) = ids.pop_front() {
            let mut rows = statement.query([id])?;
            if let Some(row) = rows.next()?
                && each(row)?.is_break()
            {
                return Ok(());
            }
        }
        self.position = Position::End;
        Ok(())
    }
}

/// Any value as text: files of the original service hold what was sent, in whatever type SQLite made of it.
fn text<'r>(row: &'r Row<'_>, at: usize) -> rusqlite::Result<Option<Cow<'r, str>>> {
    Ok(match row.get_ref(at)? {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(Cow::Owned(number.to_string())),
        ValueRef::Real(number) => Some(Cow::Owned(number.to_string())),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes)),
    })
}

fn number(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<i64>> {
    Ok(row.get_ref(at)?.as_i64().ok())
}

fn moment(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Moment>> {
    Ok(number(row, at)?.map(Moment::saturating))
}
