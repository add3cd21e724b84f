//! The fields of a collecting request, whichever kind of body they came in.

use std::borrow::Cow;

use super::{json, text};
use crate::model::{Action, Data, Device, Event, Moment, Reason, Rejection, Seq, Token, TooLong};

/// Every field name of a collecting request or of an item of a batch.
const NAMES: [&str; 15] = [
    "consumer_key",
    "token",
    "ts",
    "action",
    "data",
    "seq",
    "device",
    "reason",
    "type",
    "age_ms",
    "queued",
    "dropped",
    "version",
    "width",
    "height",
];

/// The known fields of one request or item. The first value of a name wins; unknown names are ignored.
#[derive(Debug, Default)]
pub struct Fields<'a>([Option<Value<'a>>; NAMES.len()]);

#[derive(Debug)]
enum Value<'a> {
    /// A value of a form, or a JSON string.
    Text(Cow<'a, str>),
    /// The source text of any other JSON value.
    Source(&'a str),
}

/// What is wrong with a field. `Display` says it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// A field that must be there is not.
    #[error("No \"{0}\" parameter provided")]
    Missing(&'static str),
    /// A JSON value that must be a string is none.
    #[error("\"{0}\" must be a string")]
    NotText(&'static str),
    /// A time that cannot be read.
    #[error("\"ts\" must be an RFC 3339 time, like 2017-08-25T17:09:19.438Z")]
    InvalidTs,
    /// An action without a name.
    #[error("\"action\" must not be empty")]
    EmptyAction,
    /// A text that exceeds its limit.
    #[error("\"{0}\" is longer than {1} bytes")]
    TooLong(&'static str, usize),
    /// A number of an event that is none.
    #[error("\"seq\" must be a whole number from 0 to 9007199254740991")]
    InvalidSeq,
    /// A token that no session can have.
    #[error("\"token\" must be 32 lower-case hexadecimal digits")]
    InvalidToken,
    /// An item of a batch that is no JSON object.
    #[error("an item must be a JSON object")]
    NotAnObject,
    /// An item of a batch of a kind that does not exist.
    #[error("\"type\" must be one of start, event, stop, alive")]
    UnknownType,
}

impl FieldError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            FieldError::Missing(_) => "missing_field",
            FieldError::NotText(_) => "invalid_field",
            FieldError::InvalidTs => "invalid_ts",
            FieldError::EmptyAction => "empty_action",
            FieldError::TooLong(..) => "field_too_long",
            FieldError::InvalidSeq => "invalid_seq",
            FieldError::InvalidToken => "invalid_token",
            FieldError::NotAnObject => "invalid_item",
            FieldError::UnknownType => "unknown_type",
        }
    }
}

impl From<FieldError> for Rejection {
    fn from(error: FieldError) -> Rejection {
        Rejection {
            code: error.code(),
            error: error.to_string(),
        }
    }
}

impl<'a> Fields<'a> {
    /// Takes names and values as a form gives them.
    pub fn from_pairs(pairs: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Fields<'a> {
        let mut fields = Fields::default();
        for (name, value) in pairs {
            if let Some(at) = NAMES.iter().position(|known| *known == name) {
                fields.0[at].get_or_insert(Value::Text(value));
            }
        }
        fields
    }

