//! The embedded files: pages, styles, scripts and the client.
//!
//! A release build holds each file in brotli and in gzip, made by `build.rs`, or as it is where that gains nothing; a debug
//! build reads the folders, so that a change shows at the next reload. No path of the file system is ever built from a
//! request.

use bytes::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_SECURITY_POLICY, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::ApiError;
use super::reply::{self, ReplyBody};

#[cfg(not(debug_assertions))]
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/assets"]
struct Packed;

#[cfg(debug_assertions)]
#[derive(RustEmbed)]
#[folder = "static"]
struct Static;

#[cfg(debug_assertions)]
#[derive(RustEmbed)]
#[folder = "examples"]
struct Examples;

/// The name of the client.
pub const CLIENT: &str = "microticks.js";

/// A kiosk that boots before its server still has the script, and every other time asks whether it is still right.
const CLIENT_CACHE: HeaderValue =
    HeaderValue::from_static("max-age=0, stale-while-revalidate=31536000");
const PAGE_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'self'",
);
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// The ways in which a file may be packed, best first: the token in headers, and the ending of the embedded file.
#[cfg(not(debug_assertions))]
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// A file in one of its forms. Each form has a strong tag of its own.
struct Form {
    bytes: Bytes,
    etag: String,
    encoding: Option<&'static str>,
}

impl Form {
    fn new(file: EmbeddedFile, encoding: Option<&'static str>) -> Form {
        let hash = &file.metadata.sha256_hash()[..16];
        let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Form {
            etag: format!("\"{digits}\""),
            bytes: Bytes::from_owner(file.data),
            encoding,
        }
    }
}

/// Finds a file, packed as well as the client can unpack it.
#[cfg(not(debug_assertions))]
fn find(name: &str, headers: &HeaderMap) -> Option<Form> {
    if ENCODINGS.iter().any(|(_, ending)| name.ends_with(ending)) {
        return None;
    }
    let understood = ENCODINGS
        .iter()
        .filter(|(encoding, _)| accepts(headers, encoding));
    let mut packed = understood.filter_map(|(encoding, ending)| {
        let file = Packed::get(&format!("{name}{ending}"))?;
        Some(Form::new(file, Some(encoding)))
    });
    packed
        .next()
        .or_else(|| Some(Form::new(Packed::get(name)?, None)))
        .or_else(|| unpacked(name))
}

/// A file of which only packed forms are embedded, for a client that can unpack none of them: hardly any browser.
#[cfg(not(debug_assertions))]
fn unpacked(name: &str) -> Option<Form> {
    let packed = Form::new(Packed::get(&format!("{name}.gz"))?, None);
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::GzDecoder::new(&packed.bytes[..]),
        &mut bytes,
    )
    .ok()?;
    Some(Form {
        bytes: bytes.into(),
        etag: packed.etag.replacen('"', "\"plain-", 1),
        encoding: None,
    })
}

#[cfg(debug_assertions)]
fn find(name: &str, _: &HeaderMap) -> Option<Form> {
    let file = match name.strip_prefix("example/") {
        Some(name) => Examples::get(name),
        None => Static::get(name),
    };
    file.map(|file| Form::new(file, None))
}

/// Whether `Accept-Encoding` names an encoding and does not forbid it.
pub fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let lines = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|entry| {
        let (name, quality) = entry.split_once(';').unwrap_or((entry, "q=1"));
        let quality = quality
            .trim()
            .strip_prefix("q=")
            .and_then(|q| q.trim().parse().ok())
            .unwrap_or(0.0_f32);
        name.trim().eq_ignore_ascii_case(encoding) && quality > 0.0
    })
}

/// Whether `If-None-Match` names this version.
pub fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let lines = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == etag)
}

/// Replies with an embedded file.
pub fn serve(name: &str, headers: &HeaderMap) -> Result<Response<ReplyBody>, ApiError> {
    serve_as(StatusCode::OK, name, headers)
}

/// Replies with an embedded file and a status that may be an error's.
pub fn serve_as(
    status: StatusCode,
    name: &str,
    headers: &HeaderMap,
) -> Result<Response<ReplyBody>, ApiError> {
    let form = find(name, headers).ok_or(ApiError::NotFound)?;
    let content_type = content_type(name);
    let is_page = content_type.as_bytes().starts_with(b"text/html");
    let mut reply = if status == StatusCode::OK && is_known(headers, &form.etag) {
        reply::empty(StatusCode::NOT_MODIFIED)
    } else {
        let mut reply = reply::bytes(status, content_type, form.bytes);
        if let Some(encoding) = form.encoding {
            reply
                .headers_mut()
                .insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        reply
    };
    let headers = reply.headers_mut();
    headers.insert(
        ETAG,
        HeaderValue::try_from(form.etag).expect("hexadecimal digits are a header"),
    );
    headers.insert(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CACHE_CONTROL,
        if name == CLIENT {
            CLIENT_CACHE
        } else {
            PAGE_CACHE
        },
    );
    if name == CLIENT {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(
            CROSS_ORIGIN_RESOURCE_POLICY,
            HeaderValue::from_static("cross-origin"),
        );
    }
    if is_page {
        headers.insert(CONTENT_SECURITY_POLICY, PAGE_POLICY);
    }
    Ok(reply)
}

/// The MIME type that a name stands for; text is always UTF-8.
pub fn content_type(name: &str) -> HeaderValue {
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let text =
        mime.type_() == "text" || matches!(mime.subtype().as_str(), "javascript" | "json" | "xml");
    let value = if text {
        format!("{}; charset=utf-8", mime.essence_str())
    } else {
        mime.essence_str().to_owned()
    };
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn an_encoding_is_used_only_where_it_is_accepted() {
        for (line, encoding, expected) in [
            ("gzip, deflate, br", "br", true),
            ("gzip, deflate", "br", false),
            ("gzip;q=0.5, br; q=0", "br", false),
            ("gzip;q=0.5, br; q=0", "gzip", true),
            ("GZIP", "gzip", true),
            ("", "gzip", false),
        ] {
            assert_eq!(
                accepts(&with(ACCEPT_ENCODING, line), encoding),
                expected,
                "{line}"
            );
        }
    }

    #[test]
    fn a_known_version_is_recognised() {
        for (line, expected) in [
            ("\"a\"", true),
            ("\"b\", \"a\"", true),
            ("W/\"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
        ] {
            assert_eq!(
                is_known(&with(IF_NONE_MATCH, line), "\"a\""),
                expected,
                "{line}"
            );
        }
    }

    #[test]
    fn types_are_told_by_the_ending() {
        for (name, expected) in [
            ("a.html", "text/html; charset=utf-8"),
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.svg", "image/svg+xml"),
            ("a.mp4", "video/mp4"),
            ("a.woff2", "font/woff2"),
            ("a", "application/octet-stream"),
        ] {
            assert_eq!(content_type(name), expected, "{name}");
        }
    }
}
