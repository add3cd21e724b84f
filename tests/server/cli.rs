//! The command line.

use std::fs;

use crate::harness::{Server, act, microticks, until};

#[test]
fn a_consumer_is_made_while_the_server_runs_and_known_at_once() {
    let server = Server::start(&[]);
    let output = act(server.folder.path(), &["--add-consumer", "MyApp"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "Created new consumer \"MyApp\"");
    let key = lines[1].strip_prefix("Consumer key: ").unwrap();
    assert_eq!(key.len(), 32);
    assert!(text.contains(&format!("<script async src=\"http://127.0.0.1:8001/microticks.js\" data-consumer-key=\"{key}\"></script>")), "{text}");
    server.session(key);
    act(server.folder.path(), &["--remove-consumer", "MyApp"]);
    assert_eq!(
        server
            .form(
                "/sessions",
                &format!("consumer_key={key}&ts=2026-01-02T03:04:05Z")
            )
            .code(),
        "consumer_not_active"
    );
    let again = act(server.folder.path(), &["--add-consumer", "MyApp"]);
    assert!(again.status.success(), "the name is free again");
    let listed =
        String::from_utf8(act(server.folder.path(), &["--list-consumers"]).stdout).unwrap();
    assert!(listed.contains("MyApp (removed 1)"), "{listed}");
}

#[test]
fn actions_say_which_file_they_use_and_when_it_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let said =
        |arguments: &[&str]| String::from_utf8(act(folder.path(), arguments).stderr).unwrap();
    let path = folder.path().canonicalize().unwrap().join("x.db");
    assert!(said(&["--db", "x.db", "--list-consumers"]).contains("there is no file"));
    assert!(!path.exists());
    assert_eq!(
        said(&["--db", "x.db", "--add-consumer", "A"]),
        format!(
            "made the new file {}; start the server with it\n",
            path.display()
        )
    );
    assert_eq!(
        said(&["--db=x.db", "--add-consumer=B"]),
        format!("using the file {}\n", path.display())
    );
    assert!(
        said(&["--db", "x.db", "--add-consumer", "A"])
            .contains("there is a consumer \"A\" already")
    );
    assert!(said(&["--db", "no/such/x.db", "--add-consumer", "A"]).contains("cannot open"));
}

#[test]
fn exit_codes_tell_wrong_usage_from_failure() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, code) in [
        (&["--version"][..], 0),
        (&["--help"], 0),
        (&["--nonsense"], 2),
        (&["stray"], 2),
        (&["--add-consumer"], 2),
        (&["--add-consumer", ""], 2),
        (&["--add-consumer", "-x"], 2),
        (&["--add-consumer", "A", "--list-consumers"], 2),
        (&["--ip-filter", "10.0.0.1"], 2),
        (&["--bind", "example.org:80"], 2),
        (&["--list-consumers"], 1),
        (&["--remove-consumer", "A"], 1),
        (&["--db", "."], 1),
        (&["--bind", "192.0.2.1:1"], 1),
    ] {
        let output = act(folder.path(), arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {output:?}"
        );
        assert_eq!(output.stderr.is_empty(), code == 0, "{arguments:?}");
    }
    let help = String::from_utf8(act(folder.path(), &["--help"]).stdout).unwrap();
    for flag in [
        "--db",
        "--bind",
        "--www",
        "--key",
        "--add-consumer",
        "--session-timeout",
    ] {
        assert!(help.contains(flag), "{help}");
    }
    let version = act(folder.path(), &["--version"]).stdout;
    assert_eq!(
        String::from_utf8(version).unwrap(),
        format!("microticks {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_not_text_is_said_and_never_taken_for_something_else() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let broken = std::ffi::OsStr::from_bytes(b"\xff.db");
    let flag = microticks(folder.path(), &["--list-consumers", "--db"])
        .arg(broken)
        .output()
        .unwrap();
    let variable = microticks(folder.path(), &["--list-consumers"])
        .env("MICROTICKS_DB", broken)
        .output()
        .unwrap();
    for output in [flag, variable] {
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("not valid UTF-8"));
    }
}

#[test]
fn the_log_says_how_to_look_and_holds_no_key() {
    let server = Server::start(&["--key", "very-secret"]);
    until("it is said", || {
        server.log().contains("/dash on this computer")
    });
    assert!(!server.log().contains("very-secret"), "{}", server.log());
    let open = Server::start(&[]);
    until("it is said", || open.log().contains("--bind 0.0.0.0:"));
}

#[test]
fn stopping_leaves_one_whole_file() {
    let (server, key) = Server::with_consumer();
    let folder = server.folder.clone();
    server.session(&key);
    let idle = server.connect();
    assert!(server.stop().success());
    drop(idle);
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["microticks.db", "microticks.db.lock"]);
}
