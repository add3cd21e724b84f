//! The order inside a session: by time, then `seq`, then id.

use super::EventRow;
use super::data::Details;
use crate::model::Moment;

/// The start of a session of which no time can be read: 1970.
const NO_TIME_MS: i64 = 0;

/// The actions that are touches. `typing` is activity and no touch.
const TOUCHES: [&str; 5] = ["click", "tap", "swipe", "longpress", "pinch"];
const TYPING: &str = "typing";
const SCREEN: &str = "screen";
const STOP: &str = "stopSession";

/// An event with the time that was found for it and what its data says.
#[derive(Debug, Clone)]
pub(super) struct Happening<'a> {
    pub(super) time_ms: i64,
    pub(super) action: &'a str,
    pub(super) details: Details<'a>,
    pub(super) received_at: Option<i64>,
}

/// Whether events with this action are touches.
pub(super) fn is_touch(action: &str) -> bool {
    TOUCHES.contains(&action)
}

impl Happening<'_> {
    pub(super) fn is_touch(&self) -> bool {
        is_touch(self.action)
    }

    /// Whether a person did it, as far as the action tells.
    pub(super) fn is_activity(&self) -> bool {
        self.is_touch() || self.action == TYPING
    }

    pub(super) fn is_screen_change(&self) -> bool {
        self.action == SCREEN
    }

    pub(super) fn is_stop(&self) -> bool {
        self.action == STOP
    }
}

/// A stored time, where it is one: RFC 3339 without a space.
fn read_time(text: &str) -> Option<i64> {
    if text.contains(' ') {
        return None;
    }
    Moment::parse_ms(text)
}

/// The start of a session, and its events in order. `events` come in the order of their ids.
///
/// An unreadable time is that of the event before it in the order of ids; for the first event it is the start. An
/// unreadable start is the first readable time of an event.
pub(super) fn in_order<'a>(started_at: &str, events: &[EventRow<'a>]) -> (i64, Vec<Happening<'a>>) {
    let first_readable = || events.iter().find_map(|event| read_time(event.time));
    let start_ms = read_time(started_at)
        .or_else(first_readable)
        .unwrap_or(NO_TIME_MS);
    let mut time_ms = start_ms;
    let mut keyed: Vec<_> = events
        .iter()
        .map(|event| {
            time_ms = read_time(event.time).unwrap_or(time_ms);
            let happening = Happening {
                time_ms,
                action: event.action,
                details: event.data.map(Details::parse).unwrap_or_default(),
                received_at: event.received_at,
            };
            ((time_ms, event.seq, event.id), happening)
        })
        .collect();
    // `None` is less than any number, as "none first" asks.
    keyed.sort_by_key(|(key, _)| *key);
    let happenings = keyed.into_iter().map(|(_, happening)| happening).collect();
    (start_ms, happenings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(
        id: i64,
        time: &'static str,
        seq: Option<i64>,
        action: &'static str,
    ) -> EventRow<'static> {
        EventRow {
            id,
            time,
            seq,
            action,
            ..EventRow::default()
        }
    }

    #[test]
    fn events_come_by_time_then_seq_then_id() {
        let (_, happenings) = in_order(
            "2024-05-01T10:00:00Z",
            &[
                event(1, "2024-05-01T10:00:02Z", None, "e"),
                event(2, "2024-05-01T10:00:01Z", Some(7), "c"),
                event(3, "2024-05-01T10:00:01Z", Some(0), "b"),
                event(4, "2024-05-01T12:00:01+02:00", None, "a"),
                event(5, "2024-05-01T10:00:01Z", Some(7), "d"),
            ],
        );
        let actions: String = happenings
            .iter()
            .map(|happening| happening.action)
            .collect();
        assert_eq!(actions, "abcde");
    }

    #[test]
    fn unreadable_times_take_what_is_next_to_them() {
        let second = |n: i64| 1_714_557_600_000 + n * 1000;
        for (start, times, expected_start, expected) in [
            (
                "2024-05-01T10:00:00Z",
                ["", "2024-05-01T10:00:05Z", "27.02.2017 16:18"],
                second(0),
                [second(0), second(5), second(5)],
            ),
            (
                "?",
                ["", "2024-05-01T10:00:05 00:00", "2024-05-01t10:00:07z"],
                second(7),
                [second(7), second(7), second(7)],
            ),
            ("?", ["", "", ""], 0, [0, 0, 0]),
        ] {
            let rows: Vec<_> = (0..)
                .zip(times)
                .map(|(id, time)| event(id, time, None, "a"))
                .collect();
            let (start_ms, happenings) = in_order(start, &rows);
            assert_eq!(start_ms, expected_start);
            let found: Vec<_> = happenings
                .iter()
                .map(|happening| happening.time_ms)
                .collect();
            assert_eq!(found, expected);
        }
    }
}
