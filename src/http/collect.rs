//! The routes that store something.

use std::net::IpAddr;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE,
    CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use super::App;
use super::body::ReadBody;
use super::error::ApiError;
use super::origin;
use super::reply::{self, ReplyBody};
use super::route::Route;
use crate::limits;
use crate::model::{Credential, Moment, Request, Work};
use crate::wire::batch::Envelope;
use crate::wire::fields::Fields;
use crate::wire::{forms, multipart, replies, text};

const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");
const PREFLIGHT_SECONDS: HeaderValue = HeaderValue::from_static("86400");

/// Whom a request is from, as far as proxies in between tell.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// The address.
    pub ip: IpAddr,
    /// The host that was asked for.
    pub host: Option<&'a str>,
}

/// Stores what a request asks for and says so once it is on the disk.
pub async fn store(
    app: &App,
    route: &Route,
    head: &Parts,
    body: Incoming,
    received_at: Moment,
    sender: Sender<'_>,
) -> Result<Response<ReplyBody>, ApiError> {
    let limit = if *route == Route::Batch {
        limits::BATCH_BODY_BYTES
    } else {
        limits::FORM_BODY_BYTES
    };
    let ReadBody { bytes, mut room } = app.bodies.read(body, limit).await?;
    let work = match route {
        Route::Batch => {
            let work = batch(&head.headers, sender, &bytes)?;
            // A short text may hold many items.
            room.merge(app.bodies.take(work.weight() * limits::ITEM_BYTES)?);
            work
        }
        _ => form(route, &head.headers, sender, &bytes).await?,
    };
    drop(bytes);
    let outcome = app
        .store
        .ingest(Request {
            received_at,
            ip: sender.ip,
            work,
        })
        .await??;
    Ok(reply::json(StatusCode::OK, replies::outcome(&outcome)))
}

fn batch(headers: &HeaderMap, sender: Sender<'_>, body: &[u8]) -> Result<Work, ApiError> {
    let text = text::utf8(body);
    let envelope = Envelope::parse(&text)?;
    let credential = credential(envelope.consumer_key(), headers, sender)?;
    Ok(envelope.into_work(credential))
}

async fn form(
    route: &Route,
    headers: &HeaderMap,
    sender: Sender<'_>,
    body: &Bytes,
) -> Result<Work, ApiError> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .map_or("", |value| value.to_str().unwrap_or("?"));
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match essence.as_str() {
        "" | "application/x-www-form-urlencoded" => {
            work(route, headers, sender, &Fields::from_form(body))
        }
        "application/json" | "text/plain" => {
            let text = text::utf8(body);
            let fields = Fields::from_json(&text)
                .map_err(|error| ApiError::MalformedBody(error.to_string()))?;
            work(route, headers, sender, &fields)
        }
        "multipart/form-data" => {
            let pairs = multipart::pairs(content_type, body.clone())
                .await
                .map_err(|error| ApiError::MalformedBody(error.to_string()))?;
            let pairs = pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()));
            work(route, headers, sender, &Fields::from_pairs(pairs))
        }
        other => Err(ApiError::MediaType(other.to_owned())),
    }
}

fn work(
    route: &Route,
    headers: &HeaderMap,
    sender: Sender<'_>,
    fields: &Fields<'_>,
) -> Result<Work, ApiError> {
    Ok(match route {
        Route::StoreEvent => forms::store_event(fields)?,
        Route::StopSession => forms::stop_session(fields)?,
        _ => forms::start_session(
            fields,
            credential(forms::consumer_key(fields)?, headers, sender)?,
        )?,
    })
}

/// Whom a request counts for: whoever its key says, or the default consumer if it comes from a page of ours.
fn credential(
    key: Option<String>,
    headers: &HeaderMap,
    sender: Sender<'_>,
) -> Result<Credential, ApiError> {
    match key {
        Some(key) => Ok(Credential::Key(key)),
        None if origin::is_same_origin(headers, sender.host) => Ok(Credential::SameOrigin),
        None => Err(ApiError::MissingKey(origin::missing_key_text(
            headers,
            sender.host,
        ))),
    }
}

/// Allows what a browser asks about before it sends anything. The form posts of old frontends do not ask.
pub fn preflight(head: &Parts) -> Response<ReplyBody> {
    let mut reply = reply::empty(StatusCode::NO_CONTENT);
    let headers = reply.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, OPTIONS"),
    );
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("Authorization, Content-Type"),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
    if head
        .headers
        .contains_key("access-control-request-private-network")
    {
        headers.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
    }
    reply
}
