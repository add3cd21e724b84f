//! The server: accepts connections, within limits, and answers what comes over them.

mod assets;
mod body;
mod collect;
mod error;
mod lists;
mod live;
mod login;
mod origin;
mod packing;
mod proxy;
mod reply;
mod reports;
mod roster;
mod route;
mod screens;
mod service;
mod snapshot;
mod streaming;
mod www;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

use body::BodyRoom;
use error::ApiError;
use login::Logins;
pub use screens::Pictures;
pub use www::Folder;

use crate::limits;
use crate::model::ip::IpBlocks;
use crate::model::zone::Zone;
use crate::store::{Store, StoreError};

/// How requests are answered.
#[derive(Debug)]
pub struct AppConfig {
    /// Where the server listens.
    pub address: SocketAddr,
    /// The address of this server for other computers, if they reach it.
    pub from_elsewhere: Option<SocketAddr>,
    /// Whoever has it may read; where there is none, only this computer.
    pub key: Option<String>,
    /// The folder with the kiosk's page.
    pub www: Option<Folder>,
    /// Pictures of the exhibit's screens.
    pub pictures: Option<Pictures>,
    /// The proxies whose word about addresses and hosts is taken.
    pub trusted_proxies: Option<IpBlocks>,
}

/// What answering requests needs.
#[derive(Debug)]
pub struct App {
    store: Store,
    config: AppConfig,
    logins: Logins,
    /// Whose dates reports give where the question does not say.
    zone: Zone,
    bodies: BodyRoom,
    wrong_keys: Semaphore,
    /// Replies that are made while they are sent.
    streams: Arc<Semaphore>,
    /// Those who watch what happens.
    watchers: Arc<Semaphore>,
    script_was_fetched: AtomicBool,
}

impl App {
    /// Answers from a store.
    pub fn new(store: Store, config: AppConfig) -> App {
        App {
            store,
            logins: Logins::new(config.address.port()),
            config,
            zone: zone_of_this_computer(),
            bodies: BodyRoom::default(),
            wrong_keys: Semaphore::new(limits::WRONG_KEYS_AT_ONCE),
            streams: Arc::new(Semaphore::new(limits::STREAMS)),
            watchers: Arc::new(Semaphore::new(limits::WATCHERS)),
            script_was_fetched: AtomicBool::new(false),
        }
    }

    /// A wrong key costs time, but only those who send one.
    async fn delay_wrong_key(&self) {
        let _one_of_few = self.wrong_keys.acquire().await;
        tokio::time::sleep(limits::WRONG_KEY_TIME).await;
    }
}

/// The zone of this computer, and UTC if it does not say.
fn zone_of_this_computer() -> Zone {
    Zone::of_this_computer().unwrap_or_else(|| {
        log::warn!("this computer names no time zone that is known, so reports are in UTC unless they are asked otherwise");
        Zone::utc()
    })
}

/// Serves until it is told to stop, then lets running requests finish for a while.
pub async fn serve(listener: TcpListener, app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS));
    let refusals = Arc::new(Semaphore::new(limits::REFUSED_CONNECTIONS));
    let mut fails = false;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = told_to(&mut stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                fails = false;
                if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
                    let (app, stop) = (Arc::clone(&app), stop.clone());
                    tokio::spawn(async move {
                        converse(stream, peer, &app, stop).await;
                        drop(place);
                    });
                } else if let Ok(refusal) = Arc::clone(&refusals).try_acquire_owned() {
                    tokio::spawn(async move {
                        turn_away(stream).await;
                        drop(refusal);
                    });
                }
            }
            Err(error) if is_of_the_system(&error) => {
                // Said once for each time of trouble, which no descriptor being left is.
                if !std::mem::replace(&mut fails, true) {
                    log::error!("cannot accept connections: {error}");
                }
                tokio::time::sleep(limits::ACCEPT_PAUSE).await;
            }
            Err(error) => log::debug!("a connection was gone before it was accepted: {error}"),
        }
    }
    drop(listener);
    let everyone = u32::try_from(limits::CONNECTIONS).unwrap_or(u32::MAX);
    if tokio::time::timeout(limits::SHUTDOWN_TIME, places.acquire_many(everyone))
        .await
        .is_err()
    {
        log::warn!("some requests did not finish in time and were cut off");
    }
}

/// Waits until the server is told to stop, or until nobody is left to tell it.
async fn told_to(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Whether accepting failed for a reason that is not the peer's.
fn is_of_the_system(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

/// Answers the requests of one connection.
async fn converse(stream: TcpStream, peer: SocketAddr, app: &App, mut stop: watch::Receiver<bool>) {
    // Small replies leave at once.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits::STALL_TIME));
    let answer = service_fn(|request| async move {
        Ok::<_, Infallible>(service::serve(app, peer, request).await)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::HEAD_TIME)
        .max_headers(limits::HEADERS)
        .max_buf_size(limits::HEAD_BYTES)
        .half_close(true)
        .serve_connection(TokioIo::new(Box::pin(stream)), answer);
    let mut connection = pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = told_to(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        log::debug!("a connection ended early: {error}");
    }
}

/// Answers one request of a connection for which there is no place: try again later.
async fn turn_away(stream: TcpStream) {
    let answer = service_fn(|request: Request<Incoming>| async {
        body::discard(&mut request.into_body()).await;
        let mut reply = ApiError::from(StoreError::Overloaded).into_reply();
        reply::allow_every_origin(reply.headers_mut());
        Ok::<_, Infallible>(reply)
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .max_headers(limits::HEADERS)
        .max_buf_size(limits::HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), answer);
    let _ = tokio::time::timeout(limits::REFUSAL_TIME, connection).await;
}