    /// Reads `application/x-www-form-urlencoded`, which cannot fail: bytes that are no UTF-8 become U+FFFD.
    pub fn from_form(body: &'a [u8]) -> Fields<'a> {
        Fields::from_pairs(text::pairs(body))
    }

    /// Reads a JSON object.
    pub fn from_json(text: &'a str) -> serde_json::Result<Fields<'a>> {
        let values = json::pick(text, &NAMES)?;
        Ok(Fields(values.map(|value| {
            let value = value?;
            Some(json::string(value).map_or(Value::Source(value.get()), Value::Text))
        })))
    }

    fn get(&self, name: &'static str) -> Option<&Value<'a>> {
        let at = NAMES
            .iter()
            .position(|known| *known == name)
            .expect("only known names are asked for");
        self.0[at].as_ref()
    }

    /// A text, or `None` if the field is missing or `null`.
    pub fn text(&self, name: &'static str) -> Result<Option<&str>, FieldError> {
        match self.get(name) {
            Some(Value::Text(text)) => Ok(Some(text)),
            None | Some(Value::Source("null")) => Ok(None),
            Some(Value::Source(_)) => Err(FieldError::NotText(name)),
        }
    }

    /// A text that must be there.
    fn required(&self, name: &'static str) -> Result<&str, FieldError> {
        self.text(name)?.ok_or(FieldError::Missing(name))
    }

    /// A number, rounded down to a whole one; `None` if the field is missing or is none.
    pub fn whole_number(&self, name: &'static str) -> Option<i64> {
        match self.get(name)? {
            Value::Text(_) => None,
            Value::Source(source) => {
                let number = source.parse::<f64>().ok()?.floor();
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "it is whole, and beyond i64 the nearest will do"
                )]
                number.is_finite().then_some(number as i64)
            }
        }
    }

    /// `token`, as it came.
    pub fn token_text(&self) -> Result<&str, FieldError> {
        self.required("token")
    }

    /// `token` of a batch item: known ones may have any form, so only what no session can have is refused.
    pub fn token(&self) -> Result<Token, FieldError> {
        Token::parse(self.required("token")?).ok_or(FieldError::InvalidToken)
    }

    /// `ts`
    pub fn ts(&self) -> Result<Moment, FieldError> {
        match self.text("ts") {
            Ok(Some(text)) => Moment::parse(text).ok_or(FieldError::InvalidTs),
            Ok(None) => Err(FieldError::Missing("ts")),
            Err(_) => Err(FieldError::InvalidTs),
        }
    }

    /// `device`; none where it is missing or empty.
    pub fn device(&self) -> Result<Option<Device>, FieldError> {
        let text = self.text("device")?.unwrap_or_default();
        Device::parse(text.to_owned()).map_err(too_long("device"))
    }

    /// `reason`; none where it is missing, empty or not for pages to give.
    pub fn reason(&self) -> Result<Option<Reason>, FieldError> {
        let text = self.text("reason")?.unwrap_or_default();
        Reason::parse(text.to_owned()).map_err(too_long("reason"))
    }

    /// `seq`; none where it is missing.
    pub fn seq(&self) -> Result<Option<Seq>, FieldError> {
        match self.get("seq") {
            None | Some(Value::Source("null")) => Ok(None),
            Some(Value::Text(text)) => Seq::parse(text).ok_or(FieldError::InvalidSeq).map(Some),
            Some(Value::Source(text)) => Seq::parse(text).ok_or(FieldError::InvalidSeq).map(Some),
        }
    }

    /// `action`, `data` and `seq`.
    pub fn event(&self) -> Result<Event, FieldError> {
        let action = self.required("action")?.to_owned();
        let data = match self.get("data").ok_or(FieldError::Missing("data"))? {
            Value::Text(text) => text.to_string(),
            Value::Source(source) => (*source).to_owned(),
        };
        Ok(Event {
            seq: self.seq()?,
            action: Action::parse(action)
                .map_err(too_long("action"))?
                .ok_or(FieldError::EmptyAction)?,
            data: Data::parse(data).map_err(too_long("data"))?,
        })
    }
}

fn too_long(name: &'static str) -> impl Fn(TooLong) -> FieldError {
    move |TooLong { limit }| FieldError::TooLong(name, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_of_a_name_wins_in_every_kind_of_body() {
        let form = Fields::from_form(b"ts=a&ts=b&unknown=c");
        assert_eq!(form.text("ts"), Ok(Some("a")));
        let json = Fields::from_json(r#"{"ts":"a","ts":"b","unknown":{}}"#).unwrap();
        assert_eq!(json.text("ts"), Ok(Some("a")));
    }

    #[test]
    fn data_is_kept_verbatim() {
        for (json, expected) in [
            (
                r#"{"a": 1.0,  "b":"\u00e5"}"#,
                r#"{"a": 1.0,  "b":"\u00e5"}"#,
            ),
            (r#""{\"a\":1}""#, r#"{"a":1}"#),
            ("null", "null"),
            ("1e400", "1e400"),
            (r#"["\ud800"]"#, r#"["\ud800"]"#),
            (r#""\ud800""#, "\u{fffd}"),
            (r#""""#, ""),
        ] {
            let body = format!(r#"{{"action":"a","ts":"2017-08-25T17:09:19Z","data":{json}}}"#);
            let event = Fields::from_json(&body).unwrap().event().unwrap();
            assert_eq!(event.data.as_str(), expected, "{json}");
        }
    }

    #[test]
    fn each_broken_field_of_an_event_has_its_own_code() {
        let long = "x".repeat(257);
        for (body, code) in [
            (r#"{}"#.to_owned(), "missing_field"),
            (
                r#"{"action":"a","ts":"2017-08-25T17:09:19Z"}"#.to_owned(),
                "missing_field",
            ),
            (r#"{"action":"a","data":1}"#.to_owned(), "missing_field"),
            (
                r#"{"action":"a","data":1,"ts":null}"#.to_owned(),
                "missing_field",
            ),
            (
                r#"{"action":"a","data":1,"ts":"yesterday"}"#.to_owned(),
                "invalid_ts",
            ),
            (
                r#"{"action":"a","data":1,"ts":1503680959438}"#.to_owned(),
                "invalid_ts",
            ),
            (
                r#"{"action":"","data":1,"ts":"2017-08-25T17:09:19Z"}"#.to_owned(),
                "empty_action",
            ),
            (
                r#"{"action":7,"data":1,"ts":"2017-08-25T17:09:19Z"}"#.to_owned(),
                "invalid_field",
            ),
            (
                r#"{"action":"a","data":1,"ts":"2017-08-25T17:09:19Z","seq":1.5}"#.to_owned(),
                "invalid_seq",
            ),
            (
                r#"{"action":"a","data":1,"ts":"2017-08-25T17:09:19Z","seq":-1}"#.to_owned(),
                "invalid_seq",
            ),
            (
                format!(r#"{{"action":"{long}","data":1,"ts":"2017-08-25T17:09:19Z"}}"#),
                "field_too_long",
            ),
        ] {
            let fields = Fields::from_json(&body).unwrap();
            let error = fields.event().and(fields.ts().map(drop)).unwrap_err();
            assert_eq!(error.code(), code, "{body}");
        }
    }
}
