//! What was watched: films and sounds that a touch started.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Happening;
use super::names::{NameId, Names};

const MEDIA: &str = "media";
const PLAY: &str = "play";
const ENDED: &str = "ended";
/// The greatest position that is taken as one: nearly four months.
const MOST_POSITION_S: f64 = 1e7;

/// What a session watched of one target.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Watched {
    /// Events with the state `play`.
    pub plays: i64,
    /// Events with the state `ended`.
    pub completions: i64,
    /// From each `play` to the target's next event, as far as their positions tell.
    pub watched_ms: i64,
    /// The position of the `play` that is not measured yet.
    playing_from_s: Option<f64>,
}

/// What a session watched, by target.
pub(super) fn watched(happenings: &[Happening<'_>], names: &mut Names) -> Vec<(NameId, Watched)> {
    let mut all: BTreeMap<NameId, Watched> = BTreeMap::new();
    for happening in happenings {
        let details = &happening.details;
        let Some(target) = details
            .target
            .as_ref()
            .filter(|_| happening.action == MEDIA)
        else {
            continue;
        };
        let watched = all.entry(names.add(Cow::Borrowed(target))).or_default();
        let position = details
            .position_s
            .filter(|position| (0.0..=MOST_POSITION_S).contains(position));
        if let (Some(from), Some(to)) = (watched.playing_from_s.take(), position) {
            watched.watched_ms += difference_ms(from, to);
        }
        match details.state.as_deref() {
            Some(PLAY) => {
                watched.plays += 1;
                watched.playing_from_s = position;
            }
            Some(ENDED) => watched.completions += 1,
            _ => {}
        }
    }
    for watched in all.values_mut() {
        watched.playing_from_s = None;
    }
    all.into_iter().collect()
}

/// The difference of two positions in whole milliseconds, halves up; 0 where it is negative.
///
/// The exact difference of the doubles is rounded, not a rounded difference: 1.0005 is a little less than it looks.
#[allow(
    clippy::cast_possible_truncation,
    reason = "positions are at most 10⁷ seconds"
)]
fn difference_ms(from_s: f64, to_s: f64) -> i64 {
    if to_s < from_s {
        return 0;
    }
    // `sum` and `rest` are together exactly the difference (Knuth's two-sum), and so on for the product.
    let sum = to_s - from_s;
    let to_part = sum + from_s;
    let rest = (to_s - to_part) - (from_s - (to_part - sum));
    let product = sum * 1000.0;
    let product_rest = sum.mul_add(1000.0, -product) + rest * 1000.0;
    let floor = product.floor();
    // Both parts of what is above the whole number; the first is exact, the second tiny.
    let above_half = (product - floor - 0.5) + product_rest;
    if product_rest < 0.0 && product == floor {
        return floor as i64;
    }
    floor as i64 + i64::from(above_half >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::super::{EventRow, SessionRow, derive};
    use super::*;

    #[test]
    fn differences_are_rounded_exactly() {
        for (from, to, expected) in [
            (0.0, 1.0, 1000),
            (0.0, 1.0005, 1000),
            (0.0, 0.0005, 1),
            (0.0, 0.0015, 2),
            (1.0, 2.5, 1500),
            (2.0, 1.0, 0),
            (0.1, 0.3, 200),
            (0.0, 0.0004999, 0),
            (5e-324, 1.0, 1000),
            (0.0, 1e7, 10_000_000_000),
            (0.5, 1.0625, 563),
        ] {
            assert_eq!(difference_ms(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn what_was_watched_is_from_play_to_the_targets_next_event() {
        let media = [
            (r#"{"target":"a","state":"play","position_s":1}"#),
            (r#"{"target":"b","state":"play","position_s":5}"#),
            (r#"{"target":"a","state":"pause","position_s":3.5}"#),
            (r#"{"target":"a","state":"ended","position_s":9}"#),
            (r#"{"target":"a","state":"play","position_s":9}"#),
            (r#"{"target":"a","state":"play","position_s":2}"#),
            (r#"{"target":"a","position_s":"3"}"#),
            (r#"{"target":"","state":"play","position_s":2}"#),
        ];
        let rows: Vec<_> = (media.iter().zip(0..))
            .map(|(data, id)| EventRow {
                id,
                action: "media",
                data: Some(data),
                ..EventRow::default()
            })
            .collect();
        let derived = derive(&SessionRow::default(), &rows);
        let watched: Vec<_> = derived
            .media
            .iter()
            .map(|(target, watched)| (derived.names.text(*target), *watched))
            .collect();
        let expected = |plays, completions, watched_ms| Watched {
            plays,
            completions,
            watched_ms,
            playing_from_s: None,
        };
        assert_eq!(
            watched,
            [("a", expected(3, 1, 2500)), ("b", expected(1, 0, 0))]
        );
    }
}
