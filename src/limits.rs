//! Every limit of the server, with its reason. Nothing that a client sends, holds open or waits for is unbounded.

use std::thread;
use std::time::Duration;

/// A form or JSON post: one event holds at most one `data`, which percent-encoding can triple.
pub const FORM_BODY_BYTES: usize = 1024 * 1024;
/// A batch: four times what our client puts into one.
pub const BATCH_BODY_BYTES: usize = 2 * 1024 * 1024;
/// Items in a batch, so that one transaction stays short.
pub const BATCH_ITEMS: usize = 5_000;
/// What an item of a batch takes in memory beside its text, at most.
pub const ITEM_BYTES: usize = 512;
/// All bodies that are being read or wait for the writer, so that memory stays bounded whatever arrives.
pub const ALL_BODIES_BYTES: usize = 16 * 1024 * 1024;
/// How much of a body that is too large is read on and thrown away, so that the client can read the refusal.
pub const DISCARDED_BODY_BYTES: usize = 16 * 1024 * 1024;
/// How long such a body is read on.
pub const DISCARD_TIME: Duration = Duration::from_secs(5);

/// One `data`, in bytes.
pub const DATA_BYTES: usize = 256 * 1024;
/// One `action`, in bytes.
pub const ACTION_BYTES: usize = 256;
/// One `device`, in bytes.
pub const DEVICE_BYTES: usize = 128;
/// One stop `reason`, in bytes.
pub const REASON_BYTES: usize = 128;
/// A token in a request. Ours have 32 characters; files of the original service may hold others.
pub const TOKEN_BYTES: usize = 128;
/// The `version` that a page reports in its sign of life, in bytes.
pub const VERSION_BYTES: usize = 128;
/// The largest `seq`: what a JavaScript number holds exactly, 2⁵³ − 1.
pub const MAX_SEQ: i64 = (1 << 53) - 1;
/// The greatest age that an item may give for itself: 400 days. A greater one is no measurement.
pub const MAX_AGE_MS: i64 = 400 * 24 * 60 * 60 * 1000;
/// A clock that is off by no more than this is taken as right.
pub const CLOCK_TOLERANCE_MS: i64 = 60 * 1000;

/// Open connections: a building full of kiosks, with room for a few hundred strangers.
pub const CONNECTIONS: usize = 1024;
/// Connections beyond these that are told to come again; any more are closed at once.
pub const REFUSED_CONNECTIONS: usize = 64;
/// How long one of them may take to ask and to hear.
pub const REFUSAL_TIME: Duration = Duration::from_secs(5);
/// Open files: the connections, as many files of `--www`, and some for ourselves.
pub const FILE_DESCRIPTORS: u64 = 4_096;
/// A request's head must have arrived, and an idle connection used again, within this.
pub const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long a body may take as a whole, however steadily it drips.
pub const BODY_TIME: Duration = Duration::from_secs(120);
/// A sender or reader that makes no progress for this long is let go.
pub const STALL_TIME: Duration = Duration::from_secs(30);
/// A request's head, in bytes; hyper refuses more with 431.
pub const HEAD_BYTES: usize = 16 * 1024;
/// Header lines of one request; hyper refuses more with 431.
pub const HEADERS: usize = 100;
/// How long accepting pauses when the system has no file descriptor left.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Requests that wait for the writer. One connection waits for one request.
pub const QUEUED_REQUESTS: usize = CONNECTIONS;
/// How long a request may wait in the queue before it is withdrawn.
pub const QUEUE_TIME: Duration = Duration::from_secs(5);
/// Items after which a transaction takes no further request, so that the others do not wait too long for it.
pub const TRANSACTION_ITEMS: usize = 8_192;
/// How long the writer waits at most for those who were just answered to send again.
pub const GATHER_TIME: Duration = Duration::from_millis(2);
/// How long the writer waits in one go for another process that has locked the file.
pub const LOCK_WAIT: Duration = Duration::from_millis(250);
/// Sessions that the writer remembers, so that an event of a running session costs no lookup.
pub const REMEMBERED_SESSIONS: usize = 4_096;
/// How long the writer derives sessions in one go, with the sums that they change, so that no post waits long for it. One
/// session is derived in any case.
pub const DERIVE_TURN: Duration = Duration::from_millis(5);
/// How long it does not derive after that while posts come.
pub const DERIVE_REST: Duration = Duration::from_millis(20);
/// And at least so many times as long as a turn took with its commit: a tenth of the writer's time is for deriving.
pub const DERIVE_REST_SHARE: u32 = 9;
/// How long a session is not derived again, unless a report asks.
pub const DERIVE_PAUSE: Duration = Duration::from_secs(1);
/// A session with more events than this is derived more seldom.
pub const LONG_SESSION_EVENTS: usize = 2_000;
/// How seldom.
pub const LONG_SESSION_PAUSE: Duration = Duration::from_secs(10);
/// A session is put off for so many times as long as deriving it took.
pub const DERIVE_SHARE: u32 = 20;
/// Events of one session that are derived, the first that arrived, and bytes of text in them: a visitor makes thousands at
/// most, and what is never stopped must not fill the memory.
pub const DERIVED_EVENTS: u32 = 50_000;
/// See [`DERIVED_EVENTS`].
pub const DERIVED_BYTES: usize = 16 * 1024 * 1024;
/// Sessions that `--reindex` derives in one transaction.
pub const REINDEX_SESSIONS: u32 = 5_000;
/// Sessions of which it is known when they were derived. Others may be derived more often.
pub const RECENTLY_DERIVED: usize = 16_384;
/// Bytes of names that the writer remembers while it derives, so that a common name costs no lookup.
pub const REMEMBERED_NAME_BYTES: usize = 1024 * 1024;
/// Consumers and devices of which the writer remembers whose sums are kept under which number.
pub const REMEMBERED_SCOPES: usize = 4_096;

