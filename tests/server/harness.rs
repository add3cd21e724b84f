//! Starts the real binary and talks to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// How long a test waits for something that must happen.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The binary with a clean environment, in a folder.
pub fn microticks(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_microticks"));
    command.current_dir(folder).args(arguments).env_clear();
    command
}

/// Runs an action to its end.
pub fn act(folder: &Path, arguments: &[&str]) -> Output {
    microticks(folder, arguments).output().unwrap()
}

/// Makes a consumer and returns its key.
pub fn add_consumer(folder: &Path, name: &str) -> String {
    let output = act(folder, &["--add-consumer", name]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let key = text
        .lines()
        .find_map(|line| line.strip_prefix("Consumer key: "))
        .unwrap();
    key.to_owned()
}

/// A running server in a folder of its own. It is stopped with SIGTERM and must exit well.
pub struct Server {
    child: Option<Child>,
    pub address: SocketAddr,
    pub folder: Arc<TempDir>,
    log: Arc<Mutex<String>>,
    /// Copies the server's log until the server has ended.
    copying: Option<JoinHandle<()>>,
}

impl Server {
    /// A new server with a consumer, and the consumer's key.
    pub fn with_consumer() -> (Server, String) {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let key = add_consumer(folder.path(), "MyApp");
        (Server::start_in(&folder, &[]), key)
    }

    /// A new server with these arguments.
    pub fn start(arguments: &[&str]) -> Server {
        Server::start_in(&Arc::new(tempfile::tempdir().unwrap()), arguments)
    }

    /// A server in a folder that may hold a database already.
    pub fn start_in(folder: &Arc<TempDir>, arguments: &[&str]) -> Server {
        let mut command = microticks(folder.path(), &["--bind", "127.0.0.1:0"]);
        Server::spawn(command.args(arguments), folder)
    }

    /// A server from a command that is not started yet.
    pub fn spawn(command: &mut Command, folder: &Arc<TempDir>) -> Server {
        let (mut server, stderr) = Server::spawn_unheard(command, folder);
        let copy = Arc::clone(&server.log);
        server.copying = Some(thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                eprintln!("  server: {line}");
                copy.lock().unwrap().push_str(&(line + "\n"));
            }
        }));
        server
    }

    /// A server whose log nobody reads.
    pub fn spawn_unheard(command: &mut Command, folder: &Arc<TempDir>) -> (Server, ChildStderr) {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut first)
            .unwrap();
        let Some(address) = first.trim().strip_prefix("listening on http://") else {
            let status = child.wait();
            let mut log = String::new();
            let _ = stderr.read_to_string(&mut log);
            panic!("no address in {first:?}: {status:?}, {log}");
        };
        let server = Server {
            address: address.parse().unwrap(),
            child: Some(child),
            folder: Arc::clone(folder),
            log: Arc::default(),
            copying: None,
        };
        (server, stderr)
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("microticks.db")
    }

    /// The file, read beside the server.
    pub fn sql(&self) -> Connection {
        Connection::open_with_flags(self.database(), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
            .unwrap()
    }

    pub fn count(&self, sql: &str) -> i64 {
        self.sql().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(self.child.as_ref().unwrap()), signal).unwrap();
    }

    /// Pulls the plug.
    pub fn kill(mut self) {
        self.signal(Signal::KILL);
        self.child.take().unwrap().wait().unwrap();
    }

    /// Stops the server as an operator does, and returns how it exited.
    pub fn stop(mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.child.take().unwrap().wait().unwrap()
    }

    /// Stops the server, and returns all that it said.
    pub fn log_after_stop(mut self) -> String {
        self.signal(Signal::TERM);
        assert!(self.child.take().unwrap().wait().unwrap().success());
        self.copying.take().unwrap().join().unwrap();
        self.log()
    }

    /// Waits for the server to end by itself.
    pub fn wait(mut self) -> (ExitStatus, String) {
        let status = self.child.take().unwrap().wait().unwrap();
        self.copying.take().unwrap().join().unwrap();
        (status, self.log())
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[])
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        get(&self.url(path), headers)
    }

    pub fn post(&self, path: &str, content_type: &str, body: &[u8]) -> Reply {
        self.post_with(path, &[("Content-Type", content_type)], body)
    }

    pub fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        post(&self.url(path), headers, body)
    }

    /// Posts a form as the original's client does.
    pub fn form(&self, path: &str, body: &str) -> Reply {
        self.post(
            path,
            "application/x-www-form-urlencoded; charset=UTF-8",
            body.as_bytes(),
        )
    }

    /// Posts a batch as our client does.
    pub fn batch(&self, body: &str) -> Reply {
        self.post("/batch", "text/plain;charset=UTF-8", body.as_bytes())
    }

    /// Begins a session and returns its token.
    pub fn session(&self, key: &str) -> String {
        let reply = self.form(
            "/sessions",
            &format!("consumer_key={key}&ts=2017-08-25T17:09:19.438Z&token="),
        );
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["token"].as_str().unwrap().to_owned()
    }

    /// Sends bytes and returns all that comes back until the server closes: nothing from one that has ended.
    pub fn raw(&self, request: &[u8]) -> String {
        let Ok(mut stream) = TcpStream::connect(self.address) else {
            return String::new();
        };
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        // A server that has heard enough may close before everything is written.
        let _ = stream.write_all(request);
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        String::from_utf8_lossy(&reply).into_owned()
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        if thread::panicking() {
            let _ = child.kill();
            let _ = child.wait();
            return;
        }
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        let status = child.wait().unwrap();
        assert!(status.success(), "the server did not stop well: {status}");
    }
}

/// Asks any server.
pub fn get(url: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = agent().get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Reply::from(request.call().unwrap())
}

/// Posts to any server.
pub fn post(url: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut request = agent().post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Reply::from(request.send(body).unwrap())
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0);
    config.timeout_global(Some(PATIENCE)).build().into()
}

/// What the server answered.
pub struct Reply {
    pub status: u16,
    headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    fn from(mut response: ureq::http::Response<ureq::Body>) -> Reply {
        let body = response
            .body_mut()
            .with_config()
            .limit(u64::MAX)
            .read_to_vec()
            .unwrap();
        Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body,
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Waits until something is true.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(
            Instant::now() < deadline,
            "{what} did not come true in time"
        );
        thread::sleep(Duration::from_millis(10));
    }
}
