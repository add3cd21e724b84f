//! Whom a request counts for.

use crate::harness::{Server, act, add_consumer, until};

const TS: &str = "2017-08-25T17:09:19.438Z";

#[test]
fn a_page_of_ours_needs_no_key_and_any_other_does() {
    let server = Server::start(&[]);
    let host = server.address.to_string();
    let origin = format!("http://{host}");
    let start = |headers: &[(&str, &str)]| {
        let mut all = vec![("Content-Type", "application/x-www-form-urlencoded")];
        all.extend(headers);
        server.post_with("/sessions", &all, format!("ts={TS}").as_bytes())
    };
    assert_eq!(
        start(&[("Sec-Fetch-Site", "same-origin")]).code(),
        "no_consumer"
    );
    add_consumer(server.folder.path(), "First");
    add_consumer(server.folder.path(), "Second");
    assert_eq!(start(&[("Sec-Fetch-Site", "same-origin")]).status, 200);
    assert_eq!(start(&[("Origin", &origin)]).status, 200);
    for headers in [
        &[][..],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", &origin)],
        &[("Origin", "null")],
        &[("Origin", "http://elsewhere")],
    ] {
        let reply = start(headers);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "missing_consumer_key"),
            "{headers:?}"
        );
        let text = reply.json()["error"].as_str().unwrap().to_owned();
        assert!(
            text.starts_with("No \"consumer_key\" parameter provided"),
            "{text}"
        );
        assert!(
            text.contains(&host)
                && text.contains("data-consumer-key")
                && text.contains("--trusted-proxy"),
            "{text}"
        );
    }
    assert_eq!(
        server.count("SELECT count(*) FROM sessions WHERE consumer_id = 1"),
        2
    );
    act(server.folder.path(), &["--remove-consumer", "First"]);
    assert_eq!(
        start(&[("Sec-Fetch-Site", "same-origin")]).code(),
        "consumer_not_active"
    );
}

#[test]
fn the_default_consumer_can_be_named() {
    let server = Server::start(&["--default-consumer", "Second"]);
    let start = || {
        let headers = [
            ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        server.post_with("/sessions", &headers, format!("ts={TS}").as_bytes())
    };
    add_consumer(server.folder.path(), "First");
    assert_eq!(start().code(), "no_consumer");
    add_consumer(server.folder.path(), "Second");
    assert_eq!(start().status, 200);
    assert_eq!(server.count("SELECT consumer_id FROM sessions"), 2);
}

#[test]
fn an_ip_filter_refuses_all_other_addresses_and_an_unreadable_one_nobody() {
    let server = Server::start(&[]);
    let folder = server.folder.path();
    let key = |arguments: &[&str]| {
        let output = String::from_utf8(act(folder, arguments).stdout).unwrap();
        output
            .lines()
            .find_map(|line| line.strip_prefix("Consumer key: "))
            .unwrap()
            .to_owned()
    };
    let start = |key: &str| server.form("/sessions", &format!("consumer_key={key}&ts={TS}"));
    let outside = key(&["--add-consumer", "Outside", "--ip-filter", "10.0.0.0/8"]);
    assert_eq!(start(&outside).code(), "ip_not_allowed");
    let inside = key(&[
        "--add-consumer",
        "Inside",
        "--ip-filter=10.0.0.0/8, 127.0.0.0/8",
    ]);
    assert_eq!(start(&inside).status, 200);
    let database = rusqlite::Connection::open(server.database()).unwrap();
    database
        .execute(
            "UPDATE consumers SET ip_filter = 'the museum' WHERE name = 'Outside'",
            [],
        )
        .unwrap();
    drop(database);
    assert_eq!(start(&outside).status, 200);
    let folder = server.folder.clone();
    assert!(server.stop().success());
    let server = Server::start_in(&folder, &[]);
    until("the filter is warned about", || {
        server
            .log()
            .contains("the ip_filter of consumer \"Outside\" cannot be read")
    });
}
