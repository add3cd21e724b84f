//! Who sends: consumers, devices, and the pictures of screens.

use std::fs;
use std::sync::Arc;

use serde_json::json;

use crate::harness::{Server, act, add_consumer, until};

#[test]
fn consumers_are_listed_with_key_and_last_event() {
    let (server, key) = Server::with_consumer();
    add_consumer(server.folder.path(), "Old");
    act(server.folder.path(), &["--remove-consumer", "Old"]);
    let token = server.session(&key);
    let event = format!("token={token}&action=click&data=&ts=2017-08-25T17:09:20.438Z");
    assert_eq!(server.form("/events", &event).status, 200);
    until("the event counts", || {
        server.get("/consumers").json()["consumers"][0]["last_event"] != json!(null)
    });

    let reply = server.get("/consumers").json();
    assert_eq!(
        (&reply["count"], &reply["from_elsewhere"]),
        (&json!(2), &json!(null))
    );
    assert_eq!(reply["listening"], server.address.to_string());
    let first = &reply["consumers"][0];
    assert_eq!(
        (
            &first["id"],
            &first["name"],
            &first["key"],
            &first["deleted_at"],
            &first["last_event"]
        ),
        (
            &json!(1),
            &json!("MyApp"),
            &json!(key),
            &json!(null),
            &json!("2017-08-25T17:09:20.438Z")
        )
    );
    let second = &reply["consumers"][1];
    assert_eq!(
        (&second["name"], &second["last_event"]),
        (&json!("Old (removed 2)"), &json!(null))
    );
    assert!(second["deleted_at"].is_string());
}

#[test]
fn a_device_is_listed_with_its_last_sign_of_life() {
    let (server, key) = Server::with_consumer();
    let alive = |device: &str, queued: u32| {
        let item = json!({"type": "alive", "device": device, "queued": queued, "dropped": 2, "version": "1.0.0",
            "width": 1920, "height": 1080});
        let body = json!({"consumer_key": key, "items": [item]});
        assert_eq!(server.batch(&body.to_string()).json()["stored"], 1);
    };
    for (device, queued) in [("table-2", 9), ("", 0), ("table-2", 3)] {
        alive(device, queued);
    }
    // The page of another gives no sign, but names itself.
    let start = format!("consumer_key={key}&ts=2026-01-01T10:00:00Z&device=hall");
    assert_eq!(server.form("/sessions", &start).status, 200);
    until("it is derived", || {
        server.get("/reports/overview").status == 200
    });
    let reply = server.get("/devices").json();
    assert_eq!(
        (&reply["count"], &reply["names"]),
        (&json!(2), &json!(["hall"]))
    );
    let names: Vec<_> = (0..2)
        .map(|at| reply["devices"][at]["name"].clone())
        .collect();
    assert_eq!(names, ["", "table-2"]);
    let mut device = reply["devices"][1].clone();
    assert!(device["last_alive"].as_str().unwrap() <= reply["now"].as_str().unwrap());
    device["last_alive"].take();
    assert_eq!(
        device,
        json!({"consumer_id": 1, "name": "table-2", "last_alive": null, "queued": 3, "dropped": 2, "version": "1.0.0",
            "width": 1920, "height": 1080})
    );
}

#[test]
fn pictures_are_found_by_the_name_of_their_screen() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let pictures = folder.path().join("pictures");
    fs::create_dir(&pictures).unwrap();
    for (file, content) in [
        ("home.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("map%2Foslo%3A1.png", "picture"),
        ("Blå skjerm.jpg", "blue"),
        ("notes.txt", "secret"),
        (".hidden.png", "secret"),
    ] {
        fs::write(pictures.join(file), content).unwrap();
    }
    let server = Server::start_in(&folder, &["--screens", "pictures"]);
    let reply = server.get("/screens").json();
    assert_eq!(
        reply["screens"],
        json!(["Blå skjerm", "home", "map/oslo:1"])
    );

    let home = server.get("/screens/home");
    assert_eq!(
        (home.status, home.header("content-type")),
        (200, Some("image/svg+xml"))
    );
    assert!(
        home.header("content-security-policy")
            .unwrap()
            .contains("sandbox")
    );
    assert_eq!(server.get("/screens/map%2Foslo%3A1").text(), "picture");
    assert_eq!(server.get("/screens/map%252Foslo%3A1").text(), "picture");
    assert_eq!(server.get("/screens/Bl%C3%A5%20skjerm").text(), "blue");
    for path in [
        "/screens/",
        "/screens/notes",
        "/screens/.hidden",
        "/screens/home.svg",
        "/screens/..%2Fmicroticks",
    ] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    fs::write(pictures.join("later.png"), "new").unwrap();
    assert_eq!(server.get("/screens/later").text(), "new");
}

#[test]
fn without_a_folder_there_are_no_pictures() {
    let server = Server::start(&[]);
    assert_eq!(server.get("/screens").json()["screens"], json!([]));
    assert_eq!(server.get("/screens/home").status, 404);
    let folder = tempfile::tempdir().unwrap();
    for screens in ["nowhere", "."] {
        let output = act(
            folder.path(),
            &["--bind", "127.0.0.1:0", "--screens", screens],
        );
        assert_eq!(output.status.code(), Some(1), "{screens}: {output:?}");
    }
}
