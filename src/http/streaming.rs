//! Replies that are made while they are sent: lists, reports of any length, and the file itself.
//!
//! The next piece is read when the client has taken the one before, so a reply takes no more memory than two pieces,
//! however long it is; and only so many are sent at a time, since a client may be in no hurry.

use std::future::{Future, ready};
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::StreamBody;
use hyper::Response;
use hyper::body::Frame;
use hyper::header::{CACHE_CONTROL, CONTENT_DISPOSITION, HeaderMap, HeaderValue};
use tokio::sync::OwnedSemaphorePermit;

use super::App;
use super::error::ApiError;
use super::reply::{self, ReplyBody};
use crate::model::{list, report};
use crate::store::StoreError;

/// Something that is read piece by piece.
pub trait Source: Sized + Send + 'static {
    /// The next piece, and the source again unless this was its end.
    fn next_piece(self) -> impl Future<Output = Result<(Bytes, Option<Self>), StoreError>> + Send;
}

/// What a table is sent as.
#[derive(Debug, Clone, Copy)]
pub struct Media {
    content_type: &'static str,
    /// The ending of the file that it is offered as; without one it is shown.
    ending: Option<&'static str>,
}

const JSON: Media = Media {
    content_type: "application/json",
    ending: None,
};
const CSV: Media = Media {
    content_type: "text/csv; charset=utf-8",
    ending: Some("csv"),
};
const XLSX: Media = Media {
    content_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ending: Some("xlsx"),
};

impl From<list::Format> for Media {
    fn from(format: list::Format) -> Media {
        match format {
            list::Format::Json => JSON,
            list::Format::Csv => CSV,
        }
    }
}

impl From<report::Format> for Media {
    fn from(format: report::Format) -> Media {
        match format {
            report::Format::Json => JSON,
            report::Format::Csv => CSV,
            report::Format::Xlsx => XLSX,
        }
    }
}

impl Media {
    /// The value of `Content-Type`.
    pub fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(self.content_type)
    }

    /// Nobody may keep a table, and one for a spreadsheet is a file.
    pub fn describe(self, headers: &mut HeaderMap, file_name: &str) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(ending) = self.ending {
            let disposition = format!("attachment; filename={file_name}.{ending}");
            let disposition = HeaderValue::try_from(disposition).expect("a plain file name");
            headers.insert(CONTENT_DISPOSITION, disposition);
        }
    }
}

/// Begins a reply with a table.
pub async fn stream(
    app: &App,
    media: Media,
    file_name: &str,
    source: impl Source,
) -> Result<Response<ReplyBody>, ApiError> {
    let mut reply = begin(place(app)?, media.content_type(), source).await?;
    media.describe(reply.headers_mut(), file_name);
    Ok(reply)
}

/// Takes one of the places for such replies, if one is free.
pub fn place(app: &App) -> Result<OwnedSemaphorePermit, StoreError> {
    let place = Arc::clone(&app.streams).try_acquire_owned();
    place.map_err(|_| StoreError::Overloaded)
}

/// Begins a reply. What goes wrong before its first piece is an error; later the reply is broken off.
pub async fn begin(
    place: OwnedSemaphorePermit,
    content_type: HeaderValue,
    source: impl Source,
) -> Result<Response<ReplyBody>, ApiError> {
    let (first, rest) = source.next_piece().await?;
    let later = stream::unfold((rest, place), |(source, place)| async {
        Some(match source?.next_piece().await {
            Ok((piece, rest)) => (Ok(Frame::data(piece)), (rest, place)),
            Err(error) => (Err(io::Error::other(error)), (None, place)),
        })
    });
    let pieces = stream::once(ready(Ok(Frame::data(first)))).chain(later);
    Ok(reply::stream(content_type, StreamBody::new(pieces)))
}
