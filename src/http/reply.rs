//! Replies and their bodies.

use std::io;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Either, Full};
use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_TYPE,
    HeaderMap, HeaderValue, LOCATION, ORIGIN, VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

/// What is sent: bytes that are there, or a stream that is made as it is read.
pub type ReplyBody = Either<Full<Bytes>, UnsyncBoxBody<Bytes, io::Error>>;

/// A reply with a body that is there.
pub fn bytes(
    status: StatusCode,
    content_type: HeaderValue,
    body: impl Into<Bytes>,
) -> Response<ReplyBody> {
    let mut reply = Response::new(Either::Left(Full::new(body.into())));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, content_type);
    reply
}

/// The type of JSON.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A JSON reply, which nobody may keep.
pub fn json(status: StatusCode, body: Vec<u8>) -> Response<ReplyBody> {
    let mut reply = bytes(status, JSON, body);
    reply
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
        .headers_mut()
        .insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    reply
}

/// A reply without a body.
pub fn empty(status: StatusCode) -> Response<ReplyBody> {
    let mut reply = Response::new(Either::Left(Full::default()));
    *reply.status_mut() = status;
    reply
}

/// A body that is made while it is sent.
pub fn streamed<B>(body: B) -> ReplyBody
where
    B: hyper::body::Body<Data = Bytes, Error = io::Error> + Send + 'static,
{
    Either::Right(body.boxed_unsync())
}

/// A reply that is made while it is sent.
pub fn stream<B>(content_type: HeaderValue, body: B) -> Response<ReplyBody>
where
    B: hyper::body::Body<Data = Bytes, Error = io::Error> + Send + 'static,
{
    let mut reply = Response::new(streamed(body));
    reply.headers_mut().insert(CONTENT_TYPE, content_type);
    reply
        .headers_mut()
        .insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    reply
}

/// To another place, relative to the path that was asked for, so that it holds behind any prefix.
pub fn redirect(status: StatusCode, to: &str) -> Response<ReplyBody> {
    let mut reply = empty(status);
    if let Ok(location) = HeaderValue::from_str(to) {
        reply.headers_mut().insert(LOCATION, location);
    }
    reply
}

/// Lets pages of every origin read a reply, and compare their clock with ours. Never with credentials.
pub fn allow_every_origin(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("Retry-After, Date"),
    );
    headers.append(VARY, HeaderValue::from_name(ORIGIN));
}
