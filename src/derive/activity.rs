//! Active time, and the changes of screen that the exhibit makes when nobody is there any more.

use super::Happening;

/// The place from which on nobody touches or types any more. An automatic change of screen there is an idle change: the
/// exhibit went home by itself.
pub(super) fn idle_from(happenings: &[Happening<'_>]) -> usize {
    let last = happenings.iter().rposition(Happening::is_activity);
    last.map_or(0, |last| last + 1)
}

/// Whether the event at a place is an idle change.
pub(super) fn is_idle_change(at: usize, happening: &Happening<'_>, idle_from: usize) -> bool {
    at >= idle_from && happening.is_screen_change() && happening.details.auto
}

/// From the first event to the last, leaving out stops, idle changes and passive events.
pub(super) fn active_time(happenings: &[Happening<'_>], idle_from: usize) -> Option<(i64, i64)> {
    let mut active = happenings.iter().enumerate().filter(|(at, happening)| {
        !happening.is_stop()
            && !happening.details.passive
            && !is_idle_change(*at, happening, idle_from)
    });
    let (_, first) = active.next()?;
    let last = active.next_back().map_or(first, |(_, last)| last);
    Some((first.time_ms, last.time_ms))
}

#[cfg(test)]
mod tests {
    use super::super::{EventRow, SessionRow, derive};

    /// Action and data of events a second apart, and the active time in milliseconds since the start.
    type Case<'a> = (&'a [(&'a str, &'a str)], Option<(i64, i64)>);

    #[test]
    fn only_what_a_person_may_have_done_is_active_time() {
        let auto = r#"{"screen":"home","auto":true}"#;
        let cases: [Case<'_>; 7] = [
            (&[], None),
            (&[("stopSession", "{}")], None),
            (&[("screen", auto)], None),
            (&[("tick", r#"{"passive":true}"#)], None),
            (&[("tick", r#"{"passive":1}"#)], Some((0, 0))),
            (
                &[
                    ("screen", auto),
                    ("click", "{}"),
                    ("screen", auto),
                    ("stopSession", ""),
                ],
                Some((0, 1000)),
            ),
            (
                &[
                    ("click", "{}"),
                    ("screen", auto),
                    ("typing", "{}"),
                    ("screen", auto),
                ],
                Some((0, 2000)),
            ),
        ];
        for (events, expected) in cases {
            let times: Vec<_> = (0..events.len())
                .map(|at| format!("2024-05-01T10:00:0{at}Z"))
                .collect();
            let rows: Vec<_> = (events.iter().zip(&times).zip(0..))
                .map(|((&(action, data), time), id)| EventRow {
                    id,
                    time,
                    action,
                    data: Some(data),
                    ..EventRow::default()
                })
                .collect();
            let session = SessionRow {
                started_at: "2024-05-01T10:00:00Z",
                ..SessionRow::default()
            };
            let derived = derive(&session, &rows);
            let since_start = |ms: i64| ms - derived.start_ms;
            let active = derived
                .active_ms
                .map(|(first, last)| (since_start(first), since_start(last)));
            assert_eq!(active, expected, "{events:?}");
        }
    }
}
