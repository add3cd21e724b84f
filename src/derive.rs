//! One pure function: the rows of a session to everything that reports say about it.
//!
//! What the words mean (touch, place, target screen, view, dwell, in vain, active time, …) is defined in
//! `docs/reports.md`; each file here is one of these definitions. The same function serves new events, late ones, old
//! files and a rebuild. It does no I/O, asks no clock and never fails: files of the original service hold anything.
//!
//! What needs more than one session is not here: whether a session is the echo of another is found out by the report
//! `sessions`.

mod activity;
mod data;
mod heard;
mod media;
mod names;
mod order;
mod screens;
mod suspect;
mod touches;

pub use media::Watched;
pub use names::{NameId, Names};
pub use screens::{ScreenSums, View};
pub use suspect::Suspect;
pub use touches::{Point, Touch};

use std::borrow::Cow;

use data::Details;
use order::Happening;

/// A row of `sessions`, as far as it is asked about.
#[derive(Debug, Clone, Copy, Default)]
pub struct SessionRow<'a> {
    /// When it began, as it is stored.
    pub started_at: &'a str,
    /// When its first request arrived, in ms since 1970.
    pub received_at: Option<i64>,
    /// Whether nobody has ended it.
    pub is_open: bool,
    /// Why it ended.
    pub stop_reason: Option<&'a str>,
}

/// A row of `events`, as far as it is asked about.
#[derive(Debug, Clone, Copy, Default)]
pub struct EventRow<'a> {
    /// The order in which rows were stored.
    pub id: i64,
    /// When it happened, as it is stored.
    pub time: &'a str,
    /// What happened.
    pub action: &'a str,
    /// What belongs to it.
    pub data: Option<&'a str>,
    /// Its number, given by the page.
    pub seq: Option<i64>,
    /// When its request arrived, in ms since 1970.
    pub received_at: Option<i64>,
}

/// All that is known of a session. Times are in ms since 1970, names are numbers into `names`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Derived {
    /// The names that the rest refers to.
    pub names: Names,
    /// When it began.
    pub start_ms: i64,
    /// The earliest of its start and its events.
    pub begin_ms: i64,
    /// The latest of its start and its events.
    pub end_ms: i64,
    /// How many events it has, of any kind.
    pub events: i64,
    /// The first and the last moment of its active time; `None` if nothing in it is activity.
    pub active_ms: Option<(i64, i64)>,
    /// Why it ended; `None` while it is open.
    pub reason: Option<NameId>,
    /// Why it looks like no visitor, as far as it tells by itself.
    pub suspect: Option<Suspect>,
    /// Its touches in order.
    pub touches: Vec<Touch>,
    /// Its views in order.
    pub views: Vec<View>,
    /// What happened on and towards each screen.
    pub screens: Vec<(NameId, ScreenSums)>,
    /// How many events each action has.
    pub actions: Vec<(NameId, i64)>,
    /// The languages, and how many touches were made while each was the latest; without a name those before the first. A
    /// session without any has one row without a name.
    pub languages: Vec<(Option<NameId>, i64)>,
    /// What was watched.
    pub media: Vec<(NameId, Watched)>,
}

/// Derives a session. `events` are all of its rows in the order of their ids.
pub fn derive(session: &SessionRow<'_>, events: &[EventRow<'_>]) -> Derived {
    let mut names = Names::default();
    let (start_ms, happenings) = order::in_order(session.started_at, events);
    let idle_from = activity::idle_from(&happenings);
    let touches = touches::touches(&happenings, &mut names);
    let views = screens::views(&happenings, idle_from, &mut names);
    let screens = screens::sums(&happenings, &touches, &views, &mut names);
    let active_ms = activity::active_time(&happenings, idle_from);
    let times = || happenings.iter().map(|happening| happening.time_ms);
    Derived {
        start_ms,
        begin_ms: times().min().unwrap_or(start_ms).min(start_ms),
        end_ms: times().max().unwrap_or(start_ms).max(start_ms),
        events: count(happenings.len()),
        active_ms,
        reason: heard::reason(session, &happenings).map(|reason| names.add(reason)),
        suspect: suspect::suspect(session, start_ms, &happenings, &touches, active_ms),
        screens,
        actions: heard::actions(&happenings, &mut names),
        languages: heard::languages(&happenings, &mut names),
        media: media::watched(&happenings, &mut names),
        touches,
        views,
        names,
    }
}

/// What one touch tells by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched<'a> {
    /// The screen on which the finger was.
    pub place: Option<Cow<'a, str>>,
    /// What it hit.
    pub target: Option<Cow<'a, str>>,
}

/// What an event tells that is a touch; `None` for any other.
pub fn touched<'a>(action: &str, data: &'a str) -> Option<Touched<'a>> {
    order::is_touch(action).then(|| {
        let details = Details::parse(data);
        Touched {
            place: details.came_from.or(details.screen),
            target: details.target,
        }
    })
}

/// The start of a session and the times of all its events, as far as they can be found.
pub fn moments(session: &SessionRow<'_>, events: &[EventRow<'_>]) -> Vec<i64> {
    let (start_ms, happenings) = order::in_order(session.started_at, events);
    let times = happenings.iter().map(|happening| happening.time_ms);
    times.chain([start_ms]).collect()
}

/// A number of things in memory, as the file has numbers.
fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_without_events_has_only_its_start() {
        let session = SessionRow {
            started_at: "2024-05-01T10:00:00.000Z",
            is_open: true,
            ..SessionRow::default()
        };
        let derived = derive(&session, &[]);
        assert_eq!(derived.start_ms, 1_714_557_600_000);
        assert_eq!(
            (derived.begin_ms, derived.end_ms),
            (derived.start_ms, derived.start_ms)
        );
        assert_eq!(
            (derived.events, derived.active_ms, derived.reason),
            (0, None, None)
        );
        assert_eq!(derived.languages, [(None, 0)]);
        assert!(derived.touches.is_empty() && derived.views.is_empty());
    }

    #[test]
    fn the_order_in_which_rows_arrive_changes_nothing_but_ties() {
        let row = |id, time, screen| EventRow {
            id,
            time,
            action: "click",
            data: Some(screen),
            seq: Some(id),
            ..EventRow::default()
        };
        let session = SessionRow {
            started_at: "2024-05-01T10:00:00Z",
            ..SessionRow::default()
        };
        let (a, b) = (
            ("2024-05-01T10:00:01Z", r#"{"screen":"a"}"#),
            ("2024-05-01T10:00:02Z", r#"{"screen":"b"}"#),
        );
        let forth = derive(&session, &[row(1, a.0, a.1), row(2, b.0, b.1)]);
        let back = derive(&session, &[row(1, b.0, b.1), row(2, a.0, a.1)]);
        assert_eq!(forth, back);
        assert_eq!(forth.views[0].dwell_ms, Some(1_000));
    }
}
