//! JSON objects, of which only some names are wanted.
//!
//! Values are kept as the source text that they are; nothing is read twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{NESTED_LEVELS, levels, string};

/// The values of the wanted names in a JSON object. The first of equal names wins.
pub fn pick<'a, const N: usize>(
    text: &'a str,
    names: &[&str; N],
) -> serde_json::Result<[Option<&'a RawValue>; N]> {
    read_object(text, Pick::new(names)).map(|picked| picked.values)
}

/// Reads an object of at most 128 levels and picks the values of the wanted names. The last of equal names wins, as
/// pages read their own data. `None` if the text is no such object.
pub fn pick_last<'a, const N: usize>(
    text: &'a str,
    names: &[&str; N],
) -> Option<[Option<&'a RawValue>; N]> {
    let mut pick = Pick::new(names);
    pick.last_wins = true;
    let picked = read_object(text, pick).ok()?;
    (levels(text) <= NESTED_LEVELS).then_some(picked.values)
}

/// The elements of an array, or how many there are if there are more than were wanted.
pub type Elements<'a> = Result<Vec<&'a RawValue>, usize>;

/// Like [`pick`], and takes apart the array of one more name, of at most so many elements. A long one is read only once.
pub fn pick_with_array<'a, const N: usize>(
    text: &'a str,
    names: &[&str; N],
    array: &str,
    most: usize,
) -> serde_json::Result<([Option<&'a RawValue>; N], Option<Elements<'a>>)> {
    let mut pick = Pick::new(names);
    pick.array = Some((array, TakeApart { most }));
    read_object(text, pick).map(|picked| (picked.values, picked.elements))
}

fn read_object<'a, V: Visitor<'a>>(text: &'a str, visitor: V) -> serde_json::Result<V::Value> {
    let mut source = serde_json::Deserializer::from_str(text);
    let value = source.deserialize_map(visitor)?;
    source.end()?;
    Ok(value)
}

/// What is wanted of an object, and what was found.
struct Pick<'n, 'v, const N: usize> {
    names: &'n [&'n str; N],
    last_wins: bool,
    array: Option<(&'n str, TakeApart)>,
    values: [Option<&'v RawValue>; N],
    elements: Option<Elements<'v>>,
}

impl<'n, const N: usize> Pick<'n, '_, N> {
    fn new(names: &'n [&'n str; N]) -> Self {
        Pick {
            names,
            last_wins: false,
            array: None,
            values: [None; N],
            elements: None,
        }
    }
}

impl<'de, const N: usize> Visitor<'de> for Pick<'_, 'de, N> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        // A key is taken as it is written, too: read as a string at once, it could hold what JSON does not allow.
        while let Some(key) = map.next_key::<&RawValue>()? {
            let key = string(key).unwrap_or_default();
            match self.names.iter().position(|name| *name == key) {
                Some(at) if self.last_wins || self.values[at].is_none() => {
                    self.values[at] = Some(map.next_value()?);
                }
                None if let Some((name, take_apart)) = self.array
                    && name == key
                    && self.elements.is_none() =>
                {
                    self.elements = Some(map.next_value_seed(take_apart)?);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(self)
    }
}

#[derive(Clone, Copy)]
struct TakeApart {
    most: usize,
}

impl<'de> DeserializeSeed<'de> for TakeApart {
    type Value = Elements<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for TakeApart {
    type Value = Elements<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while values.len() < self.most {
            match seq.next_element()? {
                Some(value) => values.push(value),
                None => return Ok(Ok(values)),
            }
        }
        let mut count = self.most;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(if count > self.most {
            Err(count)
        } else {
            Ok(values)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_names_wins_and_unknown_names_are_passed_over() {
        let text = r#"{"x":{"b":[1,2]},"\u0061":1,"a":2,"b":[1e400, {}],"\ud800":0}"#;
        let [a, b, c] = pick(text, &["a", "b", "c"]).unwrap();
        assert_eq!(a.map(RawValue::get), Some("1"));
        assert_eq!(b.map(RawValue::get), Some("[1e400, {}]"));
        assert!(c.is_none());
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in [
            "",
            "[]",
            "1",
            "{",
            "{}x",
            r#"{"a"}"#,
            r#"{"a":1,}"#,
            "{\"a\":\"\n\"}",
            "{\"a\":1,\"\0\":1}",
            "null",
            r#"{a:1}"#,
        ] {
            assert!(pick(text, &["a"]).is_err(), "{text}");
        }
    }

    #[test]
    fn a_long_array_is_counted_and_not_kept() {
        let elements = |array| {
            let text = format!(r#"{{"a":1,"list":{array},"list":[]}}"#);
            let (_, elements) = pick_with_array(&text, &["a"], "list", 2)?;
            Ok::<_, serde_json::Error>(elements.unwrap().map(|elements| elements.len()))
        };
        assert_eq!(elements("[1, 2]").unwrap(), Ok(2));
        assert_eq!(elements("[1, 2, 3]").unwrap(), Err(3));
        assert!(elements("[1, 2, 3,]").unwrap_err().is_syntax());
        assert!(elements("{}").unwrap_err().is_data());
    }
}
