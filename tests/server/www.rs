//! `--www`: the kiosk's own page.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use crate::harness::{Server, act};

fn kiosk() -> (Server, Vec<u8>) {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let www = folder.path().join("my-app");
    fs::create_dir_all(www.join("media")).unwrap();
    fs::create_dir_all(www.join("with index")).unwrap();
    fs::create_dir_all(www.join(".git")).unwrap();
    let video: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    for (name, content) in [
        ("index.html", &b"<h1>kiosk</h1>"[..]),
        ("sessions", b"not ours"),
        ("with index/index.html", b"inner"),
        ("media/film.mp4", &video),
        ("empty.txt", b""),
        ("name with å.txt", b"x"),
        (".git/config", b"secret"),
        (".env", b"secret"),
        ("data.db", b"secret"),
        ("data.db-wal", b"secret"),
        ("old.bak", b"secret"),
    ] {
        fs::write(www.join(name), content).unwrap();
    }
    fs::write(folder.path().join("outside.txt"), "secret").unwrap();
    symlink("../outside.txt", www.join("leak.txt")).unwrap();
    symlink("..", www.join("up")).unwrap();
    symlink("media/film.mp4", www.join("alias.mp4")).unwrap();
    symlink("data.db", www.join("harmless.txt")).unwrap();
    (Server::start_in(&folder, &["--www", "my-app"]), video)
}

#[test]
fn the_kiosks_files_are_served_and_our_routes_win() {
    let (server, video) = kiosk();
    let page = server.get("/");
    assert_eq!(
        (page.text().as_str(), page.header("content-type")),
        ("<h1>kiosk</h1>", Some("text/html; charset=utf-8"))
    );
    assert_eq!(server.get("/index.html").status, 200);
    assert_eq!(server.get("/sessions").json()["count"], 0);
    assert_eq!(server.get("/media/film.mp4").body, video);
    assert_eq!(
        server.get("/alias.mp4").header("content-type"),
        Some("video/mp4")
    );
    assert_eq!(server.get("/empty.txt").body, b"");
    assert_eq!(server.get("/name%20with%20%C3%A5.txt").status, 200);
    assert_eq!(
        server.get("/with%20index").header("location"),
        Some("with%20index/")
    );
    assert_eq!(server.get("/with%20index/").text(), "inner");
    assert_eq!(
        server.get("/favicon.ico").status,
        200,
        "ours, since the folder has none"
    );
    assert!(server.get("/docs").text().contains("Microticks"));
    assert_eq!(server.post("/index.html", "text/plain", b"").status, 405);
}

#[test]
fn nothing_outside_the_folder_and_no_database_can_be_read() {
    let (server, _) = kiosk();
    for path in [
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/media/../../outside.txt",
        "/media/%2e%2e/%2e%2e/outside.txt",
        "/..%5coutside.txt",
        "/leak.txt",
        "/up/outside.txt",
        "/up/",
        "/up/microticks.db",
        "/.git/config",
        "/%2egit/config",
        "/.env",
        "/data.db",
        "/DATA.DB",
        "/data.db-wal",
        "/data.db%00.txt",
        "/old.bak",
        "/harmless.txt",
        "/microticks.db",
        "/media",
        "/media/",
        "/index.html/",
        "/index.html/x",
        "/nothing",
        "/%ff",
        "//etc/passwd",
        "/C:/x",
        "/etc/passwd%00",
    ] {
        let reply = server.raw(
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        );
        assert!(!reply.contains("secret"), "{path}: {reply}");
        assert!(
            reply.contains(" 404 ") || (path == "/media" && reply.contains(" 302 ")),
            "{path}: {reply}"
        );
    }
}

