//! `GET /reports`, `GET /reports/NAME`, and the marking of sessions as staff tests.

use std::net::IpAddr;

use bytes::Bytes;
use hyper::{Response, StatusCode};

use super::App;
use super::error::ApiError;
use super::reply::{self, ReplyBody};
use super::streaming::{self, Source};
use crate::limits;
use crate::model::report::{Question, Report};
use crate::model::{Moment, Request, Work};
use crate::report::{self, Listing};
use crate::store::{Store, StoreError};
use crate::wire::query::QueryError;
use crate::wire::questions;
use crate::wire::tables::{self, TableWriter};

/// Lists the reports.
pub fn list() -> Response<ReplyBody> {
    reply::json(StatusCode::OK, tables::list_of_reports())
}

/// Makes a report.
pub async fn report(app: &App, name: &str, query: &str) -> Result<Response<ReplyBody>, ApiError> {
    let report = Report::find(name).ok_or_else(|| ApiError::NoReport(name.to_owned()))?;
    let question = questions::question(report, query, &app.zone)?;
    app.store.derive_what_changed().await?;
    if report.is_streamed() {
        let (format, sending) = (question.format, Sending::begin(&app.store, question).await?);
        streaming::stream(app, format, report.about().name, sending).await
    } else {
        whole(&app.store, question).await
    }
}

/// A report that is made in one piece.
async fn whole(store: &Store, question: Question) -> Result<Response<ReplyBody>, ApiError> {
    let (format, name) = (question.format, question.report.about().name);
    let read = store.read_report(limits::REPORT_DEADLINE, move |connection| {
        let answer = report::answer(connection, &question)?;
        Ok(answer.map(|answer| {
            let mut writer =
                TableWriter::new(&question, answer.from.as_deref(), answer.to.as_deref());
            for row in &answer.rows {
                // All of it is one piece.
                let _ = writer.row(row);
            }
            writer.finish();
            writer.take()
        }))
    });
    let body = read
        .await?
        .map_err(|report::TooManyDates| QueryError::Dates)?;
    let mut reply = reply::bytes(StatusCode::OK, streaming::content_type(format), body);
    streaming::describe(reply.headers_mut(), format, name);
    Ok(reply)
}

/// A report on its way to the client.
struct Sending {
    store: Store,
    listing: Listing,
    writer: TableWriter,
}

impl Sending {
    async fn begin(store: &Store, question: Question) -> Result<Sending, StoreError> {
        let prepared = store.read_report(limits::REPORT_DEADLINE, move |connection| {
            let mut listing = Listing::new(question);
            let (from, to) = listing.prepare(connection)?;
            let writer = TableWriter::new(listing.question(), from.as_deref(), to.as_deref());
            Ok((listing, writer))
        });
        let (listing, writer) = prepared.await?;
        Ok(Sending {
            store: store.clone(),
            listing,
            writer,
        })
    }
}

impl Source for Sending {
    /// Reads until there is something to send.
    async fn next_piece(self) -> Result<(Bytes, Option<Sending>), StoreError> {
        let Sending {
            store,
            mut listing,
            mut writer,
        } = self;
        loop {
            if !listing.is_over() {
                let read = store.read_report(limits::SNAPSHOT_TIME, move |connection| {
                    listing.next(connection, |row| writer.row(row))?;
                    Ok((listing, writer))
                });
                (listing, writer) = read.await?;
            }
            if listing.is_over() {
                writer.finish();
                return Ok((writer.take().into(), None));
            }
            let piece = writer.take();
            if !piece.is_empty() {
                let rest = Sending {
                    store,
                    listing,
                    writer,
                };
                return Ok((piece.into(), Some(rest)));
            }
        }
    }
}

/// Marks a session as a staff test, or takes that back.
pub async fn mark(
    app: &App,
    session_id: i64,
    excluded: bool,
    received_at: Moment,
    ip: IpAddr,
) -> Result<Response<ReplyBody>, ApiError> {
    let work = Work::Mark {
        session_id,
        excluded,
    };
    let request = Request {
        received_at,
        ip,
        work,
    };
    app.store.ingest(request).await??;
    Ok(reply::json(StatusCode::OK, b"{\"status\":200}".to_vec()))
}
