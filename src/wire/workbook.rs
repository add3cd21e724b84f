//! A table as a workbook (`.xlsx`, ECMA-376) with one sheet, made while it is sent.
//!
//! The parts of the archive that are always the same come first, then the sheet row by row. What is packed is taken
//! away at once, so a table of any length takes no more memory than the compressor does. Every text is marked as one, so
//! none is ever taken for a formula, a number or a date.

use std::fmt::Display;
use std::io::{self, Write};
use std::mem;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::tables::plain_text;
use crate::model::table::Cell;

/// The parts that say what the others are, in the order in which they are packed.
const PARTS: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        include_str!("workbook/content_types.xml"),
    ),
    ("_rels/.rels", include_str!("workbook/rels.xml")),
    (
        "xl/_rels/workbook.xml.rels",
        include_str!("workbook/workbook_rels.xml"),
    ),
    ("xl/styles.xml", include_str!("workbook/styles.xml")),
];

/// The attribute that gives a cell of the header its format in `styles.xml`.
const HEADER: &str = " s=\"1\"";
/// The same for a date.
const DATE: &str = " s=\"2\"";
/// All other cells have the first format.
const PLAIN: &str = "";

/// Excel keeps 15 digits of a number. A longer whole number is no amount but an id, and stays whole as a text.
const MOST_EXACT: u64 = 999_999_999_999_999;
/// Excel's number of 1970-01-01, from which we count.
const EPOCH: i64 = 25_569;
/// Excel's numbers from 1900-03-01 to 9999-12-31. Before that it counts a day that never was, after that none.
const DATES: RangeInclusive<i64> = 61..=2_958_465;
/// What a cell may hold, in units of UTF-16. Excel takes a workbook with more for a damaged one.
const MOST_UNITS: usize = 32_767;
/// Widths of columns, in digits.
const WIDTHS: RangeInclusive<usize> = 8..=48;

/// A workbook that is being made.
#[derive(Debug)]
pub struct Workbook {
    archive: ZipWriter<StreamWriter<Packed>>,
    packed: Packed,
    columns: Vec<&'static str>,
    /// Rows in the sheet so far. The header is written with the first row, which says how wide columns should be.
    rows: usize,
    /// What has gone wrong; after that nothing more is written.
    outcome: io::Result<()>,
}

impl Workbook {
    /// Begins a workbook whose sheet has this name.
    pub fn new(name: &str, columns: Vec<&'static str>) -> Workbook {
        let packed = Packed::default();
        let mut workbook = Workbook {
            archive: ZipWriter::new_stream(packed.clone()),
            packed,
            columns,
            rows: 0,
            outcome: Ok(()),
        };
        workbook.outcome = workbook.begin(name);
        workbook
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        for (part, text) in PARTS {
            self.begin_part(part)?;
            self.archive.write_all(text.as_bytes())?;
        }
        self.begin_part("xl/workbook.xml")?;
        write!(
            self.archive,
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
             <workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
             <sheets><sheet name=\"{name}\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
        )?;
        self.begin_part("xl/worksheets/sheet1.xml")
    }

    fn begin_part(&mut self, name: &str) -> io::Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        Ok(self.archive.start_file(name, options)?)
    }

    /// Writes a row.
    pub fn row(&mut self, cells: &[Cell]) {
        let mut xml = String::new();
        if self.rows == 0 {
            self.write_head(&mut xml, cells);
        }
        self.rows += 1;
        write_row(&mut xml, self.rows, cells, cell);
        self.write(&xml);
    }

    /// Takes what is packed so far.
    pub fn take(&mut self) -> Vec<u8> {
        mem::take(&mut *self.packed.bytes())
    }

    /// Ends the workbook and returns what is left of it. Fails where the sheet is larger than an archive can hold.
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        let mut xml = String::new();
        if self.rows == 0 {
            self.write_head(&mut xml, &[]);
        }
        xml += "</sheetData></worksheet>";
        self.write(&xml);
        self.outcome?;
        self.archive.finish()?;
        Ok(mem::take(&mut *self.packed.bytes()))
    }

    fn write(&mut self, xml: &str) {
        if self.outcome.is_ok() {
            self.outcome = self.archive.write_all(xml.as_bytes());
        }
    }

    /// Everything before the first row of figures, and the header, which stays in sight.
    fn write_head(&mut self, xml: &mut String, first: &[Cell]) {
        *xml += "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
                 <worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
                 <sheetViews><sheetView workbookViewId=\"0\">\
                 <pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>\
                 </sheetView></sheetViews><cols>";
        for (at, name) in self.columns.iter().enumerate() {
            let value = first
                .get(at)
                .map_or(0, |cell| plain_text(cell).chars().count());
            let width = (name.len().max(value) + 2).clamp(*WIDTHS.start(), *WIDTHS.end());
            let number = at + 1;
            *xml += &format!(
                "<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>"
            );
        }
        *xml += "</cols><sheetData>";
        self.rows = 1;
        write_row(xml, self.rows, &self.columns, |xml, at, name| {
            text(xml, at, HEADER, name);
        });
    }
}

/// Where the archive puts what is packed, until it is taken away.
#[derive(Debug, Clone, Default)]
struct Packed(Arc<Mutex<Vec<u8>>>);

impl Packed {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0
            .lock()
            .expect("nobody panics while holding what is packed")
    }
}

