//! The dashboard's login, with a key set.

use std::sync::Arc;

use crate::harness::{Reply, Server};

const HERE: (&str, &str) = ("Sec-Fetch-Site", "same-origin");

fn locked() -> Server {
    Server::start(&["--key", "gå inn"])
}

fn log_in(server: &Server, form: &str, more: &[(&str, &str)]) -> Reply {
    let form_type = ("Content-Type", "application/x-www-form-urlencoded");
    let headers: Vec<_> = [form_type]
        .into_iter()
        .chain(more.iter().copied())
        .collect();
    server.post_with("/login", &headers, form.as_bytes())
}

/// What a browser sends back of a cookie that was set.
fn cookie(reply: &Reply) -> String {
    let set = reply.header("set-cookie").unwrap();
    set.split(';').next().unwrap().to_owned()
}

#[test]
fn the_form_of_the_locked_page_opens_reading_for_this_browser() {
    let server = locked();
    let page = server.get("/dash?page=screens");
    assert_eq!(page.status, 401);
    assert!(page.text().contains("<form"), "{}", page.text());

    let reply = log_in(&server, "key=g%C3%A5+inn&to=%3Fpage%3Dscreens", &[HERE]);
    assert_eq!(
        (reply.status, reply.header("location")),
        (303, Some("dash?page=screens"))
    );
    let set = reply.header("set-cookie").unwrap();
    for part in [
        &format!("microticks_{}=", server.address.port()),
        "Max-Age=2592000",
        "HttpOnly",
        "SameSite=Strict",
    ] {
        assert!(set.contains(part), "{set}");
    }
    assert!(
        !set.contains("Path") && !set.contains("Secure") && !set.contains("inn"),
        "{set}"
    );

    let known = cookie(&reply);
    for path in [
        "/dash",
        "/events",
        "/reports/overview",
        "/consumers",
        "/devices",
        "/screens",
    ] {
        assert_eq!(server.get(path).status, 401, "{path}");
        assert_eq!(
            server.get_with(path, &[("Cookie", &known)]).status,
            200,
            "{path}"
        );
    }
    let state =
        |cookie: &str| server.get_with("/login", &[("Cookie", cookie)]).json()["logged_in"].clone();
    assert_eq!((state(&known), state("a=b")), (true.into(), false.into()));

    let out = server.post_with("/logout", &[HERE, ("Cookie", &known)], b"");
    assert_eq!((out.status, out.header("location")), (303, Some("dash")));
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(
        server.get_with("/events", &[("Cookie", &known)]).code(),
        "missing_key"
    );
}

#[test]
fn a_wrong_key_gets_the_form_again_and_another_website_nothing() {
    let server = locked();
    for form in ["key=guess", "key=", "", "to=%3Fa", "key=%ff"] {
        let reply = log_in(&server, form, &[HERE]);
        assert_eq!(
            (reply.status, reply.header("set-cookie")),
            (401, None),
            "{form}"
        );
        assert!(reply.text().contains("<form"));
    }
    for site in ["cross-site", "same-site", "none"] {
        let reply = log_in(&server, "key=g%C3%A5+inn", &[("Sec-Fetch-Site", site)]);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (403, "not_same_origin"),
            "{site}"
        );
    }
    assert_eq!(server.post("/logout", "text/plain", b"").status, 403);
    let large = format!("key={}", "x".repeat(70_000));
    assert_eq!(log_in(&server, &large, &[HERE]).status, 413);
}

#[test]
fn it_leads_nowhere_else_and_is_secure_where_the_browser_is() {
    let server = locked();
    for to in [
        "https://evil.example",
        "//evil.example",
        "%0d%0aX: y",
        "?a%0d%0aX: y",
        "x",
    ] {
        let form = format!("key=g%C3%A5+inn&to={to}");
        assert_eq!(
            log_in(&server, &form, &[HERE]).header("location"),
            Some("dash"),
            "{to}"
        );
    }
    let https = [HERE, ("Origin", "https://figures.example")];
    let reply = log_in(&server, "key=g%C3%A5+inn", &https);
    assert!(reply.header("set-cookie").unwrap().ends_with("; Secure"));
}

#[test]
fn without_a_key_there_is_nothing_to_log_in_to() {
    let server = Server::start(&[]);
    let reply = log_in(&server, "key=any", &[HERE]);
    assert_eq!((reply.status, reply.header("set-cookie")), (303, None));
    assert_eq!(server.get("/login").json()["key_is_set"], false);
}

#[test]
fn a_login_ends_with_the_server() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let server = Server::start_in(&folder, &["--key", "k"]);
    let known = cookie(&log_in(&server, "key=k", &[HERE]));
    assert_eq!(
        server.get_with("/devices", &[("Cookie", &known)]).status,
        200
    );
    drop(server);
    let server = Server::start_in(&folder, &["--key", "k"]);
    assert_eq!(
        server.get_with("/devices", &[("Cookie", &known)]).status,
        401
    );
}
