//! Flags, environment and defaults, resolved and checked.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use log::LevelFilter;
use sentry::types::{Dsn, ParseDsnError};

use crate::cli::Flags;
use crate::model::ip::IpBlocks;
use crate::store::StoreConfig;

const DEFAULT_DB: &str = "microticks.db";
const DEFAULT_SESSION_TIMEOUT: Duration = Duration::from_secs(1800);
const DEFAULT_BIND: &str = "127.0.0.1:8001";

/// What the program is to do.
#[derive(Debug)]
pub enum Command {
    /// Serve until told to stop.
    Serve(Box<ServeConfig>),
    /// Make a consumer.
    AddConsumer {
        /// The file it goes into.
        db: PathBuf,
        /// What it is called.
        name: String,
        /// The addresses its requests must come from, as they were given.
        ip_filter: Option<String>,
        /// Where the server would listen, for the tag that is printed.
        bind: SocketAddr,
    },
    /// List the consumers.
    ListConsumers {
        /// The file they are in.
        db: PathBuf,
    },
    /// Take a consumer out of use.
    RemoveConsumer {
        /// The file it is in.
        db: PathBuf,
        /// What it is called.
        name: String,
    },
    /// Compare what is derived with what it should be.
    Check {
        /// The file.
        db: PathBuf,
    },
    /// Derive everything anew.
    Reindex {
        /// The file.
        db: PathBuf,
    },
    /// Print the version.
    Version,
}

/// How to serve.
#[derive(Debug)]
pub struct ServeConfig {
    /// The file; in a demo, another one takes its place.
    pub store: StoreConfig,
    /// Whether a made-up exhibition is served.
    pub demo: bool,
    /// Where to listen.
    pub bind: SocketAddr,
    /// The folder with the kiosk's page.
    pub www: Option<PathBuf>,
    /// The folder with pictures of the exhibit's screens.
    pub screens: Option<PathBuf>,
    /// What reading asks for.
    pub key: Option<String>,
    /// The proxies whose word about addresses and hosts is taken.
    pub trusted_proxies: Option<IpBlocks>,
    /// How much the log says.
    pub log: LevelFilter,
    /// Where errors are reported.
    pub sentry_dsn: Option<Dsn>,
}

