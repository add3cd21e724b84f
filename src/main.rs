//! The program: reads the command line, then serves or carries out one action.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use log::LevelFilter;
use microticks::cli::{Exit, Flags};
use microticks::config::{Command, ServeConfig};
use microticks::demo::{self, Demo, DemoError};
use microticks::http::{App, AppConfig, Folder, Pictures};
use microticks::limits;
use microticks::ops::{logging, sentry};
use microticks::store::consumers::{self, Added, Consumer, ConsumerError};
use microticks::store::rebuild;
use microticks::store::{self, Fatal, OpenError, Store};
use tokio::net::TcpListener;

/// The command line is wrong.
const USAGE: u8 = 2;

/// Why the program could not do what it was asked.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Consumer(#[from] ConsumerError),
    #[error(transparent)]
    Fatal(#[from] Fatal),
    #[error(transparent)]
    Demo(#[from] DemoError),
    #[error("cannot use {0}: {1}")]
    Folder(String, io::Error),
    #[error("the database lies in {0}, whose files would be shown; move it, or name another --db")]
    DatabaseInFolder(String),
    #[error(
        "cannot listen on {0}: {1}; is another microticks running? --bind names another address or port"
    )]
    Bind(SocketAddr, io::Error),
    #[error("the file is not as it should be; microticks --reindex mends what is derived")]
    Check,
    #[error("{0}")]
    Io(#[from] io::Error),
}

