//! Views, and what happened on each screen.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::activity::is_idle_change;
use super::names::{NameId, Names};
use super::{Happening, Touch};

const PAGE_CHANGE: &str = "pageChange";

/// A screen that a person came to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Which.
    pub screen: NameId,
    /// When.
    pub time_ms: i64,
    /// Until the session's next view. The last one has none: nobody knows when the person left.
    pub dwell_ms: Option<i64>,
}

/// What happened on and towards a screen in one session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScreenSums {
    /// Touches whose target screen it is.
    pub touches: i64,
    /// Touches made on it.
    pub landed: i64,
    /// Touches made on it that led nowhere.
    pub nowhere: i64,
    /// Touches made on it in vain.
    pub in_vain: i64,
    /// Views of it.
    pub views: i64,
    /// 1 if it was viewed last.
    pub last: i64,
    /// Its events `pageChange`.
    pub page_changes: i64,
    /// Pages that these showed: two for a page above 0, one for page 0, the cover.
    pub pages_turned: i64,
}

/// The views of a session in order: each screen that differs from the one before.
pub(super) fn views(
    happenings: &[Happening<'_>],
    idle_from: usize,
    names: &mut Names,
) -> Vec<View> {
    let mut views: Vec<View> = Vec::new();
    for (at, happening) in happenings.iter().enumerate() {
        let is_seen = happening.is_touch()
            || (happening.is_screen_change() && !is_idle_change(at, happening, idle_from));
        let Some(screen) = happening.details.screen.as_ref().filter(|_| is_seen) else {
            continue;
        };
        let screen = names.add(Cow::Borrowed(screen));
        let time_ms = happening.time_ms;
        if let Some(before) = views.last_mut() {
            if before.screen == screen {
                continue;
            }
            before.dwell_ms = Some(time_ms - before.time_ms);
        }
        views.push(View {
            screen,
            time_ms,
            dwell_ms: None,
        });
    }
    views
}

/// The sums of each screen that anything happened on or towards.
pub(super) fn sums(
    happenings: &[Happening<'_>],
    touches: &[Touch],
    views: &[View],
    names: &mut Names,
) -> Vec<(NameId, ScreenSums)> {
    let mut all: BTreeMap<NameId, ScreenSums> = BTreeMap::new();
    for touch in touches {
        if let Some(screen) = touch.screen {
            all.entry(screen).or_default().touches += 1;
        }
        if let Some(place) = touch.place {
            let sums = all.entry(place).or_default();
            sums.landed += 1;
            sums.nowhere += i64::from(touch.nowhere);
            sums.in_vain += i64::from(touch.in_vain);
        }
    }
    for view in views {
        all.entry(view.screen).or_default().views += 1;
    }
    if let Some(view) = views.last() {
        all.entry(view.screen).or_default().last = 1;
    }
    for happening in happenings {
        let details = &happening.details;
        if let Some(screen) = details.screen.as_ref()
            && happening.action == PAGE_CHANGE
        {
            let sums = all.entry(names.add(Cow::Borrowed(screen))).or_default();
            sums.page_changes += 1;
            sums.pages_turned += details.page.map_or(0, pages_shown);
        }
    }
    all.into_iter().collect()
}

/// A reader sees the cover, page 0, and then two pages at a time.
fn pages_shown(page: f64) -> i64 {
    if page > 0.0 {
        2
    } else {
        i64::from(page == 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EventRow, SessionRow, derive};

    #[test]
    fn a_view_is_a_screen_that_differs_from_the_one_before() {
        let auto = r#"{"screen":"c","auto":true}"#;
        let cases: [(&[(&str, &str)], &str); 6] = [
            (
                &[
                    ("screen", r#"{"screen":"a"}"#),
                    ("click", r#"{"screen":"a"}"#),
                    ("tap", r#"{"screen":"b"}"#),
                ],
                "ab",
            ),
            (
                &[
                    ("click", r#"{"screen":"a"}"#),
                    ("click", "{}"),
                    ("click", r#"{"screen":"a"}"#),
                ],
                "a",
            ),
            (
                &[
                    ("typing", r#"{"screen":"a"}"#),
                    ("pageChange", r#"{"screen":"b"}"#),
                ],
                "",
            ),
            (&[("click", r#"{"screen":"a"}"#), ("screen", auto)], "a"),
            (
                &[
                    ("click", r#"{"screen":"a"}"#),
                    ("screen", auto),
                    ("typing", "{}"),
                ],
                "ac",
            ),
            (
                &[
                    ("swipe", r#"{"subject":"a"}"#),
                    ("swipe", r#"{"screen":"b","prevScreen":"a"}"#),
                ],
                "ab",
            ),
        ];
        for (events, expected) in cases {
            let rows: Vec<_> = (events.iter().zip(0..))
                .map(|(&(action, data), id)| EventRow {
                    id,
                    action,
                    data: Some(data),
                    ..EventRow::default()
                })
                .collect();
            let derived = derive(&SessionRow::default(), &rows);
            let seen: String = derived
                .views
                .iter()
                .map(|view| derived.names.text(view.screen))
                .collect();
            assert_eq!(seen, expected, "{events:?}");
            assert_eq!(derived.views.last().and_then(|last| last.dwell_ms), None);
        }
    }

    #[test]
    fn pages_are_counted_as_a_reader_sees_them() {
        for (page, shown) in [
            ("0", 1),
            ("1", 2),
            ("0.5", 2),
            ("-1", 0),
            ("-0.0", 1),
            ("\"2\"", 0),
            ("null", 0),
        ] {
            let data = format!(r#"{{"screen":"book","currentPage":{page}}}"#);
            let row = EventRow {
                action: "pageChange",
                data: Some(&data),
                ..EventRow::default()
            };
            let derived = derive(&SessionRow::default(), &[row]);
            let (_, sums) = derived.screens[0];
            assert_eq!(
                (sums.page_changes, sums.pages_turned, sums.views),
                (1, shown, 0),
                "{page}"
            );
        }
    }
}
