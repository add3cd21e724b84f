//! Who a request is from when it came through a proxy.
//!
//! A proxy is believed only if `--trusted-proxy` names its address: everybody else can write any header.

use std::net::{IpAddr, SocketAddr};

use hyper::header::{HOST, HeaderMap, HeaderName};

use crate::model::ip::IpBlocks;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// The address that a request is from: that of the connection, or if it is a trusted proxy's, the last address that
/// the proxies were told which is no trusted proxy itself. If all are, the first.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: Option<&IpBlocks>) -> IpAddr {
    let Some(trusted) = trusted.filter(|trusted| trusted.hold(peer)) else {
        return peer;
    };
    let lines = headers.get_all(X_FORWARDED_FOR).iter();
    let entries: Vec<&[u8]> = lines
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .collect();
    // What is no address ends the chain: whoever wrote it is not to be believed about what stands before.
    let told = entries
        .into_iter()
        .rev()
        .map_while(|entry| address(str::from_utf8(entry).ok()?.trim()));
    let mut first = peer;
    for address in told {
        first = address;
        if !trusted.hold(address) {
            break;
        }
    }
    first
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok();
    bare.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .map(|address: IpAddr| address.to_canonical())
}

/// The host that the browser asked for: what a trusted proxy says it was, else `Host`.
pub fn host<'h>(
    peer: IpAddr,
    headers: &'h HeaderMap,
    trusted: Option<&IpBlocks>,
) -> Option<&'h str> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    let forwarded =
        text(X_FORWARDED_HOST).filter(|_| trusted.is_some_and(|trusted| trusted.hold(peer)));
    match forwarded {
        // Of several proxies the first spoke to the browser.
        Some(hosts) => hosts.split(',').next().map(str::trim),
        None => text(HOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        headers
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = IpBlocks::parse("127.0.0.1, 10.0.0.0/8");
        for (peer, lines, expected) in [
            ("127.0.0.1", &["192.168.1.5"][..], "192.168.1.5"),
            (
                "127.0.0.1",
                &["1.2.3.4, 192.168.1.5, 10.0.0.9"],
                "192.168.1.5",
            ),
            (
                "127.0.0.1",
                &["1.2.3.4", "192.168.1.5, 10.0.0.9"],
                "192.168.1.5",
            ),
            ("127.0.0.1", &["10.0.0.8, 10.0.0.9"], "10.0.0.8"),
            ("127.0.0.1", &["192.168.1.5:4711"], "192.168.1.5"),
            ("127.0.0.1", &["[fe80::1]:4711"], "fe80::1"),
            ("127.0.0.1", &["fe80::1"], "fe80::1"),
            ("127.0.0.1", &["::ffff:192.168.1.5"], "192.168.1.5"),
            ("127.0.0.1", &["1.2.3.4, unknown, 10.0.0.9"], "10.0.0.9"),
            ("127.0.0.1", &["garbage"], "127.0.0.1"),
            ("127.0.0.1", &["é, 192.168.1.5"], "192.168.1.5"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("172.16.0.1", &["192.168.1.5"], "172.16.0.1"),
        ] {
            let lines: Vec<_> = lines
                .iter()
                .map(|line| ("x-forwarded-for", *line))
                .collect();
            let seen = client_address(peer.parse().unwrap(), &headers(&lines), trusted.as_ref());
            assert_eq!(seen.to_string(), expected, "{peer} {lines:?}");
        }
        let lines = headers(&[("x-forwarded-for", "192.168.1.5")]);
        assert_eq!(
            client_address([127, 0, 0, 1].into(), &lines, None).to_string(),
            "127.0.0.1"
        );
    }

    #[test]
    fn a_trusted_proxy_says_which_host_was_asked_for() {
        let trusted = IpBlocks::parse("127.0.0.1");
        let lines = headers(&[
            ("host", "inside:8001"),
            ("x-forwarded-host", "museum.example, inside"),
        ]);
        let (proxy, stranger) = ([127, 0, 0, 1].into(), [10, 0, 0, 1].into());
        assert_eq!(
            host(proxy, &lines, trusted.as_ref()),
            Some("museum.example")
        );
        assert_eq!(
            host(stranger, &lines, trusted.as_ref()),
            Some("inside:8001")
        );
        assert_eq!(host(proxy, &lines, None), Some("inside:8001"));
        assert_eq!(
            host(proxy, &headers(&[("host", "inside")]), trusted.as_ref()),
            Some("inside")
        );
    }
}
