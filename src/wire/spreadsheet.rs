//! CSV as RFC 4180 has it.

use csv::{Terminator, WriterBuilder};

/// Writes a record, quoted where it must be.
pub fn record<T: AsRef<str>>(buffer: &mut Vec<u8>, cells: &[T]) {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(buffer);
    let record = cells.iter().map(|cell| cell.as_ref().as_bytes());
    writer
        .write_record(record)
        .and_then(|()| Ok(writer.flush()?))
        .expect("memory can be written to");
}
