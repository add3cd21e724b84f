//! `POST /batch`: one envelope, and items that fail alone.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::fields::{FieldError, Fields};
use super::json;
use crate::limits;
use crate::model::{Alive, Credential, Item, Moment, Rejection, Stamp, What, Work};

/// A batch whose envelope could be read; its items are still text.
#[derive(Debug)]
pub struct Envelope<'a> {
    consumer_key: Option<Cow<'a, str>>,
    sent_at: Option<Moment>,
    items: Vec<&'a RawValue>,
}

/// Why a batch is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The body is not JSON.
    #[error("The body is not JSON: {0}")]
    Malformed(String),
    /// It is no object, or its `items` are no array.
    #[error("The batch is not as it should be: {0}")]
    Invalid(String),
    /// `items` is missing.
    #[error("No \"items\" parameter provided")]
    NoItems,
    /// `consumer_key` is neither a string nor absent.
    #[error("\"consumer_key\" must be a string")]
    KeyNotText,
    /// There are more items than a batch may have.
    #[error("A batch holds at most {most} items, this one has {0}", most = limits::BATCH_ITEMS)]
    TooManyItems(usize),
}

impl EnvelopeError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            EnvelopeError::Malformed(_) => "malformed_body",
            EnvelopeError::Invalid(_) | EnvelopeError::NoItems | EnvelopeError::KeyNotText => {
                "invalid_envelope"
            }
            EnvelopeError::TooManyItems(_) => "too_many_items",
        }
    }
}