/// Sessions of which the time when they were last heard of is kept. Beyond that a session may be closed early, and
/// opens again with its next event.
pub const HEARD_SESSIONS: usize = 200_000;
/// Sessions that are closed in one transaction, so that posts do not wait for it.
pub const EXPIRED_AT_ONCE: usize = 500;
/// How often idle sessions are looked for: a tenth of the time-out, but within these.
pub const SHORTEST_LOOK_PAUSE: Duration = Duration::from_millis(100);
/// See [`SHORTEST_LOOK_PAUSE`].
pub const LONGEST_LOOK_PAUSE: Duration = Duration::from_secs(60);

/// Threads that talk to clients. One core is left to the writer, for which all of them wait.
pub fn async_threads() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

/// Reading connections. Lists are short snapshots, so few are enough.
pub const READERS: usize = 4;
/// Reports that are read at a time: no more than cores, so that reading cannot hurt collecting, and one reading connection
/// is left for all else.
pub fn report_turns() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get().min(READERS - 1))
}
/// How long a list waits for one of them.
pub const READER_WAIT: Duration = Duration::from_secs(5);
/// How long one snapshot of a list may last, so that the log can be checkpointed.
pub const SNAPSHOT_TIME: Duration = Duration::from_secs(1);
/// How long a read that must be ordered as a whole may last.
pub const READ_DEADLINE: Duration = Duration::from_secs(10);
/// How long a report may take: first to have everything derived, then to be read.
pub const REPORT_DEADLINE: Duration = Duration::from_secs(10);
/// Sessions at the same time with which one is compared: a page that runs twice for weeks beside its visitors.
pub const ECHO_SESSIONS: usize = 10_000;
/// Shorter replies are not worth packing.
pub const PACKED_BYTES: u64 = 1024;
/// Dates of the report `days`: ten years.
pub const REPORT_DATES: usize = 3_660;
/// Rows of figures in a workbook: what Excel and LibreOffice open, 2²⁰, less the header. It is packed while it is sent,
/// so no memory asks for a limit.
pub const SHEET_ROWS: usize = (1 << 20) - 1;
/// Rows that one snapshot looks at, chosen or not.
pub const SNAPSHOT_ROWS: usize = 10_000;
/// Rows of a list that is neither in order of id nor of time.
pub const SORTED_ROWS: usize = 10_000;
/// Bytes of a file that are read before they are handed to the client: every connection may ask for one.
pub const FILE_CHUNK_BYTES: usize = 16 * 1024;
/// Bytes of a list that are made before they are handed to the client.
pub const CHUNK_BYTES: usize = 64 * 1024;

