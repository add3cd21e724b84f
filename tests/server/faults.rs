//! Disks that fail, fill up and lie. Failures are injected into the real binary's system calls.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::harness::{Server, act, add_consumer, until};

/// A server whose system calls on one of its files go wrong.
struct Faulty {
    server: Server,
    key: String,
    folder: Arc<TempDir>,
}

impl Faulty {
    /// `inject` is what strace is told, e.g. `fdatasync:error=EIO`; `file` is the ending of the file's name.
    fn start(file: &str, inject: &str) -> Faulty {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let key = add_consumer(folder.path(), "MyApp");
        let path = folder
            .path()
            .canonicalize()
            .unwrap()
            .join(format!("microticks.db{file}"));
        let mut command = Command::new("strace");
        // With -D the server is our child, and strace looks on.
        command.args([
            "-D",
            "-f",
            "-qq",
            "-e",
            "trace=fdatasync,pwrite64",
            "-e",
            &format!("inject={inject}"),
            "-o",
            "/dev/null",
            "-P",
        ]);
        command
            .arg(path)
            .arg(env!("CARGO_BIN_EXE_microticks"))
            .args(["--bind", "127.0.0.1:0"]);
        command.current_dir(folder.path());
        Faulty {
            server: Server::spawn(&mut command, &folder),
            key,
            folder,
        }
    }

    fn start_session(&self) -> String {
        let body = format!("consumer_key={}&ts=2026-01-02T03:04:05Z", self.key);
        let length = body.len();
        self.server.raw(
            format!("POST /sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}")
                .as_bytes(),
        )
    }