fn main() -> ExitCode {
    let flags = match Flags::parse(std::env::args_os().skip(1)) {
        Ok(flags) => flags,
        Err(Exit::Help(text)) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(Exit::Usage(text)) => return usage(&text),
    };
    let command = match Command::resolve(flags, |name| std::env::var_os(name)) {
        Ok(command) => command,
        Err(error) => return usage(&error.to_string()),
    };
    let (level, dsn) = match &command {
        Command::Serve(config) => (config.log, config.sentry_dsn.clone()),
        _ => (LevelFilter::Info, None),
    };
    // Both wait for their last lines when they are dropped.
    let _log = logging::start(level);
    let _sentry = dsn.map(sentry::start);
    let done = match command {
        Command::Serve(config) => serve(*config),
        Command::AddConsumer {
            db,
            name,
            ip_filter,
            bind,
        } => consumers::add(&db, &name, ip_filter.as_deref())
            .map_err(StartError::from)
            .and_then(|added| Ok(print_added(&added, bind)?)),
        Command::ListConsumers { db } => {
            consumers::list(&db)
                .map_err(StartError::from)
                .and_then(|(consumers, path)| {
                    eprintln!("consumers in {}", path.display());
                    Ok(print_list(&consumers)?)
                })
        }
        Command::RemoveConsumer { db, name } => consumers::remove(&db, &name)
            .map_err(StartError::from)
            .and_then(|(consumer, path)| {
                eprintln!("in {}", path.display());
                Ok(writeln!(
                    io::stdout(),
                    "Removed consumer {:?}. Its rows stay.",
                    consumer.name
                )?)
            }),
        Command::Check { db } => check(&db),
        Command::Reindex { db } => rebuild::reindex(&db)
            .map_err(StartError::from)
            .and_then(|sessions| Ok(writeln!(io::stdout(), "Derived {sessions} sessions anew.")?)),
        Command::Version => writeln!(io::stdout(), "microticks {}", env!("CARGO_PKG_VERSION"))
            .map_err(StartError::from),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn usage(text: &str) -> ExitCode {
    eprintln!("{}\nSee microticks --help.", text.trim_end());
    ExitCode::from(USAGE)
}

fn print_added(added: &Added, bind: SocketAddr) -> io::Result<()> {
    let Added {
        consumer,
        path,
        new_file,
    } = added;
    if *new_file {
        eprintln!(
            "made the new file {}; start the server with it",
            path.display()
        );
    } else {
        eprintln!("using the file {}", path.display());
    }
    let mut out = io::stdout().lock();
    writeln!(out, "Created new consumer \"{}\"", consumer.name)?;
    writeln!(out, "Consumer key: {}", consumer.key)?;
    let (address, key) = (reachable(bind), &consumer.key);
    writeln!(
        out,
        "A page that this server serves needs only <script src=/microticks.js></script>"
    )?;
    writeln!(
        out,
        "Any other page needs (add --bind if the server is not at {address}):"
    )?;
    writeln!(
        out,
        "<script async src=\"http://{address}/microticks.js\" data-consumer-key=\"{key}\"></script>"
    )
}

fn print_list(consumers: &[Consumer]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "id\tkey\tcreated\tin use\tip filter\tname")?;
    for Consumer {
        id,
        name,
        key,
        ip_filter,
        created_at,
        removed,
    } in consumers
    {
        let (used, filter) = (
            if *removed { "no" } else { "yes" },
            ip_filter.as_deref().unwrap_or("-"),
        );
        writeln!(out, "{id}\t{key}\t{created_at}\t{used}\t{filter}\t{name}")?;
    }
    Ok(())
}

/// An address that a browser can open: that of this computer where all its addresses are listened on.
fn reachable(bind: SocketAddr) -> SocketAddr {
    if !bind.ip().is_unspecified() {
        return bind;
    }
    // Choosing a route sends nothing, and tells which address this computer has towards others.
    let outward = UdpSocket::bind((bind.ip(), 0)).and_then(|socket| {
        socket.connect(if bind.is_ipv4() {
            "192.0.2.1:9"
        } else {
            "[2001:db8::1]:9"
        })?;
        socket.local_addr()
    });
    let address = outward.map_or(Ipv4Addr::LOCALHOST.into(), |outward| outward.ip());
    SocketAddr::new(address, bind.port())
}

/// Says what is wrong with a file, if anything is.
fn check(db: &Path) -> Result<(), StartError> {
    let findings = rebuild::check(db)?;
    let mut out = io::stdout().lock();
    for line in &findings.integrity {
        writeln!(out, "SQLite: {line}")?;
    }
    for session in &findings.sessions_off {
        writeln!(out, "Session {session}: what is derived differs.")?;
    }
    if findings.sums_off {
        writeln!(out, "Sums over sessions differ.")?;
    }
    if findings.is_good() {
        writeln!(
            out,
            "Looked at {} sessions. All is well.",
            findings.sessions
        )?;
        if findings.waiting > 0 {
            writeln!(
                out,
                "{} more wait to be derived, which the server does.",
                findings.waiting
            )?;
        }
        Ok(())
    } else {
        Err(StartError::Check)
    }
}

fn serve(mut config: ServeConfig) -> Result<(), StartError> {
    // First, so that its folder is removed last, when the store has let go of the file.
    let demo = config.demo.then(Demo::new).transpose()?;
    if let Some(demo) = &demo {
        config.store.path = demo.path().to_owned();
    }
    let folder_of = |path: &Path| folder_to_serve(path, &config.store.path);
    let www = config.www.as_deref().map(folder_of).transpose()?;
    let pictures = match &config.screens {
        Some(screens) => Some(Pictures::Folder(folder_of(screens)?)),
        None => demo.is_some().then(demo_pictures),
    };
    raise_file_limit();
    // Before the file, which a second start by mistake should not make.
    let listener = std::net::TcpListener::bind(config.bind)
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
        .map_err(|error| StartError::Bind(config.bind, error))?;
    let (store, agent) = Store::open(&config.store)?;
    log::info!("database file {}", agent.path().display());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(limits::async_threads())
        .enable_all()
        .build()?;
    let served = runtime.block_on(async {
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let mut shutdown = Box::pin(interruption()?);
        if let Some(www) = &config.www {
            let index = if www.join("index.html").is_file() {
                ""
            } else {
                ", which has no index.html"
            };
            log::info!("serving the folder {}{index}", www.display());
        }
        if let Some(demo) = &demo {
            tokio::select! {
                filled = demo.fill(&store) => filled?,
                () = &mut shutdown => return Ok(()),
            }
            tokio::spawn(demo.visitors(store.clone()));
        }
        writeln!(io::stdout(), "listening on http://{address}")?;
        say_how_to_look(address, config.key.is_some());
        let app = AppConfig {
            address,
            from_elsewhere: (!address.ip().is_loopback()).then(|| reachable(address)),
            key: config.key,
            www,
            pictures,
            trusted_proxies: config.trusted_proxies,
        };
        let app = Arc::new(App::new(store.clone(), app));
        Ok(microticks::run(listener, app, store, agent, shutdown).await?)
    });
    // Whatever still runs belongs to nobody any more.
    runtime.shutdown_background();
    served
}

fn demo_pictures() -> Pictures {
    Pictures::Embedded(
        demo::SCREENS
            .iter()
            .map(|screen| (screen.name, screen.picture))
            .collect(),
    )
}

/// A folder whose files are served, unless the database is among them.
fn folder_to_serve(path: &Path, database: &Path) -> Result<Folder, StartError> {
    let failed = |path: &Path, error| StartError::Folder(path.display().to_string(), error);
    let database = store::resolve(database).map_err(|error| failed(database, error))?;
    let folder = Folder::new(path, database).map_err(|error| failed(path, error))?;
    if folder.holds_database() {
        return Err(StartError::DatabaseInFolder(path.display().to_string()));
    }
    Ok(folder)
}

/// Each connection is a file descriptor, and many systems allow a process no more of them than we allow connections.
fn raise_file_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let wanted = limits::FILE_DESCRIPTORS.min(maximum.unwrap_or(u64::MAX));
        if current.is_some_and(|current| current < wanted)
            && let Err(error) = setrlimit(
                Resource::Nofile,
                Rlimit {
                    current: Some(wanted),
                    maximum,
                },
            )
        {
            log::warn!("only {current:?} files can be open at a time: {error}");
        }
    }
}

