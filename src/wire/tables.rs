//! Reports as JSON and CSV, row by row.

use std::borrow::Cow;
use std::mem;
use std::ops::ControlFlow;

use serde_json::json;

use super::spreadsheet;
use crate::limits;
use crate::model::list::Format;
use crate::model::report::{About, Question, REPORTS};
use crate::model::table::Cell;

/// Between the names of a path in CSV.
const PATH_SEPARATOR: &str = " > ";

/// Writes a report piece by piece.
#[derive(Debug)]
pub struct TableWriter {
    format: Format,
    is_empty: bool,
    buffer: Vec<u8>,
}

impl TableWriter {
    /// Begins a report, whose range is known by now.
    pub fn new(question: &Question, from: Option<&str>, to: Option<&str>) -> TableWriter {
        let mut writer = TableWriter {
            format: question.format,
            is_empty: true,
            buffer: Vec::new(),
        };
        let About { name, .. } = question.report.about();
        let columns = question.report.about().columns();
        match question.format {
            Format::Csv => spreadsheet::record(&mut writer.buffer, &columns),
            Format::Json => {
                let head = format!(
                    "{{\"status\":200,\"report\":{},\"from\":{},\"to\":{},\"tz\":{},\"columns\":{},\"rows\":[",
                    json!(name),
                    json!(from),
                    json!(to),
                    json!(question.zone.name()),
                    json!(columns)
                );
                writer.buffer.extend_from_slice(head.as_bytes());
            }
        }
        writer
    }

    /// Writes a row. Breaks when enough is gathered to be sent.
    pub fn row(&mut self, cells: &[Cell]) -> ControlFlow<()> {
        match self.format {
            Format::Json => self.json(cells),
            Format::Csv => {
                let texts: Vec<Cow<'_, str>> = cells.iter().map(csv_text).collect();
                spreadsheet::record(&mut self.buffer, &texts);
            }
        }
        self.is_empty = false;
        if self.buffer.len() >= limits::CHUNK_BYTES {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn json(&mut self, cells: &[Cell]) {
        let begin = if self.is_empty { "\n[" } else { ",\n[" };
        self.buffer.extend_from_slice(begin.as_bytes());
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.buffer.push(b',');
            }
            let text = match cell {
                Cell::Nothing => "null".to_owned(),
                Cell::Number(number) => number.to_string(),
                Cell::Decimal(decimal) => decimal.to_string(),
                Cell::Text(text) => json!(text).to_string(),
                Cell::Path(names) => json!(names).to_string(),
            };
            self.buffer.extend_from_slice(text.as_bytes());
        }
        self.buffer.push(b']');
    }

    /// Takes what is written so far.
    pub fn take(&mut self) -> Vec<u8> {
        mem::take(&mut self.buffer)
    }

    /// Ends the report.
    pub fn finish(&mut self) {
        if self.format == Format::Json {
            self.buffer.extend_from_slice(b"\n]}\n");
        }
    }
}

fn csv_text(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Nothing => Cow::Borrowed(""),
        Cell::Number(number) => Cow::Owned(number.to_string()),
        Cell::Decimal(decimal) => Cow::Owned(decimal.to_string()),
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Path(names) => Cow::Owned(names.join(PATH_SEPARATOR)),
    }
}

/// What reports there are.
pub fn list_of_reports() -> Vec<u8> {
    let reports: Vec<_> = REPORTS
        .iter()
        .map(|about| {
            json!({
                "name": about.name,
                "meaning": about.meaning,
                "columns": about.columns(),
            })
        })
        .collect();
    json!({"status": 200, "reports": reports})
        .to_string()
        .into_bytes()
}

/// The names of all reports, for somebody who asked for one that does not exist.
pub fn names_of_reports() -> String {
    let names: Vec<_> = REPORTS.iter().map(|about| about.name).collect();
    names.join(", ")
}
