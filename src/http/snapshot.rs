//! `GET /snapshot`: the SQLite file as it is now, for a backup.

use bytes::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, HeaderValue};
use hyper::{Method, Response, StatusCode};

use super::App;
use super::error::ApiError;
use super::reply::{self, ReplyBody};
use super::streaming::{self, Source};
use crate::model::Moment;
use crate::model::calendar::date_text;
use crate::model::zone::LocalClock;
use crate::store::{FileCopy, StoreError};

/// SQLite's files as they are registered.
const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.sqlite3");

/// Makes a copy of the file and sends it. Who only asks for the head of the reply is told all but its length, since only
/// the copy has one.
pub async fn snapshot(
    app: &App,
    method: &Method,
    received_at: Moment,
) -> Result<Response<ReplyBody>, ApiError> {
    let mut reply = if *method == Method::HEAD {
        reply::bytes(StatusCode::OK, CONTENT_TYPE, Bytes::new())
    } else {
        let place = streaming::place(app)?;
        let copy = app.store.copy().await?;
        let bytes = copy.bytes();
        let mut reply = streaming::begin(place, CONTENT_TYPE, copy).await?;
        reply
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(bytes));
        reply
    };
    let today = LocalClock::new(app.zone.clone()).date(received_at.as_ms());
    let disposition = format!("attachment; filename=microticks-{}.db", date_text(today));
    let disposition = HeaderValue::try_from(disposition).expect("a date is a header");
    let headers = reply.headers_mut();
    headers.insert(CONTENT_DISPOSITION, disposition);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(reply)
}

impl Source for FileCopy {
    async fn next_piece(mut self) -> Result<(Bytes, Option<FileCopy>), StoreError> {
        let piece = self.next().await?;
        let rest = (!self.is_over()).then_some(self);
        Ok((piece, rest))
    }
}
