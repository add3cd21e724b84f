//! Whether a request comes from a page that this server served, and whether it may read without a key.
//!
//! Both ask about the same headers, and both are pure functions of them.

use std::net::IpAddr;

use hyper::header::{
    AUTHORIZATION, CONNECTION, FORWARDED, HOST, HeaderMap, HeaderName, ORIGIN, USER_AGENT, VIA,
};
use hyper::{Version, http};
use subtle::ConstantTimeEq;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or(""))
}

/// Whether the browser says that the page which sends this came from here. `host` is what the browser asked for.
///
/// A convenience, not a protection: whoever forges it can add rows for the default consumer, and nothing more.
pub fn is_same_origin(headers: &HeaderMap, host: Option<&str>) -> bool {
    match text(headers, &SEC_FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => origin_is_host(headers, host),
    }
}

/// Whether host and port of `Origin` are those that were asked for. The scheme does not matter, and the default ports
/// of both schemes are one: a proxy may speak https to browsers and http to us.
fn origin_is_host(headers: &HeaderMap, host: Option<&str>) -> bool {
    let parts = |authority: &http::uri::Authority| {
        let port = authority
            .port_u16()
            .filter(|port| !matches!(port, 80 | 443));
        (authority.host().to_ascii_lowercase(), port)
    };
    let origin = text(headers, &ORIGIN).and_then(|origin| origin.parse::<http::Uri>().ok());
    let origin = origin.filter(|origin| matches!(origin.scheme_str(), Some("http" | "https")));
    let host = host.and_then(|host| host.parse().ok());
    match (origin.as_ref().and_then(http::Uri::authority), host) {
        (Some(origin), Some(host)) => parts(origin) == parts(&host),
        _ => false,
    }
}

/// What a missing key is answered with: what was seen, and both cures.
pub fn missing_key_text(headers: &HeaderMap, host: Option<&str>) -> String {
    let seen = |value: Option<&str>| {
        value
            .unwrap_or("none")
            .chars()
            .take(200)
            .collect::<String>()
    };
    format!(
        "No \"consumer_key\" parameter provided, and the request does not come from a page of this server (Origin: \
         {}, Host: {}). Put data-consumer-key=\"…\" into the script tag; behind a proxy, start the server with \
         --trusted-proxy.",
        seen(text(headers, &ORIGIN)),
        seen(host)
    )
}

/// Why somebody may not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// A key is set, and none was sent.
    NoKey,
    /// A key is set, and another was sent.
    WrongKey,
    /// No key is set, and the request does not come from this computer itself.
    NotLocal,
}

/// What is known of a request besides its headers.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// The other end of the connection.
    pub address: IpAddr,
    /// The version of HTTP that it speaks.
    pub version: Version,
    /// Whether the server is told of proxies, so that no connection can be taken for one of this computer.
    pub behind_proxy: bool,
}

/// Whether a text is the key, found out in constant time.
pub fn is_key(text: &str, key: &str) -> bool {
    text.as_bytes().ct_eq(key.as_bytes()).into()
}

/// Whether a request may read. With a key set, whoever sends it may, and a browser that has logged in; else only this
/// computer itself.
pub fn may_read(
    key: Option<&str>,
    headers: &HeaderMap,
    query_key: Option<&str>,
    is_logged_in: bool,
    peer: Peer,
) -> Result<(), Denied> {
    let Some(key) = key else {
        return if is_local(headers, peer) {
            Ok(())
        } else {
            Err(Denied::NotLocal)
        };
    };
    if is_logged_in {
        return Ok(());
    }
    let bearer = text(headers, &AUTHORIZATION).and_then(|value| value.split_once(' '));
    let bearer = bearer
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let Some(sent) = query_key.or(bearer) else {
        return Err(Denied::NoKey);
    };
    if is_key(sent, key) {
        Ok(())
    } else {
        Err(Denied::WrongKey)
    }
}

/// Whether a request was made on this computer, directly, by a person or a program, or by one of our own pages.
///
/// Without a key this is all that keeps strangers out, so everything that a proxy, another website or a rebound name
/// would leave behind forbids it.
fn is_local(headers: &HeaderMap, peer: Peer) -> bool {
    let direct = [FORWARDED, VIA, HeaderName::from_static("x-real-ip")]
        .iter()
        .all(|name| !headers.contains_key(name))
        && headers
            .keys()
            .all(|name| !name.as_str().starts_with("x-forwarded-"));
    let site_is_ours = match text(headers, &SEC_FETCH_SITE) {
        None | Some("none" | "same-origin") => true,
        Some(_) => false,
    };
    // Browsers keep connections, and say so. That is between two ends: a proxy that is silent about itself, as nginx is,
    // does not hand it on.
    let browser_is_direct = !text(headers, &USER_AGENT)
        .is_some_and(|name| name.starts_with("Mozilla/"))
        || text(headers, &CONNECTION).is_some_and(|kept| kept.eq_ignore_ascii_case("keep-alive"));
    peer.address.to_canonical().is_loopback()
        && !peer.behind_proxy
        && browser_is_direct
        && peer.version == Version::HTTP_11
        && headers.get_all(HOST).iter().count() == 1
        && text(headers, &HOST).is_some_and(host_is_local)
        && direct
        && site_is_ours
        && (!headers.contains_key(ORIGIN) || origin_is_host(headers, text(headers, &HOST)))
}

