//! Lists as JSON and CSV, row by row, so that a list of any length needs no more memory than one chunk of it.

use std::borrow::Cow;
use std::io::Write;
use std::mem;
use std::ops::ControlFlow;

use super::{json, spreadsheet};
use crate::limits;
use crate::model::list::{EventRow, Format, SessionRow};

const EVENT_COLUMNS: [&str; 7] = [
    "id",
    "session_id",
    "time",
    "action",
    "data",
    "seq",
    "received_at",
];
const SESSION_COLUMNS: [&str; 11] = [
    "id",
    "consumer_id",
    "started_at",
    "stopped_at",
    "clicks",
    "last_action",
    "ip",
    "device",
    "stop_reason",
    "received_at",
    "excluded_at",
];

/// One cell of a row.
enum Cell<'a> {
    Nothing,
    Number(i64),
    Text(&'a str),
    /// Text that JSON nests where it is JSON itself.
    Data(&'a str),
}

impl<'a> Cell<'a> {
    fn text(text: Option<&'a Cow<'a, str>>) -> Cell<'a> {
        text.map_or(Cell::Nothing, |text| Cell::Text(text))
    }

    fn number(number: Option<i64>) -> Cell<'a> {
        number.map_or(Cell::Nothing, Cell::Number)
    }
}

/// Writes a list piece by piece.
#[derive(Debug)]
pub struct RowWriter {
    format: Format,
    columns: &'static [&'static str],
    count: u64,
    buffer: Vec<u8>,
}

impl RowWriter {
    /// Begins a list of events.
    pub fn events(format: Format) -> RowWriter {
        RowWriter::new(format, "events", &EVENT_COLUMNS)
    }

    /// Begins a list of sessions.
    pub fn sessions(format: Format) -> RowWriter {
        RowWriter::new(format, "sessions", &SESSION_COLUMNS)
    }

