//! What is simply said: actions, languages, and why a session ended.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::names::{NameId, Names};
use super::{Happening, SessionRow};
use crate::model::Reason;

/// Ended, and nobody says why.
const NO_REASON: &str = "none";

/// Why a session ended; `None` while it is open, whatever its events say.
pub(super) fn reason<'a>(
    session: &SessionRow<'a>,
    happenings: &[Happening<'a>],
) -> Option<Cow<'a, str>> {
    if session.is_open {
        return None;
    }
    let stored = session.stop_reason.filter(|reason| !reason.is_empty());
    if let Some(reason) = stored.filter(|reason| *reason != Reason::EXPIRED) {
        return Some(Cow::Borrowed(reason));
    }
    let last_stop = happenings.iter().rfind(|happening| happening.is_stop());
    let said = last_stop.and_then(|stop| stop.details.reason.clone());
    said.or(Some(Cow::Borrowed(stored.unwrap_or(NO_REASON))))
}

/// How many events each action has.
pub(super) fn actions(happenings: &[Happening<'_>], names: &mut Names) -> Vec<(NameId, i64)> {
    let mut counts: BTreeMap<NameId, i64> = BTreeMap::new();
    for happening in happenings {
        let action = names.add(Cow::Borrowed(happening.action));
        *counts.entry(action).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// The languages of a session, and the touches made in each: from the event on that carries it, a touch too.
///
/// `None` has the touches before the first language. It is there only with such touches, or without any language.
pub(super) fn languages(
    happenings: &[Happening<'_>],
    names: &mut Names,
) -> Vec<(Option<NameId>, i64)> {
    let mut touches: BTreeMap<Option<NameId>, i64> = BTreeMap::new();
    let mut latest = None;
    for happening in happenings {
        if let Some(lang) = &happening.details.lang {
            latest = Some(names.add(Cow::Borrowed(lang)));
            touches.entry(latest).or_default();
        }
        if happening.is_touch() {
            *touches.entry(latest).or_default() += 1;
        }
    }
    if latest.is_none() {
        touches.entry(None).or_default();
    }
    touches.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::{EventRow, derive};
    use super::*;

    fn rows<'a>(events: &[(&'a str, &'a str)]) -> Vec<EventRow<'a>> {
        let row = |(&(action, data), id)| EventRow {
            id,
            action,
            data: Some(data),
            ..EventRow::default()
        };
        events.iter().zip(0..).map(row).collect()
    }

    #[test]
    fn a_reason_is_the_stops_or_the_last_events_or_none() {
        let stop = |data| ("stopSession", data);
        let (idle, empty) = (r#"{"reason":"idle"}"#, r#"{"reason":""}"#);
        for (is_open, stored, events, expected) in [
            (true, Some("reset"), vec![stop(idle)], None),
            (false, Some("reset"), vec![stop(idle)], Some("reset")),
            (false, None, vec![stop(idle)], Some("idle")),
            (false, Some(""), vec![stop(idle), stop(empty)], Some("none")),
            (false, Some("expired"), vec![stop(idle)], Some("idle")),
            (false, Some("expired"), vec![], Some("expired")),
            (false, None, vec![], Some("none")),
        ] {
            let session = SessionRow {
                is_open,
                stop_reason: stored,
                ..SessionRow::default()
            };
            let derived = derive(&session, &rows(&events));
            let reason = derived.reason.map(|reason| derived.names.text(reason));
            assert_eq!(reason, expected, "{stored:?} {events:?}");
        }
    }

    #[test]
    fn touches_count_for_the_latest_language() {
        let (nb, en, none) = (r#"{"lang":"nb"}"#, r#"{"lang":"en"}"#, "{}");
        for (events, expected) in [
            (vec![], vec![("-", 0)]),
            (vec![("click", none)], vec![("-", 1)]),
            (vec![("click", nb), ("click", none)], vec![("nb", 2)]),
            (
                vec![
                    ("click", none),
                    ("screen", nb),
                    ("click", none),
                    ("tap", en),
                ],
                vec![("-", 1), ("nb", 1), ("en", 1)],
            ),
            (vec![("screen", nb)], vec![("nb", 0)]),
        ] {
            let derived = derive(&SessionRow::default(), &rows(&events));
            let text = |lang: Option<NameId>| lang.map_or("-", |lang| derived.names.text(lang));
            let mut found: Vec<_> = derived
                .languages
                .iter()
                .map(|&(lang, touches)| (text(lang), touches))
                .collect();
            let mut expected = expected;
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{events:?}");
        }
    }
}