/// Says how the dashboard is opened, here and from another computer.
fn say_how_to_look(address: SocketAddr, has_key: bool) {
    let (here, port) = (reachable(address), address.port());
    match (address.ip().is_loopback(), has_key) {
        (true, true) => log::info!("dashboard: http://{address}/dash on this computer"),
        (true, false) => {
            let everywhere = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port);
            log::info!(
                "dashboard: http://{address}/dash on this computer; to open http://{}/dash from another one, start \
                 with --bind {everywhere} and --key",
                reachable(everywhere)
            );
        }
        (false, true) => log::info!("dashboard: http://{here}/dash"),
        (false, false) => log::info!(
            "dashboard: http://localhost:{port}/dash on this computer; to open http://{here}/dash from another one, \
             start with --key"
        ),
    }
}

/// From now on signals to stop are heard: the first completes the future, the second ends the process at once.
fn interruption() -> io::Result<impl Future<Output = ()>> {
    let mut signals = Signals::listen()?;
    Ok(async move {
        signals.next().await;
        tokio::spawn(async move {
            signals.next().await;
            log::warn!("stopped at once");
            std::process::exit(1);
        });
    })
}

/// SIGTERM, as service managers send it, and SIGINT, as Ctrl-C does.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        let (terminate, interrupt) = (SignalKind::terminate(), SignalKind::interrupt());
        Ok(Signals {
            terminate: signal(terminate)?,
            interrupt: signal(interrupt)?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Ctrl-C, and the closing of the console.
#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    close: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl Signals {
    fn listen() -> io::Result<Signals> {
        use tokio::signal::windows::{ctrl_c, ctrl_close};
        Ok(Signals {
            interrupt: ctrl_c()?,
            close: ctrl_close()?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.close.recv() => {}
        }
    }
}
