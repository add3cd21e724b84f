//! `--www DIR`: the kiosk's own page, served beside our routes.
//!
//! Only files that lie in the folder after all links are followed are served, and never a database, a log or a file
//! whose name begins with a dot.

use std::fs::Metadata;
use std::io::{self, SeekFrom};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;
use hyper::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
};
use hyper::{Response, StatusCode};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::assets;
use super::error::ApiError;
use super::reply::{self, ReplyBody};
use crate::limits;
use crate::store;

/// The last second of the year 9999: what HTTP can say.
const LATEST_HTTP_DATE: Duration = Duration::from_secs(253_402_300_799);

/// The folder that is served.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// The database that must not be served, wherever links lead.
    database: PathBuf,
}

/// What a path in the folder leads to.
enum Found {
    File(PathBuf, Metadata),
    /// A folder that was asked for without the slash at its end.
    Folder,
}

impl Folder {
    /// Takes a folder that exists. The path of the database must be absolute and free of links.
    pub fn new(path: &Path, database: PathBuf) -> io::Result<Folder> {
        let path = path.canonicalize()?;
        if path.is_dir() {
            Ok(Folder { path, database })
        } else {
            Err(io::Error::from(io::ErrorKind::NotADirectory))
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the database, and with it its log and its copies, lie in the folder.
    pub fn holds_database(&self) -> bool {
        self.database
            .parent()
            .is_some_and(|folder| folder.starts_with(&self.path))
    }

    /// Replies with a file, given the decoded path of a request.
    pub async fn serve(
        &self,
        path: &str,
        query: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<Response<ReplyBody>, ApiError> {
        let relative = relative(path).ok_or(ApiError::NotFound)?;
        match self.find(&relative, path.ends_with('/')).await {
            Some(Found::File(file, metadata)) => {
                // The type is that of the name that was asked for, wherever links lead.
                let named = if path.ends_with('/') {
                    &file
                } else {
                    &relative
                };
                let opened = File::open(&file).await.map_err(|_| ApiError::NotFound)?;
                send(opened, named, &metadata, headers).await
            }
            Some(Found::Folder) => {
                let name = relative.file_name().unwrap_or_default().to_string_lossy();
                let name = percent_encoding::utf8_percent_encode(
                    &name,
                    percent_encoding::NON_ALPHANUMERIC,
                );
                let query = query.map_or(String::new(), |query| format!("?{query}"));
                Ok(reply::redirect(
                    StatusCode::FOUND,
                    &format!("{name}/{query}"),
                ))
            }
            None => Err(ApiError::NotFound),
        }
    }

    async fn find(&self, relative: &Path, wants_folder: bool) -> Option<Found> {
        let mut path = tokio::fs::canonicalize(self.path.join(relative))
            .await
            .ok()?;
        let mut metadata = tokio::fs::metadata(&path).await.ok()?;
        if metadata.is_dir() {
            if !wants_folder {
                return path.starts_with(&self.path).then_some(Found::Folder);
            }
            path = tokio::fs::canonicalize(path.join("index.html"))
                .await
                .ok()?;
            metadata = tokio::fs::metadata(&path).await.ok()?;
        } else if wants_folder {
            return None;
        }
        let inside = path.strip_prefix(&self.path).ok()?;
        let shown = inside
            .iter()
            .all(|part| part.to_str().is_some_and(|part| !is_hidden(part)));
        let served = shown && metadata.is_file() && !store::belongs_to(&self.database, &path);
        served.then_some(Found::File(path, metadata))
    }
}

/// The path below the folder, or `None` if it could lead out of it or to something that is not shown.
fn relative(path: &str) -> Option<PathBuf> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    let mut relative = PathBuf::new();
    for part in parts {
        // On Windows these two lead elsewhere.
        let leads_away = cfg!(windows) && part.contains(['\\', ':']);
        if leads_away || part.contains('\0') || is_hidden(part) {
            return None;
        }
        relative.push(part);
    }
    Some(relative)
}

/// Names that are never served: dot files (`..` among them), databases with all that belongs to them, and copies.
pub(super) fn is_hidden(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with('.')
        || name.contains(".db")
        || [".bak", "-wal", "-shm"]
            .iter()
            .any(|ending| name.ends_with(ending))
}

async fn send(
    mut file: File,
    path: &Path,
    metadata: &Metadata,
    headers: &HeaderMap,
) -> Result<Response<ReplyBody>, ApiError> {
    let length = metadata.len();
    let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
    // Archives and other systems write any date.
    let age = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    let age = age.min(LATEST_HTTP_DATE);
    let etag = format!("\"{:x}-{:x}\"", age.as_nanos(), length);
    let unchanged = match headers.get(IF_NONE_MATCH) {
        Some(_) => assets::is_known(headers, &etag),
        None => date(headers.get(IF_MODIFIED_SINCE)).is_some_and(|since| since >= age.as_secs()),
    };
    let mut reply = if unchanged {
        reply::empty(StatusCode::NOT_MODIFIED)
    } else {
        let range = if wants_this_version(headers, &etag) {
            range(headers, length)?
        } else {
            None
        };
        let (status, part) = match range {
            Some(range) => (StatusCode::PARTIAL_CONTENT, range),
            None => (StatusCode::OK, 0..=length.wrapping_sub(1)),
        };
        let bytes = if length == 0 {
            0
        } else {
            part.end() - part.start() + 1
        };
        file.seek(SeekFrom::Start(*part.start()))
            .await
            .map_err(|_| ApiError::NotFound)?;
        let mut reply = reply::stream(
            assets::content_type(&path.to_string_lossy()),
            StreamBody::new(pieces(file, bytes)),
        );
        *reply.status_mut() = status;
        reply
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(bytes));
        if status == StatusCode::PARTIAL_CONTENT {
            let range = format!("bytes {}-{}/{length}", part.start(), part.end());
            reply.headers_mut().insert(
                CONTENT_RANGE,
                HeaderValue::try_from(range).expect("digits are a header"),
            );
        }
        reply
    };
    let headers = reply.headers_mut();
    headers.insert(
        ETAG,
        HeaderValue::try_from(etag).expect("digits are a header"),
    );
    headers.insert(
        LAST_MODIFIED,
        HeaderValue::try_from(httpdate::fmt_http_date(UNIX_EPOCH + age))
            .expect("a date is a header"),
    );
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(reply)
}

/// A date in seconds since 1970.
fn date(value: Option<&HeaderValue>) -> Option<u64> {
    let date = httpdate::parse_http_date(value?.to_str().ok()?).ok()?;
    Some(date.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// Whether a range is asked of the version that is there. Any other gets the whole file.
fn wants_this_version(headers: &HeaderMap, etag: &str) -> bool {
    headers.get(IF_RANGE).is_none_or(|version| version == etag)
}

/// The part that is asked for; `None` is all of it. Several parts at once are answered with the whole file.
fn range(headers: &HeaderMap, length: u64) -> Result<Option<RangeInclusive<u64>>, ApiError> {
    let Some(Ok(asked)) = headers.get(RANGE).map(HeaderValue::to_str) else {
        return Ok(None);
    };
    let Ok(parsed) = http_range_header::parse_range_header(asked) else {
        return Ok(None);
    };
    if parsed.len() > 1 {
        return Ok(None);
    }
    let mut ranges = parsed
        .validate(length)
        .map_err(|_| ApiError::Range(length))?;
    Ok(ranges.pop())
}

/// So many bytes of a file, piece by piece. A file that turns out shorter breaks the reply off.
fn pieces(file: File, bytes: u64) -> impl stream::Stream<Item = io::Result<Frame<Bytes>>> {
    stream::unfold((file, bytes), |(mut file, left)| async move {
        if left == 0 {
            return None;
        }
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(limits::FILE_CHUNK_BYTES);
        let mut buffer = BytesMut::with_capacity(most);
        let read = (&mut file).take(most as u64).read_buf(&mut buffer).await;
        let (piece, left) = match read {
            Ok(0) => (Err(io::Error::from(io::ErrorKind::UnexpectedEof)), 0),
            Ok(read) => (Ok(Frame::data(buffer.freeze())), left - read as u64),
            Err(error) => (Err(error), 0),
        };
        Some((piece, (file, left)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_out_or_to_hidden_files_are_none() {
        let but_on_windows = |path| Some(path).filter(|_| !cfg!(windows));
        for (path, expected) in [
            ("/", Some("")),
            ("/a/b c.html", Some("a/b c.html")),
            ("/a//b", Some("a/b")),
            ("/../secret", None),
            ("/a/../../secret", None),
            ("/.git/config", None),
            ("/a\\..\\b", but_on_windows("a\\..\\b")),
            ("/C:/windows", but_on_windows("C:/windows")),
            ("/a\0b", None),
            ("/microticks.db", None),
            ("/microticks.DB-wal", None),
            ("/x.db.lock", None),
            ("/x.db.v0.bak.2", None),
            ("/old.bak", None),
            ("/x-wal", None),
            ("/x-shm", None),
        ] {
            assert_eq!(relative(path), expected.map(PathBuf::from), "{path}");
        }
    }

    #[test]
    fn one_range_is_served_and_odd_ones_are_not() {
        let ask = |line: &'static str| {
            range(
                &HeaderMap::from_iter([(RANGE, HeaderValue::from_static(line))]),
                100,
            )
        };
        for (line, expected) in [
            ("bytes=0-9", Some(0..=9)),
            ("bytes=90-", Some(90..=99)),
            ("bytes=-10", Some(90..=99)),
            ("bytes=0-1,5-6", None),
            ("bytes=x", None),
            ("lines=0-9", None),
        ] {
            assert_eq!(ask(line).unwrap(), expected, "{line}");
        }
        assert!(matches!(ask("bytes=100-"), Err(ApiError::Range(100))));
    }
}
