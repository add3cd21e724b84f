//! Sessions that look like no visitor, as far as they tell by themselves.

use super::{Happening, SessionRow, Touch};
use crate::model::Reason;
use crate::model::calendar::{DAY_MS, HOUR_MS};

/// 2000-01-01T00:00:00Z: no kiosk is older.
const YEAR_2000_MS: i64 = 946_684_800_000;
/// Fewer touches than this may well be one person's.
const STUCK_TOUCHES: usize = 100;
/// How far from their middle the touches of a spot of dirt lie, in pixels.
const STUCK_PX: f64 = 20.0;

/// Why a session looks like no visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspect {
    /// A time in it cannot be right.
    Clock,
    /// Dirt on the glass.
    Stuck,
    /// The server closed it.
    NeverStopped,
}

impl Suspect {
    /// As reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Suspect::Clock => "clock",
            Suspect::Stuck => "stuck",
            Suspect::NeverStopped => "never_stopped",
        }
    }

    /// Whether it is left out of every report but the list of sessions.
    pub fn is_left_out(self) -> bool {
        matches!(self, Suspect::Clock | Suspect::Stuck)
    }
}

/// The first reason that applies.
pub(super) fn suspect(
    session: &SessionRow<'_>,
    start_ms: i64,
    happenings: &[Happening<'_>],
    touches: &[Touch],
    active_ms: Option<(i64, i64)>,
) -> Option<Suspect> {
    let is_wrong = |(time_ms, received_at): (i64, Option<i64>)| {
        let is_early = time_ms < YEAR_2000_MS;
        is_early
            || received_at.is_some_and(|received_at| time_ms.saturating_sub(received_at) > DAY_MS)
    };
    let mut times = happenings
        .iter()
        .map(|happening| (happening.time_ms, happening.received_at));
    if is_wrong((start_ms, session.received_at)) || times.any(is_wrong) {
        Some(Suspect::Clock)
    } else if is_stuck(touches, active_ms) {
        Some(Suspect::Stuck)
    } else if !session.is_open && session.stop_reason == Some(Reason::EXPIRED) {
        Some(Suspect::NeverStopped)
    } else {
        None
    }
}

/// Many touches over a long time, and nearly all at one spot.
fn is_stuck(touches: &[Touch], active_ms: Option<(i64, i64)>) -> bool {
    let points: Vec<_> = touches.iter().filter_map(|touch| touch.point).collect();
    let is_long = active_ms.is_some_and(|(first, last)| last - first > HOUR_MS);
    if points.len() < STUCK_TOUCHES || !is_long {
        return false;
    }
    let x = median(points.iter().map(|point| point.x).collect());
    let y = median(points.iter().map(|point| point.y).collect());
    let is_near = |dx: f64, dy: f64| dx * dx + dy * dy <= STUCK_PX * STUCK_PX;
    let near = points
        .iter()
        .filter(|point| is_near(point.x - x, point.y - y));
    near.count() * 10 >= points.len() * 9
}

/// The mean of the middle two.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        values[middle - 1] / 2.0 + values[middle] / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EventRow, derive};
    use super::*;
    use crate::model::calendar::moment_text;

    const START_MS: i64 = 1_714_557_600_000;

    #[test]
    fn a_clock_is_wrong_before_2000_and_more_than_a_day_ahead() {
        for (start_ms, received_at, expected) in [
            (YEAR_2000_MS, None, None),
            (YEAR_2000_MS - 1, None, Some(Suspect::Clock)),
            (START_MS + DAY_MS, Some(START_MS), None),
            (START_MS + DAY_MS + 1, Some(START_MS), Some(Suspect::Clock)),
            (START_MS * 3, None, None),
            (START_MS - 9 * DAY_MS, Some(START_MS), None),
        ] {
            let text = moment_text(start_ms);
            let session = SessionRow {
                started_at: &text,
                received_at,
                is_open: true,
                ..SessionRow::default()
            };
            assert_eq!(derive(&session, &[]).suspect, expected, "{text}");
            let good = SessionRow {
                started_at: "2024-05-01T10:00:00Z",
                received_at: None,
                ..session
            };
            let event = EventRow {
                time: &text,
                action: "drag",
                received_at,
                ..EventRow::default()
            };
            assert_eq!(derive(&good, &[event]).suspect, expected, "{text}");
        }
    }

    #[test]
    fn dirt_touches_often_and_long_at_one_spot() {
        let near = r#"{"clickX":512,"clickY":316}"#;
        let at = r#"{"clickX":500,"clickY":300}"#;
        let far = r#"{"clickX":520.5,"clickY":300}"#;
        let cases: [(usize, usize, i64, &str, bool); 6] = [
            (100, 90, HOUR_MS + 1, far, true),
            (100, 89, HOUR_MS + 1, far, false),
            (100, 89, HOUR_MS + 1, near, true),
            (99, 99, HOUR_MS + 1, far, false),
            (100, 100, HOUR_MS, far, false),
            (100, 90, HOUR_MS + 1, "{}", false),
        ];
        for (count, spot, span_ms, other, expected) in cases {
            let step = |at: usize| {
                if at + 1 == count {
                    span_ms
                } else {
                    i64::try_from(at).unwrap()
                }
            };
            let times: Vec<_> = (0..count)
                .map(|at| moment_text(START_MS + step(at)))
                .collect();
            let rows: Vec<_> = (times.iter().zip(0..).zip(0..))
                .map(|((time, id), n)| EventRow {
                    id,
                    time,
                    action: "tap",
                    data: Some(if n < spot { at } else { other }),
                    ..EventRow::default()
                })
                .collect();
            let session = SessionRow {
                started_at: "2024-05-01T10:00:00Z",
                is_open: true,
                ..SessionRow::default()
            };
            let suspect = derive(&session, &rows).suspect;
            assert_eq!(
                suspect == Some(Suspect::Stuck),
                expected,
                "{count} {spot} {span_ms}"
            );
        }
    }

    #[test]
    fn what_the_server_closed_was_never_stopped() {
        for (is_open, stop_reason, expected) in [
            (false, Some("expired"), Some(Suspect::NeverStopped)),
            (true, Some("expired"), None),
            (false, Some("idle"), None),
            (false, None, None),
        ] {
            let session = SessionRow {
                started_at: "2024-05-01T10:00:00Z",
                is_open,
                stop_reason,
                ..SessionRow::default()
            };
            assert_eq!(derive(&session, &[]).suspect, expected);
        }
    }
}
