//! Everything that can be wrong with a request, and the one place that makes replies of it.
//!
//! What went wrong inside never reaches a client: its text says only what the client can do about it.

use std::borrow::Cow;

use hyper::header::{ALLOW, CONNECTION, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};

use super::origin::Denied;
use super::reply::{self, ReplyBody};
use super::route::Methods;
use crate::limits;
use crate::model::Refusal;
use crate::store::StoreError;
use crate::wire::batch::EnvelopeError;
use crate::wire::fields::FieldError;
use crate::wire::forms::FormError;
use crate::wire::query::QueryError;
use crate::wire::replies;
use crate::wire::tables::names_of_reports;

/// Why a request is not answered with what it asked for.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// A field is missing or wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A batch cannot be read.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The store refuses what was asked.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No key was sent, and the request does not come from a page of ours.
    #[error("{0}")]
    MissingKey(String),
    /// The store cannot answer now.
    #[error("{}", store_text(*.0))]
    Store(#[from] StoreError),
    /// A parameter of a list is wrong.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The body cannot be read as what it says it is.
    #[error("The body cannot be read: {0}")]
    MalformedBody(String),
    /// The body is of a kind that is not understood.
    #[error(
        "Send a form (application/x-www-form-urlencoded or multipart/form-data) or a JSON object, not {0}"
    )]
    MediaType(String),
    /// The body is larger than it may be.
    #[error("The body is larger than {0} bytes")]
    BodyTooLarge(usize),
    /// The connection broke before the body was there.
    #[error("The body broke off: {0}")]
    BodyIncomplete(String),
    /// The body did not arrive.
    #[error("The body did not arrive in time")]
    BodyTimeout,
    /// Too many bodies are being read.
    #[error("{}", store_text(StoreError::Overloaded))]
    TooManyBodies,
    /// Reading is not allowed.
    #[error("{}", denied_text(*.0))]
    Denied(Denied),
    /// There is no such report.
    #[error("There is no report \"{0}\". There are {reports}", reports = names_of_reports())]
    NoReport(String),
    /// Only a page of ours may do this.
    #[error("Only pages of this server may do this")]
    NotSameOrigin,
    /// There is nothing at this path.
    #[error("There is nothing here. See /docs for what there is.")]
    NotFound,
    /// The path exists, but not for this method.
    #[error("This path answers {}", .0.allow())]
    WrongMethod(Methods),
    /// The range lies outside the file.
    #[error("The range lies outside the file of {0} bytes")]
    Range(u64),
}

impl From<FormError> for ApiError {
    fn from(error: FormError) -> ApiError {
        match error {
            FormError::Field(error) => error.into(),
            FormError::Refused(refusal) => refusal.into(),
        }
    }
}

fn store_text(error: StoreError) -> Cow<'static, str> {
    let text = match error {
        StoreError::Deriving { done, total } => {
            let text = format!(
                "The reports of this file are being worked out: {done} of {total} sessions are done. Ask again later."
            );
            return Cow::Owned(text);
        }
        StoreError::Overloaded => {
            "The server has too much to do. Nothing was stored; send it again later."
        }
        StoreError::Starting => "The server is starting. Nothing was stored; send it again later.",
        StoreError::Stopping => "The server is stopping. Nothing was stored; send it again later.",
        StoreError::Locked => {
            "Another program has locked the database file. Nothing was stored; send it again later."
        }
        StoreError::DiskFull => {
            "The server's disk is full. Nothing was stored; send it again later."
        }
        StoreError::NoRoom => {
            "The server's disk has no room for a copy of the file. Nothing is lost; make room and ask again."
        }
        StoreError::Copying => {
            "A snapshot is being made or sent already, and there is only one at a time. Ask again later."
        }
        StoreError::Interrupted => "This took too long and was stopped. Ask for less, or later.",
        StoreError::Internal => {
            "The server made a mistake. Nothing was stored; its log has the details."
        }
    };
    Cow::Borrowed(text)
}

fn denied_text(denied: Denied) -> &'static str {
    match denied {
        Denied::NoKey => {
            "Please give the key of this server with the query string parameter \"key\"."
        }
        Denied::WrongKey => "The key is not valid.",
        Denied::NotLocal => {
            "Without a key, figures are shown on this computer only. Start the server with --key (or MICROTICKS_KEY) \
             to read them from elsewhere."
        }
    }
}