/// A command line that cannot be meant.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsageError {
    /// Two things at once.
    #[error("give one action at a time, not {0} and {1}")]
    TwoActions(&'static str, &'static str),
    /// An option that only goes with an action.
    #[error("--ip-filter goes with --add-consumer")]
    LonelyIpFilter,
    /// A file for an exhibition that has its own.
    #[error("--demo makes a temporary file and takes no --db")]
    DemoWithDb,
    /// A name that would be mistaken for something else.
    #[error("{0} needs a name that is not empty and does not begin with \"-\"")]
    Name(&'static str),
    /// An address that is none.
    #[error("--bind takes an IP address (or localhost) and a port, like 127.0.0.1:8001, not {0:?}")]
    Bind(String),
    /// A variable that is no text.
    #[error("{0} is not valid UTF-8")]
    NotText(&'static str),
    /// A time-out that is no number.
    #[error("--session-timeout takes seconds, like 1800, not {0:?}")]
    SessionTimeout(String),
    /// A list of proxies that cannot be read.
    #[error("--trusted-proxy takes addresses or CIDR blocks, like 127.0.0.1,10.0.0.0/8, not {0:?}")]
    TrustedProxy(String),
    /// A level that does not exist.
    #[error("--log takes off, error, warn, info, debug or trace, not {0:?}")]
    Log(String),
    /// A DSN that is none.
    #[error("--sentry-dsn cannot be read: {0}")]
    SentryDsn(String),
    /// A filter that cannot be read.
    #[error("--ip-filter takes addresses or CIDR blocks, like 10.0.0.0/8,192.168.1.7, not {0:?}")]
    IpFilter(String),
}

impl Command {
    /// Decides what is meant. `environment` gives the value of a variable.
    pub fn resolve(
        flags: Flags,
        environment: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Command, UsageError> {
        let given = |flag: Option<String>, variable: &'static str| match flag {
            Some(flag) if !flag.is_empty() => Ok(Some(flag)),
            _ => match environment(variable).map(OsString::into_string) {
                Some(Err(_)) => Err(UsageError::NotText(variable)),
                Some(Ok(value)) if !value.is_empty() => Ok(Some(value)),
                _ => Ok(None),
            },
        };
        only_one_action(&flags)?;
        if flags.version {
            return Ok(Command::Version);
        }
        if flags.demo && flags.db.is_some() {
            return Err(UsageError::DemoWithDb);
        }
        let db = given(flags.db, "MICROTICKS_DB")?;
        let db = PathBuf::from(db.unwrap_or_else(|| DEFAULT_DB.to_owned()));
        if flags.list_consumers {
            return Ok(Command::ListConsumers { db });
        }
        if flags.check {
            return Ok(Command::Check { db });
        }
        if flags.reindex {
            return Ok(Command::Reindex { db });
        }
        if let Some(name) = flags.remove_consumer {
            return Ok(Command::RemoveConsumer {
                db,
                name: checked("--remove-consumer", name)?,
            });
        }
        let bind = given(flags.bind, "MICROTICKS_BIND")?;
        let bind = address(bind.as_deref().unwrap_or(DEFAULT_BIND))?;
        if let Some(name) = flags.add_consumer {
            let ip_filter = flags.ip_filter.filter(|filter| !filter.is_empty());
            if let Some(filter) = ip_filter
                .as_ref()
                .filter(|filter| IpBlocks::parse(filter).is_none())
            {
                return Err(UsageError::IpFilter(filter.clone()));
            }
            return Ok(Command::AddConsumer {
                db,
                name: checked("--add-consumer", name)?,
                ip_filter,
                bind,
            });
        }
        let trusted = given(flags.trusted_proxy, "MICROTICKS_TRUSTED_PROXY")?;
        let trusted =
            trusted.map(|list| IpBlocks::parse(&list).ok_or(UsageError::TrustedProxy(list)));
        let default_consumer = given(flags.default_consumer, "MICROTICKS_DEFAULT_CONSUMER")?;
        let timeout = given(flags.session_timeout, "MICROTICKS_SESSION_TIMEOUT")?;
        Ok(Command::Serve(Box::new(ServeConfig {
            store: StoreConfig {
                path: db,
                default_consumer,
                session_timeout: timeout.map_or(Ok(DEFAULT_SESSION_TIMEOUT), seconds)?,
            },
            demo: flags.demo,
            bind,
            www: given(flags.www, "MICROTICKS_WWW")?.map(PathBuf::from),
            screens: given(flags.screens, "MICROTICKS_SCREENS")?.map(PathBuf::from),
            key: given(flags.key, "MICROTICKS_KEY")?,
            trusted_proxies: trusted.transpose()?,
            log: match given(flags.log, "MICROTICKS_LOG")? {
                Some(level) => level.parse().map_err(|_| UsageError::Log(level))?,
                None => given(None, "FLASK_LOG_LEVEL")?
                    .and_then(|level| python_level(&level))
                    .unwrap_or(LevelFilter::Info),
            },
            sentry_dsn: given(flags.sentry_dsn, "MICROTICKS_SENTRY_DSN")?
                .map(|dsn| dsn.parse())
                .transpose()
                .map_err(|error: ParseDsnError| UsageError::SentryDsn(error.to_string()))?,
        })))
    }
}

fn seconds(text: String) -> Result<Duration, UsageError> {
    match text.parse() {
        Ok(seconds) => Ok(Duration::from_secs(seconds)),
        Err(_) => Err(UsageError::SessionTimeout(text)),
    }
}

/// What the levels of the original service are called here. One that it did not know was `INFO` there, too.
fn python_level(name: &str) -> Option<LevelFilter> {
    match name.to_ascii_uppercase().as_str() {
        "CRITICAL" | "FATAL" => Some(LevelFilter::Error),
        "WARNING" => Some(LevelFilter::Warn),
        name => name.parse().ok(),
    }
}

fn only_one_action(flags: &Flags) -> Result<(), UsageError> {
    let actions = [
        ("--add-consumer", flags.add_consumer.is_some()),
        ("--list-consumers", flags.list_consumers),
        ("--remove-consumer", flags.remove_consumer.is_some()),
        ("--check", flags.check),
        ("--reindex", flags.reindex),
        ("--demo", flags.demo),
        ("--version", flags.version),
    ];
    let mut given = actions
        .iter()
        .filter(|(_, given)| *given)
        .map(|(name, _)| *name);
    if let (Some(first), Some(second)) = (given.next(), given.next()) {
        return Err(UsageError::TwoActions(first, second));
    }
    if flags.ip_filter.is_some() && flags.add_consumer.is_none() {
        Err(UsageError::LonelyIpFilter)
    } else {
        Ok(())
    }
}

fn checked(flag: &'static str, name: String) -> Result<String, UsageError> {
    if name.trim().is_empty() || name.starts_with('-') {
        Err(UsageError::Name(flag))
    } else {
        Ok(name)
    }
}

/// Reads an address without asking any name server: a static binary has none to ask.
fn address(text: &str) -> Result<SocketAddr, UsageError> {
    let localhost = || {
        let port = text.strip_prefix("localhost:")?.parse().ok()?;
        Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
    };
    text.parse()
        .ok()
        .or_else(localhost)
        .ok_or_else(|| UsageError::Bind(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(line: &str, environment: &[(&str, &str)]) -> Result<Command, UsageError> {
        let flags = Flags::parse(line.split_whitespace().map(OsString::from)).unwrap();
        Command::resolve(flags, |name| {
            environment
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).into())
        })
    }

    #[test]
    fn flags_win_over_the_environment_and_the_environment_over_defaults() {
        let environment = [
            ("MICROTICKS_DB", "env.db"),
            ("MICROTICKS_KEY", "k"),
            ("MICROTICKS_BIND", ""),
        ];
        let Ok(Command::Serve(config)) = resolve("--db flag.db", &environment) else {
            panic!("it serves")
        };
        assert_eq!(config.store.path, PathBuf::from("flag.db"));
        assert_eq!(config.key.as_deref(), Some("k"));
        assert_eq!(config.bind.to_string(), DEFAULT_BIND);
        let Ok(Command::Serve(config)) = resolve("--bind=[::1]:80 --db=", &environment) else {
            panic!("it serves")
        };
        assert_eq!(config.store.path, PathBuf::from("env.db"));
        assert_eq!(config.bind.to_string(), "[::1]:80");
    }

    #[test]
    fn the_log_level_of_the_original_is_understood() {
        for (line, environment, expected) in [
            ("", vec![], LevelFilter::Info),
            (
                "--log debug",
                vec![("MICROTICKS_LOG", "off")],
                LevelFilter::Debug,
            ),
            (
                "",
                vec![("MICROTICKS_LOG", "WARN"), ("FLASK_LOG_LEVEL", "DEBUG")],
                LevelFilter::Warn,
            ),
            ("", vec![("FLASK_LOG_LEVEL", "WARNING")], LevelFilter::Warn),
            (
                "",
                vec![("FLASK_LOG_LEVEL", "critical")],
                LevelFilter::Error,
            ),
            ("", vec![("FLASK_LOG_LEVEL", "DEBUG")], LevelFilter::Debug),
            ("", vec![("FLASK_LOG_LEVEL", "LOUD")], LevelFilter::Info),
        ] {
            let Ok(Command::Serve(config)) = resolve(line, &environment) else {
                panic!("it serves")
            };
            assert_eq!(config.log, expected, "{line} {environment:?}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (line, expected) in [
            (
                "--add-consumer A --list-consumers",
                UsageError::TwoActions("--add-consumer", "--list-consumers"),
            ),
            (
                "--remove-consumer A --version",
                UsageError::TwoActions("--remove-consumer", "--version"),
            ),
            (
                "--demo --check",
                UsageError::TwoActions("--check", "--demo"),
            ),
            ("--demo --db a.db", UsageError::DemoWithDb),
            ("--ip-filter 10.0.0.1", UsageError::LonelyIpFilter),
            ("--add-consumer=", UsageError::Name("--add-consumer")),
            ("--add-consumer=-x", UsageError::Name("--add-consumer")),
            (
                "--remove-consumer=-x",
                UsageError::Name("--remove-consumer"),
            ),
            (
                "--add-consumer A --ip-filter everyone",
                UsageError::IpFilter("everyone".into()),
            ),
            (
                "--bind example.org:80",
                UsageError::Bind("example.org:80".into()),
            ),
            ("--bind 127.0.0.1", UsageError::Bind("127.0.0.1".into())),
            ("--log loud", UsageError::Log("loud".into())),
            (
                "--sentry-dsn x",
                UsageError::SentryDsn("no valid url provided".into()),
            ),
            (
                "--session-timeout soon",
                UsageError::SessionTimeout("soon".into()),
            ),
        ] {
            assert_eq!(resolve(line, &[]).unwrap_err(), expected, "{line}");
        }
        assert!(resolve("--bind localhost:0", &[]).is_ok());
        // The variable may be set for the server that really runs here.
        assert!(resolve("--demo --key k", &[("MICROTICKS_DB", "a.db")]).is_ok());
        assert!(Flags::parse(["--nonsense".into()]).is_err());
        assert!(Flags::parse(["stray".into()]).is_err());
    }
}
