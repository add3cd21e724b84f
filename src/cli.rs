//! The command line as it is typed.

use std::ffi::OsString;

use argh::FromArgs;

/// Collects sessions and events from touch tables and kiosks in one SQLite file, and shows them.
///
/// Without an action it serves. The options of serving can also be given as environment variables: MICROTICKS_DB,
/// MICROTICKS_BIND, MICROTICKS_WWW, MICROTICKS_SCREENS, MICROTICKS_KEY, MICROTICKS_TRUSTED_PROXY, MICROTICKS_DEFAULT_CONSUMER,
/// MICROTICKS_SESSION_TIMEOUT, MICROTICKS_LOG, MICROTICKS_SENTRY_DSN.
#[derive(Debug, Default, FromArgs)]
pub struct Flags {
    /// the database file (default: microticks.db in the current folder)
    #[argh(option, arg_name = "file")]
    pub db: Option<String>,
    /// where to listen (default: 127.0.0.1:8001)
    #[argh(option, arg_name = "addr:port")]
    pub bind: Option<String>,
    /// a folder with the kiosk's page, to be served as well
    #[argh(option, arg_name = "dir")]
    pub www: Option<String>,
    /// a folder with pictures of the exhibit's screens, named after them, for the dashboard
    #[argh(option, arg_name = "dir")]
    pub screens: Option<String>,
    /// the key that reading asks for; without it, only this computer may read
    #[argh(option, arg_name = "key")]
    pub key: Option<String>,
    /// the addresses of proxies in front of this server, whose word about visitors' addresses is taken
    #[argh(option, arg_name = "list")]
    pub trusted_proxy: Option<String>,
    /// the consumer that pages without a key count for (default: the oldest)
    #[argh(option, arg_name = "name")]
    pub default_consumer: Option<String>,
    /// seconds without any event after which a session is closed (default: 1800; 0 is never)
    #[argh(option, arg_name = "seconds")]
    pub session_timeout: Option<String>,
    /// how much the log says: off, error, warn, info, debug or trace (default: info)
    #[argh(option, arg_name = "level")]
    pub log: Option<String>,
    /// where errors of the server are reported, without any data of visitors
    #[argh(option, arg_name = "dsn")]
    pub sentry_dsn: Option<String>,
    /// action: make a consumer and print its key
    #[argh(option, arg_name = "name")]
    pub add_consumer: Option<String>,
    /// with --add-consumer: the addresses or CIDR blocks its requests must come from
    #[argh(option, arg_name = "list")]
    pub ip_filter: Option<String>,
    /// action: list the consumers and their keys
    #[argh(switch)]
    pub list_consumers: bool,
    /// action: take a consumer out of use; its rows stay
    #[argh(option, arg_name = "name")]
    pub remove_consumer: Option<String>,
    /// action: compare all that reports are made of with sessions and events, and say what is wrong
    #[argh(switch)]
    pub check: bool,
    /// action: work out anew all that reports are made of
    #[argh(switch)]
    pub reindex: bool,
    /// serve a made-up exhibition from a temporary file, to see what the dashboard shows
    #[argh(switch)]
    pub demo: bool,
    /// print the version
    #[argh(switch)]
    pub version: bool,
}

/// What parsing ends with when it does not end with flags.
#[derive(Debug)]
pub enum Exit {
    /// Help was asked for.
    Help(String),
    /// The command line is wrong.
    Usage(String),
}

impl Flags {
    /// Reads the arguments after the program's name. Takes `--flag=value` as well as `--flag value`.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Flags, Exit> {
        let mut split = Vec::new();
        for argument in arguments {
            let argument = argument.into_string().map_err(|argument| {
                Exit::Usage(format!("{} is not valid UTF-8", argument.display()))
            })?;
            match argument.split_once('=') {
                _ if argument == "-h" => split.push("--help".to_owned()),
                Some((flag, value)) if flag.starts_with("--") => {
                    split.extend([flag.to_owned(), value.to_owned()])
                }
                _ => split.push(argument),
            }
        }
        let arguments: Vec<&str> = split.iter().map(String::as_str).collect();
        Flags::from_args(&["microticks"], &arguments).map_err(|early| match early.status {
            Ok(()) => Exit::Help(early.output),
            Err(()) => Exit::Usage(early.output),
        })
    }
}