impl Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a row of cells. `each` gets the name of the cell's place.
fn write_row<T>(
    xml: &mut String,
    number: usize,
    cells: &[T],
    each: impl Fn(&mut String, &str, &T),
) {
    *xml += &format!("<row r=\"{number}\">");
    for (letter, cell) in ('A'..='Z').zip(cells) {
        each(xml, &format!("{letter}{number}"), cell);
    }
    *xml += "</row>";
}

fn cell(xml: &mut String, at: &str, cell: &Cell) {
    match cell {
        Cell::Nothing => {}
        Cell::Number(exact) if exact.unsigned_abs() <= MOST_EXACT => value(xml, at, PLAIN, exact),
        Cell::Decimal(decimal) => value(xml, at, PLAIN, decimal),
        Cell::Date(day) if DATES.contains(&(day + EPOCH)) => value(xml, at, DATE, day + EPOCH),
        _ => text(xml, at, PLAIN, &plain_text(cell)),
    }
}

fn value(xml: &mut String, at: &str, format: &str, number: impl Display) {
    *xml += &format!("<c r=\"{at}\"{format}><v>{number}</v></c>");
}

fn text(xml: &mut String, at: &str, format: &str, text: &str) {
    *xml += &format!(
        "<c r=\"{at}\"{format} t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
        escaped(fitting(text))
    );
}

/// As much of a text as fits into a cell.
fn fitting(text: &str) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > MOST_UNITS
    });
    end.map_or(text, |(end, _)| &text[..end])
}

/// A text as it stands in XML. What XML cannot say, and what looks like an escape of that, is escaped as Excel does:
/// `_x0007_` is a bell.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        match character {
            '&' => xml += "&amp;",
            '<' => xml += "&lt;",
            '>' => xml += "&gt;",
            '_' if looks_escaped(&text.as_bytes()[at..]) => xml += "_x005F_",
            '\t' | '\n' => xml.push(character),
            '\0'..=' ' | '\u{fffe}' | '\u{ffff}' if character != ' ' => {
                xml += &format!("_x{:04X}_", u32::from(character));
            }
            _ => xml.push(character),
        }
    }
    xml
}

fn looks_escaped(text: &[u8]) -> bool {
    text.get(..7).is_some_and(|start| {
        start.starts_with(b"_x")
            && start.ends_with(b"_")
            && start[2..6].iter().all(u8::is_ascii_hexdigit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::calendar::read_date;
    use crate::model::report::REPORTS;

    fn written(of: &Cell) -> String {
        let mut xml = String::new();
        cell(&mut xml, "B7", of);
        xml
    }

    #[test]
    fn numbers_and_dates_are_cells_of_their_kind_only_where_that_is_exact() {
        let date = |text: &str| Cell::Date(read_date(text).unwrap());
        for (cell, expected) in [
            (Cell::Number(-7), "<v>-7</v>"),
            (Cell::seconds(12_500), "<v>12.5</v>"),
            (Cell::Number(999_999_999_999_999), "<v>999999999999999</v>"),
            (Cell::Number(i64::MIN), ">-9223372036854775808</t>"),
            (date("2024-02-29"), "s=\"2\"><v>45351</v>"),
            (date("1900-03-01"), "s=\"2\"><v>61</v>"),
            (date("9999-12-31"), "s=\"2\"><v>2958465</v>"),
            (date("1900-02-28"), ">1900-02-28</t>"),
        ] {
            let xml = written(&cell);
            assert!(xml.contains(expected), "{cell:?}: {xml}");
        }
        assert_eq!(written(&Cell::Nothing), "");
    }

    #[test]
    fn texts_stay_texts_whatever_they_look_like() {
        for (text, expected) in [
            ("=1+1", "=1+1"),
            ("Å <b>&", "Å &lt;b&gt;&amp;"),
            (" a\tb\n", " a\tb\n"),
            ("\u{7}\r\u{ffff}", "_x0007__x000D__xFFFF_"),
            ("_x0041_", "_x005F_x0041_"),
            ("_x004", "_x004"),
            ("_x00zz_", "_x00zz_"),
        ] {
            let xml = written(&Cell::Text(text.to_owned()));
            let around = (
                "<c r=\"B7\" t=\"inlineStr\"><is><t xml:space=\"preserve\">",
                "</t></is></c>",
            );
            assert_eq!(xml, format!("{}{expected}{}", around.0, around.1));
        }
        let long = "𝄞".repeat(MOST_UNITS);
        assert_eq!(fitting(&long).chars().count(), MOST_UNITS / 2);
    }

    #[test]
    fn every_report_has_letters_enough_for_its_columns() {
        for about in REPORTS {
            assert!(
                about.columns().len() <= ('A'..='Z').count(),
                "{}",
                about.name
            );
        }
    }

    #[test]
    fn what_is_packed_is_taken_away_as_it_comes() {
        let mut workbook = Workbook::new("paths", vec!["name"]);
        let mut random = 1_u64;
        let mut taken = Vec::new();
        for _ in 0..20_000 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            workbook.row(&[Cell::Text(format!("{random:x}"))]);
            let packed = workbook.take();
            assert!(packed.len() < 200_000);
            taken.extend(packed);
        }
        assert!(taken.len() > 100_000, "it comes before the end");
        taken.extend(workbook.finish().unwrap());
        assert_eq!(&taken[..4], b"PK\x03\x04");
    }
}
