//! Replies in gzip, where the client can unpack it: the figures of a report are long and much alike.

use std::io::{self, Write};
use std::mem;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Body, Frame};
use hyper::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, VARY,
};
use hyper::{Response, StatusCode};

use super::assets;
use super::reply::{self, ReplyBody};
use crate::limits;

/// A body that is packed while it is sent.
struct Packing {
    body: ReplyBody,
    encoder: GzEncoder<Vec<u8>>,
}

/// Packs a reply of JSON unless it is short. Where it breaks off, the packed one does, too.
pub fn pack(headers: &HeaderMap, reply: Response<ReplyBody>) -> Response<ReplyBody> {
    let is_json = reply.headers().get(CONTENT_TYPE) == Some(&reply::JSON);
    let is_short =
        (reply.body().size_hint().exact()).is_some_and(|bytes| bytes < limits::PACKED_BYTES);
    if !is_json || is_short || reply.status() != StatusCode::OK {
        return reply;
    }
    let (mut head, body) = reply.into_parts();
    head.headers
        .append(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
    if !assets::accepts(headers, "gzip") {
        return Response::from_parts(head, body);
    }
    head.headers
        .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    head.headers.remove(CONTENT_LENGTH);
    let encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let pieces = stream::unfold(Some(Packing { body, encoder }), |packing| async {
        let mut packing = packing?;
        Some(match packing.next().await {
            Ok(Some(piece)) => (Ok(Frame::data(piece)), Some(packing)),
            Ok(None) => (
                packing
                    .encoder
                    .finish()
                    .map(|rest| Frame::data(rest.into())),
                None,
            ),
            Err(error) => (Err(error), None),
        })
    });
    Response::from_parts(head, reply::streamed(StreamBody::new(pieces)))
}

impl Packing {
    /// The next packed bytes; `None` when all that was read is in the encoder.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        while let Some(frame) = self.body.frame().await {
            if let Ok(piece) = frame.map_err(io::Error::other)?.into_data() {
                self.encoder.write_all(&piece)?;
            }
            let packed = mem::take(self.encoder.get_mut());
            if !packed.is_empty() {
                return Ok(Some(packed.into()));
            }
        }
        Ok(None)
    }
}
