//! `GET /reports`, `GET /reports/NAME`, and the marking of sessions as staff tests.

use std::io;
use std::net::IpAddr;

use bytes::Bytes;
use hyper::{Response, StatusCode};

use super::App;
use super::error::ApiError;
use super::reply::{self, ReplyBody};
use super::streaming::{self, Media, Source};
use crate::limits;
use crate::model::report::{Format, Question, Report};
use crate::model::{Moment, Request, Work};
use crate::report::{self, Listing};
use crate::store::lists::Flow;
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
        let media = Media::from(question.format);
        let question = fitting(&app.store, question).await?;
        let file_name = question.file_name();
        let sending = Sending::begin(&app.store, question).await?;
        streaming::stream(app, media, &file_name, sending).await
    } else {
        whole(&app.store, question).await
    }
}

/// A report that is made in one piece.
async fn whole(store: &Store, question: Question) -> Result<Response<ReplyBody>, ApiError> {
    let (media, file_name) = (Media::from(question.format), question.file_name());
    let read = store.read_report(limits::REPORT_DEADLINE, move |connection| {
        let answer = report::answer(connection, &question)?;
        Ok(answer.map(|answer| {
            if question.format == Format::Xlsx && answer.rows.len() > limits::SHEET_ROWS {
                return Err(QueryError::SheetRows.into());
            }
            let mut writer =
                TableWriter::new(&question, answer.from.as_deref(), answer.to.as_deref());
            for row in &answer.rows {
                // All of it is one piece.
                let _ = writer.row(row);
            }
            Ok(writer.finish().map_err(too_large)?)
        }))
    });
    let body: Result<_, ApiError> = read
        .await?
        .map_err(|report::TooManyDates| QueryError::Dates)?;
    let mut reply = reply::bytes(StatusCode::OK, media.content_type(), body?);
    media.describe(reply.headers_mut(), &file_name);
    Ok(reply)
}

/// A workbook that the format cannot hold, since a million of its rows are full of the longest names.
fn too_large(error: io::Error) -> StoreError {
    log::error!("a workbook could not be written: {error}");
    StoreError::Internal
}

/// The question about a streamed report, for as many rows as a sheet holds. What is beyond them must be known before the
/// reply begins: it is refused, rather than left out.
async fn fitting(store: &Store, mut question: Question) -> Result<Question, ApiError> {
    let most = limits::SHEET_ROWS as u64;
    if question.format != Format::Xlsx || question.limit.is_some_and(|limit| limit <= most) {
        return Ok(question);
    }
    let beyond = Question {
        offset: question.offset.saturating_add(most),
        limit: Some(1),
        ..question.clone()
    };
    if has_rows(store, beyond).await? {
        return Err(QueryError::SheetRows.into());
    }
    // More may come until all is sent.
    question.limit = Some(most);
    Ok(question)
}

/// Whether a streamed report has any row.
async fn has_rows(store: &Store, question: Question) -> Result<bool, StoreError> {
    let prepared = store.read_report(limits::REPORT_DEADLINE, move |connection| {
        let mut listing = Listing::new(question);
        listing.prepare(connection)?;
        Ok(listing)
    });
    let mut listing = prepared.await?;
    let mut found = false;
    while !found && !listing.is_over() {
        let read = store.read_report(limits::SNAPSHOT_TIME, move |connection| {
            let mut found = false;
            listing.next(connection, |_| {
                found = true;
                Flow::Break(())
            })?;
            Ok((listing, found))
        });
        (listing, found) = read.await?;
    }
    Ok(found)
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
                let last = writer.finish().map_err(too_large)?;
                return Ok((last.into(), None));
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