/// Whether a `Host` names this computer in a way that no other name server can answer for.
fn host_is_local(host: &str) -> bool {
    let Ok(authority) = host.parse::<http::uri::Authority>() else {
        return false;
    };
    let name = authority.host();
    let literal = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || literal
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| {
                (
                    name.parse::<HeaderName>().unwrap(),
                    HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn a_page_of_ours_is_told_by_the_browser_or_by_equal_hosts() {
        for (lines, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (
                &[
                    ("sec-fetch-site", "same-site"),
                    ("origin", "http://a:1"),
                    ("host", "a:1"),
                ],
                false,
            ),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (
                &[("origin", "http://kiosk:8001"), ("host", "kiosk:8001")],
                true,
            ),
            (
                &[("origin", "https://KIOSK:8001"), ("host", "kiosk:8001")],
                true,
            ),
            (&[("origin", "http://kiosk"), ("host", "kiosk:80")], true),
            (&[("origin", "https://kiosk:443"), ("host", "kiosk")], true),
            (&[("origin", "https://kiosk"), ("host", "kiosk:80")], true),
            (
                &[("origin", "http://kiosk:8002"), ("host", "kiosk:8001")],
                false,
            ),
            (
                &[("origin", "http://[::1]:8001"), ("host", "[::1]:8001")],
                true,
            ),
            (&[("origin", "null"), ("host", "kiosk")], false),
            (&[("origin", "file://"), ("host", "kiosk")], false),
            (&[("host", "kiosk")], false),
            (&[], false),
        ] {
            assert_eq!(
                is_same_origin(&headers(lines), text(&headers(lines), &HOST)),
                expected,
                "{lines:?}"
            );
        }
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table of cases")]
    fn without_a_key_only_this_computer_reads() {
        let loopback: IpAddr = [127, 0, 0, 1].into();
        let outside: IpAddr = [192, 168, 1, 5].into();
        let mapped: IpAddr = "::ffff:127.0.0.1".parse().unwrap();
        let host = ("host", "localhost:8001");
        for (lines, address, version, expected) in [
            (&[host][..], loopback, Version::HTTP_11, true),
            (
                &[("host", "127.0.0.1:8001")],
                loopback,
                Version::HTTP_11,
                true,
            ),
            (&[("host", "[::1]:8001")], mapped, Version::HTTP_11, true),
            (&[("host", "LOCALHOST")], loopback, Version::HTTP_11, true),
            (&[host], outside, Version::HTTP_11, false),
            (&[host], loopback, Version::HTTP_10, false),
            (&[], loopback, Version::HTTP_11, false),
            (
                &[("host", "evil.example")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[("host", "localhost.evil.example")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[("host", "127.0.0.1.evil.example")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[
                    host,
                    ("user-agent", "Mozilla/5.0"),
                    ("connection", "Keep-Alive"),
                ],
                loopback,
                Version::HTTP_11,
                true,
            ),
            (
                &[host, ("user-agent", "Mozilla/5.0")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[host, ("user-agent", "Mozilla/5.0"), ("connection", "close")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[host, ("user-agent", "curl/8")],
                loopback,
                Version::HTTP_11,
                true,
            ),
            (
                &[host, ("x-forwarded-for", "10.0.0.1")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[host, ("x-forwarded-proto", "https")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[host, ("x-real-ip", "10.0.0.1")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[host, ("forwarded", "for=1")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[host, ("via", "1.1 proxy")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[host, ("origin", "http://localhost:8001")],
                loopback,
                Version::HTTP_11,
                true,
            ),
            (
                &[host, ("origin", "http://evil.example")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[host, ("origin", "null")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[host, ("sec-fetch-site", "same-origin")],
                loopback,
                Version::HTTP_11,
                true,
            ),
            (
                &[host, ("sec-fetch-site", "none")],
                loopback,
                Version::HTTP_11,
                true,
            ),
            (
                &[host, ("sec-fetch-site", "same-site")],
                loopback,
                Version::HTTP_11,
                false,
            ),
            (
                &[host, ("sec-fetch-site", "cross-site")],
                loopback,
                Version::HTTP_11,
                false,
            ),
        ] {
            let allowed = may_read(
                None,
                &headers(lines),
                Some("any"),
                true,
                Peer {
                    address,
                    version,
                    behind_proxy: false,
                },
            );
            assert_eq!(allowed.is_ok(), expected, "{lines:?} {address} {version:?}");
        }
    }

    #[test]
    fn behind_a_proxy_nobody_reads_without_a_key() {
        let local = headers(&[("host", "localhost")]);
        let peer = |behind_proxy| Peer {
            address: [127, 0, 0, 1].into(),
            version: Version::HTTP_11,
            behind_proxy,
        };
        assert_eq!(may_read(None, &local, None, false, peer(false)), Ok(()));
        assert_eq!(
            may_read(None, &local, None, true, peer(true)),
            Err(Denied::NotLocal)
        );
    }

    #[test]
    fn with_a_key_whoever_sends_it_reads() {
        let peer = Peer {
            address: [192, 168, 1, 5].into(),
            version: Version::HTTP_10,
            behind_proxy: true,
        };
        for (lines, query_key, expected) in [
            (&[][..], Some("secret"), true),
            (&[("authorization", "Bearer secret")], None, true),
            (&[("authorization", "bearer  secret")], None, true),
            (&[("authorization", "Basic secret")], None, false),
            (&[("authorization", "Bearer secret")], Some("wrong"), false),
            (&[], Some("secre"), false),
            (&[], Some("secrets"), false),
            (&[], Some(""), false),
            (&[], None, false),
        ] {
            assert_eq!(
                may_read(Some("secret"), &headers(lines), query_key, false, peer).is_ok(),
                expected,
                "{lines:?}"
            );
        }
        assert_eq!(
            may_read(Some("secret"), &HeaderMap::new(), None, true, peer),
            Ok(())
        );
    }
}
