//! Names and scopes by their numbers in the file, remembered as long as nobody else can have changed them.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::deltas::Contribution;
use crate::limits;

/// What the deriver remembers of `names` and `scopes`.
#[derive(Debug, Default)]
pub(super) struct KnownNames {
    names: HashMap<Box<str>, i64>,
    /// How long all names are that are remembered.
    bytes: usize,
    scopes: HashMap<(Option<i64>, Option<i64>), i64>,
}

impl KnownNames {
    /// The number of a name, which is given one if it is new.
    pub(super) fn id(&mut self, connection: &Connection, name: &str) -> rusqlite::Result<i64> {
        if let Some(&id) = self.names.get(name) {
            return Ok(id);
        }
        let known = connection
            .prepare_cached("SELECT id FROM names WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => {
                let sql = "INSERT INTO names(name) VALUES (?1)";
                connection.prepare_cached(sql)?.execute([name])?;
                connection.last_insert_rowid()
            }
        };
        if self.bytes + name.len() > limits::REMEMBERED_NAME_BYTES {
            self.names.clear();
            self.bytes = 0;
        }
        self.bytes += name.len();
        self.names.insert(name.into(), id);
        Ok(id)
    }

    /// The scopes that a session counts in: everything, its consumer, and its device if that has a name.
    pub(super) fn scopes(
        &mut self,
        connection: &Connection,
        contribution: &Contribution,
    ) -> rusqlite::Result<Vec<i64>> {
        let Contribution {
            consumer_id,
            device,
            ..
        } = contribution;
        let mut scopes = vec![0];
        if consumer_id.is_some() {
            scopes.push(self.scope(connection, (*consumer_id, None))?);
        }
        if device.is_some() {
            scopes.push(self.scope(connection, (*consumer_id, *device))?);
        }
        Ok(scopes)
    }

    fn scope(
        &mut self,
        connection: &Connection,
        key: (Option<i64>, Option<i64>),
    ) -> rusqlite::Result<i64> {
        if let Some(&id) = self.scopes.get(&key) {
            return Ok(id);
        }
        let sql = "SELECT id FROM scopes WHERE consumer_id IS ?1 AND device IS ?2";
        let known = connection
            .prepare_cached(sql)?
            .query_row(key, |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => {
                let sql = "INSERT INTO scopes(consumer_id, device) VALUES (?1, ?2)";
                connection.prepare_cached(sql)?.execute(key)?;
                connection.last_insert_rowid()
            }
        };
        if self.scopes.len() >= limits::REMEMBERED_SCOPES {
            self.scopes.clear();
        }
        self.scopes.insert(key, id);
        Ok(id)
    }
}