    /// An event that is large, so that the log must soon be emptied.
    fn store_large_event(&self, seq: i64) -> String {
        let item = serde_json::json!({"type": "event", "token": "a".repeat(32), "seq": seq, "action": "a",
            "data": "x".repeat(200_000), "ts": "2026-01-02T03:04:05Z"});
        let body = serde_json::json!({"consumer_key": self.key, "items": [item]}).to_string();
        let head = format!(
            "POST /batch HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.server.raw(format!("{head}{body}").as_bytes())
    }

    /// The server must have given up without an answer; the next one finds a whole file.
    fn assert_gave_up(self, answer: &str, stored: i64) {
        assert_eq!(answer, "", "nobody is told what nobody knows");
        let (status, log) = self.server.wait();
        assert_eq!(status.code(), Some(1), "{log}");
        assert_eq!(log.matches("ERROR").count(), 1, "{log}");
        assert!(log.contains("microticks.db failed"), "{log}");
        let server = Server::start_in(&self.folder, &[]);
        assert!(server.count("SELECT count(*) FROM sessions") >= stored);
        let ok: String = server
            .sql()
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(ok, "ok");
        server.session(&self.key);
    }
}

#[test]
fn a_sync_of_the_log_that_fails_ends_the_server() {
    let faulty = Faulty::start("-wal", "fdatasync:error=EIO");
    let answer = faulty.start_session();
    faulty.assert_gave_up(&answer, 0);
}

#[test]
fn a_write_to_the_log_that_fails_ends_the_server() {
    let faulty = Faulty::start("-wal", "pwrite64:error=EIO:when=4+");
    let mut acknowledged = 0;
    let answer = loop {
        match faulty.start_session() {
            answer if answer.starts_with("HTTP/1.1 200") => acknowledged += 1,
            answer => break answer,
        }
        assert!(acknowledged < 100, "no write has failed");
    };
    faulty.assert_gave_up(&answer, acknowledged);
}

#[test]
fn a_sync_or_write_of_the_main_file_that_fails_ends_the_server_and_loses_nothing() {
    for fault in ["fdatasync:error=EIO", "pwrite64:error=EIO"] {
        let faulty = Faulty::start("", fault);
        let mut acknowledged = 0;
        let last = loop {
            let answer = faulty.store_large_event(acknowledged);
            if !answer.starts_with("HTTP/1.1 200") {
                break answer;
            }
            acknowledged += 1;
            assert!(acknowledged < 100, "the log was never checkpointed");
        };
        let folder = Arc::clone(&faulty.folder);
        assert_eq!(last, "", "{fault}");
        let (status, log) = faulty.server.wait();
        assert_eq!(status.code(), Some(1), "{log}");
        assert_eq!(log.matches("ERROR").count(), 1, "{log}");
        assert!(log.contains("microticks.db failed"), "{log}");
        let server = Server::start_in(&folder, &[]);
        assert!(server.count("SELECT count(*) FROM events") >= acknowledged);
    }
}

#[test]
fn a_disk_that_is_full_when_the_log_is_emptied_loses_nothing() {
    let faulty = Faulty::start("", "pwrite64:error=ENOSPC:when=1");
    let full = "cannot be emptied while the disk is full";
    let mut acknowledged = 0;
    while !faulty.server.log().contains(full) {
        let answer = faulty.store_large_event(acknowledged);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        acknowledged += 1;
        assert!(acknowledged < 200, "the log was never emptied");
    }
    let count = "SELECT count(*) FROM events";
    assert_eq!(faulty.server.count(count), acknowledged);
    let folder = Arc::clone(&faulty.folder);
    let log = faulty.server.log_after_stop();
    assert_eq!(log.matches(full).count(), 1, "said once:\n{log}");
    assert_eq!(Server::start_in(&folder, &[]).count(count), acknowledged);
}

#[test]
fn a_full_disk_is_told_and_survived() {
    let faulty = Faulty::start("-wal", "pwrite64:error=ENOSPC:when=1..6");
    let mut refused = 0;
    until("there is room again", || {
        let answer = faulty.start_session();
        if answer.starts_with("HTTP/1.1 507") {
            assert!(
                answer.contains("\"code\":\"disk_full\"") && answer.contains("retry-after: 5"),
                "{answer}"
            );
            refused += 1;
        }
        answer.starts_with("HTTP/1.1 200")
    });
    assert!(refused > 0);
    assert_eq!(
        faulty.server.count("SELECT count(*) FROM sessions"),
        1,
        "what was refused was never stored"
    );
    until("the end is said", || {
        faulty.server.log().contains("storing again")
    });
    let log = faulty.server.log();
    assert_eq!(
        log.matches("nothing is stored while the disk is full")
            .count(),
        1,
        "said once:\n{log}"
    );
}

#[test]
fn a_copy_that_cannot_be_written_hurts_nobody_else() {
    for (error, status, code) in [("ENOSPC", 507, "no_room"), ("EIO", 500, "internal_error")] {
        let faulty = Faulty::start(
            ".snapshot.unfinished",
            &format!("pwrite64:error={error}:when=1"),
        );
        let reply = faulty.server.get("/snapshot");
        assert_eq!((reply.status, reply.code().as_str()), (status, code));
        assert!(
            !faulty
                .folder
                .path()
                .join("microticks.db.snapshot.unfinished")
                .exists()
        );
        faulty.server.session(&faulty.key);
        assert_eq!(
            faulty.server.get("/snapshot").status,
            200,
            "there is room again"
        );
        let log = faulty.server.log_after_stop();
        assert_eq!(
            log.matches("the file could not be copied").count(),
            1,
            "{log}"
        );
    }
}

#[test]
fn a_file_that_another_program_locks_is_waited_for_or_refused() {
    let (server, key) = Server::with_consumer();
    let post = || {
        server.form(
            "/sessions",
            &format!("consumer_key={key}&ts=2026-01-02T03:04:05Z"),
        )
    };
    let other = Connection::open(server.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = post();
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (503, "database_locked")
    );
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(
        server.get("/sessions").json()["count"],
        0,
        "reading goes on"
    );
    std::thread::scope(|scope| {
        let waiting = scope.spawn(post);
        std::thread::sleep(std::time::Duration::from_millis(500));
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(waiting.join().unwrap().status, 200);
    });
    assert_eq!(
        server.count("SELECT count(*) FROM sessions"),
        1,
        "what was refused was never stored"
    );
    assert_eq!(
        server.log().matches("nothing is stored while").count(),
        1,
        "{}",
        server.log()
    );
}

/// A trigger of somebody else makes the database do what cannot be: neither store an event nor know it.
pub fn let_the_writer_die(server: &Server, token: &str) {
    let trigger = "CREATE TRIGGER ignore BEFORE INSERT ON events WHEN NEW.action = 'boom' BEGIN SELECT RAISE(IGNORE); END";
    let file = Connection::open(server.database()).unwrap();
    file.execute_batch(trigger).unwrap();
    let body = format!("token={token}&action=boom&data=&ts=2026-01-02T03:04:05Z");
    let length = body.len();
    let answer = server.raw(
        format!("POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}")
            .as_bytes(),
    );
    assert_eq!(answer, "", "nobody is told what nobody knows");
}

#[test]
fn a_writer_that_dies_ends_the_server() {
    let (server, key) = Server::with_consumer();
    let token = server.session(&key);
    let folder = Arc::clone(&server.folder);
    let_the_writer_die(&server, &token);
    let (status, log) = server.wait();
    assert_eq!(status.code(), Some(1), "{log}");
    assert_eq!(log.matches("ERROR").count(), 2, "{log}");
    assert!(
        log.contains("thread writer panicked at src/store/events.rs"),
        "{log}"
    );
    assert!(log.contains("the writer thread died"), "{log}");
    let server = Server::start_in(&folder, &[]);
    assert_eq!(server.count("SELECT count(*) FROM sessions"), 1);
}

#[test]
fn a_file_that_becomes_read_only_is_served_on_or_given_up() {
    use std::os::unix::fs::PermissionsExt;
    let (server, key) = Server::with_consumer();
    server.session(&key);
    // Whoever has a file open may write on.
    for file in [server.database(), server.folder.path().to_owned()] {
        fs::set_permissions(&file, fs::Permissions::from_mode(0o555)).unwrap();
    }
    server.session(&key);
    fs::set_permissions(server.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    drop(server);
    // A disk that the system has made read-only, as Linux does after errors, lets nobody.
    let faulty = Faulty::start("-wal", "pwrite64:error=EROFS");
    let answer = faulty.start_session();
    faulty.assert_gave_up(&answer, 0);
}

#[test]
fn a_small_disk_that_fills_up_is_told_and_survived() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let program = env!("CARGO_BIN_EXE_microticks");
    let start = format!(
        "mount -t tmpfs -o size=1m none disk && cd disk && {program} --add-consumer MyApp > ../said \
         && exec {program} --bind 127.0.0.1:0"
    );
    let mut command = Command::new("unshare");
    command
        .env_clear()
        .args(["--map-root-user", "--mount", "sh", "-c", &start]);
    let server = Server::spawn(command.current_dir(folder.path()), &folder);
    let said = fs::read_to_string(folder.path().join("said")).unwrap();
    let key = said
        .lines()
        .find_map(|line| line.strip_prefix("Consumer key: "))
        .unwrap();
    // The disk is mounted where only the server sees it.
    let root = Path::new("/proc")
        .join(server.pid().to_string())
        .join("root");
    let disk = root.join(disk.strip_prefix("/").unwrap());
    let token = server.session(key);
    fs::write(disk.join("filler"), vec![0; 300_000]).unwrap();
    let post = |seq: usize| {
        let data = "x".repeat(20_000);
        server.form(
            "/events",
            &format!("token={token}&seq={seq}&action=a&data={data}&ts=2026-01-02T03:04:05Z"),
        )
    };
    let mut stored = 0;
    let refused = loop {
        match post(stored) {
            reply if reply.status == 200 => stored += 1,
            reply => break reply,
        }
        assert!(stored < 100, "a disk of 1 MB holds 2 MB");
    };
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (507, "disk_full")
    );
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(server.get("/events?limit=0").status, 200, "reading goes on");
    fs::remove_file(disk.join("filler")).unwrap();
    until("there is room again", || post(stored).status == 200);
    let events = server.get("/events").json();
    assert_eq!(
        events["count"],
        stored + 1,
        "what was acknowledged is there, and once"
    );
    until("the end is said", || server.log().contains("storing again"));
    assert!(
        server
            .log()
            .contains("nothing is stored while the disk is full")
    );
}

