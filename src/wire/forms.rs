//! `POST /sessions`, `/events` and `/sessions/stop`: fields to work.

use super::fields::{FieldError, Fields};
use crate::model::{Credential, Refusal, Token, Work};

/// Why the fields of a form route are no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// A field is missing or wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The token cannot be that of a session.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// The key that the fields carry; an empty one is none.
pub fn consumer_key(fields: &Fields<'_>) -> Result<Option<String>, FieldError> {
    Ok(fields
        .text("consumer_key")?
        .filter(|key| !key.is_empty())
        .map(str::to_owned))
}

/// `POST /sessions`. A token that no page may bring along is ignored.
pub fn start_session(fields: &Fields<'_>, credential: Credential) -> Result<Work, FormError> {
    let token = fields
        .text("token")
        .unwrap_or_default()
        .and_then(Token::parse)
        .filter(Token::is_well_formed);
    Ok(Work::StartSession {
        credential,
        ts: fields.ts()?,
        token,
        device: fields.device()?,
    })
}

/// `POST /events`
pub fn store_event(fields: &Fields<'_>) -> Result<Work, FormError> {
    let token = fields.token_text()?;
    let event = fields.event()?;
    let ts = fields.ts()?;
    Ok(Work::StoreEvent {
        token: Token::parse(token).ok_or(Refusal::UnknownToken)?,
        ts,
        event,
    })
}

/// `POST /sessions/stop`
pub fn stop_session(fields: &Fields<'_>) -> Result<Work, FormError> {
    let ts = fields.ts()?;
    let token = fields.token_text()?;
    let reason = fields.reason()?;
    Ok(Work::StopSession {
        token: Token::parse(token).ok_or(Refusal::UnknownToken)?,
        ts,
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_fields_are_named_in_the_originals_words() {
        let error = |result: Result<Work, FormError>| result.unwrap_err().to_string();
        let fields = |body: &'static str| Fields::from_form(body.as_bytes());
        let start = |body| start_session(&fields(body), Credential::SameOrigin);
        assert_eq!(
            error(start("consumer_key=x")),
            "No \"ts\" parameter provided"
        );
        assert_eq!(
            error(store_event(&fields(""))),
            "No \"token\" parameter provided"
        );
        assert_eq!(
            error(store_event(&fields("token=x"))),
            "No \"action\" parameter provided"
        );
        assert_eq!(
            error(store_event(&fields("token=x&action=a"))),
            "No \"data\" parameter provided"
        );
        assert_eq!(
            error(store_event(&fields("token=x&action=a&data="))),
            "No \"ts\" parameter provided"
        );
        assert_eq!(
            error(stop_session(&fields("token=x"))),
            "No \"ts\" parameter provided"
        );
    }

    #[test]
    fn only_a_well_formed_token_is_taken_along_to_a_new_session() {
        for (token, taken) in [
            ("0123456789abcdef0123456789abcdef", true),
            ("0123456789ABCDEF0123456789ABCDEF", false),
            ("null", false),
            ("", false),
        ] {
            let body = format!("ts=2017-08-25T17:09:19Z&token={token}");
            let work =
                start_session(&Fields::from_form(body.as_bytes()), Credential::SameOrigin).unwrap();
            assert!(
                matches!(work, Work::StartSession { token, .. } if token.is_some() == taken),
                "{token:?}"
            );
        }
    }
}