#[test]
fn video_is_served_in_ranges_and_files_are_not_sent_twice() {
    let (server, video) = kiosk();
    let film = |headers: &[(&str, &str)]| server.get_with("/media/film.mp4", headers);
    let whole = film(&[]);
    let (etag, modified) = (
        whole.header("etag").unwrap().to_owned(),
        whole.header("last-modified").unwrap().to_owned(),
    );
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    for (range, expected, content_range) in [
        ("bytes=0-99", &video[..100], "bytes 0-99/200000"),
        (
            "bytes=199990-",
            &video[199_990..],
            "bytes 199990-199999/200000",
        ),
        ("bytes=-5", &video[199_995..], "bytes 199995-199999/200000"),
        (
            "bytes=100-150000",
            &video[100..=150_000],
            "bytes 100-150000/200000",
        ),
    ] {
        let part = film(&[("Range", range)]);
        assert_eq!(
            (part.status, part.header("content-range")),
            (206, Some(content_range)),
            "{range}"
        );
        assert_eq!(part.body, expected, "{range}");
    }
    for range in ["bytes=0-1,5-6", "bytes=x", "pages=1-2"] {
        assert_eq!(film(&[("Range", range)]).body.len(), video.len(), "{range}");
    }
    let beyond = film(&[("Range", "bytes=200000-")]);
    assert_eq!(
        (beyond.status, beyond.header("content-range")),
        (416, Some("bytes */200000"))
    );
    assert_eq!(
        film(&[("Range", "bytes=0-9"), ("If-Range", &etag)]).status,
        206
    );
    assert_eq!(
        film(&[("Range", "bytes=0-9"), ("If-Range", "\"other\"")]).status,
        200
    );
    assert_eq!(film(&[("If-None-Match", &etag)]).status, 304);
    assert_eq!(film(&[("If-Modified-Since", &modified)]).status, 304);
    assert_eq!(
        film(&[
            ("If-None-Match", "\"other\""),
            ("If-Modified-Since", &modified)
        ])
        .status,
        200
    );
}

#[test]
fn a_file_of_any_date_and_name_is_served() {
    let (server, _) = kiosk();
    let folder = server.folder.path().join("my-app");
    for (name, modified) in [
        (
            "before.txt",
            UNIX_EPOCH - Duration::from_secs(12_000_000_000),
        ),
        (
            "after.txt",
            UNIX_EPOCH + Duration::from_secs(260_000_000_000),
        ),
        ("film:herring.txt", UNIX_EPOCH),
    ] {
        fs::write(folder.join(name), "x").unwrap();
        let file = fs::File::options().write(true).open(folder.join(name));
        file.unwrap().set_modified(modified).unwrap();
        assert_eq!(server.get(&format!("/{name}")).text(), "x", "{name}");
    }
}

#[test]
fn a_hard_link_does_not_show_the_database() {
    let (server, _) = kiosk();
    let www = server.folder.path().join("my-app");
    fs::hard_link(server.database(), www.join("innocent.bin")).unwrap();
    assert_eq!(server.get("/innocent.bin").status, 404);
    symlink(server.database(), www.join("link.bin")).unwrap();
    assert_eq!(server.get("/link.bin").status, 404);
}

#[test]
fn a_folder_keeps_its_query_and_a_link_its_type() {
    let (server, _) = kiosk();
    assert_eq!(
        server.get("/with%20index?device=t2").header("location"),
        Some("with%20index/?device=t2")
    );
    symlink("index.html", server.folder.path().join("my-app/app.js")).unwrap();
    assert_eq!(
        server.get("/app.js").header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
}

#[test]
fn a_folder_that_would_show_the_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("www/data")).unwrap();
    for (www, database) in [("www", "www/a.db"), ("www", "www/data/a.db"), (".", "a.db")] {
        let output = act(
            folder.path(),
            &["--www", www, "--db", database, "--bind", "127.0.0.1:0"],
        );
        assert_eq!(output.status.code(), Some(1), "{www} {database}");
        assert!(
            String::from_utf8(output.stderr)
                .unwrap()
                .contains("would be shown")
        );
        assert!(!folder.path().join(database).exists());
    }
    let missing = act(
        folder.path(),
        &["--www", "nowhere", "--bind", "127.0.0.1:0"],
    );
    assert_eq!(missing.status.code(), Some(1));
    assert!(!Path::new("microticks.db").exists());
}
