//! The apps that send events: who a request counts for, and the commands that make and remove them.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row};

use super::error::OpenError;
use super::file::{self, FileLock};
use super::open::{self, Content};
use crate::limits;
use crate::model::ip::IpBlocks;
use crate::model::{Credential, Moment, Refusal, random_hex};

/// A row of `consumers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    /// Its row.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// What its pages send.
    pub key: String,
    /// The addresses it is restricted to, as they were given.
    pub ip_filter: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// Whether it was removed.
    pub removed: bool,
}

impl Consumer {
    const COLUMNS: &str =
        "SELECT id, name, key, ip_filter, created_at, deleted_at IS NOT NULL FROM consumers";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Consumer> {
        // Texts in files of the original service may be broken, and must not keep everybody else out.
        let text = |at| -> rusqlite::Result<String> {
            let bytes = row.get_ref(at)?.as_bytes().unwrap_or_default();
            Ok(String::from_utf8_lossy(bytes).into_owned())
        };
        let filter = text(3)?;
        Ok(Consumer {
            id: row.get(0)?,
            name: text(1)?,
            key: text(2)?,
            ip_filter: (!filter.is_empty()).then_some(filter),
            created_at: text(4)?,
            removed: row.get(5)?,
        })
    }
}

/// All consumers in order of id, as the writer remembers them between two changes of the table.
#[derive(Debug, Default)]
pub(super) struct Consumers(Vec<(Consumer, Option<IpBlocks>)>);

impl Consumers {
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Consumers> {
        let consumers = all(connection)?.into_iter();
        Ok(Consumers(
            consumers
                .map(|consumer| {
                    let filter = consumer.ip_filter.as_deref().and_then(IpBlocks::parse);
                    (consumer, filter)
                })
                .collect(),
        ))
    }

    /// Says if a page without a key has nobody to count for.
    pub(super) fn warn_of_missing_default(&self, default: Option<&str>) {
        match self.without_key(default) {
            Ok(_) => {}
            Err(Refusal::NoConsumer) => {
                log::warn!(
                    "there is no consumer yet, and nothing can be stored: microticks --add-consumer NAME"
                );
            }
            Err(refusal) => log::warn!("{refusal}"),
        }
    }

    /// The consumer that requests without a key count for.
    fn without_key(&self, name: Option<&str>) -> Result<&(Consumer, Option<IpBlocks>), Refusal> {
        match name {
            Some(name) => {
                let named = self.0.iter().find(|(consumer, _)| consumer.name == name);
                named.ok_or_else(|| Refusal::NoDefaultConsumer(name.to_owned()))
            }
            None => self.0.first().ok_or(Refusal::NoConsumer),
        }
    }

    /// Says which filters cannot be read. The original never looked at them, so they may hold anything.
    pub(super) fn warn_of_unreadable_filters(&self) {
        for (consumer, filter) in &self.0 {
            let given = consumer.ip_filter.as_deref().unwrap_or_default();
            if !consumer.removed && filter.is_none() && !given.trim().is_empty() {
                log::warn!(
                    "the ip_filter of consumer {:?} cannot be read and refuses nobody",
                    consumer.name
                );
            }
        }
    }

    /// The consumer that a request counts for, if it may.
    pub(super) fn find(
        &self,
        credential: &Credential,
        default: Option<&str>,
        address: IpAddr,
    ) -> Result<i64, Refusal> {
        let (consumer, filter) = match credential {
            Credential::Key(key) => self.with_key(key).ok_or(Refusal::UnknownConsumer)?,
            Credential::SameOrigin => self.without_key(default)?,
        };
        if consumer.removed {
            return Err(Refusal::ConsumerNotActive);
        }
        match filter {
            Some(filter) if !filter.hold(address) => Err(Refusal::IpNotAllowed),
            _ => Ok(consumer.id),
        }
    }

    /// Keys in files of the original service may occur twice: one in use wins, then the latest.
    fn with_key(&self, key: &str) -> Option<&(Consumer, Option<IpBlocks>)> {
        let with_key = self.0.iter().filter(|(consumer, _)| consumer.key == key);
        with_key.max_by_key(|(consumer, _)| (!consumer.removed, consumer.id))
    }
}

fn all(connection: &Connection) -> rusqlite::Result<Vec<Consumer>> {
    let mut statement = connection.prepare(&format!("{} ORDER BY id", Consumer::COLUMNS))?;
    statement.query_map([], Consumer::from_row)?.collect()
}

