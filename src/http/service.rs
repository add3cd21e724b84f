//! From a request to a reply: one match over the routes, and one place where errors become replies.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;

use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};

use super::collect::Sender;
use super::error::ApiError;
use super::lists::Kind;
use super::origin::{self, Denied, Peer};
use super::reply::{self, ReplyBody};
use super::route::Route;
use super::{App, assets, collect, lists, live, login, packing, proxy, reports, roster, snapshot};
use crate::model::Moment;
use crate::store::StoreError;
use crate::wire::query::Query;
use crate::wire::{self, replies};

/// Answers a request, whatever it is.
pub async fn serve(app: &App, peer: SocketAddr, request: Request<Incoming>) -> Response<ReplyBody> {
    let received_at = Moment::now();
    let (head, body) = request.into_parts();
    let route = Route::decode(&head.method, head.uri.path(), app.config.www.is_some());
    let peer = Peer {
        address: peer.ip().to_canonical(),
        version: head.version,
        behind_proxy: app.config.trusted_proxies.is_some(),
    };
    let reply = or_internal(answer(app, &route, &head, body, received_at, peer)).await;
    let mut reply = reply.unwrap_or_else(ApiError::into_reply);
    if route.is_reading() {
        reply = packing::pack(&head.headers, reply);
    }
    let is_read = route.is_reading() || route == Route::Dashboard;
    if route.is_collecting() || (is_read && app.config.key.is_some()) {
        reply::allow_every_origin(reply.headers_mut());
    }
    reply
}

/// A panic costs one request: it is logged where it happens, and this request is told that the mistake is ours.
async fn or_internal<T>(answer: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    // What a panic leaves half done is dropped with the request; all else is behind locks that panics poison.
    let caught = AssertUnwindSafe(answer).catch_unwind().await;
    caught.unwrap_or(Err(StoreError::Internal.into()))
}

async fn answer(
    app: &App,
    route: &Route,
    head: &Parts,
    body: Incoming,
    received_at: Moment,
    peer: Peer,
) -> Result<Response<ReplyBody>, ApiError> {
    let query = Query::new(head.uri.query().unwrap_or_default());
    let trusted = app.config.trusted_proxies.as_ref();
    let host = proxy::host(peer.address, &head.headers, trusted);
    if route.is_reading() {
        guard(app, head, &query, peer).await?;
    }
    match route {
        Route::StartSession | Route::StoreEvent | Route::StopSession | Route::Batch => {
            let ip = proxy::client_address(peer.address, &head.headers, trusted);
            collect::store(app, route, head, body, received_at, Sender { ip, host }).await
        }
        Route::Preflight => Ok(collect::preflight(head)),
        Route::ListSessions => lists::list(app, Kind::Sessions, &query).await,
        Route::ListEvents => lists::list(app, Kind::Events, &query).await,
        Route::ListReports => Ok(reports::list()),
        Route::Report(name) => {
            reports::report(app, name, head.uri.query().unwrap_or_default()).await
        }
        Route::Snapshot => snapshot::snapshot(app, &head.method, received_at).await,
        Route::Mark {
            session_id,
            excluded,
        } => {
            if !origin::is_same_origin(&head.headers, host) {
                return Err(ApiError::NotSameOrigin);
            }
            reports::mark(app, *session_id, *excluded, received_at, peer.address).await
        }
        Route::ListConsumers => Ok(roster::consumers(app).await?),
        Route::ListDevices => Ok(roster::devices(app).await?),
        Route::Live => live::live(app, &query).await,
        Route::ListScreens => {
            let names = match &app.config.pictures {
                Some(pictures) => pictures.names().await,
                None => Vec::new(),
            };
            Ok(reply::json(StatusCode::OK, wire::roster::screens(&names)))
        }
        Route::Screen(name) => match &app.config.pictures {
            Some(pictures) => pictures.serve(name, &head.headers).await,
            None => Err(ApiError::NotFound),
        },
        Route::Login => login::login(app, head, body, host).await,
        Route::LoginState => {
            let (key_is_set, logged_in) =
                (app.config.key.is_some(), app.logins.knows(&head.headers));
            Ok(reply::json(
                StatusCode::OK,
                wire::roster::login(key_is_set, logged_in),
            ))
        }
        Route::Logout => login::logout(app, head, host),
        // A key in the address would let in the page, but none of its requests.
        Route::Dashboard => match guard(app, head, &Query::new(""), peer).await {
            Ok(()) => assets::serve("dash/index.html", &head.headers),
            Err(ApiError::Denied(Denied::NotLocal)) => {
                assets::serve_as(StatusCode::FORBIDDEN, "dash/locked.html", &head.headers)
            }
            Err(_) => assets::serve_as(StatusCode::UNAUTHORIZED, "dash/locked.html", &head.headers),
        },
        Route::Health => Ok(reply::json(StatusCode::OK, b"{\"status\":200}".to_vec())),
        Route::Ready => ready(app).await,
        Route::Welcome => assets::serve("docs/index.html", &head.headers),
        Route::Asset(name) => {
            if name == assets::CLIENT {
                app.script_was_fetched.store(true, Ordering::Relaxed);
            }
            assets::serve(name, &head.headers)
        }
        Route::File(path) => file(app, path, head).await,
        Route::Redirect(to) => Ok(reply::redirect(
            StatusCode::FOUND,
            &match head.uri.query() {
                Some(query) => format!("{to}?{query}"),
                None => (*to).to_owned(),
            },
        )),
        Route::WrongMethod(methods) => Err(ApiError::WrongMethod(*methods)),
        Route::NotFound => Err(ApiError::NotFound),
    }
}

/// A file of the folder that is served. Where it has none, `/` is still a page, and the icon still ours.
async fn file(app: &App, path: &str, head: &Parts) -> Result<Response<ReplyBody>, ApiError> {
    let folder = app.config.www.as_ref().ok_or(ApiError::NotFound)?;
    match (
        folder.serve(path, head.uri.query(), &head.headers).await,
        path,
    ) {
        (Err(ApiError::NotFound), "/") => assets::serve("docs/index.html", &head.headers),
        (Err(ApiError::NotFound), "/favicon.ico") => assets::serve("dash/mark.svg", &head.headers),
        (reply, _) => reply,
    }
}

/// Lets a request read, or says why not.
async fn guard(app: &App, head: &Parts, query: &Query<'_>, peer: Peer) -> Result<(), ApiError> {
    let allowed = origin::may_read(
        app.config.key.as_deref(),
        &head.headers,
        query.get("key").as_deref(),
        app.logins.knows(&head.headers),
        peer,
    );
    if allowed == Err(Denied::WrongKey) {
        app.delay_wrong_key().await;
    }
    allowed.map_err(ApiError::Denied)
}

async fn ready(app: &App) -> Result<Response<ReplyBody>, ApiError> {
    if !app.store.is_ready() {
        return Err(StoreError::Starting.into());
    }
    let (consumer, touch) = app.store.has_consumer_and_event().await?;
    let script = app.script_was_fetched.load(Ordering::Relaxed);
    Ok(reply::json(
        StatusCode::OK,
        replies::ready(consumer, script, touch, app.store.volatile_file_system()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_handler_is_an_answer_to_one_request() {
        let reply = or_internal::<()>(async { panic!("a test wants it so") }).await;
        let reply = reply.unwrap_err().into_reply();
        assert_eq!(reply.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(or_internal(async { Ok(()) }).await.is_ok());
    }
}
