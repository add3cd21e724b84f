//! Debian's nginx and Apache in front of the server, with the configurations of the documentation.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;

use tempfile::TempDir;

use crate::harness::{Server, add_consumer, get, post, until};

const TS: &str = "2026-01-02T03:04:05Z";
const KEY: &str = "secret";

/// A proxy in a folder of its own.
struct Proxy {
    child: Child,
    address: SocketAddr,
    _folder: TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A port that is free now. Proxies cannot be asked for the one that they took.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

impl Proxy {
    /// Starts a program with a configuration that `write` makes from its folder and address.
    fn start(
        program: &str,
        arguments: impl Fn(&Path) -> Vec<String>,
        write: impl Fn(&Path, SocketAddr) -> String,
    ) -> Proxy {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        fs::write(folder.path().join("conf"), write(folder.path(), address)).unwrap();
        let child = Command::new(program).args(arguments(folder.path())).spawn();
        let child = child.unwrap_or_else(|error| {
            panic!("{program} is needed, scripts/test installs it: {error}")
        });
        let proxy = Proxy {
            child,
            address,
            _folder: folder,
        };
        until("the proxy answers", || {
            std::net::TcpStream::connect(address).is_ok()
        });
        proxy
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/microticks{path}", self.address)
    }
}

fn nginx(documented: &str, server: &Server) -> Proxy {
    let location = documented.replace("127.0.0.1:8001", &server.address.to_string());
    let arguments = |folder: &Path| {
        let conf = folder.join("conf").display().to_string();
        [
            "-p",
            &folder.display().to_string(),
            "-c",
            &conf,
            "-e",
            "stderr",
        ]
        .map(str::to_owned)
        .to_vec()
    };
    Proxy::start("/usr/sbin/nginx", arguments, |folder, address| {
        let folder = folder.display();
        let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {folder}/{name};\n"))
            .concat();
        format!(
            "daemon off; master_process off; pid {folder}/pid; error_log stderr;\nevents {{}}\n\
             http {{ access_log off;\n{paths}server {{ listen {address};\n{location}\n}} }}\n"
        )
    })
}

fn apache(documented: &str, server: &Server) -> Proxy {
    let documented = documented.replace("127.0.0.1:8001", &server.address.to_string());
    let arguments = |folder: &Path| {
        let conf = folder.join("conf").display().to_string();
        ["-X", "-f", &conf].map(str::to_owned).to_vec()
    };
    Proxy::start("/usr/sbin/apache2", arguments, |folder, address| {
        let folder = folder.display();
        let modules: String = ["mpm_event", "authz_core", "proxy", "proxy_http"]
            .map(|name| {
                format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n")
            })
            .concat();
        format!(
            "ServerName localhost\nServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/pid\n\
             ErrorLog /dev/stderr\nListen {address}\n{modules}{documented}"
        )
    })
}

fn server(trusted: &[&str]) -> (Server, String) {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let key = add_consumer(folder.path(), "MyApp");
    let arguments = [&["--key", KEY], trusted].concat();
    (Server::start_in(&folder, &arguments), key)
}

/// What every documented proxy must pass on.
fn check(server: &Server, key: &str, proxy: &Proxy) {
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let origin = format!("http://{}", proxy.address);
    let with_key = post(
        &proxy.url("/sessions"),
        &form,
        format!("consumer_key={key}&ts={TS}").as_bytes(),
    );
    assert_eq!(with_key.status, 200, "{}", with_key.text());
    let from_page = [form[0], ("Origin", &origin)];
    let without_key = post(
        &proxy.url("/sessions"),
        &from_page,
        format!("ts={TS}").as_bytes(),
    );
    assert_eq!(
        without_key.status,
        200,
        "a page of ours needs no key: {}",
        without_key.text()
    );
    let elsewhere = [form[0], ("Origin", "http://elsewhere.example")];
    let refused = post(
        &proxy.url("/sessions"),
        &elsewhere,
        format!("ts={TS}").as_bytes(),
    );
    assert_eq!(refused.code(), "missing_consumer_key");

    let forged = [form[0], ("X-Forwarded-For", "8.8.8.8")];
    let body = format!("consumer_key={key}&ts={TS}&device=forged");
    assert_eq!(
        post(&proxy.url("/sessions"), &forged, body.as_bytes()).status,
        200
    );
    let seen = "SELECT count(*) FROM sessions WHERE ip = '8.8.8.8'";
    assert_eq!(
        server.count(seen),
        1,
        "what the first trusted proxy was told: the tests' own address is trusted, too"
    );

    let large = format!(
        "{{\"consumer_key\":\"{key}\",\"items\":[]{}}}",
        " ".repeat(2 * 1024 * 1024 - 100)
    );
    assert_eq!(
        post(&proxy.url("/batch"), &[], large.as_bytes()).status,
        200
    );
    for path in [
        "/",
        "/docs",
        "/example/",
        "/microticks.js",
        "/dash/vars.css",
        "/healthz",
    ] {
        assert_eq!(get(&proxy.url(path), &[]).status, 200, "{path}");
    }
    assert_eq!(get(&proxy.url("/events"), &[]).status, 401);
    assert_eq!(
        get(&proxy.url(&format!("/events?key={KEY}")), &[]).json()["count"],
        0
    );
    assert_eq!(
        get(
            &proxy.url("/dash"),
            &[("Authorization", &format!("Bearer {KEY}"))]
        )
        .status,
        200
    );
    let redirect = get(&proxy.url("/dash/"), &[]);
    assert!(
        redirect.header("location").unwrap().ends_with("../dash"),
        "{:?}",
        redirect.header("location")
    );
}

#[test]
fn everything_works_behind_nginx() {
    let (server, key) = server(&["--trusted-proxy", "127.0.0.1"]);
    let proxy = nginx(include_str!("../../docs/nginx.conf"), &server);
    check(&server, &key, &proxy);
}

#[test]
fn everything_works_behind_apache() {
    let (server, key) = server(&["--trusted-proxy", "127.0.0.1"]);
    let proxy = apache(include_str!("../../docs/apache.conf"), &server);
    check(&server, &key, &proxy);
}

#[test]
fn a_proxy_that_is_not_trusted_lets_nobody_in_as_this_computer() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let key = add_consumer(folder.path(), "MyApp");
    let server = Server::start_in(&folder, &[]);
    // nginx as it comes: HTTP/1.0 to the server, the server's own address as Host, no header that tells of it.
    let bare = nginx(
        "location /microticks/ { proxy_pass http://127.0.0.1:8001/; }",
        &server,
    );
    assert_eq!(get(&bare.url("/events"), &[]).code(), "key_required");
    // And as it comes since 1.29.7: HTTP/1.1 with kept connections. A browser is told to set a key.
    let kept = nginx(
        r#"location /microticks/ { proxy_pass http://127.0.0.1:8001/; proxy_http_version 1.1; proxy_set_header Connection ""; }"#,
        &server,
    );
    let browser = [("User-Agent", "Mozilla/5.0"), ("Connection", "keep-alive")];
    assert_eq!(get(&server.url("/events"), &browser).status, 200);
    assert_eq!(get(&kept.url("/events"), &browser).code(), "key_required");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let refused = post(
        &bare.url("/sessions"),
        &[form[0], ("Origin", "http://museum.example")],
        format!("ts={TS}").as_bytes(),
    );
    assert!(
        refused.text().contains("--trusted-proxy"),
        "{}",
        refused.text()
    );
    let body = format!("consumer_key={key}&ts={TS}");
    assert_eq!(
        post(&bare.url("/sessions"), &form, body.as_bytes()).status,
        200
    );
}
