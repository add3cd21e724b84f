//! The reports: one commented `.sql` each that selects, filters and orders derived rows, and one fold over them.
//!
//! What figures mean is defined in `docs/reports.md`. SQL does what an index can do; medians, ranks, distinct counts and
//! cells are folded here in one pass. All figures stay whole numbers, or fractions of whole numbers, until they are
//! written, so they are rounded once. Nothing here writes, and nothing asks a clock.

mod actions;
mod by_id;
mod chosen;
mod defaults;
mod dwell;
mod echo;
mod fortnights;
mod heatmap;
mod languages;
mod listing;
mod many;
mod media;
mod moments;
mod names;
mod overview;
mod pages;
mod paths;
#[cfg(test)]
mod plans;
mod range;
mod screens;
mod sessions;
mod stops;
mod targets;
mod usage;
mod utilisation;
mod values;
mod ways;

use rusqlite::Connection;

pub use listing::Listing;

use chosen::Context;

use crate::model::report::{Question, Report};
use crate::model::table::Cells;

/// What a report found.
#[derive(Debug)]
pub struct Answer {
    /// The first date or moment, as it was given or found.
    pub from: Option<String>,
    /// The last date, or the moment after the last.
    pub to: Option<String>,
    /// The rows.
    pub rows: Vec<Cells>,
}

/// Why a report that SQLite could read is not given: its range has more dates than it has rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyDates;

/// Makes a report in one piece.
pub fn answer(
    connection: &Connection,
    question: &Question,
) -> rusqlite::Result<Result<Answer, TooManyDates>> {
    let Some(context) = Context::new(connection, question)? else {
        return Ok(Err(TooManyDates));
    };
    let rows = match question.report {
        Report::Overview => overview::rows(&context),
        Report::Days => usage::days(&context),
        Report::Hours => usage::hours(&context),
        Report::Grid => usage::grid(&context),
        Report::Weekdays => usage::weekdays(&context),
        Report::Screens => screens::rows(&context),
        Report::Types => screens::types(&context),
        Report::Choices => ways::choices(&context),
        Report::Dwell => dwell::rows(&context),
        Report::Transitions => ways::transitions(&context),
        Report::Journeys => ways::journeys(&context),
        Report::Heatmap => heatmap::rows(&context),
        Report::Pages => pages::rows(&context),
        Report::Targets => targets::rows(&context),
        Report::Actions => actions::rows(&context),
        Report::Stops => stops::rows(&context),
        Report::Media => media::rows(&context),
        Report::Languages => languages::rows(&context),
        // These are streamed: see `Listing`.
        Report::Paths | Report::Sessions => Ok(Vec::new()),
    };
    let (from, to) = context.range.texts();
    Ok(Ok(Answer {
        from,
        to,
        rows: rows?,
    }))
}
