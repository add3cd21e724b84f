//! What happens right now, as those see it who watch.

use super::{Device, Moment};

/// Something that was just stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The consumer it counts for.
    pub consumer_id: i64,
    /// The device it happened on; none where the page named none.
    pub device: Option<Device>,
    /// When it happened.
    pub time: Moment,
    /// What happened.
    pub what: Happened,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// A session began.
    Started {
        /// The session.
        session_id: i64,
    },
    /// Somebody touched something.
    Touched {
        /// The session.
        session_id: i64,
        /// The kind of touch.
        action: String,
        /// What was hit, where the page says so.
        target: Option<String>,
        /// The screen on which the finger was, where it is known.
        screen: Option<String>,
    },
    /// A session ended.
    Stopped {
        /// The session.
        session_id: i64,
        /// Why, as far as is known.
        reason: Option<String>,
    },
    /// A device has given a sign of life.
    Alive {
        /// Items that wait in its page.
        queued: Option<i64>,
        /// Items that its page has had to drop, ever.
        dropped: Option<i64>,
    },
}

/// A session that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The session.
    pub session_id: i64,
    /// The consumer it counts for.
    pub consumer_id: i64,
    /// The device it runs on.
    pub device: Option<String>,
    /// When it began, as it is stored.
    pub started_at: String,
    /// When something last happened in it.
    pub last_active: Moment,
    /// Its touches so far.
    pub touches: i64,
}
