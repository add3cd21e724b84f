//! Sessions, events and consumers, and the checked types they are made of.
//!
//! Nothing here does I/O, and nothing behind [`crate::wire`] handles a value that has not passed through these types.

pub mod calendar;
pub mod clock;
pub mod ip;
pub mod list;
pub mod live;
pub mod moment;
pub mod points;
pub mod report;
pub mod roster;
pub mod table;
pub mod zone;

use std::net::IpAddr;

use crate::limits;
pub use moment::Moment;

/// Text that is not empty and at most so many bytes long.
///
/// `None` is what an empty optional field means.
fn bounded(text: String, limit: usize) -> Result<Option<String>, TooLong> {
    if text.len() > limit {
        return Err(TooLong { limit });
    }
    Ok((!text.is_empty()).then_some(text))
}

/// A text exceeds the limit of its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong {
    /// The most bytes that the field may have.
    pub limit: usize,
}

/// What a session is known by to those who write to it: 32 lower-case hexadecimal digits, or whatever a file of the
/// original service holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Token(String);

impl Token {
    /// Takes any text that could be a known token; `None` if it is empty or too long to be one.
    pub fn parse(text: &str) -> Option<Token> {
        (!text.is_empty() && text.len() <= limits::TOKEN_BYTES).then(|| Token(text.to_owned()))
    }

    /// Makes a new token that nobody can guess.
    pub fn random() -> Token {
        Token(random_hex())
    }

    /// The token as it is stored and sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a page may bring this token along for a new session: 32 lower-case hexadecimal digits.
    pub fn is_well_formed(&self) -> bool {
        self.0.len() == 32
            && self
                .0
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    }
}

/// 128 random bits as 32 lower-case hexadecimal digits, for tokens and consumer keys.
pub fn random_hex() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// The number of an event within its session, by which a repeated event is recognised: 0 … 2⁵³ − 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seq(i64);

impl Seq {
    /// Reads decimal digits.
    pub fn parse(text: &str) -> Option<Seq> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = text
            .parse()
            .ok()
            .filter(|n| digits && *n <= limits::MAX_SEQ)?;
        Some(Seq(number))
    }

    /// The number as it is stored.
    pub fn get(self) -> i64 {
        self.0
    }
}

/// What happened, e.g. `click`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action(String);

impl Action {
    /// `None` is the empty text, which no action may be.
    pub fn parse(text: String) -> Result<Option<Action>, TooLong> {
        Ok(bounded(text, limits::ACTION_BYTES)?.map(Action))
    }

    /// The action as it is stored and sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What belongs to an event: any text, stored as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data(String);

impl Data {
    /// Takes any text, the empty one too, up to its limit.
    pub fn parse(text: String) -> Result<Data, TooLong> {
        if text.len() > limits::DATA_BYTES {
            return Err(TooLong {
                limit: limits::DATA_BYTES,
            });
        }
        Ok(Data(text))
    }

    /// The text as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a screen or table, e.g. `table-2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device(String);

impl Device {
    /// `None` is the empty text: no device is named.
    pub fn parse(text: String) -> Result<Option<Device>, TooLong> {
        Ok(bounded(text, limits::DEVICE_BYTES)?.map(Device))
    }

    /// The name as it is stored and sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a session ended, e.g. `idle`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// The reason of a session that the server closed. Pages cannot give it.
    pub const EXPIRED: &str = "expired";

    /// `None` is the empty text, and `expired`, which only the server says.
    pub fn parse(text: String) -> Result<Option<Reason>, TooLong> {
        Ok(bounded(text, limits::REASON_BYTES)?
            .filter(|reason| reason != Reason::EXPIRED)
            .map(Reason))
    }

    /// The reason as it is stored and sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How the sender of a collecting request says whom it counts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// The key of a consumer.
    Key(String),
    /// No key, from a page that this server served: the default consumer.
    SameOrigin,
}

/// An event as a page sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number within its session; `None` on the form routes of old frontends.
    pub seq: Option<Seq>,
    /// What happened.
    pub action: Action,
    /// What belongs to it.
    pub data: Data,
}

/// One item of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Something of a session.
    Session {
        /// The session.
        token: Token,
        /// When it happened.
        at: Stamp,
        /// What happened.
        what: What,
    },
    /// A sign of life of a device.
    Alive(Alive),
}

/// What an item of a session is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The session begins, on this device.
    Start(Option<Device>),
    /// Something happened. Its `seq` is always there.
    Event(Event),
    /// The session ends, for this reason.
    Stop(Option<Reason>),
}

/// When something happened, as far as the page can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// By the page's wall clock.
    pub ts: Moment,
    /// The age in milliseconds at the time of sending, by the page's monotonic clock.
    pub age_ms: Option<i64>,
}

/// A sign of life of a device, with what its page knows about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alive {
    /// The device; none is `''` in the file.
    pub device: Option<Device>,
    /// Items that wait in the page.
    pub queued: Option<i64>,
    /// Items that the page has had to drop, ever.
    pub dropped: Option<i64>,
    /// The client's version.
    pub version: Option<String>,
    /// Width of the page in CSS pixels.
    pub width: Option<i64>,
    /// Height of the page in CSS pixels.
    pub height: Option<i64>,
}

/// Why an item of a batch is not stored, for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// A stable name for programs.
    pub code: &'static str,
    /// What was wrong, in words.
    pub error: String,
}

