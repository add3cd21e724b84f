//! Names for their numbers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::Connection;

use crate::model::table::Cell;

/// The names that a report shows. No number is no name.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<i64, String>);

impl Names {
    /// Reads the names of these numbers.
    pub(super) fn read(
        connection: &Connection,
        ids: impl IntoIterator<Item = i64>,
    ) -> rusqlite::Result<Names> {
        let mut names = HashMap::new();
        let mut statement = connection.prepare_cached("SELECT name FROM names WHERE id = ?1")?;
        for id in ids {
            if let Entry::Vacant(new) = names.entry(id) {
                new.insert(statement.query_row([id], |row| row.get(0))?);
            }
        }
        Ok(Names(names))
    }

    /// A name as it is compared: by its bytes, and none before all.
    pub(super) fn get(&self, id: Option<i64>) -> Option<&str> {
        id.and_then(|id| self.0.get(&id)).map(String::as_str)
    }

    /// A name as it is shown.
    pub(super) fn cell(&self, id: Option<i64>) -> Cell {
        Cell::text(self.get(id).map(str::to_owned))
    }
}
