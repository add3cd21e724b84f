//! `GET /sessions` and `GET /events`, streamed: each piece is one short snapshot, read when the client wants it.

use std::future::ready;
use std::io;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::StreamBody;
use hyper::Response;
use hyper::body::Frame;
use hyper::header::{CACHE_CONTROL, CONTENT_DISPOSITION, HeaderValue};

use super::error::ApiError;
use super::reply::{self, ReplyBody};
use crate::model::list::Format;
use crate::store::lists::Scan;
use crate::store::{Store, StoreError};
use crate::wire::query::Query;
use crate::wire::rows::RowWriter;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `GET /sessions`
    Sessions,
    /// `GET /events`
    Events,
}

/// A list on its way to the client.
struct Listing {
    store: Store,
    kind: Kind,
    scan: Scan,
    writer: RowWriter,
}

/// Begins a list. What goes wrong before its first piece is an error; later the reply is broken off.
pub async fn list(
    store: &Store,
    kind: Kind,
    query: &Query<'_>,
) -> Result<Response<ReplyBody>, ApiError> {
    let format = query.format()?;
    let (scan, writer, file_name) = match kind {
        Kind::Events => (
            Scan::events(&query.events()?),
            RowWriter::events(format),
            "events.csv",
        ),
        Kind::Sessions => (
            Scan::sessions(&query.sessions()?),
            RowWriter::sessions(format),
            "sessions.csv",
        ),
    };
    let listing = Listing {
        store: store.clone(),
        kind,
        scan,
        writer,
    };
    let (first, listing) = listing.next_piece().await?;
    let later = stream::unfold(listing, |listing| async {
        Some(match listing?.next_piece().await {
            Ok((piece, rest)) => (Ok(Frame::data(piece)), rest),
            Err(error) => (Err(io::Error::other(error)), None),
        })
    });
    let pieces = stream::once(ready(Ok(Frame::data(first)))).chain(later);
    let content_type = match format {
        Format::Json => "application/json",
        Format::Csv => "text/csv; charset=utf-8",
    };
    let mut reply = reply::stream(
        HeaderValue::from_static(content_type),
        StreamBody::new(pieces),
    );
    reply
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if format == Format::Csv {
        let disposition = format!("attachment; filename={file_name}");
        reply.headers_mut().insert(
            CONTENT_DISPOSITION,
            HeaderValue::try_from(disposition).expect("a plain file name"),
        );
    }
    Ok(reply)
}

impl Listing {
    /// Reads until there is something to send. The listing comes back unless this was its end.
    async fn next_piece(self) -> Result<(Bytes, Option<Listing>), StoreError> {
        let Listing {
            store,
            kind,
            mut scan,
            mut writer,
        } = self;
        loop {
            (scan, writer) = match kind {
                Kind::Events => store.next_events(scan, writer, RowWriter::event).await?,
                Kind::Sessions => {
                    store
                        .next_sessions(scan, writer, RowWriter::session)
                        .await?
                }
            };
            if scan.is_over() {
                writer.finish();
                return Ok((writer.take().into(), None));
            }
            let piece = writer.take();
            if !piece.is_empty() {
                return Ok((
                    piece.into(),
                    Some(Listing {
                        store,
                        kind,
                        scan,
                        writer,
                    }),
                ));
            }
        }
    }
}