impl ApiError {
    fn status(&self) -> StatusCode {
        match self {
            ApiError::Refused(Refusal::UnknownSession) => StatusCode::NOT_FOUND,
            ApiError::Field(_)
            | ApiError::Refused(_)
            | ApiError::MissingKey(_)
            | ApiError::Query(_)
            | ApiError::MalformedBody(_)
            | ApiError::BodyIncomplete(_) => StatusCode::BAD_REQUEST,
            ApiError::Envelope(EnvelopeError::TooManyItems(_)) | ApiError::BodyTooLarge(_) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            ApiError::Envelope(_) => StatusCode::BAD_REQUEST,
            ApiError::Store(StoreError::DiskFull | StoreError::NoRoom) => {
                StatusCode::INSUFFICIENT_STORAGE
            }
            ApiError::Store(StoreError::Internal) => StatusCode::INTERNAL_SERVER_ERROR,
            ApiError::Store(_) | ApiError::TooManyBodies => StatusCode::SERVICE_UNAVAILABLE,
            ApiError::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ApiError::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            ApiError::Denied(Denied::NoKey | Denied::WrongKey) => StatusCode::UNAUTHORIZED,
            ApiError::Denied(Denied::NotLocal) | ApiError::NotSameOrigin => StatusCode::FORBIDDEN,
            ApiError::NotFound | ApiError::NoReport(_) => StatusCode::NOT_FOUND,
            ApiError::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            ApiError::Range(_) => StatusCode::RANGE_NOT_SATISFIABLE,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            ApiError::Field(error) => error.code(),
            ApiError::Envelope(error) => error.code(),
            ApiError::Refused(refusal) => refusal.code(),
            ApiError::MissingKey(_) => "missing_consumer_key",
            ApiError::Store(StoreError::Overloaded) | ApiError::TooManyBodies => "overloaded",
            ApiError::Store(StoreError::Starting) => "starting",
            ApiError::Store(StoreError::Deriving { .. }) => "deriving",
            ApiError::Store(StoreError::Stopping) => "stopping",
            ApiError::Store(StoreError::Locked) => "database_locked",
            ApiError::Store(StoreError::DiskFull) => "disk_full",
            ApiError::Store(StoreError::NoRoom) => "no_room",
            ApiError::Store(StoreError::Copying) => "snapshot_in_progress",
            ApiError::Store(StoreError::Interrupted) => "too_slow",
            ApiError::Store(StoreError::Internal) => "internal_error",
            ApiError::Query(_) => "invalid_parameter",
            ApiError::MalformedBody(_) => "malformed_body",
            ApiError::BodyIncomplete(_) => "body_incomplete",
            ApiError::MediaType(_) => "unsupported_media_type",
            ApiError::BodyTooLarge(_) => "body_too_large",
            ApiError::BodyTimeout => "body_timeout",
            ApiError::Denied(Denied::NoKey) => "missing_key",
            ApiError::Denied(Denied::WrongKey) => "wrong_key",
            ApiError::Denied(Denied::NotLocal) => "key_required",
            ApiError::NotSameOrigin => "not_same_origin",
            ApiError::NoReport(_) => "unknown_report",
            ApiError::NotFound => "not_found",
            ApiError::WrongMethod(_) => "method_not_allowed",
            ApiError::Range(_) => "range_not_satisfiable",
        }
    }

    /// The original repeated the text of session and key errors as `description`.
    fn is_described(&self) -> bool {
        matches!(
            self,
            ApiError::Refused(_) | ApiError::MissingKey(_) | ApiError::Denied(_)
        )
    }

    /// What the client gets.
    pub fn into_reply(self) -> Response<ReplyBody> {
        let status = self.status();
        let body = replies::error(
            status.as_u16(),
            self.code(),
            &self.to_string(),
            self.is_described(),
        );
        let mut reply = reply::json(status, body);
        let headers = reply.headers_mut();
        if matches!(
            status,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE
        ) {
            headers.insert(RETRY_AFTER, HeaderValue::from(limits::RETRY_AFTER_S));
        }
        match self {
            ApiError::WrongMethod(methods) => {
                drop(headers.insert(ALLOW, HeaderValue::from_static(methods.allow())))
            }
            // What is left of the body is not read, so nothing can follow it.
            ApiError::BodyTooLarge(_) | ApiError::BodyTimeout | ApiError::TooManyBodies => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            ApiError::Range(bytes) => {
                let range = format!("bytes */{bytes}");
                headers.insert(
                    hyper::header::CONTENT_RANGE,
                    HeaderValue::try_from(range).expect("digits are a header"),
                );
            }
            _ => {}
        }
        reply
    }
}
