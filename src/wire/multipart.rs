//! `multipart/form-data`, in which some old frontends post.

use std::convert::Infallible;
use std::future;

use bytes::Bytes;
use futures_util::stream;

use super::text;

/// Reads the names and values of a body that has arrived. A part without a name has the empty one.
pub async fn pairs(content_type: &str, body: Bytes) -> multer::Result<Vec<(String, String)>> {
    let boundary = multer::parse_boundary(content_type)?;
    let whole = stream::once(future::ready(Ok::<_, Infallible>(body)));
    let mut parts = multer::Multipart::new(whole, boundary);
    let mut pairs = Vec::new();
    while let Some(part) = parts.next_field().await? {
        let name = part.name().unwrap_or_default().to_owned();
        let value = text::utf8(&part.bytes().await?).into_owned();
        pairs.push((name, value));
    }
    Ok(pairs)
}
