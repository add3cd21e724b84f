//! The dashboard's login: a form takes the key, and a cookie remembers for a while that this browser has given it.
//!
//! The cookie holds a random name of a login that the server keeps in memory, never the key. It has no path, so that the
//! browser sends it below whatever prefix the form was served.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use hyper::body::Incoming;
use hyper::header::{COOKIE, HeaderMap, HeaderValue, ORIGIN, SET_COOKIE};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use super::error::ApiError;
use super::reply::{self, ReplyBody};
use super::{App, assets, origin};
use crate::limits;
use crate::model::random_hex;
use crate::wire::query::Query;
use crate::wire::text;

/// The browsers that have given the key.
#[derive(Debug)]
pub struct Logins {
    /// What the cookie is called. The port is in it because browsers tell cookies of one host's ports apart by nothing else.
    cookie: String,
    since: Mutex<HashMap<String, Instant>>,
}

impl Logins {
    /// Nobody yet, at a server that listens on this port.
    pub fn new(port: u16) -> Logins {
        Logins {
            cookie: format!("microticks_{port}"),
            since: Mutex::default(),
        }
    }

    fn since(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.since
            .lock()
            .expect("nobody panics while holding the logins")
    }

    /// Whether a request comes from a browser that has logged in.
    pub fn knows(&self, headers: &HeaderMap) -> bool {
        let since = self.since();
        let mut names = self.names(headers);
        names.any(|name| {
            since
                .get(name)
                .is_some_and(|since| since.elapsed() < limits::LOGIN_TIME)
        })
    }

    /// What the cookies of ours in a request hold.
    fn names<'h>(&'h self, headers: &'h HeaderMap) -> impl Iterator<Item = &'h str> {
        let lines = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok());
        let cookies = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='));
        cookies
            .filter(|(name, _)| *name == self.cookie)
            .map(|(_, value)| value)
    }

    /// A new login. Where there are too many, the oldest ends.
    fn add(&self) -> String {
        let name = random_hex();
        let mut since = self.since();
        since.retain(|_, since| since.elapsed() < limits::LOGIN_TIME);
        if since.len() >= limits::LOGINS
            && let Some(oldest) = since
                .iter()
                .min_by_key(|(_, since)| **since)
                .map(|(name, _)| name.clone())
        {
            since.remove(&oldest);
        }
        since.insert(name.clone(), Instant::now());
        name
    }

    fn set_cookie(&self, value: &str, seconds: u64, is_secure: bool) -> HeaderValue {
        let secure = if is_secure { "; Secure" } else { "" };
        let cookie = format!(
            "{}={value}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}",
            self.cookie
        );
        HeaderValue::try_from(cookie).expect("digits are a header")
    }
}

/// `POST /login`: takes the key, and leads to the dashboard as it was asked for.
pub async fn login(
    app: &App,
    head: &Parts,
    body: Incoming,
    host: Option<&str>,
) -> Result<Response<ReplyBody>, ApiError> {
    only_from_here(head, host)?;
    let body = app.bodies.read(body, limits::LOGIN_BODY_BYTES).await?;
    let form = text::utf8(&body.bytes);
    let form = Query::new(&form);
    let key = form.get("key").unwrap_or_default();
    let Some(right) = app.config.key.as_deref() else {
        return Ok(reply::redirect(StatusCode::SEE_OTHER, "dash"));
    };
    if !origin::is_key(&key, right) {
        // Whoever waits for a turn keeps no room from the posts.
        drop(body);
        app.delay_wrong_key().await;
        return assets::serve_as(StatusCode::UNAUTHORIZED, "dash/locked.html", &head.headers);
    }
    let is_query =
        |to: &String| to.starts_with('?') && to.bytes().all(|byte| byte.is_ascii_graphic());
    let to = form.get("to").filter(is_query).unwrap_or_default();
    let mut reply = reply::redirect(StatusCode::SEE_OTHER, &format!("dash{to}"));
    let is_secure = head
        .headers
        .get(ORIGIN)
        .is_some_and(|origin| origin.as_bytes().starts_with(b"https:"));
    let cookie = app
        .logins
        .set_cookie(&app.logins.add(), limits::LOGIN_TIME.as_secs(), is_secure);
    reply.headers_mut().insert(SET_COOKIE, cookie);
    Ok(reply)
}

/// `POST /logout`: ends the login of this browser.
pub fn logout(
    app: &App,
    head: &Parts,
    host: Option<&str>,
) -> Result<Response<ReplyBody>, ApiError> {
    only_from_here(head, host)?;
    for name in app.logins.names(&head.headers) {
        app.logins.since().remove(name);
    }
    let mut reply = reply::redirect(StatusCode::SEE_OTHER, "dash");
    reply
        .headers_mut()
        .insert(SET_COOKIE, app.logins.set_cookie("", 0, false));
    Ok(reply)
}

/// Another website must neither log a browser in nor out.
fn only_from_here(head: &Parts, host: Option<&str>) -> Result<(), ApiError> {
    if origin::is_same_origin(&head.headers, host) {
        Ok(())
    } else {
        Err(ApiError::NotSameOrigin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_cookies(line: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(line).unwrap())])
    }

    #[test]
    fn a_login_is_known_by_its_cookie_alone() {
        let logins = Logins::new(8001);
        let name = logins.add();
        for (line, expected) in [
            (format!("microticks_8001={name}"), true),
            (format!("other=1; microticks_8001={name}"), true),
            (format!("microticks_8001=old; microticks_8001={name}"), true),
            (format!("microticks_8002={name}"), false),
            (name.clone(), false),
            ("microticks_8001=".to_owned(), false),
        ] {
            assert_eq!(logins.knows(&with_cookies(&line)), expected, "{line}");
        }
    }

    #[test]
    fn the_oldest_login_makes_room() {
        let logins = Logins::new(1);
        let names: Vec<String> = (0..=limits::LOGINS).map(|_| logins.add()).collect();
        let knows = |name: &String| logins.knows(&with_cookies(&format!("microticks_1={name}")));
        assert!(!knows(&names[0]));
        assert!(names[1..].iter().all(knows));
    }
}
