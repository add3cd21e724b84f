//! JSON text as it is, without making values of it.
//!
//! serde_json's `RawValue` checks the grammar and keeps the source, whatever its depth and whatever its numbers; what
//! is added here is what JSON allows and Rust's strings do not: lone surrogates.

mod objects;

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, Visitor};
use serde_json::value::RawValue;

pub use objects::{Elements, pick, pick_last, pick_with_array};

/// The deepest JSON that replies nest; deeper text is given as a string, since many readers go no deeper.
const NESTED_LEVELS: usize = 128;

/// The text of a JSON string; `None` if the value is not a string. A lone surrogate becomes U+FFFD.
pub fn string(value: &RawValue) -> Option<Cow<'_, str>> {
    let source = value.get();
    let inside = source.strip_prefix('"')?.strip_suffix('"')?;
    if !inside.contains('\\') {
        return Some(Cow::Borrowed(inside));
    }
    serde_json::from_str::<Text<'_>>(source)
        .ok()
        .map(|text| text.0)
}

/// What a reply nests for a stored text: the text itself if it is JSON of at most 128 levels, else `None`.
///
/// Lone surrogates are written as U+FFFD, since many readers refuse them.
pub fn nested(text: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    (levels(text) <= NESTED_LEVELS).then(|| without_lone_surrogates(text))
}

/// How deep valid JSON is nested: 0 for a scalar, 1 for an array or object of scalars.
fn levels(json: &str) -> usize {
    let (mut level, mut deepest) = (0_usize, 0);
    let mut bytes = json.bytes();
    let mut in_string = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                level += 1;
                deepest = deepest.max(level);
            }
            b']' | b'}' if !in_string => level -= 1,
            _ => {}
        }
    }
    deepest
}

/// Replaces each escape of a lone surrogate in valid JSON by that of U+FFFD.
fn without_lone_surrogates(json: &str) -> Cow<'_, str> {
    let code_unit = |at: usize| {
        let escape = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape, 16).ok()
    };
    let mut clean = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = json[at..].find('\\') {
        at += found;
        match code_unit(at) {
            Some(0xD800..=0xDBFF) if matches!(code_unit(at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
            Some(0xD800..=0xDFFF) => {
                clean.push_str(&json[copied..at]);
                clean.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            _ => at += 2,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    clean.push_str(&json[copied..]);
    Cow::Owned(clean)
}

/// A JSON string in which lone surrogates become U+FFFD.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON string")
            }

            fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                Ok(Text(match std::str::from_utf8(bytes) {
                    Ok(text) => Cow::Borrowed(text),
                    Err(_) => Cow::Owned(from_wtf8(bytes)),
                }))
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(match std::str::from_utf8(bytes) {
                    Ok(text) => text.to_owned(),
                    Err(_) => from_wtf8(bytes),
                })))
            }
        }

        // Asked for bytes, serde_json gives a lone surrogate in its three-byte form instead of failing.
        deserializer.deserialize_bytes(TextVisitor)
    }
}

/// UTF-8 in which each surrogate, three bytes that UTF-8 does not allow, is one U+FFFD.
fn from_wtf8(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return text;
            }
            Err(error) => {
                let (valid, after) = rest.split_at(error.valid_up_to());
                text.push_str(&String::from_utf8_lossy(valid));
                text.push(char::REPLACEMENT_CHARACTER);
                rest = after.get(3..).unwrap_or_default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strings_are_decoded_and_lone_surrogates_replaced() {
        for (source, expected) in [
            (r#""plain""#, Some("plain")),
            (r#""a\n\u00e5\ud83d\ude00""#, Some("a\nå😀")),
            (r#""\ud800""#, Some("\u{fffd}")),
            (r#""x\udc00\ud800y""#, Some("x\u{fffd}\u{fffd}y")),
            (r#""\ud800\u0041""#, Some("\u{fffd}A")),
            (r#""\u0000""#, Some("\0")),
            ("1", None),
            ("null", None),
            ("[]", None),
        ] {
            let raw: &RawValue = serde_json::from_str(source).unwrap();
            assert_eq!(string(raw).as_deref(), expected, "{source}");
        }
    }

    #[test]
    fn only_json_of_at_most_128_levels_is_nested() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        for (text, expected) in [
            (r#"{"a": [1, null]}"#.to_owned(), true),
            ("1e400".to_owned(), true),
            ("123456789012345678901234567890.5".to_owned(), true),
            (r#"{"a":1,"a":2}"#.to_owned(), true),
            (r#""[[[""#.to_owned(), true),
            (deep(128), true),
            (deep(129), false),
            (deep(100_000), false),
            ("NaN".to_owned(), false),
            ("Infinity".to_owned(), false),
            ("01".to_owned(), false),
            ("{'a':1}".to_owned(), false),
            ("[".repeat(100_000), false),
            ("\u{feff}{}".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(
                nested(&text).is_some(),
                expected,
                "{}",
                &text[..text.len().min(40)]
            );
        }
    }

    #[test]
    fn nested_json_has_no_lone_surrogate() {
        for (text, expected) in [
            (r#"["\ud83d\ude00"]"#, r#"["\ud83d\ude00"]"#),
            (r#"["\uD800"]"#, r#"["\ufffd"]"#),
            (r#"["\udc00\ud800x"]"#, r#"["\ufffd\ufffdx"]"#),
            (r#"["\\ud800"]"#, r#"["\\ud800"]"#),
            (r#"["\ud800\ud83d\ude00"]"#, r#"["\ufffd\ud83d\ude00"]"#),
        ] {
            assert_eq!(nested(text).as_deref(), Some(expected), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_nested_can_be_read_by_a_strict_reader(text in r#"[\[\]{}":,\\ud80-9a-f \n]{0,40}"#) {
            if let Some(json) = nested(&text) {
                let value = serde_json::from_str::<&RawValue>(&json);
                prop_assert!(value.is_ok());
                prop_assert!(!json.contains("\\ud8") || serde_json::from_str::<serde_json::Value>(&json).is_ok());
            }
        }
    }
}
