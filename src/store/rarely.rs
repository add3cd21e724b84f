//! Something that is said once, and then not again for a while.

use std::time::{Duration, Instant};

/// Whether it is time to say it.
#[derive(Debug)]
pub(super) struct Rarely {
    pause: Duration,
    said: Option<Instant>,
}

impl Rarely {
    pub(super) fn new(pause: Duration) -> Rarely {
        Rarely { pause, said: None }
    }

    /// True the first time, and again when the pause is over.
    pub(super) fn is_due(&mut self) -> bool {
        let is_due = self.said.is_none_or(|said| said.elapsed() >= self.pause);
        if is_due {
            self.said = Some(Instant::now());
        }
        is_due
    }
}