/// Lists and long reports that are sent at a time: each keeps a piece or two in memory, and a row of one can take a
/// megabyte and a half once it is written as JSON.
pub const STREAMS: usize = 16;

/// Devices in the list of them: those that gave a sign of life last.
pub const DEVICES: u32 = 2_000;
/// Browsers that watch what happens.
pub const WATCHERS: usize = 32;
/// News that wait for the slowest of them. Who misses some gets the whole picture instead.
pub const LIVE_NEWS: usize = 1_024;
/// How long such a one waits for it.
pub const LIVE_PAUSE: Duration = Duration::from_secs(1);
/// Visits in that picture.
pub const LIVE_VISITS: usize = 100;
/// How often they are told the time. Only by that is seen who has left.
pub const LIVE_TICK: Duration = Duration::from_secs(5);
/// The longest name in the news, in bytes. Most are short, and many news are kept.
pub const LIVE_NAME_BYTES: usize = 512;

/// Pages of the write-ahead log after which the writer checkpoints: 4 MB.
pub const CHECKPOINT_PAGES: u32 = 1_000;
/// Pages of the log after which no new reader is let in until a checkpoint has emptied it: 16 MB.
pub const LOG_FULL_PAGES: u32 = 4_000;
/// Pages of the log after which running reads are interrupted: 64 MB.
pub const LOG_OVERFULL_PAGES: u32 = 16_000;
/// How long nothing more is said about a log that cannot be emptied.
pub const LOG_WARNING_PAUSE: Duration = Duration::from_secs(60 * 60);

/// Pages of the file that are copied between two groups of requests: 1 MB, which takes less than a commit does.
pub const COPY_PAGES: i32 = 256;
/// How long a copy may take. Where another process writes to the file all the time it would never end.
pub const COPY_TIME: Duration = Duration::from_secs(10 * 60);
/// What a copy leaves free on the disk for what is collected meanwhile: twice what the log may grow to.
pub const COPY_SPARE_BYTES: u64 = 128 * 1024 * 1024;

/// How long a server waits for a command that makes or upgrades its file, or for the server before it to end.
pub const SERVER_LOCK_WAIT: Duration = Duration::from_secs(3);
/// How long a command waits for the process that makes or upgrades the file.
pub const FILE_LOCK_WAIT: Duration = Duration::from_secs(10);
/// How long requests may take to finish once the server is told to stop.
pub const SHUTDOWN_TIME: Duration = Duration::from_secs(4);

/// How long nothing more is said about requests that bring a mistake of ours to light.
pub const MISTAKE_PAUSE: Duration = Duration::from_secs(60);
/// Lines that wait to be written to the log. Beyond that they are counted instead.
pub const LOG_LINES: usize = 1_024;
/// How long the process waits at its end for its last lines to be written.
pub const LOG_FLUSH_TIME: Duration = Duration::from_secs(1);
/// How long the process waits at its end for its last errors to reach Sentry.
pub const SENTRY_FLUSH_TIME: Duration = Duration::from_secs(2);
/// How long one error may take to reach Sentry.
pub const SENTRY_TIME: Duration = Duration::from_secs(30);

/// How long one name server may take to say where Sentry is.
pub const NAME_SERVER_TIME: Duration = Duration::from_secs(3);
/// Addresses of that host that are tried; ureq takes no more.
pub const HOST_ADDRESSES: usize = 16;

/// What `Retry-After` says, in seconds.
pub const RETRY_AFTER_S: u16 = 5;

/// What a wrong key costs whoever sends it.
pub const WRONG_KEY_TIME: Duration = Duration::from_millis(250);
/// How many wrong keys are answered at a time.
pub const WRONG_KEYS_AT_ONCE: usize = 4;
/// The form of the login: a key, and where to go.
pub const LOGIN_BODY_BYTES: usize = 64 * 1024;
/// How long a browser that gave the key need not give it again.
pub const LOGIN_TIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Browsers that are logged in at a time.
pub const LOGINS: usize = 1_000;

/// Files of the folder of pictures that are looked at.
pub const PICTURES: usize = 10_000;
