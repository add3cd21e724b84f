//! The only place that knows the field names of requests and replies: bytes to checked types, results to JSON, CSV and workbooks.
//!
//! Nothing here knows HTTP, SQL or a socket. Reading a body never fails half-way: it gives a value that the store can
//! apply as it is, or the reason why not.

pub mod batch;
pub mod fields;
pub mod forms;
pub mod json;
pub mod live;
pub mod multipart;
pub mod query;
pub mod questions;
pub mod replies;
pub mod roster;
pub mod rows;
mod spreadsheet;
pub mod tables;
pub mod text;
mod workbook;
