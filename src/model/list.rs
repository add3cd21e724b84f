//! What a list of sessions or events is asked for.

use std::borrow::Cow;

use super::Moment;

/// Which rows of a list are wanted. `None` everywhere: all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// The address that started the session.
    pub ip: Option<String>,
    /// What the session's start begins with, e.g. `2017` or `2017-08-25`.
    pub date: Option<String>,
    /// The consumer's id.
    pub consumer: Option<Wanted>,
    /// The session's device.
    pub device: Option<String>,
    /// The row's own time, half-open.
    pub range: Option<Range>,
    /// The session, for events.
    pub session: Option<i64>,
    /// The event's action; of sessions, those that have such an event.
    pub action: Option<String>,
}

/// An id that is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// This one.
    Id(i64),
    /// What was given is no id: no row matches.
    Nothing,
}

/// Whose rows are wanted. `None` everywhere: all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Whose {
    /// The consumer's id.
    pub consumer: Option<Wanted>,
    /// The device.
    pub device: Option<String>,
}

impl Whose {
    /// Whether something of this consumer and device is wanted.
    pub fn is(&self, consumer_id: i64, device: Option<&str>) -> bool {
        let is_consumer = match self.consumer {
            None => true,
            Some(wanted) => wanted == Wanted::Id(consumer_id),
        };
        is_consumer && (self.device.is_none() || self.device.as_deref() == device)
    }
}

/// From a moment to just before another. Rows with unreadable times are in no range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Range {
    /// The first moment.
    pub from: Option<Moment>,
    /// The moment after the last.
    pub to: Option<Moment>,
}

/// A column that lists of events can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventColumn {
    /// `id`
    #[default]
    Id,
    /// `time`
    Time,
    /// `action`
    Action,
    /// `session_id`
    SessionId,
}

/// A column that lists of sessions can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SessionColumn {
    /// `id`
    #[default]
    Id,
    /// `started_at`
    StartedAt,
    /// `stopped_at`
    StoppedAt,
    /// `clicks`
    Clicks,
    /// `last_action`
    LastAction,
    /// `consumer_id`
    ConsumerId,
    /// `ip`
    Ip,
}

/// A list: which rows, in which order, and which part of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List<Column> {
    /// Which rows.
    pub filter: Filter,
    /// What they are ordered by; equal ones by id.
    pub column: Column,
    /// Whether the last come first.
    pub descending: bool,
    /// The most rows that are wanted.
    pub limit: Option<u64>,
    /// How many rows are passed over first.
    pub offset: u64,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// One JSON object with an array.
    #[default]
    Json,
    /// A table with a header row.
    Csv,
}

/// A row of a list of events. `None` where the file has nothing, or nothing of that kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow<'a> {
    /// The row in `events`.
    pub id: i64,
    /// When it happened; text, since files of the original service hold unreadable times.
    pub time: Option<Cow<'a, str>>,
    /// The session it belongs to, which an orphan's is not there.
    pub session_id: Option<i64>,
    /// What happened.
    pub action: Option<Cow<'a, str>>,
    /// What belongs to it, as it is stored.
    pub data: Option<Cow<'a, str>>,
    /// Its number in its session.
    pub seq: Option<i64>,
    /// When its request arrived.
    pub received_at: Option<Moment>,
}

/// A row of a list of sessions. `None` where the file has nothing, or nothing of that kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow<'a> {
    /// The row in `sessions`.
    pub id: i64,
    /// The consumer it counts for.
    pub consumer_id: Option<i64>,
    /// When it began.
    pub started_at: Option<Cow<'a, str>>,
    /// When it ended; `None` while it is open.
    pub stopped_at: Option<Cow<'a, str>>,
    /// Its events with the action `click`.
    pub clicks: i64,
    /// The time of the last of these.
    pub last_action: Option<Cow<'a, str>>,
    /// Where its first request came from.
    pub ip: Option<Cow<'a, str>>,
    /// The screen it ran on.
    pub device: Option<Cow<'a, str>>,
    /// Why it ended.
    pub stop_reason: Option<Cow<'a, str>>,
    /// When its first request arrived.
    pub received_at: Option<Moment>,
    /// When it was marked as a staff test.
    pub excluded_at: Option<Cow<'a, str>>,
}
