//! What an event's `data` says, where it is an object.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::wire::json;

/// The names in `data` that mean something. Other names are the page's own affair.
const FIELDS: [&str; 20] = [
    "screen",
    "subject",
    "prevScreen",
    "prevSubject",
    "target",
    "lang",
    "state",
    "reason",
    "auto",
    "passive",
    "currentPage",
    "position_s",
    "clickX",
    "clickY",
    "x",
    "y",
    "viewWidth",
    "viewHeight",
    "screenWidth",
    "screenHeight",
];

/// An event's data. Everything is absent where the data is no object of at most 128 levels.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Details<'a> {
    /// The screen of the event.
    pub(super) screen: Option<Cow<'a, str>>,
    /// Where the finger was, if that is said apart from the screen.
    pub(super) came_from: Option<Cow<'a, str>>,
    pub(super) target: Option<Cow<'a, str>>,
    pub(super) lang: Option<Cow<'a, str>>,
    pub(super) state: Option<Cow<'a, str>>,
    pub(super) reason: Option<Cow<'a, str>>,
    /// The exhibit did it by itself.
    pub(super) auto: bool,
    /// It neither starts nor prolongs a session.
    pub(super) passive: bool,
    pub(super) page: Option<f64>,
    pub(super) position_s: Option<f64>,
    pub(super) point: Option<(f64, f64)>,
    /// Width and height of what the point lies on.
    pub(super) size: Option<(f64, f64)>,
}

impl<'a> Details<'a> {
    pub(super) fn parse(data: &'a str) -> Details<'a> {
        let Some(values) = json::pick_last(data, &FIELDS) else {
            return Details::default();
        };
        let [
            screen,
            subject,
            prev_screen,
            prev_subject,
            target,
            lang,
            state,
            reason,
            auto,
            passive,
            page,
            position_s,
            click_x,
            click_y,
            x,
            y,
            view_width,
            view_height,
            screen_width,
            screen_height,
        ] = values;
        let size = |width, height| {
            pair(width, height).filter(|&(width, height)| width > 0.0 && height > 0.0)
        };
        Details {
            screen: name(screen).or_else(|| name(subject)),
            came_from: name(prev_screen).or_else(|| name(prev_subject)),
            target: name(target),
            lang: name(lang),
            state: name(state),
            reason: name(reason),
            auto: is_true(auto),
            passive: is_true(passive),
            page: number(page),
            position_s: number(position_s),
            point: pair(click_x, click_y).or_else(|| pair(x, y)),
            size: size(view_width, view_height).or_else(|| size(screen_width, screen_height)),
        }
    }
}

/// A JSON string that is not empty.
fn name(value: Option<&RawValue>) -> Option<Cow<'_, str>> {
    value.and_then(json::string).filter(|name| !name.is_empty())
}

fn is_true(value: Option<&RawValue>) -> bool {
    value.is_some_and(|value| value.get() == "true")
}

/// A JSON number that fits a double.
fn number(value: Option<&RawValue>) -> Option<f64> {
    let source = value?.get();
    let begins_so = source.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let number: f64 = begins_so.then(|| source.parse().ok()).flatten()?;
    number.is_finite().then_some(number)
}

/// Two numbers that mean something only together.
fn pair(first: Option<&RawValue>, second: Option<&RawValue>) -> Option<(f64, f64)> {
    Some((number(first)?, number(second)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_is_a_name_or_the_subject() {
        for (data, screen) in [
            (r#"{"screen":"a","subject":"b"}"#, Some("a")),
            (r#"{"screen":"","subject":"b"}"#, Some("b")),
            (r#"{"screen":3,"subject":"b"}"#, Some("b")),
            (r#"{"screen":"a","screen":3}"#, None),
            (r#"{"screen":3,"screen":"a"}"#, Some("a")),
            (r#"{"\u0073creen":"a"}"#, Some("a")),
            (r#"{"screen":"\ud800"}"#, Some("\u{fffd}")),
            (r#"{"screen":" "}"#, Some(" ")),
            (" \r\n\t{\"screen\":\"a\"} ", Some("a")),
            (r#"["screen"]"#, None),
            (r#"{"screen":"a"} x"#, None),
            ("{\"screen\":\"a\"}\0", None),
            (r#"{"screen":NaN}"#, None),
            ("", None),
        ] {
            assert_eq!(Details::parse(data).screen.as_deref(), screen, "{data}");
        }
        let deep = |levels: usize| {
            let inner = levels - 1;
            format!(
                r#"{{"screen":"a","b":{}{}}}"#,
                "[".repeat(inner),
                "]".repeat(inner)
            )
        };
        assert_eq!(Details::parse(&deep(128)).screen.as_deref(), Some("a"));
        assert_eq!(Details::parse(&deep(129)).screen, None);
    }

    #[test]
    fn a_point_is_a_pair_of_numbers() {
        for (data, point) in [
            (r#"{"clickX":1,"clickY":2,"x":3,"y":4}"#, Some((1.0, 2.0))),
            (r#"{"clickX":1,"clickY":"2","x":3,"y":4}"#, Some((3.0, 4.0))),
            (
                r#"{"clickX":1e400,"clickY":2,"x":3,"y":4}"#,
                Some((3.0, 4.0)),
            ),
            (r#"{"clickX":-1e-400,"clickY":2}"#, Some((0.0, 2.0))),
            (r#"{"clickX":1,"y":2}"#, None),
            (r#"{"x":true,"y":2}"#, None),
        ] {
            assert_eq!(Details::parse(data).point, point, "{data}");
        }
    }

    #[test]
    fn a_size_is_a_pair_of_numbers_above_0() {
        for (data, size) in [
            (
                r#"{"viewWidth":4,"viewHeight":3,"screenWidth":2,"screenHeight":1}"#,
                Some((4.0, 3.0)),
            ),
            (
                r#"{"viewWidth":0,"viewHeight":3,"screenWidth":2,"screenHeight":1}"#,
                Some((2.0, 1.0)),
            ),
            (r#"{"viewWidth":4,"screenHeight":1}"#, None),
        ] {
            assert_eq!(Details::parse(data).size, size, "{data}");
        }
    }
}