/// Why a command about consumers did nothing.
#[derive(Debug, thiserror::Error)]
pub enum ConsumerError {
    /// The file cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The name is taken.
    #[error("there is a consumer \"{0}\" already")]
    NameTaken(String),
    /// There is no such consumer, or it was removed before.
    #[error("there is no consumer \"{0}\"")]
    Unknown(String),
    /// SQLite refuses.
    #[error("the database file failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// A consumer that was just made.
#[derive(Debug)]
pub struct Added {
    /// The consumer with its key.
    pub consumer: Consumer,
    /// The file it is in.
    pub path: PathBuf,
    /// Whether that file was made for it.
    pub new_file: bool,
}

/// Makes a consumer, and the file if there is none. A server may run on the file meanwhile.
///
/// # Errors
///
/// The name is taken or no name, the filter cannot be read, or the file cannot be written.
pub fn add(path: &Path, name: &str, ip_filter: Option<&str>) -> Result<Added, ConsumerError> {
    let (connection, path, new_file) = open_for_change(path, true)?;
    // The original service left removed consumers their names.
    let sql = "SELECT id FROM consumers WHERE name = ?1 AND deleted_at IS NOT NULL";
    if let Some(id) = connection
        .query_row(sql, [name], |row| row.get(0))
        .optional()?
    {
        free_name_of(&connection, id, name)?;
    }
    let sql = "INSERT INTO consumers(name, key, ip_filter, created_at) VALUES (?1, ?2, ?3, ?4)";
    let key = random_hex();
    let added = connection.execute(sql, (name, &key, ip_filter, Moment::now().to_string()));
    match added {
        Ok(_) => {
            let sql = format!("{} WHERE id = last_insert_rowid()", Consumer::COLUMNS);
            Ok(Added {
                consumer: connection.query_row(&sql, [], Consumer::from_row)?,
                path,
                new_file,
            })
        }
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(ConsumerError::NameTaken(name.to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

/// All consumers of a file, removed ones too, and the file's absolute path.
pub fn list(path: &Path) -> Result<(Vec<Consumer>, PathBuf), ConsumerError> {
    let path = existing(path)?;
    let opened = open::open(&path)?;
    match opened.content {
        Content::Nothing => Ok((Vec::new(), path)),
        Content::Original | Content::Underived | Content::Current => {
            Ok((all(&opened.connection)?, path))
        }
    }
}

/// Takes a consumer out of use. Its rows stay, and its name is free again.
pub fn remove(path: &Path, name: &str) -> Result<(Consumer, PathBuf), ConsumerError> {
    let (connection, path, _) = open_for_change(path, false)?;
    let sql = format!(
        "{} WHERE name = ?1 AND deleted_at IS NULL",
        Consumer::COLUMNS
    );
    let found = connection
        .query_row(&sql, [name], Consumer::from_row)
        .optional()?;
    let consumer = found.ok_or_else(|| ConsumerError::Unknown(name.to_owned()))?;
    let sql = "UPDATE consumers SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL";
    connection.execute(sql, (consumer.id, Moment::now().to_string()))?;
    free_name_of(&connection, consumer.id, name)?;
    Ok((consumer, path))
}

/// Renames a removed consumer, so that its name can be used again.
fn free_name_of(connection: &Connection, id: i64, name: &str) -> rusqlite::Result<()> {
    let sql = "UPDATE OR IGNORE consumers SET name = ?2 WHERE id = ?1";
    let plain = format!("{name} (removed {id})");
    let free = (1..).map(|number| {
        if number == 1 {
            plain.clone()
        } else {
            format!("{plain} {number}")
        }
    });
    for name in free {
        if connection.execute(sql, (id, name))? == 1 {
            break;
        }
    }
    Ok(())
}

fn resolved(path: &Path) -> Result<PathBuf, OpenError> {
    file::resolve(path).map_err(|error| OpenError::Io {
        path: path.to_owned(),
        error,
    })
}

fn existing(path: &Path) -> Result<PathBuf, OpenError> {
    let path = resolved(path)?;
    if path.exists() {
        Ok(path)
    } else {
        Err(OpenError::Missing(path))
    }
}

/// Opens a file to change its consumers. Only where it must be made or upgraded is the lock taken, for so long; if
/// another process has it, that one may be about to do the same.
fn open_for_change(path: &Path, may_make: bool) -> Result<(Connection, PathBuf, bool), OpenError> {
    let path = if may_make {
        resolved(path)?
    } else {
        existing(path)?
    };
    let deadline = Instant::now() + limits::FILE_LOCK_WAIT;
    loop {
        if path.exists() {
            let opened = open::open(&path)?;
            if opened.content == Content::Current {
                return Ok((opened.make_current()?, path, false));
            }
        }
        match FileLock::acquire(&path, limits::LOCK_WAIT) {
            Ok(_lock) => {
                let opened = open::open(&path)?;
                let new_file = opened.content == Content::Nothing;
                return Ok((opened.make_current()?, path, new_file));
            }
            Err(OpenError::InUse(_)) if Instant::now() < deadline => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consumers_are_made_listed_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        assert!(matches!(
            list(&path),
            Err(ConsumerError::Open(OpenError::Missing(_)))
        ));
        assert!(matches!(
            remove(&path, "A"),
            Err(ConsumerError::Open(OpenError::Missing(_)))
        ));
        assert!(!path.exists());

        let first = add(&path, "A", Some("10.0.0.0/8")).unwrap();
        assert!(first.new_file);
        assert!(matches!(
            add(&path, "A", None),
            Err(ConsumerError::NameTaken(_))
        ));
        remove(&path, "A").unwrap();
        assert!(matches!(remove(&path, "A"), Err(ConsumerError::Unknown(_))));
        let second = add(&path, "A", None).unwrap();
        assert!(!second.new_file);
        assert_ne!(first.consumer.key, second.consumer.key);

        let (consumers, _) = list(&path).unwrap();
        let seen: Vec<_> = consumers
            .iter()
            .map(|c| (c.name.as_str(), c.removed))
            .collect();
        assert_eq!(seen, [("A (removed 1)", true), ("A", false)]);
    }

    #[test]
    fn a_name_is_free_again_whoever_removed_its_consumer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        add(&path, "A", None).unwrap();
        add(&path, "A (removed 1)", None).unwrap();
        remove(&path, "A").unwrap();
        let connection = open::open(&path).unwrap().make_current().unwrap();
        connection
            .execute(
                "UPDATE consumers SET deleted_at = '', name = 'B' WHERE id = 1",
                [],
            )
            .unwrap();
        add(&path, "B", None).unwrap();
        let (consumers, _) = list(&path).unwrap();
        let names: Vec<_> = consumers
            .iter()
            .map(|consumer| consumer.name.as_str())
            .collect();
        assert_eq!(names, ["B (removed 1)", "A (removed 1)", "B"]);
    }

    #[test]
    fn a_request_counts_for_the_consumer_of_its_key_or_the_default() {
        let consumer = |id, name: &str, key: &str, removed| {
            let filter = (id == 3).then(|| "10.0.0.0/8".to_owned());
            let parsed = filter.as_deref().and_then(IpBlocks::parse);
            let (name, key) = (name.to_owned(), key.to_owned());
            (
                Consumer {
                    id,
                    name,
                    key,
                    ip_filter: filter,
                    created_at: String::new(),
                    removed,
                },
                parsed,
            )
        };
        let two = Consumers(vec![
            consumer(1, "old", "k1", true),
            consumer(2, "new", "k2", false),
            consumer(3, "inside", "k3", false),
            consumer(4, "twin", "k2", true),
        ]);
        let key = |key: &str| Credential::Key(key.to_owned());
        let outside: IpAddr = [127, 0, 0, 1].into();
        for (credential, default, address, expected) in [
            (key("k2"), None, outside, Ok(2)),
            (key("k1"), None, outside, Err(Refusal::ConsumerNotActive)),
            (key("nobody"), None, outside, Err(Refusal::UnknownConsumer)),
            (key("k3"), None, outside, Err(Refusal::IpNotAllowed)),
            (key("k3"), None, [10, 1, 1, 1].into(), Ok(3)),
            (
                Credential::SameOrigin,
                None,
                outside,
                Err(Refusal::ConsumerNotActive),
            ),
            (Credential::SameOrigin, Some("new"), outside, Ok(2)),
            (
                Credential::SameOrigin,
                Some("other"),
                outside,
                Err(Refusal::NoDefaultConsumer("other".to_owned())),
            ),
        ] {
            assert_eq!(
                two.find(&credential, default, address),
                expected,
                "{credential:?} {default:?}"
            );
        }
        let none = Consumers::default();
        assert_eq!(
            none.find(&Credential::SameOrigin, None, outside),
            Err(Refusal::NoConsumer)
        );
    }
}
