//! Embedded pages and files.

use crate::harness::Server;

#[test]
fn pages_are_whole_and_load_nothing_from_elsewhere() {
    let server = Server::start(&[]);
    for (path, part) in [
        ("/", "--add-consumer"),
        ("/docs", "--add-consumer"),
        ("/dash", "<main"),
        ("/example/", "microticks.js"),
    ] {
        let page = server.get(path);
        assert_eq!(
            (page.status, page.header("content-type")),
            (200, Some("text/html; charset=utf-8")),
            "{path}"
        );
        assert!(page.text().contains(part), "{path}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'self'") && !policy.contains("unsafe-inline"),
            "{policy}"
        );
        let html = page.text();
        for outside in [
            "<script src=\"http",
            "src=\"//",
            "<link href=\"http",
            "href=\"//",
            "<style",
            "style=\"",
            "onclick=",
            "src=\"/",
            "href=\"/",
        ] {
            assert!(!html.contains(outside), "{path} has {outside}");
        }
    }
}

#[test]
fn files_are_sent_once_and_then_only_when_they_change() {
    let server = Server::start(&[]);
    for path in ["/microticks.js", "/", "/dash/vars.css", "/example/"] {
        let first = server.get(path);
        let etag = first.header("etag").unwrap();
        assert!(
            etag.starts_with('"') && etag.ends_with('"'),
            "{path}: {etag}"
        );
        let again = server.get_with(path, &[("If-None-Match", etag)]);
        assert_eq!(
            (again.status, again.body.len(), again.header("etag")),
            (304, 0, Some(etag)),
            "{path}"
        );
    }
    let client = server.get("/microticks.js");
    assert_eq!(
        client.header("cache-control"),
        Some("max-age=0, stale-while-revalidate=31536000")
    );
    assert_eq!(client.header("access-control-allow-origin"), Some("*"));
}

#[test]
fn paths_are_relative_so_that_any_prefix_works() {
    let server = Server::start(&[]);
    for (path, location) in [
        ("/dash/", "../dash"),
        ("/docs/", "../docs"),
        ("/example", "example/"),
        ("/dash/?day=1", "../dash?day=1"),
    ] {
        let reply = server.get(path);
        assert_eq!(
            (reply.status, reply.header("location")),
            (302, Some(location)),
            "{path}"
        );
    }
    for path in [
        "/dash/../../Cargo.toml",
        "/dash/%2e%2e/schema.sql",
        "/example/nothing",
        "/docs/nothing.js",
    ] {
        assert_eq!(
            server
                .raw(
                    format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        .as_bytes()
                )
                .split(' ')
                .nth(1),
            Some("404"),
            "{path}"
        );
    }
}

#[test]
fn readiness_tells_the_three_steps_and_no_names() {
    let server = Server::start(&[]);
    let setup = || server.get("/readyz").json()["setup"].to_string();
    assert_eq!(
        setup(),
        "{\"consumer\":false,\"script\":false,\"touch\":false}"
    );
    let key = crate::harness::add_consumer(server.folder.path(), "Secret name");
    server.get("/microticks.js");
    let token = server.session(&key);
    server.form(
        "/events",
        &format!("token={token}&action=click&data=&ts=2026-01-02T03:04:05Z"),
    );
    assert_eq!(
        setup(),
        "{\"consumer\":true,\"script\":true,\"touch\":true}"
    );
    assert_eq!(server.get("/healthz").text(), "{\"status\":200}");
}