/// What a collecting request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// `POST /sessions`
    StartSession {
        /// Whom the session counts for.
        credential: Credential,
        /// When it begins.
        ts: Moment,
        /// The token that the page would like, or the previous one that the original's client sends along.
        token: Option<Token>,
        /// The screen it runs on.
        device: Option<Device>,
    },
    /// `POST /events`
    StoreEvent {
        /// The session.
        token: Token,
        /// When it happened.
        ts: Moment,
        /// What happened.
        event: Event,
    },
    /// `POST /sessions/stop`
    StopSession {
        /// The session.
        token: Token,
        /// When it ends.
        ts: Moment,
        /// Why.
        reason: Option<Reason>,
    },
    /// `POST /batch`
    Batch {
        /// Whom new sessions count for.
        credential: Credential,
        /// The page's wall clock when it sent the batch; `None` if missing or unreadable.
        sent_at: Option<Moment>,
        /// The items in order; those that could not be read with the reason.
        items: Vec<Result<Item, Rejection>>,
    },
    /// `POST /sessions/ID/exclude` and `/include`
    Mark {
        /// The session.
        session_id: i64,
        /// Whether it is a staff test.
        excluded: bool,
    },
}

impl Work {
    /// How many rows this may write, roughly.
    pub fn weight(&self) -> usize {
        match self {
            Work::Batch { items, .. } => items.len().max(1),
            _ => 1,
        }
    }
}

/// A collecting request with what the server knows about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// When the head of the request was read.
    pub received_at: Moment,
    /// Where it came from.
    pub ip: IpAddr,
    /// What it asks for.
    pub work: Work,
}

/// What came of a collecting request, once it is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A session runs under this token.
    Started {
        /// The session's token.
        token: Token,
    },
    /// An event is stored under this id.
    Stored {
        /// The row in `events`.
        event_id: i64,
    },
    /// The session is stopped.
    Stopped,
    /// A batch is applied.
    Applied(Applied),
    /// The session is marked, or not any more.
    Marked,
}

/// What came of a batch. `stored + duplicates + rejected.len()` is the number of its items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Items that are stored now.
    pub stored: usize,
    /// Items that were stored before.
    pub duplicates: usize,
    /// Items that will never be stored, by their index.
    pub rejected: Vec<(usize, Rejection)>,
}

/// Why a collecting request is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No key was sent and there is no consumer to count for.
    #[error("There is no consumer yet. Make one with: microticks --add-consumer NAME")]
    NoConsumer,
    /// No key was sent, and the default consumer that the server was started with does not exist.
    #[error(
        "The default consumer \"{0}\" does not exist. Make it with: microticks --add-consumer NAME"
    )]
    NoDefaultConsumer(String),
    /// The key belongs to no consumer.
    #[error("Invalid consumer_key. List the keys with: microticks --list-consumers")]
    UnknownConsumer,
    /// The consumer was removed.
    #[error("Consumer is not active. Use the key of one that is: microticks --list-consumers")]
    ConsumerNotActive,
    /// The consumer's filter does not hold the sender's address.
    #[error("This address is not in the consumer's ip_filter.")]
    IpNotAllowed,
    /// The token belongs to no session.
    #[error("Could not find session")]
    UnknownToken,
    /// No session has this id.
    #[error("There is no session with this id")]
    UnknownSession,
    /// The page has stopped the session.
    #[error("Session was already stopped.")]
    SessionStopped,
    /// Another event with this number is stored in the session.
    #[error("Another event with this \"seq\" is already stored in the session.")]
    SeqConflict,
}

impl Refusal {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NoConsumer | Refusal::NoDefaultConsumer(_) => "no_consumer",
            Refusal::UnknownConsumer => "unknown_consumer",
            Refusal::ConsumerNotActive => "consumer_not_active",
            Refusal::IpNotAllowed => "ip_not_allowed",
            Refusal::UnknownToken => "unknown_token",
            Refusal::UnknownSession => "unknown_session",
            Refusal::SessionStopped => "session_stopped",
            Refusal::SeqConflict => "seq_conflict",
        }
    }
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Rejection {
        Rejection {
            code: refusal.code(),
            error: refusal.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_tokens_are_well_formed_and_differ() {
        let (a, b) = (Token::random(), Token::random());
        assert!(a.is_well_formed() && b.is_well_formed());
        assert_ne!(a, b);
    }

    #[test]
    fn a_seq_is_a_whole_number_that_javascript_can_hold() {
        for (text, expected) in [
            ("0", Some(0)),
            ("9007199254740991", Some(limits::MAX_SEQ)),
            ("9007199254740992", None),
            ("99999999999999999999", None),
            ("-1", None),
            ("+1", None),
            ("1.0", None),
            ("1e3", None),
            (" 1", None),
            ("", None),
        ] {
            assert_eq!(Seq::parse(text).map(Seq::get), expected, "{text:?}");
        }
    }

    #[test]
    fn a_page_cannot_say_expired() {
        assert_eq!(Reason::parse("expired".into()), Ok(None));
        assert_eq!(Reason::parse(String::new()), Ok(None));
        assert!(Reason::parse("idle".into()).is_ok_and(|reason| reason.is_some()));
    }

    #[test]
    fn texts_over_their_limit_are_told_it() {
        assert_eq!(Device::parse("x".repeat(129)), Err(TooLong { limit: 128 }));
        assert_eq!(Action::parse("é".repeat(129)), Err(TooLong { limit: 256 }));
        assert!(Data::parse("x".repeat(limits::DATA_BYTES)).is_ok());
        assert!(Data::parse("x".repeat(limits::DATA_BYTES + 1)).is_err());
    }
}
