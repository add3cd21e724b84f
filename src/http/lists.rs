//! `GET /sessions` and `GET /events`, streamed: each piece is one short snapshot, read when the client wants it.

use bytes::Bytes;
use hyper::Response;

use super::App;
use super::error::ApiError;
use super::reply::ReplyBody;
use super::streaming::{self, Source};
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

/// Begins a list.
pub async fn list(
    app: &App,
    kind: Kind,
    query: &Query<'_>,
) -> Result<Response<ReplyBody>, ApiError> {
    let format = query.format()?;
    let (scan, writer, name) = match kind {
        Kind::Events => (
            Scan::events(&query.events()?),
            RowWriter::events(format),
            "events",
        ),
        Kind::Sessions => (
            Scan::sessions(&query.sessions()?),
            RowWriter::sessions(format),
            "sessions",
        ),
    };
    let listing = Listing {
        store: app.store.clone(),
        kind,
        scan,
        writer,
    };
    streaming::stream(app, format.into(), name, listing).await
}

impl Source for Listing {
    /// Reads until there is something to send.
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
