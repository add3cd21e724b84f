//! `GET /live`: what happens right now, as server-sent events.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::Response;
use hyper::body::Frame;
use hyper::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;

use super::App;
use super::error::ApiError;
use super::reply::{self, ReplyBody};
use crate::limits;
use crate::model::Moment;
use crate::model::list::Whose;
use crate::model::live::News;
use crate::store::{Store, StoreError};
use crate::wire::live;
use crate::wire::query::Query;

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
/// Tells nginx to hand on each event as it comes.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Somebody who watches.
struct Watcher {
    store: Store,
    whose: Whose,
    news: Receiver<News>,
    /// What is to be sent first.
    first: Option<String>,
    /// When the time is told next.
    tick_at: Instant,
    _place: OwnedSemaphorePermit,
}

/// Begins to tell.
pub async fn live(app: &App, query: &Query<'_>) -> Result<Response<ReplyBody>, ApiError> {
    let place = Arc::clone(&app.watchers).try_acquire_owned();
    let mut watcher = Watcher {
        store: app.store.clone(),
        whose: query.whose(),
        news: app.store.watch().ok_or(StoreError::Stopping)?,
        first: None,
        tick_at: Instant::now() + limits::LIVE_TICK,
        _place: place.map_err(|_| StoreError::Overloaded)?,
    };
    watcher.first = Some(watcher.now().await?);
    let events = stream::unfold(watcher, |mut watcher| async {
        let text = watcher.next().await?;
        Some((Ok::<_, io::Error>(Frame::data(Bytes::from(text))), watcher))
    });
    let mut reply = reply::stream(EVENT_STREAM, StreamBody::new(events));
    let headers = reply.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(UNBUFFERED, HeaderValue::from_static("no"));
    Ok(reply)
}

impl Watcher {
    /// What is to be sent next; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            let news = tokio::select! {
                biased;
                () = tokio::time::sleep_until(self.tick_at) => {
                    self.tick_at = Instant::now() + limits::LIVE_TICK;
                    return Some(live::tick(Moment::now()));
                }
                news = self.news.recv() => news,
            };
            match news {
                Ok(news) => match self.with_what_waits(&news) {
                    // It was news that others watch.
                    Some(text) if text.is_empty() => {}
                    Some(text) => return Some(text),
                    None => return self.anew().await,
                },
                Err(RecvError::Lagged(_)) => return self.anew().await,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Too much has come to hand it all on: after a while, what is under way says more.
    async fn anew(&mut self) -> Option<String> {
        tokio::time::sleep(limits::LIVE_PAUSE).await;
        self.news = self.store.watch()?;
        self.now().await.ok()
    }

    /// News, and all that has come meanwhile; `None` where some of that was missed.
    fn with_what_waits(&mut self, news: &News) -> Option<String> {
        let mut text = String::new();
        let mut add = |news: &News| {
            if self.whose.is(
                news.consumer_id,
                news.device.as_ref().map(|device| device.as_str()),
            ) {
                text.push_str(&live::news(news));
            }
        };
        add(news);
        loop {
            match self.news.try_recv() {
                Ok(news) => add(&news),
                Err(TryRecvError::Lagged(_)) => return None,
                // The end, if this is it, is told by the next one that is waited for.
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Some(text),
            }
        }
    }

    /// What is under way. Where figures are still being worked out, its touches are those that are known.
    async fn now(&self) -> Result<String, StoreError> {
        match self.store.derive_what_changed().await {
            Ok(()) | Err(StoreError::Deriving { .. }) => {}
            Err(error) => return Err(error),
        }
        let visits = self.store.visits(self.whose.clone()).await?;
        Ok(live::now(Moment::now(), &visits))
    }
}