    fn new(format: Format, name: &str, columns: &'static [&'static str]) -> RowWriter {
        let mut writer = RowWriter {
            format,
            columns,
            count: 0,
            buffer: Vec::new(),
        };
        match format {
            Format::Json => writer
                .buffer
                .extend_from_slice(format!("{{\"status\":200,\"{name}\":[").as_bytes()),
            Format::Csv => spreadsheet::record(&mut writer.buffer, columns),
        }
        writer
    }

    /// Writes an event. Breaks when enough is gathered to be sent.
    pub fn event(&mut self, row: &EventRow<'_>) -> ControlFlow<()> {
        let received_at = row.received_at.map(|moment| Cow::Owned(moment.to_string()));
        self.row(&[
            Cell::Number(row.id),
            Cell::number(row.session_id),
            Cell::text(row.time.as_ref()),
            Cell::text(row.action.as_ref()),
            row.data.as_deref().map_or(Cell::Nothing, Cell::Data),
            Cell::number(row.seq),
            Cell::text(received_at.as_ref()),
        ])
    }

    /// Writes a session. Breaks when enough is gathered to be sent.
    pub fn session(&mut self, row: &SessionRow<'_>) -> ControlFlow<()> {
        let received_at = row.received_at.map(|moment| Cow::Owned(moment.to_string()));
        self.row(&[
            Cell::Number(row.id),
            Cell::number(row.consumer_id),
            Cell::text(row.started_at.as_ref()),
            Cell::text(row.stopped_at.as_ref()),
            Cell::Number(row.clicks),
            Cell::text(row.last_action.as_ref()),
            Cell::text(row.ip.as_ref()),
            Cell::text(row.device.as_ref()),
            Cell::text(row.stop_reason.as_ref()),
            Cell::text(received_at.as_ref()),
            Cell::text(row.excluded_at.as_ref()),
        ])
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> ControlFlow<()> {
        match self.format {
            Format::Json => self.json(cells),
            Format::Csv => {
                let texts: Vec<Cow<'_, str>> = cells
                    .iter()
                    .map(|cell| match cell {
                        Cell::Nothing => Cow::Borrowed(""),
                        Cell::Number(number) => Cow::Owned(number.to_string()),
                        Cell::Text(text) | Cell::Data(text) => Cow::Borrowed(*text),
                    })
                    .collect();
                spreadsheet::record(&mut self.buffer, &texts);
            }
        }
        self.count += 1;
        if self.buffer.len() >= limits::CHUNK_BYTES {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn json(&mut self, cells: &[Cell<'_>]) {
        let buffer = &mut self.buffer;
        buffer.extend_from_slice(if self.count == 0 { b"\n{" } else { b",\n{" });
        for (at, (name, cell)) in self.columns.iter().zip(cells).enumerate() {
            let comma = if at == 0 { "" } else { "," };
            buffer.extend_from_slice(format!("{comma}\"{name}\":").as_bytes());
            match cell {
                Cell::Nothing => buffer.extend_from_slice(b"null"),
                Cell::Number(number) => buffer.extend_from_slice(number.to_string().as_bytes()),
                Cell::Text(text) => string(buffer, text),
                Cell::Data(text) => match json::nested(text) {
                    Some(json) => buffer.extend_from_slice(json.as_bytes()),
                    None => string(buffer, text),
                },
            }
        }
        buffer.push(b'}');
    }

    /// Takes what is written so far.
    pub fn take(&mut self) -> Vec<u8> {
        mem::take(&mut self.buffer)
    }

    /// Ends the list.
    pub fn finish(&mut self) {
        if self.format == Format::Json {
            let count = self.count;
            write!(self.buffer, "\n],\"count\":{count}}}\n").expect("memory can be written to");
        }
    }
}

fn string(buffer: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(buffer, text).expect("any text is a JSON string");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: i64, data: &'static str) -> EventRow<'static> {
        EventRow {
            id,
            time: Some("2017-08-25T17:09:19.438Z".into()),
            session_id: Some(7),
            action: Some("a \"b\"".into()),
            data: Some(data.into()),
            seq: None,
            received_at: None,
        }
    }

    #[test]
    fn data_is_nested_where_it_is_json_and_a_string_elsewhere() {
        let mut writer = RowWriter::events(Format::Json);
        for (id, data) in [
            (1, r#"{"a": 1e400}"#),
            (2, "NaN"),
            (3, ""),
            (4, "\u{0}\"\\"),
        ] {
            assert!(writer.event(&event(id, data)).is_continue());
        }
        writer.finish();
        let text = String::from_utf8(writer.take()).unwrap();
        for part in [
            r#""data":{"a": 1e400},"#,
            r#""data":"NaN","#,
            r#""data":"","#,
            r#""data":"\u0000\"\\","#,
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert!(text.ends_with("\n],\"count\":4}\n"));
        assert!(serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok());
    }

    #[test]
    fn an_empty_list_is_a_list() {
        let mut writer = RowWriter::sessions(Format::Json);
        writer.finish();
        assert_eq!(
            writer.take(),
            b"{\"status\":200,\"sessions\":[\n],\"count\":0}\n"
        );
        let mut writer = RowWriter::events(Format::Csv);
        writer.finish();
        assert_eq!(
            writer.take(),
            b"id,session_id,time,action,data,seq,received_at\r\n"
        );
    }

    #[test]
    fn csv_quotes_what_must_be_quoted() {
        let mut writer = RowWriter::events(Format::Csv);
        let _ = writer.event(&event(1, "{\"a\":1}\n"));
        let text = String::from_utf8(writer.take()).unwrap();
        let row = "1,7,2017-08-25T17:09:19.438Z,\"a \"\"b\"\"\",\"{\"\"a\"\":1}\n\",,\r\n";
        assert!(text.ends_with(row), "{text}");
    }

    #[test]
    fn a_full_chunk_asks_to_be_sent() {
        let mut writer = RowWriter::events(Format::Json);
        let long: &'static str = "x".repeat(limits::CHUNK_BYTES).leak();
        assert!(writer.event(&event(1, long)).is_break());
    }
}
