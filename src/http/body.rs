//! Reads request bodies, within limits.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::error::ApiError;
use crate::limits;

/// The room that all bodies together have, in bytes.
#[derive(Debug, Clone)]
pub struct BodyRoom(Arc<Semaphore>);

/// A body that was read, and the room it takes. Its text takes the same room in what is made of it, so whoever drops the
/// bytes keeps that.
#[derive(Debug)]
pub struct ReadBody {
    /// The bytes.
    pub bytes: Bytes,
    /// The room, given back when it is dropped.
    pub room: OwnedSemaphorePermit,
}

impl Default for BodyRoom {
    fn default() -> BodyRoom {
        BodyRoom(Arc::new(Semaphore::new(limits::ALL_BODIES_BYTES)))
    }
}

impl BodyRoom {
    /// Takes room for so many bytes, if there is as much.
    pub fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, ApiError> {
        let bytes = u32::try_from(bytes).map_err(|_| ApiError::TooManyBodies)?;
        Arc::clone(&self.0)
            .try_acquire_many_owned(bytes)
            .map_err(|_| ApiError::TooManyBodies)
    }

    /// Reads a body of at most so many bytes. What is refused is read on for a while, so that the reply can be read.
    pub async fn read(&self, mut body: Incoming, limit: usize) -> Result<ReadBody, ApiError> {
        let read = self.read_within(&mut body, limit).await;
        if matches!(
            read,
            Err(ApiError::BodyTooLarge(_) | ApiError::TooManyBodies)
        ) {
            discard(&mut body).await;
        }
        read
    }

    async fn read_within(&self, body: &mut Incoming, limit: usize) -> Result<ReadBody, ApiError> {
        let announced = body.size_hint().exact();
        if announced.is_some_and(|bytes| bytes > limit as u64) {
            return Err(ApiError::BodyTooLarge(limit));
        }
        // What is announced may never come, so room is taken for what has.
        let mut room = self.take(0)?;
        let deadline = Instant::now() + limits::BODY_TIME;
        let mut first = Bytes::new();
        let mut whole = BytesMut::new();
        loop {
            let patience = deadline.min(Instant::now() + limits::STALL_TIME);
            let frame = timeout_at(patience, body.frame())
                .await
                .map_err(|_| ApiError::BodyTimeout)?;
            let Some(frame) = frame else {
                break;
            };
            let frame = frame.map_err(|error| ApiError::BodyIncomplete(error.to_string()))?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if first.len() + whole.len() + data.len() > limit {
                return Err(ApiError::BodyTooLarge(limit));
            }
            room.merge(self.take(data.len())?);
            if first.is_empty() && whole.is_empty() {
                first = data;
            } else {
                whole.extend_from_slice(&std::mem::take(&mut first));
                whole.extend_from_slice(&data);
            }
        }
        let bytes = if whole.is_empty() {
            first
        } else {
            whole.freeze()
        };
        Ok(ReadBody { bytes, room })
    }
}

/// Reads on for a while and throws away what comes, so that a client that is still sending hears the reply.
pub async fn discard(body: &mut Incoming) {
    let deadline = Instant::now() + limits::DISCARD_TIME;
    let mut left = limits::DISCARDED_BODY_BYTES;
    while let Ok(Some(Ok(frame))) = timeout_at(deadline, body.frame()).await {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        match left.checked_sub(bytes) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}
