//! Reports as JSON, CSV and workbooks, row by row.

use std::borrow::Cow;
use std::io;
use std::mem;
use std::ops::ControlFlow;

use serde_json::json;

use super::questions::FORMATS;
use super::spreadsheet;
use super::workbook::Workbook;
use crate::limits;
use crate::model::calendar::date_text;
use crate::model::report::{About, Format, Question, REPORTS};
use crate::model::table::Cell;

/// Between the names of a path where a cell is one text.
const PATH_SEPARATOR: &str = " > ";

/// Writes a report piece by piece.
#[derive(Debug)]
pub struct TableWriter {
    form: Form,
    is_empty: bool,
    buffer: Vec<u8>,
}

/// How a report is written.
#[derive(Debug)]
enum Form {
    Json,
    Csv,
    Xlsx(Box<Workbook>),
}

impl TableWriter {
    /// Begins a report, whose range is known by now.
    pub fn new(question: &Question, from: Option<&str>, to: Option<&str>) -> TableWriter {
        let About { name, .. } = question.report.about();
        let columns = question.report.about().columns();
        let mut buffer = Vec::new();
        let form = match question.format {
            Format::Csv => {
                spreadsheet::record(&mut buffer, &columns);
                Form::Csv
            }
            Format::Xlsx => Form::Xlsx(Box::new(Workbook::new(name, columns))),
            Format::Json => {
                let head = format!(
                    "{{\"status\":200,\"report\":{},\"from\":{},\"to\":{},\"tz\":{},\"columns\":{},\"rows\":[",
                    json!(name),
                    json!(from),
                    json!(to),
                    json!(question.zone.name()),
                    json!(columns)
                );
                buffer.extend_from_slice(head.as_bytes());
                Form::Json
            }
        };
        TableWriter {
            form,
            is_empty: true,
            buffer,
        }
    }

    /// Writes a row. Breaks when enough is gathered to be sent.
    pub fn row(&mut self, cells: &[Cell]) -> ControlFlow<()> {
        match &mut self.form {
            Form::Json => self.json(cells),
            Form::Csv => {
                let texts: Vec<Cow<'_, str>> = cells.iter().map(plain_text).collect();
                spreadsheet::record(&mut self.buffer, &texts);
            }
            Form::Xlsx(workbook) => {
                workbook.row(cells);
                self.buffer.append(&mut workbook.take());
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
                Cell::Date(day) => json!(date_text(*day)).to_string(),
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

    /// Ends the report and returns what is left of it. Fails where it is too large for a workbook.
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        match self.form {
            Form::Json => self.buffer.extend_from_slice(b"\n]}\n"),
            Form::Csv => {}
            Form::Xlsx(workbook) => self.buffer.append(&mut workbook.finish()?),
        }
        Ok(self.buffer)
    }
}

/// A cell as one text.
pub(super) fn plain_text(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Nothing => Cow::Borrowed(""),
        Cell::Number(number) => Cow::Owned(number.to_string()),
        Cell::Decimal(decimal) => Cow::Owned(decimal.to_string()),
        Cell::Date(day) => Cow::Owned(date_text(*day)),
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
    let formats = FORMATS.map(|(name, _)| name);
    json!({"status": 200, "formats": formats, "reports": reports})
        .to_string()
        .into_bytes()
}

/// The names of all reports, for somebody who asked for one that does not exist.
pub fn names_of_reports() -> String {
    let names: Vec<_> = REPORTS.iter().map(|about| about.name).collect();
    names.join(", ")
}