impl<'a> Envelope<'a> {
    /// Reads `consumer_key`, `sent_at` and where the items are. A `sent_at` that cannot be read counts as missing.
    pub fn parse(text: &'a str) -> Result<Envelope<'a>, EnvelopeError> {
        let names = ["consumer_key", "sent_at"];
        let ([consumer_key, sent_at], items) =
            json::pick_with_array(text, &names, "items", limits::BATCH_ITEMS).map_err(|error| {
                let text = error.to_string();
                if error.is_data() {
                    EnvelopeError::Invalid(text)
                } else {
                    EnvelopeError::Malformed(text)
                }
            })?;
        let consumer_key = match consumer_key {
            Some(value) if value.get() != "null" => {
                Some(json::string(value).ok_or(EnvelopeError::KeyNotText)?)
            }
            _ => None,
        };
        let items = items.ok_or(EnvelopeError::NoItems)?;
        Ok(Envelope {
            consumer_key: consumer_key.filter(|key| !key.is_empty()),
            sent_at: sent_at
                .and_then(json::string)
                .and_then(|text| Moment::parse(&text)),
            items: items.map_err(EnvelopeError::TooManyItems)?,
        })
    }

    /// The key that the batch carries; an empty one is none.
    pub fn consumer_key(&self) -> Option<String> {
        self.consumer_key.as_ref().map(ToString::to_string)
    }

    /// Reads the items, each alone.
    pub fn into_work(self, credential: Credential) -> Work {
        let items = self
            .items
            .iter()
            .map(|raw| item(raw.get()).map_err(Rejection::from))
            .collect();
        Work::Batch {
            credential,
            sent_at: self.sent_at,
            items,
        }
    }
}

fn item(text: &str) -> Result<Item, FieldError> {
    let fields = Fields::from_json(text).map_err(|_| FieldError::NotAnObject)?;
    let what = match fields.text("type").map_err(|_| FieldError::UnknownType)? {
        Some("start") => What::Start(fields.device()?),
        Some("event") => {
            let event = fields.event()?;
            event.seq.ok_or(FieldError::Missing("seq"))?;
            What::Event(event)
        }
        Some("stop") => What::Stop(fields.reason()?),
        Some("alive") => return alive(&fields).map(Item::Alive),
        Some(_) => return Err(FieldError::UnknownType),
        None => return Err(FieldError::Missing("type")),
    };
    let at = Stamp {
        ts: fields.ts()?,
        age_ms: fields.whole_number("age_ms"),
    };
    Ok(Item::Session {
        token: fields.token()?,
        at,
        what,
    })
}

/// A sign of life is worth keeping even where a page cannot tell a number: only its names can be wrong.
fn alive(fields: &Fields<'_>) -> Result<Alive, FieldError> {
    let version = fields.text("version")?;
    if version.is_some_and(|version| version.len() > limits::VERSION_BYTES) {
        return Err(FieldError::TooLong("version", limits::VERSION_BYTES));
    }
    let count = |name| {
        fields
            .whole_number(name)
            .filter(|number| (0..=limits::MAX_SEQ).contains(number))
    };
    Ok(Alive {
        device: fields.device()?,
        queued: count("queued"),
        dropped: count("dropped"),
        version: version.map(str::to_owned),
        width: count("width"),
        height: count("height"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_broken_envelope_says_what_is_wrong() {
        let many = format!("{{\"items\":[{}1]}}", "1,".repeat(limits::BATCH_ITEMS));
        for (text, code) in [
            ("", "malformed_body"),
            ("[]", "invalid_envelope"),
            ("{\"items\":[", "malformed_body"),
            ("{}", "invalid_envelope"),
            ("{\"items\":{}}", "invalid_envelope"),
            ("{\"items\":null}", "invalid_envelope"),
            ("{\"consumer_key\":5,\"items\":[]}", "invalid_envelope"),
            (&many, "too_many_items"),
        ] {
            assert_eq!(
                Envelope::parse(text).unwrap_err().code(),
                code,
                "{}",
                &text[..text.len().min(60)]
            );
        }
    }

    #[test]
    fn an_unreadable_sent_at_is_none() {
        for sent_at in ["1", "\"garbage\"", "null"] {
            let text = format!("{{\"sent_at\":{sent_at},\"items\":[]}}");
            assert_eq!(Envelope::parse(&text).unwrap().sent_at, None);
        }
    }

    #[test]
    fn each_item_is_read_alone_and_fails_alone() {
        let event = |rest: &str| format!(r#"{{"type":"event","token":"{TOKEN}",{rest}}}"#);
        for (text, code) in [
            (
                format!(r#"{{"type":"start","token":"{TOKEN}","ts":"2017-08-25T17:09:19Z"}}"#),
                None,
            ),
            (
                event(r#""seq":1,"action":"a","data":{},"ts":"2017-08-25T17:09:19Z","age_ms":1.5"#),
                None,
            ),
            (
                format!(
                    r#"{{"type":"stop","token":"{TOKEN}","ts":"2017-08-25T17:09:19Z","reason":"idle"}}"#
                ),
                None,
            ),
            (r#"{"type":"alive"}"#.into(), None),
            (
                r#"{"type":"alive","device":"d","queued":-1,"width":"wide"}"#.into(),
                None,
            ),
            (
                event(r#""action":"a","data":{},"ts":"2017-08-25T17:09:19Z""#),
                Some("missing_field"),
            ),
            (
                event(r#""seq":1,"action":"a","data":{},"ts":"""#),
                Some("invalid_ts"),
            ),
            (
                r#"{"type":"start","ts":"2017-08-25T17:09:19Z"}"#.into(),
                Some("missing_field"),
            ),
            (
                r#"{"type":"start","token":"","ts":"2017-08-25T17:09:19Z"}"#.into(),
                Some("invalid_token"),
            ),
            (r#"{"type":"jump"}"#.into(), Some("unknown_type")),
            (r#"{"type":5}"#.into(), Some("unknown_type")),
            ("{}".into(), Some("missing_field")),
            ("[]".into(), Some("invalid_item")),
            ("null".into(), Some("invalid_item")),
        ] {
            assert_eq!(item(&text).err().map(|error| error.code()), code, "{text}");
        }
    }
}
