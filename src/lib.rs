//! Microticks collects sessions and the events in them from touch tables, kiosks and signage, in one SQLite file.
//!
//! | room | what it is |
//! |---|---|
//! | [`limits`] | every limit with its reason |
//! | [`model`] | sessions, events, consumers and the checked types they are made of |
//! | [`wire`] | the field names of requests and replies: bytes to model, results to JSON, CSV and workbooks |
//! | [`derive`] | a session's events in order to its screens, views, touches and sums; pure |
//! | [`store`] | the SQLite file: one writer, short reads, errors by what must be done about them |
//! | [`report`] | one SQL and one fold for each report |
//! | [`demo`] | a made-up exhibition, which comes in as a page's batches do |
//! | [`http`] | connections, routes, replies, embedded assets |
//! | [`ops`] | the log, and errors for Sentry |
//! | [`cli`], [`config`] | flags as typed; flags, environment and defaults resolved |
//!
//! Each room uses only those above it; the program itself (`main.rs`) and [`run`] use them all. ARCHITECTURE.md has the ways
//! through them and what must stay true.

pub mod cli;
pub mod config;
pub mod demo;
pub mod derive;
pub mod http;
pub mod limits;
pub mod model;
pub mod ops;
pub mod report;
pub mod store;
pub mod wire;

use std::future::Future;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

use http::App;
use store::{Agent, Fatal, Store};

/// Serves until `shutdown` completes or the store fails for good.
///
/// On shutdown it stops accepting, breaks lists off, lets posts finish, commits what waits and empties the log; while an
/// old file is being upgraded it returns at once.
///
/// # Errors
///
/// The store has failed: nobody who waits is answered.
pub async fn run(
    listener: TcpListener,
    app: Arc<App>,
    store: Store,
    mut agent: Agent,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Fatal> {
    let (stop, stopping) = watch::channel(false);
    let server = tokio::spawn(http::serve(listener, app, stopping));
    tokio::select! {
        ended = agent.ended() => return ended,
        () = shutdown => {}
    }
    log::info!("stopping");
    if !store.is_ready() {
        // An upgrade is one transaction: cut off, it has not happened, and the next start makes it anew. Until this
        // process has ended it may still succeed, so the lock on the file is kept.
        std::mem::forget(agent);
        return Ok(());
    }
    store.stop_reading();
    stop.send_replace(true);
    tokio::select! {
        ended = agent.ended() => return ended,
        _ = server => {}
    }
    store.close();
    agent.ended().await
}