#[test]
fn a_log_that_is_cut_off_anywhere_leaves_the_first_commits() {
    let (server, key) = Server::with_consumer();
    let token = server.session(&key);
    for seq in 0..60 {
        let body = format!(
            "token={token}&action=a&data={}&seq={seq}&ts=2026-01-02T03:04:05Z",
            "x".repeat(seq * 20)
        );
        assert_eq!(server.form("/events", &body).status, 200);
    }
    let folder = server.folder.clone();
    server.kill();
    let log = fs::read(folder.path().join("microticks.db-wal")).unwrap();
    let cut = tempfile::tempdir().unwrap();
    let database = cut.path().join("cut.db");
    let mut before = 0;
    for step in 0..=200 {
        fs::copy(folder.path().join("microticks.db"), &database).unwrap();
        fs::write(
            cut.path().join("cut.db-wal"),
            &log[..log.len() * step / 200],
        )
        .unwrap();
        let _ = fs::remove_file(cut.path().join("cut.db-shm"));
        let events = events_in(&database);
        assert!(
            events
                .iter()
                .copied()
                .eq(0..i64::try_from(events.len()).unwrap()),
            "a hole at {step}: {events:?}"
        );
        assert!(events.len() >= before, "less is left of a longer log");
        before = events.len();
    }
    assert_eq!(before, 60);
}

fn events_in(database: &Path) -> Vec<i64> {
    let file = Connection::open(database).unwrap();
    let ok: String = file
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(ok, "ok");
    let mut seqs = file.prepare("SELECT seq FROM events ORDER BY id").unwrap();
    seqs.query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

#[test]
fn a_file_in_memory_is_warned_about() {
    let in_memory = Path::new("/dev/shm");
    assert!(in_memory.is_dir(), "this test needs a tmpfs at /dev/shm");
    let folder = Arc::new(tempfile::tempdir_in(in_memory).unwrap());
    act(folder.path(), &["--add-consumer", "MyApp"]);
    let server = Server::start_in(&folder, &[]);
    assert!(
        server.get("/readyz").json()["warning"]
            .as_str()
            .unwrap()
            .contains("tmpfs")
    );
    until("it is said at start", || server.log().contains("tmpfs"));
}
