//! Touches: where the finger was, where it led, and whether anything came of it.

use std::borrow::Cow;

use super::Happening;
use super::names::{NameId, Names};

/// How long after a touch something may happen because of it.
const CONSEQUENCE_MS: i64 = 1_000;

/// The actions that have a point.
const POINTED: [&str; 3] = ["click", "tap", "longpress"];

/// A touch.
#[derive(Debug, Clone, PartialEq)]
pub struct Touch {
    /// When it was made.
    pub time_ms: i64,
    /// The screen on which the finger was.
    pub place: Option<NameId>,
    /// The screen that it led to.
    pub screen: Option<NameId>,
    /// What was hit.
    pub target: Option<NameId>,
    /// Where it was hit.
    pub point: Option<Point>,
    /// It led to where it was made.
    pub nowhere: bool,
    /// It led nowhere, and nothing else happened either.
    pub in_vain: bool,
}

/// A point in the page's pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Width and height of the page, where the event says them.
    pub size: Option<(f64, f64)>,
}

/// The touches of a session in order.
pub(super) fn touches(happenings: &[Happening<'_>], names: &mut Names) -> Vec<Touch> {
    let mut touches = Vec::new();
    for (at, happening) in happenings.iter().enumerate() {
        if !happening.is_touch() {
            continue;
        }
        let details = &happening.details;
        let consequences = consequences(&happenings[at..]);
        let screen = match details.came_from {
            Some(_) => None,
            None => led_to(consequences),
        };
        let screen = screen.or(details.screen.as_ref());
        let place = details.came_from.as_ref().or(details.screen.as_ref());
        let nowhere = screen.is_some() && screen == place;
        let mut add = |name: Option<&Cow<'_, str>>| name.map(|name| names.add(Cow::Borrowed(name)));
        touches.push(Touch {
            time_ms: happening.time_ms,
            place: add(place),
            screen: add(screen),
            target: add(details.target.as_ref()),
            point: point(happening),
            nowhere,
            in_vain: nowhere && consequences.iter().all(Happening::is_stop),
        });
    }
    touches
}

/// What follows a touch soon, and before the next one.
fn consequences<'h, 'a>(from_touch: &'h [Happening<'a>]) -> &'h [Happening<'a>] {
    let [touch, after @ ..] = from_touch else {
        return &[];
    };
    let is_over =
        |later: &Happening<'_>| later.is_touch() || later.time_ms - touch.time_ms > CONSEQUENCE_MS;
    let end = after.iter().position(is_over).unwrap_or(after.len());
    &after[..end]
}

/// The first screen that the page reports after a touch.
fn led_to<'h>(consequences: &'h [Happening<'_>]) -> Option<&'h Cow<'h, str>> {
    consequences
        .iter()
        .filter(|happening| happening.is_screen_change())
        .find_map(|happening| happening.details.screen.as_ref())
}

fn point(happening: &Happening<'_>) -> Option<Point> {
    let (x, y) = happening
        .details
        .point
        .filter(|_| POINTED.contains(&happening.action))?;
    let size = happening.details.size;
    Some(Point { x, y, size })
}

#[cfg(test)]
mod tests {
    use super::super::{EventRow, SessionRow, derive};

    /// The events of a session as (ms after its start, action, data).
    fn touch(events: &[(i64, &str, &str)]) -> (Option<String>, Option<String>, bool, bool) {
        let time = |ms: i64| crate::model::calendar::moment_text(1_714_557_600_000 + ms);
        let times: Vec<_> = events.iter().map(|event| time(event.0)).collect();
        let rows: Vec<_> = (events.iter().zip(&times).zip(0..))
            .map(|((&(_, action, data), time), id)| EventRow {
                id,
                time,
                action,
                data: Some(data),
                ..EventRow::default()
            })
            .collect();
        let derived = derive(&SessionRow::default(), &rows);
        let touch = &derived.touches[0];
        let text = |id: Option<_>| id.map(|id| derived.names.text(id).to_owned());
        (
            text(touch.place),
            text(touch.screen),
            touch.nowhere,
            touch.in_vain,
        )
    }

    const A: &str = r#"{"screen":"a"}"#;
    const B: &str = r#"{"screen":"b"}"#;
    const FROM_A_TO_B: &str = r#"{"prevScreen":"a","screen":"b"}"#;
    const FROM_A: &str = r#"{"prevSubject":"a"}"#;

    /// What happens, the events, and of the first touch: its place, its target screen, nowhere, in vain.
    type Case<'a> = (
        &'a str,
        &'a [(i64, &'a str, &'a str)],
        Option<&'a str>,
        Option<&'a str>,
        bool,
        bool,
    );

    const CASES: [Case<'_>; 14] = [
        (
            "nothing follows",
            &[(0, "click", A)],
            Some("a"),
            Some("a"),
            true,
            true,
        ),
        (
            "a screen follows",
            &[(0, "click", A), (30, "screen", B)],
            Some("a"),
            Some("b"),
            false,
            false,
        ),
        (
            "exactly in time",
            &[(0, "tap", A), (1000, "screen", B)],
            Some("a"),
            Some("b"),
            false,
            false,
        ),
        (
            "too late",
            &[(0, "tap", A), (1001, "screen", B)],
            Some("a"),
            Some("a"),
            true,
            true,
        ),
        (
            "after the next touch",
            &[(0, "tap", A), (1, "pinch", A), (2, "screen", B)],
            Some("a"),
            Some("a"),
            true,
            true,
        ),
        (
            "others in between",
            &[
                (0, "tap", A),
                (1, "drag", B),
                (2, "screen", "{}"),
                (3, "screen", B),
            ],
            Some("a"),
            Some("b"),
            false,
            false,
        ),
        (
            "the same screen",
            &[(0, "tap", A), (3, "screen", A)],
            Some("a"),
            Some("a"),
            true,
            false,
        ),
        (
            "a page is turned",
            &[(0, "tap", A), (1000, "pageChange", "{}")],
            Some("a"),
            Some("a"),
            true,
            false,
        ),
        (
            "a page is turned late",
            &[(0, "tap", A), (1001, "pageChange", "{}")],
            Some("a"),
            Some("a"),
            true,
            true,
        ),
        (
            "only a stop",
            &[(0, "tap", A), (1, "stopSession", "{}")],
            Some("a"),
            Some("a"),
            true,
            true,
        ),
        (
            "both in one event",
            &[(0, "swipe", FROM_A_TO_B), (1, "screen", A)],
            Some("a"),
            Some("b"),
            false,
            false,
        ),
        (
            "the screen before, and none",
            &[(0, "click", FROM_A), (1, "screen", A)],
            Some("a"),
            None,
            false,
            false,
        ),
        (
            "no screen",
            &[(0, "click", "{}"), (1, "screen", B)],
            None,
            Some("b"),
            false,
            false,
        ),
        (
            "nothing at all",
            &[(0, "click", "")],
            None,
            None,
            false,
            false,
        ),
    ];

    #[test]
    fn a_touch_leads_from_its_place_to_its_target_screen() {
        for (what, events, place, screen, nowhere, in_vain) in CASES {
            let expected = (
                place.map(str::to_owned),
                screen.map(str::to_owned),
                nowhere,
                in_vain,
            );
            assert_eq!(touch(events), expected, "{what}");
        }
    }
}
